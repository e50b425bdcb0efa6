"""Read what Duoduo Jinbao reports about orders: pure, tried on the samples beside it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from joey.marketplaces.pinduoduo.custom_parameters import sub_id_in
from joey.marketplaces.port import (
    ByPosition,
    BySubId,
    Evidence,
    HeldReason,
    HoldReport,
    OrderReport,
    OrderState,
    ReportedRow,
    UnreadableField,
    UnreadableReport,
)
from joey.marketplaces.row_values import Row, if_readable, need, one_of, text, whole

PUNISHED = "10"
# order_status of a row; any other is new to us, and the line is held. That the audit was passed settles nothing yet.
STATES: Mapping[str, OrderState] = {
    "-1": "placed", "0": "paid", "1": "paid", "2": "received", "3": "received", "5": "settled", "4": "closed",
    "8": "closed", PUNISHED: "closed",
}  # fmt: skip
COMPARED = "1"  # price_compare_status: the order is judged as a price comparison, and little or nothing is paid
PRICE_COMPARED = "price_compared"  # the reason of such a line (manifest.py: earns_less_because)
AT_RISK = "1"  # bandan_risk_consult
# return_status, which only a look-up of one order has: whether an after-sale runs.
AFTER_SALE_RUNS: Mapping[str, bool] = {"0": False, "1": True, "2": False}
_TIMES = ("order_modify_at", "order_settle_time", "order_verify_time", "order_receive_time", "order_pay_time")
_LATEST = 2**35  # seconds; later ones are no time


def order_report(row: Row, *, with_sub_id: bool = False) -> OrderReport:
    """A row of the order report. Raises UnreadableField naming the field.

    `promotion_amount` holds the service fee still, which is `duo_id_service_fee`.
    """
    state = STATES.get(need(row, "order_status"), "unknown")
    settled_at = moment(row, "order_settle_time")
    if state == "settled" and settled_at is None:  # when it is payable counts from it
        raise UnreadableField("order_settle_time is missing")
    changed_at = next((time for name in _TIMES if (time := moment(row, name))), None)
    if changed_at is None:
        raise UnreadableField("order_modify_at is missing, and so is every other time")
    commission, fee = _commission(row, state)
    return OrderReport(
        external_order=need(row, "order_sn"),
        external_line=need(row, "order_sn"),
        reported_at=changed_at,
        payload=row,
        state=state,
        evidence=_evidence(row, with_sub_id=with_sub_id),
        clicked_at=None,
        quantity=_not_negative(row, "goods_quantity", 1),
        currency="CNY",
        paid_minor=_not_negative(row, "order_amount"),
        commission_minor=commission,
        service_fee_minor=fee,
        rate_ppm=if_readable(lambda: _rate(row), None),
        held=_held(row, state),
        reason=_reason(row, state),
        title=text(row, "goods_name"),
        external_item=text(row, "goods_sign", longest=120) or text(row, "goods_id", longest=120),
        placed_at=moment(row, "order_create_time"),
        paid_at=moment(row, "order_pay_time"),
        settled_at=settled_at if state == "settled" else None,
    )


def moment(row: Row, name: str) -> datetime | None:
    """Seconds since 1970 in UTC; None where there are none. Raises UnreadableField."""
    found = whole(row, name)
    if found == 0:
        return None
    if not 0 < found < _LATEST:
        raise UnreadableField(f"{name} is not a time in seconds")
    return datetime.fromtimestamp(found, UTC)


def after_sale(row: Row) -> HoldReport:
    """Whether an after-sale of the order runs: its commission waits until that is over. Raises UnreadableField."""
    return HoldReport(
        trade=need(row, "order_sn"),
        frozen=one_of(AFTER_SALE_RUNS, row, "return_status"),
        payload=row,
        placed_at=moment(row, "order_create_time"),
    )


def unreadable(reported: ReportedRow, problem: str) -> UnreadableReport:
    """A report that stays as it came."""
    row = reported.row
    order = if_readable(lambda: text(row, "order_sn", longest=64), "")
    return UnreadableReport(
        reported.kind,
        order,
        if_readable(lambda: moment(row, "order_modify_at"), None) or reported.window_end,
        row,
        problem,
        external_line=order,
        evidence=if_readable(lambda: _evidence(row, with_sub_id=False), ()),
    )


def _commission(row: Row, state: OrderState) -> tuple[int, int]:
    if state == "closed":
        return 0, 0
    need(row, "promotion_amount")  # one that is not said is not known, and is not zero
    commission, fee = _not_negative(row, "promotion_amount"), _not_negative(row, "duo_id_service_fee")
    if fee > commission:
        raise UnreadableField("duo_id_service_fee is more than promotion_amount")
    return commission, fee


def _evidence(row: Row, *, with_sub_id: bool) -> tuple[Evidence, ...]:
    position = text(row, "p_id", longest=80) or text(row, "pid", longest=80)  # the second where one order is asked for
    sub_id = sub_id_in(text(row, "custom_parameters"), position) if with_sub_id else ""
    found: list[Evidence] = [ByPosition(position, "ordered")] if position else []
    return (*found, BySubId(sub_id)) if sub_id else tuple(found)


def _held(row: Row, state: OrderState) -> HeldReason:
    if state == "unknown":
        return "unknown_code"
    return "risk" if state != "closed" and text(row, "bandan_risk_consult") == AT_RISK else ""


def _reason(row: Row, state: OrderState) -> str:
    """Why it is closed, in Pinduoduo's words where it has some, else as the code of the state (manifest.py:
    closed_because), as a punishment is always; or why it earns less.
    """
    if state == "closed":
        status = text(row, "order_status")
        words = "" if status == PUNISHED else text(row, "fail_reason", longest=200)
        return words or status
    return PRICE_COMPARED if text(row, "price_compare_status") == COMPARED else ""


def _rate(row: Row) -> int | None:
    if not text(row, "promotion_rate"):
        return None
    rate = whole(row, "promotion_rate")
    return rate * 1000 if 0 <= rate <= 1000 else None


def _not_negative(row: Row, name: str, default: int = 0) -> int:
    found = whole(row, name, default)
    if found < 0:
        raise UnreadableField(f"{name} is below zero")
    return found
