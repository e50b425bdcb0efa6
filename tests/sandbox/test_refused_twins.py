"""Every check of the simulated union has a twin here that it refuses, beside the good call that passes.

`refusals_in_code.py` reads from the union's code what it refuses; a check that this table lacks fails the last test.
A new call adds its good arguments to GOOD, what it demands of them to DEMANDS, and a Twin for each text that it refuses
with.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from joey.demo import catalogue
from joey.sandbox.dialects import taobao
from joey.sandbox.dialects.taobao.demo_account import KEEPER_SESSIONS
from joey.sandbox.dialects.taobao.gateway import METHODS
from joey.sandbox.dialects.taobao.item_ids import EPOCHS_KEPT, item_id
from joey.sandbox.dialects.taobao.sale_days import is_sale_day
from tests.sandbox.conftest import BEIJING, Sandbox, beijing, utc
from tests.sandbox.refusals_in_code import (
    MISSING,
    NO_AMOUNT,
    NO_BOOLEAN,
    NO_JSON,
    NO_NUMBER,
    OUT_OF_RANGE,
    TOO_LONG,
    TOO_MANY,
    demands_of,
    refusal_texts,
    refused_entries,
)

CODE = sorted(
    path
    for path in Path(next(iter(taobao.__path__))).glob("*.py")
    # The words of DEMANDS, the shapes of a refusal, and what is refused only where the union is asked to differ.
    if path.name not in ("arguments.py", "errors.py", "differ.py")
)
SEARCH = "taobao.tbk.dg.material.optional.upgrade"
LOOK_UP = "taobao.tbk.item.info.upgrade.get"
RENEW = "taobao.tbk.itemid.ineffective.transform"
CONVERT = "taobao.tbk.dg.general.link.convert"
PARSE, PARSE_SC = "taobao.tbk.dg.general.link.parse", "taobao.tbk.sc.general.link.parse"
COPY_CODE = "taobao.tbk.tpwd.create"
ORDERS, REFUNDS = "taobao.tbk.order.details.get", "taobao.tbk.order.refund.get"
ADZONE, ADZONE_SC = "taobao.tbk.adzone.create", "taobao.tbk.sc.adzone.create"
PUNISHED, PUNISHED_SC = "taobao.tbk.dg.punish.order.get", "taobao.tbk.sc.punish.order.get"
CHANNEL_REFUNDS = "taobao.tbk.relation.refund"
INVITE, FILE = "taobao.tbk.sc.invitecode.get", "taobao.tbk.sc.publisher.info.save"
CHANNELS = "taobao.tbk.sc.publisher.info.get"

OFFER = next(
    each for each in catalogue.offers() if each.marketplace == "taobao" and each.in_stock and each.commission_ppm > 0
)
POSITION, RELATION, SITE = "110000000001", "2345678901", "45598009"
INVALID = "isv.invalid-parameter"
MALFORMED_POSITION = "1795309200_lGltNdNvSX2|1795310400_lJfPMeFmdt2"
# Methods whose arguments are one JSON text, and its name.
INSIDE = {
    REFUNDS: "publisher_refund_order_query_option", CHANNEL_REFUNDS: "search_option",
    PUNISHED: "af_order_option", PUNISHED_SC: "af_order_option",
}  # fmt: skip


def ago(seconds: float) -> Callable[[], str]:
    """A Beijing time so long before the moment of the call; after it where that is below zero."""
    return lambda: beijing(time.time() - seconds)


def quiet_hour() -> float:
    """The start of an hour two months or so ago, in no sale."""
    moments = (time.time() // 3600 * 3600 - days * 86_400 for days in range(60, 85))
    return next(
        each
        for each in moments
        if not any(is_sale_day(datetime.fromtimestamp(each + more, BEIJING).date()) for more in (0, 4 * 3600))
    )


def today_s_id(sandbox: Sandbox) -> str:
    return str(sandbox.search(q="a", page_size=1)[0]["item_id"])


def tracked_link(sandbox: Sandbox) -> str:
    return str(sandbox.convert(today_s_id(sandbox))["link_info_dto"]["cps_long_url"])


def edited(link: str) -> str:
    return link[:-1] + ("A" if link[-1] != "A" else "B")


def second_page_of_orders(sandbox: Sandbox) -> dict[str, Any]:
    """What opens the second page, after the first was answered."""
    start = quiet_hour()
    line = {"marketplace": OFFER.marketplace, "item": OFFER.external_id, "position": POSITION, "paid_at": utc(start)}
    sandbox.bulk([line] * 12)
    first = sandbox.page_of_orders(start, start + 1200, page_size=5)
    return {
        "query_type": 4, "start_time": beijing(start), "end_time": beijing(start + 1200), "page_size": 5,
        "page_no": 2, "jump_type": 1, "position_index": first["position_index"],
    }  # fmt: skip


def punished(_: Sandbox) -> dict[str, Any]:
    return {"start_time": beijing(time.time() - 600), "span": 1, "page_no": 1, "page_size": 20}


# The good call of each method. Each twin changes one thing of it.
GOOD: dict[str, Callable[[Sandbox], dict[str, Any]]] = {
    SEARCH: lambda _: {"q": "a", "adzone_id": POSITION},
    LOOK_UP: lambda sandbox: {"item_id": today_s_id(sandbox)},
    RENEW: lambda sandbox: {"item_ids": today_s_id(sandbox)},
    CONVERT: lambda sandbox: {"item_id_list": today_s_id(sandbox), "adzone_id": POSITION},
    PARSE: lambda sandbox: {"material_dto": [{"material_url": tracked_link(sandbox)}], "adzone_id": POSITION},
    PARSE_SC: lambda sandbox: {"material_dto": [{"material_url": tracked_link(sandbox)}], "adzone_id": POSITION},
    COPY_CODE: lambda sandbox: {"url": tracked_link(sandbox)},
    ORDERS: second_page_of_orders,
    REFUNDS: lambda _: {
        "query_type": 5, "start_time": beijing(time.time() - 600), "end_time": beijing(time.time()), "page_no": 1,
        "page_size": 20, "order_scene": 1, "member_type": 4,
    },
    PUNISHED: punished,
    PUNISHED_SC: punished,
    CHANNEL_REFUNDS: lambda _: {
        "search_type": 5, "refund_type": 1, "biz_type": 1, "start_time": beijing(time.time() - 600), "page_no": 1,
        "page_size": 20,
    },
    INVITE: lambda _: {"relation_app": "common", "code_type": 1},
    FILE: lambda sandbox: {
        "info_type": 1,
        "inviter_code": sandbox.ask(INVITE, session=True, relation_app="common", code_type=1)["data"]["inviter_code"],
    },
    ADZONE: lambda _: {"site_id": SITE, "adzone_name": "x"},
    ADZONE_SC: lambda _: {"site_id": SITE, "adzone_name": "x"},
    CHANNELS: lambda _: {"info_type": 1, "relation_app": "common"},
}  # fmt: skip

# What each method demands of an argument, and a value or several with which it is not met; None leaves it out.
Bad = dict[str, dict[str, Any]]
NUMBER: dict[str, Any] = {NO_NUMBER: "joey"}
ITS_ADZONE: Bad = {"adzone_id": {MISSING: None, **NUMBER}}
ITS_CHANNEL: Bad = {"relation_id": NUMBER, "special_id": NUMBER}
ITS_SCENE: Bad = {"biz_scene_id": {**NUMBER, OUT_OF_RANGE: [0, 5]}}
ITS_ADZONE_NAME: Bad = {
    "site_id": {MISSING: None, **NUMBER},
    "adzone_name": {MISSING: None, TOO_LONG: "店" * 65},
}
ITS_LINKS: Bad = {
    "fields": {TOO_MANY: "a," * 21},
    "material_dto": {MISSING: None, NO_JSON: ["nonsense", "[" * 3000]},
}
ITS_QUESTION: dict[str, Any] = {MISSING: None, NO_JSON: ["x", "[" * 3000]}
ITS_PUNISHED: Bad = {
    INSIDE[PUNISHED]: ITS_QUESTION,
    "page_no": {MISSING: None, OUT_OF_RANGE: [0, 10_001]},
    "page_size": {MISSING: None, OUT_OF_RANGE: [0, 101]},
    "span": {MISSING: None, OUT_OF_RANGE: [0, 31, True]},
}
DEMANDS: dict[str, Bad] = {
    SEARCH: ITS_ADZONE | ITS_CHANNEL | ITS_SCENE | {
        "cat": {TOO_MANY: "1," * 11},
        "page_no": {**NUMBER, OUT_OF_RANGE: [0, 1001]},
        "page_size": {**NUMBER, OUT_OF_RANGE: [0, 101]},
        "has_coupon": {NO_BOOLEAN: "1"},
        "start_price": {NO_AMOUNT: ["1,5", "NaN"]},
        "end_price": {NO_AMOUNT: "-1.x"},
        "start_tk_rate": NUMBER,
        "end_tk_rate": NUMBER,
    },
    LOOK_UP: ITS_CHANNEL | ITS_SCENE | {"item_id": {MISSING: None, TOO_MANY: "x," * 21}},
    RENEW: {"item_ids": {MISSING: None, TOO_MANY: "x," * 21}},
    CONVERT: ITS_ADZONE | ITS_CHANNEL | ITS_SCENE | {
        "item_id_list": {TOO_MANY: "x," * 21},
        "material_list": {TOO_MANY: "x," * 21},
    },
    PARSE: ITS_ADZONE | ITS_CHANNEL | ITS_LINKS,
    PARSE_SC: ITS_ADZONE | ITS_CHANNEL | ITS_LINKS,
    COPY_CODE: {"url": {MISSING: None}},
    ORDERS: {
        "query_type": {**NUMBER, OUT_OF_RANGE: [0, 5]},
        "page_no": {**NUMBER, OUT_OF_RANGE: [0, 101]},
        "page_size": {**NUMBER, OUT_OF_RANGE: [0, 101]},
        "order_scene": {**NUMBER, OUT_OF_RANGE: [0, 4]},
    },
    REFUNDS: {
        INSIDE[REFUNDS]: ITS_QUESTION,
        "query_type": {MISSING: None, OUT_OF_RANGE: [0, 6, "five", True]},
        "page_no": {MISSING: None, OUT_OF_RANGE: [-1, 10_001]},
        "page_size": {MISSING: None, OUT_OF_RANGE: [0, 101]},
        "order_scene": {MISSING: None, OUT_OF_RANGE: [2, True]},
        "member_type": {MISSING: None, OUT_OF_RANGE: [0, 9]},
    },
    PUNISHED: ITS_PUNISHED,
    PUNISHED_SC: ITS_PUNISHED,
    CHANNEL_REFUNDS: {
        INSIDE[CHANNEL_REFUNDS]: ITS_QUESTION,
        "search_type": {MISSING: None, OUT_OF_RANGE: [0, 6]},
        "refund_type": {MISSING: None, OUT_OF_RANGE: [-1, 3]},
        "biz_type": {MISSING: None, OUT_OF_RANGE: [0, 3]},
        "page_no": {MISSING: None, OUT_OF_RANGE: [0, 101]},
        "page_size": {MISSING: None, OUT_OF_RANGE: [0, 101]},
    },
    INVITE: {"relation_app": {MISSING: None}, "code_type": {MISSING: None, **NUMBER, OUT_OF_RANGE: [0, 4]}},
    FILE: {
        "info_type": {MISSING: None, **NUMBER, OUT_OF_RANGE: [0, 3]},
        "inviter_code": {MISSING: None, TOO_LONG: "A" * 21},
        "note": {TOO_LONG: "店" * 101},
    },
    ADZONE: ITS_ADZONE_NAME,
    ADZONE_SC: ITS_ADZONE_NAME,
    CHANNELS: {
        "info_type": {MISSING: None, **NUMBER, OUT_OF_RANGE: [0, 3]},
        "relation_app": {MISSING: None},
        "page_no": {**NUMBER, OUT_OF_RANGE: 10_001},
        "page_size": {**NUMBER, OUT_OF_RANGE: [0, 101]},
        "relation_id": NUMBER,
    },
}  # fmt: skip
# Code and text with which each demand is answered; inside a JSON text, the code is beside the data.
ANSWERS: dict[str, tuple[int | str, str]] = {
    MISSING: (40, "Missing required arguments:{name}"),
    TOO_LONG: (INVALID, "{name} is longer than"),
    TOO_MANY: (INVALID, "{name} takes at most"),
    OUT_OF_RANGE: (INVALID, "{name} must be between"),
    NO_NUMBER: (41, "{name} is not a number"),
    NO_AMOUNT: (41, "{name} is not an amount"),
    NO_BOOLEAN: (41, "{name} is true or false"),
    NO_JSON: (41, "{name} is not JSON"),
}
INSIDE_ANSWERS: tuple[int, str] = (101, "{name} must be a number between")

# What the dossier says each call needs of the application and the caller.
SCOPES = {
    SEARCH: "27939", LOOK_UP: "16189", CONVERT: "28308", PARSE: "31094", PARSE_SC: "31093", COPY_CODE: "11655",
    ORDERS: "16175", REFUNDS: "16175", PUNISHED: "16175", CHANNEL_REFUNDS: "16175", ADZONE_SC: "13878",
}  # fmt: skip
# The session that a call takes: True is the publisher's; a relation is filed in that of the keeper who accepts it.
SESSIONS: dict[str, str | bool] = {
    PARSE_SC: True, ADZONE_SC: True, PUNISHED_SC: True, INVITE: True, FILE: next(iter(KEEPER_SESSIONS)), CHANNELS: True,
}  # fmt: skip


When = Callable[[Sandbox], AbstractContextManager[None]]


def usually(_: Sandbox) -> AbstractContextManager[None]:
    return nullcontext()


@contextmanager
def throttled(sandbox: Sandbox) -> Iterator[None]:
    sandbox.post("/control/outage", {"seconds": 60, "kind": "throttle", "where": "taobao"})
    yield
    sandbox.post("/control/outage", {"seconds": 0, "kind": "throttle", "where": "taobao"})


def without(scope: str) -> When:
    """While the scope is withheld."""

    @contextmanager
    def withheld(sandbox: Sandbox) -> Iterator[None]:
        assert sandbox.post("/control/taobao/scopes", {"withheld": [scope]}).status_code == 200
        yield
        sandbox.post("/control/taobao/scopes", {"withheld": []})

    return withheld


@dataclass(frozen=True)
class Twin:
    """A call that differs from the good one by `changed` and is refused; a text as code is the sub-code of code 15."""

    method: str
    code: int | str
    says: str
    changed: dict[str, Any]
    when: When = usually

    def __str__(self) -> str:
        return f"{self.method.removeprefix('taobao.tbk.')} {self.code} {', '.join(self.changed)}"


# A position opens the next page of its own question, window and page size only.
OTHER_QUESTIONS: tuple[dict[str, Any], ...] = (
    *({"position_index": bad} for bad in (None, "x", MALFORMED_POSITION)),
    {"page_no": 1}, {"page_no": 3}, {"page_size": 6}, {"query_type": 1}, {"tk_status": 12}, {"order_scene": 2},
    {"end_time": lambda: beijing(quiet_hour() + 1201)},
)  # fmt: skip
TWINS: tuple[Twin, ...] = (
    # the gateway
    Twin(SEARCH, 21, "Missing Method", {"method": None}),
    Twin(SEARCH, 22, "this sandbox does not know taobao.no.such.method", {"method": "taobao.no.such.method"}),
    Twin(SEARCH, 28, "Missing App Key", {"app_key": None}),
    Twin(SEARCH, 29, "there is no such application", {"app_key": "11111111"}),
    Twin(SEARCH, 24, "Missing Signature", {"sign": ""}),
    Twin(SEARCH, 25, "Invalid Signature", {"sign": "0" * 32}),
    Twin(SEARCH, 25, "sign_method must be one of md5, hmac, hmac-sha256", {"sign_method": "sha1"}),
    Twin(SEARCH, 25, "sign_method must be one of md5, hmac, hmac-sha256", {"sign_method": None}),
    Twin(SEARCH, 30, "Missing Timestamp", {"timestamp": None}),
    *(
        Twin(SEARCH, 31, "a timestamp looks like 2026-11-22 09:01:12, in GMT+8", {"timestamp": text})
        for text in ("yesterday", "2026-11-22T10:00:00Z")
    ),
    *(
        Twin(SEARCH, 31, "the timestamp is more than 10 minutes off", {"timestamp": text})
        for text in (ago(660), ago(-7200), lambda: str(int(time.time() * 1000) - 660_000))
    ),
    Twin(SEARCH, 32, "Missing Version", {"v": None}),
    Twin(SEARCH, 33, "Invalid Version", {"v": "two"}),
    Twin(SEARCH, 34, "Unsupported Version", {"v": "1.0"}),
    *(
        Twin(SEARCH, 23, "this sandbox answers in JSON only: send format=json", {"format": text})
        for text in ("xml", None)
    ),
    Twin(SEARCH, 7, "This ban will last for 1 more seconds", {}, throttled),
    *(Twin(method, 11, f"scope ids is {scope}", {}, without(scope)) for method, scope in SCOPES.items()),
    *(Twin(method, 26, "Missing Session", {"session": None}) for method in SESSIONS),
    *(
        Twin(method, 27, "the session has expired or was never given out", {"session": "6100another"})
        for method in SESSIONS
    ),
    # what the account is not, and what is not the account's
    *(
        Twin(method, INVALID, "promotion_type is for accounts in agent mode", {"promotion_type": 2})
        for method in (SEARCH, LOOK_UP, CONVERT)
    ),
    *(
        Twin(method, "1911", "biz_scene_id 2 is not granted", {"biz_scene_id": 2})
        for method in (SEARCH, LOOK_UP, CONVERT)
    ),
    Twin(SEARCH, "4", "adzone_id does not belong to this publisher", {"adzone_id": 1}),
    *(
        Twin(method, "isv.pid-not-correct", "adzone_id does not belong to this publisher", {"adzone_id": 1})
        for method in (CONVERT, PARSE, PARSE_SC)
    ),
    *(
        Twin(method, f"isp.{name}-id-not-corrent", f"{name}_id is not bound to this publisher", {f"{name}_id": 1})
        for method in (SEARCH, LOOK_UP, CONVERT, PARSE, PARSE_SC)
        for name in ("relation", "special")
    ),
    # search and look-up
    Twin(SEARCH, "30002", "one of q and cat is needed", {"q": None}),
    Twin(SEARCH, "30001", "material_id is one of 80309, 17004", {"material_id": 80310}),
    Twin(SEARCH, "50001", "nothing was found; try other conditions", {"q": "没有这个词"}),
    Twin(
        SEARCH, INVALID,
        "sort is one of total_sales, tk_rate, tk_mkt_rate, tk_total_sales, tk_total_commi, final_promotion_price, match"
        " with _des or _asc",
        {"sort": "price_asc"},
    ),
    Twin(SEARCH, INVALID, "q is a link of the union", {"q": tracked_link}),
    Twin(
        SEARCH, "1911", "an item's address with its number needs biz_scene_id 2, which is not granted",
        {"q": "看看 https://item.taobao.com/item.htm?id=600000000001"},
    ),
    Twin(LOOK_UP, "-4003", "item_id is a number; ask with the new id", {"item_id": OFFER.external_id}),
    # links
    Twin(CONVERT, 40, "Missing required arguments:item_id_list", {"item_id_list": None}),
    *(Twin(method, 41, "a JSON array of objects", {"material_dto": bad})
      for method in (PARSE, PARSE_SC) for bad in ('["x"]', "3", f"[{'{},' * 20}{{}}]")),
    *(Twin(COPY_CODE, INVALID, "url is not an unmodified link of the union", {"url": bad})
      for bad in (
          lambda sandbox: edited(tracked_link(sandbox)), lambda sandbox: tracked_link(sandbox) + "&x=1",
          "https://example.com/t?e=1", lambda sandbox: sandbox.url + "/item/tmall/1",
      )),
    # orders
    Twin(ORDERS, "1001", "start_time and end_time are needed", {"start_time": None}),
    Twin(ORDERS, "1001", "start_time and end_time are needed", {"end_time": None}),
    *(Twin(ORDERS, "2000", "a time looks like 2026-11-22 09:00:00", {"start_time": bad})
      for bad in ("2026-11-22", "2026-13-45 00:00:00")),
    Twin(ORDERS, "2001", "start_time must be before end_time", {"start_time": ago(0), "end_time": ago(60)}),
    Twin(ORDERS, "2001", "start_time must be before end_time", {"end_time": lambda: beijing(quiet_hour())}),
    Twin(ORDERS, "2002", "start_time is in the future", {"start_time": ago(-120), "end_time": ago(-300)}),
    Twin(ORDERS, "2004", "start_time is more than 90 days ago",
         {"start_time": ago(90 * 86_400 + 60), "end_time": ago(90 * 86_400)}),
    Twin(ORDERS, "2007", "the window may have at most 180 minutes",
         {"start_time": lambda: beijing(quiet_hour()), "end_time": lambda: beijing(quiet_hour() + 3 * 3600 + 1)}),
    Twin(ORDERS, "1006", "tk_status is one of 11, 12, 13, 14, 3", {"tk_status": 15}),
    Twin(ORDERS, INVALID, "member_type is 2 or 3", {"member_type": 1}),
    *(Twin(ORDERS, "1005", "jump_type must be 1 or -1 when paging", {"jump_type": bad}) for bad in (None, 2)),
    *(Twin(ORDERS, "1008", "position_index must be the one of the page before, for the same window", changed)
      for changed in OTHER_QUESTIONS),
    # refunds and punished orders
    *(Twin(method, 41, "a JSON object", {name: bad}) for method, name in INSIDE.items() for bad in ("[1]", "3")),
    *(Twin(method, 102, "start_time must be a time", {"start_time": bad})
      for method in (PUNISHED, PUNISHED_SC, CHANNEL_REFUNDS) for bad in ("yesterday", None)),
    *(Twin(PUNISHED, 101, f"{name} is not taken any more", {name: 1})
      for name in ("tb_trade_parent_id", "special_id", "violation_type", "punish_status")),
    *(Twin(method, 101, "site_id is not a site of this publisher", {"site_id": 1})
      for method in (PUNISHED, PUNISHED_SC)),
    Twin(REFUNDS, 101, "page_size must be a number between 1 and 100", {"page_size": 101}),
    Twin(REFUNDS, 101, "member_type is 1, 2 or 4", {"member_type": 3}),
    Twin(REFUNDS, 101, "query_type 4 and 5 begin on 2022-12-20", {"start_time": "2022-12-19 00:00:00"}),
    *(Twin(REFUNDS, 102, "start_time and end_time must be times, the first before the second", changed)
      for changed in ({"start_time": "yesterday"}, {"start_time": None}, {"end_time": "2000-01-01 00:00:00"})),
    Twin(REFUNDS, 103, "position_index is needed after the first page", {"page_no": 2}),
    *(Twin(REFUNDS, 103, "jump_type or position_index does not fit the page before", {"page_no": 2} | changed)
      for changed in ({"jump_type": 1, "position_index": "1_x|2_y"}, {"position_index": "1_x|2_y"})),
    # positions
    *(Twin(method, INVALID, "site_id is not a site of this publisher", {"site_id": 1})
      for method in (ADZONE, ADZONE_SC)),
    *(Twin(method, INVALID, "relation_app is one of common, etao, minietao, offlineShop, offlinePerson",
           {"relation_app": "taobao"}) for method in (INVITE, CHANNELS)),
    Twin(INVITE, INVALID, "this publisher invites channels only", {"code_type": 2}),
    Twin(FILE, INVALID, "a channel is filed with info_type 1", {"info_type": 2}),
    Twin(FILE, INVALID, "inviter_code was never given out", {"inviter_code": "AAAAAA"}),
    Twin(FILE, 27, "the session has expired or was never given out", {"session": True}),
)  # fmt: skip


@dataclass(frozen=True)
class Elsewhere:
    """What is no call of a method: raw requests, pages behind links, control calls. `code` may be HTTP's."""

    code: int
    says: str
    send: Callable[[Sandbox], httpx.Response]

    def __str__(self) -> str:
        return f"{self.code} {self.says}"


