"""An order as the lists and the look-up of one order report it.

Guessed: that a closed order keeps its amounts, that only a settled one has a batch, and the words of `fail_reason`.
"""

from sqlite3 import Row
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.amounts import part_of
from joey.sandbox.dialects.pinduoduo.goods import cat_numbers, duo_item, goods_sign
from joey.sandbox.dialects.pinduoduo.item_shape import PPM_PER_MILLE, mall_id
from joey.sandbox.dialects.pinduoduo.links import PromotedItem, given_out_at
from joey.sandbox.dialects.pinduoduo.own_steps import NOT_PROMOTED, PUNISHED, facts_of
from joey.sandbox.sealed import seal, short_code, unseal
from joey.sandbox.world.reports import ReportStyle
from joey.sandbox.world.simulated_order import CLOSED, PAID, PLACED, RECEIVED, SETTLED
from joey.sandbox.world.state import World
from joey.sandbox.world.state_steps import CANCELLED, RETURNED

SERVICE_PPM = 100_000  # the software service fee: 10.00 % of the commission, estimated until it is settled
UNPAID, OF_PAID, GROUPED, OF_RECEIVED, AUDITED, FAILED, OF_SETTLED = -1, 0, 1, 2, 3, 4, 5
OTHER_ITEM, OF_PUNISHED, UNKNOWN = 8, 10, 99
STATUS_WORDS = {
    UNPAID: "未支付", OF_PAID: "已支付", GROUPED: "已成团", OF_RECEIVED: "确认收货", AUDITED: "审核成功",
    FAILED: "审核失败（不可提现）", OF_SETTLED: "已经结算", OTHER_ITEM: "非多多进宝商品（无佣金订单）",
    OF_PUNISHED: "已处罚", UNKNOWN: "",
}  # fmt: skip
FAIL_REASONS = {CANCELLED: "订单取消，未发货退款", RETURNED: "订单发生售后，已全额退款", PUNISHED: "推广违规，已处罚"}
NO_AFTER_SALE, AFTER_SALE_RUNS, AFTER_SALE_DONE = 0, 1, 2  # return_status
FIRST_ORDER, FIRST_GROUP = 12_345_678_901_234, 900_100_000_000_000_000
PROMOTION_TYPE = 4
_ID_WIDTH = 6


def order_sn_of(number: int) -> str:
    """`261101-012345678901235`, unique by `number`. A real one begins with the day of its order."""
    return f"261101-{FIRST_ORDER + number:015}"


def order_id_of(number: int) -> str:
    """The other, opaque id of an order."""
    return seal("order", (number, _ID_WIDTH))


def number_of_order_id(order_id: str) -> int | None:
    """The order's number again; None for an id that was changed or made up."""
    numbers = unseal("order", order_id, _ID_WIDTH)
    return numbers[0] if numbers else None


def status_of(order: Row, style: ReportStyle) -> int:
    """The `order_status`."""
    facts = facts_of(order["own_facts"])
    if style.unknown_state or order["unknown_code"]:
        return UNKNOWN
    if order["state"] == CLOSED:
        return {PUNISHED: OF_PUNISHED, NOT_PROMOTED: OTHER_ITEM}.get(order["closed_because"], FAILED)
    return {
        PLACED: UNPAID,
        PAID: GROUPED if "grouped_at" in facts else OF_PAID,
        RECEIVED: AUDITED if "audited_at" in facts else OF_RECEIVED,
        SETTLED: OF_SETTLED,
    }[order["state"]]


