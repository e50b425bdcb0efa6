"""What a shopkeeper reads of a transfer that the bank did not pay, or that came back."""

from dataclasses import replace

import pytest
from django.utils.translation import override

from joey.kit.sentences import MARK, to_keep, worded
from joey.payouts.rails.bank.reasons import reason_for_people
from joey.payouts.rails.port import REJECTED, RETURNED, TransferAnswer


def read(answer: TransferAnswer, language: str = "en") -> str:
    kept = to_keep(reason_for_people(answer))
    with override(language):
        return worded(kept)


def test_money_that_came_back_was_not_rejected() -> None:
    came_back = TransferAnswer("K", RETURNED, 100, "CNY", reason="account closed")

    assert read(came_back).startswith("The money came back: account closed. Check your payout details")
    assert read(replace(came_back, outcome=REJECTED)).startswith("The bank rejected it: account closed.")
    assert read(replace(came_back, reason="")).startswith("The money came back, without a reason.")


def test_a_reason_is_read_in_the_language_of_its_reader_and_the_banks_own_words_stay() -> None:
    closed = TransferAnswer("K", REJECTED, 100, "CNY", reason_code="AC04")
    own = TransferAnswer("K", REJECTED, 100, "CNY", reason="100 % 拒绝 %(x)s.")

    assert read(closed) == "The bank says that this account is closed. Ask your bank, or add another account."
    assert read(closed, "zh-hans") == "银行说这个账户已销户。请咨询你的银行，或换一个账户。"
    assert read(own).startswith("The bank rejected it: 100 % 拒绝 %(x)s. Check")
    assert read(own, "zh-hans").startswith("银行拒绝了这笔转账：100 % 拒绝 %(x)s。")


@pytest.mark.parametrize(
    "kept", ["", "It was rejected.", MARK, f"{MARK}[1]", MARK + "{}x", MARK + '[["%(a)s", {"b": "c"}]]']
)
def test_what_is_no_sentence_of_ours_is_read_as_it_was_kept(kept: str) -> None:
    assert worded(kept) == kept
