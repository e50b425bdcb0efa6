"""What the API refuses before a verb hears of it: odd bodies, odd numbers, odd addresses, no token."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from joey.api.problems import KINDS, problem_of
from joey.kit import limits
from joey.kit.refusals import Refusal
from joey.payouts.models import Payout
from joey.shops.models import Shop
from joey.site.route_limits import ROUTES
from tests.api.client import Caller, assert_problem
from tests.cast import ada, lulu, mei, meis_shop
from tests.kit.test_json import CASES

pytestmark = pytest.mark.django_db

GOOD = {"slug": "mei-and-co", "name": "Mei"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "missing"),
        (b"{", ""),
        (b"nonsense", ""),
        (b"[]", ""),
        (b'"text"', ""),
        (b"null", ""),
        (b'{"slug": "a-shop", "name": NaN}', ""),
        (b'{"slug": "a-shop", "name": Infinity}', ""),
        (b'{"slug": "a-shop", "name": -Infinity}', ""),
        (b'{"slug": "a-shop", "slug": "b-shop", "name": "x"}', ""),
        (b'{"slug": "a-shop", "name": "\\u0000"}', ""),
        (b'{"slug": "a-shop", "name": "\\ud800"}', ""),
        ('{"slug": "a-shop", "name": "小美的店"}'.encode("gbk"), ""),
        ('{"slug": "a-shop", "name": "x"}'.encode("utf-16"), ""),
        (b'\xef\xbb\xbf{"slug": "a-shop", "name": "x"}', ""),
        (b"[" * 100_000, ""),
        (b'{"a":' * 20_000, ""),
        (b'{"slug": ' + b"9" * 5000 + b"}", ""),
        (b"{'slug': 'a-shop'}", ""),
        (b'{"slug": "a-shop", "name": "x"} {}', ""),
    ],
)
def test_what_is_not_one_json_object_is_refused(body: bytes, code: str) -> None:
    answer = Caller(mei()).post("/shops", body)

    if code:
        assert_problem(answer, 422, "invalid", "body")
    else:
        assert_problem(answer, 400, "bad_json")
    assert not Shop.objects.exists()


def test_no_body_of_the_public_suite_makes_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """JSONTestSuite at the API's one way in for JSON; tests/kit/test_json.py says what the reader takes."""
    monkeypatch.setitem(ROUTES, ("POST", "api/v1/shops"), limits.WRITES)  # one caller opens fewer shops in an hour
    caller = Caller(mei())

    answers = {name: caller.post("/shops", body).status_code for name, body in CASES.items()}

    assert {name: status for name, status in answers.items() if status not in (400, 422)} == {}
    assert {status for name, status in answers.items() if name.startswith("n_")} == {400, 422}
    assert not Shop.objects.exists()


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=gbk",
        "application/json; charset=utf-16",
        "application/xml",
    ],
)
def test_another_media_type_or_charset_is_refused(content_type: str) -> None:
    answer = Caller(mei()).post("/shops", json.dumps(GOOD).encode(), content_type=content_type)

    assert_problem(answer, 415, "media_type")


def test_a_packed_body_is_refused() -> None:
    caller = Caller(mei())
    caller.headers["Content-Encoding"] = "gzip"

    assert_problem(caller.post("/shops", GOOD), 415, "media_type")


def test_a_body_over_a_megabyte_is_refused() -> None:
    answer = Caller(mei()).post("/shops", b'{"slug": "' + b"a" * 1_000_000 + b'"}')

    assert_problem(answer, 413, "too_large")


@pytest.mark.parametrize(
    "minor",
    ["1990", "19,90", "1e3", 1.5, 1990.0, True, None, [1990], {"minor": 1}, 2**63, 10**30],
)
def test_money_is_whole_minor_units_and_nothing_else(minor: Any) -> None:
    meis_shop()

    answer = Caller(mei()).post("/shops/mei/payouts", {"amount": {"minor": minor, "currency": "CNY"}}, key="k")

    assert_problem(answer, 422, "invalid", "amount.minor")
    assert not Payout.objects.exists()


@pytest.mark.parametrize("raw", [b"1e3", b"1.0", b"1990.00", b"1E400"])
def test_money_written_with_point_or_exponent_is_refused(raw: bytes) -> None:
    meis_shop()

    answer = Caller(mei()).post(
        "/shops/mei/payouts", b'{"amount": {"minor": ' + raw + b', "currency": "CNY"}}', key="k"
    )

    assert answer.status_code in (400, 422)
    assert not Payout.objects.exists()


@pytest.mark.parametrize("currency", ["XXX", "cny", "CN", "CNYY", "￥￥￥", 156])
def test_an_unknown_currency_is_refused_by_name(currency: Any) -> None:
    meis_shop()

    answer = Caller(mei()).post("/shops/mei/payouts", {"amount": {"minor": 100, "currency": currency}}, key="k")

    document = json.loads(answer.content)
    assert answer.status_code == 422
    assert document["errors"][0]["field"].endswith("currency")


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Bearer joey_unknown", "Basic bWVpOm1laQ=="])
def test_without_a_valid_token_nothing_is_said(authorization: str | None) -> None:
    caller = Caller(None)
    if authorization is not None:
        caller.headers["Authorization"] = authorization

    for answer in (caller.get("/me"), caller.get("/offers"), caller.post("/shops", GOOD), caller.get("/shops/mei")):
        assert_problem(answer, 401, "not_signed_in")
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="joey"')


