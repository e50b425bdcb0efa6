"""Lines of two shops that are booked, held and confirmed as one set: each by its own reports, plan, day and money."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from joey.commissions.holds import place_hold
from joey.commissions.models import Commission
from joey.commissions.publish_plan import publish_plan
from joey.kit import sql
from joey.ledger.chart import AccountKind
from joey.ledger.post import Move, post
from joey.ledger.queries import balances_of
from joey.money.money import Money
from joey.shops.models import Shop
from tests.cast import DAY, NOW, ada, leased, lulus_shop, meis_shop, refund, settled
from tests.commissions.stage import confirmed, take_in
from tests.proof import prove

pytestmark = pytest.mark.django_db

HERS: dict[str, Any] = {"position": "110000000002"}


@pytest.fixture(autouse=True)
def positions() -> None:
    leased(meis_shop())
    leased(lulus_shop(), "110000000002")


def of(shop: Shop) -> tuple[int, int, int]:
    """What is pending, available and held, in fen."""
    found = balances_of(shop.pk)["CNY"]
    return found.pending.minor, found.available.minor, found.held.minor


def line_of(shop: Shop) -> Commission:
    return Commission.objects.get(shop=shop)


def test_two_shops_that_are_held_at_once_are_each_held_with_their_own_money() -> None:
    take_in(settled("1001"), settled("1002", **HERS))
    confirmed()

    frozen: dict[str, Any] = {"reported_at": NOW - DAY, "held": "frozen"}
    take_in(settled("1001", **frozen), settled("1002", **frozen, **HERS))

    assert of(meis_shop()) == of(lulus_shop()) == (0, 0, 273)
    prove()


def test_a_hold_of_a_shop_whose_money_is_paid_out_takes_nothing_of_anothers() -> None:
    take_in(settled("1001"), settled("1002", **HERS))
    confirmed()
    moves = [Move(AccountKind.SHOP_AVAILABLE, AccountKind.SHOP_RESERVED, Money(273, "CNY"))]
    post(meis_shop().pk, kind="payout.reserved", reference="1", happened_at=NOW, moves=moves)

    place_hold(line_of(meis_shop()), reason="Ten orders from one device in an hour", now=NOW)

    assert (of(meis_shop()), of(lulus_shop())) == ((0, 0, 0), (0, 273, 0))


@pytest.mark.parametrize("mine_first", [True, False])
def test_of_two_lines_of_one_order_only_the_one_that_its_report_holds_is_held(mine_first: bool) -> None:
    mine = settled(external_line="1", held="frozen", reported_at=NOW - DAY)
    hers = settled(external_line="2", reported_at=NOW - DAY - timedelta(hours=mine_first), **HERS)

    take_in(*[mine, hers] if mine_first else [hers, mine])

    assert confirmed() == 1
    assert (of(meis_shop()), of(lulus_shop())) == ((273, 0, 0), (0, 273, 0))
    prove()


def test_what_comes_back_of_a_line_comes_off_no_other_line_of_its_order() -> None:
    take_in(settled(external_line="1"), settled(external_line="2", **HERS))

    take_in(replace(refund(), external_line="2"))

    assert (of(meis_shop()), of(lulus_shop())) == ((273, 0, 0), (0, 0, 0))
    prove()


@pytest.mark.parametrize("mine_first", [True, False])
def test_each_line_of_a_set_is_split_and_waits_by_the_plan_of_its_own_click(mine_first: bool) -> None:
    half = {"shopkeeper_ppm": 500_000, "platform_ppm": 500_000, "waiting_days": 30}
    publish_plan(half, by=ada(), now=NOW - 18 * DAY)  # in force three days ago
    lines = [settled("1001", clicked_at=NOW - 4 * DAY), settled("1002", clicked_at=NOW - 2 * DAY, **HERS)]

    take_in(*lines if mine_first else lines[::-1])

    mine, hers = line_of(meis_shop()), line_of(lulus_shop())
    assert (mine.amount_minor, mine.payable_on) == (273, (NOW - 2 * DAY).date())
    assert (hers.amount_minor, hers.payable_on) == (171, (NOW + 21 * DAY).date())
    prove()


@pytest.mark.parametrize("mine_first", [True, False])
def test_each_line_of_a_set_is_confirmed_on_its_own_day(mine_first: bool) -> None:
    lines = [settled("1001"), settled("1002", days_ago=1, **HERS)]

    take_in(*lines if mine_first else lines[::-1])

    assert confirmed() == 1
    assert (of(meis_shop()), of(lulus_shop())) == ((0, 273, 0), (273, 0, 0))
    prove()


def test_only_a_shop_that_owes_reads_so() -> None:
    take_in(settled("1001"), settled("1002"), settled("2001", **HERS))
    confirmed()
    moves = [Move(AccountKind.SHOP_AVAILABLE, AccountKind.SHOP_RESERVED, Money(273, "CNY"))]
    post(lulus_shop().pk, kind="payout.reserved", reference="1", happened_at=NOW, moves=moves)

    take_in(refund("1001"), refund("2001", case="8813"))

    noted = sql.tuples(
        "SELECT shop_id, facts ->> 'below_zero_minor' FROM record_event WHERE kind = 'commission.adjusted'"
    )
    assert dict(noted) == {meis_shop().pk: None, lulus_shop().pk: "273"}
