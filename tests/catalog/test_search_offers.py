"""Searching the catalogue: every word counts, pages neither miss nor repeat, and a bad cursor is refused."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from joey.catalog.cards import OfferCard
from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.catalog.queries import offer_by_id, price_history, search_offers
from joey.kit.refusals import Invalid, NotFound
from joey.money.money import Money
from tests.catalog.offers import DAY, HOUR, NOW, flask_facts, many

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("searchable")]


@pytest.fixture(autouse=True)
def accounts(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {
        "taobao": {"credentials": {"app_key": "1", "app_secret": "2"}},
        "jd": {"gateway": "https://feeds.example.org/jd.jsonl"},
    }


def find(q: str = "", **options: Any) -> list[OfferCard]:
    """All pages of a search, put together."""
    found: list[OfferCard] = []
    cursor = None
    for _page in range(1000):
        page = search_offers(q, language=options.pop("language", "zh-hans"), cursor=cursor, now=NOW, **options)
        found += page.items
        cursor = page.next
        if cursor is None:
            return found
    raise AssertionError("the pages do not end")


def ids(cards: list[OfferCard]) -> list[str]:
    return [card.external_id for card in cards]


def take(*changes: dict[str, Any]) -> None:
    take_offers(
        [flask_facts(**{"identity": f"i{at}", "external_id": f"e{at}"} | each) for at, each in enumerate(changes)],
        now=NOW,
    )


@pytest.mark.parametrize(
    "q", ["保温杯", "不锈钢 保温杯", "保温杯 316", "５００ 毫升", "FLASK steel", "ｆｌａｓｋ", "杯", "", "  ", "500 ml"]
)
def test_every_word_may_be_in_any_title_in_any_width_and_case(q: str) -> None:
    take({}, {"title": "砂锅", "translations": {}})

    assert set(ids(find(q))) == ({"e0"} if q.strip() else {"e0", "e1"})


@pytest.mark.parametrize(
    "q", ["保温锅", "保温杯 砂锅", "100%", "5_0", "\\", "%", "毫升 steel-stainless glass", "' OR 1=1 --"]
)
def test_what_is_not_there_is_not_found(q: str) -> None:
    take({})

    assert find(q) == []


def test_a_single_character_is_meant_inside_longer_words_as_well() -> None:
    take(
        {"title": "法式收腰茶歇裙 夏季", "translations": {}, "volume": 10},
        {"title": "明前绿茶 罐装自饮", "translations": {}, "volume": 900},
        {"title": "砂锅", "translations": {}, "volume": 5_000},
    )

    assert ids(find("茶")) == ["e1", "e0"]


def test_signs_part_words_and_mean_nothing_else() -> None:
    take({"title": "100% 棉 T_恤"}, {"title": "1000 棉 恤"})

    assert ids(find("100%")) == ids(find("t_恤")) == ids(find("100 T恤")) == ["e0"]


def test_filters_narrow() -> None:
    take(
        {"marketplace": "jd", "category": "home"},
        {"in_stock": False},
        {"coupon_minor": None},
        {"coupon_until": NOW - HOUR},
    )

    assert ids(find(marketplace="jd")) == ["e0"]
    assert ids(find(category="home")) == ["e0"]
    assert sorted(ids(find(in_stock=True))) == ["e0", "e2", "e3"]
    assert sorted(ids(find(coupon=True))) == ["e0", "e1"]


def test_withdrawn_offers_and_unknown_prices_are_not_found() -> None:
    take({}, {"now_minor": None}, {})
    Offer.objects.filter(external_id="e0").update(withdrawn_at=NOW)

    assert ids(find()) == ["e2"]


def test_by_price_counts_what_is_paid_and_each_currency_for_itself() -> None:
    take(
        {"now_minor": 9000, "coupon_minor": 1000},
        {"now_minor": 2000, "coupon_minor": None},
        {"now_minor": 9000, "coupon_minor": 500, "coupon_until": NOW - HOUR},  # over: 90.00 is paid
        {"now_minor": 100, "coupon_minor": None, "currency": "USD", "marketplace": "amazon"},
    )

    assert ids(find(sort="price")) == ["e0", "e1", "e2", "e3"]


def test_by_earning_counts_price_times_rate_and_nothing_where_nothing_is_reported() -> None:
    take(
        {"now_minor": 10000, "coupon_minor": None, "commission_ppm": 10_000},
        {"now_minor": 1000, "coupon_minor": None, "commission_ppm": 200_000},
        {"now_minor": 90000, "coupon_minor": None, "commission_ppm": 900_000, "marketplace": "jd"},
    )

    found = find(sort="earning")

    assert ids(found) == ["e1", "e0", "e2"]
    assert [card.earning for card in found] == [Money(180, "CNY"), Money(90, "CNY"), None]


def test_newest_first() -> None:
    take({})
    take_offers([flask_facts(identity="other", external_id="newer")], now=NOW)

    assert ids(find(sort="newest")) == ["newer", "e0"]


def test_words_together_come_before_words_apart_and_then_what_sells_most() -> None:
    take(
        {"title": "保温 大容量 杯", "volume": 900, "translations": {}},
        {"title": "保温杯 小", "volume": 5, "translations": {}},
        {"title": "保温杯 大", "volume": 50, "translations": {}},
    )

    assert ids(find("保温 杯")) == ["e2", "e1", "e0"]
    assert ids(find("保温杯")) == ["e2", "e1"]


@pytest.mark.parametrize("sort", ["relevance", "price", "earning", "newest"])
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_neither_miss_nor_repeat(sort: str, limit: int) -> None:
    take_offers([*many(30), *many(30, identity="same", external_id="same")[:1]], now=NOW)
    take_offers(many(23, now_minor=777, volume=3, marketplace="jd"), now=NOW)  # many equals

    found = find(sort=sort, limit=limit)

    assert len(found) == 54
    assert len({card.id for card in found}) == 54
    assert [card.id for card in found] == [card.id for card in find(sort=sort, limit=100)]


def test_a_row_that_comes_between_two_pages_shifts_nothing() -> None:
    take_offers(many(10), now=NOW)
    first = search_offers(sort="price", limit=5, language="en", now=NOW)

    take({"now_minor": 1, "coupon_minor": None})
    second = search_offers(sort="price", limit=5, language="en", now=NOW, cursor=first.next)

    assert [card.price.minor for card in (*first.items, *second.items) if card.price] == list(range(1000, 1010))
    assert second.next is None


def test_a_cursor_of_another_question_or_a_made_up_one_is_refused() -> None:
    take_offers(many(5), now=NOW)
    cursor = search_offers(limit=2, language="en", now=NOW).next
    assert cursor is not None

    for asked in (
        {"cursor": cursor, "q": "保温杯"}, {"cursor": cursor, "sort": "price"}, {"cursor": cursor[:-2] + "xx"},
        {"cursor": "made up"}, {"cursor": "\x00"}, {"cursor": "é" * 10}, {"cursor": "a" * 100_000},
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            search_offers(language="en", now=NOW, **asked)  # type: ignore[arg-type]
        assert refused.value.field == "cursor"


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"sort": "random()"}, "sort"), ({"limit": 0}, "limit"), ({"limit": 101}, "limit"),
     ({"marketplace": "ebay"}, "marketplace"), ({"min_minor": 1}, "currency"), ({"currency": "XXX"}, "currency"),
     ({"min_minor": -1, "currency": "CNY"}, "min_price"), ({"max_minor": 10**15, "currency": "CNY"}, "max_price"),
     ({"min_minor": 2, "max_minor": 1, "currency": "CNY"}, "max_price")],
)  # fmt: skip
def test_a_bad_question_is_refused_by_field(asked: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        search_offers(language="en", now=NOW, **asked)

    assert refused.value.field == field


def test_nul_in_a_question_is_nothing() -> None:
    take({})

    assert ids(find("保温\x00杯")) == ["e0"]


def test_one_page_is_one_query_however_much_it_holds(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    take_offers(many(60), now=NOW)
    find("保温杯")

    for limit in (1, 50):
        with django_assert_num_queries(1):
            search_offers("保温杯", language="en", limit=limit, now=NOW)


def test_card_says_what_is_paid_what_it_earns_and_until_when() -> None:
    take({})

    card = find(language="en")[0]

    assert card.title == "Stainless Steel Flask, 500 ml"
    assert (card.price, card.without_coupon) == (Money(6900, "CNY"), Money(8900, "CNY"))
    assert card.earning == Money(341, "CNY")  # 69.00 × 5.5 %, floored, less a tenth that Taobao keeps
    assert card.fresh
    assert card.expires_at == NOW + DAY


def test_an_expired_price_is_not_said() -> None:
    take({})
    offer = Offer.objects.get()

    card = offer_by_id(offer.id, language="en", now=NOW + DAY)

    assert not card.fresh
    assert (card.price, card.earning) == (None, None)
    assert card.as_of == NOW


def test_an_offer_that_is_not_there_is_not_found() -> None:
    take({})

    with pytest.raises(NotFound):
        offer_by_id(UUID(int=1), now=NOW)


def test_history_begins_with_the_price_in_force() -> None:
    take({"history": ((NOW - 90 * DAY, 5000), (NOW - 10 * DAY, 9900))})

    rows = price_history(Offer.objects.get().id, days=60, now=NOW)

    assert [(row.at, row.price.minor) for row in rows] == [
        (NOW - 60 * DAY, 5000), (NOW - 10 * DAY, 9900), (NOW, 6900),
    ]  # fmt: skip
    assert price_history(Offer.objects.get().id, days=60, now=NOW - timedelta(days=365))[0].at == NOW - 90 * DAY


@pytest.mark.parametrize(
    ("title", "question"),
    [
        ("蠔油糭子 4 隻裝", "粽子"),  # forms in use in Hong Kong only
        ("粽子 4 只装", "糭子"),
        ("梳粧枱 白色", "梳妆台"),
        ("梳妆台 白色", "梳粧枱"),
        ("衞生紙 10 卷", "卫生纸"),
        ("卫生纸 10 卷", "衞生紙"),
        ("保溫杯 500 毫升", "保温杯"),  # forms in use in Taiwan too
    ],
)
def test_hong_kong_forms_and_simplified_ones_find_each_other(title: str, question: str) -> None:
    take({"title": title, "translations": {}})

    assert ids(find(question)) == ["e0"]


@pytest.mark.parametrize("hidden", ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u3164", "\u202e"])
def test_characters_that_cannot_be_seen_hide_nothing_from_a_search(hidden: str) -> None:
    take({"title": f"保{hidden}温{hidden}杯 ther{hidden}mos", "translations": {}})

    assert ids(find("保温杯")) == ids(find("thermos")) == ["e0"]
    assert ids(find(f"保温{hidden}杯")) == ids(find(f"{hidden}thermos{hidden}")) == ["e0"]
    assert ids(find(hidden)) == []
