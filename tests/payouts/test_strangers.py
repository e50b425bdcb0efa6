"""What a bank answers about transfers that are not ours is noted until an operator has looked into it; notes end."""

import pytest

from joey.insight.erase_subject import erase_subject
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.refusals import Conflict, Forbidden, Invalid
from joey.office.file_problems import problem_in_words
from joey.payouts.book_answers import AnswersTaken
from joey.payouts.file_problems import dismiss_strangers
from joey.payouts.models import PayoutAnswer, PayoutAttempt, PayoutFile
from joey.payouts.office_lists import naming_strangers
from joey.payouts.open_questions import open_files
from joey.payouts.resolve import resolve
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from joey.record.erasable import text_of
from joey.record.queries import events_of
from tests.at_once import outcomes
from tests.cast import NOW, ada, sam
from tests.payouts.bank import Bank
from tests.payouts.stage import approved, ready_shop, second_operator
from tests.places import places_of
from tests.proof import prove
from tests.slow import but_every

WHO = "WangWei 13800138000"
STRANGER = {"end_to_end_id": "NOTOURS", "amount_minor": 1, "currency": "CNY", "state": "settled"}


def noted(bank: Bank, **named: object) -> PayoutFile:
    """A file that is over, of which the bank named a transfer that is not in it."""
    approved(ready_shop())
    send_due(now=NOW)
    bank.decide_all("settled")
    bank.extra = [STRANGER | named]
    take_answers(now=NOW)
    return PayoutFile.objects.get()


@pytest.mark.django_db
def test_an_answer_about_a_transfer_that_is_not_ours_is_listed_until_an_operator_dismisses_it(bank: Bank) -> None:
    file = noted(bank)
    assert file.answered_at is not None
    assert [each.problems for each in open_files()] == [("unknown_transfer: 'NOTOURS' is not in this file",)]
    with pytest.raises(Forbidden):
        dismiss_strangers(file, by=sam(), reason="It was a test of the bank", now=NOW)
    with pytest.raises(Invalid):
        dismiss_strangers(file, by=ada(), reason=" ", now=NOW)

    assert dismiss_strangers(file, by=ada(), reason="It was a test of the bank", now=NOW) == 1

    assert take_answers(now=NOW, all_files=True) == AnswersTaken()
    assert open_files() == []
    assert PayoutAnswer.objects.filter(outcome="not_ours").count() == 1
    (_sent, event) = events_of([f"payout_file:{file.message_id}"])
    assert (event.kind, event.facts["by"], event.facts["answers"]) == (
        "payout_file.strangers_dismissed", str(ada().pk), 1,
    )  # fmt: skip
    prove()


@pytest.mark.django_db
def test_another_transfer_that_is_not_ours_is_noted_after_the_first_was_dismissed(bank: Bank) -> None:
    file = noted(bank)
    dismiss_strangers(file, by=ada(), reason="It was a test of the bank", now=NOW)
    bank.extra = [STRANGER, STRANGER | {"end_to_end_id": "NORTHIS"}]

    assert take_answers(now=NOW, all_files=True).problems == 1

    file.refresh_from_db()
    assert file.problems == "unknown_transfer: 'NORTHIS' is not in this file"


@pytest.mark.django_db
@pytest.mark.parametrize("code", but_every(2, ["file_refused:77", "file_unknown:", "overdue", "unknown_transfer:"]))
def test_a_stranger_named_like_a_note_stays_noted_and_a_transfers_own_note_names_no_stranger(
    bank: Bank, code: str
) -> None:
    file = noted(bank, end_to_end_id=code)
    take_answers(now=NOW, all_files=True)
    file.refresh_from_db()
    assert file.problems == f"unknown_transfer: '{code}' is not in this file"
    assert dismiss_strangers(file, by=ada(), reason="It was a test of the bank", now=NOW) == 1
    prove()

    bank.extra = []
    bank.decide_all("dancing", reason=f"unknown_transfer: {code}")
    take_answers(now=NOW, all_files=True)
    assert file.problems != PayoutFile.objects.get().problems
    assert not naming_strangers(PayoutFile.objects.all()).exists()


