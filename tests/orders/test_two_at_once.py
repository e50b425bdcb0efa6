"""Reports taken in on two connections at once, and by a process that is killed midway."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.marketplaces.port import UnreadableReport
from joey.orders.attribute_line import attribute_line
from joey.orders.dismiss_unread import dismiss_poll, dismiss_unreadable
from joey.orders.models import (
    OperatorAttribution,
    OrderClaim,
    OrderLine,
    Poll,
    Report,
    ReportDismissal,
    UnreadReport,
)
from joey.orders.retry_suspense import retry_suspense
from joey.orders.retry_unread import retry_marketplace
from joey.orders.take_order_reports import take_order_reports
from tests.at_once import die_after, outcomes
from tests.cast import DAY, NOW, ada, leased, lulus_shop, meis_shop, refund, report, settled
from tests.orders.polled import asked, polled
from tests.orders.test_unread import Learnt
from tests.proof import prove
from tests.slow import but_every, cases_but_every

LEARNT = Learnt(lambda unread: replace(report("1"), payload=unread.payload))


def test_two_polls_taken_in_at_once_leave_the_later_ones_row(committed_db: EmbeddedPostgres) -> None:
    leased(meis_shop())
    first, second = asked(), asked()
    reports = [report()], [replace(report(commission_minor=310), payload={"corrected": True})]

    done = outcomes(
        lambda: take_order_reports("taobao", reports[0], now=NOW, poll=first),
        lambda: take_order_reports("taobao", reports[1], now=NOW, poll=second),
    )

    assert not [each for each in done if isinstance(each, BaseException)]
    assert OrderLine.objects.get().commission_minor == 310
    assert Poll.objects.count() == 2
    prove()


def test_a_second_line_of_one_name_and_a_refund_of_it_at_once_leave_the_refund_with_neither(
    committed_db: EmbeddedPostgres,
) -> None:
    leased(meis_shop())
    polled(settled(external_part="1"))
    polls = asked(), asked("refunds")

    done = outcomes(
        lambda: take_order_reports("taobao", [settled(external_part="2")], now=NOW, poll=polls[0]),
        lambda: take_order_reports("taobao", [refund()], now=NOW, poll=polls[1]),
    )

    assert not [each for each in done if isinstance(each, BaseException)], done
    lines = OrderLine.objects.values_list("has_unclear_refund", "returned_commission_minor")
    assert list(lines) == [(True, 0), (True, 0)]
    prove()


@pytest.mark.parametrize(
    "killed_after", but_every(3, ["INSERT INTO orders_report ", "orders_orderline AS line", "orders_poll"])
)
def test_a_process_killed_midway_leaves_neither_the_poll_nor_its_reports(
    committed_db: EmbeddedPostgres, killed_after: str
) -> None:
    leased(meis_shop())
    polled(report())

    die_after(killed_after, lambda: polled(settled()))

    assert (Poll.objects.count(), Report.objects.count(), OrderLine.objects.get().state) == (1, 1, "paid")
    prove()
    polled(settled())
    assert (Poll.objects.count(), Report.objects.count(), OrderLine.objects.get().state) == (2, 2, "settled")
    prove()


def test_an_operator_and_the_retry_at_once_give_a_line_to_one_shop(committed_db: EmbeddedPostgres) -> None:
    polled(report(position="999"))
    leased(meis_shop(), key="999")
    line, lulus, ada_ = OrderLine.objects.get().pk, lulus_shop(), ada()

    done = outcomes(
        lambda: retry_suspense("taobao", now=NOW),
        lambda: attribute_line(line, lulus, reason="She showed the receipt", by=ada_, now=NOW),
    )

    line_now, claim = OrderLine.objects.get(), OrderClaim.objects.get()
    assert line_now.shop_id == claim.shop_id
    assert (claim.shop_id == lulus.pk) == (OperatorAttribution.objects.count() == 1) == (done[0] == 0)


def test_two_retries_of_unreadable_reports_at_once_read_each_once(committed_db: EmbeddedPostgres) -> None:
    leased(meis_shop())
    polled(UnreadableReport("order", "1", NOW, {"n": 1}, "n is new"))
    learnt = Learnt(lambda unread: replace(report("1"), payload=unread.payload))

    done = outcomes(*2 * [lambda: retry_marketplace(learnt, now=NOW)])

    assert not [each for each in done if isinstance(each, BaseException)], done
    assert (OrderLine.objects.count(), Report.objects.count(), UnreadReport.objects.count()) == (1, 2, 0)


@pytest.mark.parametrize(
    ("killed_after", "verb"),
    cases_but_every(
        3,
        [
            ("INSERT INTO orders_report ", lambda: retry_marketplace(LEARNT, now=NOW)),
            ("DELETE FROM orders_unreadreport u WHERE report_id", lambda: retry_marketplace(LEARNT, now=NOW)),
            ("INSERT INTO orders_orderclaim", lambda: retry_suspense("taobao", now=NOW)),
        ],
    ),
)
def test_a_retry_that_is_killed_leaves_nothing_and_is_done_by_the_next(
    committed_db: EmbeddedPostgres, killed_after: str, verb: Callable[[], object]
) -> None:
    polled(UnreadableReport("order", "1", NOW, {"n": 1}, "n is new"), report("2"))
    leased(meis_shop())

    die_after(killed_after, verb)

    assert (OrderLine.objects.count(), UnreadReport.objects.count(), OrderClaim.objects.count()) == (1, 1, 0)
    retry_marketplace(LEARNT, now=NOW)
    retry_suspense("taobao", now=NOW)
    assert (OrderLine.objects.count(), UnreadReport.objects.count(), OrderClaim.objects.count()) == (2, 0, 2)


def test_a_report_that_is_given_up_twice_at_once_is_written_down_once(committed_db: EmbeddedPostgres) -> None:
    polled(UnreadableReport("order", "1", NOW, {"n": 1}, "n is new"))
    report_id, operator = UnreadReport.objects.get().pk, ada()

    done = outcomes(*[lambda: dismiss_unreadable(report_id, by=operator, reason="Gone", now=NOW)] * 2)

    assert sorted(type(each).__name__ for each in done) == ["NoneType", "NotFound"]
    assert (ReportDismissal.objects.count(), UnreadReport.objects.count()) == (1, 0)


def test_a_process_killed_while_it_gives_a_report_up_has_not_given_it_up(committed_db: EmbeddedPostgres) -> None:
    polled(UnreadableReport("order", "1", NOW, {"n": 1}, "n is new"))
    report_id, operator = UnreadReport.objects.get().pk, ada()

    die_after(
        'INSERT INTO "orders_reportdismissal"',
        lambda: dismiss_unreadable(report_id, by=operator, reason="Gone", now=NOW),
    )

    assert (ReportDismissal.objects.count(), UnreadReport.objects.count()) == (0, 1)


def test_what_one_poll_brought_is_given_up_twice_at_once_and_each_report_is_written_down_once(
    committed_db: EmbeddedPostgres,
) -> None:
    polled(*[UnreadableReport("order", str(number), NOW, {"n": number}, "n is new") for number in (1, 2)])
    poll, operator = UnreadReport.objects.values_list("poll", flat=True)[0], ada()

    outcomes(*[lambda: dismiss_poll(poll, by=operator, reason="Gone", now=NOW)] * 2)

    assert (ReportDismissal.objects.count(), UnreadReport.objects.count()) == (2, 0)


def test_a_process_killed_while_it_gives_up_a_poll_leaves_the_rest_to_the_next_one(
    committed_db: EmbeddedPostgres,
) -> None:
    polled(*[UnreadableReport("order", str(number), NOW, {"n": number}, "n is new") for number in (1, 2)])
    poll, operator = UnreadReport.objects.values_list("poll", flat=True)[0], ada()

    die_after('INSERT INTO "orders_reportdismissal"', lambda: dismiss_poll(poll, by=operator, reason="Gone", now=NOW))

    assert (ReportDismissal.objects.count(), UnreadReport.objects.count()) == (0, 2)
    assert dismiss_poll(poll, by=operator, reason="Gone", now=NOW).dismissed == 2


def test_a_line_is_marked_with_its_unreadable_report_or_not_at_all(committed_db: EmbeddedPostgres) -> None:
    leased(meis_shop())
    polled(report("1"))
    unread = UnreadableReport("order", "1", NOW, {"n": 1}, "n is new", external_line="1-1")

    die_after("UPDATE orders_orderline l SET has_unread", lambda: polled(unread))

    assert (OrderLine.objects.get().has_unread, UnreadReport.objects.count()) == (False, 0)
    polled(unread)
    assert OrderLine.objects.get().has_unread
    prove()


def test_a_report_given_up_while_a_newer_one_comes_leaves_no_mark(committed_db: EmbeddedPostgres) -> None:
    leased(meis_shop())
    polled(report("1"), UnreadableReport("order", "1", NOW - DAY, {"n": 1}, "n is new", external_line="1-1"))
    report_id, operator = UnreadReport.objects.get().pk, ada()

    outcomes(
        lambda: dismiss_unreadable(report_id, by=operator, reason="Gone", now=NOW),
        lambda: polled(report("1", reported_at=NOW)),
    )

    assert (OrderLine.objects.get().has_unread, UnreadReport.objects.count()) == (False, 0)
    prove()
