"""One trade that is reported under two order numbers is one line, and its refunds are its own."""

from dataclasses import replace
from itertools import permutations

import pytest
from django.db import connection

from joey.commissions.earn_due import earn_due
from joey.marketplaces.port import UnreadableReport
from joey.orders.models import OrderLine, RefundCase, UnreadReport
from joey.orders.take_order_reports import take_order_reports
from tests.cast import NOW, leased, meis_shop, refund, report, settled
from tests.orders.polled import asked, polled
from tests.plans import parts_of, plans_of
from tests.proof import prove

pytestmark = pytest.mark.django_db

ORDER, OTHER = "4294159887444064307", "4294159887444064308"
TRADE = report().external_line


@pytest.fixture(autouse=True)
def _leased() -> None:
    leased(meis_shop())


def line() -> OrderLine:
    """The only one, once booked and proved."""
    earn_due(now=NOW)
    prove()
    return OrderLine.objects.get()


@pytest.mark.parametrize("turn", list(permutations((ORDER, OTHER))))
def test_it_stays_under_the_order_that_was_named_first(turn: tuple[str, str]) -> None:
    polled(replace(report(), external_order=turn[0]))
    polled(replace(settled(), external_order=turn[1]))

    assert (line().external_order, line().state) == (turn[0], "settled")


def test_in_one_poll_too() -> None:
    polled(replace(settled(), external_order=OTHER), report())

    assert (line().external_order, line().state) == (OTHER, "settled")


def test_the_same_reports_once_more_change_nothing() -> None:
    both = report(), replace(settled(), external_order=OTHER)
    polled(*both)

    assert polled(*both).reports == 0
    assert line().state == "settled"


def test_the_other_parts_of_the_trade_are_lines_of_the_same_order() -> None:
    polled(report(external_part="1"), replace(report(external_part="2"), external_order=OTHER))
    polled(replace(report(external_line=f"{TRADE}/3"), external_order=OTHER))

    assert set(OrderLine.objects.values_list("external_order", flat=True)) == {ORDER}
    assert OrderLine.objects.count() == 3
    prove()


@pytest.mark.parametrize("turn", list(permutations(range(3))))
def test_a_refund_under_another_order_is_of_the_line(turn: tuple[int, ...]) -> None:
    reports = report(), settled(), replace(refund(back=171), external_order=OTHER)

    for each in turn:
        polled(reports[each])

    assert (line().returned_commission_minor, RefundCase.objects.count()) == (171, 1)


def test_a_refund_under_two_orders_is_taken_back_once() -> None:
    polled(settled(), refund(back=171), replace(refund(back=171), external_order=OTHER))

    assert line().returned_commission_minor == 171
    assert RefundCase.objects.get().external_order == ORDER


def test_what_cannot_be_read_holds_the_line_under_whichever_order() -> None:
    polled(settled())

    unread = UnreadableReport("order", OTHER, NOW, {"row": 1}, "tk_status is missing", external_line=TRADE)
    polled(unread)
    polled(replace(unread, external_order="", payload={"row": 2}))

    assert line().has_unread
    assert set(UnreadReport.objects.values_list("external_order", flat=True)) == {ORDER}


def test_where_only_an_order_has_lines_of_one_number_each_order_has_its_own() -> None:
    """So it is at every marketplace whose manifest says nothing else."""
    numbers = [replace(report(order), external_line="1") for order in (ORDER, OTHER)]

    take_order_reports("jd", numbers, now=NOW, poll=asked())

    assert set(OrderLine.objects.values_list("external_order", flat=True)) == {ORDER, OTHER}


def test_each_trade_looks_itself_up_and_no_table_is_read_whole() -> None:
    polled(*(report(str(10**18 + number)) for number in range(1, 3_000)), refund())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE orders_orderline, orders_refundcase")

    with plans_of("INSERT INTO other_order") as plans:
        polled(*(report(str(2 * 10**18 + number)) for number in range(300)))

    read = [part for part in parts_of(plans) if part.get("Relation Name", "").startswith("orders_orderline")]
    assert {part["Node Type"] for part in read} <= {"Index Scan", "Bitmap Heap Scan"}
    assert read
