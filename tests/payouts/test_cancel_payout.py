"""A keeper takes back a payout that waits; what is in a file, held or left out by a restore stays (case P14)."""

from collections.abc import Callable

import pytest

from joey.kit.ids import new_id
from joey.kit.refusals import NotFound
from joey.payouts.cancel_payout import PayoutNotCancellable, cancel_payout
from joey.payouts.holds import place_hold
from joey.payouts.left_out import LEFT_OUT
from joey.payouts.models import Payout
from joey.payouts.pause import pause_payouts
from joey.payouts.prepare_files import prepare_files
from joey.payouts.queries import payout_of
from joey.payouts.rails.registry import rail_manifests
from joey.record.append import append
from joey.shops.models import Shop
from tests.cast import NOW, ada, lulu, lulus_shop, mei
from tests.payouts.bank import Bank
from tests.payouts.stage import approved, held, money, ready_shop, requested
from tests.proof import prove

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("made", [requested, approved])
def test_a_payout_that_waits_is_cancelled_and_the_next_one_is_possible(made: Callable[[Shop], Payout]) -> None:
    shop = ready_shop()
    payout = made(shop)
    assert payout_of(shop, payout.id).cancellable

    cancel_payout(shop, payout.id, by=mei(), now=NOW)

    row = payout_of(shop, payout.id)
    assert (row.state, row.cancellable, row.reason) == ("refused", False, "You cancelled it before it was sent.")
    assert held(shop.pk) == money(available=10_000)
    with pytest.raises(PayoutNotCancellable):
        cancel_payout(shop, payout.id, by=mei(), now=NOW)
    assert requested(shop, key="next").state == "requested"
    prove()


def _in_a_file(payout: Payout) -> None:
    prepare_files(rail_manifests()["bank"], now=NOW)


def _held(payout: Payout) -> None:
    place_hold(payout.shop, reason="Checking", now=NOW, by=ada())


def _paused(payout: Payout) -> None:
    pause_payouts(reason="Checking", now=NOW, by=ada())


def _left_out(payout: Payout) -> None:
    facts = {"amount_minor": 10_000, "currency": "CNY", "transfer": payout.id.hex.upper(), "state": "sent"}
    facts |= {"shop": str(payout.shop_id), "rail": "bank", "stopped_by": str(new_id())}
    append(LEFT_OUT, f"payout:{payout.id}", facts, happened_at=NOW)


@pytest.mark.parametrize("stop", [_in_a_file, _held, _paused, _left_out])
def test_what_may_have_left_or_is_stopped_is_not_cancelled(bank: Bank, stop: Callable[[Payout], None]) -> None:
    shop = ready_shop()
    payout = approved(shop)
    stop(payout)

    with pytest.raises(PayoutNotCancellable):
        cancel_payout(shop, payout.id, by=mei(), now=NOW)

    assert held(shop.pk) == money(reserved=10_000)


def test_no_one_else_cancels_it() -> None:
    payout = requested(ready_shop())

    with pytest.raises(NotFound):
        cancel_payout(lulus_shop(), payout.id, by=lulu(), now=NOW)
