"""A caller of the sandbox that all tests share, what it sells, and hours in which nothing else is bought there."""

import time
from collections.abc import Callable

import pytest

from joey.sandbox.dialects.pinduoduo.goods import duo_items
from joey.sandbox.world.goods import SoldItem
from tests.sandbox.conftest import Sandbox
from tests.sandbox.dialects.pinduoduo.calling import PddCaller


@pytest.fixture
def pdd(sandbox: Sandbox) -> PddCaller:
    return PddCaller(sandbox)


@pytest.fixture
def item() -> SoldItem:
    """Something that can be bought, earns and has no coupon."""
    return next(each for each in duo_items() if each.in_stock and each.rate_ppm and not each.coupon_minor)


@pytest.fixture
def with_coupon() -> SoldItem:
    """The same with a coupon that runs."""
    return next(each for each in duo_items() if each.in_stock and each.rate_ppm and each.coupon_until_days > 0)


_THIS_HOUR = int(time.time()) // 3600
_hours = iter(range(2, 2000))


@pytest.fixture
def quiet_hour() -> Callable[[], float]:
    """The start of an hour in the past, within 90 days, in which no other test has an order of this marketplace.

    It has hours of its own: the order report of another marketplace shows none of these orders.
    """
    return lambda: float((_THIS_HOUR - next(_hours)) * 3600)
