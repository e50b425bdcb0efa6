"""What rate an offer showed since when: one entry for each change, and of those the newest."""

from datetime import timedelta

import pytest

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.catalog.rate_history import RATES_KEPT
from tests.catalog.offers import DAY, NOW, flask_facts
from tests.proof import prove

pytestmark = pytest.mark.django_db


def read(ppm: int, days: int, **changes: object) -> None:
    at = NOW + days * DAY
    take_offers([flask_facts(commission_ppm=ppm, as_of=at, **changes)], now=at + timedelta(microseconds=7))


def history() -> list[tuple[int, int]]:
    """Rate and day of each entry."""
    offer = Offer.objects.get()
    return [(ppm, (at - NOW).days) for ppm, at in zip(offer.rates_ppm, offer.rates_since, strict=True)]


def test_an_entry_is_added_where_the_rate_changes_and_only_there() -> None:
    read(150_000, 0)
    read(150_000, 1, now_minor=7000)
    read(120_000, 2)
    read(120_000, 3)
    read(150_000, 4)

    assert history() == [(150_000, 0), (120_000, 2), (150_000, 4)]
    prove()


def test_what_is_older_than_what_is_known_adds_nothing_and_moments_never_go_back() -> None:
    read(150_000, 5)
    read(90_000, 1)
    take_offers([flask_facts(commission_ppm=120_000, as_of=NOW + 6 * DAY)], now=NOW + 6 * DAY)
    Offer.objects.update(rates_since=[NOW, NOW + 8 * DAY])
    read(100_000, 7)

    assert history() == [(150_000, 0), (120_000, 8), (100_000, 8)]
    prove()


def test_an_offer_from_before_there_was_a_history_begins_it_with_its_next_reading() -> None:
    read(150_000, 0)
    Offer.objects.update(rates_ppm=[], rates_since=[])

    read(150_000, 1)

    assert history() == [(150_000, 1)]


def test_the_newest_rates_are_kept() -> None:
    for day in range(RATES_KEPT + 3):
        read(day, day)

    assert history() == [(day, day) for day in range(3, RATES_KEPT + 3)]
    prove()
