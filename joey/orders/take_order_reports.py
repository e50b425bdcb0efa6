"""Take in what a marketplace reported: every report is kept, the most recent one moves the order line.

Reports come late, twice and out of order. A line is what its most recent report says, by the marketplace's own time of
change, but no later than its poll, and within one second by the poll that brought it (joey/orders/newest_report.py), so
polls may be taken in in any order. One set, one transaction, one lock per marketplace.
"""

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db import DatabaseError, transaction

from joey.kit import sql
from joey.kit.halves import do_in_halves
from joey.kit.ids import CODE_ALPHABET
from joey.marketplaces.own_codes import marketplace_of
from joey.marketplaces.port import AnyReport
from joey.marketplaces.registry import manifest_of
from joey.orders.claim_lines import attribute_and_claim
from joey.orders.keep_reports import keep_reports
from joey.orders.mark_differing import mark_differing
from joey.orders.mark_frozen import mark_frozen, take_trade_holds
from joey.orders.mark_unread import mark_unread
from joey.orders.mark_violations import append_violations, mark_violations
from joey.orders.models import Poll
from joey.orders.move_lines import move_lines
from joey.orders.newest_report import LINE, case_rank, newest_case_first
from joey.orders.of_others import without_orders_of_others
from joey.orders.replace_unread import dismiss_replaced
from joey.orders.stage_kept import OF_THE_SET, stage_kept
from joey.orders.stage_reports import Origin, stage_reports
from joey.orders.staged_tables import KEPT, LEFT_LIST, MOVED, ORDERS, REFUNDS, UNREADABLE
from joey.orders.storable import unstorable
from joey.record.append import append_set
from joey.record.kinds import identifier_sql
from joey.sharing.attribute import SUB_ID

log = logging.getLogger(__name__)

# A set may fail so often before its halves are put aside as they are: a fault of ours can be in thousands of reports.
MOST_FAILURES = 200
# What a report may raise that looked right. Anything else, as a refusal, is not about reports.
REPORTS_FAULTS = (
    DatabaseError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
)  # fmt: skip
# The orders whose lines a set can have moved; whether it listed their unreadable reports, took some off the list, or
# may have made up for some by a newer report of the same refund case.
_CHANGED = " UNION ALL ".join(
    f"SELECT external_order, {table is not ORDERS} FROM {table}" for table in (ORDERS, REFUNDS, UNREADABLE, LEFT_LIST)
)
_MOVED = f"""
    SELECT count(*), count(*) FILTER (WHERE suspense <> '') FROM orders_orderline WHERE id IN (SELECT id FROM {MOVED})
"""
CODE_PATTERN = f"^[{CODE_ALPHABET}]{{8,16}}$"

# A sub-id is whatever the person who made the link put there. In an event, which is kept for ever, it is written only
# if it could be one of our codes; the line keeps it while it is in suspense.
FAILED_KEY = f"""
    CASE WHEN l.failed_evidence -> 0 ->> 'kind' <> '{SUB_ID}' OR l.failed_evidence -> 0 ->> 'key' ~ '{CODE_PATTERN}'
         THEN l.failed_evidence -> 0 ->> 'key' END
"""


@dataclass(frozen=True)
class AskedPoll:
    """One stretch of time that one question was asked for. `number` is from `next_poll_number`."""

    number: int
    account: str
    question: str
    since: datetime
    until: datetime
    asked_at: datetime


@dataclass(frozen=True)
class Recorded:
    """What one set of reports came to."""

    reports: int  # reports not seen before
    lines: int  # order lines made or moved
    in_suspense: int  # of these, without a shop
    differing: int  # settled lines of which an export says something else now
    unreadable: int


@dataclass(frozen=True)
class Taken:
    """The same, with the digests of the reports that were kept."""

    digests: list[bytes]
    lines: int
    in_suspense: int
    differing: int
    unreadable: int


Given = tuple[AnyReport, Origin]


def facts_of(marketplace: str, poll: AskedPoll | None = None) -> Mapping[str, Any]:
    """What SQL is given of a set: whose reports these are, and of their poll, where it is not kept yet, its facts."""
    if poll is None:
        return {"marketplace": marketplace, "poll": None, "question": "", "until": None}
    return {"marketplace": marketplace, "poll": poll.number, "question": poll.question, "until": poll.until}


