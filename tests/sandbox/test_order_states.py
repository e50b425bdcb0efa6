"""What can happen to a simulated order, and that the arithmetic adds up whatever happens."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joey.sandbox.amounts import part_of, percent, read_yuan, share_of, yuan
from joey.sandbox.order_states import CLOSED, NEXT, PAID, RECEIVED, SETTLED, Order, close, give_back, receive, settle
from joey.sandbox.refused import Refused


def paid(quantity: int = 3, unit: int = 6900, rate: int = 55_000) -> Order:
    return Order(
        number=1, trade_id="4294159887002064307", marketplace="tmall", item="590141576510", title="壶", currency="CNY",
        quantity=quantity, list_minor=8900, unit_minor=unit, rate_ppm=rate, adzone=1, relation=None, click_at=0,
        created_at=10, paid_at=10, modified_at=10, paid_minor=unit * quantity,
        estimate_minor=part_of(unit * quantity, rate),
    )  # fmt: skip


@pytest.mark.parametrize("status", [PAID, RECEIVED, SETTLED, CLOSED])
@pytest.mark.parametrize(("target", "move"), [(RECEIVED, receive), (SETTLED, settle), (CLOSED, close)])
def test_only_the_written_moves_are_possible(status: int, target: int, move: object) -> None:
    order = replace(paid(), status=status)
    assert callable(move)

    if target in NEXT[status]:
        assert move(order, 20).status == target
    else:
        with pytest.raises(Refused) as refused:
            move(order, 20)
        assert refused.value.status == 409


def test_settling_fixes_commission_service_fee_and_time() -> None:
    settled = settle(receive(paid(1), 20), 30)

    assert (settled.settled_minor, settled.service_minor, settled.earned_at) == (380, 38, 30)


def test_the_seller_may_settle_another_commission_but_not_more_than_was_paid() -> None:
    assert settle(paid(), 20, 100).settled_minor == 100

    with pytest.raises(Refused):
        settle(paid(), 20, 6900 * 3 + 1)


def test_a_commission_below_one_fen_closes_the_order() -> None:
    assert settle(paid(1, unit=9, rate=50_000), 20).status == CLOSED
    assert settle(paid(), 20, 0).status == CLOSED
    assert settle(paid(1, unit=10, rate=50_000), 20).status == SETTLED  # half a fen is rounded up to one


def test_a_partial_return_before_settlement_lowers_what_is_reported() -> None:
    order, refund = give_back(paid(3), 1, 20)

    assert refund is None
    assert (order.status, order.paid_minor, order.estimate_minor) == (PAID, 13_800, 759)


def test_returning_everything_before_settlement_closes() -> None:
    order, refund = give_back(receive(paid(2), 20), None, 30)

    assert (order.status, refund) == (CLOSED, None)
    with pytest.raises(Refused):
        give_back(order, 1, 40)


def test_a_return_after_settlement_takes_back_commission_and_service_fee() -> None:
    order, refund = give_back(settle(paid(1), 20), None, 30)

    assert refund is not None
    assert (refund.refund_minor, refund.commission_minor, refund.service_minor) == (6900, 342, 38)
    assert (order.status, order.settled_minor, order.returned) == (SETTLED, 380, 1)


@pytest.mark.parametrize("quantity", [0, -1, 4])
def test_no_more_comes_back_than_was_bought(quantity: int) -> None:
    with pytest.raises(Refused) as refused:
        give_back(paid(3), quantity, 20)

    assert refused.value.field == "quantity"


def test_an_order_does_not_change_before_its_last_change() -> None:
    with pytest.raises(Refused) as refused:
        receive(paid(), 9)

    assert refused.value.field == "at"


@given(
    unit=st.integers(1, 10_000_00),
    rate=st.integers(0, 500_000).map(lambda ppm: ppm // 100 * 100),
    before=st.lists(st.integers(1, 3), max_size=2),
    after=st.lists(st.integers(1, 4), max_size=4),
)
def test_returns_after_settlement_never_take_back_more_and_all_take_back_all(
    unit: int, rate: int, before: list[int], after: list[int]
) -> None:
    order = paid(12, unit, rate)
    for quantity in before:
        order, _ = give_back(order, quantity, 20)
    order = settle(order, 30)
    if order.status == CLOSED:
        return
    refunds = []
    for quantity in after:
        left = order.quantity - order.returned
        if left == 0:
            break
        order, refund = give_back(order, min(quantity, left), 40)
        refunds.append(refund)
    if order.returned < order.quantity:
        order, refund = give_back(order, None, 50)
        refunds.append(refund)

    kept = [each for each in refunds if each]
    assert len(kept) == len(refunds)
    assert all(each.commission_minor >= 0 and each.service_minor >= 0 for each in kept)
    assert sum(each.commission_minor + each.service_minor for each in kept) == order.settled_minor
    assert sum(each.service_minor for each in kept) == order.service_minor
    assert sum(each.refund_minor for each in kept) == order.paid_minor


@given(st.integers(0, 10**11))
def test_yuan_texts_read_back_as_the_same_amount(minor: int) -> None:
    assert read_yuan(yuan(minor)) == minor


@pytest.mark.parametrize("text", ["", "1,00", "NaN", "-1", "1.005", "1e3", " 1", "１.00", ".5", "5."])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="looks like"):
        read_yuan(text)


def test_rates_and_halves() -> None:
    assert percent(55_000) == "5.50"
    assert part_of(6900, 55_000) == 380
    assert part_of(1, 500_000) == 1
    assert share_of(5, 1, 2) == 3
