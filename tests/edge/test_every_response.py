"""Every response of every route has the headers that keep a page safe, errors and redirects included.

The routes are read from the URL conf, so that a new one is asked too. Security L2, L3, L4, C14.
"""

import re
from collections.abc import Iterator

import httpx
import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from joey.api.health import PROBES
from joey.api.problems import MEDIA_TYPE
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.sharing.models import Click, Link
from tests.cast import mei
from tests.edge.server import PHONE, WECHAT, Server, server
from tests.site.test_queries_per_page import address_of, api_headers, office_client, routes
from tests.site.world import fill, ids
from tests.studio.test_studio import signed_in

HOST = "joey.example.test"


@pytest.fixture
def behind_a_proxy(committed_db: EmbeddedPostgres) -> Iterator[Server]:
    """As in production: https, with a proxy in front."""
    fill(1)
    https = {"JOEY_URL": f"https://{HOST}", "JOEY_BEHIND_PROXY": "1", "JOEY_SECRET": settings.SECRET_KEY}
    with server(**https) as running:
        yield running


def test_every_response_is_safe(behind_a_proxy: Server) -> None:
    with httpx.Client(
        base_url=behind_a_proxy.url,
        headers={"host": HOST, "x-forwarded-proto": "https", "user-agent": PHONE, "accept-language": "en"}
        | {"origin": "https://elsewhere.example"},
        timeout=30,
        trust_env=False,
    ) as stranger:
        seen = {**_of_every_route(stranger), **_of_the_fast_path(stranger), **_of_errors(stranger)}
        elsewhere = _from_another_host(stranger)
        seen |= elsewhere

    faults = {name: found for name, answer in seen.items() if (found := faults_of(answer))}
    assert not faults, faults
    assert {answer.status_code for answer in seen.values()} >= {200, 301, 302, 304, 400, 401, 403, 404, 405, 413, 415,
                                                                422, 501}  # fmt: skip
    refused = {name.partition(" ")[0]: answer.status_code for name, answer in elsewhere.items()}
    assert {path for path, status in refused.items() if status != 400} == set(PROBES)
    assert refused["/healthz"] == 200
    assert refused["/readyz"] in (200, 503)  # case C14
    evaluating = {name for name, answer in seen.items() if "unsafe-eval" in answer.headers["content-security-policy"]}
    assert all(re.fullmatch(r"GET /office/.* as operator", name) for name in evaluating), evaluating


def test_without_https_no_browser_has_to_insist_on_it(joey: Server) -> None:
    for path in ("/", "/static/joey.css", "/healthz", "/office/", "/go/aaaaaaaa"):
        assert "strict-transport-security" not in joey.get(path).headers


def test_every_answer_has_its_requests_id_and_the_log_names_it(joey: Server) -> None:
    seen = [joey.get(path) for path in ("/", "/s/none", "/l/none", "/go/none", "/static/joey.css", "/healthz")]
    ids = [answer.headers["x-request-id"] for answer in seen]
    assert len(set(ids)) == len(seen)
    assert ids[1] in seen[1].text, "the page of a refusal names it"
    answer = joey.get("/api/v1/me", x_request_id="a-strangers-word", authorization="Bearer joey_none")
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json()["request_id"] == answer.headers["x-request-id"] != "a-strangers-word"


def faults_of(answer: httpx.Response) -> list[str]:
    """What the response lacks."""
    headers = answer.headers
    policy, cache = headers.get("content-security-policy", ""), headers.get("cache-control", "")
    faults = [
        name
        for name, held in {
            "policy": "default-src 'none'" in policy and "frame-ancestors 'none'" in policy,
            "framing": headers.get("x-frame-options") == "DENY",
            "sniffing": headers.get("x-content-type-options") == "nosniff",
            "referrer": headers.get("referrer-policy") in ("no-referrer", "strict-origin-when-cross-origin"),
            "opener": headers.get("cross-origin-opener-policy") == "same-origin",
            "https": headers.get("strict-transport-security", "").startswith("max-age=31536000; includeSubDomains"),
            "caching": "no-store" in cache or re.search(r"public, max-age=\d+", cache),
            "origins": not any(name.startswith("access-control-") for name in headers),
            "once": all(len(headers.get_list(name)) == 1 for name in ("content-security-policy", "cache-control")),
        }.items()
        if not held
    ]
    for cookie in headers.get_list("set-cookie"):
        name = cookie.partition("=")[0]
        if "Secure" not in cookie or "SameSite=Lax" not in cookie or ("HttpOnly" not in cookie and name != "lang"):
            faults.append(f"cookie {name}")
        if "no-store" not in cache and "private" not in cache:
            faults.append(f"cookie {name} in a page that others may be shown")
    if answer.request.url.path.startswith(("/studio/", "/office/", "/api/")) and "no-store" not in cache:
        faults.append("kept")
    return faults


