"""What stops a payout before its file leaves, and what a hold or a pause promises when it returns."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.kit.refusals import Forbidden, Invalid
from joey.money.money import Money
from joey.orders.models import OrderLine
from joey.payouts.approve_small import approve_small
from joey.payouts.decide import OperatorLimitReached, approve, refuse
from joey.payouts.floors import floor_of
from joey.payouts.holds import place_hold, release_hold
from joey.payouts.limits import LimitAmounts, NoLimits, limits_at, publish_limits, versions_of
from joey.payouts.models import Payout, PayoutAttempt, PayoutFile, PayoutSubmission
from joey.payouts.pause import end_pause, pause_payouts
from joey.payouts.pay_due import pay_due
from joey.payouts.prepare_files import prepare_files
from joey.payouts.queries import payouts_of
from joey.payouts.rails.registry import connect_rail, rail_manifests
from joey.payouts.request_payout import BelowFloor, request_payout
from joey.payouts.send_due import send_due
from joey.payouts.submit_file import submit_file
from joey.payouts.take_answers import take_answers
from joey.payouts.withdraw import FileHasLeft, withdraw_file
from joey.people.models import Person
from joey.shops.models import Shop
from tests.at_once import outcomes
from tests.cast import DAY, NOW, ada, mei, refund, sam, settled
from tests.orders.polled import take_order_reports
from tests.payouts.bank import Bank
from tests.payouts.stage import (
    approved,
    cny,
    earn,
    held,
    lulus_ready_shop,
    money,
    ready_shop,
    reason_of,
    requested,
    second_operator,
)
from tests.proof import prove
from tests.slow import but_every

MINUTE = timedelta(minutes=1)
WHY = "Ten orders from one device in an hour"


def all_returned() -> None:
    """The marketplace takes back what Mei's one order gave."""
    take_order_reports("taobao", [refund(back=12_500)], now=NOW)
    earn_due(now=NOW)


def prepared(bank: Bank) -> PayoutFile:
    """What is approved, in a file that has not left."""
    prepare_files(rail_manifests()["bank"], now=NOW)
    return PayoutFile.objects.latest("id")


# --- the balance ------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("when", ["approved", "prepared"])
def test_a_payout_whose_money_was_returned_meanwhile_is_not_sent(bank: Bank, when: str) -> None:
    Person.objects.filter(pk=mei().pk).update(language="en")
    shop = ready_shop()
    approved(shop, 6_000)
    if when == "prepared":
        prepared(bank)
    all_returned()
    assert held(shop.pk) == money(available=-6_000, reserved=6_000)

    send_due(now=NOW)

    assert bank.received == []
    (row,) = payouts_of(shop)
    assert (row.state, row.reason) == ("refused", "CN¥60.00 was returned since your request, so it was not sent.")
    assert held(shop.pk) == money()
    prove()


@pytest.mark.django_db
def test_neighbours_of_a_payout_that_is_stopped_leave_in_another_file(bank: Bank) -> None:
    shop, hers = ready_shop(), lulus_ready_shop()
    approved(shop, 6_000)
    approved(hers, 4_000)
    first = prepared(bank)
    all_returned()

    assert send_due(now=NOW).handed_over == 1

    first.refresh_from_db()
    assert first.withdrawn_at == NOW
    assert list(bank.instructions().values()) == ["40.00"]
    states = PayoutAttempt.objects.filter(shop=hers).order_by("number").values_list("state", flat=True)
    assert list(states) == ["withdrawn", "accepted"]
    assert len(set(PayoutAttempt.objects.filter(shop=hers).values_list("rail_key", flat=True))) == 1
    prove()


