"""Sync against the simulated union over real HTTP: late rows, one stamp for two changes, codes that are new."""

import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.db.models import F
from django.test import Client
from django.utils.translation import override
from pytest_django import Settings

from joey.cli.sync import sync as sync_command
from joey.commissions.earn_due import earn_due
from joey.commissions.holds_in_force import held_lines
from joey.kit.clock import now
from joey.marketplaces import registry
from joey.marketplaces.beijing import ZONE
from joey.marketplaces.port import MarketplaceRefused, Tracking
from joey.marketplaces.taobao.manifest import FROZEN_ORDERS, MANIFEST, ORDERS
from joey.orders.models import OrderLine, Poll, Report, SyncCursor
from joey.orders.queries import read_until
from joey.orders.sync import sync
from tests.cast import leased, meis_shop
from tests.proof import prove
from tests.sandbox.conftest import Sandbox, own_sandbox, utc
from tests.slow import slow

pytestmark = pytest.mark.django_db
__all__ = ["own_sandbox"]

POSITION = "110000000001"


@pytest.fixture
def union(own_sandbox: Callable[..., Sandbox], settings: Settings) -> Sandbox:
    """A sandbox of its own, Joey connected to it, and Mei's shop on a position there since two days."""
    sandbox = own_sandbox()
    settings.JOEY_MARKETPLACES = {"taobao": sandbox.get("/control/marketplaces").json()["taobao"]}
    leased(meis_shop(), POSITION, since=now().replace(microsecond=0) - timedelta(days=2))
    return sandbox


def bought(sandbox: Sandbox, *, hours_ago: float = 0.1) -> str:
    connector = registry.connector("taobao")
    item = next(each for each in connector.search("锅").offers if each.commission_ppm)
    link = connector.tracked_link(item.external_id, Tracking(position=POSITION))
    paid = time.time() - hours_ago * 3600
    return sandbox.buy(link.url, click_time=utc(paid - 60), paid_at=utc(paid))


def reports_now(sandbox: Sandbox, **style: Any) -> None:
    assert sandbox.post("/control/reports", {"marketplace": "taobao", **style}).status_code == 200


def synced() -> OrderLine | None:
    (done,) = sync(now=now())
    assert done.trouble == ""
    earn_due(now=now())
    prove()
    return OrderLine.objects.first()


def time_passes() -> None:
    """Since the last day was asked for again."""
    SyncCursor.objects.update(rechecked_at=F("rechecked_at") - ORDERS.recheck_every)


