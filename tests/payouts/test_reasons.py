"""What a shopkeeper reads of a transfer that the bank did not pay, or that came back."""

from dataclasses import replace

from joey.payouts.rails.bank.reasons import reason_for_people
from joey.payouts.rails.port import REJECTED, RETURNED, TransferAnswer


def test_money_that_came_back_was_not_rejected() -> None:
    came_back = TransferAnswer("K", RETURNED, 100, "CNY", reason="account closed")

    assert reason_for_people(came_back, "en").startswith("The money came back: account closed.")
    assert reason_for_people(replace(came_back, outcome=REJECTED), "en").startswith("The bank rejected it: account")