def raw(content: bytes) -> Callable[[Sandbox], httpx.Response]:
    form = {"content-type": "application/x-www-form-urlencoded"}
    return lambda sandbox: sandbox.client.post(sandbox.url + "/router/rest", content=content, headers=form)


def bought_on(**tracking: str) -> Callable[[Sandbox], httpx.Response]:
    line = {"marketplace": OFFER.marketplace, "item": OFFER.external_id, **tracking}
    return lambda sandbox: sandbox.post("/control/bulk", [line])


TWINS_ELSEWHERE: tuple[Elsewhere, ...] = (
    *(Elsewhere(9, "Http Action Not Allowed", lambda sandbox, verb=verb: sandbox.client.request(  # type: ignore[misc]
        verb, sandbox.url + "/router/rest")) for verb in ("PUT", "DELETE", "PATCH")),
    *(Elsewhere(41, "parameters must be UTF-8 form text", raw(bad)) for bad in (b"method=%ff%fe", b"\xff\xfe")),
    Elsewhere(41, "Invalid arguments", raw(b"q=" + b"a" * 1_100_000)),
    Elsewhere(404, "this link was not given out by the union, or it was changed",
              lambda sandbox: sandbox.client.get(edited(tracked_link(sandbox)))),
    Elsewhere(404, "there is no such short link", lambda sandbox: sandbox.get("/s/AAAAAAAA")),
    Elsewhere(404, "nothing is sold under this id, or it is too old",
              lambda sandbox: sandbox.get("/item/edetail?id=x")),
    Elsewhere(422, "this publisher has no such tracking", bought_on(position="5")),
    Elsewhere(422, "this publisher has no such tracking", bought_on(position=POSITION, sub_id="5")),
    Elsewhere(422, "every link of the union carries an ad zone", bought_on(sub_id=RELATION)),
    Elsewhere(422, f"one of {', '.join(dict.fromkeys(SCOPES.values()))}",
              lambda sandbox: sandbox.post("/control/taobao/scopes", {"withheld": ["1"]})),
)  # fmt: skip

