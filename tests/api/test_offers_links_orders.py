"""Finding goods, sharing them, and hearing what came of it, over the API."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from joey.api.shapes import rfc3339
from joey.catalog.models import PricePoint
from joey.commissions.earn_due import earn_due
from joey.kit.clock import now
from joey.kit.ids import new_id
from joey.orders.models import OrderLine
from joey.sharing.models import Click, Link
from joey.sharing.write_clicks import NewClick, record_clicks
from tests.api.client import Caller, assert_problem
from tests.cast import NOW, ada, flask, leased, listed, lulu, lulus_shop, mei, meis_shop, report, settled, shared
from tests.orders.polled import take_order_reports
from tests.storefront.test_same_elsewhere import shown_as_same

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _marketplaces_are_connected(settings: Any) -> None:
    settings.JOEY_MARKETPLACES = {
        "taobao": {
            "gateway": "http://127.0.0.1:9/router/rest",
            "credentials": {"app_key": "1", "app_secret": "s", "site_id": "1", "session": "x"},
        },
        "jd": {"gateway": "http://127.0.0.1:9/feeds/jd", "credentials": {"token": "t"}},
    }


def fresh(**changes: Any) -> Any:
    return flask(as_of=now() - timedelta(hours=1), expires_at=now() + timedelta(hours=23), **changes)


def test_an_offer_says_its_price_there_and_what_a_sale_brings_the_keeper() -> None:
    fresh()

    (offer,) = Caller(mei()).get("/offers", q="保温杯").json()["items"]

    assert offer["price"] == {"minor": 6900, "currency": "CNY", "text": "CN¥69.00"}
    assert offer["without_coupon"]["minor"] == 8900
    assert offer["earning"]["minor"] == 272  # 6900 × 5.5 % = 379, less 38 that Taobao keeps; four fifths of it, floored
    assert (offer["earns"], offer["no_earning_reason"]) == (True, "")


def test_an_offer_says_where_else_the_same_item_is_sold_and_why_that_is_thought() -> None:
    here = fresh()
    there = fresh(marketplace="jd", identity="jd-1", external_id="9", coupon_minor=None, now_minor=6500)
    shown_as_same(here, there)

    answer = Caller(mei()).get(f"/offers/{here.id}").json()
    back = Caller(mei()).get(f"/offers/{there.id}").json()

    (same,) = answer["same"]
    assert (same["id"], same["marketplace"], same["evidence"]) == (str(there.id), "jd", "barcode")
    assert same["price"] == {"minor": 6500, "currency": "CNY", "text": "CN¥65.00"}
    assert (same["earning"], same["as_of"]) == (None, rfc3339(there.as_of))
    assert back["same"][0]["earning"]["minor"] == 272


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"marketplace": "jd", "identity": "jd-1"}, "reports no orders"),
        ({"commission_ppm": 0, "identity": "zero"}, "no commission"),
    ],
)
def test_an_offer_that_earns_nothing_says_why(changes: dict[str, Any], word: str) -> None:
    fresh(**changes)

    (offer,) = Caller(mei()).get("/offers").json()["items"]

    assert offer["earns"] is False
    assert word in offer["no_earning_reason"]


def test_a_price_that_is_too_old_is_not_shown() -> None:
    flask(as_of=now() - timedelta(days=3), expires_at=now() - timedelta(days=2))

    (offer,) = Caller(mei()).get("/offers").json()["items"]

    assert (offer["price"], offer["earning"], offer["fresh"], offer["earns"]) == (None, None, False, False)


def test_one_offer_comes_with_its_price_history() -> None:
    offer = fresh()
    for days, minor in ((30, 8900), (10, 6900)):
        PricePoint.objects.create(offer=offer, at=now() - timedelta(days=days), price_minor=minor, currency="CNY")

    found = Caller(mei()).get(f"/offers/{offer.id}").json()

    assert [point["price"]["minor"] for point in found["history"]] == [8900, 6900]
    assert_problem(Caller(mei()).get(f"/offers/{new_id()}"), 404, "not_found", "offer_id")


def test_offers_come_in_pages_that_cover_everything_once() -> None:
    made = {str(fresh(identity=f"i{n}", external_id=f"e{n}").id) for n in range(5)}
    me = Caller(mei())

    seen: list[str] = []
    page = me.get("/offers", limit=2).json()
    while True:
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        page = me.get("/offers", limit=2, cursor=page["next"]).json()

    assert len(seen) == 5
    assert set(seen) == made


@pytest.mark.parametrize(
    ("query", "field"),
    [({"sort": "cheapest"}, "sort"), ({"marketplace": "ebay"}, "marketplace"), ({"cursor": "abc"}, "cursor"),
     ({"in_stock": "perhaps"}, "in_stock")],
)  # fmt: skip
def test_a_search_that_cannot_be_read_names_the_field(query: dict[str, str], field: str) -> None:
    assert_problem(Caller(mei()).get("/offers", **query), 422, "invalid", field)


@pytest.mark.parametrize("text", ["", "hello", "https://example.com/item/1", "javascript:alert(1)", "x" * 10_001])
def test_a_text_that_is_no_link_of_a_marketplace_is_refused_by_name(text: str) -> None:
    assert_problem(Caller(mei()).post("/offers/paste", {"text": text}), 422, "invalid", "text")


def test_a_link_is_made_once_per_channel_with_its_label_and_poster() -> None:
    shop = meis_shop()
    listing = listed(shop, fresh(picture_urls=[]))
    me = Caller(mei())

    made = me.post("/shops/mei/links", {"listing_id": str(listing.id), "channel": "wechat"})
    again = me.post("/shops/mei/links", {"listing_id": str(listing.id), "channel": "wechat"})

    assert made.status_code == 201, made.content
    link = made.json()
    assert again.json()["code"] == link["code"]
    assert link["url"].endswith(f"/l/{link['code']}")
    assert link["caption"].startswith("Ad - ")
    poster = me.client.get(link["poster_url"].removeprefix("http://localhost:8000"))
    assert poster.headers["Content-Type"] == "image/png"
    assert poster.content.startswith(b"\x89PNG")


def test_a_poster_of_a_hidden_listing_is_gone() -> None:
    shop = meis_shop()
    listing = listed(shop, fresh())
    link = shared(listing, "abcdefgh")
    me = Caller(mei())
    me.patch(f"/shops/mei/listings/{listing.id}", {"hidden": True})

    assert me.client.get(f"/p/{link.code}.png").status_code == 410


@pytest.mark.parametrize("channel", ["fax", "", "WECHAT", 7])
def test_an_unknown_channel_is_refused_by_name(channel: Any) -> None:
    listing = listed(meis_shop(), fresh())

    answer = Caller(mei()).post("/shops/mei/links", {"listing_id": str(listing.id), "channel": channel})

    assert_problem(answer, 422, "invalid", "channel")
    assert not Link.objects.exists()


def test_another_shops_listing_cannot_be_shared() -> None:
    meis_shop()
    theirs = listed(lulus_shop(), fresh())

    answer = Caller(mei()).post("/shops/mei/links", {"listing_id": str(theirs.id), "channel": "wechat"})

    assert_problem(answer, 404, "not_found", "listing_id")


def test_links_and_clicks_are_counted_raw_and_people() -> None:
    shop = meis_shop()
    link = shared(listed(shop, fresh()), "abcdefgh")
    clicks = [
        NewClick(new_id(), shop.id, link.id, link.listing_id, key, visitor)
        for key, visitor in (
            (b"a" * 16, Click.Visitor.PERSON),
            (b"a" * 16, Click.Visitor.PERSON),
            (b"b" * 16, Click.Visitor.PREVIEW),
        )
    ]
    record_clicks(clicks)
    me = Caller(mei())

    (counted,) = me.get("/shops/mei/links").json()["items"]
    page = me.get("/shops/mei/clicks", limit=2).json()
    rest = me.get("/shops/mei/clicks", limit=2, cursor=page["next"]).json()

    assert counted["clicks"] == {"raw": 3, "people": 1}
    assert [len(page["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    traced = me.get(f"/shops/mei/clicks/{clicks[2].id}/trace").json()
    assert (traced["reason"], len(traced["steps"])) == ("not_a_person", 1)
    assert_problem(Caller(lulu()).get(f"/shops/mei/clicks/{clicks[2].id}/trace"), 404, "not_found")


def test_an_order_is_listed_and_its_trace_says_why_with_time_and_figure() -> None:
    shop = meis_shop()
    leased(shop)
    take_order_reports("taobao", [report(), settled("2", days_ago=1)], now=NOW)
    earn_due(now=NOW)
    me = Caller(mei())

    page = me.get("/shops/mei/orders", limit=1).json()
    rest = me.get("/shops/mei/orders", limit=1, cursor=page["next"]).json()

    orders = {each["external_order"]: each for each in page["items"] + rest["items"]}
    assert set(orders) == {"4294159887444064307", "2"}
    assert rest["next"] is None
    order = orders["2"]
    assert (order["state"], order["quantity"], order["paid"]["text"]) == ("settled", 1, "CN¥69.00")
    assert order["commission"]["minor"] == 273
    assert order["payable_on"]
    trace = me.get(f"/shops/mei/orders/{order['id']}/trace").json()
    assert trace["reason"] == "waiting"
    assert trace["steps"]
    for step in trace["steps"]:
        assert step["at"].endswith("Z")
        assert step["what"]
        assert step["why"]
    assert any(step["figure"] for step in trace["steps"])
    assert me.get("/shops/mei/balance").json()["CNY"]["pending"]["minor"] == 546


def test_another_shops_order_cannot_be_traced() -> None:
    leased(meis_shop())
    lulus_shop()
    take_order_reports("taobao", [report()], now=NOW)
    line = OrderLine.objects.get()

    assert_problem(Caller(lulu()).get(f"/shops/lulu/orders/{line.id}/trace"), 404, "not_found")
    assert_problem(Caller(lulu()).get(f"/shops/mei/orders/{line.id}/trace"), 404, "not_found")


def test_the_office_sees_what_no_shop_can_be_named_for() -> None:
    take_order_reports("taobao", [report(str(n), position="nobodys") for n in range(3)], now=NOW)
    office = Caller(ada())

    page = office.get("/office/suspense", limit=2).json()
    rest = office.get("/office/suspense", limit=2, cursor=page["next"]).json()

    lines = page["items"] + rest["items"]
    assert {line["suspense"] for line in lines} == {"unknown_position"}
    assert len({line["id"] for line in lines}) == 3
    assert rest["next"] is None
    trace = office.get(f"/office/orders/{lines[0]['id']}/trace").json()
    assert trace["reason"] == "unknown_position"


def test_payout_details_are_set_masked_and_refused_by_name() -> None:
    meis_shop()
    me = Caller(mei())
    details = {"holder_name": "李小美", "account_number": "6222 0202 0011 2243 445", "bank_code": "102100099996"}

    assert_problem(me.get("/shops/mei/payout-details"), 404, "not_found")
    bad = me.put("/shops/mei/payout-details", details | {"account_number": "12"})
    assert_problem(bad, 422, "invalid", "account_number")
    set_ = me.put("/shops/mei/payout-details", details)

    assert set_.status_code == 200, set_.content
    shown = me.get("/shops/mei/payout-details").json()
    assert shown == set_.json()
    assert shown["account"] == "•••• 3445"
    assert "0011" not in set_.content.decode()
    refused = me.post("/shops/mei/payouts", {"amount": {"minor": 100, "currency": "CNY"}}, key="k")
    assert_problem(refused, 409, "payee_paused")


def test_reading_a_trace_takes_a_known_number_of_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    leased(meis_shop())
    take_order_reports("taobao", [settled()], now=NOW)
    earn_due(now=NOW)
    line = OrderLine.objects.get()
    offer = fresh()
    me = Caller(mei())

    me.get("/me")  # the token's use is noted
    with django_assert_num_queries(7):  # token, shop, clock, line, events, outbound click, click
        me.get(f"/shops/mei/orders/{line.id}/trace")
    with django_assert_num_queries(6):  # token, clock, offer, history, plan, the same elsewhere
        me.get(f"/offers/{offer.id}")
