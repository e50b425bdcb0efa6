"""Each rule about reports and lines is broken past the program, as the tables' owner, and names its offender."""

from dataclasses import replace

import psycopg
import pytest
from pytest_django import Settings

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.marketplaces.port import ByPosition, UnreadableReport
from joey.orders import prove as orders
from joey.orders.models import OrderLine, Report, UnreadReport
from joey.orders.prove_reports import OF_THE_REPORT
from joey.sharing.models import PositionLease
from tests.cast import NOW, leased, lulus_shop, meis_shop, refund, report, settled
from tests.database import without_triggers
from tests.orders.polled import cursor_at, polled, take_order_reports

EARNS, RETURNED, LOST, HELD, ABROAD, DISPUTED, TWICE = "1001", "1002", "1003", "1004", "1005", "1006", "1007"
DENIED = "1008"
LULU = "(SELECT id FROM shops_shop WHERE slug = 'lulu')"


def line(order: str) -> str:
    return f"(SELECT id FROM orders_orderline WHERE external_order = '{order}')"


def part(order: str, name: str) -> str:
    return f"(SELECT id FROM orders_orderline WHERE external_order = '{order}' AND external_part = '{name}')"


def its_report(order: str, kind: str = "order") -> str:
    return (
        f"(SELECT id FROM orders_report WHERE external_order = '{order}' AND kind = '{kind}' ORDER BY id DESC LIMIT 1)"
    )


POLL = "(SELECT poll_id FROM orders_report WHERE external_order = '1001' ORDER BY id DESC LIMIT 1)"
CURSOR = "(SELECT read_until FROM orders_synccursor)"
FORGOTTEN = f"DELETE FROM orders_reportdigest WHERE report_id = {its_report(EARNS)}"

