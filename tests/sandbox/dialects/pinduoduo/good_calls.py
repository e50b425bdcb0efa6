"""The good call of each method, and what each demands of its arguments: the tables of test_refused_twins.py."""

import time
from collections.abc import Callable
from typing import Any

from joey.sandbox.dialects.pinduoduo.goods import duo_items, goods_sign
from tests.sandbox.conftest import beijing
from tests.sandbox.dialects.pinduoduo.calling import (
    BIND,
    BY_PAYMENT,
    BY_UPDATE,
    CONVERT,
    FILED,
    FILING_LINK,
    GENERATE,
    LOOK_UP,
    NEW_PIDS,
    ORDER,
    PIDS,
    SEARCH,
    SHORT_PARSE,
    PddCaller,
)
from tests.sandbox.refusals_in_code import MISSING, NO_BOOLEAN, NO_JSON, NO_NUMBER, OUT_OF_RANGE, TOO_MANY

ITEM = next(each for each in duo_items() if each.in_stock and each.rate_ppm)
SIGN = goods_sign(ITEM.external_id)


def edited(text: str) -> str:
    return text[:-1] + ("A" if text[-1] != "A" else "B")


def ago(seconds: float) -> Callable[[], int]:
    """A time so long before the moment of the call."""
    return lambda: int(time.time() - seconds)


def short_link(pdd: PddCaller) -> str:
    return str(pdd.links(SIGN, pdd.filed_pid())["short_url"])


# The good call of each method. Each twin changes one thing of it.
GOOD: dict[str, Callable[[PddCaller], dict[str, Any]]] = {
    SEARCH: lambda _: {"goods_sign_list": [SIGN]},
    LOOK_UP: lambda _: {"goods_sign": SIGN},
    GENERATE: lambda pdd: {"p_id": pdd.filed_pid(), "goods_sign_list": [SIGN]},
    CONVERT: lambda pdd: {"pid": pdd.filed_pid(), "source_url": short_link(pdd)},
    SHORT_PARSE: lambda pdd: {"original_url": short_link(pdd)},
    NEW_PIDS: lambda _: {"number": 1},
    PIDS: lambda _: {},
    BIND: lambda pdd: {"media_id": pdd.account["media_id"], "pid_list": [pdd.account["pid"]]},
    FILING_LINK: lambda pdd: {"channel_type": 10, "p_id_list": [pdd.account["pid"]]},
    FILED: lambda pdd: {"pid": pdd.account["pid"]},
    BY_UPDATE: lambda _: {"start_update_time": ago(600)(), "end_update_time": ago(0)()},
    BY_PAYMENT: lambda _: {"start_time": beijing(ago(600)()), "end_time": beijing(ago(0)())},
    ORDER: lambda pdd: {"order_sn": pdd.bulk(ITEM.external_id, time.time() - 60)},
}

