"""Bad input gets a clear refusal that names the field, and loses nothing: as many things are there afterwards."""

import json
import uuid
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from tests.journeys.at_the_counter import Api, Json, Keeper, Sandbox, Visitor
from tests.journeys.running import RunningJoey

HUGE = 50_000_000


@pytest.fixture(scope="module")
def keeper(joey: RunningJoey, sandbox: Sandbox) -> Keeper:
    return Keeper(joey, sandbox, f"careful-{uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def api(joey: RunningJoey, keeper: Keeper) -> Api:
    """All that the keeper may, not only their one shop."""
    return Api(joey.url, joey.token("--person", keeper.contact))


@pytest.fixture(scope="module")
def listing(keeper: Keeper) -> Json:
    """Something in the shop that bad input could spoil."""
    return keeper.list(keeper.api.get("/offers", in_stock=True, limit=1)["items"][0]["id"], shelf="First", note="Fine.")


@pytest.fixture(autouse=True)
def _nothing_is_lost(joey: RunningJoey, keeper: Keeper, listing: Json) -> Iterator[None]:
    """What the shop holds is the same before and after, and the server never stumbled."""
    before, errors = everything_of(keeper.api, keeper.slug), tracebacks(joey)
    yield
    assert everything_of(keeper.api, keeper.slug) == before
    assert tracebacks(joey) == errors, joey.story()


# (what, method, path, body, status, field named or "" when the body as a whole cannot be read)
Case = tuple[str, str, str, Any, int, str]
OFFER = "00000000-0000-7000-8000-000000000000"
CNY: Json = {"currency": "CNY"}
NO_ACCOUNT = {"holder_name": "Lin", "account_number": "?"}
CASES: list[Case] = [
    ("an unknown field", "POST", "/shops", {"slug": "good-slug", "name": "Good", "inviter": "mei"}, 422, "inviter"),
    ("a price", "POST", "/shops/SLUG/listings", {"offer_id": OFFER, "price": 990}, 422, "price"),
    ("a fee", "POST", "/shops/SLUG/shelves", {"name": "Fees", "fee": 1}, 422, "fee"),
    ("a missing field", "POST", "/shops", {"slug": "good-slug"}, 422, "name"),
    ("a reserved address", "POST", "/shops", {"slug": "admin", "name": "Good"}, 409, "slug"),
    ("an address with a blank", "POST", "/shops", {"slug": "good slug", "name": "Good"}, 422, "slug"),
    ("a number for a name", "POST", "/shops/SLUG/shelves", {"name": 7}, 422, "name"),
    ("an endless name", "POST", "/shops/SLUG/shelves", {"name": "long " * 10_000}, 422, "name"),
    ("no id", "POST", "/shops/SLUG/listings", {"offer_id": "1; DROP TABLE"}, 422, "offer_id"),
    ("an unknown offer", "POST", "/shops/SLUG/listings", {"offer_id": OFFER}, 404, "offer_id"),
    ("an unknown channel", "POST", "/shops/SLUG/links", {"listing_id": OFFER, "channel": "pigeon"}, 422, "channel"),
    ("a text that is no link", "POST", "/offers/paste", {"text": "just words"}, 422, "text"),
    ("a link of elsewhere", "POST", "/offers/paste", {"text": "https://evil.example/item/1"}, 422, "text"),
    ("a price with a comma", "POST", "/shops/SLUG/payouts", {"amount": {"minor": "1,990", **CNY}}, 422, "minor"),
    ("a point", "POST", "/shops/SLUG/payouts", {"amount": {"minor": 19.9, **CNY}}, 422, "minor"),
    ("an endless amount", "POST", "/shops/SLUG/payouts", {"amount": {"minor": 10**40, **CNY}}, 422, "minor"),
    ("less than nothing", "POST", "/shops/SLUG/payouts", {"amount": {"minor": -1, **CNY}}, 422, "amount"),
    ("no money of ours", "POST", "/shops/SLUG/payouts", {"amount": {"minor": 1, "currency": "XXX"}}, 422, "currency"),
    ("an account of letters", "PUT", "/shops/SLUG/payout-details", NO_ACCOUNT, 422, "account_number"),
    ("NaN", "POST", "/shops/SLUG/payouts", b'{"amount": {"minor": NaN, "currency": "CNY"}}', 400, ""),
    ("Infinity", "POST", "/shops/SLUG/payouts", b'{"amount": {"minor": Infinity, "currency": "CNY"}}', 400, ""),
    ("a sign U+0000", "POST", "/shops/SLUG/shelves", {"name": "a\0b"}, 400, ""),
    ("half a sign", "POST", "/shops/SLUG/shelves", b'{"name": "\\ud800"}', 400, ""),
    ("GBK", "POST", "/shops/SLUG/shelves", json.dumps({"name": "早晨"}, ensure_ascii=False).encode("gbk"), 400, ""),
    ("a name twice", "POST", "/shops/SLUG/shelves", b'{"name": "a", "name": "b"}', 400, ""),
    ("a list", "POST", "/shops/SLUG/shelves", b'["name"]', 400, ""),
    ("nothing", "POST", "/shops/SLUG/shelves", b"", 422, "body"),
    ("a thousand brackets", "POST", "/shops/SLUG/shelves", b"[" * 100_000, 400, ""),
    ("no cursor of ours", "GET", "/shops/SLUG/orders?cursor=%27%3B--", None, 422, "cursor"),
    ("another list's cursor", "GET", "/offers?cursor=ImEi:1x:abc", None, 422, "cursor"),
    ("a huge limit", "GET", "/offers?limit=1000000", None, 422, "limit"),
    ("a limit of words", "GET", "/offers?limit=many", None, 422, "limit"),
    ("U+0000 in a search", "GET", "/offers?q=a%00b", None, 422, "q"),
    ("no order at all", "GET", "/offers?sort=luck", None, 422, "sort"),
    ("an unknown question", "GET", "/offers?inviter=mei", None, 422, "inviter"),
    ("U+0000 in an address", "GET", "/shops/me%00i", None, 404, ""),
    ("an order that is no id", "GET", "/shops/SLUG/orders/1/trace", None, 404, ""),
    ("a method of elsewhere", "DELETE", "/shops/SLUG", None, 405, ""),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "status", "field"), [case[1:] for case in CASES],
                         ids=[case[0] for case in CASES])  # fmt: skip
