"""What is sold here: the demo's offers at this marketplace. Answers name them by an opaque sign."""

from functools import cache

from joey.demo import catalogue
from joey.sandbox.dialects.pinduoduo.demo_account import DUO_ID
from joey.sandbox.sealed import seal, unseal
from joey.sandbox.world.goods import SoldItem, demo_items

PINDUODUO = "pinduoduo"
FIRST_OPT, FIRST_CAT = 1_501, 20_101

_WIDTHS = (6, 6, 8)  # with its tag this makes 38 characters, as long as a real one
_FILLER = 0x5E


@cache
def duo_items() -> tuple[SoldItem, ...]:
    """All that the gateway may ever have to name."""
    return demo_items(PINDUODUO)


def duo_item(number: int | str) -> SoldItem | None:
    """The item with that goods_id, whether or not it can still be bought."""
    return _by_number().get(str(number))


def goods_sign(number: int | str) -> str:
    """What search and look-up call an item; the same one every time."""
    return seal("goods", *zip((int(number), DUO_ID, _FILLER), _WIDTHS, strict=True))


def item_of_sign(sign: str) -> SoldItem | None:
    """The item; None for a sign that was changed or made up."""
    numbers = unseal("goods", sign, *_WIDTHS)
    return duo_item(numbers[0]) if numbers else None


@cache
def opt_numbers() -> dict[str, int]:
    """Category code → the number of its label here (`opt_id`)."""
    return {code: FIRST_OPT + index for index, code in enumerate(catalogue.categories())}


def cat_numbers(category: str) -> list[int]:
    """The numbers of a category and of those above it (`cat_ids`)."""
    index = opt_numbers()[category] - FIRST_OPT
    return [FIRST_CAT + index * 100 + level for level in range(3)]


@cache
def _by_number() -> dict[str, SoldItem]:
    return {item.external_id: item for item in duo_items()}
