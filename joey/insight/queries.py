"""The rows a trace is made of, and a shop's figures of today. Private: everything takes the shop first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import get_language

from joey.commissions.queries import DUE, OrderRow, orders_by_id
from joey.kit import sql
from joey.kit.partitions import in_days_of
from joey.marketplaces import registry
from joey.money.money import Money
from joey.orders.queries import (
    ANSWERED_UNTIL,
    IS_WAITED_FOR,
    READ_UNTIL,
    SuspenseLine,
    line_in_suspense,
    marketplaces_with_lines,
)
from joey.record.erasable import texts_of
from joey.sharing.people import people_of_shop
from joey.sharing.queries import PAGE_OPEN_FOR

# The marketplace's click time is when the visitor arrived there: our outbound click, plus or minus slow phones.
BEFORE, AFTER = timedelta(seconds=5), timedelta(minutes=5)


@dataclass(frozen=True)
class OutboundFacts:
    """One outbound click: the visitor went on to the marketplace."""

    at: datetime
    marketplace: str
    lease_id: UUID | None
    position_key: str

    @property
    def is_tracked(self) -> bool:
        """Whether a report can name the shop for it: by its position, or by the link's code as a sub-id."""
        if self.lease_id is not None:
            return True
        manifest = registry.find_manifest(self.marketplace)
        return manifest is not None and "sub_id" in manifest.evidence


@dataclass(frozen=True)
class ClickFacts:
    """One click on a link, and where it led."""

    id: UUID
    shop_id: UUID
    at: datetime
    visitor: str
    channel: str
    code: str
    listing_id: UUID
    title: str  # of what the link leads to
    outbound_clicks: tuple[OutboundFacts, ...]


def click_of(shop_id: UUID, click_id: UUID) -> ClickFacts | None:
    """One click of this shop with its outbound clicks. Two queries."""
    click = sql.one(
        "SELECT c.id, c.shop_id, c.at, c.visitor, l.channel, l.code, l.listing_id,"
        " coalesce(o.translations ->> %s, o.title) AS title FROM sharing_click c"
        " JOIN sharing_link l ON l.id = c.link_id JOIN shops_listing g ON g.id = l.listing_id"
        " JOIN catalog_offer o ON o.id = g.offer_id"
        " WHERE c.shop_id = %s AND c.id = %s",
        [get_language(), shop_id, click_id],
    )
    if click is None:
        return None
    ways = sql.rows(
        "SELECT w.at, w.marketplace, w.lease_id, coalesce(p.key, '') AS position_key FROM sharing_outboundclick w"
        " LEFT JOIN sharing_positionlease l ON l.id = w.lease_id LEFT JOIN sharing_position p ON p.id = l.position_id"
        " WHERE w.click_id = %s ORDER BY w.at LIMIT 50",
        [click_id],
    )
    return ClickFacts(**click, outbound_clicks=tuple(OutboundFacts(**way) for way in ways))


def click_behind(shop_id: UUID, line_id: UUID) -> ClickFacts | None:
    """The click of this shop from which the order of its line came, the other way round than `lines_after`.

    None where no click is known, or more than one can be meant: the nearest is no evidence. Two queries, four with it.
    """
    line = sql.one(
        "SELECT clicked_at, lease_id, CASE WHEN evidence_kind = 'sub_id' THEN evidence_key END AS code"
        " FROM orders_orderline WHERE id = %s AND shop_id = %s AND clicked_at IS NOT NULL",
        [line_id, shop_id],
    )
    if line is None or (line["lease_id"] is None and line["code"] is None):
        return None
    opens, closes = line["clicked_at"] - AFTER, line["clicked_at"] + BEFORE
    days = in_days_of("w.click_id", [opens - PAGE_OPEN_FOR, opens, closes])
    found = sql.tuples(
        f"""
        SELECT DISTINCT w.click_id FROM sharing_outboundclick w
        JOIN sharing_click c ON c.id = w.click_id JOIN sharing_link k ON k.id = c.link_id
        WHERE {days} AND {in_days_of("c.id", [opens - PAGE_OPEN_FOR, opens, closes])}
          AND w.shop_id = %s AND w.at BETWEEN %s AND %s AND (w.lease_id = %s OR k.code = %s) LIMIT 2
        """,
        [shop_id, opens, closes, line["lease_id"], line["code"]],
    )
    return click_of(shop_id, found[0][0]) if len(found) == 1 else None


