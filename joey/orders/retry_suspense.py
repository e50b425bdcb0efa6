"""Retry lines that no shop could be named for: a later version of the connector may read whose they are, and a lease
may have come back with a restore.

Their reports are read again and worked on as if they came today, by the same path as new ones: what decides whose a
line is, and what holds it, is all that was ever reported of it. A line that finds its shop is booked as if that had
been known from the start, because its plan is the one that its first report names.

Some lines at a time are one transaction, so that new reports never wait long for the lock.
"""

import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from joey.kit import sql
from joey.kit.halves import do_in_halves
from joey.kit.partitions import first_id_of
from joey.kit.try_each import trying_each
from joey.marketplaces import registry
from joey.marketplaces.port import Connector, OrderReport
from joey.marketplaces.registry import NotInstalled
from joey.orders.claim_lines import attribute_and_claim
from joey.orders.keep_reports import keep_reports
from joey.orders.move_lines import move_lines
from joey.orders.read_again import KEPT_COLUMNS, ReportAsKept, read_again
from joey.orders.stage_kept import THESE, reported_since, stage_kept, their_reports
from joey.orders.stage_reports import Origin, StagedReports, empty_tables, evidence_of, stage_reports
from joey.orders.staged_tables import NEWEST, TAKEN_WITHIN
from joey.orders.take_order_reports import (
    MOST_FAILURES,
    REPORTS_FAULTS,
    Given,
    append_events,
    facts_of,
    lock_lines_of,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Retried:
    """How many lines found their shop, and of how many lines and reports it failed."""

    found: int
    failed: int


AT_ONCE = 1000  # lines in one transaction

# Up to when this process has read what waits, by the code that read it, which changes with a new process only.
_READ_UNTIL: dict[tuple[str, type[Connector | None]], datetime] = {}


def retry_all_suspense(*, now: datetime, read_all: bool = True) -> int:
    """Retry every marketplace's lines; how many found their shop.

    Unless `read_all`, a report that this process has read before is not read again: that would come to the same. What
    it named may be another shop's position by now, so the evidence of all is weighed all the same.

    A marketplace that fails stops no other; the first failure is raised at the end. Lines of one whose package is gone
    wait until it is installed again.
    """
    found = 0
    with trying_each(log, "retrying the suspense of %s failed") as trying:
        for (marketplace,) in sql.tuples("SELECT DISTINCT marketplace FROM orders_orderline WHERE suspense <> ''"):
            with trying(marketplace), suppress(NotInstalled):
                begun = sql.value("SELECT clock_timestamp()")
                reader = (marketplace, type(registry.find_connector(marketplace)))
                read_until = None if read_all else _READ_UNTIL.get(reader)
                retried = _retry_lines(marketplace, now=now, read_until=read_until)
                found += retried.found
                if not retried.failed:
                    _READ_UNTIL[reader] = begun
    return found


def retry_suspense(marketplace: str, *, now: datetime) -> int:
    """Attribute this marketplace's suspense lines again; how many found their shop. The rest have a reason of today.

    What fails is logged, stays as it is and stops no other.
    """
    return _retry_lines(marketplace, now=now, read_until=None).found


def _retry_lines(marketplace: str, *, now: datetime, read_until: datetime | None) -> Retried:
    """Reports that were here at `read_until` are weighed, not read."""
    lines = [
        line
        for (line,) in sql.tuples(
            "SELECT id FROM orders_orderline WHERE suspense <> '' AND marketplace = %s ORDER BY id", [marketplace]
        )
    ]
    parts = [
        _retry_some(marketplace, lines[start : start + AT_ONCE], now=now, read_until=read_until)
        for start in range(0, len(lines), AT_ONCE)
    ]
    return Retried(sum(part.found for part in parts), sum(part.failed for part in parts))


@transaction.atomic(durable=True)
def _retry_some(marketplace: str, lines: Sequence[UUID], *, now: datetime, read_until: datetime | None) -> Retried:
    lock_lines_of(marketplace)
    waiting = _in_suspense(lines)
    not_kept: list[UUID] = []
    failed = do_in_halves(
        waiting,
        lambda some: not_kept.extend(_retry(marketplace, some, now=now, read_until=read_until)),
        faults=REPORTS_FAULTS,
        most_failures=MOST_FAILURES,
    )
    for line, why in failed:
        log.error("line %s of %s cannot be tried again", line, marketplace, exc_info=why)
    return Retried(len(waiting) - len(_in_suspense(lines)), len(failed) + len(not_kept))


def _in_suspense(lines: Sequence[UUID]) -> list[UUID]:
    """Those of the lines that still are."""
    found = sql.tuples("SELECT id FROM orders_orderline WHERE suspense <> '' AND id = ANY(%s)", [list(lines)])
    return [line for (line,) in found]


def _retry(marketplace: str, lines: Sequence[UUID], *, now: datetime, read_until: datetime | None) -> Sequence[UUID]:
    """Which reports of these lines are read otherwise today, and cannot be kept so."""
    given = {"lines": list(lines)}
    since = reported_since(THESE, given)
    if since is None:
        return []
    since_read = max(since, read_until - TAKEN_WITHIN) if read_until else since
    not_kept = _read_again(marketplace, lines, since=since_read, now=now)
    empty_tables()
    reports = stage_kept(THESE, given)
    attribute_and_claim(marketplace, StagedReports.any_of(orders=reports), now=now)
    move_lines(marketplace, any_held=True)
    _renew_reasons(marketplace)
    append_events(now)
    return not_kept


def _read_again(marketplace: str, lines: Sequence[UUID], *, since: datetime, now: datetime) -> Sequence[UUID]:
    """Keep what the connector reads of these lines' reports today, where it finds other evidence than before; which of
    them could not be kept.

    Whose a line is, all that was reported of it decides together, afterwards.
    """
    connector = registry.find_connector(marketplace)
    if connector is None:
        return []
    given: list[Given] = []
    for row in sql.rows(
        f"SELECT {KEPT_COLUMNS}, '' AS problem, r.evidence {their_reports(THESE)}",
        {"lines": list(lines), "first": first_id_of(since)},
    ):
        evidence = json.loads(row.pop("evidence"))
        kept = ReportAsKept(**row)
        report = read_again(connector, kept)
        if isinstance(report, OrderReport) and evidence_of(report) != evidence:
            given.append((report, Origin(kept.poll_id, kept.asked_at, rereads=kept.id)))
    is_net = registry.manifest_of(marketplace).reported_commission == "after_fee"
    received_at = sql.value("SELECT clock_timestamp()")
    failed = do_in_halves(
        given,
        lambda some: keep_reports(
            stage_reports(some, is_net=is_net, now=now, received_at=received_at), facts_of(marketplace)
        ),
        faults=REPORTS_FAULTS,
    )
    for (_report, origin), why in failed:
        log.error("report %s of %s cannot be kept as it is read today", origin.rereads, marketplace, exc_info=why)
    return [origin.rereads for (_report, origin), _why in failed if origin.rereads]


def _renew_reasons(marketplace: str) -> None:
    """Why the newest report of a line still names no shop."""
    sql.execute(
        f"""
        UPDATE orders_orderline line SET suspense = n.suspense, failed_evidence = n.failed_evidence FROM {NEWEST} n
        WHERE (line.marketplace, line.external_order, line.external_line, line.external_part)
            = (%(marketplace)s, n.external_order, n.external_line, n.external_part)
          AND line.suspense <> '' AND n.suspense <> '' AND line.failed_evidence <> n.failed_evidence
        """,
        {"marketplace": marketplace},
    )
