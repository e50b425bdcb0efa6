"""Money verbs beside themselves, and killed midway: one wins, or nothing happened."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock, sql
from joey.kit.refusals import Conflict
from joey.kit.states import WrongState
from joey.payouts import sending_lock
from joey.payouts.approve_small import approve_small
from joey.payouts.book_answers import AnswersTaken
from joey.payouts.decide import SecondOperatorNeeded, approve, refuse
from joey.payouts.holds import place_hold
from joey.payouts.limits import LimitAmounts, publish_limits
from joey.payouts.models import Payee, Payout, PayoutAttempt, PayoutFile, PayoutLimits, PayoutSubmission
from joey.payouts.payee import set_payee
from joey.payouts.request_payout import PayeePaused, PayoutInProgress, request_payout
from joey.payouts.send_due import Sent, send_due
from joey.payouts.take_answers import take_answers
from joey.record.erasable import bytes_of
from joey.record.queries import events_of
from joey.shops.models import Shop
from tests.at_once import claiming_slowly, die_after, outcomes
from tests.cast import NOW, ada, meis_shop
from tests.payouts.bank import Bank
from tests.payouts.stage import (
    approved,
    cny,
    details_of,
    held,
    lulus_ready_shop,
    money,
    ready_shop,
    requested,
    second_operator,
)
from tests.proof import prove
from tests.slow import but_every, slow

ROUNDS = 3
BOOKING = ["INSERT INTO ledger_journal", "INSERT INTO ledger_posting", "INSERT INTO record_event"]


@pytest.fixture
def shop(committed_db: EmbeddedPostgres) -> Shop:
    return ready_shop(10_000)


def test_of_two_requests_at_once_one_wins_and_one_conflicts(shop: Shop) -> None:
    came = outcomes(lambda: requested(shop, 6_000, "a"), lambda: requested(shop, 6_000, "b"))

    assert sum(isinstance(each, Payout) for each in came) == 1
    assert sum(isinstance(each, PayoutInProgress) for each in came) == 1
    assert held(shop.pk) == money(available=4_000, reserved=6_000)
    prove()


def test_eight_repeats_of_one_request_at_once_are_one_payout(shop: Shop) -> None:
    came = outcomes(*[lambda: requested(shop, 6_000, "same")] * 8)

    assert {each.pk for each in came if isinstance(each, Payout)} == {Payout.objects.get().pk}
    assert all(isinstance(each, Payout) for each in came)
    assert held(shop.pk) == money(available=4_000, reserved=6_000)
    prove()


def test_a_change_of_details_beside_a_request_never_pays_the_new_account_early(shop: Shop) -> None:
    for turn in range(ROUNDS):
        account, now = f"41111111111111{turn}", NOW + timedelta(days=4 * turn)  # the pause before is over
        before = details_of(Payee.objects.filter(shop=shop).latest("version"))

        _changed, answer = outcomes(
            lambda: set_payee(shop, rail="bank", holder_name="Dieb", account_number=account, now=now),  # noqa: B023
            lambda: request_payout(shop, amount=cny(6_000), idempotency_key=account, now=now),  # noqa: B023
        )

        if isinstance(answer, Payout):
            assert details_of(answer) == before
            refuse(answer, by=ada(), reason="next round", now=now)
        else:
            assert isinstance(answer, PayeePaused)
    prove()


def test_of_approve_and_refuse_at_once_one_wins(shop: Shop) -> None:
    payout = requested(shop, 6_000)
    ada()

    came = outcomes(lambda: approve(payout, by=ada(), now=NOW), lambda: refuse(payout, by=ada(), reason="No", now=NOW))

    payout.refresh_from_db()
    if payout.state == "refused":  # an approved one may still be refused, so refusing can come second as well
        assert held(shop.pk) == money(available=10_000)
    else:
        assert isinstance(came[1], WrongState)
        assert held(shop.pk) == money(available=4_000, reserved=6_000)
    assert any(isinstance(each, Payout) for each in came)
    prove()


def test_refusing_twice_at_once_gives_the_money_back_once(shop: Shop) -> None:
    payout = requested(shop, 6_000)
    ada()

    came = outcomes(*[lambda: refuse(payout, by=ada(), reason="No", now=NOW)] * 4)

    assert sum(isinstance(each, Payout) for each in came) == 1
    assert sum(isinstance(each, WrongState) for each in came) == 3
    assert held(shop.pk) == money(available=10_000)
    prove()


def test_one_operator_on_two_connections_is_still_one_operator(committed_db: EmbeddedPostgres) -> None:
    shop = ready_shop(1_000_000)
    payout = requested(shop, 1_000_000)
    ada()

    came = outcomes(*[lambda: approve(payout, by=ada(), now=NOW)] * 2)

    assert sum(isinstance(each, SecondOperatorNeeded) for each in came) == 1
    payout.refresh_from_db()
    assert payout.state == "requested"
    assert approve(payout, by=second_operator(), now=NOW).state == "approved"


@pytest.mark.parametrize("by", ["an operator", "the rule"])
def test_a_decision_beside_new_limits_goes_by_them_or_comes_before_them(shop: Shop, by: str) -> None:
    amount = 9_000 if by == "an operator" else 900
    for turn in range(10):
        lax, strict = LimitAmounts(100, 1_000, 90_000 + turn, 5_000_000), LimitAmounts(100, 200, 300, 5_000_000 + turn)
        published(lax)
        payout = request_payout(shop, amount=cny(amount), idempotency_key=f"key-{turn}", now=clock.now())

        decide: Callable[[], object] = partial(approve_now, payout) if by == "an operator" else approve_small_now
        limits, _decided = outcomes(partial(published, strict), decide)

        payout.refresh_from_db()
        assert isinstance(limits, PayoutLimits)
        assert payout.state == "requested" or (payout.decided_at is not None and payout.decided_at < limits.from_at)
        refuse(payout, by=ada(), reason="Once more", now=clock.now())
    prove()


def approve_now(payout: Payout) -> Payout:
    return approve(payout, by=ada(), now=clock.now())


def approve_small_now() -> int:
    return approve_small(now=clock.now())


def published(amounts: LimitAmounts) -> PayoutLimits:
    now = clock.now()
    return publish_limits("CNY", amounts, from_at=now, by=ada(), now=now, reason="As the bank asks")


def test_sending_on_two_connections_tells_the_bank_once(shop: Shop, bank: Bank) -> None:
    approved(shop, 6_000)

    came = outcomes(*[lambda: send_due(now=NOW)] * 3)

    assert sum(each.payouts for each in came if isinstance(each, Sent)) == 1
    assert all(isinstance(each, Sent) for each in came)
    assert list(bank.instructions().values()) == ["60.00"]
    assert PayoutAttempt.objects.count() == PayoutFile.objects.count() == PayoutSubmission.objects.count() == 1
    assert held(shop.pk) == money(available=4_000, in_transit=6_000)
    prove()


def test_sending_beside_a_hold_sends_before_it_or_not_at_all(shop: Shop, bank: Bank) -> None:
    for turn in range(ROUNDS):
        payout = approved(shop, 1_000, f"turn-{turn}")

        hold, _sent = outcomes(
            lambda: place_hold(shop, reason="Stop", now=NOW, payout=payout),  # noqa: B023
            lambda: send_due(now=NOW),
        )

        assert not isinstance(hold, BaseException)
        payout.refresh_from_db()
        before = payout.state
        send_due(now=NOW)
        payout.refresh_from_db()
        assert payout.state == before
        if before == "approved":
            refuse(payout, by=ada(), reason="Stopped", now=NOW)
        else:
            bank.decide_all("settled")
            take_answers(now=NOW)
    prove()


def test_a_hold_placed_while_a_send_takes_its_locks_keeps_the_payout_here(shop: Shop, bank: Bank) -> None:
    """The send has read that nothing is held and has not yet locked the second payout when the hold is placed."""
    first = approved(shop, 1_000)
    hers = lulus_ready_shop()
    second = approved(hers, 4_000)

    def hold() -> None:
        for _attempt in range(500):
            if sql.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"):
                break
            time.sleep(0.02)
        place_hold(hers, reason="Ten orders from one device in an hour", now=NOW, payout=second)

    came = outcomes(send_slowly, hold)

    assert [each for each in came if isinstance(each, BaseException)] == []
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("sent", "approved")
    assert list(bank.instructions().values()) == ["10.00"]
    assert held(hers.pk) == money(reserved=4_000)
    prove()


def send_slowly() -> None:
    """Send with a second between taking the lock of one payout and of the next."""

    with claiming_slowly():
        send_due(now=NOW)


def test_refusing_beside_sending_pays_or_gives_back_never_both(shop: Shop, bank: Bank) -> None:
    for turn in range(ROUNDS):
        payout = approved(shop, 1_000, f"turn-{turn}")

        outcomes(
            lambda: refuse(payout, by=ada(), reason="Too late?", now=NOW),  # noqa: B023
            lambda: send_due(now=NOW),
        )

        bank.decide_all("settled")
        take_answers(now=NOW)
        payout.refresh_from_db()
        assert payout.state in ("refused", "paid")
    paid = Payout.objects.filter(state="paid").count()
    assert held(shop.pk) == money(available=10_000 - 1_000 * paid, paid=1_000 * paid)
    assert len(bank.instructions()) == paid
    prove()


def test_taking_answers_on_two_connections_books_each_once(shop: Shop, bank: Bank) -> None:
    payout = approved(shop, 6_000)
    send_due(now=NOW)
    bank.decide_all("settled")

    came = outcomes(*[lambda: take_answers(now=NOW)] * 3)

    assert all(isinstance(each, AnswersTaken) for each in came)
    assert sum((each for each in came if isinstance(each, AnswersTaken)), AnswersTaken()) == AnswersTaken(settled=1)
    assert held(shop.pk) == money(available=4_000, paid=6_000)
    assert len(events_of([f"payout:{payout.id}"])) == 6
    prove()


def test_setting_the_first_details_twice_at_once_makes_one_payee(committed_db: EmbeddedPostgres) -> None:
    shop = meis_shop()

    came = outcomes(
        *[lambda: set_payee(shop, rail="bank", holder_name="Mei", account_number="62220202001122", now=NOW)] * 4
    )

    assert all(isinstance(each, Payee) for each in came)
    assert len(events_of([f"payee:{Payee.objects.get().id}"])) == 1


# --- killed midway -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment",
    [
        'INSERT INTO "payouts_payout"',
        slow("INSERT INTO ledger_journal"),
        "INSERT INTO ledger_posting",
        slow("INSERT INTO record_event"),
    ],
)
def test_a_request_killed_midway_promised_nothing(shop: Shop, moment: str) -> None:
    die_after(moment, lambda: requested(shop, 6_000, "killed"))

    assert held(shop.pk) == money(available=10_000)
    assert not Payout.objects.exists()
    prove()
    assert requested(shop, 6_000, "killed").state == "requested"
    prove()


@pytest.mark.parametrize(
    "moment", but_every(2, ['UPDATE "payouts_payout"', "INSERT INTO ledger_posting", "INSERT INTO record_event"])
)
def test_a_refusal_killed_midway_changed_nothing(shop: Shop, moment: str) -> None:
    payout = requested(shop, 6_000)
    by = ada()

    die_after(moment, lambda: refuse(payout, by=by, reason="No", now=NOW))

    payout.refresh_from_db()
    assert payout.state == "requested"
    prove()
    refuse(payout, by=by, reason="No", now=NOW)
    assert held(shop.pk) == money(available=10_000)
    prove()


@pytest.mark.parametrize("moment", ['UPDATE "payouts_payout"', "INSERT INTO record_event"])
def test_an_approval_killed_midway_changed_nothing(shop: Shop, moment: str) -> None:
    payout = requested(shop, 6_000)
    by = ada()

    die_after(moment, lambda: approve(payout, by=by, now=NOW))

    payout.refresh_from_db()
    assert payout.state == "requested"
    prove()


@pytest.mark.parametrize(
    "moment",
    [
        'INSERT INTO "payouts_payoutfile"',
        slow("INSERT INTO payouts_payoutattempt"),
        slow('INSERT INTO "payouts_submission"'),
        slow("UPDATE payouts_payout p SET state = 'sent'"),
        "INSERT INTO ledger_posting",
    ],
)
def test_sending_killed_before_the_commit_sent_nothing(shop: Shop, bank: Bank, moment: str) -> None:
    approved(shop, 6_000)

    die_after(moment, lambda: send_due(now=NOW))

    assert bank.received == []
    assert held(shop.pk) == money(available=4_000, reserved=6_000)
    assert not PayoutSubmission.objects.exists()
    prove()
    send_due(now=NOW)
    assert list(bank.instructions().values()) == ["60.00"]
    assert held(shop.pk) == money(available=4_000, in_transit=6_000)
    prove()


def test_sending_killed_once_the_bytes_may_have_left_asks_before_it_sends_again(
    shop: Shop, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(shop, 6_000)

    die_after('INSERT INTO "payouts_answer"', lambda: send_due(now=NOW))  # the bank has it, the receipt is not kept

    assert len(bank.files) == 1
    assert (PayoutSubmission.objects.count(), PayoutAttempt.objects.get().state) == (1, "submitted")
    assert held(shop.pk) == money(available=4_000, in_transit=6_000)
    prove()
    assert take_answers(now=NOW) == AnswersTaken(), "as far as Joey knows the call may last"
    assert bank.asked == []
    monkeypatch.setattr(sending_lock, "LEAVES_FOR", timedelta(0))  # it lasts no longer
    assert send_due(now=NOW + timedelta(minutes=1)).handed_over == 0  # first the bank is asked
    bank.decide_all("settled")
    take_answers(now=NOW + timedelta(minutes=2))
    assert held(shop.pk) == money(available=4_000, paid=6_000)
    assert PayoutSubmission.objects.count() == 1
    prove()


def test_sending_killed_before_the_bytes_left_sends_the_same_bytes_once_the_bank_was_asked(
    shop: Shop, bank: Bank
) -> None:
    approved(shop, 6_000)
    die_after("pg_try_advisory_lock", lambda: send_due(now=NOW))
    kept = PayoutFile.objects.get()
    bank.faults = ["500"]
    send_due(now=NOW)
    assert bank.files == {}

    take_answers(now=NOW + timedelta(minutes=1))
    assert send_due(now=NOW + timedelta(minutes=1)).handed_over == 1

    assert set(bank.received) == {(kept.message_id, bytes_of(kept.content_id))}
    assert list(bank.instructions().values()) == ["60.00"]
    prove()


@pytest.mark.parametrize("state", but_every(2, ["settled", "rejected"]))
@pytest.mark.parametrize(
    "moment",
    [
        'INSERT INTO "payouts_answer"',
        slow("UPDATE payouts_payoutattempt a"),
        slow("UPDATE payouts_payout p"),
        slow("INSERT INTO ledger_posting"),
        "INSERT INTO record_event",
    ],
)
def test_taking_an_answer_killed_midway_took_nothing(shop: Shop, bank: Bank, moment: str, state: str) -> None:
    approved(shop, 6_000)
    send_due(now=NOW)
    bank.decide_all(state)

    die_after(moment, lambda: take_answers(now=NOW))

    assert held(shop.pk) == money(available=4_000, in_transit=6_000)
    prove()
    take_answers(now=NOW)
    assert held(shop.pk) == (money(available=4_000, paid=6_000) if state == "settled" else money(available=10_000))
    prove()


@pytest.mark.parametrize("moment", ['INSERT INTO "payouts_payee"', "INSERT INTO record_event"])
def test_setting_details_killed_midway_set_nothing(committed_db: EmbeddedPostgres, moment: str) -> None:
    shop = meis_shop()

    die_after(moment, lambda: set_payee(shop, rail="bank", holder_name="Mei", account_number="62220202001122", now=NOW))

    assert not Payee.objects.exists()


def test_conflicts_are_refusals_that_a_face_can_show(shop: Shop) -> None:
    requested(shop, 6_000, "a")

    with pytest.raises(Conflict) as refused:
        requested(shop, 6_000, "b")

    assert refused.value.code == "payout_in_progress"
