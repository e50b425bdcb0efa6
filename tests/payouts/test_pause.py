"""A pause of all payouts: nothing leaves until an operator or the terminal ends it, and no one else can."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.refusals import Conflict, Forbidden, Invalid
from joey.payouts import sending_lock
from joey.payouts.holds import open_holds, place_hold
from joey.payouts.models import PayoutPause
from joey.payouts.pause import end_pause, pause_payouts
from joey.payouts.pay_due import pay_due
from joey.payouts.queries import payout_of
from joey.payouts.send_due import Sent, send_due
from joey.payouts.take_answers import take_answers
from joey.record.queries import events_of
from tests.at_once import outcomes
from tests.cast import NOW, ada, sam
from tests.payouts.bank import Bank
from tests.payouts.stage import approved, held, money, ready_shop, requested
from tests.proof import prove

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
    committed_db: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = ready_shop()
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
    leaving.wait(10)
    thread.join(10)

    assert not PayoutPause.objects.exists()
    assert not open_holds().exists()
    pause_payouts(reason=WHY, now=NOW)