def next_poll_number() -> int:
    """The number of a poll, to be taken before the question is asked: the larger one was asked later."""
    return int(sql.value("SELECT nextval('orders_poll_number')"))


def lock_lines_of(marketplace: str) -> None:
    """Let one transaction at a time change the lines of a marketplace, by whichever account of it they come in.

    Revisions are given out under this lock and become visible before the next holder gives out larger ones, so a
    process that follows lines by their revision never misses one. Whether an order is known by another account is asked
    under it too, so one that two accounts report comes in once.
    """
    sql.lock_until_end(f"orders:{marketplace_of(marketplace)}")


@transaction.atomic
def take_order_reports(marketplace: str, reports: Iterable[AnyReport], *, now: datetime, poll: AskedPoll) -> Recorded:
    """Keep the reports and move the lines they are about. The same set twice changes nothing.

    `poll` is what brought them: it is kept with them, if any of them is new. Orders that are not to come in by this
    account are left out (of_others.py). A report that no table can hold is kept unread and stops no other. An earlier
    one that could not be read leaves the list as soon as a later one of its line or case was read.
    """
    brought = list(reports)  # before the lock: they may still be read from somewhere
    lock_lines_of(marketplace)
    origin = Origin(poll.number, poll.asked_at)
    ours = [(report, origin) for report in without_orders_of_others(marketplace, brought)]
    done = take_with_origins(marketplace, ours, now=now, poll=poll)
    if done.digests:
        keep_poll(marketplace, poll, done.digests)
        dismiss_replaced(marketplace, now=now)
    return Recorded(len(done.digests), done.lines, done.in_suspense, done.differing, done.unreadable)


def keep_poll(marketplace: str, poll: AskedPoll, digests: Sequence[bytes] = ()) -> None:
    """Write down what was asked, and the count and digest of the reports that it brought."""
    Poll.objects.create(
        id=poll.number,
        marketplace=marketplace,
        account=poll.account,
        question=poll.question,
        since=poll.since,
        until=poll.until,
        asked_at=poll.asked_at,
        reports=len(digests),
        digest=hashlib.sha256(b"".join(sorted(digests))).digest(),
    )


def take_with_origins(
    marketplace: str, reports: Sequence[Given], *, now: datetime, poll: AskedPoll | None = None
) -> Taken:
    """The same for reports of several polls, in the caller's transaction; `poll` is the one that is not kept yet.

    Those that cannot be stored are found in halves. Then all are taken in once more, these as unreadable ones: which of
    the others is the first of its line, or the newest, is the same as without them.
    """
    lock_lines_of(marketplace)
    received_at = sql.value("SELECT clock_timestamp()")  # under the lock: what is taken in later was received later
    take = partial(_take, marketplace, now=now, received_at=received_at, poll=poll)
    taken: list[Taken] = []
    with transaction.atomic():
        failed = do_in_halves(
            reports,
            lambda some: taken.append(take(some)),
            faults=REPORTS_FAULTS,
            most_failures=MOST_FAILURES,
        )
        transaction.set_rollback(bool(failed))
    if failed:
        log.error("%d reports of %s cannot be stored, kept as unreadable", len(failed), marketplace)
        faults = {id(given): why for given, why in failed}
        storable = [
            (unstorable(given[0], faults[id(given)]), given[1]) if id(given) in faults else given for given in reports
        ]
        return take(storable)  # what fails now is about no report
    # Mostly one; several where the whole set failed and each half of it did not.
    return Taken(
        [digest for each in taken for digest in each.digests],
        sum(each.lines for each in taken),
        sum(each.in_suspense for each in taken),
        sum(each.differing for each in taken),
        sum(each.unreadable for each in taken),
    )


