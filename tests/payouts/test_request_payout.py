"""Requests: what is promised, what is refused, and that a refusal moves nothing."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from joey.kit.refusals import Conflict, Invalid, NotFound
from joey.money.money import Money
from joey.payouts.holds import place_hold, release_hold
from joey.payouts.models import Payout
from joey.payouts.payee import set_payee
from joey.payouts.payee_details import PayeeDetails
from joey.payouts.queries import payout_of, payouts_of
from joey.payouts.request_payout import (
    BelowFloor,
    InsufficientBalance,
    KeyUsedForAnotherPayout,
    NoPayee,
    PayeePaused,
    PayoutInProgress,
    PayoutsHeld,
    request_payout,
)
from joey.record.queries import events_of
from tests.cast import NOW, lulus_shop, meis_shop
from tests.payouts.stage import ACCOUNT, cny, details_of, held, lulus_ready_shop, money, ready_shop, requested
from tests.places import places_of
from tests.proof import prove

pytestmark = pytest.mark.django_db


def test_a_request_reserves_the_amount() -> None:
    shop = ready_shop(10_000)

    payout = requested(shop, 2_500)

    assert held(shop.pk) == money(available=7_500, reserved=2_500)
    assert (payout.state, payout.amount_minor) == ("requested", 2_500)
    assert details_of(payout) == PayeeDetails("李小美", ACCOUNT, "102100099996")
    assert [event.kind for event in events_of([f"payout:{payout.id}"])] == ["payout.requested"]
    prove()


def test_the_same_request_again_is_the_same_payout() -> None:
    shop = ready_shop()
    first = requested(shop, 2_500, "again")

    second = requested(shop, 2_500, "again")

    assert second == first
    assert held(shop.pk) == money(available=7_500, reserved=2_500)
    prove()


@pytest.mark.parametrize("other", [cny(2_501), Money(2_500, "USD")])
def test_a_key_belongs_to_one_amount(other: Money) -> None:
    shop = ready_shop()
    requested(shop, 2_500, "mine")

    with pytest.raises(KeyUsedForAnotherPayout):
        request_payout(shop, amount=other, idempotency_key="mine", now=NOW)

    assert held(shop.pk) == money(available=7_500, reserved=2_500)


def test_two_shops_may_use_the_same_key() -> None:
    mine = ready_shop()
    hers = lulus_ready_shop()

    first, second = requested(mine, 2_500, "one"), requested(hers, 2_600, "one")

    assert first != second
    assert held(hers.pk) == money(available=1_400, reserved=2_600)
    prove()


def test_one_payout_is_on_its_way_at_a_time() -> None:
    shop = ready_shop()
    requested(shop, 2_500, "one")

    with pytest.raises(PayoutInProgress):
        requested(shop, 2_500, "two")

    assert held(shop.pk) == money(available=7_500, reserved=2_500)


def test_more_than_is_available_is_refused_with_both_figures() -> None:
    shop = ready_shop(10_000)

    with pytest.raises(InsufficientBalance, match=r"¥100\.00.*¥100\.01") as refused:
        requested(shop, 10_001)

    assert refused.value.facts["available"] == cny(10_000)
    assert held(shop.pk) == money(available=10_000)
    assert not Payout.objects.exists()


def test_a_currency_never_earned_in_has_nothing_available() -> None:
    shop = ready_shop()

    with pytest.raises(InsufficientBalance):
        request_payout(shop, amount=Money(100, "USD"), idempotency_key="usd", now=NOW)


def test_a_payout_one_cent_under_the_floor_is_refused_and_at_the_floor_it_is_made() -> None:
    shop = ready_shop()

    with pytest.raises(BelowFloor, match=r"^A payout is at least CN¥1\.00\.$") as refused:
        requested(shop, 99)

    assert refused.value.field == "amount"
    assert refused.value.facts == {"least": cny(100)}  # nothing is missing in the balance
    assert held(shop.pk) == money(available=10_000)
    assert not Payout.objects.exists()
    assert requested(shop, 100).amount_minor == 100
    assert held(shop.pk) == money(available=9_900, reserved=100)
    prove()


@pytest.mark.parametrize(("currency", "least"), [("JPY", 1), ("KWD", 1_000)])
def test_the_floor_is_one_whole_unit_of_each_currency(currency: str, least: int) -> None:
    shop = ready_shop()

    if least > 1:
        with pytest.raises(BelowFloor):
            request_payout(shop, amount=Money(least - 1, currency), idempotency_key="under", now=NOW)
    with pytest.raises(InsufficientBalance):
        request_payout(shop, amount=Money(least, currency), idempotency_key="at", now=NOW)


@pytest.mark.parametrize("minor", [0, -1, -(2**63) + 1])
def test_nothing_or_less_is_no_amount(minor: int) -> None:
    shop = ready_shop()

    with pytest.raises(Invalid) as refused:
        requested(shop, minor)

    assert refused.value.field == "amount"
    assert held(shop.pk) == money(available=10_000)


def test_the_largest_amount_there_is_is_not_available() -> None:
    with pytest.raises(InsufficientBalance):
        requested(ready_shop(), 2**63 - 1)


@pytest.mark.parametrize("key", ["", "k" * 201, "a\nb", "a b", "键", "\0"])
def test_a_key_is_plain_text(key: str) -> None:
    shop = ready_shop()

    with pytest.raises(Invalid) as refused:
        requested(shop, 100, key)

    assert refused.value.field == "idempotency_key"


def test_what_a_client_sends_as_a_key_is_in_no_row_that_stays() -> None:
    shop = ready_shop()

    payout = requested(shop, 100, "WangWei-13800138000")

    assert requested(shop, 100, "WangWei-13800138000").pk == payout.pk
    assert places_of("WangWei") == []


def test_without_details_there_is_nowhere_to_pay() -> None:
    with pytest.raises(NoPayee):
        requested(meis_shop(), 100)


def test_changed_details_pause_payouts_and_the_refusal_has_the_date() -> None:
    shop = ready_shop()
    changed = NOW - timedelta(hours=71)
    set_payee(shop, rail="bank", holder_name="Dieb", account_number="4111111111111111", now=changed)

    with pytest.raises(PayeePaused, match=r"from 23 Nov at 7:00\xa0pm \(Beijing time\)") as refused:
        requested(shop, 100)

    assert refused.value.facts["usable_from"] == changed + timedelta(hours=72)
    assert request_payout(shop, amount=cny(100), idempotency_key="later", now=NOW + timedelta(hours=1))


def test_a_hold_on_the_shop_blocks_requests_until_it_is_released() -> None:
    shop = ready_shop()
    hold = place_hold(shop, reason="Clicks from one phone only", now=NOW)

    with pytest.raises(PayoutsHeld, match="Clicks from one phone only"):
        requested(shop, 100)

    assert held(shop.pk) == money(available=10_000)
    release_hold(hold, now=NOW, reason="Looked into it")
    assert requested(shop, 100)
    with pytest.raises(Conflict):
        release_hold(hold, now=NOW, reason="Looked into it")


def test_what_an_operator_wrote_is_quoted_in_the_refusal() -> None:
    shop = ready_shop()
    place_hold(shop, reason="只有一部手机点击", now=NOW)

    with override("en"), pytest.raises(PayoutsHeld) as refused:
        requested(shop, 100)

    assert str(refused.value) == "Payouts of this shop are on hold. The operator wrote: “只有一部手机点击”"


def test_a_payout_of_another_shop_is_not_there() -> None:
    payout = requested(ready_shop(), 100)

    assert payout_of(meis_shop(), payout.id).amount == cny(100)
    with pytest.raises(NotFound):
        payout_of(lulus_shop(), payout.id)
    with pytest.raises(NotFound):
        place_hold(lulus_shop(), reason="not mine", now=NOW, payout=payout)
    assert payouts_of(lulus_shop()) == []


def test_the_page_shows_a_masked_account() -> None:
    shop = ready_shop()
    requested(shop, 100)

    (row,) = payouts_of(shop)

    assert (row.account, row.holder_name, row.state, row.held) == ("•••• 3445", "李小美", "requested", "")
    assert ACCOUNT not in str(row)