def test_the_api_refuses_it_by_name(
    keeper: Keeper, api: Api, method: str, path: str, body: Any, status: int, field: str
) -> None:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex} if body is not None else {}

    answer = api.http.request(method, path.replace("SLUG", keeper.slug), content=raw, headers=headers)

    problem = problem_in(answer, status)
    if field:
        assert problem["field"].split(".")[-1] == field, problem
        assert problem["errors"][0]["detail"]


def test_another_encoding_is_refused_before_it_is_read(keeper: Keeper) -> None:
    path = f"/shops/{keeper.slug}/shelves"

    for kind in ("application/json; charset=gbk", "text/plain", "application/x-www-form-urlencoded"):
        problem_in(keeper.api.http.post(path, content=b'{"name": "a"}', headers={"Content-Type": kind}), 415)
    zipped = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    problem_in(keeper.api.http.post(path, content=b"\x1f\x8b", headers=zipped), 415)


def test_fifty_megabytes_are_refused_without_being_kept(keeper: Keeper) -> None:
    path, kind = f"/shops/{keeper.slug}/shelves", {"Content-Type": "application/json"}
    body = b'{"name": "' + b"a" * HUGE + b'"}'

    def in_pieces() -> Iterator[bytes]:
        for at in range(0, len(body), 65_536):
            yield body[at : at + 65_536]

    for content in (body, in_pieces()):
        answer = keeper.api.http.post(path, content=content, headers=kind)
        assert problem_in(answer, 413)["code"] == "too_large"
    form = keeper.visitor.http.post("/studio/open", content=b"name=" + b"a" * HUGE,
                                    headers={"Content-Type": "application/x-www-form-urlencoded"})  # fmt: skip
    assert 400 <= form.status_code < 500


