"""A file that its bank does not know goes again; while a hold or a pause keeps it back, lists say so."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils.translation import override

from joey.commissions.earn_due import earn_due
from joey.insight.waiting import waiting
from joey.kit.refusals import Conflict
from joey.payouts.give_up import give_up
from joey.payouts.holds import open_holds, place_hold, release_hold
from joey.payouts.kept_back import kept_back
from joey.payouts.models import Payout, PayoutFile
from joey.payouts.open_questions import open_files
from joey.payouts.pause import end_pause, pause_payouts
from joey.payouts.pay_due import pay_due
from joey.payouts.prepare_files import prepare_files
from joey.payouts.queries import attempts_of
from joey.payouts.rails.registry import rail_manifests
from joey.payouts.resolve import NothingToResolve, mark_refused
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import FileNotSubmitted, take_answers
from joey.people.models import Person
from joey.shops.models import Shop
from tests.cast import NOW, ada, leased, refund
from tests.orders.polled import take_order_reports
from tests.payouts.bank import Bank
from tests.payouts.stage import (
    approved,
    earn,
    held,
    lulus_ready_shop,
    money,
    ready_payee,
    ready_shop,
    second_operator,
)
from tests.proof import prove
from tests.slow import but_every, slow

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WHY = "Ten orders from one device in an hour"
KEPT_BACK = "Payout files that the bank does not know, kept back"
NO_FINAL_ANSWER = "Payout files without a final answer from the bank"


def lost(bank: Bank) -> Payout:
    """Mei's 100.00, in a file that may have reached the bank, and did not."""
    payout = approved(ready_shop())
    bank.faults = ["500"]
    send_due(now=NOW)
    return payout


def stopped(payout: Payout, by: str) -> Callable[[], object]:
    """Stop the payout; what ends that."""
    if by == "returned":
        take_order_reports("taobao", [refund(back=2_500)], now=NOW)
        earn_due(now=NOW)
        return lambda: earn(4_000, "4294159887444064888")
    if by == "the shop is closed":
        Shop.objects.filter(pk=payout.shop_id).update(closed_at=NOW)
        return lambda: Shop.objects.filter(pk=payout.shop_id).update(closed_at=None)
    if by in ("the account is closed", "an operator left"):
        person = ada() if by == "an operator left" else payout.shop.owner
        Person.objects.filter(pk=person.pk).update(is_active=False)
        return lambda: Person.objects.filter(pk=person.pk).update(is_active=True)
    if by == "pause":
        pause = pause_payouts(reason=WHY, now=NOW)
        return lambda: end_pause(pause, now=NOW, reason="The statement agrees")
    hold = place_hold(payout.shop, reason=WHY, now=NOW, payout=payout if by == "hold on the payout" else None)
    return lambda: release_hold(hold, now=NOW, reason="Looked into it")


def listed(*, after: timedelta) -> list[str]:
    with override("en"):
        return [each.label for each in waiting(now=NOW + after) if each.model is PayoutFile]


@pytest.mark.parametrize(
    "by",
    [
        "hold on the shop",
        slow("hold on the payout"),
        slow("pause"),
        "returned",
        slow("the shop is closed"),
        slow("the account is closed"),
        "an operator left",
    ],
)
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


@pytest.mark.parametrize("by", ["returned", "the shop is closed"])
def test_what_is_kept_back_for_good_is_given_up_and_found_unpaid_by_two_operators(bank: Bank, by: str) -> None:
    payout = lost(bank)
    stopped(payout, by)
    pay_due(now=NOW + MINUTE)
    file = PayoutFile.objects.get()
    with pytest.raises(NothingToResolve):
        mark_refused(file, by=ada(), reason="They do not have it", now=NOW)

    assert give_up(file, by=ada(), reason="They do not have it", now=NOW + MINUTE) == 1
    with pytest.raises(Conflict):
        give_up(file, by=ada(), reason="They do not have it", now=NOW + MINUTE)
    mark_refused(file, by=ada(), reason="Call 4712", now=NOW + MINUTE)
    mark_refused(file, by=second_operator(), reason="I called, too", now=NOW + MINUTE)
    pay_due(now=NOW + 2 * MINUTE)

    payout.refresh_from_db()
    assert (payout.state, len(bank.received)) == ("failed", 1)
    assert held(payout.shop_id) == money(available=8_000 if by == "returned" else 10_000)
    prove()


def test_what_the_bank_was_never_asked_about_is_not_marked_as_refused_at_once(bank: Bank) -> None:
    """It may have paid a file whose answer was lost."""
    approved(ready_shop())
    bank.faults = ["silent"]
    send_due(now=NOW)
    file = PayoutFile.objects.get()
    give_up(file, by=ada(), reason="They do not answer", now=NOW)

    with pytest.raises(NothingToResolve):
        mark_refused(file, by=ada(), reason="They do not answer", now=NOW)


def test_a_file_that_the_bank_has_is_given_up_and_its_answer_still_counts(bank: Bank) -> None:
    payout = approved(ready_shop())
    send_due(now=NOW)
    file = PayoutFile.objects.get()

    assert give_up(file, by=ada(), reason="They do not answer", now=NOW + MINUTE) == 1
    with pytest.raises(NothingToResolve):  # it may have paid
        mark_refused(file, by=ada(), reason="They do not answer", now=NOW + MINUTE)
    bank.decide_all("settled")
    pay_due(now=NOW + 2 * MINUTE)

    payout.refresh_from_db()
    assert payout.state == "paid"
    assert not open_holds().exists()
    prove()


def test_what_has_not_left_is_not_given_up(bank: Bank) -> None:
    approved(ready_shop())
    prepare_files(rail_manifests()["bank"], now=NOW)
    with pytest.raises(FileNotSubmitted):
        give_up(PayoutFile.objects.get(), by=ada(), reason="They do not answer", now=NOW)


def test_files_that_the_bank_cannot_handle_stop_no_other(bank: Bank) -> None:
    """The bank answers 500 to two files each time; the third is of a later minute."""
    for number, shop in enumerate((ready_shop(), lulus_ready_shop())):
        approved(shop, 4_000, f"stumbles-{number}")
        bank.faults = ["500", "500"]
        pay_due(now=NOW)
    bad = {message for message, _content in bank.received}
    assert len(bad) == 2
    third = Shop.objects.create(slug="ming", owner=Person.objects.create(email="ming@example.com"), name="Ming")
    ready_payee(third)
    leased(third, "110000000003")
    earn(4_000, "4294159887444064777", position="110000000003")
    payout = approved(third, 4_000, "fine")

    bank.stumbles_over = bad
    for minute in range(1, 3):
        pay_due(now=NOW + minute * MINUTE)

    bank.decide_all("settled")
    pay_due(now=NOW + 3 * MINUTE)
    payout.refresh_from_db()
    assert payout.state == "paid"
    prove()


@pytest.mark.parametrize(
    "case",
    but_every(
        2, ["nothing stops it", "another shop is held", "not asked yet", "it went again", "it was received", "overdue"]
    ),
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