def lines_after(click: ClickFacts) -> list[OrderRow]:
    """Order lines of the shop that were reported for a click at the time of one of these outbound clicks."""
    windows = [(way.lease_id, way.at - BEFORE, way.at + AFTER) for way in click.outbound_clicks if way.is_tracked]
    if not windows:
        return []
    found = sql.rows(
        """
        SELECT DISTINCT l.id FROM orders_orderline l
        JOIN unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[]) AS w (lease_id, opens, closes)
          ON (l.lease_id = w.lease_id OR (l.evidence_kind = 'sub_id' AND l.evidence_key = %s))
         AND l.clicked_at BETWEEN w.opens AND w.closes
        WHERE l.shop_id = %s
        """,
        [*map(list, zip(*windows, strict=True)), click.code, click.shop_id],
    )
    return orders_by_id(click.shop_id, [row["id"] for row in found])


@dataclass(frozen=True)
class OpenHold:
    """A hold of a line's commission that is open; `reason` is "" where a report placed it, or the text was erased."""

    hold_class: str
    reason: str


def open_holds(line_id: UUID) -> list[OpenHold]:
    """The open holds of the line's commission: those that a person placed first, then the oldest. Two queries."""
    found = sql.rows(
        """
        SELECT h.hold_class, h.reason_id FROM commissions_hold h
        JOIN commissions_commission c ON c.id = h.commission_id
        WHERE c.order_line_id = %s AND NOT EXISTS (SELECT FROM commissions_holdclosing e WHERE e.hold_id = h.id)
        ORDER BY h.reason_id IS NULL, h.opened_at
        """,
        [line_id],
    )
    reasons = texts_of([hold["reason_id"] for hold in found if hold["reason_id"]])
    return [OpenHold(hold["hold_class"], reasons.get(hold["reason_id"]) or "") for hold in found]


def suspense_of(line_id: UUID) -> SuspenseLine | None:
    """A line by id with its suspense reason, for the office."""
    return line_in_suspense(line_id)


def window_days(marketplace: str) -> int:
    """How long an order still counts after a click there; 0 where that is not known."""
    manifest = registry.find_manifest(marketplace)
    return manifest.window_days if manifest else 0


# ── Today, for a keeper's first page ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Today:
    """What happened since midnight, and what the shop has. `people` as joey.sharing.people counts them."""

    people: int
    orders: int
    earned: tuple[Money, ...]
    listings: int
    links: int
    has_directly_paid: bool  # any order at all by an account of the keeper's own, also by one that is removed


def today_of(shop_id: UUID, *, since: datetime) -> Today:
    """What happened since then in the world, not what was merely reported since then. An order that was split is none
    beside its parts. Four queries.
    """
    counts = sql.one(
        """
        SELECT
          (SELECT count(*) FROM shops_listing WHERE shop_id = %(shop)s AND state = 'published') AS listings,
          (SELECT count(*) FROM sharing_link WHERE shop_id = %(shop)s AND channel <> 'shop') AS links,
          EXISTS (SELECT FROM shops_shopaccount a JOIN orders_orderline l
                  ON (l.shop_id, l.marketplace) = (a.shop_id, a.code) WHERE a.shop_id = %(shop)s) AS has_directly_paid
        """,
        {"shop": shop_id, "since": since},
    )
    assert counts is not None
    orders = sql.tuples(
        "SELECT marketplace, CASE WHEN state = 'closed' THEN reason ELSE '' END AS reason, count(*)"
        " FROM orders_orderline WHERE shop_id = %(shop)s AND first_seen_at >= %(since)s"
        " AND coalesce(paid_at, first_seen_at) >= %(since)s GROUP BY 1, 2",
        {"shop": shop_id, "since": since},
    )
    earned = sql.rows(
        "SELECT c.currency, sum(c.amount_minor)::bigint AS minor FROM commissions_commission c"
        " JOIN orders_orderline l ON l.id = c.order_line_id"
        " WHERE c.shop_id = %(shop)s AND c.earned_at >= %(since)s AND coalesce(l.paid_at, c.earned_at) >= %(since)s"
        " GROUP BY 1 ORDER BY 1",
        {"shop": shop_id, "since": since},
    )
    people = people_of_shop(shop_id, since=since)
    return Today(
        people=people,
        orders=sum(number for marketplace, reason, number in orders if not registry.is_split(marketplace, reason)),
        **counts,
        earned=tuple(Money(row["minor"], row["currency"]) for row in earned),
    )


