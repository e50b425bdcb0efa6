"""A marketplace's clock may be ahead: no report is from after it was asked for, and none outranks what comes later."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.marketplaces.port import OrderReport, UnreadableReport
from joey.orders.models import OrderLine, RefundCase, Report
from joey.orders.queries import unread_reports
from joey.orders.take_order_reports import take_order_reports
from tests.cast import NOW, leased, meis_shop, refund, report, settled
from tests.orders.polled import asked, polled
from tests.proof import prove

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
AHEAD = NOW + 8 * HOUR  # the marketplace's own time, written as if it were UTC


@pytest.fixture(autouse=True)
def _mei_has_a_position() -> None:
    leased(meis_shop())


def at(moment: datetime, **changes: Any) -> OrderReport:
    return replace(report(reported_at=moment, **changes), payload={"at": str(moment), **changes})


def closed(moment: datetime) -> OrderReport:
    return at(moment, state="closed", commission_minor=0)


def state() -> str:
    return OrderLine.objects.get().state


def test_a_line_is_closed_by_a_later_poll_though_what_it_has_was_ahead_of_the_clock() -> None:
    polled(replace(settled(), reported_at=AHEAD))
    earn_due(now=NOW)
    confirm_due(now=NOW)

    polled(closed(NOW + HOUR), now=NOW + HOUR)

    assert (state(), OrderLine.objects.get().reported_at) == ("closed", NOW + HOUR)
    earn_due(now=NOW + HOUR)
    assert Commission.objects.get().amount_minor == 0
    prove()


def test_a_refund_is_compared_with_the_settlement_by_the_clock_of_the_marketplace() -> None:
    """Both are eight hours ahead, and the case names no time of its own."""
    polled(replace(settled(), settled_at=NOW + 7 * HOUR, reported_at=NOW + 7 * HOUR))
    earn_due(now=NOW)

    polled(replace(refund(back=100, refunded_at=None), reported_at=NOW + 9 * HOUR), now=NOW + HOUR)

    assert OrderLine.objects.get().returned_commission_minor == 100
    earn_due(now=NOW + HOUR)
    prove()


@pytest.mark.parametrize("taken_in_order", [True, False])
def test_the_order_in_which_polls_are_taken_in_decides_nothing(taken_in_order: bool) -> None:
    first = ([at(AHEAD, state="settled", settled_at=NOW)], asked())
    second = ([closed(NOW + HOUR)], asked(now=NOW + HOUR))

    for reports, poll in (first, second) if taken_in_order else (second, first):
        take_order_reports("taobao", reports, now=poll.asked_at, poll=poll)

    assert state() == "closed"
    prove()


def test_a_report_from_before_one_that_is_ahead_is_late_all_the_same() -> None:
    polled(at(AHEAD, state="received"))

    polled(at(NOW - HOUR, state="paid"), now=NOW + HOUR)

    assert state() == "received"
    prove()


def test_a_marketplace_that_goes_back_to_a_report_ahead_of_the_clock_is_followed() -> None:
    ahead = at(AHEAD, state="received")
    polled(ahead)
    polled(closed(NOW + HOUR), now=NOW + HOUR)

    polled(ahead, now=NOW + 2 * HOUR)

    assert state() == "received"
    assert polled(ahead, now=NOW + 3 * HOUR).reports == 0, "it is the current one already"
    prove()


def test_what_came_is_kept_as_it_came() -> None:
    polled(at(AHEAD))

    kept = Report.objects.get()
    assert (kept.stamped_at, kept.reported_at) == (AHEAD, NOW)


def test_a_refund_case_that_is_ahead_of_the_clock_gives_way_to_a_later_poll() -> None:
    polled(settled())
    polled(refund(reported_at=AHEAD))
    assert OrderLine.objects.get().returned_commission_minor == 342

    polled(refund(reported_at=NOW + HOUR, counts=False), now=NOW + HOUR)

    assert not RefundCase.objects.get().counts
    assert OrderLine.objects.get().returned_commission_minor == 0
    prove()


def test_a_hold_that_is_ahead_of_the_clock_ends_with_a_later_poll() -> None:
    polled(at(AHEAD, held="frozen"))
    assert OrderLine.objects.get().held == "frozen"

    polled(at(NOW + HOUR), now=NOW + HOUR)

    assert OrderLine.objects.get().held == ""
    prove()


@pytest.mark.parametrize("again", [False, True], ids=["another report", "the report before"])
def test_what_cannot_be_read_and_is_ahead_of_the_clock_waits_no_longer_than_for_a_later_poll(again: bool) -> None:
    before = at(AHEAD - HOUR, state="received")
    polled(before)
    order, line = before.external_order, before.external_line
    polled(UnreadableReport("order", order, AHEAD, {}, "torn", external_line=line), now=NOW + HOUR)
    assert OrderLine.objects.get().has_unread

    polled(before if again else at(NOW + 2 * HOUR), now=NOW + 2 * HOUR)

    assert not OrderLine.objects.get().has_unread
    assert not unread_reports()
    prove()