# Entries of a good answer that are refused for themselves, by the code of the entry.
ENTRIES: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (1001, CONVERT, {"item_id_list": "made-up"}),
    (1001, CONVERT, {"item_id_list": lambda sandbox: edited(today_s_id(sandbox))}),
    (1001, CONVERT, {"item_id_list": lambda sandbox: item_id(
        OFFER.external_id, sandbox.post("/control/taobao/rotate-ids").json()["epoch"] - EPOCHS_KEPT)}),
    (35, CONVERT, {"item_id_list": OFFER.external_id}),
    (1001, CONVERT, {"item_id_list": None, "material_list": lambda sandbox: edited(tracked_link(sandbox))}),
    (1001, CONVERT, {"item_id_list": None, "material_list": "https://item.taobao.com/item.htm?id=1"}),
    (1001, CONVERT, {"item_id_list": None, "relation_id": RELATION,
                     "material_list": f"https://item.taobao.com/item.htm?id={OFFER.external_id}"}),
    (1001, PARSE, {"material_dto": lambda sandbox: [{"material_url": edited(tracked_link(sandbox))}]}),
    (1001, PARSE, {"material_dto": [{"material_url": "http://["}]}),
    (1001, PARSE_SC, {"material_dto": [{"material_url": "￥AAAAAAAAAAA￥"}]}),
)  # fmt: skip


