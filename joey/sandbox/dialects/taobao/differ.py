"""The union otherwise than usual, for `POST /control/differs`: each fact that no document proves, turned around.

The usual answers know nothing of it. A fact is turned around before a call (another question, or a refusal), in a
refusal, or in an answer.
"""

import json
from collections.abc import Callable
from itertools import chain
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.dialects.taobao import channel_refunds, punish_report, refund_report
from joey.sandbox.dialects.taobao.arguments import Arguments, read_time
from joey.sandbox.dialects.taobao.demo_account import FIRST_ADZONE
from joey.sandbox.dialects.taobao.envelope import ElementList
from joey.sandbox.dialects.taobao.errors import TopError, remote
from joey.sandbox.dialects.taobao.goods import TAOBAO
from joey.sandbox.dialects.taobao.item_ids import number_ever
from joey.sandbox.dialects.taobao.query_option import BAD_TIME, BadQuestion
from joey.sandbox.world.differs import differing
from joey.sandbox.world.state import World

Parameters = dict[str, str]
Answer = dict[str, Any]

SEARCH, LOOK_UP = "taobao.tbk.dg.material.optional.upgrade", "taobao.tbk.item.info.upgrade.get"
PARSES = ("taobao.tbk.dg.general.link.parse", "taobao.tbk.sc.general.link.parse")
ORDERS, REFUNDS = "taobao.tbk.order.details.get", "taobao.tbk.order.refund.get"
CHANNEL_REFUNDS, CHANNEL_LIST = "taobao.tbk.relation.refund", "taobao.tbk.sc.publisher.info.get"
PUNISHED = ("taobao.tbk.dg.punish.order.get", "taobao.tbk.sc.punish.order.get")
RENEW = "taobao.tbk.itemid.ineffective.transform"
HOUR, DAY = 3600, 86_400


def as_it_differs(
    world: World, method: str, parameters: Parameters, answer: Callable[[World, Arguments], Answer]
) -> Answer:
    """The usual answer, but for the facts in which the union differs now. Raises TopError."""
    facts = differing(world, TAOBAO)
    for fact in facts & _BEFORE.keys():
        if instead := _BEFORE[fact](world, method, parameters):
            return instead
    try:
        found = answer(world, Arguments(parameters))
    except TopError as error:
        for fact in facts & _REFUSED.keys():
            error = _REFUSED[fact](method, error)
        raise error from None
    for fact in facts & _ANSWERED.keys():
        _ANSWERED[fact](method, parameters, found)
    return found


def _not_granted(*methods: str) -> Callable[[World, str, Parameters], None]:
    def refuse(world: World, method: str, parameters: Parameters) -> None:
        if method in methods:
            raise TopError(11, "Insufficient isv permissions", "isv.permission-api-package-limit", "scope ids is 16175")

    return refuse


def _order_windows_of_an_hour(world: World, method: str, parameters: Parameters) -> None:
    if method == ORDERS and _seconds(parameters) > HOUR:
        raise remote("2007", "the window may have at most 60 minutes")


def _refund_windows_of_an_hour(world: World, method: str, parameters: Parameters) -> Answer | None:
    if method == REFUNDS and _seconds(_option(parameters)) > HOUR:
        return BadQuestion(BAD_TIME, "the window may have at most 60 minutes").answer
    return None


def _punished_of_thirty_days(world: World, method: str, parameters: Parameters) -> Answer | None:
    start = read_time(str(_option(parameters).get("start_time", "")))
    if method in PUNISHED and start is not None and start < world.now() - 31 * DAY:
        return {"result": BadQuestion(BAD_TIME, "start_time is more than 30 days ago").answer}
    return None


def _from_page_zero(*methods: str) -> Callable[[World, str, Parameters], None]:
    """The page that was asked for is the one that is usually called by the next number."""

    def turn(world: World, method: str, parameters: Parameters) -> None:
        page = _option(parameters).get("page_no")
        if method in methods and isinstance(page, int):
            name = _OPTIONS[method]
            parameters[name] = json.dumps(_option(parameters) | {"page_no": page + 1})

    return turn


def _channel_refunds_without_end(world: World, method: str, parameters: Parameters) -> Answer | None:
    if method != CHANNEL_REFUNDS:
        return None
    return channel_refunds.report_channel_refunds(world, Arguments(parameters), span_seconds=world.now())


def _code_43(method: str, error: TopError) -> TopError:
    return TopError(43, "Parameter error", error.sub_code, error.sub_msg) if error.code == 15 else error


def _words_for_numbers(method: str, error: TopError) -> TopError:
    by_number = method == ORDERS and error.sub_code.isdigit()
    return remote("isv.invalid-parameter", error.sub_msg) if by_number else error


def _window_by_another_number(method: str, error: TopError) -> TopError:
    return remote("2000", error.sub_msg) if error.sub_code == "2007" else error


def _nothing_by_another_number(method: str, error: TopError) -> TopError:
    return remote("10000", error.sub_msg) if method == SEARCH and error.sub_code == "50001" else error


