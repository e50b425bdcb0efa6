"""What the tables can hold of a report. One that does not fit must not keep the others from being taken in."""

import re
from typing import Literal

from joey.marketplaces.port import AnyReport, ByPosition, OrderReport, RefundReport, UnreadableReport
from joey.orders.models import OrderLine

ID_MAX = 64
POSITION_MAX = 80
INT_MAX = 2**31 - 1
BIGINT_MAX = 2**63 - 1


def fitting(seen: AnyReport) -> AnyReport:
    """The report itself, or the same as unreadable when an id or a number is longer than any can be."""
    problem = _problem(seen)
    if not problem:
        return seen
    kind: Literal["order", "refund"] = "order" if isinstance(seen, OrderReport) else "refund"
    return UnreadableReport(kind, seen.external_order[:ID_MAX], seen.reported_at, seen.payload, problem)


def _problem(seen: AnyReport) -> str:
    if isinstance(seen, UnreadableReport):
        return ""
    if max(len(seen.external_order), len(seen.external_line)) > ID_MAX:
        return "the order's number is too long"
    if isinstance(seen, RefundReport):
        if len(seen.case_id) > ID_MAX:
            return "the case's number is too long"
        return _out_of_bounds(BIGINT_MAX, refund=seen.refund_minor, commission_back=seen.commission_back_minor)
    if seen.state not in OrderLine.State.values:
        return "the state is none of ours"
    if not re.fullmatch("[A-Z]{3}", seen.currency):
        return "the currency is not a code of ISO 4217"
    if any(len(piece.key) > POSITION_MAX for piece in seen.evidence if isinstance(piece, ByPosition)):
        return "the position is too long"
    return _out_of_bounds(INT_MAX, quantity=seen.quantity, rate=seen.rate_ppm) or _out_of_bounds(
        BIGINT_MAX, paid=seen.paid_minor, commission=seen.commission_minor, service_fee=seen.service_fee_minor
    )


def _out_of_bounds(most: int, **numbers: int) -> str:
    """Which number is below zero or larger than its column; "" when none is."""
    return next((f"{name} is out of bounds" for name, number in numbers.items() if not 0 <= number <= most), "")
