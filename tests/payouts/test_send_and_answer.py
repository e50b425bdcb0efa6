"""Files to the bank and answers back: one instruction a payout, whatever the bank and the line do."""

import csv
import io
from datetime import timedelta

import httpx
import pytest
from django.db import InternalError, transaction
from django.db.utils import ProgrammingError
from pytest_django import Settings

from joey.kit.ids import new_id
from joey.payouts.book_answers import AnswersTaken
from joey.payouts.holds import place_hold, release_hold
from joey.payouts.models import Payout, PayoutAttempt, PayoutFile
from joey.payouts.prepare_files import prepare_files
from joey.payouts.queries import payouts_of
from joey.payouts.rails.registry import RailNotConnected, rail_manifests
from joey.payouts.send_due import Sent, send_due
from joey.payouts.take_answers import ASK_AGAIN_AFTER, take_answers
from joey.record.erasable import bytes_of
from joey.record.queries import events_of
from tests.cast import NOW, mei
from tests.payouts.bank import Bank, transfers
from tests.payouts.stage import approved, held, lulus_ready_shop, money, ready_shop, reason_of, requested
from tests.proof import prove
from tests.slow import but_every, cases_but_every

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def problems() -> list[str]:
    """What the payout files note for an operator, line by line."""
    return [line for noted in PayoutFile.objects.values_list("problems", flat=True) for line in noted.splitlines()]


def test_an_approved_payout_goes_to_the_bank_and_is_paid(bank: Bank) -> None:
    shop = ready_shop()
    payout = approved(shop)

    assert send_due(now=NOW) == Sent(payouts=1, files=1, handed_over=1, waiting=0)
    assert held(shop.pk) == money(in_transit=10_000)
    prove()

    bank.decide_all("settled")
    assert take_answers(now=NOW + MINUTE) == AnswersTaken(settled=1)

    payout.refresh_from_db()
    assert (payout.state, payout.finished_at) == ("paid", NOW + MINUTE)
    assert held(shop.pk) == money(paid=10_000)
    assert list(bank.instructions().values()) == ["100.00"]
    kinds = [event.kind for event in events_of([f"payout:{payout.id}"])]
    assert kinds == [
        "payout.requested", "payout.approved", "payout.prepared", "payout.sent", "payout.accepted", "payout.paid",
    ]  # fmt: skip
    prove()


def test_a_file_that_holds_more_than_waits_here_is_withdrawn_before_it_leaves(bank: Bank) -> None:
    shop, lulu = ready_shop(), lulus_ready_shop()
    approved(shop), approved(lulu, 4_000)
    prepare_files(rail_manifests()["bank"], now=NOW)
    PayoutAttempt.objects.filter(shop=lulu).update(state="unknown")  # as a restore may leave it

    send_due(now=NOW)

    assert list(bank.instructions().values()) == ["100.00"]
    assert PayoutFile.objects.exclude(withdrawn_at=None).count() == 1


def test_a_rejected_transfer_comes_back_with_the_reason_in_words(bank: Bank) -> None:
    shop = ready_shop()
    person = mei()
    person.language = "en"
    person.save()
    approved(shop)
    send_due(now=NOW)

    bank.decide_all("rejected", reason_code="AC04", reason="closed account")
    assert take_answers(now=NOW) == AnswersTaken(rejected=1)

    (row,) = payouts_of(shop)
    assert row.state == "failed"
    assert row.reason == "The bank says that this account is closed. Ask your bank, or add another account."
    assert reason_of(PayoutAttempt.objects.get()) == "AC04 closed account"
    assert held(shop.pk) == money(available=10_000)
    prove()
    assert requested(shop, 10_000, "once-more").state == "requested"
    prove()


@pytest.mark.parametrize("fault", but_every(2, ["silent", "500", "garbage", "portal"]))
def test_after_an_answer_that_does_not_come_the_bank_is_asked_and_the_same_file_goes_again(
    bank: Bank, fault: str
) -> None:
    shop = ready_shop()
    approved(shop)
    bank.faults = [fault]

    assert send_due(now=NOW).waiting == 1
    assert held(shop.pk) == money(in_transit=10_000)
    prove()
    took_it = bool(bank.files)
    take_answers(now=NOW + MINUTE)
    again = not took_it
    assert send_due(now=NOW + MINUTE) == Sent(payouts=0, files=0, handed_over=again, waiting=0, handed_again=again)

    assert len(bank.received) == (1 if took_it else 2)
    assert len(set(bank.received)) == 1
    assert len(bank.instructions()) == 1
    assert PayoutAttempt.objects.count() == 1
    bank.decide_all("settled")
    take_answers(now=NOW + 3 * MINUTE)
    assert held(shop.pk) == money(paid=10_000)
    prove()


