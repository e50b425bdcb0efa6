"""Read what the union reports about orders, refund cases and punished orders: pure, tried on the samples beside it."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from joey.marketplaces.port import (
    ANY_SHARE,
    MINUTE,
    UNNUMBERED,
    ByPosition,
    Evidence,
    HeldReason,
    HoldReport,
    OrderReport,
    OrderState,
    RefundReport,
    ReportKind,
    UnreadableField,
    UnreadableReport,
)
from joey.marketplaces.row_values import (
    Row,
    fen,
    if_readable,
    moment,
    names_a_minute,
    need,
    one_of,
    ppm,
    text,
    whole,
)

STATES: Mapping[str, OrderState] = {"11": "placed", "12": "paid", "14": "received", "3": "settled", "13": "closed"}
# What a line's id ends in, by our part in the trade. As the second owner we take a cut from another publisher's
# commission: the same trade, reported as a second line.
ROLES: Mapping[str, str] = {"2": "", "二方": "", "3": "/3", "三方": "/3"}
# 2 refunded, 12 waiting to be taken from us, 13 taken from us; 14 and 15 are the seller's cost, 3 failed, 4 and 11
# undecided. Any other status could mean either, so a case with one cannot be read.
COUNTS: Mapping[str, bool] = {
    "2": True, "12": True, "13": True, "3": False, "4": False, "11": False, "14": False, "15": False,
}  # fmt: skip
_AD_ZONE = re.compile(r"[1-9]\d*", re.ASCII)
_CHANNEL_ROLES = {"1": "二方", "2": "三方"}  # refund_type of the report of channel orders
RELEASED = "1"  # punish_status
_ADZONE = re.compile(r"[1-9]\d{0,17}", re.ASCII)
CHANNEL_CASE = ("tb_trade_id", "tk_refund_time", "refund_type")  # what names a case of a channel order (unverified.py)
NAMED_TWICE = "named_twice"  # in a row that is kept: its answer had another one of the same name
RELATION = "relation:"  # what the key of a position begins with that is a channel's relation
# Of what comes back, `show_return_fee`: what was ours, the technical fee, and the channel's own.
_OURS_BACK = ("tk_commission_fee_refund", "tk_subsidy_fee_refund")
_FEES_BACK = tuple(
    f"tk_{part}_{whose}_refund_fee" for part in ("commission", "subsidy") for whose in ("alimm", "agent")
)
# When an order can have changed last, where a row does not say: exports and rows of years ago do not.
_TIMES = ("tk_earning_time", "tk_paid_time", "tb_paid_time", "tk_deposit_time", "tb_deposit_time", "tk_create_time")
_OUT_OF_STEP = timedelta(days=1)  # how far the times of one order may be: they come from several systems


@dataclass(frozen=True)
class _Names:
    """The fields of a report that say what it is about."""

    order: str
    line: str
    part: str = ""
    case: str = ""


_ORDER_NAMES = _Names(order="trade_parent_id", line="trade_id", part="adzone_id")
_REFUND_NAMES = _Names(order="tb_trade_parent_id", line="tb_trade_id", case="refund_suit_id")
# A row of punished orders is unreadable only where it names no trade, and holds none.
_NAMES: Mapping[ReportKind, _Names] = {
    "order": _ORDER_NAMES, "refund": _REFUND_NAMES, "hold": _Names(order="tb_trade_id", line=""),
}  # fmt: skip


def order_report(row: Row, *, by_relation: bool = False, needs_relation: bool = False) -> OrderReport:
    """An element of the order report. Raises UnreadableField naming the field.

    Settled, the commission is `pub_share_fee`, until then the estimate `pub_share_pre_fee`, and the marketplace keeps
    `alimama_share_fee` of either. The special service fee is outside of both already. Closed, there is no commission.
    A row that says no fee cannot be read: without it a shop would be promised what the marketplace keeps. Nor can one
    whose fee is more than its commission. By its description the fee is a share of the whole commission, so of a small
    cut it could be more than the cut; whether it is, and what such a row is worth, is said nowhere (unverified.py:
    service_fee_within_commission).
    `by_relation` takes the channel's relation id as the position where there is one; `needs_relation` holds an order
    without one, because only refunds of channel orders are asked for.
    """
    state = STATES.get(text(row, "tk_status"), "unknown")
    settled, settled_at = state == "settled", moment(row, "tk_earning_time")
    if settled and settled_at is None:  # when it is payable, and what was taken back since, count from it
        raise UnreadableField("tk_earning_time is missing")
    placed_at = moment(row, "tk_create_time")
    if settled and settled_at and placed_at and settled_at < placed_at - _OUT_OF_STEP:
        raise UnreadableField("tk_earning_time is more than a day before tk_create_time")
    paid = _amount(row, "alipay_total_price")
    if settled:
        paid = _amount(row, "pay_price") or paid
    times = [moment(row, name) for name in _TIMES]
    reported_at = moment(row, "modified_time") or max((time for time in times if time), default=None)
    if reported_at is None:
        raise UnreadableField("modified_time is missing, and so is every other time")
    commission, service_fee = _commission(row, state)
    rate = ppm(row, "tk_total_rate")
    return OrderReport(
        external_order=need(row, _ORDER_NAMES.order),
        external_line=_line(row, _ORDER_NAMES),
        external_part=_part(row, _ORDER_NAMES),
        reported_at=reported_at,
        payload=row,
        state=state,
        evidence=_evidence(row, by_relation=by_relation),
        clicked_at=moment(row, "click_time"),
        quantity=_not_negative(whole(row, "item_num", 1), "item_num"),
        currency="CNY",
        paid_minor=paid,
        commission_minor=commission,
        service_fee_minor=service_fee,
        rate_ppm=ppm(row, "income_rate") if rate is None else rate,
        held=_held(row, state, needs_relation=needs_relation),
        reason=_reason(row) if state == "closed" else "",
        title=text(row, "item_title"),
        external_item=text(row, "item_id", longest=120),
        placed_at=placed_at,
        paid_at=moment(row, "tb_paid_time") or moment(row, "tk_paid_time"),
        settled_at=settled_at,
    )


def refund_report(row: Row) -> RefundReport:
    """An element of the refund report. Raises UnreadableField naming the field.

    What we have to give back is the commission and the subsidy that were ours; `show_return_fee` is that and the fees
    that come back with it, which were never ours. Where the parts are not the whole, it is not known which is wrong.

    Documented: `tk_refund_time` is when the case was opened, `tk_refund_suit_time` when it was finished. That the first
    is the time of the refund is taken for granted (unverified.py: settles_after_its_cases), and this time never moves.
    The report of channel orders names the case by it, so what counts without it may be a refund that is here already.
    """
    reported_at = moment(row, "modified_time") or moment(row, "tk_refund_suit_time")
    if reported_at is None:
        raise UnreadableField("modified_time is missing")
    ours = sum(_amount(row, name) for name in _OURS_BACK)
    fees = sum(_amount(row, name) for name in _FEES_BACK)
    counts = one_of(COUNTS, row, "refund_status")
    whole_fee = fen(row, "show_return_fee")
    opened_at = moment(row, "tk_refund_time")
    if opened_at is None and counts:
        raise UnreadableField("tk_refund_time is missing")
    if whole_fee is None and counts:
        raise UnreadableField("show_return_fee is missing")
    if counts and whole_fee != ours + fees:
        raise UnreadableField("show_return_fee is not the sum of its parts")
    return RefundReport(
        case_id=need(row, _REFUND_NAMES.case),
        external_order=need(row, _REFUND_NAMES.order),
        external_line=_line(row, _REFUND_NAMES),
        reported_at=reported_at,
        payload=row,
        counts=counts,
        refund_minor=_amount(row, "refund_fee"),
        commission_back_minor=ours,
        refunded_at=opened_at,
        refunded_by=opened_at + MINUTE if opened_at and names_a_minute(row, "tk_refund_time") else None,
    )


def channel_refund_report(row: Row) -> RefundReport:
    """An element of the refund report of channel orders. Raises UnreadableField naming the field.

    It has other names for what `refund_report` reads, no parts of the fees, and no number of the case: its case is the
    one of its trade that was opened at `tk_refund_time`, which the other report names beside the number.
    `refund_type` 1 is a commission of ours, 2 our cut from another's.
    """
    if NAMED_TWICE in row:
        raise UnreadableField(
            "another case of its trade and role has the same tk_refund_time, and no number tells the two apart"
            " (channel_case_name): the console has their numbers"
        )
    need(row, "tk_refund_time")
    if names_a_minute(row, "tk_refund_time"):
        raise UnreadableField("tk_refund_time has no seconds, and the case no number that tells it from others")
    whose = "3rd" if one_of(_CHANNEL_ROLES, row, "refund_type") == "三方" else ""
    ours = {name: f"{name}{whose}_pub" for name in _OURS_BACK}
    whole_name = "tk3rd_pub_show_return_fee" if whose else "tk_pub_show_return_fee"
    whole_fee = fen(row, whole_name)
    fees = (whole_fee or 0) - sum(fen(row, name) or 0 for name in ours.values())
    if fees < 0:
        raise UnreadableField(f"{whole_name} is less than its parts")
    seen = refund_report(
        {
            **row,
            **_named_as_a_case(row),
            **{name: row.get(given) for name, given in ours.items()},
            _FEES_BACK[0]: f"{fees // 100}.{fees % 100:02}",
            "show_return_fee": row.get(whole_name),
        }
    )
    if seen.counts:
        for name in ours.values():
            need(row, name)  # all that is not said to be ours would count as a fee
    return replace(seen, payload=row)


def channel_case(row: Row) -> tuple[str, ...]:
    """What a row of the refund report of channel orders calls its case; () where it does not."""
    name: tuple[str, ...] = if_readable(lambda: tuple(text(row, field) for field in CHANNEL_CASE), ())
    return name if all(name) else ()


def marked_where_named_twice(rows: list[Row]) -> list[Row]:
    """The rows of one answer, each saying so where another has its name: two cases that nothing tells apart."""
    times = Counter(map(channel_case, rows))
    return [{**row, NAMED_TWICE: True} if (name := channel_case(row)) and times[name] > 1 else row for row in rows]


def is_of_a_channel(row: Row) -> bool:
    """Whether a refund report is the one of channel orders: a kept row is read as what it is, whatever is asked now."""
    return "refund_type" in row


def _named_as_a_case(row: Row) -> dict[str, str]:
    """What a refund report of a channel order is about, under the names of the other refund report."""
    return {
        "refund_suit_id": f"{UNNUMBERED}{opened}" if (opened := text(row, "tk_refund_time")) else "",
        "tk_order_role": _CHANNEL_ROLES.get(text(row, "refund_type"), ""),
    }


def hold_report(row: Row) -> HoldReport:
    """An element of the report of punished orders. Raises UnreadableField naming the field.

    `punish_status` is 0 frozen or 1 released. One with any other code, or none, is punished in a way that is new to us:
    whatever is not released stays on hold. It is about one ad zone of the trade, as a line is; where none can be made
    out, about all of the trade.
    """
    adzone = text(row, "tk_adzone_id")
    return HoldReport(
        trade=need(row, "tb_trade_id"),
        frozen=text(row, "punish_status") != RELEASED,
        payload=row,
        placed_at=if_readable(lambda: moment(row, "tk_trade_create_time"), None),  # no reason to miss a hold
        part=adzone if _ADZONE.fullmatch(adzone) else "",
    )


def unreadable(
    kind: ReportKind, row: Row, problem: str, *, window_end: datetime, by_relation: bool = False
) -> UnreadableReport:
    """A report that stays as it came. One of two cases of one name names none, so no later report makes up for it."""
    names = _NAMES[kind]
    payload = row  # as it came
    if kind == "refund" and is_of_a_channel(row) and NAMED_TWICE not in row:
        row = {**row, **if_readable(lambda: _named_as_a_case(row), {})}
    return UnreadableReport(
        kind,
        if_readable(lambda: text(row, names.order, longest=64), ""),
        if_readable(lambda: moment(row, "modified_time"), None) or window_end,
        payload,
        problem,
        external_line=_line_as_far_as_readable(row, names),
        external_part=if_readable(lambda: _part(row, names), ""),
        case_id=if_readable(lambda: text(row, names.case), "") if names.case else "",
        evidence=if_readable(lambda: _evidence(row, by_relation=by_relation), ()) if kind == "order" else (),
    )


def _commission(row: Row, state: OrderState) -> tuple[int, int]:
    """What is reported for the line, and what the marketplace keeps of it."""
    if state == "closed":
        return 0, 0
    name = commission_field(row)
    if state == "placed" and fen(row, name) is None:
        return 0, 0  # nothing is paid, and nothing is estimated yet
    commission, service_fee = _needed_amount(row, name), _needed_amount(row, "alimama_share_fee")
    if service_fee > commission:
        raise UnreadableField(
            f"alimama_share_fee is more than {name}: whether it may be, as a share of the whole commission of which we"
            " get a small cut, is unverified (service_fee_within_commission)"
        )
    return commission, service_fee


def commission_field(row: Row) -> str:
    """Which field has the commission of an order as it is now."""
    return "pub_share_fee" if STATES.get(text(row, "tk_status")) == "settled" else "pub_share_pre_fee"


def _line(row: Row, names: _Names) -> str:
    """The line as orders and refunds call it, by trade and role. A number with a `/` would be that of another line."""
    return _trade(row, names.line) + one_of(ROLES, row, "tk_order_role")


def _trade(row: Row, name: str) -> str:
    trade = need(row, name)
    if ANY_SHARE in trade:
        raise UnreadableField(f"{name} is not the number of a trade: it has a “{ANY_SHARE}”")
    return trade


def _part(row: Row, names: _Names) -> str:
    """The ad zone, which tells two lines of one name apart; "" of a refund, which names none.

    Real rows have one trade twice, of one role and under two ad zones; why is not known. An order row without its ad
    zone, or with the name or pid of one, would be a second line of the same trade, and the trade be paid twice: it
    cannot be read.
    """
    if not names.part:
        return ""
    part = need(row, names.part)
    if not _AD_ZONE.fullmatch(part):
        raise UnreadableField(f"{names.part} is not the number of an ad zone")
    return part


def _line_as_far_as_readable(row: Row, names: _Names) -> str:
    """The same of a row that cannot be read: any share of its trade where the role is not known."""
    if not names.line or not (trade := if_readable(lambda: _trade(row, names.line), "")):
        return ""
    return if_readable(lambda: _line(row, names), f"{trade}{ANY_SHARE}")


def _held(row: Row, state: OrderState, *, needs_relation: bool) -> HeldReason:
    if state == "unknown":
        return "unknown_code"
    return "refunds_unread" if needs_relation and not _relation(row) else ""


def _relation(row: Row) -> str:
    relation = text(row, "relation_id")
    return "" if relation == "0" else relation


def _evidence(row: Row, *, by_relation: bool) -> tuple[Evidence, ...]:
    relation = _relation(row) if by_relation else ""
    position = f"{RELATION}{relation}" if relation else text(row, "adzone_id", longest=80)
    return (ByPosition(position, "clicked", names_a_minute(row, "click_time")),) if position else ()


def _reason(row: Row) -> str:
    """The report has no field that says why: a refund is marked, nothing else is named."""
    return "refunded" if whole(row, "refund_tag") == 1 else "closed"


def _needed_amount(row: Row, name: str) -> int:
    """One that is not said is not known, and is not zero: real rows say "0.00"."""
    need(row, name)
    return _amount(row, name)


def _amount(row: Row, name: str) -> int:
    return _not_negative(fen(row, name) or 0, name)


def _not_negative(value: int, name: str) -> int:
    if value < 0:
        raise UnreadableField(f"{name} is below zero")
    return value
