"""Reading and claiming commissions: the set forms the verbs work on, and the rows pages show."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from joey.commissions.follow_report_holds import BY_REPORT, UNCLEAR_REFUND, UNREADABLE, any_said, classes_said, of_line
from joey.kit import sql
from joey.kit.sets import Int, SetTable
from joey.kit.zone import month_begin
from joey.marketplaces import registry
from joey.marketplaces.port import MINUTE
from joey.money.money import Money
from joey.orders.queries import READ_UNTIL
from joey.orders.reported_clicks import reported_clicks
from joey.sharing.attribute import AT_CLICK
from joey.sharing.queries import ReportedClick, clicks_of_keeper

# Of a commission `c`: how much of what is pending its open holds block.
BLOCKED = """
    CASE WHEN c.holds_of_all > 0 THEN c.pending_minor
         ELSE least(c.pending_minor, greatest(0, c.hold_minor - c.held_minor)) END
"""


# Of a settled commission `c`: whether something of it is not available yet, the shop's part or the platform's.
WAITING = "(c.pending_minor > 0 OR c.platform_minor > c.platform_released_minor)"

# Of a settled commission `c` and its line `l`: whether something of it is to be confirmed once its day has come. Where
# the reports hold the line, the hold that they opened counts (follow_report_holds.py): an operator can release it.
DUE = f"""
    {WAITING}
    AND c.holds_of_all = 0 AND (c.hold_minor = 0 OR c.pending_minor > {BLOCKED} OR c.pending_minor = 0)
    AND l.state = 'settled' AND l.revision = c.line_revision
"""

# Of a line `l` and its commission `c`, if any: the class under which its reports hold it. Of several it is that of the
# newest one that was read, else that of a refund that may be another line's, else that of one that cannot be read.
_HELD_BY_REPORTS = f"""
    CASE WHEN NOT {any_said(*of_line("l"))} THEN '' ELSE coalesce((
        SELECT said.hold_class FROM {classes_said(*of_line("l"))} WHERE said.hold_class <> ''
           AND (c.line_revision IS DISTINCT FROM l.revision
             OR EXISTS (SELECT FROM commissions_hold h
                        WHERE h.commission_id = c.id AND h.opened_by = '{BY_REPORT}' AND h.hold_class = said.hold_class
                          AND NOT EXISTS (SELECT FROM commissions_holdclosing e WHERE e.hold_id = h.id)))
        ORDER BY said.hold_class = '{UNREADABLE}', said.hold_class = '{UNCLEAR_REFUND}' LIMIT 1
    ), '') END
"""

# Of a commission `c` and its line `l`: dated from %(below_since)s on, and reported with a lower rate than was shown,
# for no other reason: the reason of a line that is not closed says why it earns less than its item does.
# Booked no earlier than a pre-sale is placed before it is paid, so that not every order of a shop is read.
BELOW_SHOWN = """
    c.shown_rate_ppm > l.rate_ppm AND l.rate_ppm > 0 AND c.amount_minor > 0 AND l.state <> 'closed' AND l.reason = ''
    AND coalesce(l.paid_at, l.first_seen_at) >= %(below_since)s AND c.earned_at >= %(below_since)s - interval '90 days'
