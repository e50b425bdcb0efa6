"""An answer as it may be kept and shown to others: what is known to name no buyer, no order and no keeper; the rest is
masked.
"""

import re
from collections.abc import Mapping
from typing import Any

from joey.marketplaces.row_values import MOST_BITS, NOTHING
from joey.marketplaces.without_buyer import without_buyer

# What a field is called. No order number or person's name with a number in it looks like that.
_FIELD = re.compile(r"[A-Za-z_]+(?:\d{1,2}[A-Za-z_]+)*\d{0,2}", re.ASCII)
# What names an order, a case, an ad zone, a channel: also where it is short.
_NAMES_WHOSE = re.compile(r"(?:^|_)(?:i?ids?|index|name)$|Id$")

# Values that say nothing of a person or an order, whatever their field is called: a time of Beijing, yuan or percent
# with a decimal point, a code or a small number. A longer whole number may be one of an order, a phone or an ad zone.
_SAYS_NOTHING = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|-?\d{1,9}\.\d{1,8}|-?\d{1,4}|true|false", re.ASCII | re.IGNORECASE
)
_MEASURE = re.compile(r"(?:fee|price|rate|amount|total|count|results|volume|vol|num)(?:_pub)?$")
_OF_A_MEASURE = re.compile(r"-?\d{1,9}\+?", re.ASCII)
# Fields of goods and of the protocol, and the values that they are kept with.
_FORMS: dict[str, re.Pattern[str]] = {
    **dict.fromkeys(("item_id", "input_item_iid"), re.compile(r"[A-Za-z0-9-]{1,120}", re.ASCII)),
    **dict.fromkeys(("category_id", "level_one_category_id", "seller_id"), re.compile(r"\d{1,13}", re.ASCII)),
    **dict.fromkeys(("promotion_start_time", "promotion_end_time"), re.compile(r"\d{13}", re.ASCII)),
    **dict.fromkeys(("tk_order_role", "order_type", "terminal_type", "flow_source"), re.compile(r"[^\W\d_]{1,8}")),
    "method": re.compile(r"taobao(?:\.[a-z]+)+", re.ASCII),
    "sub_code": re.compile(
        r"isv\.(?:missing|invalid)-parameter(?::[a-z_]+)?|is[vp]\.[a-z]+(?:-[a-z]+)*|\d{1,6}", re.ASCII
    ),
}
# What sellers write about their goods. Long numbers in it are masked.
_OF_GOODS = frozenset({
    "title", "short_title", "item_title", "tb_auction_title", "brand_name", "category_name", "level_one_category_name",
    "shop_title", "seller_shop_title", "provcity", "promotion_title", "promotion_desc",
})  # fmt: skip
_LONG_NUMBER = re.compile(r"\d{5,}")


class Mask:
    """The masks of one run: a value has the same one in all samples, so that they still show what belongs together.

    One mask is `masked-1`, `masked-2` … in the order in which the values came.
    """

    def __init__(self) -> None:
        self._masks: dict[str, str] = {}

    def of(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """The answer without the buyer, and with a mask for each name and value that is not known to be harmless."""
        return self._fields(without_buyer(answer))

    def of_call(self, parameters: Mapping[str, object]) -> dict[str, object]:
        """What was asked, with a mask for each value that holds a link: a tracked one names the account."""
        return {name: self._mask(str(each)) if "//" in str(each) else each for name, each in parameters.items()}

    def _fields(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name if _FIELD.fullmatch(name) else self._mask(name): self._masked(name, value)
            for name, value in fields.items()
        }

    def _masked(self, name: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self._fields(value)
        if isinstance(value, list):
            return [self._masked(name, each) for each in value]
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int) and value.bit_length() > MOST_BITS:  # Python refuses to write such a number
            return self._mask(hex(value))
        text = str(value)
        if text in NOTHING or _is_harmless(name, text):
            return value
        if name in _OF_GOODS:
            return _LONG_NUMBER.sub(lambda found: self._mask(found[0]), text)
        return self._mask(text)

    def _mask(self, text: str) -> str:
        return self._masks.setdefault(text, f"masked-{len(self._masks) + 1}")


def _is_harmless(name: str, text: str) -> bool:
    if name in _FORMS:
        return _FORMS[name].fullmatch(text) is not None
    if _NAMES_WHOSE.search(name):
        return False
    measured = _MEASURE.search(name) and _OF_A_MEASURE.fullmatch(text)
    return bool(measured or _SAYS_NOTHING.fullmatch(text))
