"""What buyers see: truthful prices, the label everywhere, one query too few to grow with the shop."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from joey.api.listings import listing_out
from joey.catalog.models import PricePoint
from joey.kit import clock
from joey.record.queries import events_of
from joey.sharing.make_link import make_link
from joey.sharing.models import Link
from joey.sharing.share import share_of
from joey.shops.listings_of import listings_of
from joey.shops.models import BuyerReport, Listing, Shelf, Shop
from joey.storefront import views
from tests.cast import DAY, NOW, listed, lulus_shop, meis_shop
from tests.storefront.goods import cost, fresh_flask, shelf_of_flasks, stale_flask

pytestmark = pytest.mark.django_db

ZH = {"accept-language": "zh-CN"}
EN = {"accept-language": "en-GB"}
WECHAT = "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0.50"


def path_of(listing: Listing) -> str:
    return f"/s/{listing.shop.slug}/{listing.id}"


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def test_a_shop_page_shows_keeper_shelves_and_cards_with_label_price_and_time(client: Client) -> None:
    shop = meis_shop()
    listing = listed(shop, fresh_flask())
    Listing.objects.update(shelf=Shelf.objects.create(shop=shop, name="厨房"))

    html = client.get("/s/mei", headers=ZH).content.decode()

    card = text_of(html.partition('<li class="card">')[2].partition("</li>")[0])
    assert "小美的好物铺" in html
    assert "厨房" in html
    assert "316 不锈钢保温杯" in card
    assert "¥69.00 券后" in card
    assert "广告" in card
    assert "淘宝" in card
    assert re.search(r"\d\d:\d\d 的价格", card) or "昨天" in card
    assert path_of(listing) in html


def test_the_language_follows_the_browser_the_cookie_and_the_question(client: Client) -> None:
    listed(meis_shop(), fresh_flask())

    english = client.get("/s/mei", headers=EN)
    assert "Stainless steel flask" in english.content.decode()
    assert english.headers["Content-Language"] == "en"
    assert "保温杯" in client.get("/s/mei?lang=zh", headers=EN).content.decode()
    assert "保温杯" in client.get("/s/mei", headers=EN).content.decode()


def test_a_shop_page_takes_the_same_queries_for_one_listing_and_for_forty(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shelf_of_flasks(meis_shop(), 1)
    with django_assert_num_queries(1):
        client.get("/s/mei", headers=ZH)

    shelf_of_flasks(meis_shop(), 40)
    with django_assert_num_queries(1):
        client.get("/s/mei", headers=ZH)


def test_a_listing_page_takes_a_known_number_of_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, *_rest = shelf_of_flasks(meis_shop(), 30)
    client.get(path_of(first), headers=ZH)  # makes the listing's own link

    with django_assert_num_queries(10):
        client.get(path_of(first), headers=ZH)


def test_a_long_shop_goes_on_on_a_second_page(client: Client) -> None:
    shelf_of_flasks(meis_shop(), 121)

    first = client.get("/s/mei", headers=ZH).content.decode()
    second = client.get("/s/mei?start=120", headers=ZH).content.decode()

    assert (first.count('<li class="card">'), second.count('<li class="card">')) == (120, 1)
    assert "?start=120" in first


@pytest.mark.parametrize("start", ["-1", "x", "99999999999999999999", "١"])
def test_a_page_number_that_is_none_breaks_nothing(client: Client, start: str) -> None:
    listed(meis_shop(), fresh_flask())

    assert client.get("/s/mei", {"start": start}, headers=ZH).status_code in (200, 404)


def test_a_listing_page_says_price_time_seller_and_who_earns(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())

    words = text_of(client.get(path_of(listing), headers=EN).content.decode())

    assert "CN¥69.00 with coupon" in words
    assert "CN¥89.00 without the coupon" in words
    assert "Price at Taobao as of" in words
    assert "Joey home" in words
    # 69.00 at 5.5 % is 3.79; four fifths of it are 3.03, one fifth 0.75
    assert "may earn about CN¥2.72 and Joey's platform fee is about CN¥0.68" in words
    assert "No one else earns from this sale" in words
    assert "Continue to Taobao" in words
    assert " Ad " in words


def test_the_price_on_the_card_is_the_price_on_the_page(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())

    card, page = (
        client.get("/s/mei", headers=ZH).content.decode(),
        client.get(path_of(listing), headers=ZH).content.decode(),
    )

    shown = re.compile(r'<p class="(?:card-price|price-now)">\s*(<span class="money">.*?</span>)')
    assert shown.search(card).group(1) == shown.search(page).group(1)  # type: ignore[union-attr]


def test_a_stale_price_is_nowhere_on_the_page(client: Client) -> None:
    offer = stale_flask()
    cost(offer, (50, 7900), (20, 6900))
    listing = listed(meis_shop(), offer)

    for path in (path_of(listing), "/s/mei", "/"):
        html = client.get(path, headers=EN).content.decode()
        assert "69.00" not in text_of(html), path
        assert "89.00" not in text_of(html), path
    assert "See current price at Taobao" in client.get(path_of(listing), headers=EN).content.decode()


def test_a_marketplace_that_reports_nothing_earns_nothing_here(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask(marketplace="jd"))

    words = text_of(client.get(path_of(listing), headers=EN).content.decode())

    assert "earns nothing here yet" in words
    assert "may earn about" not in words
    for path in (path_of(listing), "/s/mei", "/"):
        promised = text_of(client.get(path, headers=EN).content.decode())
        assert re.findall("(.{9})[Kk]eeper earns a commission", promised) == [" so, the "], path


def test_an_item_without_commission_says_that_no_one_earns(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask(commission_ppm=0))

    assert "pays no commission on this item" in client.get(path_of(listing), headers=EN).content.decode()


@pytest.mark.parametrize(
    ("steps", "struck", "low"),
    [
        (((40, 9900), (30, 7900), (2, 6900)), "CN¥79.00", ""),
        (((40, 5900), (12, 9900), (1, 6900)), "", "30-day low CN¥59.00"),  # case P1: raised, then cut
        ((), "", ""),
    ],
)
def test_page_caption_and_api_compare_a_price_by_one_rule(
    client: Client, steps: tuple[tuple[int, int], ...], struck: str, low: str
) -> None:
    offer = fresh_flask(list_minor=12900)
    cost(offer, *steps)
    shop = meis_shop()
    listing = listed(shop, offer)
    link = make_link(shop, listing_id=listing.id, channel="wechat", now=clock.now())

    html = client.get(path_of(listing), headers=EN).content.decode()
    caption = share_of(link, language="en", now=clock.now()).caption
    row = listing_out(shop, listings_of(shop, language="en", now=clock.now(), limit=9).items[0])

    found = re.search("<s .*?</s>", html)
    assert (text_of(found[0]) if found else "") == (f"before{struck}" if struck else "")
    assert re.findall(r"before CN¥[\d.]+|\d+-day low CN¥[\d.]+", caption) == (
        [f"before {struck}"] if struck else [low] * bool(low)
    )
    assert (row.struck_price.text if row.struck_price else "") == struck
    assert (f"{row.recent_low.days}-day low {row.recent_low.price.text}" if row.recent_low else "") == low
    assert (low in text_of(html)) if low else ("day low" not in text_of(html))
    assert "129.00" not in html


def test_price_history_is_a_chart_a_sentence_and_a_table(client: Client) -> None:
    offer = fresh_flask()
    cost(offer, (50, 9900), (20, 7900), (5, 6900))
    listing = listed(meis_shop(), offer)

    html = client.get(path_of(listing), headers=EN).content.decode()

    assert html.count('class="low"') == 1
    assert "Between CN¥69.00 and CN¥99.00; the lowest from" in text_of(html)
    assert [f"CN¥{price}" in html for price in ("99.00", "79.00", "69.00")] == [True] * 3
    assert "<table>" in html


def test_the_axis_of_the_chart_begins_at_zero(client: Client) -> None:
    """Case P21: 50.90 → 48.90 is no cliff."""
    offer = fresh_flask()
    cost(offer, (40, 5090), (20, 4890), (10, 2545))

    html = client.get(path_of(listed(meis_shop(), offer)), headers=EN).content.decode()

    (line,) = re.findall(r'class="line" d="([^"]*)"', html)
    (floor,) = re.findall(r'class="grid" [^>]*y1="(\d+)"', html)
    heights = [int(floor) - int(y) for y in re.findall(r"[ML]\d+ (\d+)", line)]
    assert heights[1] / heights[0] == pytest.approx(4890 / 5090, abs=0.01)
    assert heights[2] / heights[0] == pytest.approx(0.5, abs=0.01)
    assert "¥0.00" in html


def test_a_price_that_never_changed_says_since_when_it_is_known(client: Client) -> None:
    old, new = fresh_flask(), fresh_flask(identity="new", external_id="new")
    cost(old, (10, 6900))
    PricePoint.objects.create(offer=new, at=new.as_of, price_minor=6900, currency=new.currency)
    seen_long, seen_once = listed(meis_shop(), old), listed(meis_shop(), new)

    html = client.get(path_of(seen_long), headers=EN).content.decode()
    assert "; we know no earlier price" in html
    assert 'class="line"' in html

    html = client.get(path_of(seen_once), headers=EN).content.decode()
    assert "; before that we did not know this item" in html
    assert 'class="line"' not in html


def test_out_of_stock_and_withdrawn_are_said_in_words(client: Client) -> None:
    out = listed(meis_shop(), fresh_flask(in_stock=False))
    gone = listed(meis_shop(), fresh_flask(identity="gone", external_id="gone", withdrawn_at=clock.now()))

    assert "Out of stock at Taobao" in client.get(path_of(out), headers=EN).content.decode()
    page = client.get(path_of(gone), headers=EN).content.decode()
    assert "does not sell this any more" in page
    assert "Continue to" not in page


@pytest.mark.parametrize("state", ["refused", "hidden"])
def test_what_is_refused_or_hidden_is_seen_nowhere(client: Client, state: str) -> None:
    listing = listed(meis_shop(), fresh_flask())
    Listing.objects.update(state=state, rule_id="CN-G1", reason="no")

    assert client.get(path_of(listing), headers=EN).status_code == 410
    assert "Stainless" not in client.get("/s/mei", headers=EN).content.decode()
    assert "Stainless" not in client.get("/", headers=EN).content.decode()


def test_a_listing_is_found_only_in_its_own_shop(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())
    lulus_shop()

    assert client.get(f"/s/lulu/{listing.id}").status_code == 404
    assert client.get("/s/unknown").status_code == 404
    assert client.get("/s/mei/not-an-id").status_code == 404


def test_a_closed_shop_is_gone(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())
    Shop.objects.update(closed_at=clock.now())

    assert [client.get(path).status_code for path in ("/s/mei", path_of(listing))] == [404, 404]


def test_the_outbound_click_carries_the_listings_own_code_or_the_click(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())

    first = re.search(r'href="/go/([0-9a-z]+)"', client.get(path_of(listing)).content.decode())
    again = re.search(r'href="/go/([0-9a-z]+)"', client.get(path_of(listing)).content.decode())

    assert first
    assert again
    assert first.group(1) == again.group(1)


def test_a_page_may_be_kept_only_until_its_price_is_too_old(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask(expires_at=clock.now() + timedelta(seconds=20)))

    for path in (path_of(listing), "/s/mei"):
        kept = client.get(path).headers["Cache-Control"]
        assert 0 < int(re.fullmatch(r"public, max-age=(\d+)", kept).group(1)) <= 20  # type: ignore[union-attr]


@pytest.mark.parametrize("ends", ["expires_at", "coupon_until"])
def test_no_page_is_kept_past_the_earliest_end_of_any_price_on_it(client: Client, ends: str) -> None:
    soon = {ends: clock.now() + timedelta(seconds=20)}
    listing = listed(meis_shop(), fresh_flask())
    listed(meis_shop(), fresh_flask(identity="mug", external_id="mug", **soon))  # shown below it and on the front page
    listed(meis_shop(), fresh_flask(identity="cup", external_id="cup"))
    Shop.objects.update(opened_at=NOW - 30 * DAY)

    for path in (path_of(listing), "/s/mei", "/"):
        kept = client.get(path).headers["Cache-Control"]
        assert 0 < int(re.fullmatch(r"public, max-age=(\d+)", kept).group(1)) <= 20  # type: ignore[union-attr]


def test_a_poster_is_kept_no_longer_than_the_price_on_it_lasts(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask(coupon_until=clock.now() + timedelta(seconds=20)))
    code = make_link(listing.shop, listing_id=listing.id, channel="wechat", now=clock.now()).code

    kept = client.get(f"/p/{code}.png").headers["Cache-Control"]

    assert 0 < int(re.fullmatch(r"public, max-age=(\d+)", kept).group(1)) <= 20  # type: ignore[union-attr]


def test_a_poster_is_drawn_once_while_it_shows_the_same(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """M11: also a minute later, and for another caller; a new layout or language is another poster."""
    listing = listed(meis_shop(), fresh_flask())
    code = make_link(listing.shop, listing_id=listing.id, channel="wechat", now=clock.now()).code
    drawn: list[str] = []

    def draw(_facts: object, layout: str) -> bytes:
        drawn.append(layout)
        return b"png"

    monkeypatch.setattr("joey.sharing.poster.poster_png", draw)

    for address in ("203.0.113.7", "203.0.113.8"):
        views._poster.cache_clear()  # as a new minute does
        for layout in ("full", "framed"):
            assert client.get(f"/p/{code}.png", {"layout": layout}, REMOTE_ADDR=address).content == b"png"

    assert drawn == ["full", "framed"]


def test_inside_an_app_that_opens_no_taobao_the_outbound_click_offers_another_browser(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())

    inside = client.get(path_of(listing) + "/way-out", headers=EN | {"user-agent": WECHAT}).content.decode()
    outside = client.get(
        path_of(listing) + "/way-out", headers=EN | {"user-agent": "Mozilla/5.0 Firefox"}
    ).content.decode()

    assert "WeChat does not open Taobao" in inside
    assert '"bar"' not in inside
    assert "Continue to Taobao" in outside


def test_the_outbound_click_leads_on_by_the_listings_own_link_whatever_token_the_address_has(client: Client) -> None:
    """Security L7: the link or click of another shop is never on this shop's page."""
    listing, other = listed(meis_shop(), fresh_flask()), listed(lulus_shop(), fresh_flask())
    make_link(other.shop, listing_id=other.id, channel="wechat", now=clock.now())
    others = str(Link.objects.get(listing=other, channel="shop").code)

    for token in (others, str(uuid4()), "https://evil.example", "//evil.example", "'><script>", "A" * 99):
        html = client.get(path_of(listing) + "/way-out", {"t": token}, headers=EN).content.decode()

        assert token not in html
        assert f'href="/go/{Link.objects.get(listing=listing, channel="shop").code}"' in html


