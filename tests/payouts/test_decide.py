"""Operators decide; large amounts need two of them, and no one decides on a payout of their own shop."""

from datetime import timedelta

import pytest

from joey.kit.refusals import Forbidden, Invalid, NotFound
from joey.kit.states import WrongState
from joey.payouts.decide import OperatorLimitReached, SecondOperatorNeeded, approve, refuse
from joey.payouts.limits import LimitAmounts, publish_limits
from joey.payouts.models import Payout
from joey.payouts.queries import payouts_to_decide
from joey.payouts.request_payout import request_payout
from joey.people.models import Person
from joey.record.queries import events_of
from tests.cast import NOW, ada, mei, sam
from tests.payouts.stage import approved, cny, held, money, ready_shop, reason_of, requested, second_operator
from tests.proof import prove

pytestmark = pytest.mark.django_db


def test_an_operator_approves_and_the_money_stays_reserved() -> None:
    shop = ready_shop()

    payout = approve(requested(shop), by=ada(), now=NOW)

    assert (payout.state, payout.decided_by, payout.decided_at) == ("approved", ada(), NOW)
    assert held(shop.pk) == money(reserved=10_000)
    prove()


def test_a_refusal_gives_the_money_back_with_a_reason() -> None:
    shop = ready_shop()

    payout = refuse(requested(shop), by=ada(), reason=" The name is not yours ", now=NOW)

    payout.refresh_from_db()
    assert (payout.state, reason_of(payout), payout.finished_at) == ("refused", "The name is not yours", NOW)
    assert held(shop.pk) == money(available=10_000)
    assert [event.kind for event in events_of([f"payout:{payout.id}"])] == ["payout.requested", "payout.refused"]
    prove()


def test_an_approved_payout_can_still_be_refused_before_it_is_sent() -> None:
    shop = ready_shop()

    refuse(approved(shop), by=ada(), reason="Stopped in time", now=NOW)

    assert held(shop.pk) == money(available=10_000)
    prove()


def test_after_a_refusal_the_next_request_is_possible() -> None:
    shop = ready_shop()
    refuse(requested(shop), by=ada(), reason="Not yet", now=NOW)

    assert requested(shop, 10_000, "key-2").state == "requested"


@pytest.mark.parametrize("stranger", [sam, mei])
def test_only_an_operator_decides(stranger: object) -> None:
    payout = requested(ready_shop())

    with pytest.raises(Forbidden):
        approve(payout, by=stranger(), now=NOW)  # type: ignore[operator]
    with pytest.raises(Forbidden):
        refuse(payout, by=stranger(), reason="I say so", now=NOW)  # type: ignore[operator]

    payout.refresh_from_db()
    assert payout.state == "requested"
    assert held(payout.shop_id) == money(reserved=10_000)


def test_an_operator_does_not_decide_their_own_payout() -> None:
    payout = requested(ready_shop())
    Person.objects.filter(pk=mei().pk).update(is_staff=True)

    with pytest.raises(Forbidden, match="own shop"):
        approve(payout, by=mei(), now=NOW)

    payout.refresh_from_db()
    assert payout.state == "requested"


def test_an_operator_whose_account_is_closed_decides_nothing() -> None:
    payout = requested(ready_shop())
    Person.objects.filter(pk=ada().pk).update(is_active=False)

    with pytest.raises(Forbidden):
        approve(payout, by=ada(), now=NOW)


def test_from_ten_thousand_on_two_different_operators_approve() -> None:
    payout = requested(ready_shop(1_000_000), 1_000_000)

    once = approve(payout, by=ada(), now=NOW)
    assert once.state == "requested"
    (waiting,) = payouts_to_decide()
    assert (waiting.needs_two, waiting.approved_once_by) == (True, ada().pk)
    with pytest.raises(SecondOperatorNeeded):
        approve(payout, by=ada(), now=NOW)

    assert approve(payout, by=second_operator(), now=NOW).state == "approved"
    assert payouts_to_decide() == []
    kinds = [event.kind for event in events_of([f"payout:{payout.id}"])]
    assert kinds == ["payout.requested", "payout.approved_once", "payout.approved"]
    prove()


@pytest.mark.parametrize("lost", ["is_active", "is_staff"])
def test_a_payout_waits_for_two_once_the_operator_who_approved_it_left(lost: str) -> None:
    payout = requested(ready_shop(1_000_000), 1_000_000)
    approve(payout, by=ada(), now=NOW)
    Person.objects.filter(pk=ada().pk).update(**{lost: False})

    (waiting,) = payouts_to_decide()
    assert (waiting.needs_two, waiting.approved_once_by) == (True, None)
    assert approve(payout, by=second_operator(), now=NOW).state == "requested"
    prove()


