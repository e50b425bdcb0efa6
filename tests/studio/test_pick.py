"""Finding goods in the studio: filters stay while words change, suggestions lead to a search, troubles are said."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.search import find_offers, folder, read_index, suggest
from joey.kit.clock import now
from tests.api.client import Caller
from tests.cast import mei, meis_shop
from tests.catalog.offers import flask_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    meis_shop()
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(mei())
    return client


def take(*changes: dict[str, Any]) -> None:
    moment = now()
    facts = [
        flask_facts(
            **{"identity": f"i{at}", "external_id": f"e{at}", "as_of": moment, "coupon_minor": None, "translations": {}}
            | each
        )
        for at, each in enumerate(changes)
    ]  # fmt: skip
    assert not take_offers(facts, now=moment).refused


def shown(browser: Client, query: str) -> list[str]:
    page = browser.get(f"/studio/mei/pick?{query}")
    assert page.status_code == 200
    return re.findall(r'<p class="clamp small">(.*?)</p>', page.content.decode())


def links(html: str, start: str) -> list[dict[str, list[str]]]:
    found = re.findall(rf'href="{re.escape(start)}\?(.*?)"', html)
    return [parse_qs(query.replace("&amp;", "&")) for query in found]


def test_prices_are_filtered_in_one_currency_and_sorted_each_for_itself(browser: Client) -> None:
    take(
        {"title": "cheap", "now_minor": 1000, "volume": 1},
        {"title": "dear", "now_minor": 90_000, "volume": 9},
        {"title": "coupon", "now_minor": 90_000, "coupon_minor": 4000, "coupon_until": now() + timedelta(days=1)},
        {"title": "abroad", "now_minor": 2000, "currency": "USD", "marketplace": "amazon", "volume": 0},
    )

    assert shown(browser, "sort=price") == ["cheap", "coupon", "dear", "abroad"]
    assert shown(browser, "sort=price&min=10.01&max=900") == ["coupon", "dear"]
    assert shown(browser, "currency=USD&max=20") == ["abroad"]
    assert shown(browser, "sort=sales")[-2:] == ["cheap", "abroad"]
    assert shown(browser, "coupon=1") == ["coupon"]
    page = browser.get("/studio/mei/pick?min=10").content.decode()
    assert "<option selected>CNY</option>" in page


def test_the_list_says_once_who_has_the_rest_of_a_commission(browser: Client) -> None:
    take({"title": "one"}, {"title": "two"})

    page = browser.get("/studio/mei/pick").content.decode()

    assert page.count("Of a commission you get 80%; the other 20% is Joey's platform fee.") == 1


def test_what_a_keeper_earns_names_what_the_marketplace_keeps_of_the_commission(browser: Client) -> None:
    take({"title": "one"})

    page = " ".join(browser.get("/studio/mei/pick").content.decode().split())

    assert "your share of 5.5% commission, of which the marketplace keeps 10%" in page


@pytest.mark.parametrize("query", ["min=9,90", "max=-1", "min=2&max=1", "currency=XXX", "min=1e3"])
def test_a_price_that_cannot_be_read_is_said(browser: Client, query: str) -> None:
    answer = browser.get(f"/studio/mei/pick?{query}")

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_suggestions_are_links_to_a_search_that_keep_the_filters(browser: Client) -> None:
    take({"title": "Stainless steel flask", "brand": "灶边记", "category": "kitchen"})

    html = browser.get("/studio/mei/pick/suggestions?q=stain&sort=price&cursor=x&offer=y").content.decode()
    kitchen = browser.get("/studio/mei/pick/suggestions?q=kitch&sort=price").content.decode()

    assert links(html, "/studio/mei/pick") == [{"q": ["stainless"], "sort": ["price"]}]
    assert {"category": ["kitchen"], "sort": ["price"]} in links(kitchen, "/studio/mei/pick")
    assert browser.get("/studio/lulu/pick/suggestions?q=stain").status_code == 404
    assert Client().get("/studio/mei/pick/suggestions?q=stain").status_code == 302


def test_where_nothing_is_found_a_way_on_is_offered(browser: Client) -> None:
    take({"title": "Stainless steel flask", "category": "kitchen"})

    html = browser.get("/studio/mei/pick?q=steel&category=home").content.decode()
    wrong = browser.get("/studio/mei/pick?q=stanless+flsk&max=1").content.decode()

    assert "Nothing found" in html
    assert "Did you mean" in wrong
    assert ["stainless flask"] in [link.get("q") for link in links(wrong, "/studio/mei/pick")]


@pytest.mark.parametrize(
    ("query", "row", "first"),
    [
        ("marketplace=jd", "Marketplace", ["JD", "All marketplaces"]),
        ("marketplace=elsewhere", "Marketplace", ["All marketplaces", "JD"]),
        ("category=pets", "Category", ["Pets", "All categories"]),
        ("sort=newest&in_stock=1", "Sort", ["Newest", "In stock", "Best match"]),
        ("", "Sort", ["Best match", "Earns most"]),
    ],
)
def test_what_is_chosen_comes_first_in_its_row(browser: Client, query: str, row: str, first: list[str]) -> None:
    """A phone of 390 px shows about three of them."""
    html = browser.get(f"/studio/mei/pick?{query}").content.decode()

    chips = re.findall(r'<a class="chip"[^>]*>\s*([^<]+?)\s*</a>', html.partition(f'aria-label="{row}"')[2])
    assert chips[: len(first)] == first


def test_where_one_marketplace_has_nothing_it_says_so_and_leads_to_all(browser: Client) -> None:
    take({"title": "Stainless steel flask", "marketplace": "taobao"})

    html = browser.get("/studio/mei/pick?q=steel&marketplace=jd&sort=price").content.decode()
    everywhere = browser.get("/studio/mei/pick?q=glass").content.decode()

    assert "Only goods of JD were searched." in html
    assert '<a class="button" href="?q=steel&amp;sort=price">Search all marketplaces</a>' in html
    assert "Nothing found" in everywhere
    assert "were searched." not in everywhere


def test_what_comes_nearest_is_shown_with_what_was_dropped(browser: Client) -> None:
    """Case P6."""
    take({"title": "抗风折叠伞"}, {"title": "燕麦补水面膜"})

    near = browser.get("/studio/mei/pick?q=伞 紫色&sort=price").content.decode()
    sounding = browser.get("/studio/mei/pick?q=面摸").content.decode()
    far = browser.get("/studio/mei/pick?q=龘龘").content.decode()
    cheap = browser.get("/studio/mei/pick?q=面膜 便宜").content.decode()

    assert 'Without “<span lang="zh-Hans">紫色</span>” these come closest' in near
    assert {"q": ["伞"], "sort": ["price"]} in links(near, "")
    assert "抗风折叠伞" in near
    assert "燕麦补水面膜" not in near
    assert "These sound the same" in sounding
    assert "燕麦补水面膜" in sounding
    assert "These sell best" in far
    assert "抗风折叠伞" in far
    assert 'aria-current="true">Cheapest first' in re.sub(r"\s+", " ", cheap)
    assert "Nothing found" not in cheap
    assert "Read as pinyin" in browser.get("/studio/mei/pick?q=mianmo").content.decode()
    assert "Read as pinyin" not in cheap


@pytest.mark.parametrize(
    "q", ["https://item.example.com/steal/flsk.htm", "看 item.example.com/steal flsk", "￥flskstainl￥"]
)
def test_a_link_or_copy_code_is_never_corrected_and_is_looked_up(browser: Client, q: str) -> None:
    """Case P5. That its item comes up is in test_paste_offer."""
    take({"title": "Stainless steel flask of item example com htm https"})
    keeper = Caller(mei())

    page, typing = (browser.get(f"/studio/mei/pick{path}", {"q": q}).content.decode() for path in ("", "/suggestions"))
    answer = keeper.get("/offers", q=q).json()

    assert not [word for word in ("Did you mean", "Nothing found", "Stainless steel") if word in page]
    assert not links(typing, "/studio/mei/pick")
    assert 'role="alert"' in page, "no marketplace that is connected here knows it"
    assert page.count(q) == 1, "it stays in the box, the only one"
    assert "This is a link or copy-code. Search finds its item." in typing
    assert (answer["items"], answer["to_paste"]) == ([], True)
    assert keeper.get("/offers/suggest", q=q).json()["items"] == []
    assert keeper.get("/offers", q="steel").json()["to_paste"] is False


def test_what_was_too_much_is_said_and_the_rest_is_searched_for(browser: Client) -> None:
    take({"title": "保温杯"})
    query = "q=保温杯 " + "大" * 120

    page = browser.get(f"/studio/mei/pick?{query}").content.decode()

    assert 'was ignored: <span lang="zh-Hans">大大大' in page


def test_without_an_index_the_page_says_so_and_a_link_is_looked_up_all_the_same(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (find_offers, suggest):
        monkeypatch.setattr(module, "searcher", read_index.searcher)
    assert folder.current() is None

    answer = browser.get("/studio/mei/pick?q=a")

    assert answer.status_code == 503
    assert "The search index is being built" in answer.content.decode()
    assert browser.get("/studio/mei/pick?q=https://elsewhere.example/1").status_code == 422