# ── How far booking is behind ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class BookingLag:
    """Of one marketplace: lines that are not booked yet, and commissions that should be available; at most LAG_MOST.

    `since` is when the first of these lines was taken in, or when nothing was left to book after that. `overdue_since`
    is since when the first of these commissions could have been confirmed: its newest booking, the end of its last
    hold, or of a gap in the reports, or just now, where its reports were read only within the last minutes. It does not
    ask confirming, which may be wrong.
    """

    marketplace: str
    to_book: int
    since: datetime
    to_confirm: int
    overdue_since: datetime


LAG_MOST = 1000
BOOKING_OLD_AFTER = timedelta(minutes=5)  # five rounds missed

# When the newest report of a line, or of one of its refund cases, was taken in.
_TAKEN_IN = """
    SELECT max(p.recorded_at) FROM (
        SELECT l.reported_poll AS id UNION ALL
        SELECT c.reported_poll FROM orders_refundcase c
        WHERE (c.marketplace, c.external_order, c.external_line)
            = (l.marketplace, l.external_order, l.external_line)
    ) AS brought JOIN orders_poll p USING (id)
"""

# Up to when the reports of a marketplace were read some minutes ago: after an outage much becomes due at once. A cursor
# without a poll was never asked, and is where it began.
_EARLIER_POLL = "(p.marketplace, p.account, p.question) = (s.marketplace, s.account, s.question)"
_READ_EARLIER = f"""
    SELECT min(least({ANSWERED_UNTIL.format(cursor="s")}, coalesce(
        (SELECT p.until FROM orders_poll p WHERE {_EARLIER_POLL} AND p.recorded_at < %(earlier)s
         ORDER BY p.until DESC LIMIT 1),
        CASE WHEN EXISTS (SELECT FROM orders_poll p WHERE {_EARLIER_POLL}) THEN '-infinity'::timestamptz END
    ))) AS until
    FROM orders_synccursor s WHERE s.marketplace = m.marketplace AND {IS_WAITED_FOR.format(cursor="s")}
"""


def booking_lags(*, now: datetime) -> list[BookingLag]:
    """Of each marketplace that reported orders. What is due since yesterday or later is not counted. Two queries."""
    found = sql.rows(
        f"""
        SELECT m.marketplace, to_book.lines AS to_book, to_confirm.lines AS to_confirm,
               coalesce(greatest(e.caught_up_at, to_book.taken_in_at), %(now)s) AS since,
               coalesce(to_confirm.since, %(now)s) AS overdue_since
        FROM unnest(%(marketplaces)s::text[]) AS m (marketplace)
        LEFT JOIN commissions_earncursor e USING (marketplace)
        CROSS JOIN LATERAL (
            SELECT count(*) AS lines, min(coalesce(taken_in_at, first_seen_at)) AS taken_in_at FROM (
                SELECT l.first_seen_at, ({_TAKEN_IN}) AS taken_in_at FROM orders_orderline l
                WHERE l.marketplace = m.marketplace AND l.revision > coalesce(e.revision, 0) AND l.shop_id IS NOT NULL
                ORDER BY l.revision LIMIT {LAG_MOST}) AS waiting
        ) AS to_book
        CROSS JOIN LATERAL ({_READ_EARLIER}) AS earlier
        CROSS JOIN LATERAL (
            SELECT count(*) AS lines, min(since) AS since FROM (
                SELECT CASE WHEN c.payable_on < least(%(now)s, earlier.until)::date - 1 THEN
                       greatest(r.booked_at, (
                           SELECT max(e.recorded_at) FROM commissions_hold h
                           JOIN commissions_holdclosing e ON e.hold_id = h.id WHERE h.commission_id = c.id), (
                           SELECT max(s.gap_ended_at) FROM orders_synccursor s WHERE s.marketplace = m.marketplace)
                       ) ELSE %(now)s END AS since
                FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id
                JOIN commissions_revision r ON (r.commission_id, r.number) = (c.id, c.revision)
                WHERE c.marketplace = m.marketplace AND c.settled AND {DUE}
                  AND c.payable_on < least(%(now)s, ({READ_UNTIL.format(marketplace="m.marketplace")}))::date - 1
                ORDER BY c.payable_on LIMIT {LAG_MOST}) AS waiting
        ) AS to_confirm
        """,
        {"now": now, "earlier": now - BOOKING_OLD_AFTER, "marketplaces": marketplaces_with_lines()},
    )
    return [BookingLag(**row) for row in found]
