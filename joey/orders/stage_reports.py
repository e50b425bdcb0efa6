"""Spread a set of reports over temporary tables, each text and number fit for its column."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring as _quoted
from uuid import UUID

from joey.kit.text import storable, storable_json
from joey.marketplaces.port import AnyReport, ByPosition, OrderReport, RefundReport, UnreadableReport
from joey.orders.staged_tables import (
    CONTRADICTIONS,
    ELSEWHERE,
    EVIDENCE,
    GIVEN,
    HOLDS,
    KEPT,
    LEFT_LIST,
    MOVED,
    NAMED,
    NEWEST,
    ORDERS,
    REFUNDS,
    UNREADABLE,
    VERDICTS,
    OrderIn,
    RefundIn,
    UnreadableIn,
)
from joey.orders.storable import PROBLEM_MAX, fitting, hint
from joey.sharing.attribute import AT_CLICK, AT_ORDER, SUB_ID, EvidencePiece


@dataclass(frozen=True)
class Origin:
    """The poll that brought a report, and the earlier report that it is a new reading of."""

    poll: int
    rereads: UUID | None = None


@dataclass(frozen=True)
class StagedReports:
    """How many reports of each kind a set holds, whether any may hold its line or, read again, hold it no longer, and
    whether they differ in currency.
    """

    orders: int
    refunds: int
    unreadable: int
    any_held: bool
    several_currencies: bool

    @classmethod
    def any_of(cls, *, orders: int) -> "StagedReports":
        """So many order reports, of which any may hold its line, or no longer, and be in any currency."""
        return cls(orders, 0, 0, any_held=True, several_currencies=True)

    @property
    def reports(self) -> int:
        return self.orders + self.refunds + self.unreadable


def stage_reports(reports: Iterable[tuple[AnyReport, Origin]], *, is_net: bool, now: datetime) -> StagedReports:
    """Fill ORDERS, EVIDENCE, REFUNDS and UNREADABLE; empty the tables that the next steps fill.

    `is_net`: the reported commission is what is left after the service fee, so a fee that a report names is not taken
    again.
    """
    orders: list[OrderIn] = []
    evidence: list[EvidencePiece] = []
    refunds: list[RefundIn] = []
    unreadable: list[UnreadableIn] = []
    for number, (given, origin) in enumerate(reports):
        report = fitting(given, now=now)
        payload = json.dumps(storable_json(report.payload), ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(payload.encode()).digest()
        if isinstance(report, OrderReport):
            pieces = list(_pieces(number, report))
            evidence += pieces
            fee = 0 if is_net else report.service_fee_minor
            orders.append(_order(number, report, origin, pieces, payload, digest, service_fee_minor=fee))
        elif isinstance(report, RefundReport):
            refunds.append(
                RefundIn(
                    number, storable(report.case_id), storable(report.external_order), storable(report.external_line),
                    report.reported_at, payload, digest, origin.poll, origin.rereads, report.counts,
                    report.refund_minor, report.commission_back_minor, report.protected_minor, report.currency,
                    report.refunded_at,
                )
            )  # fmt: skip
        else:
            assert isinstance(report, UnreadableReport)
            unreadable.append(
                UnreadableIn(
                    number, report.kind, storable(report.external_order), hint(storable(report.external_line)),
                    hint(storable(report.case_id)), report.reported_at, payload, digest, origin.poll, origin.rereads,
                    storable(report.problem[:PROBLEM_MAX]) or "unreadable",
                )
            )  # fmt: skip
    empty_tables()
    ORDERS.fill(orders)
    EVIDENCE.fill(evidence)
    REFUNDS.fill(refunds)
    UNREADABLE.fill(unreadable)
    return StagedReports(
        len(orders), len(refunds), len(unreadable),
        any_held=any(order.held or order.rereads for order in orders),
        several_currencies=len({order.currency for order in orders}) > 1,
    )  # fmt: skip


def empty_tables() -> None:
    """Make all tables in which a set is worked on, empty."""
    for table in (ORDERS, EVIDENCE, REFUNDS, UNREADABLE, GIVEN, KEPT, LEFT_LIST, VERDICTS, NAMED, NEWEST, HOLDS,
                  CONTRADICTIONS, ELSEWHERE, MOVED):  # fmt: skip
        table.create()


def _order(
    number: int, report: OrderReport, origin: Origin, pieces: Sequence[EvidencePiece], payload: str, digest: bytes,
    *, service_fee_minor: int,
) -> OrderIn:  # fmt: skip
    return OrderIn(
        report=number,
        external_order=storable(report.external_order),
        external_line=storable(report.external_line),
        reported_at=report.reported_at,
        payload=payload,
        digest=digest,
        poll=origin.poll,
        rereads=origin.rereads,
        evidence="[" + ", ".join(f'{{"key": {_quoted(piece.key)}, "kind": "{piece.kind}"}}' for piece in pieces) + "]",
        state=report.state,
        reason=storable(report.reason[:40]),
        held="unknown_code" if report.state == "unknown" else report.held,
        clicked_at=report.clicked_at,
        quantity=report.quantity,
        currency=report.currency,
        paid_minor=report.paid_minor,
        commission_minor=report.commission_minor,
        service_fee_minor=service_fee_minor,
        protected_minor=report.protected_minor,
        rate_ppm=report.rate_ppm,
        title=storable(report.title[:300]),
        external_item=storable(report.external_item[:120]),
        placed_at=report.placed_at,
        paid_at=report.paid_at,
        settled_at=report.settled_at,
    )


def evidence_of(report: OrderReport) -> list[dict[str, str]]:
    """Its evidence as it is kept with it."""
    return [{"key": piece.key, "kind": piece.kind} for piece in _pieces(0, report)]


def _pieces(number: int, report: OrderReport) -> Iterator[EvidencePiece]:
    item, title = storable(report.external_item[:120]), storable(report.title[:300])
    for place, piece in enumerate(report.evidence):
        if isinstance(piece, ByPosition):
            kind, at = (AT_CLICK, report.clicked_at) if piece.at == "clicked" else (AT_ORDER, report.placed_at)
            yield EvidencePiece(number, place, kind, _key(piece.key), at, item, title)
        else:
            yield EvidencePiece(number, place, SUB_ID, _key(piece.text), None, item, title)


def _key(text: str) -> str:
    """In one line, and no longer than its column; a longer sub-id is none of ours."""
    return storable(" ".join(text.split()))[:120]