@pytest.mark.long
@pytest.mark.django_db
def test_of_many_transfers_that_are_not_ours_twenty_are_noted_by_name_and_all_are_kept(bank: Bank) -> None:
    file = noted(bank)
    bank.extra = [STRANGER | {"end_to_end_id": f"DAY-{number}"} for number in range(3_000)]

    assert take_answers(now=NOW, all_files=True).problems == 3_000

    file.refresh_from_db()
    lines = file.problems.splitlines()
    assert lines[:2] == [f"unknown_transfer: '{name}' is not in this file" for name in ("NOTOURS", "DAY-0")]
    assert lines[20:] == ["unknown_transfer: 2981 more are not in this file"]
    assert problem_in_words(lines[20]) == "The bank answered about 2981 more transfers that are not in this file."
    assert PayoutAnswer.objects.filter(outcome="not_ours").count() == 3_001
    prove()

    bank.extra = [STRANGER | {"end_to_end_id": "DAY-3000"}]
    assert take_answers(now=NOW, all_files=True).problems == 1
    file.refresh_from_db()
    assert file.problems.splitlines()[20:] == ["unknown_transfer: 2982 more are not in this file"]
    assert dismiss_strangers(file, by=ada(), reason="It answers with the whole day", now=NOW) == 3_002
    file.refresh_from_db()
    assert file.problems == ""
    prove()


@pytest.mark.django_db
@pytest.mark.parametrize("named", ["WangWei 13800138000", "WANGWEI13800138000", "王伟"])
def test_what_the_bank_calls_a_transfer_is_not_kept_in_its_answer_unless_it_has_the_form_of_our_keys(
    bank: Bank, named: str
) -> None:
    noted(bank, end_to_end_id=named)

    answer = PayoutAnswer.objects.get(outcome="not_ours")

    assert (len(answer.key), answer.key[0]) == (33, "~")
    assert answer.words_id is not None
    assert text_of(answer.words_id) == named
    assert [each.problems for each in open_files()] == [(f"unknown_transfer: '{named}' is not in this file",)]
    prove()


@pytest.mark.django_db
def test_a_key_like_ours_stays_in_the_answer_and_in_its_note_when_the_texts_are_erased(bank: Bank) -> None:
    key = "0A" * 16
    noted(bank, end_to_end_id=key)

    erase_subject(f"payout:{PayoutAttempt.objects.get().payout_id}", reason="It was asked for", now=NOW)

    answer = PayoutAnswer.objects.get(outcome="not_ours")
    assert (answer.key, answer.words_id) == (key, None)
    assert [each.problems for each in open_files()] == [(f"unknown_transfer: '{key}' is not in this file",)]
    prove()


@pytest.mark.django_db
def test_a_stranger_that_was_erased_says_nothing_new_when_the_bank_repeats_it(bank: Bank) -> None:
    file = noted(bank, end_to_end_id=WHO)
    dismiss_strangers(file, by=ada(), reason="It was a test of the bank", now=NOW)
    erase_subject(f"payout:{PayoutAttempt.objects.get().payout_id}", reason="It was asked for", now=NOW)

    assert take_answers(now=NOW, all_files=True) == AnswersTaken()

    assert (places_of(WHO), open_files()) == ([], [])
    bank.decide_all("returned")
    assert take_answers(now=NOW, all_files=True).returned == 1
    assert open_files() == []
    prove()


@pytest.mark.django_db
def test_what_the_bank_writes_for_a_currency_is_in_no_row_that_stays(bank: Bank) -> None:
    noted(bank, currency="WangWei")

    erase_subject(f"payout:{PayoutAttempt.objects.get().payout_id}", reason="It was asked for", now=NOW)

    assert PayoutAnswer.objects.get(outcome="not_ours").currency == "?"
    assert places_of("WangWei") == []
    prove()


def test_two_operators_who_dismiss_at_once_write_it_down_once(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    file = noted(bank)
    first, second = ada(), second_operator()

    done = outcomes(
        lambda: dismiss_strangers(file, by=first, reason="A test", now=NOW),
        lambda: dismiss_strangers(file, by=second, reason="A test", now=NOW),
    )

    assert sorted(type(each).__name__ for each in done) == ["Conflict", "int"]
    with pytest.raises(Conflict):
        dismiss_strangers(file, by=first, reason="A test", now=NOW)
    kinds = [event.kind for event in events_of([f"payout_file:{file.message_id}"])]
    assert kinds.count("payout_file.strangers_dismissed") == 1


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["forgets", "refuse"])
def test_what_is_noted_of_a_whole_file_ends_once_two_operators_have_resolved_its_transfers(
    bank: Bank, fault: str
) -> None:
    approved(ready_shop())
    if fault == "refuse":
        bank.faults = ["refuse"]
    send_due(now=NOW)
    if fault == "forgets":
        bank.files.clear()
        take_answers(now=NOW)
    assert PayoutFile.objects.get().problems

    for operator in (ada(), second_operator()):
        resolve(PayoutAttempt.objects.get(), outcome="rejected", by=operator, reason="Call 4711", now=NOW)

    assert PayoutFile.objects.get().problems == ""
    prove()
