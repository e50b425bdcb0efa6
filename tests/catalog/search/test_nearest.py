"""A question always leads to something: what sounds the same, what has most of its words, what sells most."""

import re
from pathlib import Path

import pytest

from joey.catalog.queries import FoundOffers, search_offers
from tests.catalog.offers import NOW
from tests.catalog.search.goods import demo_facts, index_of_all, names
from tests.catalog.search.labelled import HELD_OUT, labelled_questions, yanxuan_facts

BY_SOUND = [
    ("kafei", "咖啡"),
    ("kf", "咖啡"),
    ("mianmo", "面膜"),
    ("mian mo", "面膜"),
    ("lanyaerji", "蓝牙耳机"),
    ("naiping", "奶瓶"),
    ("MIANMO", "面膜"),
    ("yusan", "伞"),  # by the synonyms of what is read like that
    ("kafe", "咖啡"),  # still being typed
    ("lanyaer", "蓝牙"),
    ("yusa", "伞"),
]
# Case P6: what is typed, the words that are dropped, and what every good that is shown has in its title.
NEAREST = [
    ("伞 黑色", "黑色", "伞"),
    ("面摸", "", "面膜"),
    ("送妈妈的礼物", "妈妈", "礼"),
    ("紫色钢化膜", "紫色", "钢化膜"),
    ("umbrella purple", "purple", "伞"),
    ("黑色", None, ""),
    ("泰格尔面膜官方旗舰店", "泰格尔", "面膜"),
    ("幼猫猫条", "幼猫", "猫条"),
    ("粉色雨鞋男", None, "雨靴"),
    ("kafei zzkq", "zzkq", "咖啡"),
    ("zzkq kafei qqxv", "zzkq qqxv", "咖啡"),
    ("kafei 杯", "", "咖啡"),
    ("kafe 杯", "", "咖啡"),
    ("yusan zzkq", "zzkq", "伞"),
    ("雨散", "", "伞"),
    ("zzkq 面摸", "zzkq", "面膜"),
    ("面摸 kafei", "面摸", "咖啡"),
    ("泥摸 面膜", "", "面膜"),
    ("黑色 zzkq", None, "黑"),
    ("180x200 面膜", "180x200", "面膜"),  # what was dropped is said as it was typed
    ("面膜 1.8米×2米", "1.8米×2米", "面膜"),
    ("面膜 180X200cm", "180X200cm", "面膜"),
    ("www.jd.com 面膜", "www.jd.com", "面膜"),
    ("ZX-12/B面膜", "ZX-12/B", "面膜"),
    ("面膜 ７７００ ＭＬ", "７７００ ＭＬ", "面膜"),
    ("紫色鋼化膜 Zzkq", "紫色 Zzkq", "钢化膜"),
]


def ask(q: str, **options: str) -> FoundOffers:
    return search_offers(q, language="zh-hans", limit=10, now=NOW, **options)  # type: ignore[arg-type]


@pytest.mark.usefixtures("goods")
def test_chinese_is_found_by_how_it_is_read_and_by_its_initials() -> None:
    for q, part in BY_SOUND:
        found = ask(q)
        items = found.items
        assert items, q
        assert found.by_sound, q
        assert all(part[:2] in card.title for card in items), (q, [card.title for card in items])
    for q in ("kafeix", "zzzz", "xyzzy", "k", "sony", "zho"):
        assert ask(q).items == (), q
    assert names(list(ask("kafei", sort="price").items)) == names(list(ask("咖啡", sort="price").items))


@pytest.mark.usefixtures("goods")
def test_what_was_dropped_is_said_and_what_comes_nearest_is_shown() -> None:
    for q, dropped, part in NEAREST:
        found = ask(q)
        if dropped is None:
            shown = found.items or (found.nearest.items if found.nearest else ())
        else:
            assert found.items == (), q
            assert found.nearest is not None, q
            assert " ".join(found.nearest.dropped) == dropped, q
            assert found.nearest.by_sound == (not dropped), q
            shown = found.nearest.items
            if found.nearest.kept:
                rest = ask(found.nearest.kept)
                assert (rest.items or (rest.nearest and rest.nearest.items) or ())[:3] == shown[:3], q
        assert shown, q
        assert all(part in card.title for card in shown[:3]), (q, [card.title for card in shown])


@pytest.mark.usefixtures("goods")
def test_who_asks_for_the_cheapest_gets_them_by_price() -> None:
    """Case P6: 面膜 便宜."""
    found = ask("面膜 便宜")
    prices = [card.price.minor for card in found.items if card.price and card.price.currency == "CNY"]

    assert found.sort == "price"
    assert prices == sorted(prices)
    assert ask("面膜 便宜", sort="sales").sort == "sales", "what is chosen counts more"
    assert ask("便宜").sort == "relevance", "alone it is a word like any other"


@pytest.mark.usefixtures("goods")
def test_no_question_leads_to_an_empty_page() -> None:
    for q in (
        "xyzzy",
        "%",
        "🎉",
        "——",
        "黑色 大号",
        "qqqqqqqqq 龘龘",
        "<script>alert(1)</script>",
        "很" * 200,
        "1513g",
        "的",
    ):
        found = ask(q)
        assert found.items or (found.nearest and found.nearest.items), q
    filtered = ask("面膜", category="no such category")
    assert filtered.nearest is not None
    assert not filtered.nearest.narrowed
    assert filtered.nearest.items
    for pasted in ("https://item.example.com/1.htm", "￥zRmVdesjTCu￥"):
        assert ask(pasted).nearest is None, "it is looked up, and there is nothing near to it"


@pytest.mark.django_db
def test_four_in_five_labelled_questions_have_what_fits_among_the_first_three(tmp_path: Path) -> None:
    labelled, held_out = labelled_questions(), labelled_questions(HELD_OUT)
    assert (len(labelled), len(held_out)) == (200, 54)

    with index_of_all(tmp_path, [*demo_facts(), *yanxuan_facts()]):
        for questions in (labelled, held_out):
            missed = [question for question, fitting in questions if not fits(question, fitting)]
            assert len(missed) <= len(questions) // 5, missed


def fits(question: str, fitting: re.Pattern[str]) -> bool:
    """Whether one of the first three that a shopper sees, found or nearest, has a title that fits."""
    found = search_offers(question, language="zh-hans", limit=3, now=NOW)
    shown = found.items or (found.nearest.items if found.nearest else ())
    return any(fitting.search(card.title) for card in shown)