# --- who and what has to be there --------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("when", but_every(2, ["approved", "prepared"]))
@pytest.mark.parametrize("closed", ["shop", "account"])
def test_a_payout_of_a_closed_shop_or_account_is_released_with_its_reason(bank: Bank, when: str, closed: str) -> None:
    Person.objects.filter(pk=mei().pk).update(language="en")
    shop = ready_shop()
    payout = approved(shop)
    if when == "prepared":
        prepared(bank)
    if closed == "shop":
        Shop.objects.filter(pk=shop.pk).update(closed_at=NOW)
    else:
        Person.objects.filter(pk=mei().pk).update(is_active=False)

    send_due(now=NOW)
    send_due(now=NOW)

    payout.refresh_from_db()
    assert (payout.state, bank.received) == ("refused", [])
    assert reason_of(payout) == f"The {closed} is closed, so it was not sent. The money is still yours."
    assert held(shop.pk) == money(available=10_000)
    prove()


@pytest.mark.django_db
@pytest.mark.parametrize("lost", ["is_active", "is_staff"])
def test_the_approval_of_an_operator_who_left_does_not_count_any_more(bank: Bank, lost: str) -> None:
    shop = ready_shop(1_000_000)
    payout = requested(shop, 1_000_000)
    approve(payout, by=ada(), now=NOW)
    approve(payout, by=second_operator(), now=NOW)
    Person.objects.filter(pk=second_operator().pk).update(**{lost: False})

    assert send_due(now=NOW).payouts == 0
    third = Person.objects.create(email="cy@example.com", is_staff=True)
    assert approve(payout, by=third, now=NOW).state == "approved"

    assert send_due(now=NOW).handed_over == 1
    prove()


@pytest.mark.django_db
def test_an_operator_approves_no_more_than_the_limit_in_a_day() -> None:
    shop, hers = ready_shop(4_000_000), lulus_ready_shop(2_000_000)
    approve(requested(shop, 4_000_000), by=ada(), now=NOW)
    second = requested(hers, 2_000_000)

    with pytest.raises(OperatorLimitReached, match="¥10,000"):
        approve(second, by=ada(), now=NOW + timedelta(hours=23))

    assert approve(second, by=ada(), now=NOW + timedelta(hours=25)).state == "requested"  # the first of two


@pytest.mark.django_db
def test_what_an_operator_approved_in_one_currency_takes_nothing_from_the_limit_of_another() -> None:
    shop, hers = ready_shop(4_000_000), lulus_ready_shop()
    approve(requested(shop, 4_000_000), by=ada(), now=NOW)
    earning: dict[str, Any] = {
        "currency": "JPY",
        "commission_minor": 1_125_000,
        "service_fee_minor": 0,
        "paid_minor": 20_000_000,
    }
    take_order_reports("taobao", [settled("9001", position="110000000002", **earning)], now=NOW)
    earn_due(now=NOW)
    confirm_due(now=NOW)
    yen = request_payout(hers, amount=Money(900_000, "JPY"), idempotency_key="yen", now=NOW)

    assert approve(yen, by=ada(), now=NOW).state == "requested"  # the first of two

    prove()


# --- limits -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_limits_are_versions_that_an_operator_publishes() -> None:
    amounts = LimitAmounts(1_000, 5_000, 20_000, 100_000)
    with pytest.raises(Forbidden):
        publish_limits("CNY", amounts, from_at=NOW, by=sam(), now=NOW, reason="As the bank asks")
    with pytest.raises(Invalid):
        publish_limits("CNY", amounts, from_at=NOW - MINUTE, by=ada(), now=NOW, reason="As the bank asks")

    made = publish_limits("CNY", amounts, from_at=NOW + MINUTE, by=ada(), now=NOW, reason="As the bank asks")

    assert (made.version, made.published_by) == (2, ada())
    shop = ready_shop()
    assert requested(shop, 500).state == "requested"  # the version before is still in force
    payout = Payout.objects.get()
    refuse(payout, by=ada(), reason="No", now=NOW)
    with pytest.raises(BelowFloor, match=r"^A payout is at least CN¥10\.00\.$"):
        request_payout(shop, amount=cny(500), idempotency_key="later", now=NOW + MINUTE)
    request_payout(shop, amount=cny(6_000), idempotency_key="large", now=NOW + MINUTE)
    assert approve_small(now=NOW + MINUTE) == 0


