"""Each rule about money is broken once, past the program and as the tables' owner, and `joey prove` notices.

A proof that never fails proves nothing. Every rule has its own break here; a new rule without one fails a test.
"""

from collections.abc import Iterator

import psycopg
import pytest
from pytest_django import Settings

from joey.commissions import prove as commissions
from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import place_hold as hold_commission
from joey.commissions.holds import release_hold as release_commission
from joey.commissions.models import Commission
from joey.insight.prove import all_checks
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.ledger import prove as ledger
from joey.payouts import prove as payouts
from joey.payouts.holds import place_hold, release_hold
from joey.payouts.models import PayoutAttempt
from joey.payouts.pause import end_pause, pause_payouts
from joey.payouts.prove_answers import ANSWERS
from joey.payouts.prove_files import FILES
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from tests.cast import NOW, lulus_shop, refund, report, settled
from tests.database import without_triggers
from tests.orders.polled import take_order_reports
from tests.payouts import breaks as payout_breaks
from tests.payouts.bank import Bank, running_bank
from tests.payouts.stage import approved, ready_shop
from tests.proof import prove

LULU = "(SELECT id FROM shops_shop WHERE slug = 'lulu')"
MADE_UP = "INSERT INTO ledger_journal (book_id, kind, reference, happened_at)"
BREAKS = {
    # ledger
    "1. Each book is zero in each currency": (
        "UPDATE ledger_account SET balance_minor = balance_minor + 1 WHERE kind = 'shop:available'"
    ),
    "2. Each account's balance and count are those of its postings": (
        "UPDATE ledger_account SET postings = postings + 1 WHERE kind = 'paid'"
    ),
    "2. Each balance is on its account's side; available is below zero only by a journal that may do that": (
        "UPDATE ledger_account SET balance_minor = -1 WHERE kind = 'shop:available' AND id NOT IN"
        " (SELECT debit_id FROM ledger_posting p JOIN ledger_journal j ON j.id = p.journal_id"
        " WHERE j.kind = 'commission.adjusted')"
    ),
    "4. Each journal has at least one posting": f"{MADE_UP} SELECT id, 'made up', '1', now() FROM shops_shop",
    "4. Each posting is one that its journal may make: in its book, in one currency, a pair of its kind": (
        "INSERT INTO ledger_posting (journal_id, book_id, debit_id, credit_id, currency, amount_minor)"
        " SELECT joey_row_id(), book_id, debit_id, credit_id, currency, 1 FROM ledger_posting LIMIT 1"
    ),
    "4. Each journal that no line or payout accounts for has the event that asked for it": (
        f"{MADE_UP} SELECT id, 'shop.written_off', '1', now() FROM shops_shop"
    ),
    "4. The database allows the pairs of the documentation and no others": "UPDATE ledger_pair SET overdraws = true",
    # commissions
    "12. Each attributed order line has one commission, its shop's, at its newest revision, or is in quarantine": (
        "UPDATE orders_orderline SET revision = revision - 1 WHERE external_order = '1001'"
    ),
    "12. No order line waits longer than an hour to be booked": (
        "WITH stuck AS (UPDATE commissions_earncursor SET revision = 0, caught_up_at = now() - interval '61 minutes'),"
        " early AS (UPDATE orders_report SET received_at = now() - interval '61 minutes')"
        " UPDATE orders_orderline SET first_seen_at = now() - interval '61 minutes' WHERE external_order = '1001'"
    ),
    "13. A commission's plan is the one in force at its moment": (
        "INSERT INTO commissions_planversion (shopkeeper_ppm, platform_ppm, waiting_days, from_at)"
        " VALUES (1000000, 0, 7, '2020-01-02')"
    ),
    "13. The moment that chose a commission's plan, and its rate, are what the first report of its line says": (
        "UPDATE commissions_commission SET plan_moment = plan_moment - interval '1 second'"
    ),
    "13. The rate that was shown at a commission's moment is that of the catalogue, as it was recorded": (
        "UPDATE record_event SET facts = facts || '{\"shown_rate_ppm\": 1}' WHERE kind = 'commission.earned'"
    ),
    "14. Net, split and penalty of each revision follow from what its line gave and its plan": (
        "WITH row AS (UPDATE commissions_commission SET amount_minor = base_minor, released_minor = base_minor,"
        " pending_minor = 0, held_minor = 0, platform_minor = 0, platform_released_minor = 0, rounding_minor = 0"
        " WHERE id = (SELECT commission_id FROM commissions_revision WHERE released_minor > 0 LIMIT 1)"
        " RETURNING id, revision)"
        " UPDATE commissions_revision r SET amount_minor = base_minor, released_minor = base_minor, platform_minor = 0,"
        " platform_released_minor = 0, rounding_minor = 0 FROM row"
        " WHERE (r.commission_id, r.number) = (row.id, row.revision)"
    ),
    "14. What each revision says that its line gave, and when, is what the newest report of then said": (
        "UPDATE commissions_revision SET settled_at = settled_at - interval '30 days' WHERE number = 1"
    ),
    "14. Each revision is held, or is not, as the newest report of then said": (
        "UPDATE commissions_revision SET line_held = 'frozen' WHERE number = 1"
    ),
    "14. A commission is its newest revision, and that is its line as it is; revisions run from 1": (
        "UPDATE orders_orderline SET commission_minor = commission_minor + 10000 WHERE external_order = '1001'"
    ),
    "14. What each change took back, in each currency, is what the refund reports of then said": (
        "UPDATE commissions_revision SET back_minor = back_minor + 1 WHERE number = 1"
    ),
    "14. Revisions follow each other in time; confirming, holding and releasing change nothing that a line said": (
        "UPDATE commissions_revision SET back_minor = back_minor + 1 WHERE because = 'commission.confirmed'"
    ),
    "33. No commission that is due waits longer than an hour to be available": (
        "WITH ready AS (UPDATE commissions_revision SET booked_at = booked_at - interval '61 minutes')"
        " UPDATE commissions_commission SET pending_minor = released_minor, released_minor = 0"
        " WHERE released_minor > 0"
    ),
    "15. The journals of each revision of a commission are what it moved, account by account": (
        "UPDATE commissions_revision SET pending_minor = pending_minor + 1"
    ),
    "12. Each line in quarantine was put there by its last event about that, for a reason that holds": (
        "INSERT INTO commissions_quarantinedline (line_id, marketplace, revision, reason, detail, since)"
        " SELECT id, marketplace, revision, 'amount_too_large', '', now() FROM orders_orderline LIMIT 1"
    ),
    "15. Each journal of a commission is one that its revision makes, booked with it": (
        "DELETE FROM commissions_revision WHERE number = 1"
    ),
    "16. A book's pending, platform, rounding and market accounts are its commissions and named entries": (
        "UPDATE ledger_account SET balance_minor = balance_minor + 1 WHERE kind = 'platform:revenue'"
    ),
    "15. What was taken in another currency is booked there, in its shop's book, by the plan of its line": (
        "UPDATE commissions_commission SET elsewhere = '{\"USD\": 200}'"
    ),
    "16. What commissions made available is available, on hold, in a payout or paid": (
        "UPDATE ledger_account SET balance_minor = balance_minor + 1 WHERE kind = 'paid'"
    ),
    "17. What was released was settled, due and not held when it was": (
        "UPDATE commissions_revision SET recorded_at = recorded_at - interval '30 days'"
        " WHERE because = 'commission.confirmed'"
    ),
    "17. What was released had its reports read up to its day": (
        "WITH cursor AS (INSERT INTO orders_synccursor (marketplace, account, question, read_until, trouble,"
        " asked_since) VALUES ('taobao', 'a', 'orders', '2020-01-02', '', '2020-01-01')) INSERT INTO orders_poll (id,"
        " marketplace, account, question, since, until, asked_at, reports, digest, recorded_at) VALUES (-1, 'taobao',"
        " 'a', 'orders', '2020-01-01', '2020-01-02', '2020-01-02', 0, sha256(''), '2020-01-02')"
    ),
    "18. The day a commission is payable follows from its reports and plan": (
        "UPDATE commissions_commission SET payable_on = payable_on - 30 WHERE state = 'earned'"
    ),
    "19. The open holds of a commission are its openings less its closings": (
        "UPDATE commissions_commission SET holds_of_all = 0 WHERE holds_of_all > 0"
    ),
    "19. Every hold that was placed or released has its event, which says the same": (
        "WITH gone AS (DELETE FROM commissions_hold WHERE opened_by <> 'report' RETURNING commission_id)"
        " UPDATE commissions_commission SET holds_of_all = 0 WHERE id IN (SELECT commission_id FROM gone)"
    ),
    "19. A line that its reports hold for an undecided cause has that hold while it gives something, and no other": (
        "UPDATE orders_orderline SET held = 'risk' WHERE external_order = '1001'"
    ),
    "19. What is booked of a line in quarantine is held, and of no other by quarantine": (
        "INSERT INTO commissions_quarantinedline (line_id, marketplace, revision, reason, detail, since)"
        " SELECT order_line_id, marketplace, line_revision, 'amount_too_large', '', now() FROM commissions_commission"
        " WHERE amount_minor > 0 LIMIT 1"
    ),
    "19. What is on hold in a book is the sum over its commissions": (
        "UPDATE commissions_commission SET held_minor = released_minor, released_minor = 0 WHERE released_minor > 0"
    ),
    "19. Each change of a line that a report held has the hold of then": (
        "UPDATE commissions_revision SET line_held = 'frozen' WHERE number = 1"
    ),
    "19. Each change has a cause for each class under which its reports held it, and for no other": (
        "UPDATE commissions_revision SET line_causes = '[\"frozen:1\"]' WHERE number = 1 AND line_held = ''"
    ),
    "19. What a hold asks for is on hold, as far as it is available, and no more": (
        "WITH quiet AS (UPDATE ledger_journal SET recorded_at = recorded_at - interval '61 minutes')"
        " UPDATE commissions_commission SET holds_of_all = 1 WHERE released_minor > 0"
    ),
    "33. No line is passed over: the booking is not ahead of what exists, nor of the clock": (
        "UPDATE commissions_earncursor SET revision = revision + 1000"
    ),
    "31. Each version of the plan is as it was published, by whom, and with its notice": (
        "UPDATE commissions_planversion SET shopkeeper_ppm = 1000000, platform_ppm = 0"
    ),
    **{
        f"Each text that {table}.reason_id refers to is the one that was kept, or was erased": (
            f"UPDATE {table} SET reason_id = gen_random_uuid() WHERE reason_id IS NOT NULL"
        )
        for table in ("commissions_hold", "commissions_holdclosing")
    },
    # payouts
    **payout_breaks.BREAKS,
}


