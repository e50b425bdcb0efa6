"""What a manifest declares is honoured: on the way in, in the ledger, and on what buyers and keepers see."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer, PricePoint
from joey.catalog.prove import CHECKS as CATALOGUE_CHECKS
from joey.catalog.queries import offer_by_id, price_history, price_points_since
from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.commissions.prove import CHECKS as COMMISSION_CHECKS
from joey.insight.trace import order_trace
from joey.kit import clock
from joey.kit.prove import Check
from joey.ledger.models import Journal
from joey.marketplaces.manifest_shape import Allowed, Wording
from joey.marketplaces.registry import manifest_of
from joey.orders.models import OrderLine
from joey.sharing.make_link import make_link
from joey.sharing.share import poster_of, share_of
from tests.api.client import Caller
from tests.cast import leased, listed, meis_shop, report
from tests.catalog.offers import flask_facts
from tests.marketplaces.replaced import replace_manifest
from tests.orders.polled import take_order_reports

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TITLE_AND_PICTURE, TITLE_AND_PRICE = frozenset({"title", "picture"}), frozenset({"title", "price"})
TAOBAO = {
    "taobao": {
        "gateway": "http://localhost:8001/top",
        "credentials": {"app_key": "1", "app_secret": "2", "adzone_id": "3"},
    }
}
EN = {"accept-language": "en-GB"}


def forbid(monkeypatch: pytest.MonkeyPatch, **allowed: Any) -> None:
    replace_manifest(monkeypatch, "taobao", allowed=replace(Allowed(), **allowed))


def read_twice() -> Offer:
    """The flask at 129.00 two weeks ago, by the source's memory at 99.00 then, and at 89.00 now, the list at 99.00."""
    now = clock.now()
    old = flask_facts(as_of=now - 14 * DAY, now_minor=12900, list_minor=12900, coupon_minor=None, coupon_until=None)
    take_offers([old], now=now - 14 * DAY)
    remembered = ((now - 10 * DAY, 9900),)
    new = replace(old, as_of=now - HOUR, now_minor=8900, list_minor=9900, history=remembered)
    take_offers([new], now=now)
    return Offer.objects.get()


def page_of(client: Client, offer: Offer) -> str:
    listing = listed(meis_shop(), offer)
    return client.get(f"/s/mei/{listing.id}", headers=EN).content.decode()


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def prove(checks: list[Check]) -> None:
    for check in checks:
        assert check.first_offender() is None, check.rule


# ── Content ───────────────────────────────────────────────────────────────────────────────────────────────