def _take(
    marketplace: str, reports: Sequence[Given], *, now: datetime, received_at: datetime, poll: AskedPoll | None
) -> Taken:
    given = facts_of(marketplace, poll)
    is_net = manifest_of(marketplace).reported_commission == "after_fee"
    staged = stage_reports(reports, is_net=is_net, now=now, received_at=received_at)
    if not keep_reports(staged, given):
        return Taken([], 0, 0, 0, staged.unreadable)
    if staged.refunds:
        _take_refund_cases(marketplace)
    if staged.holds:
        take_trade_holds(marketplace)
    if staged.orders and stage_kept(OF_THE_SET, {"marketplace": marketplace}):
        # The set may say whose a line in suspense is; what holds it, any of its reports may.
        staged = replace(staged, any_held=True)
    any_held = attribute_and_claim(marketplace, staged, now=now)
    move_lines(marketplace, any_held=any_held)
    mark_unread(marketplace, _CHANGED)
    mark_frozen(marketplace)
    differing = mark_differing(given)
    found = mark_violations(marketplace, now=now)
    lines, in_suspense = sql.tuples(_MOVED)[0]
    append_events(now)
    append_violations(found, now=now)
    digests = [bytes(digest) for (digest,) in sql.tuples(f"SELECT own_digest FROM {KEPT}")]
    return Taken(digests, lines, in_suspense, differing, staged.unreadable)


def _take_refund_cases(marketplace: str) -> None:
    """Each case is what its newest report says, but for when it first counted: a later change does not move that."""
    amounts = "refund_minor, commission_back_minor, protected_minor"
    taken = f"external_order, external_line, counts, {amounts}, currency, refunded_at, refunded_by, reported_at"
    changes = (*taken.split(", ")[2:], "reported_poll", "report_digest")
    sql.execute(
        f"""
        INSERT INTO orders_refundcase (marketplace, case_id, {taken}, reported_poll, report_digest)
        SELECT DISTINCT ON (external_order, external_line, case_id) %(marketplace)s, case_id, {taken}, poll, digest
        FROM {REFUNDS} r ORDER BY external_order, external_line, case_id, {newest_case_first("r")}
        ON CONFLICT (marketplace, external_order, external_line, case_id)
        DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in changes)}
        WHERE {case_rank("excluded", LINE)} > {case_rank("orders_refundcase", LINE)}
        """,
        {"marketplace": marketplace},
    )
    sql.execute(
        f"""
        UPDATE orders_refundcase c SET counted_from = least(c.counted_from, r.since)
        FROM (SELECT external_order, external_line, case_id, min(stamped_at) AS since FROM {REFUNDS} WHERE counts
              GROUP BY 1, 2, 3) r
        WHERE (c.marketplace, c.external_order, c.external_line, c.case_id)
            = (%(marketplace)s, r.external_order, r.external_line, r.case_id)
          AND (c.counted_from IS NULL OR r.since < c.counted_from)
        """,
        {"marketplace": marketplace},
    )


def append_events(now: datetime) -> None:
    """Write down what moved, of each row of MOVED."""
    MOVED.analyze()
    append_set(
        f"""
        SELECT m.shop_id, m.event AS kind, 'order_line:' || m.id AS subject_key,
               jsonb_strip_nulls(jsonb_build_object(
                   'state', l.state, 'reason', CASE WHEN l.reason ~ '^[!-~]+$' THEN l.reason END,
                   'held', nullif(l.held, ''), 'suspense', nullif(l.suspense, ''),
                   'evidence', coalesce(nullif(l.evidence_kind, ''), l.failed_evidence -> 0 ->> 'kind'),
                   'evidence_key', {identifier_sql(f"coalesce(nullif(l.evidence_key, ''), {FAILED_KEY})")},
                   'evidence_at', coalesce(to_jsonb(l.evidence_at), l.failed_evidence -> 0 -> 'at'),
                   'paid_minor', l.paid_minor, 'commission_minor', l.commission_minor,
                   'service_fee_minor', l.service_fee_minor,
                   'returned_commission_minor', nullif(l.returned_commission_minor, 0),
                   'returned_paid_minor', nullif(l.returned_paid_minor, 0),
                   'returned_protected_minor', nullif(l.returned_protected_minor, 0),
                   'returned_elsewhere', nullif(l.returned_elsewhere, '{{}}'),
                   'unclear_refund', nullif(l.has_unclear_refund, false), 'settled_at', l.settled_at,
                   'quantity', l.quantity, 'rate_ppm', l.rate_ppm, 'currency', l.currency)) AS facts,
               CASE WHEN m.event = 'order_line.reported' THEN l.reported_at ELSE %(now)s END AS happened_at
        FROM {MOVED} m JOIN orders_orderline l USING (id)
        """,
        {"now": now},
    )
