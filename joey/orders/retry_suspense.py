"""Retry lines that no shop could be named for: a later version of the connector may read whose they are, and a lease
may have come back with a restore.

Their reports are read again and worked on as if they came today, by the same path as new ones: what decides whose a
line is, and what holds it, is all that was ever reported of it. A line that finds its shop is booked as if that had
been known from the start, because its plan is the one that its first report names.
"""

import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction

from joey.kit import sql
from joey.kit.halves import do_in_halves
from joey.kit.try_each import trying_each
from joey.marketplaces import registry
from joey.marketplaces.port import OrderReport
from joey.marketplaces.registry import NotInstalled
from joey.orders.claim_lines import attribute_and_claim
from joey.orders.keep_reports import keep_reports
from joey.orders.move_lines import move_lines
from joey.orders.read_again import KEPT_COLUMNS, ReportAsKept, read_again
from joey.orders.stage_kept import IN_SUSPENSE, THEIR_REPORTS, first_report, stage_kept
from joey.orders.stage_reports import Origin, StagedReports, empty_tables, evidence_of, stage_reports
from joey.orders.staged_tables import NEWEST
from joey.orders.take_order_reports import REPORTS_FAULTS, Given, append_events, lock_lines_of

log = logging.getLogger(__name__)

AT_ONCE = 1000  # lines whose reports are read again together


def retry_all_suspense(*, now: datetime) -> int:
    """Retry every marketplace's lines; how many found their shop.

    A marketplace that fails stops no other; the first failure is raised at the end. Lines of one whose package is gone
    wait until it is installed again.
    """
    found = 0
    with trying_each(log, "retrying the suspense of %s failed") as trying:
        for (marketplace,) in sql.tuples("SELECT DISTINCT marketplace FROM orders_orderline WHERE suspense <> ''"):
            with trying(marketplace), suppress(NotInstalled):
                found += retry_suspense(marketplace, now=now)
    return found


@transaction.atomic(durable=True)
def retry_suspense(marketplace: str, *, now: datetime) -> int:
    """Attribute this marketplace's suspense lines again; how many found their shop. The rest have a reason of today."""
    lock_lines_of(marketplace)
    before = _lines(marketplace)
    _read_again(marketplace, now=now)
    empty_tables()
    if reports := stage_kept(marketplace):
        attribute_and_claim(marketplace, StagedReports.any_of(orders=reports), now=now)
        move_lines(marketplace, any_held=True)
        _renew_reasons(marketplace)
        append_events(now)
    return len(before) - len(_lines(marketplace))


def _lines(marketplace: str) -> list[UUID]:
    return [
        line
        for (line,) in sql.tuples(
            f"SELECT id FROM orders_orderline line WHERE {IN_SUSPENSE} ORDER BY id", {"marketplace": marketplace}
        )
    ]


def _read_again(marketplace: str, *, now: datetime) -> None:
    """Keep what the connector reads of these lines' reports today, where it finds other evidence than before.

    Whose a line is, all that was reported of it decides together, afterwards.
    """
    connector = {each.code: each for each in registry.connectors()}.get(marketplace)
    first = first_report(marketplace)
    if connector is None or first is None:
        return

    received_at = sql.value("SELECT clock_timestamp()")

    def keep(some: Sequence[Given]) -> None:
        is_net = registry.manifest_of(marketplace).reported_commission == "after_fee"
        keep_reports(marketplace, stage_reports(some, is_net=is_net, now=now, received_at=received_at))

    lines = _lines(marketplace)
    for start in range(0, len(lines), AT_ONCE):
        given: list[tuple[OrderReport, Origin]] = []
        for row in sql.rows(
            f"SELECT {KEPT_COLUMNS}, '' AS problem, r.evidence {THEIR_REPORTS} AND line.id = ANY(%(lines)s)",
            {"marketplace": marketplace, "first": first, "lines": lines[start : start + AT_ONCE]},
        ):
            evidence = json.loads(row.pop("evidence"))
            kept = ReportAsKept(**row)
            report = read_again(connector, kept)
            if isinstance(report, OrderReport) and evidence_of(report) != evidence:
                given.append((report, Origin(kept.poll_id, rereads=kept.id)))
        do_in_halves(given, keep, faults=REPORTS_FAULTS)


def _renew_reasons(marketplace: str) -> None:
    """Why the newest report of a line still names no shop."""
    sql.execute(
        f"""
        UPDATE orders_orderline line SET suspense = n.suspense, failed_evidence = n.failed_evidence FROM {NEWEST} n
        WHERE (line.marketplace, line.external_order, line.external_line)
            = (%(marketplace)s, n.external_order, n.external_line)
          AND line.suspense <> '' AND n.suspense <> '' AND line.failed_evidence <> n.failed_evidence
        """,
        {"marketplace": marketplace},
    )
