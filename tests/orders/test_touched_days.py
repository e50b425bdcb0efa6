"""With 90 days of reports, each hot query touches the days it must and no other."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from joey.commissions.earn_due import earn_due
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.marketplaces import registry
from joey.marketplaces.port import AnyReport, UnreadableReport
from joey.orders.dismiss_unread import dismiss_unreadable
from joey.orders.jobs import retry_suspended_lines
from joey.orders.models import OrderLine
from joey.orders.queries import report_payload, unread_reports
from joey.orders.retry_suspense import retry_suspense
from joey.orders.retry_unread import retry_marketplace
from tests.cast import DAY, NOW, ada, leased, meis_shop, report
from tests.orders.polled import polled
from tests.orders.test_unread import Learnt
from tests.plans import days_of, days_since, ninety_days, own_days, parts_of, plans_of
from tests.slow import slow

REPORTS = """
INSERT INTO orders_report (id, marketplace, kind, external_order, external_line, stamped_at, reported_at, digest,
                           payload, payload_sha256, problem, currency, state, held, reason, title, external_item,
                           case_id, again, poll_id)
SELECT overlay(joey_first_id_of(%(day)s)::text PLACING lpad(to_hex(n), 8, '0') FROM 29)::uuid, 'taobao', 'order',
       'f' || n, n || '-1', %(day)s, %(day)s, sha256(convert_to(%(day)s || '/' || n, 'UTF8')), '{{}}', sha256('{{}}'),
       '', 'CNY', 'paid', '', '', '', '', '', false, 0