@pytest.mark.django_db
def test_limits_from_now_on_take_the_place_of_those_that_are_announced() -> None:
    """Else a slip in the notice would keep the limits in force from being changed for as long."""
    announced, now_on = LimitAmounts(5_000, 50_000, 80_000, 90_000), LimitAmounts(200, 300, 400, 1_000)
    publish_limits("CNY", announced, from_at=NOW + 300 * DAY, by=ada(), now=NOW, reason="A slip")

    publish_limits("CNY", now_on, from_at=NOW, by=ada(), now=NOW, reason="A fraud")

    for day in (0, 301):
        assert limits_at("CNY", NOW + day * DAY).floor_minor == 200
    assert [each.version for each in versions_of("CNY", until=NOW + 301 * DAY)] == [1, 3]
    prove()


@pytest.mark.django_db
def test_limits_let_an_operator_approve_what_the_rule_leaves() -> None:
    for amounts in (LimitAmounts(10_000, 10_000, 20_000, 9_999), LimitAmounts(100, 10_000, 20_000, 9_999)):
        with pytest.raises(Invalid) as refused:
            publish_limits("CNY", amounts, from_at=NOW, by=ada(), now=NOW, reason="A slip")
        assert refused.value.field == "per_operator_day_minor"


@pytest.mark.django_db
def test_seven_forty_under_a_floor_of_ten_has_two_sixty_to_go_and_a_higher_floor_spares_older_orders() -> None:
    day = timedelta(days=1)
    ten = LimitAmounts(1_000, 100_000, 1_000_000, 5_000_000)
    publish_limits("CNY", ten, from_at=NOW - 20 * day, by=ada(), now=NOW - 20 * day, reason="As the bank asks")
    shop = ready_shop(740)
    with pytest.raises(BelowFloor) as refused:
        requested(shop, 740)
    assert refused.value.facts["missing"] == cny(260)

    notice = OrderLine.objects.get().first_seen_at + timedelta(seconds=1)
    twenty = LimitAmounts(2_000, 100_000, 1_000_000, 5_000_000)
    publish_limits("CNY", twenty, from_at=notice + day, by=ada(), now=notice, reason="As the bank asks")
    later = notice + 2 * day
    earn(760, "4294159887444064400")
    OrderLine.objects.filter(external_order="4294159887444064400").update(first_seen_at=later)

    assert floor_of(shop, "CNY", later) == cny(1_000)  # the older order is not paid out yet
    request_payout(shop, amount=cny(1_500), idempotency_key="old-floor", now=later)
    earn(1_200, "4294159887444064500")
    OrderLine.objects.filter(external_order="4294159887444064500").update(first_seen_at=later)
    assert floor_of(shop, "CNY", later) == cny(2_000)  # what is left was first seen after the notice


@pytest.mark.django_db
def test_without_limits_for_a_currency_nothing_is_paid_out_in_it() -> None:
    before_the_first = NOW - timedelta(days=20_000)

    with pytest.raises(NoLimits):
        limits_at("CNY", before_the_first)
    with pytest.raises(NoLimits):
        request_payout(ready_shop(), amount=cny(500), idempotency_key="k", now=before_the_first)


# --- holds, pauses and files that leave --------------------------------------------------------------------


@pytest.mark.django_db
def test_a_hold_withdraws_a_file_that_has_not_left_and_its_neighbours_leave(bank: Bank) -> None:
    shop, hers = ready_shop(), lulus_ready_shop()
    held_one = approved(shop, 6_000)
    approved(hers, 4_000)
    first = prepared(bank)

    hold = place_hold(shop, reason=WHY, now=NOW, payout=held_one, by=ada())

    first.refresh_from_db()
    assert first.withdrawn_at == NOW
    assert send_due(now=NOW).handed_over == 1
    assert list(bank.instructions().values()) == ["40.00"]
    release_hold(hold, by=ada(), now=NOW, reason="Looked into it")
    send_due(now=NOW)
    assert sorted(bank.instructions().values()) == ["40.00", "60.00"]
    prove()


