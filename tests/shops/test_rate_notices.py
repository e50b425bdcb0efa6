"""Keepers are notified once of each day's cuts in the rates of what they list."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.people.models import Person
from joey.shops.jobs import notify_of_rate_cuts, notify_rates_cut
from joey.shops.models import Listing, RateNotice, Shop
from joey.shops.rate_notices import notify_of_cuts
from tests.at_once import outcomes
from tests.cast import DAY, NOW, lulus_shop, mei, meis_shop
from tests.catalog.offers import flask_facts
from tests.people.outbox import Outbox, running_outbox

HOUR = timedelta(hours=1)
MORNING = NOW - 8 * HOUR  # 10:00 in Beijing on 23 November
YESTERDAY = MORNING - DAY
LONG_AGO = MORNING - 20 * DAY


@pytest.fixture
def outbox(settings: Settings) -> Iterator[Outbox]:
    with running_outbox() as running:
        settings.NOTICE_URL = running.url
        yield running


def rate(percent: float, at: datetime, name: str = "flask", **changes: Any) -> Offer:
    """An item as its marketplace shows it from then on."""
    names = {"identity": f"seller:{name}", "external_id": name, "title": f"杯 {name}", "translations": {"en": name}}
    facts = flask_facts(**names | {"commission_ppm": int(percent * 10_000), "as_of": at} | changes)
    assert not take_offers([facts], now=at).refused
    return Offer.objects.get(external_id=name)


def listed_long_ago(shop: Shop, offer: Offer, **changes: Any) -> Listing:
    return Listing.objects.create(shop=shop, offer=offer, **{"state": "published", "added_at": LONG_AGO} | changes)


def sent(outbox: Outbox, now: datetime = MORNING) -> list[str]:
    """The texts of all notices that are queued, sent as a worker does."""
    with patch("joey.shops.jobs.now", lambda: now):
        for job in ProcrastinateJob.objects.filter(task_name="joey.shops.notify_rates_cut"):
            notify_rates_cut(**job.args)
    return [message["text"] for message in outbox.messages]


@pytest.mark.django_db
def test_a_keeper_gets_one_notice_with_all_cuts_of_the_day_before_the_deepest_first(outbox: Outbox) -> None:
    Person.objects.filter(pk=mei().pk).update(language="en")
    for name, was, became in (("cup", 15, 12), ("pan", 20, 5.5)):
        listed_long_ago(meis_shop(), rate(was, LONG_AGO, name))
        rate(became, YESTERDAY, name)

    assert notify_of_cuts(now=MORNING) == 1

    assert sent(outbox) == [
        "The commission rates of 2 items that you list were cut. pan: 20 → 5.5% since yesterday."
        " cup: 15 → 12% since yesterday."
    ]
    assert outbox.messages[0]["kind"] == "rates_cut"


@pytest.mark.django_db
def test_a_notice_is_in_the_keepers_language(outbox: Outbox) -> None:
    listed_long_ago(meis_shop(), rate(15, LONG_AGO))
    rate(12, YESTERDAY)
    notify_of_cuts(now=MORNING)

    assert sent(outbox) == ["你上架的 1 件商品的佣金比例下调了。杯 flask：昨天起 15 → 12%。"]


@pytest.mark.django_db
def test_no_cut_is_sent_again_by_a_later_run_on_the_same_day_or_the_next(outbox: Outbox) -> None:
    listed_long_ago(meis_shop(), rate(15, LONG_AGO))
    rate(12, YESTERDAY)

    made = [notify_of_cuts(now=MORNING + hours * HOUR) for hours in (0, 1, 24, 25, 48, 72, 96)]

    assert made == [1, 0, 0, 0, 0, 0, 0]


@pytest.mark.django_db
def test_a_worker_that_was_off_for_a_day_makes_up_for_it(outbox: Outbox) -> None:
    Person.objects.filter(pk=mei().pk).update(language="en")
    listed_long_ago(meis_shop(), rate(15, LONG_AGO))
    rate(12, YESTERDAY)
    notify_of_cuts(now=MORNING + DAY)

    assert "15 → 12% since 22 Nov." in sent(outbox, MORNING + DAY)[0]


def test_two_runs_at_once_make_one_notice(committed_db: EmbeddedPostgres) -> None:
    listed_long_ago(meis_shop(), rate(15, LONG_AGO))
    rate(12, YESTERDAY)

    made = outcomes(lambda: notify_of_cuts(now=MORNING), lambda: notify_of_cuts(now=MORNING))

    assert sorted(map(str, made)) == ["0", "1"]
    assert (RateNotice.objects.count(), ProcrastinateJob.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_a_rate_that_falls_and_rises_again_makes_no_notice() -> None:
    listed_long_ago(meis_shop(), rate(15, LONG_AGO))
    for minutes, percent in enumerate((12, 15, 12, 15)):
        rate(percent, YESTERDAY + minutes * timedelta(minutes=20))
    assert notify_of_cuts(now=MORNING) == 0

    rate(12, YESTERDAY + 13 * HOUR)  # before midnight
    rate(15, YESTERDAY + 15 * HOUR)  # after it
    assert notify_of_cuts(now=MORNING) == 0
    assert notify_of_cuts(now=MORNING + DAY) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rates", "notices"),
    [((15, 0), 0), ((15, 0, 12), 1), ((15, 0, 15), 0), ((12, 15), 0), ((12,), 0)],
    ids=["unknown now", "unknown in between", "known again", "a rise", "always the same"],
)
def test_a_rate_that_is_not_known_is_no_cut(rates: tuple[int, ...], notices: int) -> None:
    listed_long_ago(meis_shop(), rate(rates[0], LONG_AGO))
    for hours, percent in enumerate(rates[1:]):
        rate(percent, YESTERDAY + hours * HOUR)

    assert notify_of_cuts(now=MORNING) == notices


@pytest.mark.django_db
def test_only_who_lists_it_to_buyers_since_before_the_cut_is_notified() -> None:
    offer = rate(15, LONG_AGO)
    listed_long_ago(meis_shop(), offer, state="hidden")
    listed_long_ago(lulus_shop(), offer, added_at=YESTERDAY + HOUR)
    rate(12, YESTERDAY)
    assert notify_of_cuts(now=MORNING) == 0

    Listing.objects.update(state="published", added_at=LONG_AGO)
    Shop.objects.filter(slug="lulu").update(closed_at=NOW)
    assert notify_of_cuts(now=MORNING) == 1
    assert RateNotice.objects.get().person == mei()


@pytest.mark.django_db
@pytest.mark.parametrize("why", ["not connected", "no history allowed"])
def test_an_offer_whose_marketplace_is_not_known_or_allows_no_history_is_left_out(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    listed_long_ago(meis_shop(), rate(15, LONG_AGO))
    rate(12, YESTERDAY)
    if why == "not connected":
        settings.JOEY_MARKETPLACES = {}
    else:
        monkeypatch.setattr("joey.marketplaces.registry.without_price_history", lambda: ["taobao"])

    assert notify_of_cuts(now=MORNING) == 0


@pytest.mark.django_db
def test_no_one_is_woken_and_the_job_runs_each_hour() -> None:
    listed_long_ago(meis_shop(), rate(15, LONG_AGO))
    rate(12, YESTERDAY)

    assert [notify_of_cuts(now=MORNING - 2 * HOUR), notify_of_cuts(now=MORNING + 12 * HOUR)] == [0, 0]
    notify_of_rate_cuts(0)


@pytest.mark.django_db
def test_old_notices_are_deleted() -> None:
    RateNotice.objects.create(person=mei(), day=LONG_AGO.date(), cuts=[], made_at=MORNING - 31 * DAY)
    RateNotice.objects.create(person=mei(), day=YESTERDAY.date(), cuts=[], made_at=MORNING - DAY)

    notify_of_cuts(now=MORNING)

    assert RateNotice.objects.count() == 1
