"""Suggestions while a question is being typed."""

import pytest

from joey.catalog.search.read_index import NoIndex
from joey.catalog.search.suggest import Suggestion, suggest
from tests.catalog.search.goods import find


def texts(q: str) -> list[str]:
    return [each.text for each in suggest(q)]


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("headp", "headphones"), ("HEADP", "headphones"), ("蓝", "蓝牙"), ("藍", "蓝牙"), ("充电", "充电器"),
        ("蓝牙耳", "蓝牙耳机"), ("静谷", "静谷声"), ("iphone 14 p", "iphone 14 pro"), ("iphone14p", "iphone14pro"),
        ("new bal", "new balance"), ("soup p", "soup pot"),
        ("hedphones", "headphones"), ("iphnoe", "iphone"), ("noice cancelin", "noise cancelling"),
    ],
)  # fmt: skip
def test_what_is_typed_goes_on_or_is_put_right(typed: str, offered: str) -> None:
    assert offered in texts(typed)


@pytest.mark.usefixtures("goods")
def test_brands_and_categories_are_distinguished_from_words() -> None:
    assert Suggestion("静谷声", "brand") in suggest("静")
    assert Suggestion("kitchen", "category") in suggest("kitch")


@pytest.mark.usefixtures("goods")
def test_whatever_is_offered_finds_something_and_begins_with_what_was_typed() -> None:
    for typed in ("h", "s", "蓝", "充", "保温", "soup ", "pot s", "不锈钢", "和"):
        for each in suggest(typed):
            if each.kind == "word":
                assert find(each.text), (typed, each)
                assert each.text.startswith(typed.strip())


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "%",
        "🎉",
        "x" * 5000,
        "很" * 5000,
        "\x00",
        "zzzzzzzz",
        "1513",
        "<headphones>",
        "headphones.com",
        "www.hedphones.com",
        "hedphones@example.com",
        "ftp://hedphones",
        "item.hedphones.cn",
    ],
)
def test_what_goes_on_nowhere_is_answered_with_nothing(typed: str) -> None:
    assert suggest(typed) == []


@pytest.mark.django_db
def test_without_an_index_there_is_nothing_to_suggest(index_folder: object) -> None:
    with pytest.raises(NoIndex):
        suggest("head")
