"""One rate for all processes of an instance: turns are shared, people do not queue behind work in bulk."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import stamina
from django.db import OperationalError, transaction
from django.db.models import F

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.marketplaces import pace as pace_file
from joey.marketplaces.beijing import ZONE
from joey.marketplaces.call_gateway import ATTEMPTS
from joey.marketplaces.manifest_shape import Quota
from joey.marketplaces.models import CallTurn
from joey.marketplaces.pace import Pace, Throttled, in_bulk
from joey.marketplaces.port import MarketplaceUnavailable
from joey.marketplaces.taobao.client import _until_tomorrow
from joey.marketplaces.taobao.manifest import ORDERS, QUOTA, REFUNDS
from joey.marketplaces.taobao.reports import rows
from tests.at_once import outcomes
from tests.marketplaces.conftest import Script
from tests.marketplaces.test_taobao_client import EMPTY_SEARCH, NOON, error, no_refunds, orders

SLOW = Quota(calls_per_second=2, kept_for_people=1)  # a call a second of each kind


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The whole seconds that were waited for each turn; no test waits for them."""
    seconds: list[int] = []

    def sleep(wait: float) -> None:
        seconds.append(round(wait))

    monkeypatch.setattr(pace_file, "time", SimpleNamespace(sleep=sleep, monotonic=time.monotonic))
    return seconds


@dataclass
class Clock:
    """Time that passes when a turn is waited for, or when a test says so, here and in the database."""

    slept: list[int] = field(default_factory=list)
    passed: float = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.passed

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds))
        self.pass_on(seconds)

    def pass_on(self, seconds: float) -> None:
        self.passed += seconds
        CallTurn.objects.update(free_at=F("free_at") - timedelta(seconds=seconds))


