"""Spread a set of reports over temporary tables, each text and number fit for its column."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.kit.sets import Int, JsonText, SetTable
from joey.kit.text import storable, storable_json
from joey.marketplaces.port import AnyReport, ByPosition, OrderReport, RefundReport, UnreadableReport
from joey.orders.models import OrderLine
from joey.orders.storable import fitting
from joey.sharing.attribute import AT_CLICK, AT_ORDER, SUB_ID, Attributed, Attribution, EvidencePiece

# Which of two reports is the newer one. Marketplaces report times in whole seconds, and an order may be paid and
# settled in one: of such reports the one that is further on wins, for a line does not go back, and a refund case
# counts only after it was opened. A remaining tie is decided by the digest, so that it is always decided the same. A
# report whose state is unknown is never newer than one whose state is known: it holds the line and moves nothing else.
_PROGRESS = f"array_position(ARRAY{OrderLine.State.values}, {{0}}.state::text)"
_RANK = ("({0}.state <> 'unknown')", "{0}.reported_at", _PROGRESS)


def rank(row: str, digest: str = "digest") -> str:
    """The SQL row value that is larger for the newer of two reports or lines."""
    return f"({', '.join((*_RANK, f'{{0}}.{digest}'))})".format(row)


def newest_first(row: str) -> str:
    """The same as an ORDER BY list, newest first."""
    return ", ".join(f"{part} DESC" for part in (*_RANK, "{0}.digest")).format(row)


@dataclass(frozen=True)
class OrderFacts:
    """One order report but its payload. `report` is its place in the set, which its evidence refers to."""

    report: int
    external_order: str
    external_line: str
    reported_at: datetime
    digest: bytes
    state: str
    reason: str
    held: str
    clicked_at: datetime | None
    quantity: Int
    currency: str
    paid_minor: int
    commission_minor: int
    service_fee_minor: int
    rate_ppm: Int
    title: str
    external_item: str
    placed_at: datetime | None
    paid_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True)
class OrderIn(OrderFacts):
    payload: JsonText


@dataclass(frozen=True)
class NamedOrder(OrderFacts, Attributed):
    """An order report with what its evidence came to."""


@dataclass(frozen=True)
class NewestOrder(NamedOrder):
    """The newest report of a line in the set. `held_at` is the time of the report that `held` is from."""

    held_at: datetime


@dataclass(frozen=True)
class RefundIn:
    case_id: str
    external_order: str
    external_line: str
    reported_at: datetime
    payload: JsonText
    digest: bytes
    counts: bool
    refund_minor: int
    commission_back_minor: int


@dataclass(frozen=True)
class UnreadableIn:
    kind: str
    external_order: str
    reported_at: datetime
    payload: JsonText
    digest: bytes


@dataclass(frozen=True)
class ReportKey:
    """Which report of an order line is meant."""

    external_order: str
    external_line: str
    digest: bytes


@dataclass(frozen=True)
class MovedLine:
    """A line that the set made or changed, and the kind of event that says so."""

    id: UUID
    shop_id: UUID | None
    event: str


ORDERS = SetTable("order_in", OrderIn)
EVIDENCE = SetTable("evidence_in", EvidencePiece)
VERDICTS = SetTable("verdict_in", Attribution)
NAMED = SetTable("named_order", NamedOrder)
NEWEST = SetTable("newest_order", NewestOrder)
REFUNDS = SetTable("refund_in", RefundIn)
UNREADABLE = SetTable("unreadable_in", UnreadableIn)
NEW_REPORTS = SetTable("new_report", ReportKey)
CONTRADICTIONS = SetTable("contradiction", ReportKey)
MOVED = SetTable("moved_line", MovedLine)


@dataclass(frozen=True)
class StagedReports:
    """What a set holds: how many reports could not be read, and whether any holds its line."""

    unreadable: int
    any_held: bool


def stage_reports(reports: Iterable[AnyReport], *, is_net: bool) -> StagedReports:
    """Fill ORDERS, EVIDENCE, REFUNDS and UNREADABLE; empty the tables that the next steps fill.

    `is_net`: the reported commission is what is left after the service fee, so a fee that a report names is not taken
    again.
    """
    orders: list[OrderIn] = []
    evidence: list[EvidencePiece] = []
    refunds: list[RefundIn] = []
    unreadable: list[UnreadableIn] = []
    for report in map(fitting, reports):
        payload = json.dumps(storable_json(report.payload), ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(payload.encode()).digest()
        if isinstance(report, OrderReport):
            evidence += _pieces(len(orders), report)
            fee = 0 if is_net else report.service_fee_minor
            orders.append(_order(len(orders), report, payload, digest, service_fee_minor=fee))
        elif isinstance(report, RefundReport):
            refunds.append(
                RefundIn(
                    storable(report.case_id), storable(report.external_order),
                    storable(report.external_line), report.reported_at, payload, digest, report.counts,
                    report.refund_minor, report.commission_back_minor,
                )
            )  # fmt: skip
        else:
            assert isinstance(report, UnreadableReport)
            order = storable(report.external_order)
            unreadable.append(UnreadableIn(report.kind, order, report.reported_at, payload, digest))
    ORDERS.create().fill(orders)
    EVIDENCE.create().fill(evidence)
    REFUNDS.create().fill(refunds)
    UNREADABLE.create().fill(unreadable)
    for table in (VERDICTS, NAMED, NEWEST, NEW_REPORTS, CONTRADICTIONS, MOVED):
        table.create()
    return StagedReports(len(unreadable), any(order.held or order.state == "unknown" for order in orders))


def _order(number: int, report: OrderReport, payload: str, digest: bytes, *, service_fee_minor: int) -> OrderIn:
    return OrderIn(
        report=number,
        external_order=storable(report.external_order),
        external_line=storable(report.external_line),
        reported_at=report.reported_at,
        payload=payload,
        digest=digest,
        state=report.state,
        reason=storable(report.reason[:40]),
        held=report.held or ("unknown_code" if report.state == "unknown" else ""),
        clicked_at=report.clicked_at,
        quantity=report.quantity,
        currency=report.currency,
        paid_minor=report.paid_minor,
        commission_minor=report.commission_minor,
        service_fee_minor=service_fee_minor,
        rate_ppm=report.rate_ppm,
        title=storable(report.title[:300]),
        external_item=storable(report.external_item[:120]),
        placed_at=report.placed_at,
        paid_at=report.paid_at,
        settled_at=report.settled_at,
    )


def _pieces(number: int, report: OrderReport) -> Iterator[EvidencePiece]:
    for place, piece in enumerate(report.evidence):
        if isinstance(piece, ByPosition):
            kind, at = (AT_CLICK, report.clicked_at) if piece.at == "clicked" else (AT_ORDER, report.placed_at)
            yield EvidencePiece(number, place, kind, _key(piece.key), at)
        else:
            yield EvidencePiece(number, place, SUB_ID, _key(piece.text), None)


def _key(text: str) -> str:
    """In one line, and no longer than its column; a longer sub-id is none of ours."""
    return storable(" ".join(text.split()))[:120]
