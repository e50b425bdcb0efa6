"""A gateway answers with current rows and stamps whole seconds: of two reports of one second the later poll's wins."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from joey.commissions.earn_due import earn_due
from joey.kit import sql
from joey.marketplaces.port import AnyReport, OrderReport
from joey.orders.models import OrderLine, Poll, RefundCase, Report
from joey.orders.report_digest import COLUMNS
from joey.orders.take_order_reports import take_order_reports
from tests.cast import DAY, NOW, leased, meis_shop, refund, report, settled
from tests.orders.polled import asked, polled
from tests.proof import prove
from tests.slow import but_every

pytestmark = pytest.mark.django_db

AT = NOW - 9 * DAY


@pytest.fixture(autouse=True)
def _mei_has_a_position() -> None:
    leased(meis_shop())


def of_one_second(salt: int = 0, **changes: Any) -> OrderReport:
    return replace(report(**({"reported_at": AT} | changes)), payload={"salt": salt, **changes})


@pytest.mark.parametrize("salt", but_every(3, range(4)))  # so that now the one, now the other has the greater digest
@pytest.mark.parametrize("taken_in_order", [True, False])
def test_of_two_changes_in_one_second_the_later_poll_is_right(salt: int, taken_in_order: bool) -> None:
    first = (of_one_second(salt, commission_minor=380), asked())
    second = (of_one_second(salt, commission_minor=310), asked())

    for answer, poll in (first, second) if taken_in_order else (second, first):
        take_order_reports("taobao", [answer], now=NOW, poll=poll)

    assert OrderLine.objects.get().commission_minor == 310
    prove()


def test_no_report_is_kept_that_no_poll_brought() -> None:
    polled(report())

    with pytest.raises(IntegrityError, match="poll_id"), transaction.atomic():
        sql.execute(
            f"INSERT INTO orders_report (poll_id, reported_at, digest, payload, {', '.join(COLUMNS)})"
            f" SELECT NULL, reported_at, sha256('x'), payload, {', '.join(COLUMNS)} FROM orders_report"
        )


@pytest.mark.parametrize("salt", range(4))
def test_a_refund_that_is_taken_back_within_the_second_counts_no_more(salt: int) -> None:
    counting, dropped = (replace(refund(counts=yes), payload={"yes": yes, "salt": salt}) for yes in (True, False))
    polled(settled())

    polled(counting)
    polled(dropped)

    assert not RefundCase.objects.get().counts
    assert OrderLine.objects.get().returned_commission_minor == 0
    prove()


def test_a_marketplace_that_goes_back_to_a_report_within_the_second_is_followed() -> None:
    paid, closed = of_one_second(state="paid"), of_one_second(state="closed", commission_minor=0)
    for current in (paid, closed, paid):
        polled(current)

    assert OrderLine.objects.get().state == "paid"
    assert Report.objects.filter(again=True).count() == 1
    assert polled(paid).reports == 0, "it is the current one already"
    prove()


def test_a_refund_case_that_goes_back_within_the_second_is_followed() -> None:
    polled(settled())
    for counts in (True, False, True):
        polled(replace(refund(counts=counts), payload={"counts": counts}))

    assert OrderLine.objects.get().returned_commission_minor == 342
    prove()


def test_a_later_poll_of_the_same_second_lifts_the_hold_of_an_unknown_code() -> None:
    paid, unknown = of_one_second(), of_one_second(state="unknown", held="unknown_code", paid_minor=1)
    polled(paid)
    polled(unknown)
    line = OrderLine.objects.get()
    assert (line.state, line.held, line.paid_minor) == ("paid", "unknown_code", 6900)

    polled(paid)  # the very report that it had before

    assert OrderLine.objects.get().held == ""
    prove()


def test_a_finer_time_decides_inside_one_poll_only() -> None:
    early, late = (of_one_second(reported_at=AT.replace(microsecond=each)) for each in (1, 9))

    polled(late, replace(early, state="settled"))
    assert OrderLine.objects.get().state == "paid"

    polled(replace(early, state="received", payload={}))
    assert OrderLine.objects.get().state == "received"
    prove()


def test_a_poll_names_its_reports_and_a_repeated_report_names_its_first_poll() -> None:
    polled(report("1"), report("2"))
    polled(report("1"), report("2"), settled("2"))
    polled(report("1"))

    first, second = Poll.objects.order_by("id")
    assert (first.reports, second.reports) == (2, 1), "a poll that brings nothing new is no row of its own here"
    reports = Report.objects.order_by("received_at", "id")
    assert [each.poll_id for each in reports] == [first.id, first.id, second.id]
    digests = sorted(bytes(each.digest) for each in reports if each.poll_id == first.id)
    assert bytes(first.digest) == hashlib.sha256(b"".join(digests)).digest()


def test_what_is_known_moves_nothing_however_often_it_is_read() -> None:
    polled(report(), settled(), refund(back=100))
    before = OrderLine.objects.get()

    again = polled(report(), settled(), refund(back=100))

    assert (again.reports, again.lines) == (0, 0)
    assert OrderLine.objects.get().revision == before.revision


@pytest.mark.parametrize("size", but_every(3, [1, 2, 6]))
def test_reports_grouped_into_other_polls_in_the_same_order_come_to_the_same(size: int) -> None:
    story: list[AnyReport] = [
        report(),
        settled(days_ago=8),
        replace(settled(days_ago=8), commission_minor=310, payload={"corrected": True}, reported_at=NOW - 7 * DAY),
        refund(back=20, reported_at=NOW - 6 * DAY),
        report(state="closed", commission_minor=0, reported_at=NOW - 5 * DAY),
        settled(days_ago=4, commission_minor=290, settled_at=NOW - 8 * DAY),
    ]

    for start in range(0, len(story), size):
        polled(*story[start : start + size])
        earn_due(now=NOW)

    line = OrderLine.objects.get()
    assert (line.state, line.commission_minor, line.returned_commission_minor) == ("settled", 290, 20)
    prove()