def answer_of(sandbox: Sandbox, method: str, changed: dict[str, Any], when: When = usually) -> dict[str, Any]:
    """What the gateway answers to the good call with these changes."""
    changed = {name: _now(value, sandbox) for name, value in changed.items()}
    arguments, holder = GOOD[method](sandbox), INSIDE.get(method, "")
    if holder:
        inner = {name: value for name, value in changed.items() if name not in (holder, "session")}
        arguments = {holder: {name: value for name, value in (arguments | inner).items() if value is not None}}
        changed = {name: value for name, value in changed.items() if name not in inner}
    sent = {name: _written(value) for name, value in (arguments | changed).items()}
    session = sent.pop("session", SESSIONS.get(method)) or False
    with when(sandbox):
        found: dict[str, Any] = sandbox.call(method, session=session, **sent)
    return found


def refusal_in(body: dict[str, Any]) -> tuple[int | str, str]:
    """Code and words, wherever they are in the answer; 0 and no words in a good one."""
    error = body.get("error_response")
    if error:
        remote = error["code"] == 15
        return error.get("sub_code", 15) if remote else error["code"], error.get("sub_msg") or error["msg"]
    (inner,) = body.values()
    inner = inner.get("result", inner)
    return inner.get("biz_error_code", 0), inner.get("biz_error_desc", "")