@pytest.mark.django_db
def test_a_refusal_withdraws_the_file_that_has_not_left(bank: Bank) -> None:
    shop = ready_shop()
    payout = approved(shop)
    prepared(bank)

    refuse(payout, by=ada(), reason="Stopped in time", now=NOW)
    send_due(now=NOW)

    assert bank.received == []
    assert held(shop.pk) == money(available=10_000)
    prove()


@pytest.mark.django_db
def test_an_operator_withdraws_a_file_that_waits_for_a_bank_that_is_gone(bank: Bank) -> None:
    approved(ready_shop())
    file = prepared(bank)
    with pytest.raises(Forbidden):
        withdraw_file(file, by=sam(), reason="Mine", now=NOW)

    withdraw_file(file, by=ada(), reason="We changed banks", now=NOW)

    assert send_due(now=NOW).handed_over == 1
    with pytest.raises(FileHasLeft):
        withdraw_file(PayoutFile.objects.latest("id"), by=ada(), reason="Too late", now=NOW)
    assert list(bank.instructions().values()) == ["100.00"]
    prove()


@pytest.mark.django_db
def test_a_file_that_may_have_left_is_not_sent_again_while_one_of_its_payouts_is_held(bank: Bank) -> None:
    shop = ready_shop()
    approved(shop)
    bank.faults = ["500"]
    send_due(now=NOW)
    hold = place_hold(shop, reason=WHY, now=NOW)

    pay_due(now=NOW + MINUTE)
    assert len(bank.received) == 1
    release_hold(hold, now=NOW, reason="Looked into it")
    pay_due(now=NOW + 2 * MINUTE)

    assert len(bank.received) == 2
    assert held(shop.pk) == money(in_transit=10_000)
    prove()


@pytest.mark.parametrize("stop", ["hold", "pause"])
def test_when_a_hold_or_a_pause_returns_nothing_is_being_sent(
    committed_db: EmbeddedPostgres, bank: Bank, stop: str
) -> None:
    """The bank answers after a second; the operator stops the payout while its file is on the wire."""
    shop = ready_shop()
    approved(shop, 6_000)
    on_the_wire, answered = threading.Event(), threading.Event()

    def answer_slowly() -> None:
        on_the_wire.set()
        time.sleep(1)
        answered.set()

    bank.before_answer = answer_slowly

    def stopping() -> bool:
        assert on_the_wire.wait(20)
        if stop == "hold":
            place_hold(shop, reason=WHY, now=NOW)
        else:
            pause_payouts(reason=WHY, now=NOW)
        return answered.is_set() and PayoutAttempt.objects.get().state == "accepted"

    _sent, nothing_was_on_its_way = outcomes(lambda: send_due(now=NOW), stopping)

    assert nothing_was_on_its_way is True
    prove()


def test_what_was_stopped_before_its_file_left_does_not_leave(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    shop = ready_shop()
    approved(shop, 6_000)
    file = prepared(bank)
    pause = pause_payouts(reason=WHY, now=NOW, by=ada())
    rail = rail_manifests()["bank"]
    submit_file(connect_rail("bank"), rail, file, b"", now=NOW)

    assert (bank.received, PayoutSubmission.objects.count()) == ([], 0)
    assert held(shop.pk) == money(available=4_000, reserved=6_000)
    end_pause(pause, now=NOW, by=ada(), reason="The statement agrees")
    send_due(now=NOW)
    take_answers(now=NOW)
    assert len(bank.received) == 1
    assert sql.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0
    prove()
