"""What was learned about payouts since the backup is known after the restore, whatever else is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.payouts.decide import approve
from joey.payouts.holds import open_holds, place_hold, release_hold
from joey.payouts.models import PayoutAttempt, PayoutFile, PayoutSubmission
from joey.payouts.pay_due import pay_due
from joey.payouts.prepare_files import prepare_files
from joey.payouts.rails.registry import rail_manifests
from joey.payouts.recover_payouts import RecoveredPayouts, recover_payouts
from joey.payouts.resolve import resolve
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from joey.payouts.withdraw import withdraw_file
from joey.people.models import Person
from joey.record.queries import events_of
from tests import database
from tests.cast import DAY, NOW, ada
from tests.payouts.bank import Bank
from tests.payouts.stage import approved, cny, held, lulus_ready_shop, money, ready_shop, requested, second_operator
from tests.proof import prove

MINUTE = timedelta(minutes=1)


@contextmanager
def since_the_backup(postgres: EmbeddedPostgres) -> Iterator[list[RecoveredPayouts]]:
    """What the block does is not in the backup, which is restored after it; what the restore recovered."""
    recovered: list[RecoveredPayouts] = []
    try:
        database.keep_as(postgres, "backup")
        yield recovered
        database.keep_as(postgres, "before")
        database.bring_back(postgres, "backup")
        with psycopg.connect(postgres.urls.owner, options="-c search_path=before,public") as before:
            recovered.append(recover_payouts(before, now=NOW + 9 * DAY))
    finally:
        with psycopg.connect(postgres.urls.owner) as owner:
            owner.execute("DROP SCHEMA IF EXISTS backup, before CASCADE")


def hear(bank: Bank, state: str, *, day: int) -> None:
    bank.decide_all(state)
    take_answers(now=NOW + day * DAY, all_files=True)


# ── Nothing is sent again ─────────────────────────────────────────────────────────────────────────────────


def test_a_file_that_the_bank_named_since_the_backup_is_not_sent_again(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    shop = ready_shop()
    approved(shop)
    bank.faults = ["silent"]
    send_due(now=NOW)

    with since_the_backup(committed_db):
        bank.faults = ["cut"]  # it cannot be read, and names the file
        take_answers(now=NOW)
    bank.files.clear()
    for minute in (1, 2):
        pay_due(now=NOW + minute * MINUTE, ask_all=True)

    assert len(bank.received) == 1
    assert PayoutAttempt.objects.get().state == "unknown"
    assert held(shop.pk) == money(in_transit=10_000)
    prove()


def test_a_file_that_was_sent_again_since_the_backup_is_known_to_be(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    approved(ready_shop())
    bank.faults = ["500"]
    send_due(now=NOW)
    take_answers(now=NOW)  # the bank does not know it

    with since_the_backup(committed_db) as recovered:
        bank.faults = ["silent"]
        send_due(now=NOW + MINUTE)

    assert len(bank.received) == PayoutSubmission.objects.count() == 2
    assert [each.payouts for each in recovered] == [0]  # it had left before
    pay_due(now=NOW + 2 * MINUTE, ask_all=True)
    assert len(bank.received) == 2
    prove()


# ── What people decided ───────────────────────────────────────────────────────────────────────────────────


def test_a_hold_that_was_released_since_the_backup_stays_released(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    approved(ready_shop())
    send_due(now=NOW)
    hear(bank, "settled", day=1)
    hear(bank, "returned", day=2)

    with since_the_backup(committed_db):
        release_hold(open_holds().get(), by=ada(), reason="A typing error", now=NOW + 3 * DAY)

    assert not open_holds().exists()
    prove()


def test_what_an_operator_held_or_released_since_the_backup_stays_so(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    payout, of_lulu = approved(ready_shop()), approved(lulus_ready_shop(), 4_000)
    released = place_hold(of_lulu.shop, reason="Is it really hers?", now=NOW)
    prepare_files(rail_manifests()["bank"], now=NOW)

    with since_the_backup(committed_db):
        place_hold(payout.shop, payout=payout, by=ada(), reason="The account is another's", now=NOW)
        release_hold(released, by=ada(), reason="It is hers", now=NOW)
    pay_due(now=NOW + MINUTE, ask_all=True)

    assert [(hold.payout_id, hold.placed_by_id) for hold in open_holds()] == [(payout.id, ada().id)]
    payout.refresh_from_db()
    of_lulu.refresh_from_db()
    assert (payout.state, of_lulu.state, len(bank.received)) == ("approved", "sent", 1)
    prove()


@pytest.mark.parametrize("agrees", ["the newcomer", "the other"])
def test_what_an_operator_added_since_the_backup_found_is_booked(
    committed_db: EmbeddedPostgres, bank: Bank, agrees: str
) -> None:
    shop = ready_shop()
    approved(shop)
    send_due(now=NOW)
    hear(bank, "rejected", day=1)
    hear(bank, "settled", day=2)
    attempt = PayoutAttempt.objects.get()

    with since_the_backup(committed_db):
        operators = [ada(), second_operator()]
        for operator in operators if agrees == "the newcomer" else operators[::-1]:
            resolve(attempt, outcome="overpaid", by=operator, reason="Statement 7", now=NOW + 3 * DAY)

    assert held(shop.pk) == money(paid=10_000)
    assert not open_holds().exists()
    assert not Person.objects.get(email="bo@example.com").is_staff  # the restored books do not let them in
    prove()


def test_a_payout_that_an_operator_added_since_the_backup_approved_has_its_approval(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    shop = ready_shop(200_000)

    with since_the_backup(committed_db) as recovered:
        approve(requested(shop, 200_000), by=second_operator(), now=NOW)
        send_due(now=NOW)

    assert [each.amounts for each in recovered] == [(cny(200_000),)]
    assert held(shop.pk) == money(in_transit=200_000)
    prove()


# ── What the restore says ─────────────────────────────────────────────────────────────────────────────────


def test_only_payouts_that_left_since_the_backup_count_as_sent_since(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    shop = ready_shop()
    approved(shop, 6_000)
    send_due(now=NOW)
    hear(bank, "settled", day=1)

    with since_the_backup(committed_db) as recovered:
        approved(shop, 4_000, "key-2")
        send_due(now=NOW + DAY)
        bank.decide(PayoutAttempt.objects.get(payout__amount_minor=6_000).rail_key, "rejected")
        take_answers(now=NOW + 2 * DAY, all_files=True)

    assert [(each.payouts, each.amounts) for each in recovered] == [(1, (cny(4_000),))]
    assert [hold.cause for hold in open_holds()] == ["contradiction"]
    assert held(shop.pk) == money(in_transit=4_000, paid=6_000)
    prove()


def test_a_payout_whose_first_file_was_withdrawn_is_not_recorded_again_at_each_restore(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    payout = approved(ready_shop())
    prepare_files(rail_manifests()["bank"], now=NOW)
    withdraw_file(PayoutFile.objects.get(), by=ada(), reason="We changed banks", now=NOW)
    send_due(now=NOW)

    with since_the_backup(committed_db) as recovered:
        pass

    assert PayoutAttempt.objects.filter(payout=payout).count() == 2
    assert [each.payouts for each in recovered] == [0]
    assert "payout.carried_over" not in {event.kind for event in events_of([f"payout:{payout.id}"])}