def _nothing_is_a_refusal(method: str, parameters: Parameters, found: Answer) -> None:
    if method == SEARCH and not _rows(found["result_list"]):
        raise remote("10000", "nothing was found")


def _no_seller_in_search(method: str, parameters: Parameters, found: Answer) -> None:
    for row in _rows(found["result_list"]) if method == SEARCH else ():
        row["item_basic_info"].pop("seller_id", None)


def _no_seller_in_look_up(method: str, parameters: Parameters, found: Answer) -> None:
    for row in _rows(found["results"]) if method == LOOK_UP else ():
        row["item_basic_info"].pop("seller_id", None)


def _another_picture_in_look_up(method: str, parameters: Parameters, found: Answer) -> None:
    for row in _rows(found["results"]) if method == LOOK_UP else ():
        row["item_basic_info"]["pict_url"] += ".large.webp"


def _unknown_id_refuses_all(method: str, parameters: Parameters, found: Answer) -> None:
    if method == LOOK_UP and len(_rows(found["results"])) < len(parameters["item_id"].split(",")):
        raise remote("36", "an item id cannot be read")


def _numbers_by_parsing(method: str, parameters: Parameters, found: Answer) -> None:
    for row in _rows(found["data"]["material_url_list"]) if method in PARSES else ():
        link = row.get("link_info_dto", {})
        if link:
            link["material_id"] = str(number_ever(link["material_id"]))


def _unknown_id_refuses_renewal(method: str, parameters: Parameters, found: Answer) -> None:
    if method == RENEW and len(_rows(found["results"])) < len(parameters["item_ids"].split(",")):
        raise remote("36", "an item id cannot be read")


def _start_is_outside(method: str, parameters: Parameters, found: Answer) -> None:
    if method == ORDERS:
        _keep(found, lambda row: row["modified_time"] != parameters["start_time"])


def _empty_object_for_a_list(method: str, parameters: Parameters, found: Answer) -> None:
    if method == ORDERS and not _rows(found["data"]["results"]):
        found["data"]["results"] = {"publisher_order_dto": {}}


def _no_estimate(method: str, parameters: Parameters, found: Answer) -> None:
    for row in _rows(found["data"]["results"]) if method == ORDERS else ():
        if row["tk_status"] in (12, 14):
            row.pop("pub_share_pre_fee", None)


def _fee_of_the_whole_commission(method: str, parameters: Parameters, found: Answer) -> None:
    rows = _rows(found["data"]["results"]) if method == ORDERS else []
    for row in (each for each in rows if "pub_share_pre_fee" in each):
        row |= {"pub_share_rate": "1.00", "alimama_share_fee": row["pub_share_pre_fee"]}
        row |= {"pub_share_pre_fee": "0.01", "pub_share_fee": "0.01"}


def _channels_apart(method: str, parameters: Parameters, found: Answer) -> None:
    if method == ORDERS and parameters.get("order_scene", "1") == "1":
        _keep(found, lambda row: "relation_id" not in row)


def _relation_in_its_own_scene(method: str, parameters: Parameters, found: Answer) -> None:
    if method == ORDERS and parameters.get("order_scene", "1") == "1":
        for row in _rows(found["data"]["results"]):
            row.pop("relation_id", None)


def _twice_under_two_ad_zones(method: str, parameters: Parameters, found: Answer) -> None:
    if rows := _rows(found["data"]["results"]) if method == ORDERS else []:
        others = [row | {"adzone_id": FIRST_ADZONE + 99} for row in rows]
        found["data"]["results"].rows = list(chain.from_iterable(zip(rows, others, strict=True)))


def _refusals_as_errors(method: str, parameters: Parameters, found: Answer) -> None:
    if method == REFUNDS and found.get("biz_error_code"):
        raise remote("isv.invalid-parameter", found["biz_error_desc"])


def _refund_pages_from_zero(method: str, parameters: Parameters, found: Answer) -> None:
    option = _option(parameters)
    if method == REFUNDS and option.get("page_no") == 1 and not option.get("position_index"):
        found["data"].pop("result", None)  # the second page


def _settled_while_open(method: str, parameters: Parameters, found: Answer) -> None:
    rows = _rows(found["data"].get("result")) if method == REFUNDS else []
    for row in (each for each in rows if "earning_time" in each):
        settled = beijing.read(row["earning_time"])
        row["tk_refund_time"] = beijing.text_of(settled - HOUR)
        row["tk_refund_suit_time"] = beijing.text_of(settled + HOUR)


def _site_for_ad_zone(method: str, parameters: Parameters, found: Answer) -> None:
    for row in _rows(_data(found).get("results")) if method in PUNISHED else ():
        row["tk_adzone_id"] = row["tk_site_id"]


def _released_beside_frozen(method: str, parameters: Parameters, found: Answer) -> None:
    if method in PUNISHED:
        released = [row for row in _rows(_data(found).get("results")) if row["punish_status"] == punish_report.RELEASED]
        _add(_data(found), [row | {"punish_status": punish_report.FROZEN} for row in released])