def _now(value: Any, sandbox: Sandbox) -> Any:
    if not callable(value):
        return value
    return value(sandbox) if value.__code__.co_argcount else value()


def _written(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (dict, list)) else value


@pytest.mark.parametrize("method", METHODS)
def test_the_good_call_passes(sandbox: Sandbox, method: str) -> None:
    assert refusal_in(answer_of(sandbox, method, {})) == (0, "")


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_its_twin_is_refused(sandbox: Sandbox, twin: Twin) -> None:
    assert refusal_in(answer_of(sandbox, twin.method, twin.changed, twin.when)) == (twin.code, twin.says)


@pytest.mark.parametrize("method", DEMANDS)
def test_what_a_call_demands_of_an_argument_is_refused_by_name_where_it_is_not_met(
    sandbox: Sandbox, method: str
) -> None:
    for name, demands in DEMANDS[method].items():
        for kind, bad in demands.items():
            is_inside = method in INSIDE and name != INSIDE[method]
            code, words = INSIDE_ANSWERS if is_inside else ANSWERS[kind]
            for value in bad if isinstance(bad, list) else [bad]:
                answered, says = refusal_in(answer_of(sandbox, method, {name: value}))
                assert answered == code, (name, kind, value, says)
                assert words.format(name=name) in says, (name, kind, value, says)