# What each method demands of an argument, and values with which it is not met; None leaves it out.
Bad = dict[str, dict[str, list[Any]]]
NUMBER: dict[str, list[Any]] = {NO_NUMBER: ["joey", "1.5", "--1", "１"]}
TRUTH: dict[str, list[Any]] = {NO_BOOLEAN: ["True", "1"]}
ARRAY: dict[str, list[Any]] = {NO_JSON: ["['x']", "x", "[1]", '{"a": 1}', "[" * 3000]}
NEEDED: dict[str, list[Any]] = {MISSING: [None, ""]}
ITS_PAGES: Bad = {
    "page": {**NUMBER, OUT_OF_RANGE: [0, 10_001]},
    "page_size": {**NUMBER, OUT_OF_RANGE: [9, 101]},
}
ITS_KIND: Bad = {"query_order_type": {**NUMBER, OUT_OF_RANGE: [0, 3]}, "cash_gift_order": TRUTH}
ITS_FORMS: Bad = dict.fromkeys(("generate_short_url", "generate_schema_url", "generate_we_app"), TRUTH)
A_TIME: dict[str, list[Any]] = {**NUMBER, **NEEDED, OUT_OF_RANGE: [lambda: int(time.time() * 1000), -1]}
DEMANDS: dict[str, Bad] = {
    SEARCH: ITS_PAGES | {
        "goods_sign_list": {**ARRAY, TOO_MANY: [["x"] * 101]}, "range_list": {NO_JSON: ["[(1, 2)]", "x", '{"a": 1}']},
        "sort_type": {**NUMBER, OUT_OF_RANGE: [-1, 33]}, "with_coupon": TRUTH, "opt_id": NUMBER, "cat_id": NUMBER,
    },
    LOOK_UP: {"goods_sign": NEEDED},
    GENERATE: ITS_FORMS | {
        "p_id": NEEDED, "goods_sign_list": {**ARRAY, **NEEDED, TOO_MANY: [["x"] * 101]},
        "goods_gen_url_param_list": {NO_JSON: ["['x']", '{"goods_sign": "x"}']}, "zs_duo_id": NUMBER,
        "url_type": {**NUMBER, OUT_OF_RANGE: [-1, 2]}, "multi_group": TRUTH,
    },
    CONVERT: {"pid": NEEDED, "source_url": NEEDED},
    SHORT_PARSE: {"original_url": NEEDED},
    NEW_PIDS: {
        "number": {**NUMBER, **NEEDED, OUT_OF_RANGE: [0, 101]}, "media_id": NUMBER,
        "p_id_name_list": {**ARRAY, TOO_MANY: [["x"] * 101]},
    },
    PIDS: {
        "page": {**NUMBER, OUT_OF_RANGE: [0, 10_001]}, "page_size": {**NUMBER, OUT_OF_RANGE: [0, 101]},
        "status": {**NUMBER, OUT_OF_RANGE: [-1, 2]}, "pid_list": {**ARRAY, TOO_MANY: [["x"] * 1001]},
    },
    BIND: {
        "media_id": {**NUMBER, **NEEDED, OUT_OF_RANGE: [0]},
        "pid_list": {**ARRAY, **NEEDED, TOO_MANY: [["x"] * 1001]},
    },
    FILING_LINK: ITS_FORMS | {
        "channel_type": {**NUMBER, OUT_OF_RANGE: [-2, 36]},
        "p_id_list": {**ARRAY, **NEEDED, TOO_MANY: [["1000001_200000001"] * 2]},
    },
    FILED: {},
    BY_UPDATE: ITS_PAGES | ITS_KIND | {
        "start_update_time": A_TIME, "end_update_time": A_TIME, "return_count": TRUTH,
    },
    BY_PAYMENT: ITS_KIND | {
        "page_size": {**NUMBER, OUT_OF_RANGE: [0, 301]}, "start_time": NEEDED, "end_time": NEEDED,
    },
    ORDER: {"order_sn": NEEDED},
}  # fmt: skip
# Code and words with which each demand is answered.
ANSWERS: dict[str, tuple[int, str]] = {
    MISSING: (21002, "{name} is needed"),
    TOO_MANY: (21001, "{name} takes at most"),
    OUT_OF_RANGE: (21001, "{name} must be between"),
    NO_NUMBER: (10000, "{name} is not a number"),
    NO_BOOLEAN: (10000, "{name} is true or false"),
    NO_JSON: (10000, "{name} is not a JSON array"),
}


def answer_of(pdd: PddCaller, method: str, changed: dict[str, Any]) -> dict[str, Any]:
    """What the gateway answers to the good call with these changes."""
    sent = GOOD[method](pdd) | {name: _now(value, pdd) for name, value in changed.items()}
    found: dict[str, Any] = pdd.call(method, **sent)
    return found


def refusal_in(body: dict[str, Any]) -> tuple[int, str]:
    """Code and words of a refusal; 0 and no words of a good answer."""
    error = body.get("error_response", {"error_code": 0, "sub_msg": ""})
    return error["error_code"], error["sub_msg"]


def _now(value: Any, pdd: PddCaller) -> Any:
    if not callable(value):
        return value
    return value(pdd) if value.__code__.co_argcount else value()