# What someone with the files does, the number of a rule that sees it, and the offender that the rule names.
CORRUPTIONS = {
    "one of several reports deleted": (
        f"WITH gone AS ({FORGOTTEN}) DELETE FROM orders_report WHERE id = {its_report(EARNS)}", "5.", POLL
    ),
    "a report invented under a poll": (
        "INSERT INTO orders_report (marketplace, kind, external_order, external_line, stamped_at, reported_at,"
        " poll_id, again, digest, payload, payload_sha256, problem, currency, state, held, reason, title,"
        " external_item, case_id)"
        " SELECT marketplace, kind, external_order, external_line, stamped_at, reported_at, poll_id, again,"
        " sha256('made up'), payload, payload_sha256, problem, currency, state, held, reason, title, external_item,"
        " case_id"
        f" FROM orders_report WHERE id = {its_report(EARNS)}",
        "5.", POLL,
    ),
    "a report moved to before its poll": (
        "UPDATE orders_report SET reported_at = reported_at - interval '1 hour'"
        f" WHERE id = {its_report(EARNS)}", "5.", its_report(EARNS)
    ),
    "a poll deleted": (f"DELETE FROM orders_poll WHERE id = {POLL}", "5.", POLL),
    "a report deleted, its digest kept": (
        f"DELETE FROM orders_report WHERE id = {its_report(EARNS)}", "6.",
        "(SELECT report_id FROM orders_reportdigest WHERE report_id NOT IN (SELECT id FROM orders_report))",
    ),
    "the payload of a report changed": (
        f"UPDATE orders_report SET payload = '{{}}' WHERE id = {its_report(EARNS)}", "6.", its_report(EARNS)
    ),
    "an amount of a report changed": (
        f"UPDATE orders_report SET commission_minor = 10380 WHERE id = {its_report(EARNS)}", "6.", its_report(EARNS)
    ),
    "a suspense line deleted, its report kept": (
        f"DELETE FROM orders_orderline WHERE external_order = '{LOST}'", "7.", its_report(LOST)
    ),
    "a line invented": (
        f"UPDATE orders_orderline SET external_line = 'never reported' WHERE external_order = '{EARNS}'",
        "7.", line(EARNS),
    ),
    "the part that a report is of changed": (
        f"UPDATE orders_report SET external_part = 'c' WHERE id = {its_report(TWICE)}", "6.", its_report(TWICE)
    ),
    "a line made another part": (
        f"UPDATE orders_orderline SET external_part = 'c' WHERE id = {part(TWICE, 'b')}", "7.", part(TWICE, "b")
    ),
    "a refund case deleted": (
        "DELETE FROM orders_refundcase WHERE case_id = '8812'", "7.", its_report(RETURNED, "refund")
    ),
    "an unreadable report hidden": (
        "DELETE FROM orders_unreadreport WHERE external_line = ''", "7.",
        "(SELECT id FROM orders_report WHERE problem <> '' AND external_order = '77')",
    ),
    "an unreadable report dated back to before its line's, so that it does not matter": (
        "WITH u AS (UPDATE orders_unreadreport SET reported_at = '2020-01-01Z' WHERE external_line <> '')"
        " UPDATE orders_orderline SET has_unread = false WHERE has_unread",
        "7.", "(SELECT report_id FROM orders_unreadreport WHERE external_line <> '')",
    ),
    "an unreadable report pointed at another line": (
        "WITH u AS (UPDATE orders_unreadreport SET external_line = '1' WHERE external_line <> '')"
        " UPDATE orders_orderline SET has_unread = false WHERE has_unread",
        "7.", "(SELECT report_id FROM orders_unreadreport WHERE external_line <> '')",
    ),
    "a line that waits no longer for its unreadable report": (
        "UPDATE orders_orderline SET has_unread = false WHERE has_unread", "8.", line(HELD)
    ),
    "a line that waits for no unreadable report": (
        f"UPDATE orders_orderline SET has_unread = true WHERE external_order = '{EARNS}'", "8.", line(EARNS)
    ),
    "a line that waits no longer for what an export says of it": (
        f"UPDATE orders_orderline SET export_differs = false WHERE external_order = '{DENIED}'", "8.", line(DENIED)
    ),
    "a line that waits for what no export says": (
        f"UPDATE orders_orderline SET export_differs = true WHERE external_order = '{RETURNED}'", "8.", line(RETURNED)
    ),
    "a line of 3.80 made 103.80": (
        f"UPDATE orders_orderline SET commission_minor = 10380 WHERE external_order = '{EARNS}'", "8.", line(EARNS)
    ),
    "a line put back to an earlier state": (
        f"UPDATE orders_orderline l SET state = r.state, settled_at = r.settled_at, reported_at = r.reported_at,"
        " reported_poll = r.poll_id, report_digest = r.payload_sha256 FROM orders_report r"
        f" WHERE l.external_order = '{RETURNED}' AND r.external_order = l.external_order AND r.state = 'paid'",
        "8.", line(RETURNED),
    ),
    "a hold of the reports taken away": (
        f"UPDATE orders_orderline SET held = '' WHERE external_order = '{HELD}'", "8.", line(HELD)
    ),
    "a hold for another currency taken away": (
        f"UPDATE orders_orderline SET held = '' WHERE external_order = '{ABROAD}'", "8.", line(ABROAD)
    ),
    "a contradiction that no report made": (
        f"UPDATE orders_orderline SET held = 'contradiction' WHERE external_order = '{EARNS}'", "8.", line(EARNS)
    ),
    "a contradiction taken away": (
        f"UPDATE orders_orderline SET held = '' WHERE external_order = '{DISPUTED}'", "8.", line(DISPUTED)
    ),
    "a line booked in the currency of a later report": (
        "UPDATE orders_orderline l SET held = '', reported_at = r.reported_at, reported_poll = r.poll_id,"
        " report_digest = r.payload_sha256,"
        f" {', '.join(f'{name} = r.{name}' for name in OF_THE_REPORT if name != 'protected_minor')}"
        f" FROM orders_report r WHERE l.external_order = '{ABROAD}' AND r.external_order = '{ABROAD}'"
        " AND r.currency = 'USD' AND r.kind = 'order'",
        "8.", line(ABROAD),
    ),
    "a refund forgotten, the case too": (
        f"WITH c AS (UPDATE orders_refundcase SET counts = false WHERE external_order = '{RETURNED}') UPDATE"
        " orders_orderline SET returned_commission_minor = 0, returned_paid_minor = 0"
        f" WHERE external_order = '{RETURNED}'",
        "9.", "(SELECT case_id FROM orders_refundcase WHERE case_id = '8812')",
    ),
    "a refund case moved to before its settlement, its line with it": (
        f"WITH c AS (UPDATE orders_refundcase SET refunded_at = '2020-01-01Z', refunded_by = '2020-01-01Z',"
        f" counted_from = '2020-01-01Z' WHERE external_order = '{RETURNED}') UPDATE orders_orderline"
        f" SET returned_commission_minor = 0, returned_paid_minor = 0 WHERE external_order = '{RETURNED}'",
        "9.", "(SELECT case_id FROM orders_refundcase WHERE case_id = '8812')",
    ),
    "the first time that a case counted moved": (
        f"UPDATE orders_refundcase SET counted_from = '2020-01-01Z' WHERE external_order = '{RETURNED}'",
        "9.", "(SELECT case_id FROM orders_refundcase WHERE case_id = '8812')",
    ),
    "what a line has back changed": (
        f"UPDATE orders_orderline SET returned_commission_minor = 1 WHERE external_order = '{RETURNED}'",
        "9.", line(RETURNED),
    ),
    "what was taken back in yen forgotten": (
        f"UPDATE orders_orderline SET returned_elsewhere = '{{}}' WHERE external_order = '{ABROAD}'", "9.", line(ABROAD)
    ),
    "a refund of one of two lines taken back": (
        f"UPDATE orders_orderline SET returned_commission_minor = 342 WHERE id = {part(TWICE, 'a')}",
        "9.", part(TWICE, "a"),
    ),
    "a line that waits no longer for what a refund is of": (
        f"UPDATE orders_orderline SET has_unclear_refund = false WHERE id = {part(TWICE, 'a')}",
        "9.", part(TWICE, "a"),
    ),
    "a line that waits for what no refund is of": (
        f"UPDATE orders_orderline SET has_unclear_refund = true WHERE external_order = '{RETURNED}'",
        "9.", line(RETURNED),
    ),
    "the claim of a line given to its other part": (
        f"UPDATE orders_orderclaim SET external_part = 'c' WHERE external_order = '{TWICE}' AND external_part = 'b'",
        "10.", part(TWICE, "b"),
    ),
    "a line moved to another shop": (
        f"UPDATE orders_orderline SET shop_id = {LULU} WHERE external_order = '{EARNS}'", "10.", line(EARNS)
    ),
    "a line and its claim moved to another shop": (
        f"WITH c AS (UPDATE orders_orderclaim SET shop_id = {LULU} WHERE external_order = '{EARNS}')"
        f" UPDATE orders_orderline SET shop_id = {LULU} WHERE external_order = '{EARNS}'", "10.", line(EARNS),
    ),
    "a line, its claim and its evidence moved to another shop": (
        f"WITH c AS (UPDATE orders_orderclaim SET shop_id = {LULU} WHERE external_order = '{EARNS}')"
        f" UPDATE orders_orderline SET shop_id = {LULU}, evidence_key = '110000000002',"
        f" lease_id = (SELECT id FROM sharing_positionlease WHERE shop_id = {LULU}) WHERE external_order = '{EARNS}'",
        "10.", line(EARNS),
    ),
    "a lease given to another shop": (
        f"UPDATE sharing_positionlease SET shop_id = {LULU}, ended_at = now(), until = now() + interval '45 days'"
        f" WHERE shop_id <> {LULU}",
        "10.", line(EARNS),
    ),
    "the time of the click moved": (
        "UPDATE orders_orderline SET evidence_at = evidence_at + interval '1 hour' WHERE external_order = '1001'",
        "10.", line(EARNS),
    ),
    "a claim without a line": (
        f"INSERT INTO orders_orderclaim (marketplace, external_order, external_line, shop_id)"
        f" SELECT 'taobao', 'never', 'never-1', {LULU}", "10.", "(SELECT 'never-1')",
    ),
    "a reason for suspense that never was": (
        f"UPDATE orders_orderline SET suspense = 'no_evidence', failed_evidence = '[]' WHERE external_order = '{LOST}'",
        "11.", line(LOST),
    ),
    "suspense though its position is registered": (
        "INSERT INTO sharing_position (marketplace, key, registered_at) VALUES"
        " ('taobao', '999', now() - interval '3 hours')", "11.", line(LOST),
    ),
    "a cursor moved a month ahead": (
        "UPDATE orders_synccursor SET read_until = read_until + interval '1 month'", "33.", CURSOR
    ),
    "a poll that was asked tomorrow": (
        f"UPDATE orders_poll SET asked_at = recorded_at + interval '1 day' WHERE id = {POLL}", "33.",
        f"(SELECT asked_at FROM orders_poll WHERE id = {POLL})",
    ),
    "a poll that asked about tomorrow": (
        f"UPDATE orders_poll SET until = until + interval '1 day' WHERE id = {POLL}", "33.",
        f"(SELECT until FROM orders_poll WHERE id = {POLL})",
    ),
    "an unreadable report left alone": (
        "UPDATE orders_unreadreport SET tried_at = now() - interval '25 hours'", "33.",
        "(SELECT id FROM orders_report WHERE problem <> '' AND external_order = '77')",
    ),
}  # fmt: skip


