"""What can happen to a simulated order, and that the arithmetic adds up whatever happens."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joey.sandbox.amounts import decimal_text, decimals_of, part_of, percent, read_decimal, share_of
from joey.sandbox.refused import Refused
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.market_rules import BASIC_STEPS, STEPS, MarketRules
from joey.sandbox.world.order_book import FollowedLink, draft
from joey.sandbox.world.order_steps import take_step
from joey.sandbox.world.simulated_order import CLOSED, PAID, RECEIVED, SETTLED, OrderStep, SimulatedOrder, TakenBack
from joey.sandbox.world.state_steps import parcels

RULES = MarketRules(
    account="toy", steps=STEPS, currencies=("CNY", "USD"), service_fee_ppm=100_000, closes_without_commission=True
)


def paid(quantity: int = 3, unit: int = 6900, rate: int = 55_000) -> SimulatedOrder:
    return SimulatedOrder(
        number=1, order_id="toy-1", account="toy", marketplace="toy", item="T1", title="Pot", currency="CNY",
        quantity=quantity, list_minor=8900, unit_minor=unit, rate_ppm=rate, position="p1", sub_id=None, click_at=0,
        created_at=10, paid_at=10, modified_at=10, paid_minor=unit * quantity,
        estimate_minor=part_of(unit * quantity, rate),
    )  # fmt: skip


def step(order: SimulatedOrder, do: str, at: int = 20, **given: int | str | None) -> SimulatedOrder:
    """The order after a step."""
    return both(order, do, at, **given)[0]


def both(order: SimulatedOrder, do: str, at: int = 20, **given: object) -> tuple[SimulatedOrder, TakenBack | None]:
    return take_step(order, OrderStep(do, at, **given), RULES)  # type: ignore[arg-type]


def refusal(order: SimulatedOrder, do: str, at: int = 20, rules: MarketRules = RULES, **given: object) -> Refused:
    with pytest.raises(Refused) as refused:
        take_step(order, OrderStep(do, at, **given), rules)  # type: ignore[arg-type]
    return refused.value


def in_state(state: str) -> SimulatedOrder:
    order = paid()
    for do in {PAID: (), RECEIVED: ("receive",), SETTLED: ("receive", "settle"), CLOSED: ("close",)}[state]:
        order = step(order, do)
    return order


MOVES = {
    (PAID, "receive"): RECEIVED, (PAID, "settle"): SETTLED, (PAID, "close"): CLOSED,
    (RECEIVED, "settle"): SETTLED, (RECEIVED, "close"): CLOSED,
    (SETTLED, "close"): CLOSED, (SETTLED, "unsettle"): RECEIVED,
    (CLOSED, "reopen"): PAID,
}  # fmt: skip


@pytest.mark.parametrize("state", [PAID, RECEIVED, SETTLED, CLOSED])
@pytest.mark.parametrize("do", ["receive", "settle", "close", "reopen", "unsettle"])
def test_only_the_written_moves_are_possible(state: str, do: str) -> None:
    order = in_state(state)

    if (state, do) in MOVES:
        assert step(order, do).state == MOVES[state, do]
    else:
        assert refusal(order, do).status == 409


def test_settling_fixes_commission_service_fee_and_time() -> None:
    settled = step(step(paid(1), "receive", 20), "settle", 30)

    assert (settled.settled_minor, settled.service_minor, settled.settled_at) == (380, 38, 30)


@pytest.mark.parametrize("do", ["close", "unsettle"])
def test_a_settlement_that_is_withdrawn_leaves_nothing(do: str) -> None:
    order = step(step(paid(1), "settle"), do)

    assert (order.settled_minor, order.service_minor, order.settled_at) == (0, 0, None)
    assert order.closed_because == ("cancelled" if do == "close" else "")
    assert order.estimate_minor == 380


def test_an_order_closes_for_the_reason_that_its_dialect_gives() -> None:
    closed = step(paid(), "close", because="25")

    assert (closed.state, closed.closed_because) == (CLOSED, "25")
    assert step(closed, "reopen").closed_because == ""


@pytest.mark.parametrize(("linked", "state"), [(True, CLOSED), (False, PAID)])
def test_what_earns_nothing_at_a_marketplace_is_closed_from_the_start_if_a_link_led_to_it(
    linked: bool, state: str
) -> None:
    rules = MarketRules(account="toy", void_because=lambda order: f"no {order.carried}")
    item = SoldItem("toy", "T1", {"zh": "锅", "en": "Pot"}, "CNY", 100, 0)
    link = FollowedLink("p1", None, 10, "gifts") if linked else None

    order = draft(10, date(2026, 11, 22), rules, item, 1, link=link)

    assert (order.state, order.closed_because) == (state, "no gifts" if linked else "")


def test_an_order_without_a_receipt_is_paid_after_its_settlement_is_withdrawn() -> None:
    assert step(step(paid(), "settle"), "unsettle").state == PAID


def test_a_reopened_order_can_be_settled_again() -> None:
    order = step(step(step(paid(1), "settle"), "close"), "reopen")

    assert step(order, "settle").settled_minor == 380


def test_what_was_returned_whole_is_not_reopened() -> None:
    assert refusal(step(paid(), "return"), "reopen").status == 409


@pytest.mark.parametrize("withdraw", [("unsettle",), ("close", "reopen")])
def test_what_was_taken_back_is_inside_the_amounts_once_the_settlement_is_withdrawn(withdraw: tuple[str, ...]) -> None:
    order = step(step(paid(), "settle"), "return", quantity=1)
    for do in withdraw:
        order = step(order, do)

    assert (order.state, order.settled_minor, order.taken_back_minor) == (PAID, 0, 0)
    assert (order.paid_minor, order.estimate_minor) == (13_800, 759)  # without the piece that came back
    settled = step(order, "settle", 60)
    assert (settled.settled_minor, settled.taken_back_minor) == (759, 0)
    order = step(order, "return", quantity=1)
    assert (order.paid_minor, order.estimate_minor) == (6_900, 380)


def test_a_commission_below_one_minor_unit_closes_the_order_where_the_marketplace_says_so() -> None:
    tiny = paid(1, unit=9, rate=50_000)

    assert step(tiny, "settle").state == CLOSED
    assert take_step(tiny, OrderStep("settle", 20), MarketRules(account="toy"))[0].state == SETTLED
    assert step(paid(1, unit=10, rate=50_000), "settle").state == SETTLED  # half a unit is rounded up to one


def test_a_partial_return_before_settlement_lowers_what_is_reported() -> None:
    order, back = both(paid(3), "return", quantity=1)

    assert back == TakenBack("return", "CNY", 1, 6_900, 342, 38, 20)  # a case, and no part of what is taken back
    assert order.taken_back_minor == 0
    assert (order.state, order.paid_minor, order.estimate_minor) == (PAID, 13_800, 759)


def test_a_settlement_is_later_than_every_case_before_it_also_within_one_second() -> None:
    settled = step(step(paid(3), "return", quantity=1), "settle")

    again, back = both(step(settled, "return", quantity=1), "return", quantity=1)

    assert (settled.settled_at, again.settled_at) == (21, 21)
    assert back is not None
    assert back.at == 21


def test_a_corrected_estimate_falls_in_step_with_a_return() -> None:
    order = step(step(paid(3), "correct", commission_minor=300), "return", quantity=1)

    assert order.estimate_minor == 200


def test_returning_everything_before_settlement_closes() -> None:
    order, back = both(step(paid(2), "receive"), "return", 30)

    assert back == TakenBack("return", "CNY", 2, 13_800, 683, 76, 30)
    assert (order.state, order.taken_back_minor) == (CLOSED, 0)
    assert refusal(order, "return", 40, quantity=1).status == 409


def test_a_return_after_settlement_takes_back_commission_and_service_fee() -> None:
    order, back = both(step(paid(1), "settle"), "return", 30)

    assert back is not None
    assert (back.refund_minor, back.commission_minor, back.service_minor) == (6900, 342, 38)
    assert (order.state, order.settled_minor, order.returned) == (SETTLED, 380, 1)


@pytest.mark.parametrize("quantity", [0, -1, 4])
def test_no_more_comes_back_than_was_bought(quantity: int) -> None:
    assert refusal(paid(3), "return", quantity=quantity).field == "quantity"


def test_an_order_does_not_change_before_its_last_change() -> None:
    assert refusal(paid(), "receive", 9).field == "at"


def test_a_correction_changes_commission_and_currency() -> None:
    order = step(step(paid(1), "settle"), "correct", commission_minor=1000, currency="USD")

    assert (order.settled_minor, order.service_minor, order.currency) == (1000, 100, "USD")


def test_a_correction_may_pay_more_than_was_paid_and_less_than_was_taken_back() -> None:
    order = step(step(paid(2), "settle"), "return", quantity=1)

    assert step(paid(1), "correct", commission_minor=6901).estimate_minor == 6901
    assert step(order, "correct", commission_minor=1).settled_minor < order.taken_back_minor
    assert refusal(paid(1), "correct", commission_minor=10**17 + 1).field == "commission"
    assert refusal(order, "correct", commission_minor=-1).field == "commission"
    assert refusal(paid(), "correct", commission_minor=1, currency="EUR").field == "currency"
    assert refusal(paid(), "correct").field == "commission"
    assert refusal(in_state(CLOSED), "correct", commission_minor=1).status == 409


def test_a_correction_below_the_fee_that_came_back_leaves_no_fee_above_the_commission() -> None:
    order = step(step(paid(2), "settle"), "return", quantity=1)
    assert order.service_back_minor > 1

    corrected = step(order, "correct", commission_minor=1)
    again = step(corrected, "return", quantity=1)

    assert (corrected.settled_minor, corrected.service_minor) == (1, 1)
    assert again.service_back_minor == order.service_back_minor


def test_freezing_changes_nothing_else_and_happens_once() -> None:
    order = step(paid(), "freeze")

    assert order == replace(paid(), frozen=1, modified_at=20)
    assert refusal(order, "freeze").status == 409
    assert refusal(in_state(CLOSED), "freeze").status == 409


def test_price_protection_lowers_a_paid_order_and_takes_back_from_a_settled_one() -> None:
    assert step(paid(1), "price_protect", amount_minor=900).paid_minor == 6000
    order, back = both(step(paid(1), "settle"), "price_protect", 30, amount_minor=690)

    assert back is not None
    assert (back.kind, back.refund_minor, back.commission_minor, back.service_minor) == ("price_protection", 690, 34, 4)
    assert refusal(order, "price_protect", 40, amount_minor=6900).field == "amount"
    assert refusal(order, "price_protect", 40).field == "amount"
    assert refusal(in_state(CLOSED), "price_protect", amount_minor=1).status == 409


def test_a_penalty_may_take_more_than_was_given() -> None:
    order, back = both(step(paid(1), "settle"), "penalty", 30, amount_minor=500)

    assert back is not None
    assert (back.kind, back.commission_minor, order.taken_back_minor) == ("penalty", 500, 500)
    assert refusal(paid(), "penalty", amount_minor=500).status == 409
    assert refusal(order, "penalty", 40, amount_minor=0).field == "amount"


@pytest.mark.parametrize("do", sorted(STEPS - BASIC_STEPS))
def test_a_step_that_the_marketplace_does_not_have_is_refused(do: str) -> None:
    refused = refusal(paid(), do, rules=MarketRules(account="toy"))

    assert (refused.status, refused.field) == (422, "do")


def test_an_unknown_step_is_refused() -> None:
    assert refusal(paid(), "explode").field == "do"


def test_a_step_of_a_marketplace_s_own_is_taken_there_alone_and_one_of_the_contract_can_be_its_own_too() -> None:
    def inspect(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
        return replace(order, own_facts='{"inspected": true}')

    own = MarketRules(account="toy", own_steps={"inspect": inspect, "receive": inspect})

    for do in ("inspect", "receive"):
        order, back = take_step(paid(), OrderStep(do, 20), own)
        assert (order, back) == (replace(paid(), own_facts='{"inspected": true}', modified_at=20), None)
    assert refusal(paid(), "inspect").field == "do"
    assert refusal(paid(), "inspect", rules=own, quantity=1).field == "quantity"
    assert "inspect" in refusal(paid(), "explode", rules=own).text


@given(unit=st.integers(1, 100_000), per_mille=st.integers(0, 500), pieces=st.integers(2, 9), settled=st.booleans())
def test_a_commission_that_is_cut_is_the_rate_of_what_remains_after_every_return(
    unit: int, per_mille: int, pieces: int, settled: bool
) -> None:
    cut = MarketRules(account="toy", rounds_down=True, service_fee_ppm=100_000)
    order = paid(pieces, unit, per_mille * 1000)
    order = replace(order, estimate_minor=cut.commission_of(unit * pieces, order.rate_ppm))
    if settled:
        order, _ = take_step(order, OrderStep("settle", 20), cut)
    for left in range(pieces - 1, 0, -1):
        order, back = take_step(order, OrderStep("return", 30, quantity=1), cut)
        assert back is not None
        remains = order.settled_minor - order.taken_back_minor if settled else order.estimate_minor
        assert remains == unit * left * per_mille // 1000
        assert min(back.commission_minor, back.service_minor) >= 0


@pytest.mark.parametrize(("mark", "flag"), [("freeze", "frozen"), ("risk", "risk")])
def test_a_mark_is_set_once_and_released(mark: str, flag: str) -> None:
    marked = step(paid(), mark)

    assert getattr(marked, flag) == 1
    assert refusal(marked, mark).status == 409
    assert getattr(step(marked, "release"), flag) == 0
    assert refusal(paid(), "release").status == 409


def test_an_unknown_code_lasts_until_the_next_step() -> None:
    odd = step(paid(), "unknown_code")

    assert (odd.unknown_code, odd.state) == (1, PAID)
    assert step(odd, "repeat").unknown_code == 1
    assert step(odd, "receive").unknown_code == 0


def test_a_refund_in_another_currency_leaves_the_order_as_it_was() -> None:
    settled = step(paid(1), "settle")

    order, back = both(settled, "refund", 30, amount_minor=2, currency="USD")

    assert order == replace(settled, modified_at=30, refunded_at=30)
    assert back == TakenBack("refund", "USD", 0, 0, 2, 0, 30)
    assert refusal(settled, "refund", 30, amount_minor=2, currency="CNY").field == "currency"
    assert refusal(settled, "refund", 30, amount_minor=2).field == "currency"
    assert refusal(paid(), "refund", amount_minor=2, currency="USD").status == 409


@pytest.mark.parametrize(("quantity", "pieces"), [(2, [1, 1]), (3, [1, 1, 1]), (7, [3, 2, 2])])
def test_a_split_order_closes_and_its_parcels_add_up_to_it(quantity: int, pieces: list[int]) -> None:
    order = step(paid(quantity, unit=6_901), "split")
    made = parcels(order)

    assert (order.state, order.closed_because) == (CLOSED, "split")
    assert [each.quantity for each in made] == pieces
    assert sum(each.paid_minor for each in made) == order.paid_minor
    assert sum(each.estimate_minor for each in made) == order.estimate_minor
    assert {(each.state, each.parent, each.closed_because) for each in made} == {(PAID, "toy-1", "")}
    assert refusal(order, "reopen").status == 409


def test_only_an_open_order_of_several_pieces_is_split() -> None:
    assert refusal(paid(1), "split").status == 409
    assert refusal(step(paid(2), "return", quantity=1), "split").status == 409
    assert refusal(in_state(SETTLED), "split").status == 409
    assert refusal(in_state(CLOSED), "split").status == 409


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
        order = step(order, "return", quantity=quantity)
    order = step(order, "settle", 30)
    if order.state == CLOSED:
        return
    refunds = []
    for quantity in after:
        left = order.quantity - order.returned
        if left == 0:
            break
        order, refund = both(order, "return", 40, quantity=min(quantity, left))
        refunds.append(refund)
    if order.returned < order.quantity:
        order, refund = both(order, "return", 50)
        refunds.append(refund)

    kept = [each for each in refunds if each]
    assert len(kept) == len(refunds)
    assert all(each.commission_minor >= 0 and each.service_minor >= 0 for each in kept)
    assert sum(each.commission_minor + each.service_minor for each in kept) == order.settled_minor
    assert sum(each.service_minor for each in kept) == order.service_minor
    assert sum(each.refund_minor for each in kept) == order.paid_minor


@given(st.integers(0, 10**11))
def test_amount_texts_read_back_as_the_same_amount(minor: int) -> None:
    assert read_decimal(decimal_text(minor)) == minor


@pytest.mark.parametrize("text", ["", "1,00", "NaN", "-1", "1.005", "1e3", " 1", "１.00", ".5", "5."])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="looks like"):
        read_decimal(text)


def test_rates_and_halves() -> None:
    assert decimal_text(1990, decimals_of("JPY")) == "1990"
    assert decimal_text(1990, decimals_of("KWD")) == "1.990"
    assert percent(55_000) == "5.50"
    assert part_of(6900, 55_000) == 380
    assert part_of(1, 500_000) == 1
    assert share_of(5, 1, 2) == 3
