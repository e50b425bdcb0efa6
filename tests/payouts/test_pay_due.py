"""Small payouts need no operator; large and held ones do."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from joey.cli.pay import pay
from joey.payouts.approve_small import approve_small
from joey.payouts.holds import place_hold
from joey.payouts.models import Payout, PayoutAttempt, PayoutFile
from joey.payouts.pay_due import pay_due
from joey.payouts.rails.port import RailUnavailable
from joey.payouts.take_answers import ask_file
from joey.record.queries import events_of
from tests.cast import NOW, ada
from tests.payouts.bank import Bank
from tests.payouts.stage import held, money, ready_shop, requested
from tests.proof import prove

pytestmark = pytest.mark.django_db


def test_a_small_payout_is_approved_by_rule_and_the_record_says_so() -> None:
    payout = requested(ready_shop(100_000), 99_999)

    approved = approve_small(now=NOW)

    payout.refresh_from_db()
    assert (approved, payout.state, payout.decided_by) == (1, Payout.State.APPROVED, None)
    approvals = [event for event in events_of([f"payout:{payout.pk}"]) if event.kind == "payout.approved"]
    assert [event.facts["by"] for event in approvals] == ["rule"]
    assert approve_small(now=NOW) == 0


def test_a_payout_from_a_thousand_yuan_on_waits_for_an_operator(bank: Bank) -> None:
    shop = ready_shop(200_000)
    requested(shop, 100_000)

    done = pay_due(now=NOW)

    assert (done.approved, done.sent, done.waiting) == (0, 0, 1)
    assert held(shop.pk) == money(available=100_000, reserved=100_000)


def test_a_held_payout_is_not_approved_by_rule() -> None:
    shop = ready_shop()
    payout = requested(shop)
    place_hold(shop, reason="We are looking into it", payout=payout, now=NOW)

    assert approve_small(now=NOW) == 0


def test_one_round_after_another_pays_a_small_payout(bank: Bank) -> None:
    shop = ready_shop(10_000)
    requested(shop, 4_000)

    first = pay_due(now=NOW)
    bank.decide_all("settled")
    second = pay_due(now=NOW + timedelta(minutes=1))

    assert (first.approved, first.sent, first.paid) == (1, 1, 0)
    assert (second.sent, second.paid, second.failed, second.problems) == (0, 1, 0, ())
    assert held(shop.pk) == money(available=6_000, paid=4_000)
    prove()


def test_a_large_sum_cut_into_small_ones_meets_an_operator(bank: Bank) -> None:
    shop = ready_shop(200_000)
    for number, approved in ((1, 1), (2, 0)):
        payout = requested(shop, 60_000, key=f"key-{number}")

        assert approve_small(now=NOW) == approved

        Payout.objects.filter(pk=payout.pk, state=Payout.State.APPROVED).update(state=Payout.State.PAID)


def test_the_command_says_that_the_bank_got_a_file_again_and_did_not_take_it_before(
    monkeypatch: pytest.MonkeyPatch, bank: Bank
) -> None:
    requested(ready_shop(10_000), 4_000)
    bank.faults = ["500"]

    first, second, third = (run(monkeypatch).output for _run in range(3))

    nothing_else = "0 paid, 0 failed, 0 came back; 0 wait for an operator.\n"
    assert first == f"1 approved by rule, 1 put into files; files the bank took: 0; {nothing_else}"
    assert second == (
        f"0 approved by rule, 0 put into files; files the bank took: 1; {nothing_else}"
        "Handed to the bank again, because it did not know them, with the same bytes: 1.\n"
    )
    assert third == f"0 approved by rule, 0 put into files; files the bank took: 0; {nothing_else}"
    (before, again) = bank.received
    assert before == again


WRITTEN = "WANGXIU"  # by the bank
STRANGER = {"end_to_end_id": WRITTEN, "amount_minor": 1, "currency": "CNY", "state": "settled"}


@pytest.mark.parametrize(
    ("fault", "answer", "extra", "said"),
    [
        ("refuse", {}, [], "file_refused: the rail refused this file"),
        ("", {}, [STRANGER], "unknown_transfer: the rail answered about a transfer that is not in this file"),
        ("", {"state": WRITTEN}, [], "unknown_word: what the rail answered about KEY cannot be read"),
        ("", {"currency": WRITTEN}, [], "other_amount: the rail names another amount for KEY"),
    ],
    ids=["refused", "stranger", "unreadable", "amount"],
)
def test_what_the_bank_writes_stays_with_its_file_and_is_in_no_terminal_or_log(
    monkeypatch: pytest.MonkeyPatch, bank: Bank, caplog: pytest.LogCaptureFixture,
    fault: str, answer: dict[str, str], extra: list[dict[str, object]], said: str,
) -> None:  # fmt: skip
    requested(ready_shop(10_000), 4_000)
    bank.faults = [fault]
    bank.rewrite = lambda body: body.replace(b"not that way", WRITTEN.encode())
    first = run(monkeypatch)
    bank.decide_all(**{"state": "settled"} | answer)
    bank.extra = extra

    second = run(monkeypatch)

    file, attempt = PayoutFile.objects.get(), PayoutAttempt.objects.get()
    assert WRITTEN in file.problems
    line = f"{file.message_id}: {said.replace('KEY', attempt.rail_key)}"
    assert f"Problem: {line}\n" in second.stderr
    assert file.message_id in caplog.text
    assert WRITTEN not in first.output + second.output + caplog.text


def test_why_the_bank_does_not_answer_for_a_file_is_read_by_the_operator_who_asks_and_in_no_log(
    monkeypatch: pytest.MonkeyPatch, bank: Bank, caplog: pytest.LogCaptureFixture
) -> None:
    requested(ready_shop(10_000), 4_000)
    run(monkeypatch)
    bank.faults = ["410", "410"]

    run(monkeypatch)

    assert "The bank does not answer for this file (410)." in caplog.text
    assert "not that way" not in caplog.text
    with pytest.raises(RailUnavailable, match=r"\(410\)\. .*not that way"):
        ask_file(PayoutFile.objects.get(), by=ada(), now=NOW)


def run(monkeypatch: pytest.MonkeyPatch) -> Result:
    """`joey pay`, once."""
    monkeypatch.setattr("joey.instance.open_instance.instance", lambda *_: nullcontext())
    return CliRunner().invoke(pay)