def test_titles_and_notes_are_shown_as_text(client: Client) -> None:
    attack = "<img src=x onerror=alert(1)>"
    listing = listed(meis_shop(), fresh_flask(title=attack, translations={}, seller=attack))
    Listing.objects.update(note=attack)

    for path in (path_of(listing), "/s/mei", "/"):
        assert attack not in client.get(path).content.decode()


def test_every_page_forbids_script_and_style_that_is_not_ours(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())

    for path in ("/", "/s/mei", path_of(listing), "/rules", "/nowhere", "/studio/sign-in"):
        answer = client.get(path)
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        html = answer.content.decode()
        assert not re.search(r'<script(?![^>]*(?:src=|"application/ld\+json"))|\sstyle=|\son[a-z]+=', html), path


def test_the_rules_are_public_with_their_version_and_law(client: Client) -> None:
    words = text_of(client.get("/rules", headers=ZH).content.decode())

    assert "CN-G1" in words
    assert "CN-A2" in words
    assert "广告法" in words


def test_the_front_page_shows_shops_and_goods_by_category(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shelf_of_flasks(meis_shop(), 9)
    Shop.objects.update(opened_at=NOW - 30 * DAY)
    lulus_shop()  # empty: not shown

    with django_assert_num_queries(4):
        html = client.get("/", headers=ZH).content.decode()

    assert "小美的好物铺" in html
    assert "露露的小店" not in html
    assert "厨房用具" in html
    assert html.count('<li class="card">') == 6


def test_a_report_is_written_down_and_an_undeclared_field_is_refused(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())
    path = path_of(listing) + "/report"

    refused = client.post(path, {"reason": "fake", "price": "1"}, headers=EN)
    taken = client.post(path, {"reason": "fake", "words": "logo is wrong"}, headers=EN)
    report = BuyerReport.objects.get()

    assert refused.status_code == 422
    assert "price" in refused.content.decode()
    assert "Thank you" in taken.content.decode()
    assert [event.facts["reason"] for event in events_of([f"report:{report.id}"])] == ["fake"]
    assert report.reference in taken.content.decode()


def test_an_unknown_page_is_a_friendly_404(client: Client) -> None:
    answer = client.get("/nowhere", headers=ZH)

    assert answer.status_code == 404
    assert "这个地址下什么都没有" in answer.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_reading_pages_take_no_writes(client: Client, method: str) -> None:
    meis_shop()

    assert getattr(client, method)("/s/mei").status_code == 405


def test_programs_that_read_everything_are_kept_from_links_and_outbound_clicks(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert lines[0] == "User-agent: *"
    assert {"Disallow: /go/", "Disallow: /l/", "Disallow: /studio/"} <= set(lines)
    assert "Disallow: /" not in lines


def test_chinese_words_in_an_english_page_say_so(client: Client) -> None:
    """Case P19: a screen reader changes its voice, a browser its letters."""
    shop, listing = meis_shop(), listed(meis_shop(), fresh_flask(seller="小美家居店", ships_from="浙江 杭州"))
    Shop.objects.filter(pk=shop.pk).update(name="小美好物", intro="都是我在用的")
    Listing.objects.update(note="很保温")

    pages = [client.get(at, headers=EN).content.decode() for at in ("/s/mei", path_of(listing))]
    chinese = client.get(path_of(listing), headers={"accept-language": "zh-CN"}).content.decode()

    assert '<h1 lang="zh-Hans">小美好物</h1>' in pages[0]
    assert '<p lang="zh-Hans">都是我在用的</p>' in pages[0]
    assert '<span lang="zh-Hans">小美好物</span>' in pages[1]
    assert '<p lang="zh-Hans">很保温</p>' in pages[1]
    assert '<span lang="zh-Hans">小美家居店</span>' in pages[1]
    assert 'The seller, from <span lang="zh-Hans">浙江 杭州</span>' in pages[1]
    assert '<span class="face face-small" aria-hidden="true" lang="zh-Hans">小</span>' in pages[1]
    assert 'lang="zh-Hans">小美' not in chinese