def test_where_prices_may_not_be_kept_nothing_is_said_about_the_past(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(monkeypatch, kept_as_history=frozenset())

    html = page_of(client, read_twice())

    assert not PricePoint.objects.exists()
    assert "¥89.00" in text_of(html)
    assert '<s class="small">' not in html
    assert "Price over 60 days" not in html
    prove(CATALOGUE_CHECKS)


def test_a_coupon_that_ended_makes_no_history_where_prices_may_not_be_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(monkeypatch, kept_as_history=frozenset())
    now = clock.now()
    take_offers([flask_facts(as_of=now - 2 * HOUR, coupon_until=now - HOUR)], now=now - 2 * HOUR)

    html = page_of(client, Offer.objects.get())

    assert "¥89.00" in text_of(html)
    assert "Price over 60 days" not in html


def test_where_prices_may_be_kept_the_same_page_shows_them(client: Client) -> None:
    html = page_of(client, read_twice())

    assert PricePoint.objects.count() == 3
    assert '<s class="small">' in html
    assert "Price over 60 days" in html


def test_prices_kept_before_it_was_forbidden_are_shown_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    offer = read_twice()
    now = clock.now()
    since = now - 60 * DAY
    assert price_history(offer.id, now=now)

    forbid(monkeypatch, kept_as_history=frozenset())
    take_offers([flask_facts(as_of=now, now_minor=7000, coupon_minor=None, coupon_until=None)], now=now)

    assert price_history(offer.id, now=now) == []
    assert price_points_since([offer.id], since=since) == {}
    assert PricePoint.objects.count() == 3
    prove(CATALOGUE_CHECKS)


@pytest.mark.parametrize("allowed", [{"shown": TITLE_AND_PICTURE}, {"stored": TITLE_AND_PICTURE}])
def test_a_price_that_may_not_be_shown_is_on_no_page_caption_or_poster(
    client: Client, monkeypatch: pytest.MonkeyPatch, allowed: dict[str, Any]
) -> None:
    forbid(monkeypatch, **allowed)
    offer = read_twice()

    html = page_of(client, offer)

    assert offer_by_id(offer.id).price is None
    assert not PricePoint.objects.exists()
    assert "¥" not in html
    assert "See current price at Taobao" in html
    assert "too old to show" not in html
    link = make_link(meis_shop(), listing_id=listed(meis_shop(), offer).id, channel="wechat", now=clock.now())
    assert "¥" not in share_of(link, language="zh-hans", now=clock.now()).caption
    assert poster_of(link, language="zh-hans", now=clock.now()).until is None
    prove(CATALOGUE_CHECKS)


@pytest.mark.parametrize("allowed", [{"shown": TITLE_AND_PRICE}, {"stored": TITLE_AND_PRICE}])
def test_a_picture_that_may_not_be_shown_leaves_an_offer_without_one(
    client: Client, monkeypatch: pytest.MonkeyPatch, allowed: dict[str, Any]
) -> None:
    forbid(monkeypatch, **allowed)
    offer = read_twice()

    html = page_of(client, offer)

    assert "No picture" in html
    assert f"/pictures/{offer.id}" not in html
    assert "¥89.00" in text_of(html)


def test_only_the_offers_of_the_marketplace_that_forbids_it_lose_their_price(monkeypatch: pytest.MonkeyPatch) -> None:
    forbid(monkeypatch, shown=TITLE_AND_PICTURE, kept_as_history=frozenset())
    now = clock.now()
    theirs = flask_facts(as_of=now)
    other = flask_facts(as_of=now, marketplace="jd", identity="7", external_id="7", url="https://item.jd.com/7.html")

    take_offers([theirs, other], now=now)

    assert dict(Offer.objects.values_list("marketplace", "now_minor")) == {"taobao": None, "jd": 8900}
    assert PricePoint.objects.get().offer.marketplace == "jd"


# ── Money ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_fee_is_not_taken_again_from_what_is_reported_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert manifest_of("taobao").worth(6900, 55_000) == 341
    replace_manifest(monkeypatch, "taobao", reported_commission="after_fee")
    leased(meis_shop())
    now = clock.now()

    take_order_reports("taobao", [report(commission_minor=380, service_fee_minor=38)], now=now)
    earn_due(now=now)

    assert manifest_of("taobao").worth(6900, 55_000) == 379
    assert Commission.objects.get().base_minor == 380
    prove(COMMISSION_CHECKS)


def test_a_fee_is_taken_from_what_is_reported_before_it() -> None:
    leased(meis_shop())
    now = clock.now()

    take_order_reports("taobao", [report(commission_minor=380, service_fee_minor=38)], now=now)
    earn_due(now=now)

    assert Commission.objects.get().base_minor == 342


def test_what_a_marketplace_pays_the_shop_itself_is_never_booked_and_its_trace_says_who_pays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replace_manifest(monkeypatch, "taobao", paid_by="marketplace")
    leased(meis_shop())
    now = clock.now()

    take_order_reports("taobao", [report()], now=now)
    earned = earn_due(now=now)

    trace = order_trace(meis_shop(), OrderLine.objects.get().id, now=now)
    assert earned.journals == 0
    assert not Commission.objects.exists()
    assert not Journal.objects.exists()
    assert trace.reason == "paid_by_marketplace"
    assert "Taobao or Tmall pays this commission to you itself" in trace.answer
    prove(COMMISSION_CHECKS)


def test_the_page_says_that_the_marketplace_pays_and_that_the_keeper_gets_all_of_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.JOEY_MARKETPLACES = TAOBAO
    offer = read_twice()
    assert "Joey's platform fee" in unescape(text_of(page_of(client, offer)))

    replace_manifest(monkeypatch, "taobao", paid_by="marketplace")

    # 89.00 at 5.5 %: 4.89 of commission, of which the union keeps 0.49
    text = text_of(page_of(client, offer))
    assert "Taobao pays the keeper itself, about CN¥4.40. No one else earns from this sale." in text


def test_a_keeper_is_offered_all_that_the_marketplace_pays_itself(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.JOEY_MARKETPLACES = TAOBAO
    offer = read_twice()
    keeper = Caller(meis_shop().owner)

    before = keeper.get(f"/offers/{offer.id}").json()["earning"]["minor"]
    replace_manifest(monkeypatch, "taobao", paid_by="marketplace")
    after = keeper.get(f"/offers/{offer.id}").json()["earning"]["minor"]

    assert before < after == 440


# ── Words ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_marketplace_wants_said_is_beside_its_offer_wherever_it_leaves_from(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = Wording(en="As a member I earn from qualifying purchases.", zh="会员从合格的购买中获得收入。")
    replace_manifest(monkeypatch, "taobao", labels=(label,))
    offer = read_twice()

    html = page_of(client, offer)

    listing = listed(meis_shop(), offer)
    link = make_link(meis_shop(), listing_id=listing.id, channel="sms", now=clock.now())
    assert label.en in html
    assert label.en in client.get(f"/s/mei/{listing.id}/way-out", headers=EN).content.decode()
    caption = share_of(link, language="zh-hans", now=clock.now()).caption
    assert caption.startswith("广告")
    assert label.zh in caption
