"""A pause of all payouts: nothing leaves until an operator or the terminal ends it, and no one else can."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, Event, Thread
from time import sleep

import psycopg
import pytest
from django.db import OperationalError, connection, connections, transaction

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.kit.refusals import Conflict, Forbidden, Invalid
from joey.payouts import sending_lock
from joey.payouts.give_up import give_up
from joey.payouts.holds import open_holds, place_hold
from joey.payouts.models import PayoutAttempt, PayoutFile, PayoutPause, PayoutSubmission
from joey.payouts.pause import end_pause, pause_payouts
from joey.payouts.pay_due import pay_due
from joey.payouts.queries import payout_of
from joey.payouts.resolve import resolve
from joey.payouts.send_due import Sent, send_due
from joey.payouts.take_answers import take_answers
from joey.record.queries import events_of
from joey.shops.models import Shop
from tests.at_once import outcomes
from tests.cast import NOW, ada, sam
from tests.payouts.bank import Bank
from tests.payouts.stage import approved, held, money, ready_shop, requested
from tests.proof import prove
from tests.slow import slow

WHY = "Restored from a backup. Compare the books with the bank first."


def test_while_paused_requests_and_approvals_go_on_and_nothing_is_sent(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    shop = ready_shop(10_000)
    pause_payouts(reason=WHY, now=NOW)

    payout = requested(shop, 6_000)
    done = pay_due(now=NOW)

    assert (done.approved, done.sent, done.paused) == (1, 0, WHY)
    assert bank.received == []
    assert held(shop.pk) == money(available=4_000, reserved=6_000)
    assert "Payouts are paused" in payout_of(shop, payout.pk).held
    prove()


def test_a_file_that_the_bank_has_not_taken_waits_too(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    approved(ready_shop(10_000), 6_000)
    bank.faults = ["500"]
    send_due(now=NOW)
    pause_payouts(reason=WHY, now=NOW)

    take_answers(now=NOW)  # the bank does not know the file
    assert send_due(now=NOW) == Sent(payouts=0, files=0, handed_over=0, waiting=1)
    assert len(bank.received) == 1
    end_pause(PayoutPause.objects.get(), now=NOW, reason="The statement agrees")

    assert send_due(now=NOW) == Sent(payouts=0, files=0, handed_over=1, waiting=0, handed_again=1)
    assert list(bank.instructions().values()) == ["60.00"]


def test_an_operator_ends_it_once_and_what_waited_goes_out(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    payout = approved(ready_shop(10_000), 6_000)
    pause = pause_payouts(reason=WHY, now=NOW)

    end_pause(pause, now=NOW, by=ada(), reason="The statement agrees")
    with pytest.raises(Conflict):
        end_pause(pause, now=NOW, by=ada(), reason="The statement agrees")

    assert pay_due(now=NOW).sent == 1
    payout.refresh_from_db()
    assert payout.state == "sent"
    assert [event.kind for event in events_of([f"pause:{pause.id}"])] == ["payouts.paused", "payouts.resumed"]


def test_only_an_operator_can_end_it(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    approved(ready_shop(10_000), 6_000)
    pause = pause_payouts(reason=WHY, now=NOW)

    with pytest.raises(Forbidden):
        end_pause(pause, now=NOW, by=sam(), reason="The statement agrees")

    assert send_due(now=NOW).payouts == 0
    assert bank.received == []


@pytest.mark.parametrize("reason", ["", " ", "two\u200blines", "x" * 201])
def test_a_pause_needs_a_reason_in_one_line(db: None, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        pause_payouts(reason=reason, now=NOW)

    assert refused.value.field == "reason"
    assert not PayoutPause.objects.exists()


def test_pausing_beside_sending_lets_it_be_sent_whole_or_not_at_all(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    shop = ready_shop(10_000)
    payout = approved(shop, 6_000)

    came = outcomes(lambda: send_due(now=NOW), lambda: pause_payouts(reason=WHY, now=NOW))

    payout.refresh_from_db()
    assert not any(isinstance(each, Exception) for each in came)
    assert len(bank.received) == (payout.state == "sent")
    assert held(shop.pk) == (
        money(available=4_000, in_transit=6_000) if payout.state == "sent" else money(available=4_000, reserved=6_000)
    )
    assert send_due(now=NOW).payouts == 0
    prove()


def test_while_a_file_leaves_for_too_long_neither_pause_nor_hold_returns_and_both_say_why(
    committed_db: EmbeddedPostgres, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = ready_shop()
    approved(shop, 4_000)
    send_due(now=NOW)
    bank.decide_all("settled")
    take_answers(now=NOW)
    paid = PayoutAttempt.objects.get()
    monkeypatch.setattr(sending_lock, "WAIT", "50ms")
    leaving = Barrier(2)

    def leave() -> None:
        with sending_lock.submitting():
            leaving.wait(10)
            leaving.wait(10)
        connection.close()

    thread = Thread(target=leave)
    thread.start()
    leaving.wait(10)
    with pytest.raises(sending_lock.BeingSent, match="handed to the bank"):
        pause_payouts(reason=WHY, now=NOW)
    with pytest.raises(sending_lock.BeingSent):
        place_hold(shop, reason=WHY, now=NOW)
    with pytest.raises(sending_lock.BeingSent):  # a finding of something else stops payouts too
        resolve(paid, outcome="not_paid", by=ada(), reason=WHY, now=NOW)
    leaving.wait(10)
    thread.join(10)

    assert not PayoutPause.objects.exists()
    assert not open_holds().exists()
    pause_payouts(reason=WHY, now=NOW)


def test_a_sender_waits_as_long_as_a_stop_may(committed_db: EmbeddedPostgres) -> None:
    """A stop keeps the lock while a file whose sender is gone counts as leaving."""
    stopping = Event()

    def stop() -> None:
        with transaction.atomic():
            sending_lock.wait_until_nothing_is_sent()
            stopping.set()
            sleep(0.5)
        connection.close()

    thread = Thread(target=stop)
    thread.start()
    stopping.wait(10)
    sql.execute("SET lock_timeout = '50ms'")
    with sending_lock.submitting():
        assert sql.value("SELECT current_setting('lock_timeout')") == "50ms"
    sql.execute("RESET lock_timeout")
    thread.join(10)


@pytest.mark.parametrize(
    "stop",
    [
        slow(lambda shop: pause_payouts(reason=WHY, now=NOW)),
        slow(lambda shop: place_hold(shop, reason=WHY, now=NOW)),
        lambda shop: give_up(PayoutFile.objects.get(), by=ada(), reason=WHY, now=NOW),
    ],
    ids=["pause", "hold", "give up"],
)
def test_a_stop_waits_for_a_file_whose_sender_lost_its_session_and_its_lock(
    committed_db: EmbeddedPostgres, bank: Bank, monkeypatch: pytest.MonkeyPatch, stop: Callable[[Shop], object]
) -> None:
    shop = ready_shop()
    approved(shop)
    monkeypatch.setattr(sending_lock, "LEAVES_FOR", timedelta(seconds=3))
    lost = Event()

    def lose_the_session() -> None:
        """As PostgreSQL does when it restarts. The bank takes the file a second later."""
        with psycopg.connect(committed_db.urls.app, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE (locktype, mode) = ('advisory', 'ShareLock')"
            )
        lost.set()
        sleep(1)

    def send() -> None:
        with suppress(OperationalError):
            send_due(now=NOW)
        connections.close_all()

    bank.before_answer = lose_the_session
    thread = Thread(target=send)
    thread.start()
    lost.wait(10)
    take_answers(now=NOW)
    assert (bank.asked, bank.files) == ([], {}), "it is no one's to ask about while it leaves"

    stop(shop)

    assert len(bank.files) == 1, "the stop returned before the file had arrived"
    thread.join(10)
    send_due(now=NOW)
    assert (len(bank.received), PayoutSubmission.objects.count()) == (1, 1)
    bank.decide_all("settled")
    take_answers(now=NOW)
    assert held(shop.pk) == money(paid=10_000)
    prove()


def test_a_call_that_ended_keeps_no_one_waiting(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    approved(ready_shop())
    for fault in ("500", "refuse"):
        bank.faults = [fault]
        send_due(now=NOW)
        assert not PayoutFile.objects.filter(is_leaving=True).exists(), fault
        take_answers(now=NOW)