def test_why_reports_are_not_read_is_said_to_each_reader_in_their_language(
    union: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = settings.JOEY_MARKETPLACES["taobao"]
    settings.JOEY_MARKETPLACES = {"taobao": account | {"gateway": "http://localhost:1/router/rest"}}
    with override("en"):
        (done,) = sync(now=now())
    assert done.trouble.startswith("Taobao is unavailable (")
    assert re.search(r" \(orders\) .*: Taobao is unavailable \(.*\)\. Nothing was lost; ", troubles("en"))
    assert re.search("（orders）.*：暂时连不上淘宝（.*）。数据没有丢失，", troubles("zh-hans"))

    def fault(*_: object) -> None:
        raise KeyError("a fault in the connector")

    monkeypatch.setattr("joey.orders.sync.read_reports", fault)
    with override("en"):
        sync(now=now())
    assert ": KeyError; the log of the worker has the details" in troubles("en")
    assert "：KeyError；详情见 worker 的日志" in troubles("zh-hans")


def troubles(language: str) -> str:
    answer = Client().get("/readyz", headers={"accept-language": language})
    return "\n".join(answer.json()["troubles"])


def troubles_of(question: str) -> list[str]:
    return [each for each in troubles("en").splitlines() if f"({question})" in each]


def test_what_becomes_visible_a_day_late_is_read_soon(union: Sandbox) -> None:
    reports_now(union, late_minutes=24 * 60)
    order = bought(union, hours_ago=20)
    assert synced() is None

    reports_now(union, late_minutes=0)
    assert synced() is None, "what was just asked is not asked again at once"
    time_passes()

    line = synced()
    assert line is not None
    assert (line.external_line, line.shop_id, line.state) == (order, meis_shop().pk, "paid")


def test_the_command_asks_at_once_for_what_became_visible_late(union: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("joey.instance.open_instance.instance", lambda *_: nullcontext())
    reports_now(union, late_minutes=24 * 60)
    order = bought(union, hours_ago=20)
    assert synced() is None
    reports_now(union, late_minutes=0)

    done = CliRunner().invoke(sync_command, ["taobao"])

    assert done.exit_code == 0, done.output
    assert OrderLine.objects.get().external_line == order


def test_an_outage_leaves_no_gap_for_what_became_visible_late(union: Sandbox) -> None:
    """The last day that is asked again is that before the last time it was, not that before now."""
    reports_now(union, late_minutes=24 * 60)
    bought(union, hours_ago=40)
    SyncCursor.objects.bulk_create(
        SyncCursor(marketplace="taobao", account=registry.connector("taobao").account, question=code,
                   read_until=now() - timedelta(hours=30), rechecked_at=now() - timedelta(hours=30),
                   rescanned_on=now().astimezone(ZONE).date())
        for code in ("orders", "refunds")
    )  # fmt: skip

    assert synced() is not None


@pytest.mark.parametrize("ahead", [slow(1), 200])
def test_a_clock_that_was_ahead_for_one_run_keeps_nothing_from_being_read(ahead: int, union: Sandbox) -> None:
    sync(now=now())
    before = SyncCursor.objects.get(question="orders").read_until
    sync(now=now() + timedelta(days=ahead))
    order = bought(union, hours_ago=0)

    (done,) = sync(now=now())

    assert (done.lines, done.trouble) == (1, "")
    assert OrderLine.objects.get().external_line == order
    again = Poll.objects.filter(question="orders", since__lte=before, until__gt=before, until__lte=now())
    assert again.exists(), "what the clock that was ahead skipped was asked for"
    for cursor in SyncCursor.objects.all():
        assert max(cursor.read_until, cursor.last_success_at or before, cursor.rechecked_at or before) <= now()
        assert (cursor.rescanned_on, cursor.open_gap) == (now().astimezone(ZONE).date(), None)
    assert read_until("taobao") == min(cursor.read_until for cursor in SyncCursor.objects.filter(is_second_look=False))


@pytest.mark.long
def test_a_clock_that_was_behind_for_one_run_makes_no_gap(union: Sandbox) -> None:
    sync(now=now())
    sync(now=now() - timedelta(days=300))
    order = bought(union, hours_ago=0)

    (done,) = sync(now=now())

    assert (done.lines, done.trouble, done.gaps) == (1, "", ())
    assert OrderLine.objects.get().external_line == order


@pytest.mark.long
def test_what_an_operator_ended_is_no_gap_again(union: Sandbox) -> None:
    old, imported = now() - timedelta(days=100), now() - ORDERS.furthest_back + timedelta(hours=1)
    SyncCursor.objects.create(
        marketplace="taobao", account=registry.connector("taobao").account, question="orders", read_until=old,
        gap_since=old, gap_until=imported, gap_ended_at=now(),
    )  # fmt: skip

    (done,) = sync(now=now())

    assert (done.trouble, done.gaps) == ("", ())


def test_two_changes_with_one_stamp_never_keep_the_stale_one(union: Sandbox) -> None:
    reports_now(union, same_second=True)
    order = bought(union, hours_ago=0)
    union.move(order, "close")
    line = synced()
    assert line is not None
    assert line.state == "closed"

    union.move(order, "reopen")

    line = synced()
    assert line is not None
    assert (line.state, line.commission_minor > 0) == ("paid", True)


def test_an_unknown_code_holds_the_line_until_a_known_one_comes(union: Sandbox) -> None:
    order = bought(union)
    synced()
    reports_now(union, unknown_state=True)
    union.move(order, "receive")
    line = synced()
    assert line is not None
    assert (line.state, line.held) == ("paid", "unknown_code")

    reports_now(union, unknown_state=False)  # the row itself keeps its stamp

    line = synced()
    assert line is not None
    assert (line.state, line.held) == ("received", "")


def test_doubled_and_shuffled_rows_are_one_report_and_later_polls_bring_nothing(union: Sandbox) -> None:
    reports_now(union, duplicate=True, shuffle=True)
    for _order in range(3):
        bought(union)
    synced()
    assert Report.objects.count() == OrderLine.objects.count() == 3
    polls = Poll.objects.filter(reports__gt=0).count()

    time_passes()
    synced()

    assert Report.objects.count() == 3
    assert Poll.objects.filter(reports__gt=0).count() == polls
    assert Poll.objects.filter(reports=0).exists(), "what was asked is known, though it brought nothing"


@pytest.mark.long
def test_a_shop_that_sold_before_is_read_from_its_first_lease_on(union: Sandbox) -> None:
    bought(union, hours_ago=40)

    assert synced() is not None
    assert {cursor.question for cursor in SyncCursor.objects.all()} == {each.code for each in MANIFEST.questions}


def a_day_passes() -> None:
    """Since the questions that are second looks were asked."""
    SyncCursor.objects.filter(is_second_look=True).update(
        last_success_at=F("last_success_at") - FROZEN_ORDERS.every, rechecked_at=F("rechecked_at") - FROZEN_ORDERS.every
    )


def test_an_order_that_the_union_freezes_is_on_hold_until_it_releases_it(union: Sandbox) -> None:
    order = bought(union)
    line = synced()
    assert line is not None
    union.move(order, "freeze")
    line = synced()
    assert line is not None
    assert not line.is_frozen, "asked today already"

    a_day_passes()
    line = synced()
    assert line is not None
    assert (line.is_frozen, line.held, [hold.hold_class for hold in held_lines()]) == (True, "", ["frozen"])

    union.move(order, "release")
    a_day_passes()
    line = synced()
    assert line is not None
    assert (line.is_frozen, held_lines()) == (False, [])


def test_a_second_look_that_is_refused_says_so_and_keeps_no_money_waiting(
    union: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_granted(*_: object) -> None:
        raise MarketplaceRefused("Insufficient permission: 16175")

    monkeypatch.setattr("joey.marketplaces.taobao.reports._frozen_orders", not_granted)
    SyncCursor.objects.create(
        marketplace="taobao", account=registry.connector("taobao").account, question="frozen_orders",
        read_until=now() - timedelta(days=9), is_second_look=True,
    )  # fmt: skip
    bought(union)

    (done,) = sync(now=now())

    assert (done.trouble, "16175" in done.notice) == ("", True)
    assert troubles_of("frozen_orders") == []
    (notice,) = Client().get("/readyz", headers={"accept-language": "zh-hans"}).json()["notices"]
    assert notice.startswith("taobao 没有回答复查“frozen_orders”。")
    assert "16175" in notice
    until = read_until("taobao")
    assert until is not None
    assert now() - until < timedelta(minutes=1)
    prove()
