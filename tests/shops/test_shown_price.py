"""What may be said about a price: never stale, never struck through against the law."""

from datetime import datetime, timedelta

import pytest

from joey.catalog.models import Offer
from joey.money.money import Money
from joey.shops.price_history import history_of, price_history
from joey.shops.shown_price import Point, RecentLow, shown_price
from tests.cast import DAY, NOW


def offer(**changes: object) -> Offer:
    facts: dict[str, object] = {
        "currency": "CNY",
        "list_minor": 12900,
        "now_minor": 8900,
        "coupon_minor": None,
        "as_of": NOW - timedelta(hours=2),
        "expires_at": NOW + timedelta(hours=22),
    }
    return Offer(**(facts | changes))


def points(*steps: tuple[int, int]) -> list[Point]:
    return [(NOW - days * DAY, minor) for days, minor in steps]


def test_a_fresh_price_is_shown_with_the_time_it_was_read() -> None:
    shown = shown_price(offer(), [], now=NOW)

    assert (shown.pays, shown.as_of) == (Money(8900, "CNY"), NOW - timedelta(hours=2))


@pytest.mark.parametrize("change", [{"expires_at": NOW}, {"now_minor": None}, {"withdrawn_at": NOW}])
def test_an_unknown_price_is_not_shown(change: dict[str, object]) -> None:
    shown = shown_price(offer(**change), points((3, 12900)), now=NOW)

    assert (shown.pays, shown.without_coupon, shown.struck, shown.low, shown.fresh) == (None, None, None, None, False)


def test_a_running_coupon_lowers_what_is_paid_and_ends_the_price_with_it() -> None:
    shown = shown_price(offer(coupon_minor=6900, coupon_until=NOW + timedelta(hours=1)), [], now=NOW)

    assert (shown.pays, shown.without_coupon) == (Money(6900, "CNY"), Money(8900, "CNY"))
    assert shown.until == NOW + timedelta(hours=1)


def test_a_coupon_that_is_over_is_not_shown() -> None:
    shown = shown_price(offer(coupon_minor=6900, coupon_until=NOW), [], now=NOW)

    assert (shown.pays, shown.without_coupon) == (Money(8900, "CNY"), None)


@pytest.mark.parametrize(
    ("steps", "pays", "struck", "low"),
    [
        ([], 6900, None, None),
        ([(30, 6900)], 6900, None, None),  # it never cost anything else
        ([(40, 7900), (10, 6900)], 6900, 7900, None),
        ([(40, 7900), (31, 6900)], 6900, None, None),  # the usual price by now
        ([(60, 12900), (6, 7900), (4, 8900), (0, 6900)], 6900, 7900, None),  # the lowest of the seven days before
        ([(60, 12900), (9, 7900), (6, 12900), (0, 6900)], 6900, 7900, None),  # 79.00 held when the seven days began
        ([(60, 12900), (10, 7900), (9, 12900), (0, 6900)], 6900, 12900, None),
        ([(20, 5000), (0, 6900)], 6900, None, (5000, 20)),  # dearer than before
        # case P1, the kettle: raised for twelve days, then "cut" to above what it cost before
        ([(60, 3499), (12, 4799), (1, 3799)], 3799, None, (3499, 30)),
        ([(60, 3499), (31, 4799), (1, 3799)], 3799, 4799, None),  # its low is longer ago than 30 days
        ([(60, 3499), (30, 4799), (1, 3799)], 3799, 4799, None),
        ([(60, 3499), (29, 4799), (1, 3799)], 3799, None, (3499, 30)),
        ([(2, 9000), (1, 9500)], 9500, None, (9000, 2)),  # known for two days only
        ([(30, 6900), (-1, 5000)], 6900, None, None),  # what is not yet is no history
    ],
)
def test_a_price_is_struck_only_if_it_was_asked_for_and_today_is_the_low(
    steps: list[tuple[int, int]], pays: int, struck: int | None, low: tuple[int, int] | None
) -> None:
    for list_minor in (None, 1, 99_900):  # what the marketplace calls its list price is never struck
        shown = shown_price(offer(now_minor=pays, list_minor=list_minor), points(*steps), now=NOW)

        assert shown.struck == (None if struck is None else Money(struck, "CNY"))
        assert shown.low == (None if low is None else RecentLow(Money(low[0], "CNY"), low[1]))


def test_history_is_cut_at_sixty_days_and_knows_its_lows() -> None:
    history = price_history(points((90, 9000), (50, 7000), (40, 8000), (10, 7000), (5, 8000)), "CNY", until=NOW)

    assert history is not None
    assert [step.price.minor for step in history.steps] == [9000, 7000, 8000, 7000, 8000]
    assert history.steps[0].since == NOW - 60 * DAY
    assert (history.low.minor, history.high.minor) == (7000, 9000)
    assert (history.low_since, history.low_until, history.low_holds) == (NOW - 10 * DAY, NOW - 5 * DAY, False)


def test_what_is_unknown_before_the_first_price_stays_empty() -> None:
    history = price_history(points((20, 9000)), "CNY", until=NOW)

    assert history is not None
    assert (history.begins, history.steps[0].since) == (NOW - 60 * DAY, NOW - 20 * DAY)
    assert price_history([], "CNY", until=NOW) is None


def test_a_coupon_that_ended_since_the_price_was_read_is_over_in_the_history_too() -> None:
    ended = NOW - timedelta(hours=1)
    now_dearer = offer(coupon_minor=6900, coupon_until=ended)

    found = history_of(now_dearer, [*points((9, 8900)), (now_dearer.as_of, 6900)], now=NOW)

    assert found is not None
    assert (found.low, found.low_until, found.low_holds) == (Money(6900, "CNY"), ended, False)
    assert [(step.price.minor, step.until) for step in found.steps[-2:]] == [(6900, ended), (8900, NOW)]


def test_while_its_coupon_runs_the_history_ends_when_the_price_was_read() -> None:
    found = history_of(offer(coupon_minor=6900, coupon_until=NOW + DAY), points((9, 6900)), now=NOW)

    assert found is not None
    assert (found.ends, found.low_holds) == (NOW - timedelta(hours=2), True)


def test_a_history_of_less_than_a_day_is_too_short_to_be_drawn_unless_the_price_changed() -> None:
    hour, day = timedelta(hours=1), timedelta(days=1)

    def drawn(*known: tuple[datetime, int]) -> bool:
        history = price_history(known, "CNY", until=NOW)
        assert history is not None
        return history.can_be_drawn

    assert not drawn((NOW - hour, 9000))
    assert drawn((NOW - day, 9000))
    assert drawn((NOW - 2 * hour, 9000), (NOW - hour, 8000))