def test_just_below_ten_thousand_one_operator_is_enough() -> None:
    assert approve(requested(ready_shop(1_000_000), 999_999), by=ada(), now=NOW).state == "approved"


def test_what_is_split_within_a_day_needs_two_operators_as_its_sum_does() -> None:
    shop = ready_shop(1_800_000)
    first = approve(requested(shop, 600_000), by=ada(), now=NOW)
    assert (first.state, first.approvals_needed) == ("approved", 1)
    Payout.objects.filter(pk=first.pk).update(state="paid")
    hour = timedelta(hours=1)

    second = request_payout(shop, amount=cny(600_000), idempotency_key="second", now=NOW + hour)

    assert [waiting.needs_two for waiting in payouts_to_decide()] == [True]
    assert approve(second, by=ada(), now=NOW + hour).state == "requested"
    refuse(second, by=ada(), reason="Ask for it tomorrow", now=NOW + hour)
    third = request_payout(shop, amount=cny(600_000), idempotency_key="third", now=NOW + 25 * hour)
    assert [waiting.needs_two for waiting in payouts_to_decide()] == [False]
    assert approve(third, by=ada(), now=NOW + 25 * hour).state == "approved"


def test_more_than_an_operator_may_approve_is_not_requested_and_not_said_to_need_another_operator() -> None:
    shop = ready_shop(9_000_000)
    with pytest.raises(
        Invalid, match=r"^At most CN¥50,000\.00 is paid out at once\. Request the rest once it has arrived"
    ):
        requested(shop, 5_000_001)
    payout = requested(shop, 5_000_000)
    less = LimitAmounts(100, 100_000, 1_000_000, 4_000_000)
    publish_limits("CNY", less, from_at=NOW, by=ada(), now=NOW, reason="As the bank asks")

    with pytest.raises(
        OperatorLimitReached, match=r"more than an operator can approve within 24 hours \(CN¥40,000\.00\)"
    ):
        approve(payout, by=ada(), now=NOW)


def test_who_approved_under_lower_limits_reads_why_another_one_is_still_needed() -> None:
    payout = requested(ready_shop(1_000_000), 1_000_000)
    approve(payout, by=ada(), now=NOW)
    higher = LimitAmounts(100, 100_000, 2_000_000, 5_000_000)
    publish_limits("CNY", higher, from_at=NOW, by=second_operator(), now=NOW, reason="As the bank asks")

    with pytest.raises(SecondOperatorNeeded, match=r"^You approved this payout when it needed two operators"):
        approve(payout, by=ada(), now=NOW + timedelta(minutes=1))
    assert approve(payout, by=second_operator(), now=NOW + timedelta(minutes=1)).state == "approved"
    prove()


def test_one_operator_can_refuse_a_large_one() -> None:
    shop = ready_shop(1_000_000)
    payout = requested(shop, 1_000_000)
    approve(payout, by=ada(), now=NOW)

    refuse(payout, by=second_operator(), reason="Too quick", now=NOW)

    assert held(shop.pk) == money(available=1_000_000)
    prove()


@pytest.mark.parametrize("approvals", [1, 2])
def test_who_approved_a_large_one_may_still_refuse_it(approvals: int) -> None:
    shop = ready_shop(1_000_000)
    payout = requested(shop, 1_000_000)
    for operator in (ada(), second_operator())[:approvals]:
        approve(payout, by=operator, now=NOW)

    refuse(payout, by=ada(), reason="Second thoughts", now=NOW)

    assert held(shop.pk) == money(available=1_000_000)
    prove()


def test_a_decision_is_made_once() -> None:
    shop = ready_shop()
    payout = refuse(requested(shop), by=ada(), reason="No", now=NOW)

    with pytest.raises(WrongState):
        approve(payout, by=ada(), now=NOW)
    with pytest.raises(WrongState):
        refuse(payout, by=ada(), reason="No", now=NOW)

    assert held(shop.pk) == money(available=10_000)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "two\u200blines", "a\0b"])
def test_a_refusal_says_why_in_one_line(reason: str) -> None:
    payout = requested(ready_shop())

    with pytest.raises(Invalid) as refused:
        refuse(payout, by=ada(), reason=reason, now=NOW)

    assert refused.value.field == "reason"
    assert held(payout.shop_id) == money(reserved=10_000)


def test_a_payout_that_is_not_there_cannot_be_decided() -> None:
    with pytest.raises(NotFound):
        approve(Payout(), by=ada(), now=NOW)
