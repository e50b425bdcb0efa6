"""A file that its bank does not know goes again; while a hold or a pause keeps it back, lists say so."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils.translation import override

from joey.insight.waiting import waiting
from joey.payouts.holds import place_hold, release_hold
from joey.payouts.kept_back import kept_back
from joey.payouts.models import Payout, PayoutFile
from joey.payouts.open_questions import open_files
from joey.payouts.pause import end_pause, pause_payouts
from joey.payouts.pay_due import pay_due
from joey.payouts.queries import attempts_of
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from tests.cast import NOW
from tests.payouts.bank import Bank
from tests.payouts.stage import approved, lulus_ready_shop, ready_shop
from tests.proof import prove

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WHY = "Ten orders from one device in an hour"
KEPT_BACK = "Payout files that the bank does not know, kept back by a hold or a pause"
NO_FINAL_ANSWER = "Payout files without a final answer from the bank"


def lost(bank: Bank) -> Payout:
    """Mei's 100.00, in a file that may have reached the bank, and did not."""
    payout = approved(ready_shop())
    bank.faults = ["500"]
    send_due(now=NOW)
    return payout


def stopped(payout: Payout, by: str) -> Callable[[], object]:
    """Stop the payout; what ends that."""
    if by == "pause":
        pause = pause_payouts(reason=WHY, now=NOW)
        return lambda: end_pause(pause, now=NOW, reason="The statement agrees")
    hold = place_hold(payout.shop, reason=WHY, now=NOW, payout=payout if by == "hold on the payout" else None)
    return lambda: release_hold(hold, now=NOW, reason="Looked into it")


def listed(*, after: timedelta) -> list[str]:
    with override("en"):
        return [each.label for each in waiting(now=NOW + after) if each.model is PayoutFile]


@pytest.mark.parametrize("by", ["hold on the shop", "hold on the payout", "pause"])
def test_a_file_that_the_bank_does_not_know_is_listed_as_kept_back_until_it_may_go_again(bank: Bank, by: str) -> None:
    payout = lost(bank)
    end = stopped(payout, by)
    for minute in range(1, 4):
        pay_due(now=NOW + minute * MINUTE)

    assert listed(after=59 * MINUTE) == []
    assert listed(after=3 * DAY) == [KEPT_BACK]
    assert [file.is_kept_back for file in open_files()] == [True]
    assert [attempt.is_kept_back for attempt in attempts_of(payout)] == [True]
    assert len(bank.received) == 1

    end()
    assert listed(after=3 * DAY) == [NO_FINAL_ANSWER]
    pay_due(now=NOW + 4 * MINUTE)
    assert len(bank.received) == 2
    bank.decide_all("settled")
    pay_due(now=NOW + 5 * MINUTE)
    assert listed(after=3 * DAY) == []
    prove()


@pytest.mark.parametrize(
    "case", ["nothing stops it", "another shop is held", "not asked yet", "it went again", "it was received", "overdue"]
)
def test_a_file_that_no_hold_keeps_back_is_not_said_to_be(bank: Bank, case: str) -> None:
    if case == "it was received":
        payout = approved(ready_shop())
        send_due(now=NOW)
        bank.files.clear()
    else:
        payout = lost(bank)
    if case != "not asked yet":
        take_answers(now=NOW + MINUTE)
    if case == "it went again":
        bank.faults = ["500"]
        send_due(now=NOW + MINUTE)
    if case != "nothing stops it":
        place_hold(lulus_ready_shop() if case == "another shop is held" else payout.shop, reason=WHY, now=NOW)
    if case == "overdue":
        assert kept_back(PayoutFile.objects.all()).exists()
        pay_due(now=NOW + 15 * DAY)

    assert not kept_back(PayoutFile.objects.all()).exists()
    assert [file.is_kept_back for file in open_files()] == [False]
    assert listed(after=3 * DAY) == [NO_FINAL_ANSWER]
    prove()
