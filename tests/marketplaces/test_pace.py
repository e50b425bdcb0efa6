"""One rate for all processes of an instance: turns are shared, people do not queue behind work in bulk."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, transaction

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.marketplaces import pace as pace_file
from joey.marketplaces.beijing import ZONE
from joey.marketplaces.manifest_shape import Quota
from joey.marketplaces.models import CallTurn
from joey.marketplaces.pace import Pace, Throttled, in_bulk
from joey.marketplaces.port import MarketplaceUnavailable
from joey.marketplaces.taobao.client import _until_tomorrow
from joey.marketplaces.taobao.manifest import ORDERS, REFUNDS
from joey.marketplaces.taobao.reports import rows
from tests.at_once import outcomes
from tests.marketplaces.conftest import Script
from tests.marketplaces.test_taobao_client import NOON, error, no_refunds, orders

SLOW = Quota(calls_per_second=2, kept_for_people=1)  # a call a second of each kind


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The whole seconds that were waited for each turn; no test waits for them."""
    seconds: list[int] = []

    def sleep(wait: float) -> None:
        seconds.append(round(wait))

    monkeypatch.setattr(pace_file, "time", SimpleNamespace(sleep=sleep, monotonic=time.monotonic))
    return seconds


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


def test_a_turn_that_is_too_far_off_is_refused_and_not_taken(committed_db: EmbeddedPostgres, slept: list[int]) -> None:
    for _call in range(11):
        process().wait_for_turn("link")
    free_at = CallTurn.objects.get().free_at

    with pytest.raises(Throttled):
        process().wait_for_turn("link")

    assert CallTurn.objects.get().free_at == free_at


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


@pytest.mark.parametrize(("at", "seconds"), [((18, 0, 0), 6 * 3600), ((2, 0, 0), 3600), ((23, 59, 59), 60)])
def test_tomorrow_is_midnight_in_beijing_and_after_it_an_hour_for_what_may_be_of_yesterday(
    at: tuple[int, int, int], seconds: int
) -> None:
    assert _until_tomorrow(datetime(2026, 11, 29, *at, tzinfo=ZONE)) == seconds
