"""A hold blocks one line, or an amount of it: what is pending is not confirmed, what is available moves to held."""

from typing import Any

import pytest

from joey.commissions.holds import place_hold, release_hold
from joey.commissions.holds_in_force import held_lines
from joey.commissions.models import Commission, Hold, HoldClosing
from joey.commissions.queries import orders_of
from joey.commissions.waits_for import waits_for
from joey.kit.refusals import Conflict, Invalid
from joey.ledger.chart import AccountKind
from joey.ledger.post import Move, post
from joey.marketplaces.port import AnyReport
from joey.money.money import Money as Amount
from tests.cast import DAY, NOW, ada, leased, lulus_shop, meis_shop, refund, report, settled
from tests.commissions.stage import Money, confirmed, line, money, take_in
from tests.proof import prove
from tests.slow import cases_but_every

pytestmark = pytest.mark.django_db

WHY = "Ten orders from one device in an hour"


@pytest.fixture(autouse=True)
def position() -> None:
    leased(meis_shop())


def test_what_is_available_moves_to_held_and_back() -> None:
    take_in(settled("1001"), settled("1002"))
    confirmed()

    hold = place_hold(line_of("1001"), reason=WHY, by=ada(), now=NOW)
    held = money()
    release_hold(hold, by=ada(), reason="A family of ten", now=NOW)
    release_hold(hold, now=NOW, reason="Looked into it")  # twice is once

    assert held == Money(available=273, held=273, receivable=684, revenue=136)
    assert money() == Money(available=546, receivable=684, revenue=136)
    assert HoldClosing.objects.get().closed_by == str(ada().pk)
    prove()


def line_of(order: str) -> Commission:
    return Commission.objects.get(order_line__external_order=order)


def test_an_amount_on_hold_leaves_the_rest_alone() -> None:
    take_in(settled())
    hold = place_hold(line(), reason=WHY, amount_minor=37, now=NOW)

    confirmed()
    while_held = money()
    release_hold(hold, now=NOW, reason="Looked into it")
    confirmed()

    assert while_held == Money(pending=37, available=236, receivable=342)  # the platform's part waits with it
    assert money() == Money(available=273, receivable=342, revenue=68)
    prove()


def test_an_amount_of_what_is_available_is_held() -> None:
    take_in(settled())
    confirmed()

    place_hold(line(), reason=WHY, amount_minor=37, now=NOW)

    assert money() == Money(available=236, held=37, receivable=342, revenue=68)
    prove()


def test_an_amount_of_what_is_available_stays_held_through_a_partial_return_until_it_is_released() -> None:
    take_in(settled())
    confirmed()
    hold = place_hold(line(), reason=WHY, amount_minor=200, now=NOW)

    take_in(refund(back=171))
    returned = money()
    prove()
    release_hold(hold, now=NOW, reason="Looked into it")

    # 136 are left, fewer than the hold asks for: all of it is held, also what was available beside the hold.
    assert returned == Money(held=136, receivable=171, revenue=34)
    assert money() == Money(available=136, receivable=171, revenue=34)
    prove()


def test_a_small_return_takes_from_what_is_held_and_the_hold_keeps_its_amount() -> None:
    take_in(settled())
    confirmed()
    place_hold(line(), reason=WHY, amount_minor=100, now=NOW)

    take_in(refund(back=171))

    assert money() == Money(available=36, held=100, receivable=171, revenue=34)
    prove()


def test_no_more_than_the_shops_part_can_be_held_and_several_holds_of_a_part_add_up_to_it() -> None:
    take_in(settled())
    confirmed()
    with pytest.raises(Invalid, match=r"The shop’s part of this order is CN¥2\.73") as refused:
        place_hold(line(), reason=WHY, amount_minor=274, now=NOW)
    assert (refused.value.field, Hold.objects.count(), money().held) == ("amount", 0, 0)

    holds = [place_hold(line(), reason=WHY, amount_minor=200, now=NOW) for _ in range(2)]
    assert (money().available, money().held) == (0, 273)
    release_hold(holds[0], now=NOW, reason="Looked into it")

    assert (money().available, money().held) == (73, 200)
    prove()