def test_a_key_belongs_to_one_body(keeper: Keeper, joey: RunningJoey, sandbox: Sandbox) -> None:
    other = Keeper(joey, sandbox, f"keys-{uuid.uuid4().hex[:8]}")
    path, key = f"/shops/{other.slug}/shelves", uuid.uuid4().hex
    first = other.api.post(path, {"name": "Morning"}, key=key)

    again = other.api.post(path, {"name": "Morning"}, key=key)
    refused = other.api.post(path, {"name": "Evening"}, 422, key=key)

    assert again == first
    assert (refused["code"], refused["field"]) == ("idempotency_key_used_before", "Idempotency-Key")
    assert [shelf["name"] for shelf in other.api.get(path)["items"]] == ["Morning"]
    spoilt = other.api.http.post(path, json={"name": "Noon"}, headers={"Idempotency-Key": "a b" * 200})
    assert problem_in(spoilt, 422)["field"] == "Idempotency-Key"


def test_another_shops_token_finds_nothing_and_a_broken_one_is_none(
    keeper: Keeper, joey: RunningJoey, sandbox: Sandbox, listing: Json
) -> None:
    other = Keeper(joey, sandbox, f"other-{uuid.uuid4().hex[:8]}")
    path = f"/shops/{keeper.slug}"

    other.api.get(path, expect=404)
    other.api.post(f"{path}/shelves", {"name": "Mine"}, 404)
    other.api.post(f"{path}/links", {"listing_id": listing["id"], "channel": "qq"}, 404)
    stolen = {"listing_id": listing["id"], "channel": "qq"}
    other.api.post(f"/shops/{other.slug}/links", stolen, 404)
    assert problem_in(other.api.http.delete(f"{path}/listings/{listing['id']}"), 404)

    for token in ("joey_", "joey_" + "a" * 43, "joey_" + "a" * 5_000, "Ünsinn", "null"):
        headers = {b"Authorization": f"Bearer {token}".encode()}
        answer = httpx.get(f"{joey.url}/api/v1{path}", headers=headers, timeout=60, trust_env=False)
        problem_in(answer, 401)


def test_a_wrong_old_or_used_code_does_not_sign_in(joey: RunningJoey, sandbox: Sandbox) -> None:
    contact = f"late-{uuid.uuid4().hex[:8]}@example.com"
    first, second = Visitor(joey.url), Visitor(joey.url)
    first.send("/studio/sign-in", {"contact": contact})
    old = sandbox.newest_code(contact)
    first.send("/studio/sign-in", {"contact": contact})  # a new code ends the older one
    new = sandbox.newest_code(contact)

    for wrong in (
        "",
        "12345",
        "abcdef",
        "１２３４５６７",
        "0" * 5_000,
        "\0",
        "’ OR 1=1",
        *([old] if old != new else []),
    ):
        refused = first.send("/studio/sign-in/code", {"code": wrong})
        assert refused.status_code == 422, wrong
        assert 'aria-invalid="true"' in refused.text, "the field is named"
    assert first.http.get("/studio/").headers["location"].startswith("/studio/sign-in")

    contact = f"again-{uuid.uuid4().hex[:8]}@example.com"
    second.sign_in(contact, sandbox)
    used = sandbox.newest_code(contact)
    third = Visitor(joey.url)
    third.send("/studio/sign-in", {"contact": contact})
    if sandbox.newest_code(contact) != used:
        assert third.send("/studio/sign-in/code", {"code": used}).status_code == 422
        assert third.http.get("/studio/").status_code == 302