@pytest.fixture
def clock(committed_db: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """A client's retries happen at once, and wait for their turn in this time."""
    passing = Clock()
    monkeypatch.setattr(pace_file, "time", passing)
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield passing


def process(account: str = "1") -> Pace:
    """What another process has of the account: nothing in common but the database."""
    return Pace("taobao", account, SLOW)


def test_processes_share_the_turns_of_an_account(committed_db: EmbeddedPostgres, slept: list[int]) -> None:
    one, other = process(), process()

    with in_bulk():
        for each in (one, other, other, one):
            each.wait_for_turn("orders")
        process("another account").wait_for_turn("orders")

    assert slept == [0, 1, 2, 3, 0]


def test_turns_taken_at_the_same_time_are_different_ones(committed_db: EmbeddedPostgres, slept: list[int]) -> None:
    done = outcomes(*[lambda: process().wait_for_turn("orders")] * 6)

    assert done == [None] * 6
    assert sorted(slept) == list(range(6))


def test_a_person_does_not_wait_for_work_in_bulk(committed_db: EmbeddedPostgres, slept: list[int]) -> None:
    with in_bulk():
        for _call in range(8):
            process().wait_for_turn("orders")

    process().wait_for_turn("link")

    assert slept[-1] == 0


def test_an_account_of_one_call_a_second_has_one_turn_a_second_for_people_and_work_in_bulk_together(
    committed_db: EmbeddedPostgres, slept: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Pace("taobao", "1", QUOTA.at(1))
    for _call in range(2):
        with in_bulk():
            account.wait_for_turn("orders")
        account.wait_for_turn("link")
    with no_database(monkeypatch), in_bulk():
        account.wait_for_turn("orders")
    with no_database(monkeypatch):
        account.wait_for_turn("link")

    assert slept == [0, 1, 2, 3, 0, 1]


@pytest.mark.parametrize(("calls", "kept"), [(1, 0), (2, 1), (6, 1), (30, 5), (300, 50)])
def test_an_account_makes_as_many_calls_as_it_may(calls: int, kept: int) -> None:
    assert QUOTA.at(calls) == Quota(calls_per_second=calls, kept_for_people=kept)


def test_a_turn_that_is_too_far_off_is_refused_and_not_taken(committed_db: EmbeddedPostgres, slept: list[int]) -> None:
    for _call in range(11):
        process().wait_for_turn("link")
    free_at = CallTurn.objects.get().free_at

    with pytest.raises(Throttled):
        process().wait_for_turn("link")

    assert CallTurn.objects.get().free_at == free_at


@pytest.mark.parametrize("ahead", [timedelta(minutes=11), timedelta(days=1)])
def test_what_a_clock_that_was_ahead_took_is_free_once_the_clock_is_right(
    committed_db: EmbeddedPostgres, slept: list[int], ahead: timedelta
) -> None:
    process().wait_for_turn("links")
    process().throttle(600, "too many calls", "orders")
    process().throttle(None, "too often", "links")
    CallTurn.objects.update(free_at=F("free_at") + ahead)

    for method in ("links", "orders", "links"):
        process().wait_for_turn(method)

    assert slept == [0, 0, 1, 2], "the rate is kept from the first of them on"
    assert process().throttle(None, "too often", "links") == 5, "no wait is longer for one that never was"
    process().throttle(300, "too many calls", "orders")
    with pytest.raises(Throttled) as throttled:
        process().wait_for_turn("orders")
    assert 290 < throttled.value.seconds <= 300


def test_what_one_process_hears_of_a_throttle_holds_for_all_and_for_that_method_only(
    committed_db: EmbeddedPostgres, slept: list[int]
) -> None:
    process().throttle(600, "too many calls", "orders")
    process().throttle(5, "too many calls", "links")

    with pytest.raises(Throttled, match="too many calls") as throttled:
        process().wait_for_turn("orders")
    process().wait_for_turn("refunds")
    process().wait_for_turn("links")

    assert 590 < throttled.value.seconds <= 600
    assert slept == [0, 5]
    process().throttle(600, "all calls", "")
    with pytest.raises(Throttled, match="all calls"):
        process().wait_for_turn("refunds")


@contextmanager
def no_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def gone(*_: Any) -> Any:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr("joey.marketplaces.pace.sql.tuples", gone)
        yield


@pytest.mark.parametrize("why", ["inside a transaction", "without a database"])
def test_a_process_that_cannot_share_keeps_the_pace_by_itself(
    committed_db: EmbeddedPostgres, slept: list[int], monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    alone = process()
    with transaction.atomic() if why == "inside a transaction" else no_database(monkeypatch):
        alone.wait_for_turn("link")
        alone.wait_for_turn("link")
        alone.throttle(600, "too many calls", "orders")
        with pytest.raises(Throttled, match="too many calls"):
            alone.wait_for_turn("orders")

    assert slept == [0, 1]
    assert not CallTurn.objects.exists()


@pytest.mark.parametrize("why", ["inside a transaction", "without a database"])
def test_a_throttle_heard_by_a_process_alone_holds_for_it_afterwards_and_is_handed_on(
    committed_db: EmbeddedPostgres, slept: list[int], monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    alone, other = process(), process()
    with transaction.atomic() if why == "inside a transaction" else no_database(monkeypatch):
        alone.throttle(600, "too many calls", "orders")
        alone.throttle(3600, "until tomorrow", "refunds")

    with pytest.raises(Throttled, match="too many calls"):
        alone.wait_for_turn("orders")
    alone.wait_for_turn("links")
    with pytest.raises(Throttled, match="until tomorrow") as throttled:
        other.wait_for_turn("refunds")

    assert 3590 < throttled.value.seconds <= 3600
    assert slept == [0]


def test_a_throttle_that_was_shared_holds_while_the_database_is_unavailable(
    committed_db: EmbeddedPostgres, slept: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = process()
    alone.throttle(600, "too many calls", "orders")
    alone.throttle(5, "a few calls", "links")

    with no_database(monkeypatch):
        with pytest.raises(Throttled, match="too many calls"):
            alone.wait_for_turn("orders")
        alone.wait_for_turn("links")

    assert slept == [5]


def test_a_throttle_that_is_handed_on_late_shortens_none_that_is_known(
    committed_db: EmbeddedPostgres, slept: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, other = process(), process()
    with no_database(monkeypatch):
        alone.throttle(60, "a minute", "orders")
    other.throttle(600, "too many calls", "orders")

    for each in (alone, process()):
        with pytest.raises(Throttled):
            each.wait_for_turn("orders")
    with pytest.raises(Throttled, match="too many calls") as throttled:
        process().wait_for_turn("orders")

    assert throttled.value.seconds > 590


def test_a_report_throttled_until_tomorrow_is_left_alone_by_every_process_and_others_go_on(
    committed_db: EmbeddedPostgres, script: Script
) -> None:
    script.answers = [error(15, "9100", "account throttled"), no_refunds(), orders()]

    for _process in range(2):
        with pytest.raises(MarketplaceUnavailable, match="account throttled") as unavailable:
            list(rows(script.connector()._client, ORDERS, NOON, NOON + ORDERS.window))
        assert unavailable.value.facts["retry_after"] >= 59
    assert list(rows(script.connector()._client, REFUNDS, NOON, NOON + REFUNDS.window))

    assert [form["method"] for form in script.asked] == ["taobao.tbk.order.details.get", "taobao.tbk.order.refund.get"]


def test_a_ban_of_all_calls_holds_for_every_method_of_every_process(
    committed_db: EmbeddedPostgres, script: Script
) -> None:
    words = "This ban will last for 60 more seconds"
    script.answers = [error(7, "accesscontrol.limited-by-app-access-count", words)]
    for question in (ORDERS, REFUNDS):
        with pytest.raises(MarketplaceUnavailable, match=words):
            list(rows(script.connector()._client, question, NOON, NOON + question.window))

    assert len(script.asked) == 1


def test_a_throttle_without_a_number_is_waited_for_by_every_process_and_longer_each_time(
    clock: Clock, script: Script
) -> None:
    too_often = error(15, "50002", "called too often")
    script.answers = [too_often]

    with pytest.raises(MarketplaceUnavailable) as unavailable:
        script.connector().search("杯")
    assert (clock.slept, unavailable.value.facts["retry_after"]) == ([0, 5, 10], 20)
    with pytest.raises(MarketplaceUnavailable):
        script.connector().search("another process")
    assert len(script.asked) == 3

    clock.pass_on(20)
    script.answers = [too_often, EMPTY_SEARCH]
    with pytest.raises(MarketplaceUnavailable) as unavailable:
        script.connector().search("another process")
    assert unavailable.value.facts["retry_after"] == 40
    clock.pass_on(40)
    assert script.connector().search("杯").offers == []


def test_calls_that_are_throttled_at_once_are_throttled_once(clock: Clock) -> None:
    waits = [round(process().throttle(None, "too often", "search")) for _process in range(4)]

    assert waits == [5, 5, 5, 5]


def test_a_throttle_without_a_number_never_lasts_longer_than_ten_minutes_and_is_short_again_after_a_quiet_time(
    clock: Clock,
) -> None:
    waits = []
    for _time in range(9):
        waits.append(round(process().throttle(None, "too often", "search")))
        clock.pass_on(waits[-1] + 300)
    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600]

    clock.pass_on(301)

    assert process().throttle(None, "too often", "search") == 5
    assert process().throttle(None, "too often", "links") == 5, "each method has its own"


def test_without_a_database_a_throttle_without_a_number_grows_in_its_process(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = process()
    waits = []
    for _time in range(3):
        with no_database(monkeypatch):
            waits.append(alone.throttle(None, "too often", "search"))
        clock.pass_on(waits[-1] + 1)

    assert waits == [5, 10, 20]


@pytest.mark.parametrize(("at", "seconds"), [((18, 0, 0), 6 * 3600), ((2, 0, 0), 3600), ((23, 59, 59), 60)])
def test_tomorrow_is_midnight_in_beijing_and_after_it_an_hour_for_what_may_be_of_yesterday(
    at: tuple[int, int, int], seconds: int
) -> None:
    assert _until_tomorrow(datetime(2026, 11, 29, *at, tzinfo=ZONE)) == seconds
