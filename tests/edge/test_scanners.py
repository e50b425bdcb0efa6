"""Wapiti and sqlmap, programs of Debian's that look for holes, against a running Joey on loopback: they find none."""

import csv
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.sharing.models import Click
from tests.cast import mei
from tests.edge.server import Server, server
from tests.site.test_queries_per_page import address_of, api_headers, office_client
from tests.site.world import fill, ids
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.long

# Without those that ask a server of Wapiti's makers, guess names of files for an hour, or judge headers and cookies as
# they were before https and Django (test_every_response.py judges them, test_studio.py forms without a token).
MODULES = ("crlf", "csp", "exec", "file", "htaccess", "methods", "permanentxss", "redirect", "sql", "xss")
PASSIVE = {"csp", "htaccess", "methods"}  # they send no attack
# Routes with what strangers may write in the query, each value marked for sqlmap.
ASKED = {
    "": "?lang=en*", "s/<slug:slug>": "?start=1*", "s/<slug:slug>/<uuid:listing_id>/way-out": "?t=a*",
    "p/<slug:code>.png": "?layout=full*", "studio/<slug:slug>/pick": "?q=a*&category=kitchen*",
    "studio/<slug:slug>/share/<uuid:listing_id>": "?link=a*", "studio/<slug:slug>/visits": "?cursor=a*",
    "office/orders/orderline/": "?q=a*&marketplace=taobao*&p=1*&o=1*", "office/payouts/payout/": "?state__exact=paid*",
    "api/v1/offers": "?q=a*&sort=price*&limit=1*", "api/v1/shops/<slug>/orders": "?cursor=a*",
}  # fmt: skip


@pytest.fixture
def joey(committed_db: EmbeddedPostgres) -> Iterator[Server]:
    fill(1)
    with server(JOEY_SECRET=settings.SECRET_KEY) as running:
        yield running


@pytest.mark.parametrize("face", ["", "studio/mei/", "office/waiting/"])
def test_wapiti_finds_nothing(joey: Server, tmp_path: Path, face: str) -> None:
    report, cookies = tmp_path / "report.json", tmp_path / "cookies.json"
    session = session_for(face.partition("/")[0])
    held = {"value": session, "version": 0, "expires": None, "secure": False, "port": None}
    cookies.write_text(json.dumps({"127.0.0.1": {"/": {"joey": held}}}))
    # With a session only what is asked by GET is attacked: one of the forms signs out.
    modules = [f"{each}:get" if session and each not in PASSIVE else each for each in MODULES]
    done = subprocess.run(
        [
            program("wapiti"), "-u", f"{joey.url}/", "-s", f"{joey.url}/{face}", "-m", ",".join(modules), "-f", "json",
            "-o", str(report), "--store-session", str(tmp_path / "session"), "--store-config", str(tmp_path / "config"),
            "--no-bugreport", "-v", "0", "-d", "3", "--max-links-per-page", "30", "--max-scan-time", "60",
            "--max-attack-time", "30", "-t", "20", *(["-c", str(cookies)] if session else []),
        ],
        capture_output=True, text=True, timeout=900,
    )  # fmt: skip

    assert report.exists(), done.stdout[-3000:] + done.stderr[-3000:]
    found = json.loads(report.read_text())
    holes = {name: [each["http_request"][:300] + each["info"] for each in holes]
             for name, holes in (found["vulnerabilities"] | found["anomalies"]).items() if holes}  # fmt: skip
    assert not holes
    with closing(sqlite3.connect(next((tmp_path / "session").rglob("*.db")))) as crawled:
        paths = [path for (path,) in crawled.execute("SELECT path FROM paths")]
    inside = [path for path in paths if f"/{face.partition('/')[0]}" in path and "sign-in" not in path]
    assert len(inside) > 10, paths
    assert not traceback_in(joey)


def test_sqlmap_finds_no_way_into_a_statement(joey: Server, tmp_path: Path) -> None:
    known = ids()
    faces: dict[str, list[str]] = {"": [], "studio": [], "office": [], "api": []}
    for route, query in ASKED.items():
        face = route.partition("/")[0]
        faces[face if face in faces else ""].append(f"{joey.url}/{address_of(route, known)}{query}")
    faces[""] += [f"{joey.url}/go/{Click.objects.all()[0].pk}*", f"{joey.url}/l/{known['code']}*"]
    headers = {face: [f"Cookie: joey={session_for(face)}"] for face in ("studio", "office")} | {
        "": [],
        "api": [f"Authorization: {api_headers('api/')['Authorization']}"],
    }
    for face, addresses in faces.items():
        targets, results = tmp_path / f"{face}.txt", tmp_path / f"{face}.csv"
        targets.write_text("\n".join(quote(each, safe=":/?&=*") for each in addresses))
        done = subprocess.run(
            [
                program("sqlmap"), "-m", str(targets), "--batch", "--disable-coloring", "--dbms", "PostgreSQL",
                "--technique", "BEU", "--level", "1", "--risk", "1", "--threads", "2", "--flush-session",
                "--skip", "user-agent,referer,host,cookie", "--output-dir", str(tmp_path / face),
                "--results-file", str(results),
                *(part for header in headers[face] for part in ("--header", header)),
            ],
            capture_output=True, text=True, timeout=900, stdin=subprocess.DEVNULL,
        )  # fmt: skip

        assert "testing connection to the target URL" in done.stdout, done.stdout[-3000:] + done.stderr[-2000:]
        assert len(addresses) <= done.stdout.count("testing connection to the target URL")
        assert "appears to be injectable" not in done.stdout, done.stdout[-3000:]
        found = list(csv.reader(results.read_text().splitlines())) if results.exists() else []
        assert not [row for row in found[1:] if len(row) > 2 and row[2]], found
    assert not traceback_in(joey)


def traceback_in(joey: Server) -> str:
    """What its log says of the first error that nothing answered."""
    return "".join(joey.log.read_text().partition("Traceback")[1:])[:4_000]


def session_for(face: str) -> str:
    """The key of a session of who may see that face; "" for a face that is everyone's."""
    client = office_client() if face == "office" else signed_in(mei()) if face == "studio" else None
    return client.cookies["joey"].value if client else ""


def program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is not installed: `make test-long` installs it from Debian"
    return found
