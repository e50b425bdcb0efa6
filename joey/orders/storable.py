"""What the tables can hold of a report. One that does not fit must not keep the others from being taken in."""

import re
from collections.abc import Mapping
from typing import Literal

from joey.marketplaces.port import AnyReport, ByPosition, OrderReport, RefundReport, UnreadableReport

ID_MAX = 64
POSITION_MAX = 80
INT_MAX = 2**31 - 1
BIGINT_MAX = 2**63 - 1
_NEVER_STORED = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL keeps neither NUL nor half of a surrogate pair


def storable_text(text: str) -> str:
    """The text without NUL; a half character (titles get cut in the middle of an emoji) becomes U+FFFD."""
    if not _NEVER_STORED.search(text):
        return text
    return _NEVER_STORED.sub("\ufffd", text.replace("\x00", ""))


def storable_json(value: object) -> object:
    """A JSON value, all its texts storable."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, Mapping):
        return {storable_text(str(name)): storable_json(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable_json(inner) for inner in value]
    return value


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
    if seen.state == "unknown":
        return "its state is not known"
    if any(len(piece.key) > POSITION_MAX for piece in seen.evidence if isinstance(piece, ByPosition)):
        return "the position is too long"
    return _out_of_bounds(INT_MAX, quantity=seen.quantity, rate=seen.rate_ppm) or _out_of_bounds(
        BIGINT_MAX, paid=seen.paid_minor, commission=seen.commission_minor, service_fee=seen.service_fee_minor
    )


def _out_of_bounds(most: int, **numbers: int) -> str:
    """Which number is below zero or larger than its column; "" when none is."""
    return next((f"{name} is out of bounds" for name, number in numbers.items() if not 0 <= number <= most), "")