@pytest.fixture
def lines(committed_db: EmbeddedPostgres, settings: Settings) -> EmbeddedPostgres:
    """Lines that earn, are partly returned, in suspense, held, abroad, disputed and denied, and unreadable reports."""
    settings.JOEY_MARKETPLACES = {
        "taobao": {"gateway": "http://localhost:1/router/rest", "credentials": {"app_key": "1", "app_secret": "s"}}
    }
    leased(meis_shop())
    leased(lulus_shop(), key="110000000002")
    polled(report(EARNS), report(RETURNED), report(LOST, position="999"), report(HELD), settled(ABROAD))
    polled(settled(TWICE, external_part="a"), settled(TWICE, external_part="b"), refund(TWICE, case="8814"))
    polled(report(DISPUTED))
    polled(settled(DISPUTED, position="110000000002"))
    polled(replace(report(EARNS), payload={"step": 2}), settled(RETURNED), settled(HELD, held="frozen"))
    polled(settled(ABROAD, currency="USD", days_ago=8))
    back = [refund(RETURNED, back=100), refund(ABROAD, case="8813", back=2, currency="JPY")]
    unread = UnreadableReport("order", "77", NOW, {"trade_id": None}, "trade_id is missing")
    polled(*back, unread, question="refunds")
    polled(UnreadableReport("order", HELD, NOW, {"n": 1}, "no amount", external_line=f"{HELD}-1"))
    polled(settled(DENIED), question="file")
    polled(report(DENIED, state="closed"), question="file")
    cursor_at(NOW)
    return committed_db


