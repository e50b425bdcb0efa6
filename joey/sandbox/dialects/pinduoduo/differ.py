"""The gateway otherwise than usual, for `POST /control/differs`: what no document proves, turned around.

`filed_by_uid` is in filing.py, where what is filed is looked up.
"""

from collections.abc import Callable, Mapping
from typing import Any

from joey.sandbox.dialects.pinduoduo.arguments import PddArguments
from joey.sandbox.dialects.pinduoduo.errors import IMPOSSIBLE, NOT_FILED, NOT_IN_A_PACK, PddError
from joey.sandbox.dialects.pinduoduo.filing import FILED_BY_UID
from joey.sandbox.dialects.pinduoduo.goods import PINDUODUO
from joey.sandbox.dialects.pinduoduo.item_shape import no_coupon
from joey.sandbox.world.differs import differing
from joey.sandbox.world.state import World

Answer = dict[str, Any]
Parameters = Mapping[str, str]

UNFILED_IS_REFUSED, UNFILED_CODE = "unfiled_is_refused", "unfiled_code"
SEARCH, BY_UPDATE, ORDER = "pdd.ddk.goods.search", "pdd.ddk.order.list.increment.get", "pdd.ddk.order.detail.get"


def _rows(name: str, **changed: Any) -> Callable[[Parameters, Answer], Answer]:
    """Each row with these values; None takes one away."""
    return lambda _asked, found: found | {name: [_with(row, changed) for row in found[name]]}


def _with(row: Answer, changed: Answer) -> Answer:
    return {name: value for name, value in (row | changed).items() if value is not None or name not in changed}


def _nothing_for_signs(asked: Parameters, found: Answer) -> Answer:
    return found | {"goods_list": []} if "goods_sign_list" in asked else found


def _nothing_for_addresses(asked: Parameters, found: Answer) -> Answer:
    return found | {"goods_list": []} if "//" in asked.get("keyword", "") else found


def _not_granted(_asked: Parameters, _found: Answer) -> Answer:
    raise PddError(NOT_IN_A_PACK, "no pack of the application has this call")


# fact → the call, and what is made of its usual answer
CHANGED: Mapping[str, tuple[str, Callable[[Parameters, Answer], Answer]]] = {
    "search_fields": (SEARCH, _rows("goods_list", mall_id=None)),
    "signs_are_looked_up": (SEARCH, _nothing_for_signs),
    "a_keyword_may_be_a_link": (SEARCH, _nothing_for_addresses),
    "orders_granted": (BY_UPDATE, _not_granted),
    "row_can_be_read": (BY_UPDATE, _rows("order_list", goods_quantity=-1)),
    "amount_is_the_product": (BY_UPDATE, _rows("order_list", promotion_rate=1000)),
    "fee_is_a_tenth": (BY_UPDATE, _rows("order_list", duo_id_service_fee=0)),
    "after_sale_is_in_the_look_up": (ORDER, lambda _asked, found: _with(found, {"return_status": None})),
}
DIFFERENCES = (*CHANGED, UNFILED_IS_REFUSED, UNFILED_CODE, FILED_BY_UID)


def as_it_differs(
    world: World, method: str, parameters: dict[str, str], answer: Callable[[World, PddArguments], Answer]
) -> Answer:
    """The usual answer, but for the facts in which the marketplace differs now. Raises PddError."""
    facts = differing(world, PINDUODUO)
    try:
        found = answer(world, PddArguments(parameters))
    except PddError as refused:
        if refused.code != NOT_FILED:
            raise
        if method == SEARCH and UNFILED_IS_REFUSED in facts:
            return _degraded(world, parameters, answer)
        if UNFILED_CODE in facts:
            raise PddError(IMPOSSIBLE, refused.says) from None
        raise
    for fact, (call, change) in CHANGED.items():
        if call == method and fact in facts:
            found = change(parameters, found)
    return found


def _degraded(world: World, parameters: dict[str, str], answer: Callable[[World, PddArguments], Answer]) -> Answer:
    """What a caller without a pid gets, and no coupons."""
    rest = {name: value for name, value in parameters.items() if name not in ("pid", "custom_parameters")}
    found = answer(world, PddArguments(rest))
    return found | {"goods_list": [row | no_coupon() for row in found["goods_list"]]}
