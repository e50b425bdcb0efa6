"""Spread a set of reports over temporary tables, each text and number fit for its column."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring as _quoted
from uuid import UUID

from joey.kit.text import storable, storable_json
from joey.marketplaces.port import AnyReport, ByPosition, HoldReport, OrderReport, RefundReport, UnreadableReport
from joey.orders.kept_evidence import pieces_of
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
    TRADE_HOLDS,
    UNREADABLE,
    VERDICTS,
    OrderIn,
    RefundIn,
    TradeHoldIn,
    UnreadableIn,
)
from joey.orders.storable import NO_TIME, PROBLEM_MAX, fitting, hint
from joey.sharing.attribute import AT_CLICK, AT_ORDER, SUB_ID


@dataclass(frozen=True)
class Origin:
    """The poll that brought a report, when it asked, and the earlier report that it is a new reading of."""

    poll: int
    asked_at: datetime
    rereads: UUID | None = None


@dataclass(frozen=True)
class StagedReports:
    """How many reports of each kind a set holds, whether any may hold its line or, read again, hold it no longer, and
    whether they differ in currency.
    """

    orders: int
    refunds: int
    holds: int
    unreadable: int
    any_held: bool
    several_currencies: bool

    @classmethod
    def any_of(cls, *, orders: int) -> "StagedReports":
        """So many order reports, of which any may hold its line, or no longer, and be in any currency."""
        return cls(orders, 0, 0, 0, any_held=True, several_currencies=True)

    @property
    def reports(self) -> int:
        return self.orders + self.refunds + self.holds + self.unreadable


def stage_reports(
    reports: Iterable[tuple[AnyReport, Origin]], *, is_net: bool, now: datetime, received_at: datetime
) -> StagedReports:
    """Fill ORDERS, EVIDENCE, REFUNDS, TRADE_HOLDS and UNREADABLE; empty the tables that the next steps fill.

    `now` is when they were asked for, `received_at` by the database's clock when they came, one moment for all of them.
    `is_net`: the reported commission is what is left after the service fee, so a fee that a report names is not taken
    again.
    """
    orders: list[OrderIn] = []
    refunds: list[RefundIn] = []
    holds: list[TradeHoldIn] = []
    unreadable: list[UnreadableIn] = []
    for number, (given, origin) in enumerate(reports):
        report = fitting(given, now=now)
        payload = json.dumps(storable_json(report.payload), ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(payload.encode()).digest()
        if isinstance(report, HoldReport):
            holds.append(
                TradeHoldIn(
                    number, "", storable(report.trade), storable(report.part), NO_TIME, NO_TIME, payload, digest,
                    origin.poll, origin.rereads, received_at, report.frozen, report.placed_at,
                )
            )  # fmt: skip
            continue
        reported_at = min(report.reported_at, origin.asked_at)
        if isinstance(report, OrderReport):
            fee = 0 if is_net else report.service_fee_minor
            orders.append(
                _order(number, report, origin, reported_at, payload, digest, service_fee_minor=fee,
                       received_at=received_at)
            )  # fmt: skip
        elif isinstance(report, RefundReport):
            refunds.append(
                RefundIn(
                    number, storable(report.case_id), storable(report.external_order), storable(report.external_line),
                    reported_at, report.reported_at, payload, digest, origin.poll, origin.rereads, received_at,
                    report.counts, report.refund_minor, report.commission_back_minor, report.protected_minor,
                    report.currency, report.refunded_at, report.refunded_by or report.refunded_at,
                )
            )  # fmt: skip
        else:
            assert isinstance(report, UnreadableReport)
            unreadable.append(
                UnreadableIn(
                    number, report.kind, storable(report.external_order),
                    hint(storable(report.external_line)), hint(storable(report.external_part)),
                    hint(storable(report.case_id)), reported_at, report.reported_at, payload, digest, origin.poll,
                    origin.rereads, received_at, storable(report.problem[:PROBLEM_MAX]) or "unreadable",
                )
            )  # fmt: skip
    empty_tables()
    ORDERS.fill(orders)
    EVIDENCE.insert(pieces_of(str(ORDERS)))
    REFUNDS.fill(refunds)
    TRADE_HOLDS.fill(holds)
    UNREADABLE.fill(unreadable)
    return StagedReports(
        len(orders), len(refunds), len(holds), len(unreadable),
        any_held=any(order.held or order.rereads for order in orders),
        several_currencies=len({order.currency for order in orders}) > 1,
    )  # fmt: skip


def empty_tables() -> None:
    """Make all tables in which a set is worked on, empty."""
    for table in (ORDERS, EVIDENCE, REFUNDS, TRADE_HOLDS, UNREADABLE, GIVEN, KEPT, LEFT_LIST, VERDICTS, NAMED, NEWEST,
                  HOLDS, CONTRADICTIONS, ELSEWHERE, MOVED):  # fmt: skip
        table.create()


def _order(
    number: int, report: OrderReport, origin: Origin, reported_at: datetime, payload: str, digest: bytes, *,
    service_fee_minor: int, received_at: datetime,
) -> OrderIn:  # fmt: skip
    return OrderIn(
        report=number,
        external_order=storable(report.external_order),
        external_line=storable(report.external_line),
        external_part=storable(report.external_part),
        reported_at=reported_at,
        stamped_at=report.reported_at,
        payload=payload,
        digest=digest,
        poll=origin.poll,
        rereads=origin.rereads,
        received_at=received_at,
        evidence="[" + ", ".join(_written(*piece) for piece in _pieces(report)) + "]",
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


def evidence_of(report: OrderReport) -> list[dict[str, str | bool]]:
    """Its evidence as it is kept with it."""
    return [
        {"key": key, "kind": kind} | ({"to_the_minute": True} if to_the_minute else {})
        for kind, key, to_the_minute in _pieces(report)
    ]


def _written(kind: str, key: str, to_the_minute: bool) -> str:
    """A piece of evidence as JSON. Of most it is the kind and the key, so that what is kept of them stays the same."""
    minute = ', "to_the_minute": true' if to_the_minute else ""
    return f'{{"key": {_quoted(key)}, "kind": "{kind}"{minute}}}'


def _pieces(report: OrderReport) -> Iterator[tuple[str, str, bool]]:
    """The kind and key of each piece, and whether its time is any of a minute, most believed first."""
    for piece in report.evidence:
        if isinstance(piece, ByPosition):
            yield (AT_CLICK if piece.at == "clicked" else AT_ORDER), _key(piece.key), piece.to_the_minute
        else:
            yield SUB_ID, _key(piece.text), False


def _key(text: str) -> str:
    """In one line, and no longer than its column; a longer sub-id is none of ours."""
    return storable(" ".join(text.split()))[:120]
