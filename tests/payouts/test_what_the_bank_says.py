"""The table of docs/money.md, one test for each line: what an answer of the rail, or none, means for money."""

from datetime import datetime, timedelta

import pytest
from django.utils.translation import override
from pytest_django import Settings

from joey.kit import sql
from joey.kit.refusals import Forbidden, Invalid
from joey.payouts.book_answers import AnswersTaken, book_not_known
from joey.payouts.holds import HoldAsksQuestion, open_holds, release_hold
from joey.payouts.models import Payout, PayoutAnswer, PayoutAttempt, PayoutDecision, PayoutFile, PayoutSubmission
from joey.payouts.open_questions import open_questions
from joey.payouts.pay_due import pay_due
from joey.payouts.queries import payouts_of
from joey.payouts.rails.bank import client
from joey.payouts.rails.registry import rail_manifests
from joey.payouts.request_payout import PayoutsHeld
from joey.payouts.resolve import AnotherOperatorNeeded, NothingToResolve, mark_refused, resolve
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import ASK_AGAIN_AFTER, ask_file, take_answers
from joey.people.models import Person
from joey.record.erasable import bytes_of
from joey.shops.models import Shop
from tests.cast import NOW, ada, mei, sam
from tests.payouts.bank import Bank
from tests.payouts.stage import approved, held, lulus_ready_shop, money, ready_shop, requested, second_operator
from tests.proof import prove
from tests.slow import but_every, slow

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _reads_english() -> None:
    Person.objects.filter(pk=mei().pk).update(language="en")


def sent(bank: Bank) -> Shop:
    """Mei's shop with 100.00 accepted by the bank."""
    shop = ready_shop()
    approved(shop)
    send_due(now=NOW)
    return shop


def attempt() -> PayoutAttempt:
    return PayoutAttempt.objects.latest("made_at")


def hear(bank: Bank, state: str, *, at: datetime = NOW + MINUTE, **more: object) -> AnswersTaken:
    bank.decide_all(state, **more)
    return take_answers(now=at, all_files=True)


def causes(shop: Shop) -> list[str]:
    return list(open_holds().filter(shop=shop).order_by("id").values_list("cause", flat=True))


def outcomes_kept() -> list[str]:
    return list(PayoutAnswer.objects.order_by("id").values_list("outcome", flat=True))


# --- every answer is kept, with its bytes, once ------------------------------------------------------------


def test_a_receipt_and_each_new_answer_are_rows_with_their_bytes(bank: Bank) -> None:
    sent(bank)
    for minute in range(3):
        take_answers(now=NOW + minute * MINUTE)
    hear(bank, "settled")
    hear(bank, "settled", at=NOW + 2 * MINUTE)

    assert outcomes_kept() == ["receipt", "accepted", "settled"]
    last = PayoutAnswer.objects.latest("id")
    assert b'"state": "settled"' in (bytes_of(last.content_id) or b"")
    assert (last.attempt, last.amount_minor, last.currency) == (attempt(), 10_000, "CNY")
    prove()


# --- nothing is sent again on a guess ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "faults"),
    [
        ("receipt", []),
        ("receipt", ["cut"]),  # what names the file came from a bank that knows it, though it cannot be read
        slow("receipt", ["broken"]),
        ("answer", ["silent"]),
        slow("answer", ["silent", "cut"]),
        ("answer", ["silent", "broken"]),
    ],
)
def test_a_file_that_the_bank_forgets_is_unknown_and_never_sent_again(bank: Bank, seen: str, faults: list[str]) -> None:
    shop = ready_shop()
    approved(shop)
    bank.faults = faults
    send_due(now=NOW)
    if seen == "answer":
        take_answers(now=NOW)
    bank.files.clear()

    for minute in range(1, 4):
        pay_due(now=NOW + minute * MINUTE, ask_all=True)

    assert len(bank.received) == PayoutSubmission.objects.count() == 1
    assert attempt().state == "unknown"
    assert held(shop.pk) == money(in_transit=10_000)
    assert causes(shop) == ["unknown"]
    (row,) = payouts_of(shop)
    assert (row.state, row.reason) == (
        "checking", "Your payout of CN¥100.00 is being checked with the bank. Your money is safe.",
    )  # fmt: skip
    prove()


