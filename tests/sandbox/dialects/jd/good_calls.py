"""The good call of each method of JD, and what it demands of its arguments."""

import time
from collections.abc import Callable
from typing import Any

from joey.demo import catalogue
from joey.sandbox.dialects.jd.demo_account import SITE_ID, UNION_ID, UNION_KEY
from tests.sandbox.conftest import beijing
from tests.sandbox.dialects.jd.conftest import (
    BY_SUB_UNION,
    CATEGORIES,
    CHANNEL,
    COMMON,
    CREATE,
    GOODS,
    OFFER,
    ORDERS,
    POSITION,
    POSITIONS,
    PROMOTED,
    page_of,
)  # fmt: skip
from tests.sandbox.refusals_in_code import MISSING, NO_AMOUNT, NO_NUMBER, NO_WORD, OUT_OF_RANGE, TOO_LONG, TOO_MANY

GONE = next(
    each.external_id
    for each in catalogue.offers()
    if each.marketplace == "jd" and each.awkward == "expired" and not each.in_stock
)
FREE = 987_654_321_012
WRONG = 400


def ago(seconds: float) -> Callable[[], str]:
    """A Beijing time so long before the moment of the call; after it where that is below zero."""
    return lambda: beijing(time.time() - seconds)


OF_THE_ACCOUNT = {"unionId": UNION_ID, "key": UNION_KEY, "unionType": 1}
# The good call of each method. Each twin changes one thing of it.
GOOD: dict[str, dict[str, Any]] = {
    GOODS: {"keyword": "锅", "sceneId": 1},
    CHANNEL: {"eliteId": 22},
    PROMOTED: {"skuIds": OFFER.external_id},
    COMMON: {"materialId": page_of(OFFER.external_id), "siteId": SITE_ID, "positionId": POSITION},
    BY_SUB_UNION: {"materialId": page_of(OFFER.external_id), "positionId": FREE},
    ORDERS: {"type": 3, "startTime": ago(3000), "endTime": ago(0)},
    CREATE: OF_THE_ACCOUNT | {"type": 1, "siteId": SITE_ID, "spaceNameList": ["x"]},
    POSITIONS: OF_THE_ACCOUNT | {},
    CATEGORIES: {"parentId": 0, "grade": 0},
}

# What each method demands of an argument, and a value or several with which it is not met; None leaves it out.
Bad = dict[str, dict[str, Any]]
NUMBER: dict[str, Any] = {NO_NUMBER: ["joey", "1.5", "--1", "１", "9" * 20]}
ITS_LINK: Bad = {
    "materialId": {MISSING: [None, ""]},
    "siteId": NUMBER,
    "positionId": NUMBER,
    "subUnionId": {TOO_LONG: "a" * 81, NO_WORD: ["shop-42", "shop 42", "店", "a.b"]},
    "ext1": {TOO_LONG: "x" * 201},
}
ITS_OWNER: Bad = {
    "unionId": {MISSING: None, **NUMBER},
    "key": {MISSING: None},
    "unionType": {MISSING: None, **NUMBER, OUT_OF_RANGE: [0, 5]},
}
DEMANDS: dict[str, Bad] = {
    GOODS: {
        "sceneId": {MISSING: None, **NUMBER, OUT_OF_RANGE: [0, 3]},
        "skuIds": {TOO_MANY: ["1," * 21, list(range(21))]},
        "itemIds": {TOO_MANY: "x," * 21},
        "pageIndex": {**NUMBER, OUT_OF_RANGE: [0, 10_001]},
        "pageSize": {**NUMBER, OUT_OF_RANGE: [0, 31]},
        "cid1": NUMBER,
        "cid2": NUMBER,
        "cid3": NUMBER,
        "isCoupon": {**NUMBER, OUT_OF_RANGE: 2},
        "pricefrom": {NO_AMOUNT: ["1,5", "NaN"]},
        "priceto": {NO_AMOUNT: "-1"},
        "commissionShareStart": {NO_AMOUNT: "1e3"},
        "commissionShareEnd": {NO_AMOUNT: 1.005},
    },
    CHANNEL: {
        "eliteId": {MISSING: None, **NUMBER, OUT_OF_RANGE: [0, 10_001]},
        "pageIndex": {**NUMBER, OUT_OF_RANGE: 0},
        "pageSize": {**NUMBER, OUT_OF_RANGE: [0, 51]},
    },
    PROMOTED: {"skuIds": {MISSING: [None, "", []], TOO_MANY: "1," * 101}},
    COMMON: ITS_LINK,
    BY_SUB_UNION: ITS_LINK | {
        "chainType": {**NUMBER, OUT_OF_RANGE: [0, 4]},
        "weChatType": {**NUMBER, OUT_OF_RANGE: 2},
    },
    ORDERS: {
        "type": {MISSING: None, **NUMBER, OUT_OF_RANGE: [0, 4]},
        "pageIndex": {**NUMBER, OUT_OF_RANGE: [0, 100_001]},
        "pageSize": {**NUMBER, OUT_OF_RANGE: [0, 501]},
        "fields": {TOO_MANY: "x," * 21},
        "orderId": NUMBER,
    },
    CREATE: ITS_OWNER | {
        "type": {MISSING: None, **NUMBER, OUT_OF_RANGE: [0, 5]},
        "siteId": {MISSING: None, **NUMBER},
        "spaceNameList": {MISSING: [None, []], TOO_MANY: [["x"] * 51]},
    },
    POSITIONS: ITS_OWNER | {
        "pageIndex": {**NUMBER, OUT_OF_RANGE: 0},
        "pageSize": {**NUMBER, OUT_OF_RANGE: [0, 101]},
    },
    CATEGORIES: {
        "parentId": {MISSING: None, **NUMBER},
        "grade": {MISSING: None, **NUMBER, OUT_OF_RANGE: [-1, 3]},
    },
}  # fmt: skip
SAYS = {
    MISSING: "{name} is needed", TOO_LONG: "{name} is longer than", TOO_MANY: "{name} takes at most",
    OUT_OF_RANGE: "{name} must be between", NO_NUMBER: "{name} is not a number", NO_AMOUNT: "{name} is not an amount",
    NO_WORD: "{name} is made of letters, digits and underscores",
}  # fmt: skip