def test_a_browsers_session_is_no_token() -> None:
    client = Client()
    client.force_login(mei())

    assert client.get("/api/v1/me").status_code == 401
    assert client.post("/api/v1/shops", GOOD, content_type="application/json").status_code == 401


def test_a_closed_accounts_token_is_dead() -> None:
    caller = Caller(mei())
    mei_now = mei()
    mei_now.is_active = False
    mei_now.save()

    assert_problem(caller.get("/me"), 401, "not_signed_in")


@pytest.mark.parametrize(
    "address",
    [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/shops",
        "/api/v1/nothing",
        "/api/v1/shops/",
        "/api/v1/shops/mei/listings/not-an-id",
        "/api/v1/shops/%00/listings",
        "/api/v1/shops/mei%0a",
        "/api/docs",
    ],
)
def test_an_unknown_address_is_a_problem_document(address: str) -> None:
    assert_problem(Caller(mei()).client.get(address, headers=Caller(mei()).headers), 404, "not_found")


def test_a_wrong_method_is_a_problem_that_names_the_right_ones() -> None:
    caller = Caller(mei())

    answer = caller.put("/shops", GOOD)

    assert_problem(answer, 405, "method")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize("query", ["fee=1", "limit=5&limit=6", "q=%00"])
def test_a_query_that_says_too_much_is_refused_by_name(query: str) -> None:
    caller = Caller(mei())

    answer = caller.client.get(f"/api/v1/offers?{query}", headers=caller.headers)

    assert_problem(answer, 422, "invalid", query.partition("=")[0])


def test_a_refusal_never_repeats_what_was_sent() -> None:
    sent = "<script>alert(1)</script>"

    for body in ({"slug": sent, "name": sent}, {"slug": [sent], "name": sent, "x": sent}):
        answer = Caller(mei()).post("/shops", body)
        assert answer.status_code == 422
        assert sent not in answer.content.decode()


def test_a_bug_is_a_problem_without_details(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr("joey.api.shops.shops_of", broken)

    answer = Caller(mei()).get("/shops")

    assert_problem(answer, 500, "internal_error")
    assert "42" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_refusals_speak_the_callers_language() -> None:
    english = Caller(mei(), language="en").get("/shops/none")
    chinese = Caller(mei(), language="zh-CN").get("/shops/none")

    assert english.headers["Content-Language"] == "en"
    assert chinese.headers["Content-Language"] == "zh-hans"


def test_every_problem_type_has_a_page_that_explains_it() -> None:
    for code in KINDS:
        page = Client().get(f"/problems/{code}", headers={"Accept-Language": "en"})
        assert page.status_code == 200
        with translation.override("en"):
            assert escape(str(KINDS[code].title)) in page.content.decode()
    assert Client().get("/problems/no-such").status_code == 404


def test_every_refusal_in_the_house_becomes_a_problem() -> None:
    def all_below(kind: type[Refusal]) -> list[type[Refusal]]:
        return [each for child in kind.__subclasses__() for each in (child, *all_below(child))]

    for kind in all_below(Refusal):
        refusal = kind.__new__(kind)
        Refusal.__init__(refusal, "No.", field="field")
        answer = problem_of(refusal)
        assert 400 <= answer.status_code < 600
        assert json.loads(answer.content)["type"].startswith("http")


@pytest.mark.parametrize(
    "address", ["/shops/mei/webhooks", "/shops/mei/exports", "/shops/mei/staff", "/claims", "/log"]
)
def test_what_comes_later_says_so(address: str) -> None:
    meis_shop()
    me = Caller(mei())

    assert_problem(me.get(address), 501, "not_built")
    assert_problem(me.post(address, {}), 501, "not_built")
    assert_problem(Caller(None).get(address), 401, "not_signed_in")
    if address.startswith("/shops"):
        assert_problem(Caller(lulu()).get(address), 404, "not_found")


def test_the_office_does_not_exist_for_others() -> None:
    meis_shop()

    for caller in (Caller(mei()), Caller(ada(), shop_id=meis_shop().id)):
        for address in ("/office/suspense", "/office/payouts", f"/office/orders/{meis_shop().id}/trace"):
            assert_problem(caller.get(address), 404, "not_found")
        assert_problem(caller.post(f"/office/payouts/{meis_shop().id}/approve"), 404, "not_found")
    assert Caller(ada()).get("/office/suspense").status_code == 200


def test_the_document_is_openapi_3_1_and_needs_no_token() -> None:
    answer = Client().get("/api/openapi.json")

    document = json.loads(answer.content)
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/shops/{slug}/payouts" in document["paths"]
    assert Client().post("/api/openapi.json").status_code == 405
