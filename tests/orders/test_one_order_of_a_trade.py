"""One trade that is reported under two order numbers is one line, and its refunds are its own."""

from dataclasses import replace
from itertools import permutations

import pytest
from django.db import connection

from joey.commissions.earn_due import earn_due
from joey.kit.refusals import Forbidden
from joey.marketplaces.port import UnreadableReport
from joey.orders.dismiss_unread import dismiss_unreadable
from joey.orders.models import LostOrder, OrderLine, RefundCase, UnreadReport
from joey.orders.request_lost_order import request_lost_order
from joey.orders.settle_lost_orders import settle_lost_orders
from joey.orders.take_order_reports import take_order_reports
from joey.people.models import Person
from tests.cast import DAY, NOW, ada, leased, mei, meis_shop, refund, report, settled
from tests.orders.polled import asked, polled
from tests.plans import parts_of, plans_of
from tests.proof import prove
from tests.slow import but_every

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


def dismissed(unread: UnreadableReport, *, by: Person | None = None) -> None:
    listed = UnreadReport.objects.get(external_line=unread.external_line)
    dismiss_unreadable(listed.report_id, by=by or ada(), reason="The export is broken.", now=NOW)


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


@pytest.mark.parametrize("turn", but_every(2, list(permutations(range(3)))))
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


UNREAD = UnreadableReport("refund", OTHER, NOW, {"row": 1}, "refund_fee is missing", external_line=TRADE)
OF_THE_ORDER = replace(UNREAD, external_line="", payload={"row": 2})  # names the order by its other number, no trade


@pytest.mark.parametrize("unread", [UNREAD, OF_THE_ORDER], ids=["of the trade", "of the order"])
@pytest.mark.parametrize("turn", list(permutations(range(3))))
def test_what_cannot_be_read_holds_the_line_by_whichever_number_it_came_first(
    unread: UnreadableReport, turn: tuple[int, ...]
) -> None:
    polls = (settled(),), (replace(report(), external_order=OTHER),), (unread,)

    for each in turn:
        polled(*polls[each])

    assert line().has_unread


def test_what_came_before_the_line_names_another_number_of_it() -> None:
    polled(UNREAD)
    polled(settled())
    assert line().has_unread

    polled(OF_THE_ORDER)
    dismissed(UNREAD)
    assert line().has_unread, "the other one names the same number"

    dismissed(OF_THE_ORDER)
    assert not line().has_unread


def test_what_an_operator_gave_up_says_of_which_order_the_trade_is_all_the_same() -> None:
    polled(UNREAD)
    dismissed(UNREAD)
    polled(settled())

    polled(OF_THE_ORDER)

    assert line().has_unread


@pytest.mark.parametrize("number", [ORDER, OTHER])
def test_a_newer_report_of_the_line_makes_up_for_what_came_before_it_under_another_number(number: str) -> None:
    unread = UnreadableReport("order", number, NOW - 12 * DAY, {"row": 1}, "tk_status is missing", external_line=TRADE)
    polled(unread)

    polled(settled())

    assert not line().has_unread
    assert not UnreadReport.objects.exists()


@pytest.mark.parametrize("number", [ORDER, OTHER])
def test_a_newer_report_of_the_case_makes_up_for_what_came_before_it_under_another_number(number: str) -> None:
    polled(replace(UNREAD, external_order=number, reported_at=NOW - 3 * DAY, case_id=refund().case_id))
    polled(settled())
    assert line().has_unread

    polled(refund(reported_at=NOW - DAY))

    assert not line().has_unread
    assert not UnreadReport.objects.exists()


def test_what_an_operator_gave_up_is_not_listed_under_another_number() -> None:
    polled(UNREAD)
    dismissed(UNREAD)
    polled(settled())

    assert polled(UNREAD).reports == 0
    assert not UnreadReport.objects.exists()
    assert not line().has_unread


def test_what_is_listed_is_listed_once_when_its_order_has_another_number_by_now() -> None:
    polled(UNREAD)
    polled(settled())
    polled(UNREAD)

    assert UnreadReport.objects.count() == 1
    assert line().has_unread


def test_an_operator_gives_up_no_report_of_the_own_shop_under_another_number() -> None:
    polled(settled(), replace(report(), external_order=OTHER))
    polled(OF_THE_ORDER)
    keeper = mei()
    keeper.is_staff = keeper.is_superuser = True
    keeper.save()

    with pytest.raises(Forbidden):
        dismissed(OF_THE_ORDER, by=keeper)


@pytest.mark.parametrize("number", [ORDER, OTHER])
def test_a_lost_order_is_found_by_each_of_its_numbers(number: str) -> None:
    polled(settled())
    polled(replace(report(), external_order=OTHER))

    request_lost_order(meis_shop(), marketplace="taobao", number=number, ordered_at=NOW, now=NOW)
    settle_lost_orders("taobao", now=NOW)

    assert LostOrder.objects.get().state == "found"


def test_where_only_an_order_has_lines_of_one_number_each_order_has_its_own() -> None:
    """So it is at every marketplace whose manifest says nothing else."""
    numbers = [replace(report(order), external_line="1") for order in (ORDER, OTHER)]

    take_order_reports("dangdang", numbers, now=NOW, poll=asked())

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