FROM generate_series(1, {rows}) AS n
"""
UNREAD = UnreadableReport("order", "1", NOW - DAY, {"n": 1}, "n is new", external_line="1-1")
LEARNT = Learnt(lambda unread: replace(report(str(unread.payload["n"])), payload=unread.payload))
NOT_LEARNT = Learnt(lambda unread: unread)


@pytest.fixture(scope="module", autouse=True)
def days(postgres: EmbeddedPostgres, django_db_setup: None) -> Iterator[None]:
    with own_days(postgres, "orders_report"):
        yield


@pytest.fixture(params=[200, slow(20_000)])
def ninety(committed_db: EmbeddedPostgres, request: pytest.FixtureRequest) -> EmbeddedPostgres:
    ninety_days(committed_db, "orders_report", REPORTS.format(rows=request.param))
    return committed_db


def earlier() -> int:
    """Shortly after midnight the day before counts as well: what was written down may have begun in it."""
    return int(datetime.now(UTC).hour == 0)


def touched_by(do: Callable[[], object]) -> set[str]:
    """The days of reports that the statements that `do` runs read or write, but for inserts."""
    with plans_of("SELECT", "WITH", "INSERT", "UPDATE", "DELETE", also_run=True) as plans:
        do()
    assert plans, "nothing was read"
    return {
        part["Relation Name"]
        for plan in plans
        for part in parts_of(plan)
        if part.get("Relation Name", "").startswith("orders_report_")
        and part.get("Operation") != "Insert"
        and part["Actual Loops"]
    }


def taken(postgres: EmbeddedPostgres, days_ago: int, *reports: AnyReport) -> None:
    """Take in reports as if that had been some days ago: their ids, and what says when they came."""
    known = sql.value("SELECT coalesce(max(id), 0) FROM orders_poll")
    polled(*reports)
    ago = timedelta(days=days_ago)
    with psycopg.connect(postgres.urls.owner) as owner:
        for table in ("orders_report", "orders_reportdigest", "orders_poll"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        moved = owner.execute("SELECT id FROM orders_report WHERE poll_id > %s", [known]).fetchall()
        for (report_id,) in moved:
            earlier = (report_id.int >> 80) - int(ago.total_seconds() * 1000)
            new = f"{earlier:012x}{report_id.hex[12:]}"
            owner.execute("UPDATE orders_report SET id = %s::uuid, received_at = received_at - %s WHERE id = %s",
                          [new, ago, report_id])  # fmt: skip
            owner.execute("UPDATE orders_reportdigest SET report_id = %s::uuid WHERE report_id = %s", [new, report_id])
            owner.execute("UPDATE orders_unreadreport SET report_id = %s::uuid WHERE report_id = %s", [new, report_id])
        owner.execute("UPDATE orders_poll SET recorded_at = recorded_at - %s WHERE id > %s", [ago, known])
        owner.execute(
            "UPDATE orders_orderline SET first_seen_at = first_seen_at - %s WHERE first_seen_at > %s",
            [ago, datetime.now(UTC) - timedelta(hours=1)],
        )
        for table in ("orders_report", "orders_reportdigest", "orders_poll"):
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())


def test_taking_reports_in_reads_no_day_whatever_was_given_up(ninety: EmbeddedPostgres) -> None:
    taken(ninety, 5, UNREAD)
    dismiss_unreadable(unread_reports()[0].report_id, by=ada(), reason="A test of theirs", now=NOW)

    assert touched_by(lambda: polled(report("2"), UNREAD)) == set()
    assert unread_reports() == [], "it was given up"


def test_a_retry_reads_the_days_of_what_is_listed(ninety: EmbeddedPostgres) -> None:
    taken(ninety, 7, UNREAD)
    taken(ninety, 3, replace(UNREAD, payload={"n": 2}, external_order="2"))

    listed = days_of("orders_report", -7, -7) | days_of("orders_report", -3, -3)
    assert touched_by(lambda: retry_marketplace(NOT_LEARNT, now=NOW)) == listed
    assert [each.tries for each in unread_reports()] == [2, 2]
    assert touched_by(lambda: report_payload(unread_reports()[0].report_id)) == days_of("orders_report", -7, -7)
    # What is read lifts holds in its days.
    assert touched_by(lambda: retry_marketplace(LEARNT, now=NOW)) == listed
    assert unread_reports() == []


def test_a_line_with_an_unknown_code_is_tried_in_the_day_of_its_poll(ninety: EmbeddedPostgres) -> None:
    leased(meis_shop())
    taken(ninety, 40, report("1"))
    taken(ninety, 30, report("1", reported_at=NOW - DAY, state="unknown", held="unknown_code"))
    taken(ninety, 3, report("2", state="unknown", held="unknown_code"))

    tried: list[UnreadableReport] = []

    def read_again(unread: UnreadableReport) -> AnyReport:
        tried.append(unread)
        return unread

    touched = touched_by(lambda: retry_marketplace(Learnt(read_again), now=NOW))

    assert touched == days_of("orders_report", -30 - earlier(), -30) | days_of("orders_report", -3 - earlier(), -3)
    assert sorted(str(each.payload["trade"]) for each in tried) == ["1-1", "2-1"]


def test_a_line_s_first_report_is_looked_for_since_the_line_was_first_seen(ninety: EmbeddedPostgres) -> None:
    leased(meis_shop())
    taken(ninety, 3, report("1"))

    touched = touched_by(lambda: earn_due(now=NOW))

    assert touched - {"orders_report_default"} == days_since("orders_report", -3 - earlier())
    assert touched_by(lambda: earn_due(now=NOW)) == set(), "nothing is new"


def test_why_a_line_is_held_is_looked_for_since_the_line_was_first_seen(ninety: EmbeddedPostgres) -> None:
    leased(meis_shop())
    taken(ninety, 40, report("1"))
    taken(ninety, 3, report("2", held="risk"))

    touched = touched_by(lambda: earn_due(now=NOW))

    assert touched - {"orders_report_default"} == days_since("orders_report", -40 - earlier())
    taken(ninety, 1, report("2", reported_at=NOW + DAY, held="risk"))
    touched = touched_by(lambda: earn_due(now=NOW + DAY))
    assert touched - {"orders_report_default"} == days_since("orders_report", -3 - earlier())


def test_a_replaced_report_is_looked_for_since_the_poll_of_the_newer_one(ninety: EmbeddedPostgres) -> None:
    leased(meis_shop())
    taken(ninety, 40, report("1", reported_at=NOW - 2 * DAY))
    assert touched_by(lambda: retry_marketplace(NOT_LEARNT, now=NOW)) == set(), "nothing is unread"
    taken(ninety, 30, UNREAD)

    touched = touched_by(lambda: polled(report("1", reported_at=NOW, state="received")))

    assert touched - {"orders_report_default"} == days_since("orders_report", -earlier())
    assert unread_reports() == []


def test_lines_in_suspense_are_read_since_the_first_of_them_was_seen(ninety: EmbeddedPostgres) -> None:
    taken(ninety, 60, report("1", position="1"))
    leased(meis_shop(), key="1")
    retry_suspense("taobao", now=NOW)
    taken(ninety, 4, report("2", position="2"))

    touched = touched_by(lambda: retry_suspense("taobao", now=NOW))

    assert touched - {"orders_report_default"} == days_since("orders_report", -4 - earlier())


def test_the_hourly_job_weighs_every_report_and_reads_only_what_came_since_it_read(
    ninety: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    class Reading(Learnt):
        """A class of its own: code that this process has not read anything with."""

    def reads(unread: UnreadableReport) -> AnyReport:
        order = str(unread.payload["trade"]).partition("-")[0]
        read.append(order)
        return report(order, position=order)

    monkeypatch.setattr(registry, "connectors", lambda: [Reading(reads)])
    taken(ninety, 4, report("1", position="1"))

    retry_suspended_lines(0)
    retry_suspended_lines(0)
    assert read == ["1"]

    polled(report("2", position="2"))
    retry_suspended_lines(0)
    assert read == ["1", "2"]

    retry_suspense("taobao", now=NOW)
    assert sorted(read) == ["1", "1", "2", "2"], "an operator has all of it read"

    leased(meis_shop(), key="1")
    retry_suspended_lines(0)
    assert OrderLine.objects.get(external_order="1").shop_id == meis_shop().pk
    assert read.count("1") == 2