@pytest.fixture
def bank(settings: Settings) -> Iterator[Bank]:
    with running_bank() as running:
        settings.JOEY_RAILS = running.settings
        yield running


def test_every_rule_about_money_has_its_break() -> None:
    rules = {check.rule for package in (ledger, commissions, payouts) for check in package.CHECKS}

    read_by_their_rail = {check.rule for check in (*FILES, *ANSWERS)}  # broken in tests/payouts/test_prove*.py
    assert rules - read_by_their_rail == BREAKS.keys()


def test_each_break_is_noticed(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    a_shop_with_everything(bank)
    prove()

    unnoticed = [rule for rule, broken in BREAKS.items() if not noticed(committed_db, rule, broken)]

    assert unnoticed == []
    prove()  # nothing of it stayed


def noticed(postgres: EmbeddedPostgres, rule: str, broken: str) -> bool:
    """Whether the rule's query names an offender while the break lasts; it is undone at once."""
    query = next(check.query for check in all_checks() if check.rule == rule)
    with psycopg.connect(postgres.urls.owner) as owner, owner.transaction(force_rollback=True):
        without_triggers(owner)
        changed = owner.execute(broken.encode()).rowcount
        assert changed > 0, f"nothing to break for: {rule}"
        return owner.execute(query.encode()).fetchone() is not None


def a_shop_with_everything(bank: Bank) -> None:
    """One payout paid, one with the bank, a commission pending, one partly returned."""
    lulus_shop()
    shop = ready_shop()
    approved(shop, 4_000, key="paid")
    send_due(now=NOW)
    bank.decide_all("settled")
    take_answers(now=NOW)
    rejected = approved(shop, 1_000, key="rejected")
    send_due(now=NOW)
    bank.decide(PayoutAttempt.objects.get(payout=rejected).rail_key, "rejected", reason_code="AC04")
    take_answers(now=NOW)
    release_hold(place_hold(shop, reason="Checking", now=NOW), now=NOW, reason="Looked into it")
    end_pause(pause_payouts(reason="Restored", now=NOW), reason="The statement agrees", now=NOW)
    approved(shop, 2_000, key="under-way")
    send_due(now=NOW)
    place_hold(shop, reason="Checking again", now=NOW)
    take_order_reports("taobao", [report("1001"), settled("1002"), refund("1002", back=100)], now=NOW)
    earn_due(now=NOW)
    held = Commission.objects.filter(state="earned").latest("id")
    release_commission(hold_commission(held, reason="Checking", now=NOW), reason="All is well", now=NOW)
    hold_commission(held, reason="Checking", now=NOW)
    confirm_due(now=NOW)
