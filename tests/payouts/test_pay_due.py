"""Small payouts need no operator; large and held ones do."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from joey.cli.pay import pay

from joey.payouts.approve_small import approve_small
from joey.payouts.holds import place_hold
from joey.payouts.models import Payout
from joey.payouts.pay_due import pay_due
from joey.record.queries import events_of
from tests.cast import NOW
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


def run(monkeypatch: pytest.MonkeyPatch) -> Result:
    """`joey pay`, once."""
    monkeypatch.setattr("joey.instance.open_instance.instance", lambda *_: nullcontext())
    return CliRunner().invoke(pay)