def test_only_what_is_unpaid_is_held_and_the_rest_once_it_comes_back() -> None:
    take_in(settled())
    confirmed()
    reserve(200)

    place_hold(line(), reason=WHY, now=NOW)
    held = money()
    reserve(-200)
    take_in()  # the minute job

    assert (held.available, held.held) == (0, 73)
    assert (money().available, money().held) == (0, 273)


def reserve(minor: int) -> None:
    """What a payout does to the books; below zero: it was refused."""
    sides = (AccountKind.SHOP_AVAILABLE, AccountKind.SHOP_RESERVED)
    debit, credit = sides if minor > 0 else sides[::-1]
    kind = "payout.reserved" if minor > 0 else "payout.released"
    moves = [Move(debit, credit, Amount(abs(minor), "CNY"))]
    post(meis_shop().pk, kind=kind, reference="1", happened_at=NOW, moves=moves)


def test_a_return_takes_from_what_is_held_before_what_is_available() -> None:
    take_in(settled("1001"), settled("1002"))
    confirmed()
    place_hold(line_of("1001"), reason=WHY, now=NOW)

    take_in(refund("1001", back=171))

    assert (money().available, money().held) == (273, 136)
    prove()


def test_a_withdrawn_settlement_brings_what_is_held_back_to_pending() -> None:
    take_in(settled())
    confirmed()
    place_hold(line(), reason=WHY, now=NOW)

    take_in(report(reported_at=NOW - DAY))

    assert money() == Money(pending=273, expected=342)
    prove()


@pytest.mark.parametrize("held", ["frozen", "risk"])
def test_a_line_that_its_reports_hold_is_held_until_a_later_report_no_longer_does(held: str) -> None:
    take_in(settled("1001"), settled("1002"))
    confirmed()

    take_in(settled("1001", reported_at=NOW - DAY, held=held))
    while_held = money()
    take_in(settled("1001", reported_at=NOW))

    assert (while_held.available, while_held.held) == (273, 273)
    assert (money().available, money().held) == (546, 0)
    opened = Hold.objects.get()
    assert (opened.hold_class, opened.opened_by, HoldClosing.objects.get().hold_id) == (held, "report", opened.pk)
    prove()


def test_a_hold_of_an_operator_stays_when_that_of_the_reports_ends() -> None:
    take_in(settled(held="frozen"))
    place_hold(line(), reason=WHY, now=NOW)

    take_in(settled(reported_at=NOW))

    assert confirmed() == 0
    assert line().holds_of_all == 1
    prove()


def test_another_class_ends_the_hold_of_the_first_and_opens_its_own() -> None:
    take_in(settled(held="frozen"))

    take_in(settled(reported_at=NOW, held="risk"))

    closed = HoldClosing.objects.get().hold
    assert (closed.hold_class, Hold.objects.exclude(pk=closed.pk).get().hold_class) == ("frozen", "risk")
    prove()


def test_a_hold_of_nothing_and_without_a_reason_is_refused() -> None:
    take_in(report(commission_minor=0, service_fee_minor=0))

    with pytest.raises(Conflict):
        place_hold(line(), reason=WHY, now=NOW)
    with pytest.raises(Invalid):
        place_hold(line(), reason="  ", now=NOW)
    with pytest.raises(Invalid):
        place_hold(line(), reason=WHY, amount_minor=0, now=NOW)