def _pages_for_channels(method: str, parameters: Parameters, found: Answer) -> None:
    if method == CHANNEL_LIST:
        found["data"]["total_count"] = 1


def _channel_refunds_of_an_hour(method: str, parameters: Parameters, found: Answer) -> None:
    data = _data(found)
    if method == CHANNEL_REFUNDS and data:
        end = beijing.text_of(beijing.read(_option(parameters)["start_time"]) + HOUR)
        data["results"].rows = [row for row in _rows(data["results"]) if row["modified_time"] < end]
        data["total_count"] = str(len(data["results"].rows))


def _two_cases_in_one_second(method: str, parameters: Parameters, found: Answer) -> None:
    if method == CHANNEL_REFUNDS:
        _add(_data(found), [row | {"refund_fee": "0.01"} for row in _rows(_data(found).get("results"))])


def _channel_refunds_by_another_time(method: str, parameters: Parameters, found: Answer) -> None:
    for row in _rows(_data(found).get("results")) if method == CHANNEL_REFUNDS else ():
        row["tk_refund_time"] = beijing.text_of(beijing.read(row["tk_refund_time"]) - HOUR)


def _data(found: Answer) -> Answer:
    """What is inside of the `result` of an answer; empty where it refuses."""
    data: Answer = found["result"]["data"] if "result" in found else {}
    return data


def _keep(found: Answer, fits: Callable[[dict[str, Any]], bool]) -> None:
    if rows := _rows(found["data"]["results"]):
        found["data"]["results"].rows = [row for row in rows if fits(row)]


def _add(data: Answer, rows: list[dict[str, Any]]) -> None:
    if rows:
        data["results"].rows = [*data["results"].rows, *rows]
        data["total_count"] = type(data["total_count"])(int(data["total_count"]) + len(rows))


def _rows(found: object) -> list[dict[str, Any]]:
    return list(found.rows) if isinstance(found, ElementList) else []


def _option(parameters: Parameters) -> dict[str, Any]:
    """The question, of a report that is asked by one JSON object."""
    try:
        option = json.loads(parameters.get(_OPTIONS.get(parameters.get("method", ""), ""), ""))
    except ValueError:
        return {}
    return option if isinstance(option, dict) else {}


def _seconds(asked: dict[str, Any]) -> int:
    start, end = (read_time(str(asked.get(name, ""))) for name in ("start_time", "end_time"))
    return end - start if start is not None and end is not None else 0


_OPTIONS = {
    REFUNDS: refund_report.OPTION,
    CHANNEL_REFUNDS: channel_refunds.OPTION,
    **dict.fromkeys(PUNISHED, punish_report.OPTION),
}
_BEFORE: dict[str, Callable[[World, str, Parameters], Answer | None]] = {
    "orders_granted": _not_granted(ORDERS),
    "order_window": _order_windows_of_an_hour,
    "refund_window": _refund_windows_of_an_hour,
    "punished_granted": _not_granted(*PUNISHED),
    "punished_days": _punished_of_thirty_days,
    "punished_pages": _from_page_zero(*PUNISHED),
    "channel_refunds_granted": _not_granted(CHANNEL_REFUNDS),
    "channel_refund_pages": _from_page_zero(CHANNEL_REFUNDS),
    "channel_refund_end": _channel_refunds_without_end,
}
_REFUSED: dict[str, Callable[[str, TopError], TopError]] = {
    "refusal_code": _code_43,
    "numeric_sub_codes": _words_for_numbers,
    "window_too_long": _window_by_another_number,
    "nothing_found": _nothing_by_another_number,
}
_ANSWERED: dict[str, Callable[[str, Parameters, Answer], None]] = {
    "search_fields": _no_seller_in_search,
    "look_up_fields": _no_seller_in_look_up,
    "identity_agrees": _another_picture_in_look_up,
    "unknown_id_is_left_out": _unknown_id_refuses_all,
    "nothing_found": _nothing_is_a_refusal,
    "renewed_ids": _unknown_id_refuses_renewal,
    "parse_gives_new_ids": _numbers_by_parsing,
    "window_holds_its_start": _start_is_outside,
    "empty_list": _empty_object_for_a_list,
    "estimate_before_settlement": _no_estimate,
    "service_fee_within_commission": _fee_of_the_whole_commission,
    "channel_orders_among_all": _channels_apart,
    "relation_in_all_scenes": _relation_in_its_own_scene,
    "one_ad_zone_a_trade": _twice_under_two_ad_zones,
    "refund_refusal": _refusals_as_errors,
    "refund_first_page": _refund_pages_from_zero,
    "settles_after_its_cases": _settled_while_open,
    "punished_ad_zone": _site_for_ad_zone,
    "punished_row": _released_beside_frozen,
    "channel_list": _pages_for_channels,
    "channel_refund_window": _channel_refunds_of_an_hour,
    "channel_case_name": _two_cases_in_one_second,
    "channel_case_time": _channel_refunds_by_another_time,
}
DIFFERENCES = tuple(dict.fromkeys((*_BEFORE, *_REFUSED, *_ANSWERED)))