def list_row(world: World, order: Row, style: ReportStyle) -> dict[str, Any]:
    """A row of the lists, with the sign that was in the link; a time that has not come is null."""
    item = duo_item(order["item"])
    assert item is not None
    status = status_of(order, style)
    paid, commission, fee = _amounts(order)
    return {
        "order_sn": order["order_id"],
        "order_id": order_id_of(order["number"]),
        "order_status": status,
        "order_status_desc": STATUS_WORDS[status],
        "goods_id": int(order["item"]),
        "goods_sign": goods_sign(order["item"]),
        "goods_name": order["title"],
        "goods_thumbnail_url": f"{world.url}/pictures/{item.picture}.webp",
        "goods_quantity": order["quantity"],
        "goods_price": order["list_minor"],
        "order_amount": paid,
        "promotion_rate": order["rate_ppm"] // PPM_PER_MILLE,
        "promotion_amount": commission,
        **_times(order),
        "type": PROMOTION_TYPE,
        "group_id": FIRST_GROUP + order["number"],
        "auth_duo_id": 0,
        "zs_duo_id": 0,
        "cpa_new": 0,
        "is_direct": 1,
        "p_id": order["position"],
        "custom_parameters": order["sub_id"] or "",
        "cat_ids": cat_numbers(item.category),
        "batch_no": "" if order["settled_at"] is None else f"{beijing.day_of(order['settled_at']):%Y%m%d}",
        "fail_reason": FAIL_REASONS.get(order["closed_because"], ""),
        "price_compare_status": int("price_compared" in facts_of(order["own_facts"])),
        "platform_discount": 0,
        "mall_id": mall_id(item),
        "mall_name": item.seller,
        "share_amount": 0,
        "share_rate": 0,
        "sep_duo_id": 0,
        "sep_pid": "",
        "sep_parameters": "",
        "duo_id_service_fee": fee,
        "auth_duo_id_service_fee": 0,
        "scene_at_market_fee": 0,
        "bandan_risk_consult": order["risk"],
        "cps_level": 0,
        "subsidy_amount": 0,
        "subsidy_type": 0,
        "subsidy_list": [],
        "no_subsidy_reason": "",
        "cash_gift_id": 0,
        "red_packet_type": 0,
    }


def detail_row(world: World, order: Row, style: ReportStyle) -> dict[str, Any]:
    """The same order looked up: its pid by another name, and what no list has."""
    row = list_row(world, order, style)
    target = PromotedItem(order["item"], order["position"], order["sub_id"] or "")
    return {name: value for name, value in row.items() if name != "p_id"} | {
        "pid": row["p_id"],
        "return_status": _return_status(order),
        "sku_id_code": short_code("sku", order["item"], 20),
        "point_time": order["click_at"],
        "url_last_generate_time": given_out_at(world, target),
        "cps_sign": f"CC_{short_code('cps of order', order['order_id'], 24)}",
    }


def _amounts(order: Row) -> tuple[int, int, int]:
    """What was paid, the commission with the fee inside, and the fee; without what was taken back since it settled."""
    if order["state"] != SETTLED:
        commission = order["estimate_minor"]
        return order["paid_minor"], commission, part_of(commission, SERVICE_PPM)
    return (
        order["paid_minor"] - order["refunded_minor"],
        order["settled_minor"] - order["taken_back_minor"],
        order["service_minor"] - order["service_back_minor"],
    )


def _times(order: Row) -> dict[str, int | None]:
    """A single buyer needs no group: once such an order is received, it was grouped when it was paid."""
    facts = facts_of(order["own_facts"])
    paid = None if order["state"] == PLACED else order["paid_at"]
    grouped = facts.get("grouped_at", None if order["received_at"] is None and order["settled_at"] is None else paid)
    return {
        "order_create_time": order["created_at"],
        "order_pay_time": paid,
        "order_group_success_time": grouped,
        "order_receive_time": order["received_at"],
        "order_verify_time": facts.get("audited_at", order["settled_at"]),
        "order_settle_time": order["settled_at"],
        "order_modify_at": order["modified_at"],
    }


def _return_status(order: Row) -> int:
    """An after-sale runs while what is kept and paid is as it was when the buyer asked for it."""
    kept = [order["returned"], order["paid_minor"] - order["refunded_minor"]]
    if facts_of(order["own_facts"]).get("after_sale") == kept:
        return AFTER_SALE_RUNS
    return NO_AFTER_SALE if order["refunded_at"] is None else AFTER_SALE_DONE