def test_an_answer_that_is_too_long_and_names_the_file_came_from_a_bank_that_knows_it(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = ready_shop()
    approved(shop)
    with monkeypatch.context() as patched:
        patched.setattr(client, "ANSWER_BYTES_MAX", 60)
        send_due(now=NOW)
    assert outcomes_kept() == ["unreadable"]
    bank.files.clear()

    pay_due(now=NOW + MINUTE)
    pay_due(now=NOW + 2 * MINUTE)

    assert len(bank.received) == 1
    assert (attempt().state, causes(shop)) == ("unknown", ["unknown"])
    prove()


def test_an_error_that_names_the_file_and_breaks_off_is_no_sign_that_the_bank_has_it(bank: Bank) -> None:
    approved(ready_shop())
    bank.faults = ["broken 500"]
    send_due(now=NOW)
    assert outcomes_kept() == []

    pay_due(now=NOW + MINUTE)

    assert len(bank.received) == 2
    assert attempt().state == "accepted"
    prove()


def test_a_login_page_that_repeats_the_address_counts_as_a_sign_so_nothing_is_sent_again(bank: Bank) -> None:
    shop = ready_shop()
    approved(shop)
    bank.faults = ["login"]
    send_due(now=NOW)
    assert (outcomes_kept(), bank.files) == (["unreadable"], {})

    pay_due(now=NOW + MINUTE)
    pay_due(now=NOW + 2 * MINUTE)

    assert len(bank.received) == 1
    assert (attempt().state, causes(shop)) == ("unknown", ["unknown"])
    prove()


def test_not_known_to_an_earlier_question_says_nothing_of_what_was_submitted_since(bank: Bank) -> None:
    approved(ready_shop())
    bank.faults = ["500"]
    send_due(now=NOW)
    take_answers(now=NOW)
    send_due(now=NOW)  # again, and now the bank has it
    first = PayoutSubmission.objects.earliest("id")

    late = book_not_known(first.file_id, b"GET 404\n", submission_id=first.id, remembers_keys_for=DAY, now=NOW + MINUTE)

    assert (late, outcomes_kept(), attempt().state) == (AnswersTaken(), ["not_known", "receipt"], "accepted")
    prove()


def test_an_unknown_transfer_is_accepted_again_when_the_bank_says_so_as_before(bank: Bank) -> None:
    shop = sent(bank)
    hear(bank, "accepted")
    remembered = dict(bank.files)
    bank.files.clear()
    take_answers(now=NOW)
    assert causes(shop) == ["unknown"]

    bank.files.update(remembered)
    hear(bank, "accepted")

    assert (attempt().state, causes(shop)) == ("accepted", [])
    prove()


def test_an_unknown_transfer_ends_by_an_answer_when_the_bank_remembers(bank: Bank) -> None:
    shop = sent(bank)
    remembered = dict(bank.files)
    bank.files.clear()
    take_answers(now=NOW)

    bank.files.update(remembered)
    assert hear(bank, "settled") == AnswersTaken(settled=1)

    assert held(shop.pk) == money(paid=10_000)
    assert causes(shop) == []
    assert PayoutFile.objects.get().problems == ""
    assert payouts_of(shop)[0].state == "paid"
    prove()


def test_a_file_of_which_all_is_paid_is_not_touched_by_a_404(bank: Bank) -> None:
    shop = sent(bank)
    hear(bank, "settled")
    bank.files.clear()

    pay_due(now=NOW + DAY, ask_all=True)

    assert len(bank.received) == 1
    assert attempt().state == "settled"
    assert (held(shop.pk), causes(shop)) == (money(paid=10_000), [])
    prove()


def test_after_the_memory_of_keys_a_file_that_may_have_left_is_unknown(bank: Bank) -> None:
    shop = ready_shop()
    approved(shop)
    bank.faults = ["500"]
    send_due(now=NOW)

    late = NOW + rail_manifests()["bank"].remembers_keys_for + DAY
    pay_due(now=late)
    pay_due(now=late + MINUTE)

    assert len(bank.received) == 1
    assert (attempt().state, causes(shop)) == ("unknown", ["unknown"])
    assert held(shop.pk) == money(in_transit=10_000)
    prove()


@pytest.mark.parametrize("status", but_every(3, [401, 403, 429]))
def test_an_answer_about_the_caller_refuses_no_file(bank: Bank, status: int) -> None:
    shop = ready_shop()
    approved(shop)
    bank.faults = [str(status)]
    send_due(now=NOW)

    assert attempt().state == "submitted"
    pay_due(now=NOW + MINUTE)

    assert (attempt().state, causes(shop)) == ("accepted", [])


# --- one does not block its neighbours ---------------------------------------------------------------------


def two_in_one_file(bank: Bank) -> tuple[Shop, Shop, str, str]:
    mine, hers = ready_shop(4_000), lulus_ready_shop()
    approved(mine, 4_000)
    approved(hers, 4_000)
    send_due(now=NOW)
    keys = dict(PayoutAttempt.objects.values_list("shop_id", "rail_key"))
    return mine, hers, keys[mine.pk], keys[hers.pk]


def test_an_unknown_word_makes_its_transfer_unknown_and_its_neighbour_is_paid(bank: Bank) -> None:
    mine, hers, my_key, her_key = two_in_one_file(bank)

    bank.decide(my_key, "dancing")
    bank.decide(her_key, "settled")
    assert take_answers(now=NOW) == AnswersTaken(settled=1, problems=1)

    assert PayoutAttempt.objects.get(rail_key=my_key).state == "unknown"
    assert (causes(mine), causes(hers)) == (["unknown"], [])
    assert held(hers.pk) == money(paid=4_000)
    bank.decide(my_key, "rejected", reason_code="AC04")
    assert take_answers(now=NOW + MINUTE) == AnswersTaken(rejected=1)
    assert (held(mine.pk), causes(mine)) == (money(available=4_000), [])
    prove()


@pytest.mark.parametrize(
    "entry",
    [
        {"state": None},
        slow({"state": ["settled"]}),
        slow({"amount_minor": "4000"}),
        {"amount_minor": 10**30},
        slow({"amount_minor": 40.0}),
        {"currency": None},
    ],
)
def test_an_entry_that_cannot_be_read_spoils_no_other(bank: Bank, entry: dict[str, object]) -> None:
    mine, hers, my_key, her_key = two_in_one_file(bank)
    bank.decide(my_key, "settled", **{name: value for name, value in entry.items() if name != "state"})
    bank.decided[my_key] |= entry
    bank.decide(her_key, "settled")
    bank.extra = ["nothing", {}]  # type: ignore[list-item]

    assert take_answers(now=NOW).settled == 1

    assert held(hers.pk) == money(paid=4_000)
    assert held(mine.pk) == money(in_transit=4_000)
    assert len(causes(mine)) == 1
    prove()


def test_a_refused_file_is_unknown_and_two_operators_give_the_money_back(bank: Bank) -> None:
    shop = ready_shop()
    approved(shop)
    bank.faults = ["refuse"]
    send_due(now=NOW)
    file = PayoutFile.objects.get()
    assert (attempt().state, causes(shop), file.problems.split(":")[0]) == ("unknown", ["unknown"], "file_refused")

    pay_due(now=NOW + MINUTE)
    assert len(bank.received) == 1
    first = mark_refused(file, by=ada(), reason="The bank says it took nothing", now=NOW)
    assert [decision.carried_out for decision in first] == [False]
    with pytest.raises(AnotherOperatorNeeded):
        mark_refused(file, by=ada(), reason="Really", now=NOW)
    assert held(shop.pk) == money(in_transit=10_000)

    mark_refused(file, by=second_operator(), reason="Agreed by telephone", now=NOW)

    assert held(shop.pk) == money(available=10_000)
    assert (causes(shop), payouts_of(shop)[0].state) == ([], "failed")
    prove()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_of_a_refused_file_the_banks_own_words_are_kept_and_none_of_ours(bank: Bank, language: str) -> None:
    approved(ready_shop())
    bank.faults = ["refuse"]
    with override(language):
        send_due(now=NOW)

    assert PayoutFile.objects.get().problems == 'file_refused: 422 {"title": "not that way"}'


def test_a_refused_file_does_not_block_the_next(bank: Bank) -> None:
    approved(ready_shop())
    bank.faults = ["refuse"]
    send_due(now=NOW)
    hers = lulus_ready_shop()
    approved(hers, 4_000)

    assert send_due(now=NOW).handed_over == 1
    hear(bank, "settled")
    assert held(hers.pk) == money(paid=4_000)
    prove()


def test_where_refusing_is_final_a_refused_file_was_not_paid(bank: Bank) -> None:
    manifest = rail_manifests()["bank"]
    object.__setattr__(manifest, "refusing_a_file_is_final", True)
    try:
        shop = ready_shop()
        approved(shop)
        bank.faults = ["refuse"]
        send_due(now=NOW)
        prove()
    finally:
        object.__setattr__(manifest, "refusing_a_file_is_final", False)

    assert (attempt().state, causes(shop)) == ("rejected", [])
    assert held(shop.pk) == money(available=10_000)
    with pytest.raises(AssertionError, match=r"26\. What became of a transfer follows"):
        prove()  # it is not final any more


# --- contradictions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "then"), [("settled", "rejected"), ("rejected", "settled")])
def test_settled_against_rejected_books_nothing_and_holds_the_shop(bank: Bank, first: str, then: str) -> None:
    shop = sent(bank)
    hear(bank, first)
    before = held(shop.pk)

    assert hear(bank, then, at=NOW + DAY) == AnswersTaken(problems=1)
    assert hear(bank, then, at=NOW + 2 * DAY) == AnswersTaken()

    assert held(shop.pk) == before
    assert causes(shop) == ["contradiction"]
    assert payouts_of(shop)[0].state == "checking"
    prove()
    if first == "rejected":  # the money is available again, and must not leave a second time
        with pytest.raises(PayoutsHeld):
            requested(shop, 10_000, "again")


def test_a_refusal_because_of_a_question_is_in_the_language_of_who_asks(bank: Bank) -> None:
    shop = sent(bank)
    Person.objects.update(language="zh-hans")
    hear(bank, "rejected")
    hear(bank, "settled", at=NOW + DAY)

    with override("en"):
        with pytest.raises(PayoutsHeld) as refused:
            requested(shop, 10_000, "again")
        row = payouts_of(shop)[0]

    assert "being checked with the bank" in str(refused.value)
    assert "being checked with the bank" in row.reason


def test_a_payout_approved_before_the_contradiction_is_not_sent_either(bank: Bank) -> None:
    shop = sent(bank)
    hear(bank, "rejected")
    again = approved(shop, 10_000, "again")

    bank.decide_all("settled")
    pay_due(now=NOW + DAY, ask_all=True)

    again.refresh_from_db()
    assert again.state == "approved"
    assert len(bank.received) == 1
    prove()


def test_found_paid_after_all_it_is_set_off_against_new_earnings(bank: Bank) -> None:
    shop = sent(bank)
    hear(bank, "rejected")
    hear(bank, "settled", at=NOW + DAY)

    decide("overpaid", ada())
    assert held(shop.pk) == money(available=10_000)
    decide("overpaid", second_operator())

    assert held(shop.pk) == money(available=0, paid=10_000)
    assert causes(shop) == []
    assert "set off against new earnings" in payouts_of(shop)[0].reason
    assert hear(bank, "settled", at=NOW + 2 * DAY) == AnswersTaken()
    prove()


def test_an_overpayment_of_money_that_is_gone_leaves_a_debt_or_is_borne_by_the_platform(bank: Bank) -> None:
    shop = sent(bank)
    hear(bank, "rejected")
    approved(shop, 10_000, "again")
    send_due(now=NOW)
    first = PayoutAttempt.objects.earliest("made_at", "id")
    bank.decide_all("settled")
    take_answers(now=NOW + DAY, all_files=True)
    assert held(shop.pk) == money(paid=10_000)

    for operator in (ada(), second_operator()):
        resolve(first, outcome="overpaid", borne_by="platform", by=operator, reason="Our bank's fault", now=NOW)

    assert held(shop.pk) == money(paid=20_000)
    prove()


def test_found_never_paid_the_money_is_available_again(bank: Bank) -> None:
    shop = sent(bank)
    hear(bank, "settled")
    hear(bank, "rejected", at=NOW + DAY, reason_code="AC04")

    for operator in (ada(), second_operator()):
        decide("not_paid", operator)

    assert held(shop.pk) == money(available=10_000)
    (row,) = payouts_of(shop)
    assert (row.state, row.reason, causes(shop)) == ("failed", "It did not arrive. The money is available again.", [])
    prove()


def test_another_amount_books_nothing_until_the_right_one_comes(bank: Bank) -> None:
    shop = sent(bank)

    assert hear(bank, "settled", amount_minor=9_999) == AnswersTaken(problems=1)
    assert (held(shop.pk), causes(shop)) == (money(in_transit=10_000), ["contradiction"])
    prove()
    assert hear(bank, "settled", at=NOW + 2 * MINUTE) == AnswersTaken(settled=1)

    assert (held(shop.pk), causes(shop)) == (money(paid=10_000), [])
    prove()


# --- money that comes back ---------------------------------------------------------------------------------


@pytest.mark.parametrize("days", but_every(2, [0, 1, 59]))
def test_a_settled_transfer_that_comes_back_is_available_again_with_its_reason(bank: Bank, days: int) -> None:
    shop = sent(bank)
    hear(bank, "settled")

    assert hear(bank, "returned", at=NOW + days * DAY + 2 * MINUTE, reason_code="AC04") == AnswersTaken(returned=1)

    assert held(shop.pk) == money(available=10_000)
    (row,) = payouts_of(shop)
    assert row.state == "returned"
    assert row.reason == "The bank says that this account is closed. Ask your bank, or add another account."
    assert causes(shop) == ["returned"]
    with pytest.raises(PayoutsHeld, match="came back"):
        requested(shop, 10_000, "again")
    release_hold(open_holds().get(), by=ada(), reason="The account was closed, the keeper knows", now=NOW)
    assert requested(shop, 10_000, "again").state == "requested"
    prove()


def test_a_transfer_of_which_only_the_return_was_seen_was_paid_and_came_back(bank: Bank) -> None:
    shop = sent(bank)

    assert hear(bank, "returned") == AnswersTaken(returned=1)

    assert held(shop.pk) == money(available=10_000)
    prove()


def test_files_that_may_still_come_back_are_asked_for_every_six_hours(bank: Bank) -> None:
    sent(bank)
    hear(bank, "settled")
    bank.asked.clear()

    take_answers(now=NOW + 2 * MINUTE)
    assert bank.asked == []
    take_answers(now=NOW + ASK_AGAIN_AFTER + 2 * MINUTE)
    assert len(bank.asked) == 1
    take_answers(now=NOW + 61 * DAY, all_files=True)
    assert len(bank.asked) == 1


# --- two operators -----------------------------------------------------------------------------------------


def decide(outcome: str, by: Person, reason: str = "The bank wrote so") -> PayoutDecision:
    return resolve(attempt(), outcome=outcome, by=by, reason=reason, now=NOW)


def unknown(bank: Bank) -> Shop:
    shop = sent(bank)
    bank.files.clear()
    take_answers(now=NOW)
    return shop


@pytest.mark.parametrize(("outcome", "after"), [("settled", {"paid": 10_000}), ("rejected", {"available": 10_000})])
def test_two_operators_who_agree_end_what_is_unknown(bank: Bank, outcome: str, after: dict[str, int]) -> None:
    shop = unknown(bank)

    assert not decide(outcome, ada()).carried_out
    assert attempt().state == "unknown"
    assert decide(outcome, second_operator()).carried_out

    assert (attempt().state, causes(shop)) == (outcome, [])
    assert held(shop.pk) == money(**after)
    with pytest.raises(NothingToResolve):
        decide(outcome, ada())
    prove()


@pytest.mark.parametrize(
    ("outcome", "after", "state"),
    [("overpaid", {"paid": 20_000, "available": -10_000}, "paid"), ("not_paid", {"available": 10_000}, "failed")],
)
def test_what_only_the_statement_shows_is_asked_by_one_operator_and_booked_by_two(
    bank: Bank, outcome: str, after: dict[str, int], state: str
) -> None:
    shop = sent(bank)
    hear(bank, "settled")

    assert not decide(outcome, ada(), "Statement 7 says so").carried_out

    assert (held(shop.pk), causes(shop)) == (money(paid=10_000), ["contradiction"])
    [asked] = open_questions()
    assert (asked.transfer, asked.cause, asked.state) == (attempt().rail_key, "contradiction", "settled")
    assert (outcome, "Statement 7 says so") in [(fact.outcome, fact.reason) for fact in asked.facts]
    with pytest.raises(PayoutsHeld, match="checked with the bank"):
        requested(shop, 100, "again")
    prove()
    with pytest.raises(AnotherOperatorNeeded):
        decide(outcome, ada())
    bank.files, kept = {}, bank.files
    take_answers(now=NOW + DAY, all_files=True)  # the bank does not know the file, and then says the same once more
    bank.files = kept
    take_answers(now=NOW + 2 * DAY, all_files=True)
    assert causes(shop) == ["contradiction"], "what the bank says is known"
    assert decide(outcome, second_operator()).carried_out

    assert (held(shop.pk), causes(shop), open_questions()) == (money(**after), [], [])
    assert payouts_of(shop)[0].state == state
    prove()


def test_an_operator_who_was_wrong_is_contradicted_by_two_who_find_what_is_booked(bank: Bank) -> None:
    shop = sent(bank)
    with pytest.raises(NothingToResolve):
        decide("settled", ada())  # the bank has yet to say
    hear(bank, "settled")
    with pytest.raises(NothingToResolve):
        decide("settled", ada())
    decide("not_paid", ada())

    assert not decide("settled", second_operator()).carried_out
    assert decide("settled", ada(), "It is on the next statement").carried_out

    assert (held(shop.pk), causes(shop)) == (money(paid=10_000), [])
    prove()


def test_two_operators_who_disagree_end_nothing(bank: Bank) -> None:
    shop = unknown(bank)

    decide("settled", ada())
    assert not decide("rejected", second_operator()).carried_out

    assert (held(shop.pk), causes(shop)) == (money(in_transit=10_000), ["unknown"])
    prove()


@pytest.mark.parametrize("lost", ["is_active", "is_staff"])
def test_a_finding_of_an_operator_who_left_does_not_count(bank: Bank, lost: str) -> None:
    unknown(bank)
    decide("settled", ada())
    Person.objects.filter(pk=ada().pk).update(**{lost: False})

    assert not decide("settled", second_operator()).carried_out


def test_the_owner_a_stranger_and_an_empty_reason_decide_nothing(bank: Bank) -> None:
    shop = unknown(bank)
    Person.objects.filter(pk=mei().pk).update(is_staff=True)

    for person in (mei(), sam()):
        with pytest.raises(Forbidden):
            decide("settled", person)
    with pytest.raises(Invalid):
        decide("settled", ada(), reason=" ")
    with pytest.raises(Invalid):
        decide("overpaid", ada())
    with pytest.raises(Invalid):
        resolve(attempt(), outcome="settled", borne_by="platform", by=ada(), reason="So", now=NOW)

    assert not PayoutDecision.objects.exists()
    assert held(shop.pk) == money(in_transit=10_000)


def test_a_question_is_not_released_like_a_hold(bank: Bank) -> None:
    unknown(bank)

    with pytest.raises(HoldAsksQuestion):
        release_hold(open_holds().get(), by=ada(), now=NOW, reason="Looked into it")


def test_an_answer_after_the_decision_that_says_otherwise_is_a_contradiction(bank: Bank) -> None:
    shop = sent(bank)
    remembered = dict(bank.files)
    bank.files.clear()
    take_answers(now=NOW)
    for operator in (ada(), second_operator()):
        decide("rejected", operator)
    bank.files.update(remembered)

    hear(bank, "settled", at=NOW + DAY)

    assert (held(shop.pk), causes(shop)) == (money(available=10_000), ["contradiction"])
    prove()


def test_an_operator_asks_about_one_file(bank: Bank) -> None:
    shop = sent(bank)
    bank.decide_all("settled")
    file = PayoutFile.objects.get()

    with pytest.raises(Forbidden):
        ask_file(file, by=sam(), now=NOW)
    assert ask_file(file, by=ada(), now=NOW) == AnswersTaken(settled=1)

    assert held(shop.pk) == money(paid=10_000)


def test_an_answer_for_another_file_books_nothing_here(bank: Bank) -> None:
    mine = sent(bank)
    bank.message_prefix = "OTHER-"
    bank.decide_all("settled")

    assert take_answers(now=NOW) == AnswersTaken()

    assert held(mine.pk) == money(in_transit=10_000)
    bank.message_prefix = ""
    assert take_answers(now=NOW) == AnswersTaken(settled=1)
    assert Payout.objects.get().state == "paid"


# --- a bank that never says what became of it --------------------------------------------------------------

OVERDUE = rail_manifests()["bank"].answers_within + MINUTE


@pytest.mark.parametrize("silence", but_every(2, ["accepted for ever", "gone", "another account"]))
def test_a_transfer_without_an_outcome_in_time_is_unknown_and_two_operators_end_it(
    bank: Bank, settings: Settings, silence: str
) -> None:
    shop = ready_shop()
    approved(shop)
    bank.faults = ["silent"] if silence == "another account" else []
    send_due(now=NOW)
    if silence == "gone":
        bank.faults = ["500"] * 9
    elif silence == "another account":
        bank.host = "new-bank.example"
        settings.JOEY_RAILS = bank.settings
    pay_due(now=NOW + DAY)
    before = causes(shop)

    for minute in range(3):
        pay_due(now=NOW + OVERDUE + minute * MINUTE, ask_all=True)

    assert (before, attempt().state, causes(shop)) == ([], "unknown", ["unknown"])
    assert len(bank.received) == 1
    prove()
    resolve(attempt(), outcome="rejected", by=ada(), reason="Closed account, statement of 1 May", now=NOW)
    resolve(attempt(), outcome="rejected", by=second_operator(), reason="Statement of 1 May", now=NOW)
    assert (held(shop.pk), causes(shop)) == (money(available=10_000), [])
    prove()


def test_an_answer_after_its_time_still_ends_the_question(bank: Bank) -> None:
    shop = sent(bank)
    pay_due(now=NOW + OVERDUE)
    assert attempt().state == "unknown"

    hear(bank, "settled", at=NOW + OVERDUE + MINUTE)

    assert (held(shop.pk), causes(shop)) == (money(paid=10_000), [])
    assert PayoutFile.objects.get().problems == ""
    prove()


# --- after an overpayment ----------------------------------------------------------------------------------


def overpaid(bank: Bank, *, came_back_first: bool = False, borne_by: str = "shop") -> Shop:
    """Booked back, reported settled after all, and found overpaid."""
    shop = sent(bank)
    if came_back_first:
        hear(bank, "settled")
        hear(bank, "returned", at=NOW + DAY)
        release_hold(open_holds().get(), by=ada(), reason="A typing error", now=NOW)
    else:
        hear(bank, "rejected")
    hear(bank, "settled", at=NOW + 2 * DAY)
    find("overpaid", borne_by)
    return shop


def find(outcome: str, borne_by: str = "shop") -> None:
    for operator in (ada(), second_operator()):
        resolve(attempt(), outcome=outcome, borne_by=borne_by, by=operator, reason="Statement 7", now=NOW)


@pytest.mark.parametrize("came_back_first", [False, True])
@pytest.mark.parametrize("borne_by", but_every(2, ["shop", "platform"]))
def test_what_was_overpaid_and_comes_back_is_lost_to_no_one(bank: Bank, borne_by: str, came_back_first: bool) -> None:
    shop = overpaid(bank, came_back_first=came_back_first, borne_by=borne_by)

    hear(bank, "returned", at=NOW + 3 * DAY)
    asked = causes(shop)
    find("returned")

    assert asked == ["contradiction"]
    assert (held(shop.pk), causes(shop)) == (money(available=10_000), [])
    assert sql.value("SELECT coalesce(sum(balance_minor), 0) FROM ledger_account WHERE kind = 'platform:loss'") == 0
    prove()


def test_an_overpayment_found_again_is_booked_once(bank: Bank) -> None:
    shop = overpaid(bank)
    hear(bank, "dancing", at=NOW + 3 * DAY)

    with pytest.raises(Invalid):
        resolve(attempt(), outcome="overpaid", borne_by="platform", by=ada(), reason="Ours", now=NOW)
    with pytest.raises(Invalid):
        find("rejected")
    find("overpaid")

    assert (held(shop.pk), causes(shop)) == (money(paid=10_000), [])
    prove()


def test_what_was_overpaid_came_back_and_is_paid_again_is_booked_a_second_time(bank: Bank) -> None:
    shop = overpaid(bank)
    hear(bank, "returned", at=NOW + 3 * DAY)
    find("returned")

    hear(bank, "settled", at=NOW + 4 * DAY)
    assert causes(shop) == ["contradiction"]
    find("overpaid", "platform")

    assert (held(shop.pk), causes(shop)) == (money(available=10_000, paid=10_000), [])
    assert sql.value("SELECT count(*) FROM ledger_journal WHERE kind = 'payout.overpaid'") == 2
    prove()


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("rejected", ("settled", "rejected", "accepted", "rejected")),
        ("settled", ("rejected", "accepted", "rejected", "accepted")),
    ],
)
def test_each_further_overpayment_is_booked_by_its_own_key_and_comes_back_by_it(
    bank: Bank, first: str, then: tuple[str, ...]
) -> None:
    shop = sent(bank)
    hear(bank, first)
    before = held(shop.pk)["paid"]
    found = (("overpaid", 1), ("overpaid_again", 2), ("returned", 1), ("overpaid_again", 2))
    for day, (says, (outcome, paid_more)) in enumerate(zip(then, found, strict=True), start=1):
        hear(bank, says, at=NOW + day * DAY)
        assert causes(shop) == ["contradiction"]
        find(outcome)
        assert (held(shop.pk)["paid"] - before, causes(shop)) == (paid_more * 10_000, []), outcome
        prove()

    numbered = PayoutDecision.objects.filter(overpayment__isnull=False).order_by("id")
    assert list(numbered.values_list("overpayment", flat=True)) == [1, 2, 2, 3]


