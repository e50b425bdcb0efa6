"""What waits for an operator is counted from when it does, and listed with the verbs that end it."""

from datetime import timedelta

import pytest

from joey.commissions.earn_due import earn_due
from joey.insight.waiting import Waiting, waiting
from tests.cast import NOW, leased, meis_shop, report
from tests.orders.polled import take_order_reports
from tests.payouts.stage import approved, ready_shop

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def listed(label: str, *, after: timedelta) -> Waiting | None:
    return next((each for each in waiting(now=NOW + after) if each.label == label), None)


def test_a_commission_that_a_report_holds_is_listed_at_once() -> None:
    leased(meis_shop())
    take_order_reports("taobao", [report(held="frozen")], now=NOW)
    earn_due(now=NOW)

    found = listed("Commissions on hold", after=timedelta(0))

    assert found is not None
    assert (found.count, [verb.command for verb in found.verbs]) == (1, ["lines release"])


def test_an_approved_payout_that_does_not_leave_is_listed_an_hour_after_it_was_decided() -> None:
    approved(ready_shop(), 6_000)

    assert listed("Approved payouts that have not left", after=HOUR - timedelta(seconds=1)) is None
    found = listed("Approved payouts that have not left", after=HOUR)

    assert found is not None
    assert (found.since, [verb.command for verb in found.verbs]) == (NOW, ["payouts approve", "payouts refuse"])
