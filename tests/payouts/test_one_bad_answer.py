"""One answer of the bank that makes no sense keeps no other shop's money waiting."""

from datetime import timedelta

import pytest

from joey.payouts.book_answers import AnswersTaken
from joey.payouts.models import PayoutAnswer, PayoutAttempt
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from joey.record.erasable import bytes_of
from tests.cast import NOW, lulus_shop
from tests.payouts.bank import Bank
from tests.payouts.stage import approved, held, lulus_ready_shop, money, ready_shop, reason_of
from tests.proof import prove
from tests.slow import cases_but_every

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def two_files() -> tuple[str, str]:
    """Mei's payout in a file and Lulu's in the next; the keys of their transfers."""
    approved(ready_shop(4_000), 4_000)
    send_due(now=NOW)
    approved(lulus_ready_shop(), 4_000)
    send_due(now=NOW)
    first, second = PayoutAttempt.objects.order_by("made_at", "id").values_list("rail_key", flat=True)
    return first, second


def test_a_file_whose_answer_cannot_be_read_lets_the_others_be_asked_about(bank: Bank) -> None:
    unread, fine = two_files()
    bank.decide(unread, "dancing")
    bank.decide(fine, "settled")

    taken = [take_answers(now=NOW + n * MINUTE) for n in range(1, 3)]

    assert sum(taken, AnswersTaken()) == AnswersTaken(settled=1, problems=1)
    assert held(lulus_shop().pk) == money(paid=4_000)
    prove()


@pytest.mark.parametrize("reason", ["no\x00such account", "cut \ud83d", "two\nlines\x1b[31m"])
def test_a_reason_that_no_table_can_hold_is_cleaned(bank: Bank, reason: str) -> None:
    shop = ready_shop(4_000)
    approved(shop, 4_000)
    send_due(now=NOW)
    bank.decide_all("rejected", reason_code="AC\x0004", reason=reason)

    assert take_answers(now=NOW + MINUTE) == AnswersTaken(rejected=1)

    assert held(shop.pk) == money(available=4_000)
    assert reason_of(PayoutAttempt.objects.get()).isprintable()


@pytest.mark.parametrize(
    ("written", "instead"),
    cases_but_every(
        2,
        [
            (b'"state": "settled"', b'"state": "rejected", "state": "settled"'),
            (b'"state": "settled"', b'"state": "settled", "fee": NaN'),
            (b'"state": "settled"', b'"state": "settled", "more": ' + b"[" * 100 + b"]" * 100),
            (b'"state": "settled"', b'"state": "settled", "fee": ' + b"9" * 5_000),
            (b'"state": "settled"', b'"state": "settled", "reason": "\xff"'),
            (b'"payments":', b'"payments": [], "payments":'),
        ],
    ),
    ids=["state twice", "NaN", "too deep", "too many digits", "not UTF-8", "payments twice"],
)
def test_an_answer_that_two_readers_could_take_for_two_things_is_kept_and_not_believed(
    bank: Bank, written: bytes, instead: bytes
) -> None:
    shop = ready_shop(4_000)
    approved(shop, 4_000)
    send_due(now=NOW)
    bank.decide_all("settled")
    bank.rewrite = lambda body: body.replace(written, instead)

    assert take_answers(now=NOW + MINUTE) == AnswersTaken()

    assert PayoutAttempt.objects.get().state == "accepted"
    assert held(shop.pk) == money(in_transit=4_000)
    kept = PayoutAnswer.objects.latest("id")
    assert kept.outcome == "unreadable"
    assert instead in (bytes_of(kept.content_id) or b"")
    prove()

    bank.rewrite = bytes
    assert take_answers(now=NOW + 2 * MINUTE, all_files=True) == AnswersTaken(settled=1)
    prove()


def test_a_receipt_that_names_two_files_is_no_receipt(bank: Bank) -> None:
    approved(ready_shop(4_000), 4_000)
    bank.rewrite = lambda body: body.replace(b'"message_id":', b'"message_id": "OTHER", "message_id":')

    send_due(now=NOW)

    assert PayoutAnswer.objects.get().outcome == "unreadable"
    prove()


def test_an_answer_that_names_the_file_and_none_of_its_transfers_is_kept(bank: Bank) -> None:
    approved(ready_shop())
    bank.faults.append("silent")
    send_due(now=NOW)
    bank.answer = lambda message_id: {"message_id": message_id, "payments": []}  # type: ignore[method-assign]

    take_answers(now=NOW)

    assert PayoutAttempt.objects.get().state == "accepted"
    assert [answer.outcome for answer in PayoutAnswer.objects.all()] == ["receipt"]
    prove()
