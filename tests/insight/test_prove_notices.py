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
from joey.commissions.models import Commission
from joey.insight.prove import all_checks
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.ledger import prove as ledger
from joey.orders.take_order_reports import take_order_reports
from joey.payouts import prove as payouts
from joey.payouts.holds import place_hold, release_hold
from joey.payouts.models import PayoutAttempt
from joey.payouts.pause import end_pause, pause_payouts
from joey.payouts.prove_files import FILES
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from tests.cast import NOW, lulus_shop, refund, report, settled
from tests.database import without_triggers
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
    "4. The database allows the pairs of the documentation and no others": "UPDATE ledger_pair SET overdraws = true",
    # commissions
    "Each attributed order line up to the cursor has a commission that answers to its newest revision": (
        "UPDATE orders_orderline SET revision = revision - 1 WHERE external_order = '1001'"
    ),
    "No order line waits longer than an hour to be booked": (
        "WITH stuck AS (UPDATE commissions_earncursor SET revision = 0)"
        " UPDATE orders_orderline SET first_seen_at = now() - interval '61 minutes' WHERE external_order = '1001'"
    ),
    "A commission belongs to the shop of its order line": f"UPDATE commissions_commission SET shop_id = {LULU}",
    "A commission's base is what the marketplace owes for its line, and nothing for a closed one": (
        "UPDATE commissions_commission SET base_minor = base_minor + 1, amount_minor = amount_minor + 1"
    ),
    "Pending in the ledger is the sum of earned commissions, shop by shop": (
        "UPDATE commissions_commission SET state = 'confirmed' WHERE state = 'earned'"
    ),
    "What marketplaces owe in the ledger is the sum of all bases, shop by shop and marketplace by marketplace": (
        "UPDATE commissions_commission SET settled = NOT settled"
    ),
    "What shops can have, with the bank, or were paid, is the sum of confirmed commissions": (
        "UPDATE commissions_commission SET state = 'earned' WHERE state = 'confirmed'"
    ),
    # payouts
    **payout_breaks.BREAKS,
    "Each text that commissions_commissionhold.reason_id refers to is the one that was kept, or was erased": (
        "UPDATE commissions_commissionhold SET reason_id = gen_random_uuid() WHERE reason_id IS NOT NULL"
    ),
}


@pytest.fixture
def bank(settings: Settings) -> Iterator[Bank]:
    with running_bank() as running:
        settings.JOEY_RAILS = running.settings
        yield running


def test_every_rule_about_money_has_its_break() -> None:
    rules = {check.rule for room in (ledger, commissions, payouts) for check in room.CHECKS}

    assert rules - {check.rule for check in FILES} == BREAKS.keys()  # tests/payouts/test_prove.py breaks a file


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
    release_hold(place_hold(shop, reason="Checking", now=NOW), now=NOW)
    end_pause(pause_payouts(reason="Restored", now=NOW), now=NOW)
    approved(shop, 2_000, key="under way")
    send_due(now=NOW)
    place_hold(shop, reason="Checking again", now=NOW)
    take_order_reports("taobao", [report("1001"), settled("1002"), refund("1002", back=100)], now=NOW)
    earn_due(now=NOW)
    hold_commission(Commission.objects.filter(state="earned").latest("id"), reason="Checking", now=NOW)
    confirm_due(now=NOW)
