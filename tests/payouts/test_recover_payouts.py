"""What was learned about payouts since the backup is known after the restore, whatever else is lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import LiteralString
from uuid import UUID

import click
import psycopg
import pytest
from click.testing import CliRunner
from django.utils.translation import override

from joey.cli.payouts.pause import resume as resume_command
from joey.cli.payouts.transfers import resolve as resolve_command
from joey.cli.payouts.transfers import transfers
from joey.insight.erase_subject import erase_subject
from joey.instance.backup.try_backup import prove as prove_restored
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.refusals import Invalid
from joey.ledger.models import Journal
from joey.payouts.approve_small import approve_small
from joey.payouts.decide import approve, refuse
from joey.payouts.holds import HoldAsksQuestion, open_holds, place_hold, release_hold
from joey.payouts.left_out import left_out_by_key, left_out_payouts
from joey.payouts.limits import LimitAmounts, publish_limits
from joey.payouts.models import PayoutAnswer, PayoutAttempt, PayoutDecision, PayoutFile, PayoutSubmission
from joey.payouts.pause import PauseAsksQuestion, end_pause, open_pauses, pause_payouts
from joey.payouts.pay_due import pay_due
from joey.payouts.prepare_files import prepare_files
from joey.payouts.queries import payout_of
from joey.payouts.rails.registry import rail_manifests
from joey.payouts.recover_payouts import RecoveredPayouts, recover_payouts
from joey.payouts.request_payout import InsufficientBalance, PayoutsHeld
from joey.payouts.resolve import AnotherOperatorNeeded, NothingToResolve, resolve
from joey.payouts.resolve_left_out import resolve_left_out
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from joey.payouts.waiting_lists import holds_in_force
from joey.payouts.withdraw import withdraw_file
from joey.people.models import Person
from joey.record.erasable import erased_count, text_of
from joey.record.kept_texts import kept_text
from joey.record.queries import events_of
from joey.shops.models import Shop
from tests import database
from tests.cast import DAY, NOW, ada
from tests.payouts.bank import Bank
from tests.payouts.stage import (
    approved,
    cny,
    earn,
    held,
    lulus_ready_shop,
    money,
    ready_shop,
    requested,
    second_operator,
)
from tests.payouts.test_strangers import STRANGER, WHO
from tests.places import places_of
from tests.proof import prove
from tests.slow import slow

MINUTE = timedelta(minutes=1)


@contextmanager
def since_the_backup(
    postgres: EmbeddedPostgres,
    damage: LiteralString = "",
    *,
    twice: bool = False,
    meanwhile: Callable[[], object] = lambda: None,
) -> Iterator[list[RecoveredPayouts]]:
    """What the block does is not in the backup, which is restored after it; what the restore recovered.

    `damage` is done to the replaced database first. A second run has to find nothing that the first left to do.
    `twice`: the backup is restored once more, in place of what was restored and what happened `meanwhile`.
    """
    recovered: list[RecoveredPayouts] = []
    try:
        database.keep_as(postgres, "backup")
        yield recovered
        database.keep_as(postgres, "before")
        database.bring_back(postgres, "backup")
        with psycopg.connect(postgres.urls.owner, options="-c search_path=before,public") as before:
            before.execute(damage)
            recovered.append(recover_payouts(before, now=NOW + 9 * DAY))
            journals = Journal.objects.count()
            again = recover_payouts(before, now=NOW + 9 * DAY)
            assert again.payouts == 0
            assert again.left_out == tuple(each for each in recovered[0].left_out if not each.is_refused)
            assert Journal.objects.count() == journals
        if twice:
            meanwhile()
            database.keep_as(postgres, "restored")
            database.bring_back(postgres, "backup")
            with psycopg.connect(postgres.urls.owner, options="-c search_path=restored,public") as before:
                recover_payouts(before, now=NOW + 9 * DAY)
    finally:
        with psycopg.connect(postgres.urls.owner) as owner:
            owner.execute("DROP SCHEMA IF EXISTS backup, before, restored CASCADE")


def lulus_left_out(postgres: EmbeddedPostgres) -> Shop:
    """Lulu's shop, whose payout of 40.00 a restore left out."""
    lulu = lulus_ready_shop(4_000)
    with since_the_backup(postgres, LULUS_LOST):
        approved(lulu, 4_000)
        send_due(now=NOW)
    return lulu


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