def _of_every_route(client: httpx.Client) -> dict[str, httpx.Response]:
    """A GET by a stranger and by who may see it; and a POST without a token of a form, which no page takes."""
    known, found = ids(), {}
    operator = {"cookie": f"__Host-joey={office_client().cookies['joey'].value}"}
    keeper = {"cookie": f"__Host-joey={signed_in(mei()).cookies['joey'].value}"}
    for route in routes():
        path = "/" + address_of(route, known)
        found[f"GET {path}"] = client.get(path)
        found[f"POST {path}"] = client.post(path)
        inside = operator if route.startswith("office/") else keeper if route.startswith("studio/") else None
        if inside:
            who = "operator" if inside is operator else "keeper"
            found[f"GET {path} as {who}"] = client.get(path, headers=inside)
        elif route.startswith("api/"):
            found[f"GET {path} with a token"] = client.get(path, headers=api_headers(route))
    assert len(found) > 200
    assert (
        found["GET /office/health/ as operator"].status_code == found["GET /studio/mei/ as keeper"].status_code == 200
    )
    return found


def _of_the_fast_path(client: httpx.Client) -> dict[str, httpx.Response]:
    own, shared = Link.objects.get(listing__shop__slug="mei", channel="shop"), ids()["code"]
    files = [name for finder in get_finders() for name, _storage in finder.list(None)]
    asked = {
        f"/l/{shared}": {}, f"/l/{shared} HEAD": {}, f"/go/{own.code}": {}, f"/go/{Click.objects.all()[0].pk}": {},
        f"/go/{own.code} framed": {"sec-fetch-dest": "iframe"}, f"/go/{own.code} ahead": {"sec-purpose": "prefetch"},
        f"/go/{own.code} in an app": {"user-agent": WECHAT}, "/go/nothing": {}, "/l/nothing": {}, "/s/nothing": {},
        "/static/nothing.css": {}, "/static/../settings.py": {}, "/s/mei": {}, "/s/mei again": {}, "/s/mei?lang=en": {},
        **{f"/static/{next(name for name in files if name.endswith(end))}": {}
           for end in (".css", ".js", ".svg", ".woff2")},
    }  # fmt: skip
    found = {
        name: client.request("HEAD" if name.endswith("HEAD") else "GET", name.partition(" ")[0], headers=headers)
        for name, headers in asked.items()
    }
    for path in ("/s/mei", "/static/joey.css"):
        found[f"{path} unchanged"] = client.get(path, headers={"if-none-match": found_tag(client, path)})
    return found


def found_tag(client: httpx.Client, path: str) -> str:
    return client.get(path).headers["etag"]


def _of_errors(client: httpx.Client) -> dict[str, httpx.Response]:
    token, plain = api_headers("api/"), {"x-forwarded-proto": "http"}
    form, alone = {"content-type": "application/x-www-form-urlencoded"}, {"connection": "close"}
    return {
        "a body too large": client.post("/api/v1/shops", content=b"x" * 1_100_000, headers=token | alone),
        "a form too large": client.post("/studio/open", content=b"x" * 1_100_000, headers=form | alone),
        "no JSON": client.post("/api/v1/shops", content=b"{", headers=token | {"content-type": "application/json"}),
        "another type": client.post("/api/v1/shops", content=b"{}", headers=token | {"content-type": "text/plain"}),
        "a missing field": client.post("/api/v1/shops", json={"slug": "x"}, headers=token),
        "a path that is no text": client.get("/s/%ff%fe"),
        "a path with U+0000": client.get("/s/a%00b"),
        "a method of elsewhere": client.request("BREW", "/s/mei"),
        "a change of a link": client.post("/go/aaaaaaaa"),
        **{f"{path} by http": client.get(path, headers=plain) for path in ("/", "/s/mei", "/studio/", "/office/")},
    }


def _from_another_host(client: httpx.Client) -> dict[str, httpx.Response]:
    own = Link.objects.get(listing__shop__slug="mei", channel="shop")
    paths = (*PROBES, "/", "/s/mei", f"/go/{own.code}", f"/l/{own.code}", "/static/joey.css", "/api/v1/me", "/studio/",
             "/office/", "/robots.txt", "/nothing")  # fmt: skip
    answers = {f"{path} of another host": client.get(path, headers={"host": "10.1.2.3:8000"}) for path in paths}
    for path in PROBES:
        answers[f"{path} past the proxy"] = client.get(
            path, headers={"host": "10.1.2.3:8000", "x-forwarded-proto": "http"}
        )
    return answers
