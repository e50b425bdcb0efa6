"""What the union gateway can name: the demo goods of Taobao and Tmall, which share one range of numbers."""

from functools import cache

from joey.demo import catalogue
from joey.sandbox.world.goods import SoldItem, demo_items

TAOBAO, TMALL = "taobao", "tmall"
FIRST_CATEGORY = 50_010_001


@cache
def union_items() -> tuple[SoldItem, ...]:
    """All that the gateway may ever have to name."""
    return demo_items(TAOBAO, TMALL)


def union_item(number: int | str) -> SoldItem | None:
    """The item under that number, whether or not it can still be bought."""
    return _by_number().get(str(number))


@cache
def category_numbers() -> dict[str, int]:
    """Category code → the number that the gateway uses."""
    return {code: FIRST_CATEGORY + index for index, code in enumerate(catalogue.categories())}


@cache
def _by_number() -> dict[str, SoldItem]:
    return {item.external_id: item for item in union_items()}
