"""What can be true of a report, and what tables can hold. One that does not fit keeps no other from being taken in."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from joey.kit.text import storable_json
from joey.marketplaces.port import (
    AnyReport,
    ByPosition,
    BySubId,
    Evidence,
    HoldReport,
    OrderReport,
    RefundReport,
    ReportKind,
    UnreadableReport,
)
from joey.money.money import EXPONENTS
from joey.orders.models import OrderLine

ID_MAX = 64
POSITION_MAX = 80
INT_MAX = 2**31 - 1
AMOUNT_MAX = 10**15  # of minor units; no order is worth more, and sums of it fit
PROBLEM_MAX = 200
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # before there was any order to report
AHEAD = timedelta(days=1)  # of our clock: no zone and no marketplace's clock is further ahead
STATES = frozenset(OrderLine.State.values)
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # always the same one, so that the report is not new at each poll


def _is_time(value: object) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is not None


def _is_evidence(pieces: object) -> bool:
    return isinstance(pieces, tuple) and all(
        (isinstance(piece, ByPosition) and isinstance(piece.key, str))
        or (isinstance(piece, BySubId) and isinstance(piece.text, str))
        for piece in pieces
    )


_IS_OF_KIND: Mapping[object, Callable[[object], bool]] = {
    str: lambda value: isinstance(value, str),
    int: lambda value: type(value) is int,
    bool: lambda value: isinstance(value, bool),
    datetime: _is_time,
    datetime | None: lambda value: value is None or _is_time(value),
    tuple[Evidence, ...]: _is_evidence,
    Mapping[str, object]: lambda value: isinstance(value, Mapping),
}
_CHECKS = {
    kind: [(field.name, _IS_OF_KIND[field.type]) for field in fields(kind) if field.type in _IS_OF_KIND]
    for kind in (OrderReport, RefundReport, HoldReport, UnreadableReport)
}


_TIMES = {
    kind: [field.name for field in fields(kind) if field.type in (datetime, datetime | None)]
    for kind in (OrderReport, RefundReport, HoldReport, UnreadableReport)
}
_KINDS: Mapping[type[AnyReport], ReportKind] = {OrderReport: "order", RefundReport: "refund", HoldReport: "hold"}


def fitting(seen: AnyReport, *, now: datetime) -> AnyReport:
    """The report itself, or the same as unreadable. `now` is when it was asked for.

    It is when an id or a number is longer than any can be, when a time cannot be true, and when a connector filled in a
    value of another kind.
    """
    problem = _wrong_kind(seen) or _problem(seen) or _untrue_time(seen, now)
    if not problem:
        return seen
    unreadable = _unreadable(seen, problem)
    return unreadable if _can_be_true(unreadable.reported_at, now) else replace(unreadable, reported_at=NO_TIME)


def unstorable(seen: AnyReport, fault: Exception) -> UnreadableReport:
    """The same as unreadable, for a report that looked right and that could not be stored, alone or beside others."""
    unread = _unreadable(seen, f"it cannot be stored: {type(fault).__name__}")
    try:
        json.dumps(storable_json(unread.payload))
    except (TypeError, ValueError, RecursionError):  # it has no text
        return replace(unread, payload={"order": unread.external_order, "reported_at": unread.reported_at.isoformat()})
    return unread


def _unreadable(seen: AnyReport, problem: str) -> UnreadableReport:
    known: dict[str, Any] = vars(seen)
    reported_at = known.get("reported_at")
    return UnreadableReport(
        seen.kind if isinstance(seen, UnreadableReport) else _KINDS[type(seen)],
        external_order=str(known.get("external_order") or known.get("trade") or "")[:ID_MAX],
        reported_at=reported_at if isinstance(reported_at, datetime) and _is_time(reported_at) else NO_TIME,
        payload=known["payload"] if isinstance(known["payload"], Mapping) else {"payload": known["payload"]},
        problem=seen.problem if isinstance(seen, UnreadableReport) and isinstance(seen.problem, str) else problem,
        external_line=hint(str(known.get("external_line") or "")),
        external_part=hint(str(known.get("external_part") or "")),
        case_id=hint(str(known.get("case_id") or "")),
    )


def hint(number: str) -> str:
    """The line, part or case that an unreadable report is about, if it fits: the beginning of it may be another's."""
    return number if len(number) <= ID_MAX else ""


def _wrong_kind(seen: AnyReport) -> str:
    """Which field is not of the kind that the contract says; "" when each is."""
    wrong = next((name for name, is_right in _CHECKS[type(seen)] if not is_right(getattr(seen, name))), "")
    return f"{wrong} is of the wrong kind" if wrong else ""


def _untrue_time(seen: AnyReport, now: datetime) -> str:
    """Which time cannot be true; "" when each can.

    Such a report is not to be believed, and what is counted on from the last days of the calendar has no date.
    """
    moments = {name: getattr(seen, name) for name in _TIMES[type(seen)]}
    return next((f"{name} cannot be true" for name, at in moments.items() if at and not _can_be_true(at, now)), "")


def _can_be_true(moment: datetime, now: datetime) -> bool:
    return EARLIEST <= moment <= now + AHEAD


def _problem(seen: AnyReport) -> str:
    if isinstance(seen, UnreadableReport):
        return ""
    if isinstance(seen, HoldReport):
        return "the trade's number is too long" if max(len(seen.trade), len(seen.part)) > ID_MAX else ""
    part = seen.external_part if isinstance(seen, OrderReport) else ""
    if max(len(seen.external_order), len(seen.external_line), len(part)) > ID_MAX:
        return "the order's number is too long"
    if isinstance(seen, RefundReport):
        if len(seen.case_id) > ID_MAX:
            return "the case's number is too long"
        if seen.currency and seen.currency not in EXPONENTS:
            return _unknown(seen.currency)
        return _out_of_bounds(AMOUNT_MAX, refund=seen.refund_minor, commission_back=seen.commission_back_minor,
                              protected=seen.protected_minor)  # fmt: skip
    if seen.state not in STATES:
        return "the state is none of ours"
    if seen.currency not in EXPONENTS:
        return _unknown(seen.currency)
    if any(len(piece.key) > POSITION_MAX for piece in seen.evidence if isinstance(piece, ByPosition)):
        return "the position is too long"
    return _out_of_bounds(INT_MAX, quantity=seen.quantity, rate=seen.rate_ppm) or _out_of_bounds(
        AMOUNT_MAX,
        paid=seen.paid_minor,
        commission=seen.commission_minor,
        service_fee=seen.service_fee_minor,
        protected=seen.protected_minor,
    )


def _unknown(currency: str) -> str:
    """No page could show an amount in it, nor those beside it. A later version that knows it reads the report again."""
    return f"Joey does not know the currency “{currency[:8]}”"


def _out_of_bounds(most: int, **numbers: int | None) -> str:
    """Which number that is known is below zero or larger than it may be; "" when none is."""
    named = {name: number for name, number in numbers.items() if number is not None}
    return next((f"{name} is out of bounds" for name, number in named.items() if not 0 <= number <= most), "")