@pytest.mark.parametrize("twin", TWINS_ELSEWHERE, ids=str)
def test_what_is_no_call_of_a_method_is_refused_too(sandbox: Sandbox, twin: Elsewhere) -> None:
    answer = twin.send(sandbox)

    is_of_the_gateway = "error_response" in answer.text
    assert (answer.json()["error_response"]["code"] if is_of_the_gateway else answer.status_code) == twin.code
    assert twin.says in unescape(answer.text)


@pytest.mark.parametrize(("code", "method", "changed"), ENTRIES)
def test_an_entry_is_refused_for_itself(sandbox: Sandbox, code: int, method: str, changed: dict[str, Any]) -> None:
    (answer,) = answer_of(sandbox, method, changed).values()

    ((entries,),) = [each.values() for each in answer["data"].values()]
    assert [entry["code"] for entry in entries] == [code]
    assert "link_info_dto" not in entries[0]


def test_no_check_is_without_a_twin() -> None:
    said = {twin.says for twin in TWINS} | {twin.says for twin in TWINS_ELSEWHERE}
    without_twin = {
        place: pattern.pattern
        for place, pattern in refusal_texts(CODE).items()
        if not any(pattern.fullmatch(each) for each in said)
    }

    assert without_twin == {}
    assert {code for code, _method, _changed in ENTRIES} == refused_entries(CODE) - {0}
    assert GOOD.keys() == DEMANDS.keys() == METHODS.keys()
    for name, method in METHODS.items():
        listed = {argument: set(demands) for argument, demands in DEMANDS[name].items()}
        assert listed == demands_of(method.answer), name
    assert {name: method.scope for name, method in METHODS.items() if method.scope} == SCOPES
    assert {name for name, method in METHODS.items() if method.sessions} == SESSIONS.keys()
