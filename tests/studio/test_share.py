"""What a shopkeeper reads where a link is made: of the rate, and what became of it."""

import re
from dataclasses import replace

import pytest

from joey.catalog.intake.take_offers import take_offers
from joey.marketplaces import registry
from tests.api.client import Caller
from tests.cast import DAY, NOW, leased, listed, mei, meis_shop, report
from tests.catalog.offers import flask_facts
from tests.commissions.stage import take_in
from tests.marketplaces.replaced import replace_manifest
from tests.storefront.goods import fresh_flask
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db

WARNING = "does not lock rates: it pays 5.5% now"


def test_before_sharing_a_keeper_reads_that_the_rate_may_be_lower_by_the_time_of_the_order() -> None:
    earning = listed(meis_shop(), fresh_flask(commission_ppm=55_000))
    nothing = listed(meis_shop(), fresh_flask(identity="no-commission", external_id="no-commission", commission_ppm=0))

    pages = [signed_in(mei()).get(f"/studio/mei/share/{each.id}").content.decode() for each in (earning, nothing)]

    assert [WARNING in page for page in pages] == [True, False]


def test_every_item_of_a_large_shop_is_found_on_the_share_page_and_its_shelves_have_one_main_button() -> None:
    """Cases P13 and P21: 35 goods on two pages, found by their words; a row's own button is a plain one."""
    shop = meis_shop()
    for number in range(35):
        title = f"Thermosflasche {number} 500毫升" if number % 2 else f"Tea cup {number}"
        flask = fresh_flask(identity=str(number), external_id=str(number), title=title)
        listed(shop, flask)
    keeper = signed_in(mei())

    def shown(query: str) -> tuple[int, str]:
        page = keeper.get(f"/studio/mei/share{query}").content.decode()
        return len(re.findall(r'class="tile"', page)), (re.findall(r'href="(\?[^"]*start=[^"]*)"', page) or [""])[0]

    first, more = shown("")
    assert (first, shown(more.replace("&amp;", "&"))[0]) == (24, 11)
    assert [shown(f"?q={words}")[0] for words in ("ＴＥＡ", "cup 34", "500ml 33", "nothing like it")] == [18, 1, 1, 0]
    assert "None of your goods has these words" in keeper.get("/studio/mei/share?q=zz").content.decode()
    shelves = keeper.get("/studio/mei/shelves").content.decode()
    assert (shelves.count(">Share</a>"), shelves.count("button-main")) == (35, 1)
    assert "<h1>选品</h1>" in keeper.get("/studio/mei/pick", headers={"accept-language": "zh"}).content.decode()


def test_of_a_link_that_earns_nothing_it_is_not_said_that_the_keeper_earns() -> None:
    leased(meis_shop())
    earning = listed(meis_shop(), fresh_flask(commission_ppm=55_000))
    nothing = listed(meis_shop(), fresh_flask(identity="no-commission", external_id="no-commission", commission_ppm=0))
    keeper = signed_in(mei())

    pages = [
        keeper.post(f"/studio/mei/share/{each.id}", {"channel": "wechat"}, follow=True).content.decode()
        for each in (earning, nothing)
    ]

    assert ["knows that you earn" in page for page in pages] == [True, False]
    assert ["This link earns nothing now." in page for page in pages] == [False, True]


@pytest.mark.parametrize("gives", [True, False])
def test_a_copy_code_is_promised_where_the_marketplace_gives_one(monkeypatch: pytest.MonkeyPatch, gives: bool) -> None:
    able = replace(registry.manifest_of("taobao").capabilities, copy_codes=gives)
    replace_manifest(monkeypatch, "taobao", capabilities=able)
    leased(meis_shop())
    earning = listed(meis_shop(), fresh_flask(commission_ppm=55_000))

    page = signed_in(mei()).post(f"/studio/mei/share/{earning.id}", {"channel": "wechat"}, follow=True).content.decode()

    assert "It earns from the first click on" in page
    assert ("A copy-code joins the text after that." in page) is gives


def test_the_page_of_an_order_shows_the_rate_that_pays_and_the_other_one_that_was_shown() -> None:
    """Story 18: 15% at the click, 12% in the report."""
    leased(meis_shop())
    item = report().external_item
    take_offers([flask_facts(external_id=item, commission_ppm=150_000, as_of=NOW - 20 * DAY)], now=NOW - 20 * DAY)
    at_12 = report("1", rate_ppm=120_000, paid_minor=10_000, commission_minor=1_200, service_fee_minor=120)
    take_in(at_12, report("2", rate_ppm=150_000))

    (same, other) = sorted(Caller(mei()).get("/shops/mei/orders").json()["items"], key=lambda line: -line["rate_ppm"])
    assert (other["shown_rate_ppm"], other["rate_ppm"], same["shown_rate_ppm"]) == (150_000, 120_000, 150_000)
    assert other["commission"]["minor"] == 864  # four fifths of what the marketplace pays: 12.00 less its fee
    for language, words in RATES.items():
        pages = [
            signed_in(mei()).get(f"/studio/mei/orders/{line['id']}", headers={"accept-language": language})
            for line in (other, same)
        ]
        shown = [[each in page.content.decode() for each in words] for page in pages]
        assert shown == [[True] * len(words), [False] * len(words)]


RATES = {
    "en": ("<b>12%</b>", "15% was shown", "When the buyer clicked, 15% was shown; the marketplace pays 12%."),
    "zh": ("<b>12%</b>", "当时显示 15%", "买家点击时显示的佣金比例是 15%，平台按 12% 付。"),
}


def test_everything_on_the_shelves_can_be_reached_to_share_it() -> None:
    shop = meis_shop()
    names = [f"flask-{number}" for number in range(50)]
    shown = {str(listed(shop, fresh_flask(identity=name, external_id=name)).id) for name in names}
    keeper = signed_in(mei())

    reached, address = [], "/studio/mei/share"
    while address:
        page = keeper.get(address).content.decode()
        reached += re.findall(r'href="/studio/mei/share/([0-9a-f-]{36})"', page)
        more = re.search(r'href="(\?start=[0-9]+)" rel="next"', page)
        address = f"/studio/mei/share{more[1]}" if more else ""

    assert (len(reached), set(reached)) == (50, shown)


@pytest.mark.parametrize("start", ["1", "-1", "x", "9" * 5_000])
def test_a_start_beyond_the_goods_begins_at_the_first(start: str) -> None:
    only = listed(meis_shop(), fresh_flask())

    page = signed_in(mei()).get("/studio/mei/share", {"start": start}).content.decode()

    assert f"/studio/mei/share/{only.id}" in page
