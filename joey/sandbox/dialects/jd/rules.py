"""What the neutral world has to know of JD to move its orders."""

from joey.sandbox.dialects.jd.baskets import row_id_of
from joey.sandbox.dialects.jd.goods import JD
from joey.sandbox.dialects.jd.valid_codes import void_because
from joey.sandbox.world.market_rules import BASIC_STEPS, MarketRules

RULES = MarketRules(
    account=JD,
    steps=BASIC_STEPS | {"repeat", "freeze", "release", "price_protect", "split", "reopen", "unknown_code"},
    order_id=row_id_of,
    void_because=void_because,
)
