"""The gateway otherwise than usual, for `POST /control/differs`: what no document proves, turned around.

`filed_by_uid` is in filing.py, where what is filed is looked up.
"""

from collections.abc import Callable
from typing import Any

from joey.sandbox.dialects.pinduoduo.arguments import PddArguments
from joey.sandbox.dialects.pinduoduo.errors import IMPOSSIBLE, NOT_FILED, PddError
from joey.sandbox.dialects.pinduoduo.filing import FILED_BY_UID
from joey.sandbox.dialects.pinduoduo.goods import PINDUODUO
from joey.sandbox.dialects.pinduoduo.item_shape import no_coupon
from joey.sandbox.world.differs import differing
from joey.sandbox.world.state import World

UNFILED_IS_REFUSED, UNFILED_CODE = "unfiled_is_refused", "unfiled_code"
DIFFERENCES = (UNFILED_IS_REFUSED, UNFILED_CODE, FILED_BY_UID)
SEARCH = "pdd.ddk.goods.search"
Answer = dict[str, Any]


def as_it_differs(
    world: World, method: str, parameters: dict[str, str], answer: Callable[[World, PddArguments], Answer]
) -> Answer:
    """The usual answer, but for the facts in which the marketplace differs now. Raises PddError."""
    facts = differing(world, PINDUODUO)
    try:
        return answer(world, PddArguments(parameters))
    except PddError as refused:
        if refused.code != NOT_FILED:
            raise
        if method == SEARCH and UNFILED_IS_REFUSED in facts:
            return _degraded(world, parameters, answer)
        if UNFILED_CODE in facts:
            raise PddError(IMPOSSIBLE, refused.says) from None
        raise


def _degraded(world: World, parameters: dict[str, str], answer: Callable[[World, PddArguments], Answer]) -> Answer:
    """What a caller without a pid gets, and no coupons."""
    rest = {name: value for name, value in parameters.items() if name not in ("pid", "custom_parameters")}
    found = answer(world, PddArguments(rest))
    return found | {"goods_list": [row | no_coupon() for row in found["goods_list"]]}