def test_what_the_bank_called_a_transfer_since_the_backup_comes_with_its_answer(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    payout = approved(ready_shop())
    send_due(now=NOW)

    with since_the_backup(committed_db):
        bank.extra = [STRANGER | {"end_to_end_id": WHO}]
        hear(bank, "settled", day=1)

    answer = PayoutAnswer.objects.get(outcome="not_ours")
    assert answer.words_id is not None
    assert text_of(answer.words_id) == WHO
    prove()
    erase_subject(f"payout:{payout.pk}", reason="It was asked for", now=NOW + 9 * DAY)
    assert places_of(WHO) == []
    prove()


@pytest.mark.parametrize("prepared", [slow("before the backup"), "since"])
def test_a_file_that_was_withdrawn_since_the_backup_is_so_with_all_its_transfers(
    committed_db: EmbeddedPostgres, bank: Bank, prepared: str
) -> None:
    payout, of_lulu = approved(ready_shop()), approved(lulus_ready_shop(), 4_000)
    if prepared != "since":
        prepare_files(rail_manifests()["bank"], now=NOW)  # both in one file

    with since_the_backup(committed_db, twice=True) as recovered:
        prepare_files(rail_manifests()["bank"], now=NOW)
        place_hold(of_lulu.shop, reason="Is it really hers?", by=ada(), now=NOW)  # the file is withdrawn
        send_due(now=NOW)  # Mei's in another
        hear(bank, "settled", day=1)

    assert [(each.payouts, each.left_out) for each in recovered] == [(1, ())]
    of_lulu.refresh_from_db()
    assert (of_lulu.state, held(payout.shop_id)) == ("approved", money(paid=10_000))
    assert not PayoutAttempt.objects.filter(state="prepared").exists()
    prove()
    release_hold(open_holds().get(), reason="It is hers", now=NOW + 10 * DAY)
    pay_due(now=NOW + 10 * DAY)
    assert len(bank.instructions()) == len(bank.received) == 2
    prove()


# ── Money that the restored books do not have ──────────────────────────────────────────────────────────────


def test_a_payout_of_money_that_became_available_since_the_backup_is_not_paid_twice(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    shop, lulu = ready_shop(10_000), lulus_ready_shop(4_000)

    with since_the_backup(committed_db, twice=True) as recovered:
        earn(5_000, "4294159887444064555")
        approved(shop, 15_000), approved(lulu, 4_000)
        send_due(now=NOW)
        bank.decide(PayoutAttempt.objects.get(payout__shop=shop).rail_key, "settled")
        bank.decide(PayoutAttempt.objects.get(payout__shop=lulu).rail_key, "dancing")
        take_answers(now=NOW + DAY, all_files=True)
        resolve(PayoutAttempt.objects.get(payout__shop=lulu), outcome="settled", by=ada(), reason="Seen", now=NOW + DAY)

    assert [(each.payouts, each.amounts) for each in recovered] == [(2, (cny(19_000),))]
    assert held(shop.pk) == money(available=-5_000, paid=15_000)
    assert held(lulu.pk) == money(in_transit=4_000)
    assert [(hold.cause, hold.shop_id) for hold in open_holds()] == [("unknown", lulu.pk)]
    assert PayoutDecision.objects.count() == 1
    prove()

    earn(5_000, "4294159887444064555")  # as it is reported, settled and confirmed once more
    assert held(shop.pk) == money(paid=15_000)
    with pytest.raises(InsufficientBalance):
        requested(shop, 5_000, "key-2")
    hear(bank, "settled", day=10)
    assert held(lulu.pk) == money(paid=4_000)
    prove()


def test_a_shop_that_was_opened_since_the_backup_comes_with_the_payout_that_left_for_it(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    shop = ready_shop(10_000)

    with since_the_backup(committed_db) as recovered:
        approved(shop), approved(lulus_ready_shop(4_000), 4_000)
        send_due(now=NOW)  # both in one file
        hear(bank, "settled", day=1)

    assert [(each.payouts, each.left_out) for each in recovered] == [(2, ())]
    lulu = Shop.objects.get(slug="lulu")
    assert (lulu.owner.email, held(lulu.pk)) == ("lulu@example.com", money(available=-4_000, paid=4_000))
    prove()


def test_a_payout_that_cannot_be_taken_over_stops_no_other_and_holds_its_shop(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    shop, lulu = ready_shop(10_000), lulus_ready_shop(4_000)

    with since_the_backup(committed_db, LULUS_LOST, twice=True) as recovered:
        approved(lulu, 4_000), approved(shop)
        send_due(now=NOW)  # both in one file
        hear(bank, "settled", day=1)
        place_hold(shop, reason="A second look", by=ada(), now=NOW + DAY)

    [left_out] = recovered[0].left_out
    assert (recovered[0].payouts, left_out.shop, left_out.amount) == (1, "lulu", cny(4_000))
    assert (held(shop.pk), held(lulu.pk)) == (money(paid=10_000), money(available=4_000))
    assert [left_out.transfer in hold.reason for hold in holds_in_force() if hold.shop_slug == "lulu"] == [True]
    assert {hold.shop_slug for hold in holds_in_force()} == {"lulu", "mei"}
    with pytest.raises(PayoutsHeld):
        requested(lulu, 4_000, "key-2")
    hear(bank, "settled", day=10)
    prove()


@pytest.mark.parametrize("at_the_backup", [slow("requested"), slow("prepared"), "submitted"])
def test_a_payout_of_the_backup_that_cannot_be_taken_over_is_unknown_until_it_is_resolved(
    committed_db: EmbeddedPostgres, bank: Bank, at_the_backup: str
) -> None:
    shop, of_lulu = ready_shop(), requested(lulus_ready_shop(), 4_000)
    approved(shop)
    operators = [ada(), second_operator()]
    if at_the_backup != "requested":
        approve(of_lulu, by=ada(), now=NOW)
        prepare_files(rail_manifests()["bank"], now=NOW)  # both in one file
    if at_the_backup == "submitted":
        send_due(now=NOW)

    with since_the_backup(committed_db, LULUS_LOST, twice=True) as recovered:
        if at_the_backup == "requested":
            approve(of_lulu, by=ada(), now=NOW)
        send_due(now=NOW)
        hear(bank, "settled", day=1)

    left_at_the_backup = at_the_backup == "submitted"
    assert [(each.payouts, len(each.left_out)) for each in recovered] == [(0 if left_at_the_backup else 1, 1)]
    assert (held(shop.pk), held(of_lulu.shop_id)) == (money(paid=10_000), money(in_transit=4_000))
    prove()
    send_due(now=NOW + 10 * DAY)
    assert len(bank.received) == 1
    attempt = PayoutAttempt.objects.get(payout=of_lulu)
    for operator in operators:
        resolve(attempt, outcome="settled", by=operator, reason="Statement 7", now=NOW + 10 * DAY)
    assert held(of_lulu.shop_id) == money(paid=4_000)
    assert not open_holds().exists()
    prove()


@pytest.mark.long
def test_a_payout_that_needed_two_operators_beside_one_that_was_left_out_had_them(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    shop = ready_shop(1_200_000)
    damage: LiteralString = "UPDATE before.payouts_payout SET details_sha256 = NULL WHERE amount_minor = 600001"
    with since_the_backup(committed_db, damage):
        approve(requested(shop, 600_001, "first"), by=ada(), now=NOW)
        send_due(now=NOW)
        hear(bank, "settled", day=0)
        second = requested(shop, 500_000, "second")
        for operator in (ada(), second_operator()):
            approve(second, by=operator, now=NOW)
        send_due(now=NOW)
        hear(bank, "settled", day=0)

    assert payout_of(shop, second.id).state == "paid"
    prove()


@pytest.mark.parametrize("at_the_backup", ["nothing", slow("requested"), slow("prepared"), slow("submitted")])
def test_a_file_that_holds_a_payout_that_was_left_out_never_goes_again(
    committed_db: EmbeddedPostgres, bank: Bank, at_the_backup: str
) -> None:
    shop, lulu = ready_shop(), lulus_ready_shop()
    operators = [ada(), second_operator()]
    of_mei = approved(shop)
    of_lulu = None if at_the_backup == "nothing" else requested(lulu, 4_000)
    if of_lulu and at_the_backup != "requested":
        approve(of_lulu, by=ada(), now=NOW)
        prepare_files(rail_manifests()["bank"], now=NOW)  # both in one file
    bank.faults = ["500"]  # it takes nothing
    if at_the_backup == "submitted":
        send_due(now=NOW)
    with since_the_backup(committed_db, LULUS_LOST):
        of_lulu = of_lulu or requested(lulu, 4_000)
        if at_the_backup in ("nothing", "requested"):
            approve(of_lulu, by=ada(), now=NOW)
        send_due(now=NOW)
        take_answers(now=NOW)  # the bank never had it
    later = NOW + 9 * DAY

    pay_due(now=later, ask_all=True)

    assert len(bank.received) == 1  # the one that failed
    assert PayoutAttempt.objects.get(payout=of_mei).state == "unknown"
    prove()
    left_out = left_out_by_key(of_lulu.id.hex.upper())
    for operator in operators:  # the bank knows neither
        resolve(PayoutAttempt.objects.get(payout=of_mei), outcome="rejected", by=operator, reason="Asked", now=later)
        if left_out:
            resolve_left_out(left_out, outcome="rejected", by=operator, reason="Asked", now=later)
        else:
            attempt = PayoutAttempt.objects.get(payout=of_lulu)
            resolve(attempt, outcome="rejected", by=operator, reason="Asked", now=later)
    assert (held(shop.pk), held(lulu.pk)) == (money(available=10_000), money(available=4_000))
    approve(requested(lulu, 4_000, "again"), by=ada(), now=later)
    pay_due(now=later, ask_all=True)
    assert list(bank.instructions().values()) == ["40.00"]
    prove()


@pytest.mark.long
def test_a_payout_of_which_not_even_the_file_can_be_taken_over_is_not_sent_again(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    payout = approved(ready_shop())

    with since_the_backup(committed_db, "UPDATE before.payouts_payoutfile SET content_sha256 = NULL"):
        send_due(now=NOW)
    with pytest.raises(HoldAsksQuestion):
        release_hold(open_holds().get(), by=ada(), reason="We asked the bank", now=NOW + 10 * DAY)
    Shop.objects.update(closed_at=NOW)  # nor is what may have left released
    pay_due(now=NOW + 10 * DAY)

    payout.refresh_from_db()
    assert (payout.state, len(bank.received)) == ("approved", 1)
    prove()
    assert found_by(payout.id, second_operator(), "rejected") is False
    assert found_by(payout.id, ada(), "rejected") is True
    payout.refresh_from_db()
    assert (payout.state, held(payout.shop_id)) == ("refused", money(available=10_000))
    assert not open_holds().exists()
    prove()


def test_where_not_even_the_shop_can_be_taken_over_all_payouts_are_paused_for_that(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    ready_shop(10_000)

    damage: LiteralString = "UPDATE before.people_person SET email = 'mei@example.com'"
    with since_the_backup(committed_db, damage, twice=True) as recovered:
        approved(lulus_ready_shop(4_000), 4_000)
        send_due(now=NOW)

    [left_out] = recovered[0].left_out
    assert [left_out.transfer in kept_text(pause, "reason") for pause in open_pauses()] == [True]
    with override("zh-hans"):
        assert kept_text(open_pauses()[0], "reason").startswith("恢复备份时没能接管：转账 ")
    with override("en"):
        assert " over CN¥40.00, shop " in kept_text(open_pauses()[0], "reason")
    prove()


@pytest.mark.parametrize("outcome", ["settled", slow("rejected")])
def test_a_pause_for_what_was_left_out_ends_once_two_operators_agree_and_a_further_restore_places_no_other(
    committed_db: EmbeddedPostgres, bank: Bank, outcome: str
) -> None:
    ready_shop(10_000)
    operators = [ada(), second_operator()]

    def agree() -> None:
        [left_out] = left_out_payouts()
        with pytest.raises(PauseAsksQuestion):
            end_pause(open_pauses()[0], reason="The bank says so", by=ada(), now=NOW + 9 * DAY)
        said = run(resume_command, "The bank says so", "--by", "ada@example.com")
        assert "`joey payouts resolve` by two operators ends that pause." in said
        assert [found_by(left_out.payout_id, operator, outcome) for operator in operators] == [False, True]
        assert open_pauses() == []
        prove()

    damage: LiteralString = "UPDATE before.people_person SET email = 'mei@example.com'"
    with since_the_backup(committed_db, damage, twice=True, meanwhile=agree) as recovered:
        approved(lulus_ready_shop(4_000), 4_000)
        send_due(now=NOW)

    assert len(recovered[0].left_out) == 1
    assert open_pauses() == []
    assert not left_out_payouts()[0].is_open
    prove()


LULUS_LOST: LiteralString = "UPDATE before.payouts_payout SET details_sha256 = NULL WHERE amount_minor = 4000"


@pytest.mark.parametrize("outcome", ["settled", slow("rejected")])
def test_what_was_left_out_holds_its_shop_until_two_operators_found_what_became_of_it(
    committed_db: EmbeddedPostgres, bank: Bank, outcome: str
) -> None:
    lulu = lulus_ready_shop(4_000)
    operators = [ada(), second_operator()]

    with since_the_backup(committed_db, LULUS_LOST) as recovered:
        approved(lulu, 4_000)
        send_due(now=NOW)
    [left_out] = recovered[0].left_out
    payout = UUID(left_out.transfer)
    with pytest.raises(HoldAsksQuestion):
        release_hold(open_holds().get(), by=ada(), reason="It will be fine", now=NOW + 9 * DAY)
    with pytest.raises(Invalid):
        found_by(payout, operators[0], "overpaid")

    assert found_by(payout, operators[0], "rejected" if outcome == "settled" else "settled") is False
    assert found_by(payout, operators[0], outcome) is False  # they changed their mind
    with pytest.raises(AnotherOperatorNeeded):
        found_by(payout, operators[0], outcome)
    assert (held(lulu.pk), open_holds().count()) == (money(available=4_000), 1)
    prove()
    assert found_by(payout, operators[1], outcome) is True

    assert held(lulu.pk) == money(paid=4_000) if outcome == "settled" else money(available=4_000)
    assert not open_holds().exists()
    with pytest.raises(NothingToResolve):
        found_by(payout, operators[1], outcome)
    prove()


@pytest.mark.parametrize("found", [slow(1), 2])
def test_what_operators_found_about_what_was_left_out_outlives_a_further_restore(
    committed_db: EmbeddedPostgres, bank: Bank, found: int
) -> None:
    lulu = lulus_ready_shop(4_000)
    operators = [ada(), second_operator()]

    def find() -> None:
        for operator in operators[:found]:
            found_by(left_out_payouts()[0].payout_id, operator, "settled")

    with since_the_backup(committed_db, LULUS_LOST, twice=True, meanwhile=find):
        approved(lulu, 4_000)
        send_due(now=NOW)

    assert open_holds().exists() == (found == 1)
    if found == 1:
        assert found_by(left_out_payouts()[0].payout_id, operators[1], "settled") is True
    assert (held(lulu.pk), open_holds().exists()) == (money(paid=4_000), False)
    prove()


@pytest.mark.parametrize("outcome", ["settled", slow("rejected")])
@pytest.mark.parametrize("found", [slow(1), 2])
def test_what_operators_found_since_a_backup_that_knows_what_was_left_out_comes_with_its_restore(
    committed_db: EmbeddedPostgres, bank: Bank, found: int, outcome: str
) -> None:
    operators = [ada(), second_operator()]
    lulu = lulus_left_out(committed_db)

    with since_the_backup(committed_db):
        for operator in operators[:found]:
            found_by(left_out_payouts()[0].payout_id, operator, outcome)

    assert open_holds().exists() == (found == 1)
    if found == 1:
        assert found_by(left_out_payouts()[0].payout_id, operators[1], outcome) is True
    with pytest.raises(NothingToResolve):
        found_by(left_out_payouts()[0].payout_id, operators[1], outcome)
    paid = {"paid": 4_000} if outcome == "settled" else {"available": 4_000}
    assert (held(lulu.pk), open_holds().exists()) == (money(**paid), False)
    prove()


@pytest.mark.long
@pytest.mark.parametrize(
    ("first", "then", "after"),
    [
        ("settled", "returned", {"available": 4_000}),
        slow("settled", "not_paid", {"available": 4_000}),
        slow("rejected", "settled", {"paid": 4_000}),
    ],
)
def test_what_was_found_about_what_was_left_out_is_asked_again_once_an_operator_finds_something_else(
    committed_db: EmbeddedPostgres, bank: Bank, first: str, then: str, after: dict[str, int]
) -> None:
    operators = [ada(), second_operator()]
    lulu = lulus_left_out(committed_db)
    transfer = left_out_payouts()[0].transfer
    for by in operators:
        found_by(UUID(transfer), by, first)
    prove()

    with since_the_backup(committed_db):
        said = run(resolve_command, transfer, then, "Statement 8", "--by", "ada@example.com")
        assert "Written down." in said
        prove()

    assert open_holds().count() == 1
    assert f"{transfer}  lulu  CN¥40.00  left_out, now {first}" in run(transfers)
    with pytest.raises(HoldAsksQuestion):
        release_hold(open_holds().get(), by=operators[1], reason="It will be fine", now=NOW + 9 * DAY)
    with pytest.raises(AnotherOperatorNeeded):
        found_by(UUID(transfer), operators[0], then)
    prove()
    with since_the_backup(committed_db):
        run(resolve_command, transfer, then, "I see it too", "--by", "bo@example.com")

    assert (held(lulu.pk), open_holds().exists()) == (money(**after), False)
    with pytest.raises(NothingToResolve):
        found_by(UUID(transfer), operators[0], then)
    prove()


@pytest.mark.long
def test_who_doubts_what_was_found_about_what_was_left_out_is_outvoted(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    operators = [ada(), second_operator()]
    lulu = lulus_left_out(committed_db)
    payout = left_out_payouts()[0].payout_id
    for by in operators:
        found_by(payout, by, "settled")
    with pytest.raises(Invalid):
        found_by(payout, operators[0], "rejected")

    assert [found_by(payout, operators[0], outcome) for outcome in ("returned", "settled")] == [False, False]
    assert found_by(payout, operators[1], "settled") is True

    assert (held(lulu.pk), open_holds().exists()) == (money(paid=4_000), False)
    prove()


def test_what_was_left_out_is_listed_and_resolved_at_the_terminal(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    lulu = lulus_ready_shop(4_000)
    ada(), second_operator()
    with since_the_backup(committed_db, LULUS_LOST):
        approved(lulu, 4_000)
        send_due(now=NOW)
    transfer = left_out_payouts()[0].transfer

    listed = run(transfers)
    first = run(resolve_command, transfer, "settled", "Statement 7", "--by", "ada@example.com")
    known = run(transfers)
    second = run(resolve_command, transfer, "settled", "Statement 7", "--by", "bo@example.com")

    assert f"{transfer}  lulu  CN¥40.00  left_out, now unknown  in no file here" in listed
    assert "Written down." in first
    assert "ada@example.com settled: Statement 7" in known
    assert "Resolved: settled." in second
    assert "The bank's answers fit every transfer." in run(transfers)
    assert held(lulu.pk) == money(paid=4_000)
    prove()


def run(command: click.Command, *arguments: str) -> str:
    done = CliRunner().invoke(command, arguments)
    assert done.exception is None, done.output
    return done.output


def found_by(payout: UUID, operator: Person, outcome: str) -> bool:
    """What this operator writes down about a payout that was left out; whether that carried it out."""
    left_out = left_out_by_key(payout.hex.upper())
    assert left_out is not None
    return resolve_left_out(left_out, outcome=outcome, by=operator, reason="Statement 7", now=NOW + 10 * DAY)


@pytest.mark.long
@pytest.mark.parametrize("at_the_backup", ["requested", slow("prepared")])
def test_a_payout_that_was_refused_there_and_cannot_be_taken_over_is_refused_here_and_asks_no_bank(
    committed_db: EmbeddedPostgres, bank: Bank, at_the_backup: str
) -> None:
    payout = requested(ready_shop(10_000))
    if at_the_backup == "prepared":
        approve(payout, by=ada(), now=NOW)
        prepare_files(rail_manifests()["bank"], now=NOW)

    damage: LiteralString = "UPDATE before.payouts_payout SET details_sha256 = NULL"
    with since_the_backup(committed_db, damage, twice=True) as recovered:
        refuse(payout, by=ada(), reason="Not hers", now=NOW)

    [left_out] = recovered[0].left_out
    assert left_out.is_refused
    with override("zh-hans"):
        row = payout_of(payout.shop, payout.id)
    assert (row.state, row.reason) == ("refused", "这笔提现在恢复备份之前就被拒绝了，从来没有转出。钱还是你的。")
    assert (held(payout.shop_id), open_holds().exists()) == (money(available=10_000), False)
    prove()


def test_a_payout_that_was_approved_under_limits_since_the_backup_has_them(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    shop = ready_shop(200_000)
    amounts = LimitAmounts(
        floor_minor=100, by_rule_below_minor=250_000, two_from_minor=300_000, per_operator_day_minor=900_000
    )

    with since_the_backup(committed_db):
        publish_limits("CNY", amounts, from_at=NOW, reason="As agreed", by=ada(), now=NOW)
        requested(shop, 200_000)
        approve_small(now=NOW)
        send_due(now=NOW)

    assert held(shop.pk) == money(in_transit=200_000)
    prove()


@pytest.mark.long
def test_what_a_bank_may_have_answered_while_the_backup_lay_is_a_question(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    approved(ready_shop())
    send_due(now=NOW)
    with psycopg.connect(committed_db.urls.owner) as owner:
        owner.execute(
            "ALTER TABLE payouts_submission DISABLE TRIGGER USER;"
            " UPDATE payouts_submission"
            " SET started_at = now() - interval '16 days', recorded_at = now() - interval '16 days';"
            " SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE payouts_submission ENABLE TRIGGER USER"
        )

    prove_restored()

    assert [hold.cause for hold in open_holds()] == ["unknown"]


@pytest.mark.long
@pytest.mark.parametrize("over_by", ["an answer", slow("operators")])
def test_what_the_bank_said_after_a_payout_was_over_asks_what_it_asked_then(
    committed_db: EmbeddedPostgres, bank: Bank, over_by: str
) -> None:
    shop = ready_shop()
    operators = [ada(), second_operator()]

    with since_the_backup(committed_db, twice=True):
        approved(shop)
        send_due(now=NOW)
        if over_by == "an answer":
            hear(bank, "settled", day=1)
        else:
            hear(bank, "accepted", day=20)  # it is overdue
            for operator in operators:
                resolve(PayoutAttempt.objects.get(), outcome="settled", by=operator, reason="Seen", now=NOW + 20 * DAY)
        hear(bank, "dancing", day=21)
        prove()

    assert [hold.cause for hold in open_holds()] == ["contradiction"]
    assert held(shop.pk) == money(paid=10_000)
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


def test_what_was_erased_since_the_backup_is_known_to_be(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    shop = ready_shop()

    with since_the_backup(committed_db):
        payout = approved(shop)
        send_due(now=NOW)
        hear(bank, "settled", day=1)
        erase_subject(f"payout:{payout.id}", reason="They asked", now=NOW + 2 * DAY)
        erased = erased_count()

    assert erased_count() == erased > 0
    prove()


@pytest.mark.long
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


def test_what_was_sent_after_a_pause_that_ended_since_the_backup_comes_over(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    approved(ready_shop())
    pause = pause_payouts(reason="The bank works on Sunday", by=ada(), now=NOW)

    with since_the_backup(committed_db):
        end_pause(pause, reason="It worked", by=second_operator(), now=NOW + MINUTE)
        send_due(now=NOW + MINUTE)
        hear(bank, "settled", day=1)

    assert open_pauses() == []
    assert [event.kind for event in events_of([f"pause:{pause.id}"])] == ["payouts.paused", "payouts.resumed"]
    prove()


def test_a_pause_that_was_placed_since_the_backup_stays_in_force_also_if_it_is_restored_twice(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    approved(ready_shop())

    with since_the_backup(committed_db, twice=True):
        pause_payouts(reason="Fraud at the bank", by=second_operator(), now=NOW)

    [pause] = open_pauses()
    assert (kept_text(pause, "reason"), pay_due(now=NOW + 9 * DAY).sent) == ("Fraud at the bank", 0)
    assert [event.kind for event in events_of([f"pause:{pause.id}"])] == ["payouts.paused"]
    prove()


@pytest.mark.long
def test_a_pause_that_cannot_be_copied_is_named_and_stops_no_payout_from_coming(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    shop = ready_shop()
    damage: LiteralString = "UPDATE before.payouts_payoutpause SET reason_sha256 = NULL"

    with since_the_backup(committed_db, damage) as recovered:
        approved(shop)
        send_due(now=NOW)
        pause_payouts(reason="Fraud at the bank", by=ada(), now=NOW)

    assert [(each.payouts, [left.shop for left in each.left_out]) for each in recovered] == [(1, [""])]
    reasons = {}
    for language in ("en", "zh-hans"):
        with override(language):
            [reasons[language]] = [kept_text(pause, "reason") for pause in open_pauses()]
    placed_at = f"{NOW:%Y-%m-%d %H:%M}"
    assert reasons == {
        "en": f"Not taken over: the pause of all payouts of {placed_at} UTC.",
        "zh-hans": f"恢复备份时没能接管：{placed_at}（UTC）的一次全站提现暂停。",
    }
    assert held(shop.pk) == money(in_transit=10_000)
    prove()


@pytest.mark.long
@pytest.mark.parametrize("agrees", ["the newcomer", slow("the other")])
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


@pytest.mark.long
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


@pytest.mark.long
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