def test_forms_refuse_it_by_name_too(keeper: Keeper, listing: Json) -> None:
    studio, visitor = f"/studio/{keeper.slug}", keeper.visitor

    given = [
        ("/studio/open", "", {"name": "Third", "slug": "third-shop", "stock": "3"}, "“stock”"),
        ("/studio/open", "", {"name": "Th\0ird", "slug": "third-shop"}, "aria-invalid"),
        ("/studio/open", "", {"name": "Third", "slug": "../../etc"}, "aria-invalid"),
        ("/studio/open", "", {"name": "", "slug": ""}, "aria-invalid"),
        (f"{studio}/pick", "/add", {"offer_id": "no-id"}, "alert"),
        (f"{studio}/pick", "/add", {"offer_id": listing["offer_id"], "price": "9,90"}, "“price”"),
        (f"{studio}/shelves", "", {"do": "explode"}, "alert"),
        (f"{studio}/shelves", "", {"do": "note", "listing_id": listing["id"], "note": "全网第一 国家级"}, "alert"),
        (f"{studio}/share/{listing['id']}", "", {"channel": "pigeon"}, "alert"),
        (f"{studio}/payout-details", "", {"holder_name": "Lin", "account_number": "0"}, "aria-invalid"),
    ]
    for page, more, fields, sentence in given:
        answer = visitor.send(page, fields, f"{page}{more}")
        assert answer.status_code == 422, (page, fields, answer.status_code)
        assert sentence in unescape(answer.text), (page, fields)
    for amount in ("1,99,0", "NaN", "1e3", "-1", ""):
        wish = {"amount": amount, "currency": "CNY", "key": uuid.uuid4().hex}
        answer = visitor.send(f"{studio}/shelves", wish, f"{studio}/payout")
        assert answer.status_code == 422, amount
        assert "alert" in answer.text, amount
    without_token = visitor.http.post(f"{studio}/shelves", data={"do": "add_shelf", "shelf": "Sneaked in"})
    assert without_token.status_code == 403
    for shelf in ("a\0b", b"\xff\xfe", b"\xd4\xe7\xb3\xbf"):  # a sign U+0000, no text at all, 早晨 in GBK
        answer = visitor.send_bytes(f"{studio}/shelves", {"do": "add_shelf", "shelf": shelf})
        assert answer.status_code == 422, shelf
        assert "alert" in answer.text, shelf


def test_addresses_that_lead_nowhere_say_so(joey: RunningJoey) -> None:
    visitor = Visitor(joey.url)

    for path in (
        "/l/aaaaaaaaaa", "/l/", "/l/%00", "/l/..%2f..%2fetc", "/go/aaaaaaaaaa", "/go/%ff", f"/go/{uuid.uuid4()}",
        "/s/no-such-shop", "/s/%ff%fe", "/s/mei/not-an-id", f"/s/mei/{uuid.uuid4()}", "/pictures/x.webp",
        "/p/aaaaaaaaaa.png", "/api/v1/nothing", "/nothing", "/static/..%2fsettings.py",
    ):  # fmt: skip
        assert visitor.http.get(path, follow_redirects=True).status_code == 404, path


# ── The steps, by name ────────────────────────────────────────────────────────────────────────────────────


def problem_in(answer: httpx.Response, status: int) -> Json:
    """The problem document of a refusal with this status."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text[:500]}"
    assert answer.headers["content-type"] == "application/problem+json"
    problem: Json = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem


def everything_of(api: Api, slug: str) -> Json:
    """What the shop holds, for comparing."""
    held: Json = {"shops": api.get("/shops")["items"], "balance": api.get(f"/shops/{slug}/balance")}
    for name in ("shelves", "listings", "links", "orders", "payouts"):
        held[name] = api.get(f"/shops/{slug}/{name}")["items"]
    return held


def tracebacks(joey: RunningJoey) -> int:
    """How often the web server stumbled over something that it had not foreseen."""
    return (joey.data / "log" / "web.log").read_text(errors="replace").count("Traceback")
