"""Reading order lines: for the packages above, as sets, and for pages, as rows that cannot query."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from joey.kit import sql
from joey.kit.sentences import worded
from joey.kit.sets import Int, JsonText, SetTable
from joey.money.money import Money
from joey.orders.hold_causes import CAUSES
from joey.orders.models import OrderLine, SyncCursor
from joey.sharing.attribute import SUB_ID


@dataclass(frozen=True)
class ChangedLine:
    """An order line of a shop, as the newest report left it."""

    line_id: UUID
    shop_id: UUID
    marketplace: str
    revision: int
    state: str
    currency: str
    quantity: Int
    paid_minor: int
    protected_minor: int  # price protection that the amounts are without
    returned_paid_minor: int
    returned_protected_minor: int  # price protection among what was returned
    commission_minor: int
    service_fee_minor: int
    returned_commission_minor: int
    returned_elsewhere: Mapping[str, int]  # what was taken back in other currencies: {"USD": 2}
    held: str  # the class of what the reports say, "" when nothing holds the line
    has_unread: bool  # a newer report cannot be read
    has_unclear_refund: bool  # the name that a refund report says is another line's too
    is_frozen: bool  # the marketplace keeps the commission of its trade back
    export_differs: bool  # an export that was made later says something else
    has_violation: bool  # the marketplace found a violation, and no operator has decided about it yet
    hold_causes: JsonText  # why its reports hold it (hold_causes.py), [] where they do not
    rate_ppm: Int | None
    external_item: str  # what was ordered, as the marketplace calls it: a hint
    title: str
    clicked_at: datetime | None
    placed_at: datetime | None
    paid_at: datetime | None
    settled_at: datetime | None
    reported_at: datetime
    changed_at: datetime  # the marketplace's time of the newest report of the line or of one of its refund cases


# The newest report of a line, or of one of its refund cases, is the marketplace's time of its last change.
_CHANGED_LINE = f"""
    SELECT l.*, l.id AS line_id, {CAUSES} AS hold_causes, greatest(l.reported_at, (
        SELECT max(c.reported_at) FROM orders_refundcase c
        WHERE (c.marketplace, c.external_order, c.external_line)
            = (l.marketplace, l.external_order, l.external_line))) AS changed_at
    FROM orders_orderline l
"""


def changed_lines_into(changed: SetTable[ChangedLine], marketplace: str, *, after: int, limit: int) -> int:
    """Fill the set with the next `limit` lines by revision; the last revision read.

    Lines in suspense belong to no shop yet and are left out; they come with a new revision once they do.
    """
    last = sql.value(
        f"""
        WITH next AS (
            {_CHANGED_LINE} WHERE marketplace = %s AND revision > %s ORDER BY revision LIMIT %s
        ), filled AS (
            INSERT INTO {changed} ({changed.columns}) SELECT {changed.columns} FROM next WHERE shop_id IS NOT NULL
        )
        SELECT max(revision) FROM next
        """,
        [marketplace, after, limit],
    )
    changed.analyze()
    return after if last is None else int(last)


def changed_line_into(changed: SetTable[ChangedLine], line_id: UUID) -> None:
    """Fill the set with one line, if it has a shop."""
    changed.insert(f"SELECT * FROM ({_CHANGED_LINE} WHERE l.id = %s AND l.shop_id IS NOT NULL) AS line", [line_id])


# Money waits for what is asked: not for second looks, nor for accounts and questions that are asked no more.
IS_WAITED_FOR = "(NOT {cursor}.is_second_look AND {cursor}.asked_since IS NOT NULL)"

# Up to when a question is answered without a gap that is still open.
ANSWERED_UNTIL = "least({cursor}.read_until, CASE WHEN {cursor}.gap_ended_at IS NULL THEN {cursor}.gap_since END)"

# The cursors with such a gap for which money waits.
OPEN_GAPS = Q(is_second_look=False, asked_since__isnull=False, gap_until__isnull=False, gap_ended_at__isnull=True)

# Up to when every question about a marketplace's orders is answered.
READ_UNTIL = f"""
    SELECT min({ANSWERED_UNTIL.format(cursor="s")}) FROM orders_synccursor s
    WHERE s.marketplace = {{marketplace}} AND {IS_WAITED_FOR.format(cursor="s")}
"""


def read_until(marketplace: str) -> datetime | None:
    """Up to when every question about this marketplace's orders is answered; None when none is asked."""
    found: datetime | None = sql.value(READ_UNTIL.format(marketplace="%s"), [marketplace])
    return found


def reading_troubles(codes: Collection[str]) -> dict[str, str]:
    """Why the reports of these accounts were not read the last time, of those where that is so. One query."""
    found = SyncCursor.objects.filter(marketplace__in=codes, is_second_look=False).exclude(trouble="")
    return {each.marketplace: worded(each.trouble) for each in found.order_by("-question")}


