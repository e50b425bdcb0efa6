"""One refund may be reported twice: with the number of its case, and only with when it was opened."""

from datetime import timedelta
from itertools import permutations

import pytest

from joey.commissions.earn_due import earn_due
from joey.marketplaces.port import RefundReport
from joey.orders.models import OrderLine
from tests.cast import DAY, NOW, leased, meis_shop, refund, settled
from tests.orders.polled import polled
from tests.proof import prove
from tests.slow import but_every

pytestmark = pytest.mark.django_db
OPENED = NOW - 2 * DAY
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _sold() -> None:
    leased(meis_shop())
    polled(settled())


def numbered(
    case: str, back: int, *, hours: int = 0, counts: bool = True, opened: timedelta = -2 * DAY
) -> RefundReport:
    """As it was changed so many hours after it was opened."""
    at = NOW + opened
    return refund(case=case, back=back, reported_at=at + hours * HOUR, refunded_at=at, counts=counts)


def unnumbered(back: int, *, hours: int = 0, counts: bool = True) -> RefundReport:
    return numbered("@2026-11-20 12:00:00", back, hours=hours, counts=counts)


def taken_back() -> int:
    """What the line has back, once booked and proved."""
    earn_due(now=NOW)
    prove()
    return OrderLine.objects.get().returned_commission_minor


@pytest.mark.parametrize("turn", list(permutations(range(2))))
def test_it_is_taken_back_once_whichever_comes_first(turn: tuple[int, ...]) -> None:
    reports = numbered("8812", 171), unnumbered(171)

    for each in turn:
        polled(reports[each], question="refunds")
        earn_due(now=NOW)
        assert OrderLine.objects.get().returned_commission_minor == 171

    prove()


def test_both_in_one_poll_are_one() -> None:
    polled(numbered("8812", 171), unnumbered(171), question="refunds")

    assert taken_back() == 171


@pytest.mark.parametrize("turn", but_every(3, permutations(range(3))))
def test_two_cases_opened_in_one_second_are_two(turn: tuple[int, ...]) -> None:
    """The report without numbers cannot tell them apart: whatever it says, and later than they, is one of them."""
    reports = numbered("8812", 100), numbered("8813", 42), unnumbered(42, hours=3)

    for each in turn:
        polled(reports[each], question="refunds")
        earn_due(now=NOW)

    assert taken_back() == 142


def test_cases_of_other_moments_are_others() -> None:
    polled(numbered("8812", 100), unnumbered(100), numbered("8813", 42, opened=-DAY), question="refunds")

    assert taken_back() == 142


def test_a_case_that_is_open_when_the_other_report_takes_over_is_what_that_says() -> None:
    polled(numbered("8812", 0, counts=False), question="refunds")
    assert taken_back() == 0

    polled(unnumbered(171, hours=1), question="refunds")
    assert taken_back() == 171

    polled(numbered("8812", 171, hours=2, counts=False), question="refunds")
    assert taken_back() == 0, "and the newer one counts again, where both are asked in turn"
