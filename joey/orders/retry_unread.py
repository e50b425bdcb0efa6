"""Read again what could not be read: reports that were no use as they came, and those that hold a line for it.

A later version of a connector may know a code, and another configuration ask for refunds. What is read is another
reading of the same report, of the same poll.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.partitions import in_days_of
from joey.kit.refusals import Conflict, NotFound
from joey.kit.try_each import trying_each
from joey.marketplaces import registry
from joey.marketplaces.own_accounts import own_codes
from joey.marketplaces.port import Connector, OrderReport, UnreadableReport
from joey.orders.mark_unread import mark_lines_off_the_list, take_off_the_list
from joey.orders.models import HELD_BY_READING, OrderLine, Poll, SyncCursor
from joey.orders.of_others import without_orders_of_others
from joey.orders.read_again import KEPT_COLUMNS, ReportAsKept, read_again
from joey.orders.replace_unread import dismiss_of_others, dismiss_replaced
from joey.orders.stage_reports import Origin
from joey.orders.staged_tables import LEFT_LIST, TAKEN_WITHIN
from joey.orders.storable import PROBLEM_MAX
from joey.orders.take_order_reports import Given, lock_lines_of, take_with_origins
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append

log = logging.getLogger(__name__)

AT_ONCE = 1000  # of one marketplace in one run, those first that were tried longest ago


@dataclass(frozen=True)
class Reread:
    """How many reports were tried again, and how many of them could be read."""

    tried: int = 0
    read: int = 0

    def __add__(self, other: "Reread") -> "Reread":
        return Reread(self.tried + other.tried, self.read + other.read)


def retry_all_unread(*, now: datetime) -> Reread:
    """Try what every connected marketplace reported and could not be read.

    A marketplace that fails stops no other; the first failure is raised at the end.
    """
    done = Reread()
    with trying_each(log, "reading the unreadable reports of %s again failed") as trying:
        own = (registry.find_connector(code) for code in own_codes())
        for connector in (*registry.connectors(), *(each for each in own if each is not None)):
            with trying(connector.code):
                done += retry_marketplace(connector, now=now)
    return done


@transaction.atomic(durable=True)
def retry_marketplace(connector: Connector, *, now: datetime) -> Reread:
    """Try the unreadable reports of one marketplace, and those that hold a line for what reading them came to.

    Those whose line or refund case has a later report that was read are taken off the list instead.
    """
    lock_lines_of(connector.code)
    dismiss_replaced(connector.code, now=now)
    unreadable = _retry(connector, _unreadable(connector.code), now=now)
    return unreadable + _retry(connector, _held_by_reading(connector), now=now)


@transaction.atomic
def retry_unreadable(report_id: UUID, *, by: Person | None, now: datetime) -> bool:
    """Try one unreadable report now; whether it could be read. Raises NotFound, Conflict (no connector to read it).

    `by` is the operator who asked for it, None at the terminal.
    """
    connector = registry.find_connector(_listed_by(report_id))
    if connector is None:
        raise Conflict(_("This marketplace is not connected, and only its connector can read its reports."))
    lock_lines_of(connector.code)
    _listed_by(report_id)  # it may have been read while this waited for the lock
    read = _retry(connector, _unreadable(connector.code, only=report_id), now=now).read > 0
    facts = {"by": name_of(by), "marketplace": connector.code, "read": read}
    append("report.retried", f"order_report:{report_id}", facts, happened_at=now)
    return read


def _listed_by(report_id: UUID) -> str:
    """The marketplace of a report that is among the unreadable ones. Raises NotFound."""
    found = sql.one("SELECT marketplace FROM orders_unreadreport WHERE report_id = %s", [report_id])
    if found is None:
        raise NotFound(_("This report is not among the unreadable ones. It may have been read by now."))
    return str(found["marketplace"])


def _retry(connector: Connector, reports: Sequence[ReportAsKept], *, now: datetime) -> Reread:
    """Read each again; take in what can be read, under its own poll, and note the rest as tried. One whose order is not
    to come in by this account leaves the list.
    """
    given: list[Given] = []
    read: list[UUID] = []
    of_others: list[UUID] = []
    read_again_now = [(kept, read_again(connector, kept)) for kept in reports]
    ours = set(map(id, without_orders_of_others(connector.code, [report for _kept, report in read_again_now])))
    for kept, report in read_again_now:
        if isinstance(report, UnreadableReport):
            _note_attempt(kept, report.problem)
        elif id(report) not in ours:
            of_others.append(kept.id)
        elif isinstance(report, OrderReport) and _holds_as_before(report, kept):
            _note_attempt(kept, kept.problem)
        else:
            given.append((report, Origin(kept.poll_id, kept.asked_at, rereads=kept.id)))
            read.append(kept.id)
    dismiss_of_others(connector.code, of_others, now=now)
    if given:
        done = take_with_origins(connector.code, given, now=now)
        if done.unreadable:  # read, and no table can hold it: what could be stored is off the list by now
            sql.execute(f"{_TRIED} WHERE report_id = ANY(%s)", [read])
        else:
            LEFT_LIST.create()
            take_off_the_list("WHERE report_id = ANY(%s)", [read])
            mark_lines_off_the_list(connector.code)
        return Reread(len(reports), len(of_others) + len(read) - done.unreadable)
    return Reread(len(reports), len(of_others))


def _holds_as_before(report: OrderReport, kept: ReportAsKept) -> bool:
    return report.state == "unknown" or (kept.held != "" and report.held == kept.held)


_TRIED = "UPDATE orders_unreadreport SET tried_at = clock_timestamp(), tries = tries + 1"


def _note_attempt(kept: ReportAsKept, problem: str) -> None:
    sql.execute(f"{_TRIED}, problem = %s WHERE report_id = %s", [problem[:PROBLEM_MAX], kept.id])


def _unreadable(marketplace: str, *, only: UUID | None = None) -> list[ReportAsKept]:
    """Those tried longest ago, in any order: where many cannot be stored, others are put aside by their place.

    Two queries: only ids that are written in a query tell their days.
    """
    listed = sql.tuples(
        f"""
        SELECT report_id, problem FROM (
            SELECT report_id, problem FROM orders_unreadreport
            WHERE marketplace = %(marketplace)s AND (%(only)s::uuid IS NULL OR report_id = %(only)s)
            ORDER BY tried_at LIMIT {AT_ONCE}) AS longest_ago
        ORDER BY random()
        """,
        {"marketplace": marketplace, "only": only},
    )
    problems: dict[UUID, str] = dict(listed)
    if not problems:
        return []
    found = {row["id"]: row for row in sql.rows(f"SELECT {KEPT_COLUMNS} FROM orders_report r WHERE r.id = ANY(%s)",
                                                [list(problems)])}  # fmt: skip
    return [ReportAsKept(**found[each], problem=problem) for each, problem in problems.items()]


def _all_is_answered_from(connector: Connector) -> datetime | None:
    """From when on each question that money waits for was answered; None where one was not. Reading says that the
    refunds of all orders are asked for as soon as the account is configured so: they are not yet, or come from exports,
    and those of long ago are answered no more.
    """
    waited_for = [question for question in connector.manifest.questions if not question.is_second_look]
    of_account = {"marketplace": connector.code, "account": connector.account}
    answered = SyncCursor.objects.filter(
        **of_account, question__in=[question.code for question in waited_for],
        asked_since__isnull=False, last_success_at__isnull=False,
    )  # fmt: skip
    if answered.count() < len(waited_for):
        return None
    begun = [
        Poll.objects.filter(**of_account, question__in=[question.code, *question.also_read_by]).aggregate(Min("since"))
        for question in waited_for
    ]
    return max((each["since__min"] for each in begun if each["since__min"]), default=None)


def _held_by_reading(connector: Connector) -> list[ReportAsKept]:
    """The report that holds each line for what reading it came to; at random, so that each has its turn.

    A poll is written down in the transaction that keeps what it brought, so it tells the day of the report.
    """
    held = sql.tuples(
        f"""
        SELECT line.id, p.recorded_at FROM orders_orderline line JOIN orders_poll p ON p.id = line.held_poll
        WHERE line.held = ANY(%(held)s) AND line.held <> '' AND line.marketplace = %(marketplace)s
          AND (line.held <> %(refunds_unread)s OR least(line.placed_at, line.paid_at) >= %(answered_from)s)
        ORDER BY random() LIMIT {AT_ONCE}
        """,
        {
            "marketplace": connector.code,
            "held": list(HELD_BY_READING),
            "refunds_unread": OrderLine.Held.REFUNDS_UNREAD,
            "answered_from": _all_is_answered_from(connector),
        },
    )
    if not held:
        return []
    kept_by = [at for _line, at in held]
    days = in_days_of("r.id", [*kept_by, *(at - TAKEN_WITHIN for at in kept_by)])
    found = sql.rows(
        f"""
        SELECT DISTINCT ON (line.id) {KEPT_COLUMNS}, '' AS problem, line.held
        FROM orders_orderline line
        JOIN orders_report r ON (r.marketplace, r.external_order, r.external_line, r.external_part)
                              = (line.marketplace, line.external_order, line.external_line, line.external_part)
        WHERE line.id = ANY(%s) AND {days} AND r.kind = 'order' AND r.problem = ''
          AND r.payload_sha256 = line.held_digest AND r.poll_id = line.held_poll
        ORDER BY line.id, r.id DESC
        """,
        [[line for line, _at in held]],
    )
    return [ReportAsKept(**row) for row in found]