def marketplaces_with_lines() -> list[str]:
    """Codes that have reported at least one line, by hopping along the index instead of reading the table."""
    hops = sql.rows(
        """
        WITH RECURSIVE hop AS (
            (SELECT marketplace FROM orders_orderline ORDER BY marketplace LIMIT 1)
            UNION ALL
            SELECT (SELECT l.marketplace FROM orders_orderline l WHERE l.marketplace > hop.marketplace
                    ORDER BY l.marketplace LIMIT 1)
            FROM hop WHERE hop.marketplace IS NOT NULL
        ) SELECT marketplace FROM hop WHERE marketplace IS NOT NULL
        """
    )
    return [row["marketplace"] for row in hops]


def lines_whose_order_begins_with(marketplace: str, beginning: str) -> int:
    """How many lines a marketplace reported under such order numbers. Reads them all: for commands, not for pages."""
    return int(
        sql.value(
            "SELECT count(*) FROM orders_orderline WHERE marketplace = %s AND starts_with(external_order, %s)",
            [marketplace, beginning],
        )
    )


@dataclass(frozen=True)
class FailedEvidence:
    """One piece of the evidence of a line in suspense: its problem, or the address of the shop that it names."""

    kind: str  # one of joey.sharing.attribute.KINDS
    key: str
    at: datetime | None
    problem: str
    shop: str | None
    earlier_shop: str | None = None  # the last other shop that had the position before

    @property
    def outcome(self) -> str:
        """The problem, and every shop that the piece could mean."""
        return " ".join(each for each in (self.problem, self.shop, self.earlier_shop) if each)


@dataclass(frozen=True)
class SuspenseLine:
    """A reported line that no shop can be named for, with the reason."""

    id: UUID
    marketplace: str
    external_order: str
    external_line: str
    suspense: str
    evidence: tuple[FailedEvidence, ...]  # what the most recent report named, each with its problem
    clicked_at: datetime | None
    paid: Money
    title: str
    first_seen_at: datetime
    shop_id: UUID | None  # once it has one

    @property
    def evidence_key(self) -> str:
        """The key of the first piece that fails; "" without evidence."""
        return next(
            (piece.key for piece in self.evidence if piece.problem), self.evidence[0].key if self.evidence else ""
        )

    @property
    def position_key(self) -> str:
        """The first position that the report names, or ""."""
        return next((piece.key for piece in self.evidence if piece.kind != SUB_ID), "")


_SUSPENSE_LINE = (
    "SELECT id, marketplace, external_order, external_line, suspense, failed_evidence, clicked_at, paid_minor,"
    " currency, title, first_seen_at, shop_id FROM orders_orderline"
)


def lines_in_suspense(*, limit: int = 100, before: UUID | None = None) -> list[SuspenseLine]:
    """The newest lines in suspense, those with an id below `before`, for the office. One query."""
    found = sql.rows(
        _SUSPENSE_LINE
        + " WHERE suspense <> '' AND (%(before)s::uuid IS NULL OR id < %(before)s) ORDER BY id DESC LIMIT %(limit)s",
        {"before": before, "limit": limit},
    )
    return [_suspense_line(row) for row in found]


def line_in_suspense(line_id: UUID) -> SuspenseLine | None:
    """One line, whether it still is in suspense or not. One query."""
    found = sql.one(_SUSPENSE_LINE + " WHERE id = %s", [line_id])
    return _suspense_line(found) if found else None


def _suspense_line(row: dict[str, Any]) -> SuspenseLine:
    paid = Money(row.pop("paid_minor"), row.pop("currency"))
    found = row.pop("failed_evidence")
    evidence = tuple(
        FailedEvidence(**{**piece, "at": piece["at"] and datetime.fromisoformat(piece["at"])})
        for piece in (json.loads(found) if isinstance(found, str) else found)
    )
    return SuspenseLine(**row, evidence=evidence, paid=paid)


def in_suspense(lines: "QuerySet[OrderLine]", wanted: bool) -> "QuerySet[OrderLine]":
    """Of `lines` those without a shop, or those with one."""
    return lines.exclude(suspense="") if wanted else lines.filter(suspense="")


@dataclass(frozen=True)
class UnreadShown:
    """A report that could not be read yet, for the office and the terminal."""

    report_id: UUID
    marketplace: str
    kind: str  # "order", "refund" or "hold"
    external_order: str  # a hint, or ""
    poll: int
    problem: str  # at the last attempt
    received_at: datetime
    tried_at: datetime
    tries: int


def unread_reports(*, limit: int = 100, after: UUID | None = None) -> list[UnreadShown]:
    """The reports that wait to be readable, the oldest first, those with an id above `after`. One query."""
    found = sql.rows(
        "SELECT report_id, marketplace, kind, external_order, poll, problem, received_at, tried_at, tries"
        " FROM orders_unreadreport WHERE %(after)s::uuid IS NULL OR report_id > %(after)s"
        " ORDER BY report_id LIMIT %(limit)s",
        {"after": after, "limit": limit},
    )
    return [UnreadShown(**row) for row in found]


def report_payload(report_id: UUID) -> str | None:
    """A report as it came, as JSON text without the buyer. One query."""
    found = sql.value("SELECT payload FROM orders_report WHERE id = %s", [report_id])
    return None if found is None else str(found)
