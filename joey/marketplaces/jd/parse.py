"""Read what the union reports about orders, a row for each item of an order: pure, tried on the samples beside it."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time

from joey.marketplaces.beijing import ZONE
from joey.marketplaces.jd.manifest import CLOSED_BECAUSE
from joey.marketplaces.port import (
    ByPosition,
    BySubId,
    Evidence,
    HeldReason,
    OrderReport,
    OrderState,
    UnreadableField,
    UnreadableReport,
)
from joey.marketplaces.row_values import Row, fen, if_readable, moment, need, ppm, text, whole

# validCode of a row. One that is in no table, and -1, is new to us: the line is held.
STATES: Mapping[str, OrderState] = {
    "15": "placed", "24": "placed", "16": "paid", "17": "received", "18": "settled",
    **dict.fromkeys(CLOSED_BECAUSE, "closed"),
}  # fmt: skip
SETTLED = "pay_month_came"  # in a row that is kept: its day of settlement had come when it was read
_TIMES = ("modifyTime", "finishTime", "orderTime")
_DAY = re.compile(r"\d{8}", re.ASCII)
_PPM = 1_000_000
_NO_POSITION = "0"


def order_report(row: Row, *, with_sub_id: bool = False) -> OrderReport:
    """A row of the order report. Raises UnreadableField naming the field.

    Until the order is completed the estimates count, from then on `actualFee`: it is net of what came back and of
    price protection (`proPriceAmount`), which is not taken off again. A completed row settles on the day `payMonth`
    and does not change by that; whether the day had come is beside the row, as SETTLED.
    """
    state = _state(row)
    settled_on = settlement_day(row)
    if state == "settled" and settled_on is None:  # when it is payable counts from it
        raise UnreadableField("payMonth is missing")
    changed_at = next((time for name in _TIMES if (time := moment(row, name))), None)
    if changed_at is None:
        raise UnreadableField("modifyTime is missing, and so is every other time")
    is_actual = state in ("received", "settled")
    placed_at = moment(row, "orderTime")
    return OrderReport(
        external_order=need(row, "orderId"),
        external_line=need(row, "id"),
        reported_at=max(changed_at, settled_on) if state == "settled" and settled_on else changed_at,
        payload=row,
        state=state,
        evidence=_evidence(row, with_sub_id=with_sub_id),
        clicked_at=None,
        quantity=_kept(row),
        currency="CNY",
        paid_minor=_amount(row, "actualCosPrice" if is_actual else "estimateCosPrice"),
        commission_minor=_commission(row, state),
        service_fee_minor=0,
        rate_ppm=if_readable(lambda: _rate(row), None),
        held=_held(row, state),
        reason=text(row, "validCode") if state == "closed" else "",
        protected_minor=_amount(row, "proPriceAmount"),
        title=text(row, "skuName"),
        external_item=text(row, "skuId", longest=120),
        placed_at=placed_at,
        # The report has no time of the payment; an order of JD is paid when it is placed, or soon after.
        paid_at=placed_at if state in ("paid", "received", "settled") else None,
        settled_at=settled_on if state == "settled" else None,
    )


def settlement_day(row: Row) -> datetime | None:
    """The beginning of the day `payMonth` in Beijing; None before there is one. Raises UnreadableField."""
    found = text(row, "payMonth")
    if found in ("", "0"):
        return None
    try:
        if not _DAY.fullmatch(found):
            raise ValueError
        day = date.fromisoformat(found)
    except ValueError:
        raise UnreadableField("payMonth is not a day") from None
    return datetime.combine(day, time(), ZONE)


def marked_if_settled(row: Row, now: datetime) -> Row:
    """The row, with SETTLED where it is completed and its day of settlement has come."""
    day = if_readable(lambda: settlement_day(row), None)
    has_come = STATES.get(text(row, "validCode")) == "received" and day is not None and day <= now
    return {**row, SETTLED: True} if has_come else row


def unreadable(row: Row, problem: str, *, window_end: datetime) -> UnreadableReport:
    """A report that stays as it came."""
    return UnreadableReport(
        "order",
        if_readable(lambda: text(row, "orderId", longest=64), ""),
        if_readable(lambda: moment(row, "modifyTime"), None) or window_end,
        row,
        problem,
        external_line=if_readable(lambda: text(row, "id", longest=64), ""),
        evidence=if_readable(lambda: _evidence(row, with_sub_id=False), ()),
    )


def _state(row: Row) -> OrderState:
    state = STATES.get(need(row, "validCode"), "unknown")
    return "settled" if state == "received" and row.get(SETTLED) is True else state


def _commission(row: Row, state: OrderState) -> int:
    if state == "closed":
        return 0
    name = "actualFee" if state in ("received", "settled") else "estimateFee"
    need(row, name)  # one that is not said is not known, and is not zero
    return _amount(row, name)


def _kept(row: Row) -> int:
    """How many pieces the buyer keeps."""
    bought, back = _not_negative(whole(row, "skuNum", 1), "skuNum"), whole(row, "skuReturnNum")
    if not 0 <= back <= bought:
        raise UnreadableField("skuReturnNum is no number of the pieces that were bought")
    return bought - back


def _held(row: Row, state: OrderState) -> HeldReason:
    if state == "unknown":
        return "unknown_code"
    return "frozen" if state != "closed" and whole(row, "skuFrozenNum") > 0 else ""


def _evidence(row: Row, *, with_sub_id: bool) -> tuple[Evidence, ...]:
    position = text(row, "positionId", longest=80)
    sub_id = text(row, "subUnionId", longest=80) if with_sub_id else ""
    found: list[Evidence] = []
    if position not in ("", _NO_POSITION):
        found.append(ByPosition(position, "ordered"))
    if sub_id:
        found.append(BySubId(sub_id))
    return tuple(found)


def _rate(row: Row) -> int | None:
    """The rate that is paid: what the item pays, of which the union gives us a part (`finalRate`)."""
    rate, part = ppm(row, "commissionRate"), ppm(row, "finalRate")
    return None if rate is None or part is None else rate * part // _PPM


def _amount(row: Row, name: str) -> int:
    return _not_negative(fen(row, name) or 0, name)


def _not_negative(value: int, name: str) -> int:
    if value < 0:
        raise UnreadableField(f"{name} is below zero")
    return value