def test_a_bank_that_cannot_be_asked_gets_nothing_again(bank: Bank) -> None:
    approved(ready_shop())
    bank.faults = ["silent", "500"]
    send_due(now=NOW)

    take_answers(now=NOW + MINUTE)
    send_due(now=NOW + MINUTE)

    assert len(bank.received) == 1


def test_a_file_that_was_kept_but_not_handed_over_is_picked_up_byte_for_byte(bank: Bank, settings: Settings) -> None:
    approved(ready_shop())
    settings.JOEY_RAILS = {"bank": bank.settings["bank"] | {"gateway": "http://127.0.0.1:9/bank"}}
    assert send_due(now=NOW) == Sent(payouts=1, files=1, handed_over=0, waiting=1)
    kept = PayoutFile.objects.get()

    settings.JOEY_RAILS = bank.settings
    take_answers(now=NOW + timedelta(days=1))
    send_due(now=NOW + timedelta(days=1))

    assert bank.received == [(kept.message_id, bytes_of(kept.content_id))]
    assert problems() == []


def test_nothing_leaves_before_it_is_approved(bank: Bank) -> None:
    shop = ready_shop()
    requested(shop)

    assert send_due(now=NOW) == Sent(0, 0, 0, 0)

    assert bank.received == []
    assert held(shop.pk) == money(reserved=10_000)


@pytest.mark.parametrize("whole_shop", [True, False])
def test_a_hold_keeps_an_approved_payout_here_until_it_is_released(bank: Bank, whole_shop: bool) -> None:
    shop = ready_shop()
    payout = approved(shop)
    hold = place_hold(shop, reason="One phone, forty orders", now=NOW, payout=None if whole_shop else payout)

    assert send_due(now=NOW) == Sent(0, 0, 0, 0)
    (row,) = payouts_of(shop)
    assert row.held == "One phone, forty orders"
    release_hold(hold, now=NOW, reason="Looked into it")
    assert send_due(now=NOW).payouts == 1

    kinds = [event.kind for event in events_of([f"payout:{payout.id}", f"shop:{shop.pk}"])]
    assert {"payout.held", "payout.hold_released"} <= set(kinds)
    prove()


def test_payouts_of_one_currency_share_a_file(bank: Bank) -> None:
    approved(ready_shop())
    hers = lulus_ready_shop(holder_name="Lulu <&> 露露", account_number="DE89370400440532013000", bank_code="DEUTDEFF")
    approved(hers, 4_000)

    assert send_due(now=NOW) == Sent(payouts=2, files=1, handed_over=1, waiting=0)

    (content,) = bank.files.values()
    assert len(transfers(content)) == 2
    bank.decide_all("settled")
    assert take_answers(now=NOW) == AnswersTaken(settled=2)
    assert (held(hers.pk)["paid"], held(Payout.objects.exclude(shop=hers).get().shop_id)["paid"]) == (4_000, 10_000)
    prove()


def test_one_transfer_can_settle_while_its_neighbour_is_rejected(bank: Bank) -> None:
    mine, hers = ready_shop(), lulus_ready_shop()
    approved(mine)
    approved(hers, 4_000)
    send_due(now=NOW)
    first, second = (attempt.rail_key for attempt in PayoutAttempt.objects.order_by("payout_id"))

    bank.decide(first, "settled")
    assert take_answers(now=NOW) == AnswersTaken(settled=1)
    assert PayoutFile.objects.get().answered_at is None
    bank.decide(second, "rejected", reason_code="XX99", reason="the moon is full")
    assert take_answers(now=NOW + MINUTE) == AnswersTaken(rejected=1)

    assert PayoutFile.objects.get().answered_at == NOW + MINUTE
    assert held(mine.pk) == money(paid=10_000)
    assert held(hers.pk) == money(available=4_000)
    assert "the moon is full" in payouts_of(hers)[0].reason
    prove()


def test_the_same_answer_twice_is_booked_once(bank: Bank) -> None:
    shop = ready_shop()
    payout = approved(shop)
    send_due(now=NOW)
    bank.decide_all("settled")
    take_answers(now=NOW)

    assert take_answers(now=NOW + ASK_AGAIN_AFTER + MINUTE) == AnswersTaken()

    assert held(shop.pk) == money(paid=10_000)
    assert len(events_of([f"payout:{payout.id}"])) == 6
    prove()


