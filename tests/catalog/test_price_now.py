"""The one rule of what an offer costs and until when: Python and SQL say the same on every case."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from joey.catalog.models import Offer
from joey.catalog.price_now import PriceNow, price_at, price_of, sql_price_at, sql_price_until
from joey.kit import sql
from tests.cast import NOW, flask

TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
EXPIRES = NOW + 22 * HOUR

# What changes of an offer that costs 89.00 and expires in 22 hours → what it costs, until when, with a coupon or not.
CASES: dict[str, tuple[dict[str, object], int | None, datetime | None, bool]] = {
    "no coupon": ({}, 8900, EXPIRES, False),
    "no price": ({"now_minor": None}, None, None, False),
    "no price but a coupon": ({"now_minor": None, "coupon_minor": 6900}, None, None, False),
    "coupon without an end": ({"coupon_minor": 6900}, 6900, EXPIRES, True),
    "coupon running": ({"coupon_minor": 6900, "coupon_until": NOW + HOUR}, 6900, NOW + HOUR, True),
    "coupon outlives the price": ({"coupon_minor": 6900, "coupon_until": EXPIRES + HOUR}, 6900, EXPIRES, True),
    "coupon ended": ({"coupon_minor": 6900, "coupon_until": NOW - HOUR}, 8900, EXPIRES, False),
    "coupon ends now": ({"coupon_minor": 6900, "coupon_until": NOW}, 8900, EXPIRES, False),
    "coupon ends in a microsecond": ({"coupon_minor": 6900, "coupon_until": NOW + TICK}, 6900, NOW + TICK, True),
    "coupon ended a microsecond ago": ({"coupon_minor": 6900, "coupon_until": NOW - TICK}, 8900, EXPIRES, False),
    "an end but no coupon": ({"coupon_until": NOW + HOUR}, 8900, EXPIRES, False),
    "coupon equal to the price": ({"coupon_minor": 8900, "coupon_until": NOW + HOUR}, 8900, EXPIRES, False),
    "coupon above the price": ({"coupon_minor": 9900, "coupon_until": NOW + HOUR}, 8900, EXPIRES, False),
    "coupon one unit below the price": ({"coupon_minor": 8899}, 8899, EXPIRES, True),
    "price expired": ({"expires_at": NOW - HOUR}, None, None, False),
    "price expires now": ({"expires_at": NOW}, None, None, False),
    "price expires in a microsecond": ({"expires_at": NOW + TICK}, 8900, NOW + TICK, False),
    "price expired while its coupon runs": (
        {"coupon_minor": 6900, "coupon_until": NOW + HOUR, "expires_at": NOW}, None, None, False,
    ),
    "withdrawn": ({"withdrawn_at": NOW - HOUR}, None, None, False),
    "withdrawn while its coupon runs": (
        {"withdrawn_at": NOW - HOUR, "coupon_minor": 6900, "coupon_until": NOW + HOUR}, None, None, False,
    ),
    "out of stock": ({"in_stock": False}, 8900, EXPIRES, False),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES)
def test_python_and_sql_say_what_an_offer_costs_and_until_when(case: str) -> None:
    changes, minor, until, with_coupon = CASES[case]
    plain = {"list_minor": None, "now_minor": 8900, "coupon_minor": None, "coupon_until": None, "expires_at": EXPIRES}
    offer = flask(**(plain | changes))
    until_when = sql_price_until("o", "%(now)s")  # NULL where there is no price
    price = f"CASE WHEN {until_when} IS NOT NULL THEN {sql_price_at('o', '%(now)s')} END"
    statement = f"SELECT {price} AS minor, {until_when} AS until"

    in_python = price_of(offer, now=NOW)
    in_sql = sql.one(f"{statement} FROM catalog_offer o WHERE o.id = %(id)s", {"now": NOW, "id": offer.id})

    assert (in_python.minor, in_python.until, in_python.with_coupon) == (minor, until, with_coupon)
    assert in_sql == {"minor": minor, "until": until}


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES)
def test_python_and_sql_say_what_an_offer_cost_as_reported(case: str) -> None:
    """For price points: when a price expires or is withdrawn does not change what it was."""
    plain = {"list_minor": None, "now_minor": 8900, "coupon_minor": None, "coupon_until": None, "expires_at": EXPIRES}
    offer = flask(**(plain | CASES[case][0]))

    in_python = price_at(offer.now_minor, offer.coupon_minor, offer.coupon_until, NOW)
    in_sql = sql.value(
        f"SELECT {sql_price_at('o', '%(now)s')} FROM catalog_offer o WHERE o.id = %(id)s", {"now": NOW, "id": offer.id}
    )

    assert in_python == in_sql
    if CASES[case][1] is not None:
        assert in_python == CASES[case][1]


def test_without_a_price_nothing_is_said_of_coupon_or_end() -> None:
    offer = Offer(now_minor=8900, coupon_minor=6900, coupon_until=NOW + HOUR, expires_at=NOW)

    assert price_of(offer, now=NOW) == PriceNow(minor=None, without_coupon=None, coupon_until=None, until=None)


def test_no_other_file_decides_whether_a_coupon_runs() -> None:
    compares = re.compile(r"(?:coupon_until\b\W{0,3}[<>]|[<>]=?\W{0,3}(?:\w+\.)?coupon_until\b)")

    deciding = [path.name for path in Path("joey").rglob("*.py") if compares.search(path.read_text())]

    assert deciding == ["price_now.py"]


def test_the_index_asks_the_same_rule_in_seconds() -> None:
    assert price_at(8900, 6900, 1_000, 999) == 6900
    assert price_at(8900, 6900, 1_000, 1_000) == 8900
    assert price_at(8900, 6900, None, 1_000) == 6900
