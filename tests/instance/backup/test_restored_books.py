"""Books in which much is open: overpaid, held, set aside, given up. A backup of them restores to books that hold."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from joey.commissions.earn_due import earn_due
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.marketplaces.port import UnreadableReport
from joey.orders.dismiss_unread import dismiss_unreadable
from joey.orders.queries import unread_reports
from joey.payouts.models import PayoutAttempt
from joey.payouts.resolve import resolve
from joey.payouts.take_answers import take_answers
from tests.cast import DAY, NOW, ada, refund, report, settled
from tests.instance.backup.test_backup import python_on
from tests.journeys.running import joey
from tests.mutations.books import committed_books, taken
from tests.payouts.bank import Bank
from tests.payouts.stage import second_operator
from tests.proof import prove

TOO_MUCH = 10**15

# What the books must have of each, and still have after the restore.
OPEN = {
    "overpayments": "SELECT count(*) FROM payouts_decision WHERE outcome = 'overpaid'",
    "questions to the bank": "SELECT count(*) FROM payouts_payouthold h WHERE cause IN ('contradiction', 'unknown')"
    " AND NOT EXISTS (SELECT FROM payouts_payoutholdclosing c WHERE c.hold_id = h.id)",
    "holds on payouts": "SELECT count(*) FROM payouts_payouthold h WHERE cause = 'operator'"
    " AND NOT EXISTS (SELECT FROM payouts_payoutholdclosing c WHERE c.hold_id = h.id)",
    "holds on commissions": "SELECT count(*) FROM commissions_hold h"
    " WHERE NOT EXISTS (SELECT FROM commissions_holdclosing c WHERE c.hold_id = h.id)",
    "lines in quarantine": "SELECT count(*) FROM commissions_quarantinedline",
    "lines in suspense": "SELECT count(*) FROM orders_orderline WHERE suspense <> ''",
    "reports that cannot be read": "SELECT count(*) FROM orders_unreadreport",
    "reports given up": "SELECT count(*) FROM orders_reportdismissal WHERE replaced_by IS NULL",
    "reports replaced": "SELECT count(*) FROM orders_reportdismissal WHERE replaced_by IS NOT NULL",
    "entries of another currency": "SELECT count(*) FROM ledger_journal WHERE kind = 'entry.other_currency'",
}


@pytest.fixture
def books(
    postgres: EmbeddedPostgres, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[EmbeddedPostgres]:
    with django_db_blocker.unblock(), committed_books(postgres) as bank:
        _overpay(bank)
        _set_aside()
        _give_up()
        prove()
        yield postgres


@pytest.mark.long
def test_books_with_much_that_is_open_hold_after_a_restore(books: EmbeddedPostgres, tmp_path: Path) -> None:
    before = counted(books)
    assert all(before.values()), before
    urls = {"DATABASE_URL": books.urls.app, "DATABASE_OWNER_URL": books.urls.owner}

    backup = joey("backup", str(tmp_path / "backup"), "--data", str(tmp_path), "--quick", timeout=120, **urls)
    assert backup.returncode == 0, backup.stdout + backup.stderr
    data = tmp_path / "data"
    try:
        came = joey("restore", str(tmp_path / "backup"), "--data", str(data), timeout=120)
        assert came.returncode == 0, came.stdout + came.stderr
        proof = joey("prove", "--json", "--data", str(data), timeout=120)

        assert proof.returncode == 0, proof.stderr
        assert json.loads(proof.stdout)["holds"]
        with EmbeddedPostgres(data) as restored:
            assert counted(restored) == before
            python_on(restored, """
                from joey.payouts.models import PayoutDecision
                from joey.payouts.resolve import resolve
                from joey.people.models import Person
                from tests.cast import ada
                attempt = PayoutDecision.objects.latest("id").attempt
                newcomer = Person.objects.create(email="cy@example.com", is_staff=True)
                for operator in (ada(), newcomer):
                    resolve(attempt, outcome="returned", by=operator, reason="Statement 8", now=NOW + 4 * DAY)
            """)  # fmt: skip
        again = joey("restore", str(tmp_path / "backup"), "--replace", "--data", str(data), timeout=120)
        proof = joey("prove", "--data", str(data), timeout=120)

        assert again.returncode == 0, again.stdout + again.stderr
        assert proof.returncode == 0, proof.stderr
        with EmbeddedPostgres(data) as restored, psycopg.connect(restored.urls.app) as app:
            back = app.execute("SELECT count(*) FROM ledger_journal WHERE kind = 'payout.recovered'").fetchone()
        assert back == (1,), "what was found since the backup was lost"
    finally:
        for home in (data, *data.glob("before-*")):
            EmbeddedPostgres(home).remove()


def counted(postgres: EmbeddedPostgres) -> dict[str, int]:
    with psycopg.connect(postgres.urls.app) as app:
        return {what: row[0] for what, query in OPEN.items() for row in app.execute(query)}


def _overpay(bank: Bank) -> None:
    """Mei's payout under way: rejected and booked back, then paid after all. Its bank has one more thing to say."""
    attempt = PayoutAttempt.objects.get(state="accepted")
    for day, says in enumerate(("rejected", "settled"), start=1):
        bank.decide(attempt.rail_key, says)
        take_answers(now=NOW + day * DAY, all_files=True)
    for operator in (ada(), second_operator()):
        resolve(attempt, outcome="overpaid", borne_by="shop", by=operator, reason="Statement 7", now=NOW + 2 * DAY)
    bank.decide(attempt.rail_key, "rejected")
    take_answers(now=NOW + 3 * DAY, all_files=True)


def _set_aside() -> None:
    """A line that is too large to be booked, one that changed its currency, one with a refund in another."""
    taken(settled("3001"), settled("3002"), settled("3003"))
    earn_due(now=NOW)
    taken(*(refund("3001", case=case, back=TOO_MUCH) for case in "ab"))
    taken(settled("3002", days_ago=1, currency="USD"), refund("3003", currency="USD"))
    earn_due(now=NOW)


def _give_up() -> None:
    """A report that waits to be read, one that an operator gave up, one with a later report of its line."""
    for order in ("4001", "4002", "4003"):
        taken(UnreadableReport("order", order, NOW - DAY, {"n": order}, "n is new", external_line=f"{order}-1"))
    given_up = next(each for each in unread_reports() if each.external_order == "4002")
    dismiss_unreadable(given_up.report_id, by=ada(), reason="A test of theirs", now=NOW)
    taken(report("4003", reported_at=NOW))
    earn_due(now=NOW)