@pytest.mark.parametrize("held", ["frozen", "risk"])
def test_an_operator_releases_what_the_reports_hold_and_the_next_report_may_hold_it_again(held: str) -> None:
    take_in(settled(held=held))
    assert confirmed() == 0

    release_hold(Hold.objects.get(), by=ada(), reason="The marketplace says on the phone that it pays", now=NOW)
    (row,) = orders_of(meis_shop().pk, limit=1)
    prove()

    assert (row.held_by_marketplace, waits_for(row, now=NOW)) == ("", "due")
    assert confirmed() == 1
    assert money() == Money(available=273, receivable=342, revenue=68)
    prove()
    take_in(settled(reported_at=NOW, paid_minor=6_840, held=held))
    assert Hold.objects.count() == 2
    assert (money().available, money().held) == (0, 273)
    prove()


AT_LULUS: dict[str, Any] = {"position": "110000000002"}


@pytest.mark.parametrize(
    ("says", "other"),
    cases_but_every(
        2,
        [
            ({"held": "frozen"}, {"held": "frozen", "commission_minor": 390}),
            ({"held": "risk"}, {"held": "risk", "reason": "13"}),
            ({"held": "unknown_code", "state": "unknown", "reason": "97"}, {"reason": "98"}),
            ({"currency": "USD"}, {"currency": "EUR"}),
            (AT_LULUS, AT_LULUS | {"paid_minor": 6_840}),
        ],
    ),
    ids=["frozen", "risk", "unknown code", "currency", "contradiction"],
)
def test_a_report_that_says_the_same_again_leaves_what_an_operator_released(
    says: dict[str, Any], other: dict[str, Any]
) -> None:
    leased(lulus_shop(), key="110000000002")
    take_in(settled())
    confirmed()
    take_in(settled(days_ago=8, **says))
    assert money().held == 273
    release_hold(Hold.objects.get(), by=ada(), reason="The marketplace says on the phone that it pays", now=NOW)

    take_in(settled(days_ago=7, settled_at=NOW - 8 * DAY, payload={"again": 1}, **says))
    assert (money().available, money().held) == (273, 0)
    prove()

    take_in(settled(days_ago=6, settled_at=NOW - 8 * DAY, **(says | other)))
    assert money().held >= 273
    prove()


def test_a_hold_that_ended_in_between_begins_again() -> None:
    take_in(settled())
    confirmed()
    take_in(settled(days_ago=8, held="frozen"))
    release_hold(Hold.objects.get(), by=ada(), reason="The marketplace says on the phone that it pays", now=NOW)

    take_in(settled(days_ago=7))
    take_in(settled(days_ago=6, held="frozen"))

    assert (money().available, money().held) == (0, 273)
    prove()


@pytest.mark.parametrize(
    ("takes_all", "gives_again"),
    [
        (
            report(state="closed", commission_minor=0, service_fee_minor=0, held="frozen", reported_at=NOW - DAY),
            settled(held="frozen", reported_at=NOW),
        ),
        (refund(reported_at=NOW - DAY), refund(counts=False, reported_at=NOW)),
    ],
    ids=["closed", "refunded"],
)
def test_a_line_of_which_nothing_is_left_is_held_again_once_its_reports_give_something(
    takes_all: AnyReport, gives_again: AnyReport
) -> None:
    take_in(settled())
    confirmed()
    take_in(settled(held="frozen", reported_at=NOW - 2 * DAY))
    assert money().held == 273

    take_in(takes_all)
    (row,) = orders_of(meis_shop().pk, limit=1)
    assert (held_lines(), row.held, row.held_by_marketplace) == ([], False, "")
    assert HoldClosing.objects.get().closed_by == "report"
    prove()

    take_in(gives_again)
    assert [hold.hold_class for hold in held_lines()] == ["frozen"]
    assert (confirmed(NOW + 30 * DAY), money().pending) == (0, 273)
    prove()


def test_a_line_that_gives_nothing_yet_is_held_when_it_does() -> None:
    take_in(report(state="placed", held="risk"))
    assert held_lines() == []
    prove()

    take_in(report(held="risk", reported_at=NOW))

    assert [hold.hold_class for hold in held_lines()] == ["risk"]
    prove()
