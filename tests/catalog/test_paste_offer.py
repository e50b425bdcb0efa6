"""A link or copy-code from a phone becomes an offer, or a sentence that says why not."""

import pytest
import stamina
from django.test import Client
from pytest_django import Settings

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer, PricePoint
from joey.catalog.paste_offer import offer_from_text
from joey.demo import catalogue
from joey.kit import clock
from joey.kit.refusals import Invalid, NotFound, Refusal, Unavailable
from joey.marketplaces import registry
from joey.marketplaces.pasted import copy_codes
from joey.marketplaces.port import Tracking
from tests.api.client import Caller
from tests.cast import mei, meis_shop
from tests.marketplaces.conftest import Sandbox

pytestmark = pytest.mark.django_db

FIRST = Tracking(position="110000000001")


def test_a_copy_code_a_link_and_an_item_page_lead_to_the_same_offer(connected: Sandbox) -> None:
    taobao = registry.connector("taobao")
    facts = taobao.search("锅").offers[0]
    link = taobao.tracked_link(facts.external_id, FIRST)

    pasted = [
        offer_from_text(text, now=clock.now())
        for text in (f"  这个好用 {link.copy_code}\n", link.url, f"「{facts.title}」{facts.url} 点击链接")
    ]

    assert len({offer.pk for offer in pasted}) == 1
    code = copy_codes(link.copy_code)[0]  # case P5: in brackets, as apps write it too
    for text in (f"复制这段 ({code}) 打开", f"(CZ001 {code})"):
        assert offer_from_text(text, now=clock.now()).pk == pasted[0].pk
    assert pasted[0].title == facts.title
    assert pasted[0].now_minor == facts.now_minor


def test_a_link_without_its_scheme_leads_there_too(connected: Sandbox) -> None:
    number = next(each.external_id for each in catalogue.offers() if each.marketplace == "taobao" and each.in_stock)
    address = f"item.taobao.com/item.htm?id={number}"

    pasted = [offer_from_text(text, now=clock.now()) for text in (f"https://{address}", f"//{address}", f"看{address}")]

    assert len({offer.pk for offer in pasted}) == 1
    meis_shop()  # case P5: the search box takes it as well
    keeper = Client()
    keeper.force_login(mei())
    for text in (f"https://{address}", f"看{address} 很好"):
        leads_to = keeper.get("/studio/mei/pick", {"q": text}).headers["Location"]
        assert leads_to.startswith(f"/studio/mei/pick?offer={pasted[0].pk}")
        assert pasted[0].title in keeper.get(leads_to).content.decode()
    for text in ("www.jd.com", "www.jd.com/…", "taobao.com"):  # nothing is searched for by their letters
        page = keeper.get("/studio/mei/pick", {"q": text}, headers={"Accept-Language": "en"})
        assert page.status_code == 422
        assert "This address names no item. Open the item in the app" in page.content.decode()
        assert Caller(mei()).get("/offers", q=text).json()["to_paste"]


@pytest.mark.parametrize("code", ["taobao", "jd", "pinduoduo"])
def test_the_address_of_an_item_in_the_sandbox_leads_there(connected: Sandbox, code: str) -> None:
    number = next(each.external_id for each in catalogue.offers() if each.marketplace == code and each.in_stock)

    offer = offer_from_text(f"{connected.url}/item/{code}/{number}", now=clock.now())

    assert offer.marketplace == code


def test_pasting_what_a_search_found_takes_nothing_away(connected: Sandbox) -> None:
    found = registry.connector("jd").search("").offers
    facts = next(each for each in found if each.coupon_minor and each.seller)
    (offer_id,) = take_offers([facts], now=clock.now()).offer_ids
    before = Offer.objects.get(pk=offer_id)

    after = offer_from_text(f"https://item.jd.com/{facts.external_id}.html", now=clock.now())

    kept = ("coupon_minor", "coupon_until", "as_of", "expires_at", "list_minor", "seller", "brand", "picture_urls")
    assert {name: getattr(after, name) for name in kept} == {name: getattr(before, name) for name in kept}
    assert PricePoint.objects.filter(offer=after).count() == 1


def test_a_link_of_another_marketplace_is_read_there(connected: Sandbox) -> None:
    facts = registry.connector("dangdang").search("").offers[0]

    offer = offer_from_text(f"看 {facts.url}", now=clock.now())

    assert (offer.marketplace, offer.external_id) == ("dangdang", facts.external_id)


def test_what_a_product_file_does_not_have_may_still_be_sold(connected: Sandbox) -> None:
    facts = registry.connector("dangdang").search("").offers[0]

    with pytest.raises(NotFound, match="not in the product file that Joey has of Dangdang, which may still sell it"):
        offer_from_text(facts.url.replace(facts.external_id, "999999999"), now=clock.now())


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "hello", "https://example.org/item/1", "￥￥", "x" * 2001, "javascript:alert(1)", "\x00",
        "https://[::1/", "http://[/", "https://item.jd.com]/1.html",
    ],
)  # fmt: skip
def test_what_is_no_link_of_a_connected_marketplace_is_invalid(connected: Sandbox, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        offer_from_text(text, now=clock.now())

    assert refused.value.field == "text"
    assert Offer.objects.count() == 0


@pytest.mark.parametrize("text", ["￥abcdefghijk￥", "https://m.tb.cn/h.AbCdEf?tk=x"])
def test_an_expired_code_is_refused_in_words(connected: Sandbox, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        offer_from_text(text, now=clock.now())

    assert refused.value.field == "text"
    assert isinstance(refused.value, Invalid)


def test_an_item_that_is_gone_is_not_found(connected: Sandbox) -> None:
    with pytest.raises(NotFound):
        offer_from_text("https://item.jd.com/100012043978.html", now=clock.now())


def test_a_marketplace_that_is_unavailable_says_so(own_world: Sandbox) -> None:
    own_world.post("/control/outage", {"kind": "500", "seconds": 60, "where": "taobao"})

    with stamina.set_testing(True, attempts=2), pytest.raises(Unavailable):
        offer_from_text("￥abcdefghijk￥", now=clock.now())


def test_without_any_marketplace_nothing_is_recognised(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {}

    with pytest.raises(Invalid):
        offer_from_text("https://item.taobao.com/item.htm?id=1", now=clock.now())