"""


@dataclass(frozen=True)
class DueCommission:
    """What of a commission is to be confirmed, its row locked. `number` is the revision that this makes."""

    commission_id: UUID
    shop_id: UUID
    line_id: UUID
    number: Int
    because: str
    currency: str
    amount_minor: int
    on_hold_minor: int  # what of the shop's part stays on hold
    platform_minor: int


def lock_earn_cursor(marketplace: str) -> int:
    """The revision read so far, its row locked: one earner per marketplace at a time."""
    sql.execute(
        "INSERT INTO commissions_earncursor (marketplace, revision) VALUES (%s, 0) ON CONFLICT DO NOTHING",
        [marketplace],
    )
    return int(
        sql.value("SELECT revision FROM commissions_earncursor WHERE marketplace = %s FOR UPDATE", [marketplace])
    )


def note_caught_up(marketplace: str, *, now: datetime) -> None:
    """Nothing was left to read at `now`; `readyz` counts the lag from here."""
    sql.execute("UPDATE commissions_earncursor SET caught_up_at = %s WHERE marketplace = %s", [now, marketplace])


def advance_earn_cursor(marketplace: str, revision: int) -> None:
    sql.execute("UPDATE commissions_earncursor SET revision = %s WHERE marketplace = %s", [revision, marketplace])


def claim_due(due: SetTable[DueCommission], marketplace: str, *, until: date, limit: int) -> int:
    """Fill the set with what is to be confirmed, the commissions' rows locked; how many.

    Due: settled now, payable on `until` or before, booked at the line's newest revision, and not blocked. The
    platform's part follows once nothing of the shop's waits. Rows that another run has are skipped; a row that changed
    meanwhile is judged as it is now.
    """
    return due.insert(
        f"""
        SELECT commission_id, shop_id, line_id, number, 'commission.confirmed' AS because, currency, amount_minor,
               on_hold_minor, CASE WHEN blocked = 0 THEN platform ELSE 0 END AS platform_minor
        FROM (
            SELECT c.id AS commission_id, c.shop_id, c.order_line_id AS line_id, c.revision + 1 AS number, c.currency,
                   c.pending_minor - {BLOCKED} AS amount_minor, {BLOCKED} AS blocked,
                   c.held_minor + {BLOCKED} AS on_hold_minor,
                   c.platform_minor - c.platform_released_minor AS platform
            FROM commissions_commission c
            JOIN orders_orderline l ON l.id = c.order_line_id
            WHERE c.marketplace = %s AND c.settled AND c.payable_on <= %s AND {DUE}
            ORDER BY c.id LIMIT %s FOR UPDATE OF c SKIP LOCKED
        ) AS claimed
        """,
        [marketplace, until, limit],
    )


def lock_and_serve(wanted: str) -> str:
    """Lock the accounts of the set table `wanted` (move_held.py), in the order of all; the SELECT of what can be moved.

    Several commissions of a shop share what is available: the first by id are served first.
    """
    sql.execute(
        f"""
        SELECT FROM ledger_account WHERE kind IN ('shop:available', 'shop:held')
        AND book_id IN (SELECT shop_id FROM {wanted}) ORDER BY id FOR UPDATE
        """
    )
    return f"""
        SELECT commission_id, shop_id, currency, number,
               CASE WHEN less > 0 THEN 'hold.released' ELSE 'hold.placed' END AS because,
               CASE WHEN less > 0 THEN less ELSE least(more, unpaid) END AS amount_minor
        FROM (
            SELECT w.*, greatest(0, coalesce(a.balance_minor, 0)::numeric - coalesce(sum(w.more) OVER (
                       PARTITION BY w.shop_id, w.currency ORDER BY w.commission_id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::bigint AS unpaid
            FROM {wanted} w LEFT JOIN ledger_account a ON (a.book_id, a.kind, a.party, a.currency)
                                                        = (w.shop_id, 'shop:available', '', w.currency)
        ) AS served WHERE less > 0 OR least(more, unpaid) > 0
    """


# By how much what is available of a row `w` of `worked_out` is below zero now; NULL where it is not.
BELOW_ZERO = """
    (SELECT -a.balance_minor FROM ledger_account a WHERE a.balance_minor < 0
     AND (a.book_id, a.kind, a.party, a.currency) = (w.shop_id, 'shop:available', '', w.currency))
"""


@dataclass(frozen=True)
class OrderRow:
    """One order line of a shop with its commission, as pages and the API show it."""

    id: UUID
    marketplace: str
    external_order: str
    external_line: str
    title: str
    translations: Mapping[str, str]  # of the title, where the catalogue knows the item
    state: str
    reason: str
    quantity: int
    bought: int  # pieces, before any came back: the most that a report named
    bought_for: Money  # the same, of what the buyer paid
    paid: Money
    returned: Money
    refunded: Money  # to the buyer, before settlement and after, without price protection
    protected: Money  # price protection since the first report
    commission: Money  # pending, on hold and released together; on hold is partly pending still
    pending: Money
    on_hold: Money
    released: Money
    given: Money  # what the marketplace pays for it, less its service fee
    taken_back: Money  # what it took back of that since it settled
    penalty: Money  # taken beyond what the line gave; ours to bear
    commission_state: str
    payable_on: date | None
    made_available_at: datetime | None  # the last part of it that was
    held: bool
    # why the marketplace's reports hold it (Hold.Class); "" when they do not, or an operator released that hold
    held_by_marketplace: str
    settled: bool
    restarted: bool  # was closed or un-settled before
    is_booked: bool  # at its newest report
    read_until: datetime | None  # up to when the marketplace's reports are read
    quarantined: str  # why it cannot be booked, a code of quarantine.py; "" when it can
    rate_ppm: int | None  # the reported one, which pays; None where the report has none
    shown_rate_ppm: int | None  # what was shown at the click, or at the order; None where that is not known
    paid_at: datetime | None
    first_seen_at: datetime
    lease_id: UUID | None  # of the position that named the shop, if one did
    led_here_at: datetime | None  # the time of the click on that position, if that was what named the shop

    @property
    def is_paid_by_marketplace(self) -> bool:
        """Whether the marketplace pays the shop itself: nothing of it is in the books."""
        return registry.pays_shop_itself(self.marketplace)

    @property
    def reported(self) -> Money:
        """What the marketplace reports that it pays for the line, less what it took back."""
        return Money(0, self.given.currency) if self.state in ("placed", "closed") else self.given - self.taken_back

    @property
    def is_returned(self) -> bool:
        """Whether the buyer has back all that was paid, and nothing of it is earned."""
        return not self.commission.minor and 0 < self.paid.minor <= self.returned.minor

    @property
    def dated_at(self) -> datetime:
        """The time beside it in a list."""
        return self.paid_at or self.first_seen_at


_ORDER_ROW = f"""
    SELECT l.id, l.marketplace, l.external_order, l.external_line, l.title,
           coalesce(o.translations, '{{}}') AS translations, l.state, l.reason, l.quantity,
           l.currency, l.paid_minor, l.returned_paid_minor, l.rate_ppm, c.shown_rate_ppm, l.paid_at,
           l.first_seen_at, l.lease_id,
           CASE WHEN l.evidence_kind = '{AT_CLICK}' THEN l.evidence_at END AS led_here_at,
           before.pieces AS bought, before.paid_minor AS bought_for_minor, since.protected_minor,
           greatest(0, before.paid_minor - l.paid_minor + l.returned_paid_minor - since.protected_minor)
               AS refunded_minor,
           coalesce(c.amount_minor, 0) AS amount_minor, coalesce(c.pending_minor, 0) AS pending_minor,
           coalesce(c.held_minor + {BLOCKED}, 0) AS on_hold_minor, coalesce(c.released_minor, 0) AS released_minor,
           l.commission_minor - l.service_fee_minor AS given_minor, l.returned_commission_minor AS taken_back_minor,
           coalesce(c.penalty_minor, 0) AS penalty_minor, coalesce(c.state, '') AS commission_state, c.payable_on,
           c.confirmed_at AS made_available_at, coalesce(c.holds_of_all > 0 OR c.hold_minor > 0, false) AS held,
           {_HELD_BY_REPORTS} AS held_by_marketplace,
           coalesce(q.reason, '') AS quarantined, coalesce(c.line_revision = l.revision, false) AS is_booked,
           coalesce(c.settled, false) AS settled, coalesce(c.restarted, false) AS restarted,
           ({READ_UNTIL.format(marketplace="l.marketplace")}) AS read_until
    FROM orders_orderline l LEFT JOIN commissions_commission c ON c.order_line_id = l.id
    LEFT JOIN commissions_quarantinedline q ON q.line_id = l.id
    LEFT JOIN catalog_offer o ON o.id = c.shown_offer_id
    CROSS JOIN LATERAL (
        SELECT greatest(l.quantity, max(r.quantity)) AS pieces,
               greatest(l.paid_minor, max(r.buyer_paid_minor)) AS paid_minor, min(r.protected_minor) AS protected_minor
        FROM commissions_revision r WHERE r.commission_id = c.id
    ) AS before
    CROSS JOIN LATERAL (
        SELECT greatest(0, l.protected_minor + l.returned_protected_minor - before.protected_minor) AS protected_minor
    ) AS since
"""
_FIGURES = {
    "paid_minor": "paid", "bought_for_minor": "bought_for", "refunded_minor": "refunded",
    "protected_minor": "protected", "returned_paid_minor": "returned", "amount_minor": "commission",
    "pending_minor": "pending", "on_hold_minor": "on_hold", "released_minor": "released", "given_minor": "given",
    "taken_back_minor": "taken_back", "penalty_minor": "penalty",
}  # fmt: skip


def _order_row(row: dict[str, Any]) -> OrderRow:
    currency = row.pop("currency")
    row |= {name: Money(row.pop(column), currency) for column, name in _FIGURES.items()}
    given = row.pop("translations")
    return OrderRow(**row, translations=json.loads(given) if isinstance(given, str) else given)


def orders_of(
    shop_id: UUID, *, limit: int, before: UUID | None = None, below_since: datetime | None = None
) -> list[OrderRow]:
    """A shop's order lines, newest first by id, after `before`; with `below_since` those that rate cuts cost something
    from then on. One query.
    """
    found = sql.rows(
        _ORDER_ROW
        + " WHERE l.shop_id = %(shop)s AND (%(before)s::uuid IS NULL OR l.id < %(before)s)"
        + (f" AND {BELOW_SHOWN}" if below_since else "")
        + " ORDER BY l.id DESC LIMIT %(limit)s",
        {"shop": shop_id, "before": before, "limit": limit, "below_since": below_since},
    )
    return [_order_row(row) for row in found]


def has_other_rate(line: OrderRow) -> bool:
    """Whether another rate is reported, and paid, than the one that was shown."""
    return None not in (line.rate_ppm, line.shown_rate_ppm) and line.rate_ppm != line.shown_rate_ppm


@dataclass(frozen=True)
class CutCost:
    """What rate cuts cost in one currency: what the shopkeeper's part lacks, and of how many orders."""

    lost: Money
    orders: int


def cut_costs(shop_id: UUID, *, now: datetime) -> list[CutCost]:
    """Of this month's orders, by the day beside them in lists: what is lacking because their reported rate, which pays,
    is below the one that was shown. One query.

    The shopkeeper's part is scaled to the shown rate and each line's difference floored. So a return counts only for
    what was kept of it, an order that closed or came back as a whole not at all, and a held one in full, since a hold
    says nothing of the rate. One that earns less for a reason of its own, which its report gives, was paid no cut rate
    and does not count. A reported rate of 0 is left out: nothing can be scaled from it. Orders that their marketplace
    pays to the shop itself have no commission here.
    """
    found = sql.rows(
        f"""
        SELECT c.currency, count(*) AS orders,
               sum(div(c.amount_minor::numeric * (c.shown_rate_ppm - l.rate_ppm), l.rate_ppm))::bigint AS minor
        FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id
        WHERE c.shop_id = %(shop)s AND {BELOW_SHOWN} GROUP BY c.currency ORDER BY c.currency
        """,
        {"shop": shop_id, "below_since": month_begin(now)},
    )
    return [CutCost(Money(row["minor"], row["currency"]), row["orders"]) for row in found]


def newest_first(lines: Sequence[OrderRow]) -> list[OrderRow]:
    """By the time beside each: an instance that was just connected hears of old orders in another order."""
    return sorted(lines, key=lambda line: line.dated_at, reverse=True)


def order_of(shop_id: UUID, line_id: UUID) -> OrderRow | None:
    """One order line of this shop, or None: another shop's line is not to be seen. One query."""
    found = sql.one(_ORDER_ROW + " WHERE l.shop_id = %s AND l.id = %s", [shop_id, line_id])
    return _order_row(found) if found else None


def orders_by_id(shop_id: UUID, line_ids: Sequence[UUID]) -> list[OrderRow]:
    """These order lines of this shop, newest first. One query."""
    found = sql.rows(
        _ORDER_ROW + " WHERE l.shop_id = %s AND l.id = ANY(%s) ORDER BY l.id DESC", [shop_id, list(line_ids)]
    )
    return [_order_row(row) for row in found]


def own_purchases(shop_id: UUID, lines: Iterable[OrderRow]) -> set[UUID]:
    """Which of these lines of this shop are reported for a click of its keeper's own, as far as is known.

    A click at the first second of a minute may be of any other of it (decision 26). Only where the keeper went on in
    that minute are the reports read for which it is. One query; at most three more where there is such a click.
    """
    clicks = {
        each.id: ReportedClick(each.id, each.lease_id, each.led_here_at, each.led_here_at)
        for each in lines
        if each.lease_id and each.led_here_at
    }
    found = clicks_of_keeper(shop_id, clicks.values())
    minutes = {key: replace(each, until=each.at + MINUTE) for key, each in clicks.items() if not each.at.second}
    said = reported_clicks(minutes.keys() & (found | clicks_of_keeper(shop_id, minutes.values())))
    exactly = (replace(clicks[key], at=at, until=until) for key, (at, until) in said.items())
    return found - said.keys() | clicks_of_keeper(shop_id, exactly)


@dataclass(frozen=True)
class QuarantinedRow:
    """A line that cannot be booked. `reason` is a code of quarantine.py, `detail` what the database said."""

    line_id: UUID
    marketplace: str
    external_order: str
    reason: str
    detail: str
    since: datetime


def quarantined_lines(*, limit: int = 200) -> list[QuarantinedRow]:
    """The lines that cannot be booked, of all shops, oldest first. One query."""
    found = sql.rows(
        "SELECT q.line_id, q.marketplace, l.external_order, q.reason, q.detail, q.since"
        " FROM commissions_quarantinedline q JOIN orders_orderline l ON l.id = q.line_id ORDER BY q.since, q.line_id"
        " LIMIT %s",
        [limit],
    )
    return [QuarantinedRow(**row) for row in found]