@pytest.mark.parametrize(
    ("first", "then"), cases_but_every(3, [("settled", "rejected"), ("rejected", "settled"), ("settled", "accepted")])
)
def test_an_answer_that_contradicts_an_earlier_one_changes_nothing(bank: Bank, first: str, then: str) -> None:
    shop = ready_shop()
    approved(shop)
    send_due(now=NOW)
    bank.decide_all(first)
    take_answers(now=NOW)
    before = held(shop.pk)

    bank.decide_all(then)
    assert take_answers(now=NOW + timedelta(days=1)) == AnswersTaken(problems=1)
    assert take_answers(now=NOW + timedelta(days=2)) == AnswersTaken()

    assert held(shop.pk) == before
    (problem,) = problems()
    assert problem.startswith("contradictory_answer: ")
    prove()


def test_an_answer_about_another_amount_or_an_unknown_transfer_changes_nothing(bank: Bank) -> None:
    shop = ready_shop()
    approved(shop)
    send_due(now=NOW)

    bank.decide_all("settled", amount_minor=9_999)
    bank.extra = [{"end_to_end_id": "NOTOURS", "amount_minor": 1, "currency": "CNY", "state": "settled"}]
    assert take_answers(now=NOW) == AnswersTaken(problems=2)

    assert held(shop.pk) == money(in_transit=10_000)
    assert {line.split(":")[0] for line in problems()} == {
        "other_amount",
        "unknown_transfer",
    }
    prove()


def test_two_answers_at_once_for_one_transfer_settle_nothing(bank: Bank) -> None:
    shop = ready_shop()
    approved(shop)
    send_due(now=NOW)
    (key,) = bank.instructions()

    bank.decide(key, "settled")
    bank.extra = [{"end_to_end_id": key, "amount_minor": 10_000, "currency": "CNY", "state": "rejected"}]
    assert take_answers(now=NOW) == AnswersTaken(problems=1)

    assert held(shop.pk) == money(in_transit=10_000)
    prove()


@pytest.mark.parametrize("fault", ["500", "garbage"])
def test_an_answer_that_cannot_be_read_means_not_yet(bank: Bank, fault: str) -> None:
    shop = ready_shop()
    approved(shop)
    send_due(now=NOW)
    bank.decide_all("settled")
    bank.faults = [fault]

    assert take_answers(now=NOW) == AnswersTaken()
    assert take_answers(now=NOW) == AnswersTaken(settled=1)

    assert held(shop.pk) == money(paid=10_000)


def test_without_a_bank_due_payouts_wait_and_the_command_says_why(settings: Settings) -> None:
    settings.JOEY_RAILS = {}
    assert send_due(now=NOW) == Sent(0, 0, 0, 0)
    shop = ready_shop()
    approved(shop)

    with pytest.raises(RailNotConnected):
        send_due(now=NOW)

    assert held(shop.pk) == money(reserved=10_000)
    prove()


def test_a_bank_that_takes_csv_gets_csv(bank: Bank, settings: Settings) -> None:
    settings.JOEY_RAILS = {"bank": bank.settings["bank"] | {"format": "csv"}}
    approved(ready_shop())

    send_due(now=NOW)

    ((_message_id, content),) = bank.received
    (line,) = csv.DictReader(io.StringIO(content.decode()))
    assert line["amount"] == "100.00"
    assert line["end_to_end_id"] == PayoutAttempt.objects.get().rail_key
    assert PayoutFile.objects.get().file_format == "csv"


def test_a_kept_file_and_a_promise_cannot_be_changed(bank: Bank) -> None:
    approved(ready_shop())
    send_due(now=NOW)

    with pytest.raises((InternalError, ProgrammingError), match="never changes"), transaction.atomic():
        PayoutFile.objects.update(content_id=new_id())
    with pytest.raises((InternalError, ProgrammingError), match="never changes"), transaction.atomic():
        Payout.objects.update(details_id=new_id())


def test_the_key_at_the_rail_comes_from_the_payout(bank: Bank) -> None:
    payout = approved(ready_shop())
    send_due(now=NOW)

    (key,) = bank.instructions()

    assert key == payout.id.hex.upper()
    assert httpx.get(bank.url + "/files/" + PayoutFile.objects.get().message_id).status_code == 200


def test_a_file_that_the_bank_cannot_handle_does_not_block_the_next(bank: Bank) -> None:
    approved(ready_shop())
    bank.faults = ["500"]
    send_due(now=NOW)
    approved(lulus_ready_shop(10_000), key="key-2")

    take_answers(now=NOW)
    bank.faults = ["500"]  # for the old file, which goes first
    sent = send_due(now=NOW)

    assert (sent.handed_over, sent.waiting) == (1, 1)
    take_answers(now=NOW)
    assert send_due(now=NOW).waiting == 0
    assert sorted(bank.instructions().values()) == ["100.00", "100.00"]