def test_a_rejection_repeated_after_an_overpayment_is_asked_about(bank: Bank) -> None:
    shop = overpaid(bank)

    hear(bank, "rejected", at=NOW + 3 * DAY)
    assert causes(shop) == ["contradiction"]
    hear(bank, "settled", at=NOW + 4 * DAY)

    assert (held(shop.pk), causes(shop)) == (money(paid=10_000), [])
    prove()


def refused_file_of_two(bank: Bank) -> PayoutFile:
    """Mei's and Lulu's payouts in one file that the bank refused."""
    approved(ready_shop())
    approved(lulus_ready_shop(), 4_000)
    bank.faults = ["refuse"]
    send_due(now=NOW)
    return PayoutFile.objects.get()


def test_a_file_is_marked_refused_although_one_of_its_transfers_was_written_down_before(bank: Bank) -> None:
    file = refused_file_of_two(bank)
    first = PayoutAttempt.objects.earliest("id")
    resolve(first, outcome="rejected", by=ada(), reason="Seen in the portal", now=NOW)

    mark_refused(file, by=ada(), reason="The bank's letter", now=NOW)
    with pytest.raises(AnotherOperatorNeeded):
        mark_refused(file, by=ada(), reason="The bank's letter", now=NOW)
    mark_refused(file, by=second_operator(), reason="The bank's letter", now=NOW)

    assert set(PayoutAttempt.objects.values_list("state", flat=True)) == {"rejected"}
    prove()


def test_an_operator_with_a_shop_in_the_file_marks_no_part_of_it(bank: Bank) -> None:
    file = refused_file_of_two(bank)
    owner = PayoutAttempt.objects.latest("id").shop.owner
    Person.objects.filter(pk=owner.pk).update(is_staff=True)

    with pytest.raises(Forbidden):
        mark_refused(file, by=Person.objects.get(pk=owner.pk), reason="The bank's letter", now=NOW)

    assert not PayoutDecision.objects.exists()


def test_a_finding_that_its_operator_took_back_does_not_count(bank: Bank) -> None:
    shop = sent(bank)
    bank.files.clear()
    take_answers(now=NOW)
    decide("rejected", ada())
    decide("settled", ada(), reason="The receipt says that it arrived")

    assert not decide("rejected", second_operator()).carried_out
    assert held(shop.pk) == money(in_transit=10_000)
    assert decide("rejected", ada()).carried_out
    prove()
