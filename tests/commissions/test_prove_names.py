"""Corruptions of commissions that one rule alone can see: no other names them by accident."""

from datetime import UTC, datetime

from joey.insight.prove import all_checks
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from tests.cast import DAY, NOW, leased, meis_shop, refund, report, settled
from tests.commissions.stage import take_in
from tests.mutations.corruption import REBALANCE, accounts, confirmed, next_revision, rolled_back, shop


def test_prove_names_a_refund_that_a_revision_in_the_middle_does_not_know(committed_db: EmbeddedPostgres) -> None:
    """The second revision repeats the first, and the third takes all of it back; each came an hour after another."""
    leased(meis_shop())
    take_in(settled(days_ago=3))
    take_in(refund(case="1", back=100))
    take_in(refund(case="2", back=50))

    with rolled_back(owner=True):
        changed(
            "UPDATE orders_report SET received_at = received_at - CASE WHEN kind = 'order' THEN interval '4 hours'"
            " WHEN case_id = '1' THEN interval '2 hours' ELSE interval '0' END",
            "UPDATE orders_orderline SET first_seen_at = first_seen_at - interval '4 hours'",
            "UPDATE commissions_revision SET booked_at = booked_at - CASE number WHEN 1 THEN interval '3 hours'"
            " WHEN 2 THEN interval '1 hour' ELSE interval '0' END",
            BOOKED_WITH_ITS_REVISION,
        )
        assert broken() == set()
        changed(
            "UPDATE commissions_revision r SET back_minor = f.back_minor, base_minor = f.base_minor,"
            " amount_minor = f.amount_minor, pending_minor = f.pending_minor, platform_minor = f.platform_minor,"
            " rounding_minor = f.rounding_minor, because = 'noted' FROM commissions_revision f"
            " WHERE f.number = 1 AND r.number = 2",
            "UPDATE ledger_posting p SET amount_minor = p.amount_minor + o.amount_minor"
            f" FROM ledger_posting o, {JOURNAL} j, {JOURNAL} k WHERE j.id = p.journal_id AND j.number = '3'"
            " AND k.id = o.journal_id AND k.number = '2' AND (o.debit_id, o.credit_id) = (p.debit_id, p.credit_id)",
            f"DELETE FROM ledger_posting p USING {JOURNAL} j WHERE j.id = p.journal_id AND j.number = '2'",
            f"DELETE FROM ledger_journal WHERE id IN (SELECT id FROM {JOURNAL} j WHERE number = '2')",
            REBALANCE,
        )
        found = broken()

    assert found == {"14. What each change took back, in each currency, is what the refund reports of then said"}


def test_prove_names_a_revision_that_goes_back_to_an_older_report(committed_db: EmbeddedPostgres) -> None:
    """A third change says what the first report did, and a fourth what the second does."""
    leased(meis_shop())
    take_in(report())
    take_in(report(state="received", reported_at=NOW - 9 * DAY))

    with rolled_back(owner=True):
        changed(
            "UPDATE orders_report SET received_at = received_at - interval '2 hours'",
            "UPDATE orders_orderline SET first_seen_at = first_seen_at - interval '2 hours'",
            "UPDATE commissions_revision SET booked_at = booked_at - interval '2 hours'",
            BOOKED_WITH_ITS_REVISION,
        )
        assert broken() == set()
        changed(
            next_revision(ORDER, because="'noted'", line_state="'paid'", changed_at="changed_at - interval '1 day'"),
            next_revision(
                ORDER, because="'noted'", line_state="'received'", changed_at="changed_at + interval '1 day'"
            ),
            "UPDATE commissions_commission SET revision = 4",
        )
        found = broken()

    assert found == {"14. What each revision says that its line gave, and when, is what the newest report of then said"}


def test_prove_names_a_revision_that_hides_what_held_its_line(committed_db: EmbeddedPostgres) -> None:
    """The next report holds it no longer."""
    leased(meis_shop())
    take_in(settled(held="frozen"))
    take_in(settled(reported_at=NOW - DAY))

    with rolled_back(owner=True):
        assert broken() == set()
        changed("UPDATE commissions_revision SET line_held = '' WHERE number = 1")
        found = broken()

    assert found == {
        "14. Each revision is held, or is not, as the newest report of then said",
        "19. Each change has a cause for each class under which its reports held it, and for no other",
    }


def test_prove_names_what_a_run_of_the_days_to_come_made_available(committed_db: EmbeddedPostgres) -> None:
    """Its week has just begun, by the clock of the database; the run says that it is over."""
    leased(meis_shop())
    at = datetime.now(UTC)
    take_in(settled(reported_at=at, settled_at=at), now=at)

    with rolled_back(owner=False):
        assert broken() == set()
        sql.execute(accounts(shop("mei"), "shop:available", "platform:revenue"))
        changed(
            *confirmed(ORDER, recorded_at="now() + interval '30 days'"),
            "UPDATE commissions_commission SET confirmed_at = now() + interval '30 days'",
        )
        found = broken()

    assert found == {"17. What was released was settled, due and not held when it was"}


def test_prove_names_a_due_commission_that_is_not_made_available(committed_db: EmbeddedPostgres) -> None:
    leased(meis_shop())
    take_in(settled())

    with rolled_back(owner=True):
        changed(
            "UPDATE orders_report SET received_at = received_at - interval '2 hours'",
            "UPDATE orders_orderline SET first_seen_at = first_seen_at - interval '2 hours'",
        )
        assert broken() == set()
        changed(
            "UPDATE commissions_revision SET booked_at = booked_at - interval '61 minutes'", BOOKED_WITH_ITS_REVISION
        )
        found = broken()
        changed(
            "UPDATE orders_poll SET recorded_at = recorded_at - interval '61 minutes'",
            "INSERT INTO orders_synccursor (marketplace, account, question, read_until, trouble)"
            " SELECT marketplace, account, question, until, '' FROM orders_poll",
        )
        assert broken() == found
        changed("UPDATE orders_synccursor SET gap_since = read_until - interval '99 days'")
        assert broken() == set(), "nothing after the gap's beginning counts as read"
        changed("UPDATE orders_synccursor SET gap_ended_at = now() - interval '59 minutes'")
        assert broken() == set()
        changed("UPDATE orders_synccursor SET gap_ended_at = now() - interval '61 minutes'")
        assert broken() == found

    assert found == {"33. No commission that is due waits longer than an hour to be available"}


ORDER = report().external_order
BOOKED_WITH_ITS_REVISION = (
    "UPDATE ledger_journal j SET recorded_at = r.booked_at FROM commissions_revision r"
    " WHERE j.reference = r.commission_id || ':' || r.number"
)
JOURNAL = "(SELECT id, split_part(reference, ':', 2) AS number FROM ledger_journal)"


def changed(*statements: str) -> None:
    for statement in statements:
        assert sql.execute(statement) > 0, statement


def broken() -> set[str]:
    return {check.rule for check in all_checks() if check.first_offender()}
