"""A line that cannot be booked stops alone: it is named with its reason, and all others are booked and confirmed."""

import pytest
from django.db import OperationalError
from django.test import Client

from joey.commissions import book_lines as booking
from joey.commissions import earn_due as earning
from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission, QuarantinedLine
from joey.commissions.queries import quarantined_lines
from joey.commissions.retry_quarantined import StillUnbookable, retry_quarantined
from joey.commissions.work_out import work_out
from joey.insight.trace import order_trace
from joey.kit import sql
from joey.kit.refusals import NotFound
from joey.marketplaces.manifest_shape import Manifest
from joey.marketplaces.port import OrderReport, RefundReport
from joey.orders.models import OrderLine
from joey.sharing.models import Position, PositionLease
from tests.cast import DAY, NOW, leased, meis_shop, refund, report, settled
from tests.commissions.stage import money, take_in
from tests.orders.polled import take_order_reports
from tests.proof import prove
from tests.slow import slow

pytestmark = pytest.mark.django_db

TOO_MUCH = 10**15  # twice of it is more than a line can have


@pytest.fixture(autouse=True)
def position() -> None:
    leased(meis_shop())


def poison(order: str) -> list[OrderReport | RefundReport]:
    """A line that was settled and of which two cases take back more than anything can be worth."""
    return [settled(order), *(refund(order, case=f"{order}{case}", back=TOO_MUCH) for case in "ab")]


@pytest.mark.parametrize("lines", [40, slow(20_000)])
def test_a_poison_line_among_many_stops_no_other(lines: int) -> None:
    orders = [str(n) for n in range(100_000, 100_000 + lines)]
    bad = orders[lines * 3 // 4]
    reports = [each for order in orders for each in (poison(order) if order == bad else [settled(order)])]
    take_order_reports("taobao", reports, now=NOW)

    done = earn_due(now=NOW)
    confirmed = confirm_due(now=NOW)

    assert (done.lines, done.quarantined, confirmed.commissions) == (lines, 1, lines - 1)
    assert money().available == (lines - 1) * 273
    assert [(row.external_order, row.reason) for row in quarantined_lines()] == [(bad, "amount_too_large")]
    prove()


@pytest.mark.parametrize("batch", [slow(1), 7, slow(100)])
@pytest.mark.parametrize("bad", [["1000"], ["1029"], ["1003", "1004", "1017"], [str(n) for n in range(1000, 1030)]])
def test_a_line_that_makes_the_set_fail_is_found_by_halving(
    bad: list[str], batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_for(bad, monkeypatch)
    take_order_reports("taobao", [settled(str(n)) for n in range(1000, 1030)], now=NOW)

    done = earn_due(now=NOW, batch=batch)
    confirm_due(now=NOW)

    assert (done.lines, done.quarantined) == (30, len(bad))
    assert sorted(row.external_order for row in quarantined_lines()) == bad
    assert {row.reason for row in quarantined_lines()} == {"cannot_be_booked"}
    assert money().available == (30 - len(bad)) * 273
    prove()


def fail_for(bad: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Booking any of these orders divides by zero in the database."""

    def failing(manifest: Manifest) -> None:
        work_out(manifest)
        sql.execute(
            "SELECT 1 / (CASE WHEN EXISTS (SELECT FROM changed_line x JOIN orders_orderline l ON l.id = x.line_id"
            " WHERE l.external_order = ANY(%s)) THEN 0 ELSE 1 END)",
            [bad],
        )

    monkeypatch.setattr(booking, "work_out", failing)


def test_a_line_in_quarantine_is_tried_again_with_its_next_report(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        fail_for(["1001"], broken)
        take_in(report("1001"))
    assert QuarantinedLine.objects.count() == 1

    take_in(settled("1001"))

    assert QuarantinedLine.objects.count() == 0
    assert money().pending == 273
    prove()


def test_an_operator_retries_a_line_and_reads_why_it_still_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        fail_for(["1001"], broken)
        take_in(settled("1001"))
        line = QuarantinedLine.objects.get().pk
        with pytest.raises(StillUnbookable, match="division by zero"):
            retry_quarantined(line, by="ada", now=NOW)

    retry_quarantined(line, by="ada", now=NOW)

    assert money().pending == 273
    with pytest.raises(NotFound):
        retry_quarantined(line, by="ada", now=NOW)
    prove()


def test_what_is_booked_of_a_line_in_quarantine_is_not_confirmed() -> None:
    take_in(settled())

    take_in(*(refund(case=case, back=TOO_MUCH) for case in "ab"))

    assert confirm_due(now=NOW + 80 * DAY).commissions == 0
    line = OrderLine.objects.get()
    trace = order_trace(meis_shop(), line.pk, now=NOW)
    assert trace.reason == "quarantined"
    assert "larger than any real one" in trace.answer


def test_more_poison_than_lines_can_be_is_a_fault_of_ours_and_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("joey.commissions.earn_due.QUARANTINED_MOST", 3)
    orders = [str(n) for n in range(1000, 1010)]
    fail_for(orders, monkeypatch)
    take_order_reports("taobao", [settled(order) for order in orders], now=NOW)

    with pytest.raises(Exception, match="division by zero"):
        earn_due(now=NOW)

    assert QuarantinedLine.objects.count() == 3


def test_a_marketplace_that_fails_stops_no_other_and_not_confirming(monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(settled("1001"))
    position = Position.objects.create(marketplace="jd", key="jd-1", free_from=None)
    since = NOW - 60 * DAY
    PositionLease.objects.create(
        position=position, marketplace="jd", shop=meis_shop(), leased_from=since, last_used_at=since
    )
    take_order_reports("jd", [settled("2001", position="jd-1")], now=NOW)
    take_order_reports("taobao", [settled("1002")], now=NOW)

    def failing(marketplace: str, **given: object) -> int:
        if marketplace == "jd":
            raise OperationalError("jd is broken")
        return booking.book_lines(marketplace, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(earning, "book_lines", failing)

    with pytest.raises(Exception, match="jd is broken"):
        earn_due(now=NOW)

    assert sorted(Commission.objects.values_list("order_line__external_order", flat=True)) == ["1001", "1002"]
    assert confirm_due(now=NOW).commissions == 2


def metrics() -> str:
    return Client().get("/metrics").content.decode()


def test_the_metrics_name_what_is_in_quarantine() -> None:
    take_in(*poison("1001"))

    assert 'joey_stuck{state="quarantined",table="commissions_quarantinedline"} 1.0' in metrics()