def test_each_corruption_is_seen_and_its_offender_named(lines: EmbeddedPostgres) -> None:
    assert found(lines, None) == ({}, set())

    unseen = {}
    for what, (broken, number, offender) in CORRUPTIONS.items():
        seen, offenders = found(lines, broken, offender)
        named = {value for rule, values in seen.items() if rule.startswith(number) for value in values}
        if not offenders & named:
            unseen[what] = (offenders, seen)

    assert unseen == {}
    assert found(lines, None) == ({}, set()), "nothing of it stayed"


def test_every_rule_is_broken_by_one_of_these() -> None:
    numbers = {number for _broken, number, _offender in CORRUPTIONS.values()}

    numbered = {check.rule.split()[0] for check in orders.CHECKS if not check.rule.startswith("Each text")}
    assert numbered == numbers  # texts: tests/record/test_erasable.py


def found(postgres: EmbeddedPostgres, broken: str | None, offender: str = "") -> tuple[dict[str, set[str]], set[str]]:
    """The broken rules, each with all that it names, and the offender as it was before the break or is after it."""
    seen: dict[str, set[str]] = {}
    offenders: list[object] = []
    with psycopg.connect(postgres.urls.owner) as owner, owner.transaction(force_rollback=True):
        if broken:
            without_triggers(owner)
            offenders += owner.execute(f"SELECT {offender}".encode()).fetchone() or ()
            assert owner.execute(broken.encode()).rowcount > 0, broken
            offenders += owner.execute(f"SELECT {offender}".encode()).fetchone() or ()
        for check in orders.CHECKS:
            if rows := owner.execute(check.all_offenders.encode()).fetchall():
                seen[check.rule] = {str(value) for row in rows for value in row}
    return seen, {str(value) for value in offenders if value is not None}


@pytest.mark.django_db
def test_work_under_way_is_no_offence() -> None:
    """A cursor that nothing was asked for yet, and a line that has just been given."""
    leased(meis_shop())
    take_order_reports("taobao", [report(), refund(back=1)], now=NOW)
    take_order_reports("taobao", [report("2", evidence=(ByPosition("999", "clicked"),))], now=NOW)
    orders_cursor = cursor_at(NOW)
    orders_cursor.last_success_at = None
    orders_cursor.save()

    assert [check.rule for check in orders.CHECKS if check.first_offender()] == []
    assert (OrderLine.objects.count(), Report.objects.count(), UnreadReport.objects.count()) == (2, 3, 0)
    assert PositionLease.objects.count() == 1
