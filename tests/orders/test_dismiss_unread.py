"""An unreadable report leaves the list: by a later report of its line, or by an operator who gives it up."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from joey.kit import sql
from joey.kit.refusals import Forbidden, Invalid, NotFound
from joey.marketplaces import registry
from joey.marketplaces.port import UnreadableReport
from joey.orders.dismiss_unread import dismiss_unreadable
from joey.orders.models import OrderLine, Report, ReportDismissal, UnreadReport
from joey.orders.queries import unread_reports
from joey.orders.retry_unread import retry_all_unread
from joey.record.models import ErasableText
from joey.record.queries import events_of, subjects_of_shop
from tests.cast import DAY, NOW, ada, leased, meis_shop, refund, report, sam
from tests.orders.polled import polled
from tests.orders.test_unread import Learnt, prove_orders
from tests.proof import prove

pytestmark = pytest.mark.django_db

TOO_MUCH = 10**15 + 1


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connector that cannot read them later either."""
    monkeypatch.setattr(registry, "connectors", lambda: [Learnt(lambda unread: unread)])


def corrected(**changes: Any) -> OrderLine:
    """A line with an unreadable correction, which a later report corrects again."""
    leased(meis_shop())
    polled(report("1", reported_at=NOW - 2 * DAY))
    polled(report("1", **({"reported_at": NOW - DAY, "commission_minor": TOO_MUCH} | changes)))
    assert len(unread_reports()) == 1
    return OrderLine.objects.get()


@pytest.mark.parametrize("later", [timedelta(minutes=5), timedelta(0)], ids=["later", "of one second, by a later poll"])
def test_a_report_whose_line_has_a_newer_one_that_was_read_leaves_the_list_by_itself(later: timedelta) -> None:
    line = corrected()
    (waiting,) = unread_reports()
    assert retry_all_unread(now=NOW).tried == 1, "nothing later came yet"

    polled(report("1", reported_at=NOW - DAY + later, state="received", commission_minor=300))

    assert unread_reports() == [], "at once, not when the job runs"
    assert retry_all_unread(now=NOW).tried == 0
    (dismissal,) = ReportDismissal.objects.all()
    read = Report.objects.get(problem="", commission_minor=300)
    assert (dismissal.report_id, dismissal.replaced_by, dismissal.by) == (waiting.report_id, read.pk, None)
    (event,) = events_of([f"order_report:{waiting.report_id}"])
    assert (event.kind, event.facts["report"]) == ("report.replaced", str(read.pk))
    line.refresh_from_db()
    assert line.commission_minor == 300
    prove_orders()


@pytest.mark.parametrize(
    "later",
    [
        report("1", reported_at=NOW - DAY - timedelta(hours=1)),
        replace(report("1", reported_at=NOW), external_line="another"),
        replace(report("1", reported_at=NOW), state="unknown", held="unknown_code"),
    ],
    ids=["earlier", "of another line", "with an unknown code"],
)
def test_a_report_that_decides_nothing_about_it_leaves_it_on_the_list(later: Any) -> None:
    corrected()

    polled(later)
    retry_all_unread(now=NOW)

    assert UnreadReport.objects.filter(external_line="1-1").exists()
    assert not ReportDismissal.objects.exists()
    prove_orders()


def test_a_refund_that_cannot_be_read_waits_whatever_the_line_reports_later() -> None:
    leased(meis_shop())
    polled(report("1"), refund("1", back=TOO_MUCH))

    polled(report("1", reported_at=NOW + DAY, commission_minor=300))
    retry_all_unread(now=NOW)

    assert [each.kind for each in unread_reports()] == ["refund"]


def test_an_operator_gives_one_up_for_a_reason_that_is_kept() -> None:
    corrected()
    (waiting,) = unread_reports()
    with pytest.raises(Forbidden):
        dismiss_unreadable(waiting.report_id, by=sam(), reason="A test of theirs", now=NOW)
    with pytest.raises(Invalid):
        dismiss_unreadable(waiting.report_id, by=ada(), reason=" \n", now=NOW)

    dismiss_unreadable(waiting.report_id, by=ada(), reason="A test of theirs", now=NOW)

    assert unread_reports() == []
    assert retry_all_unread(now=NOW).tried == 0
    (event,) = events_of([f"order_report:{waiting.report_id}"])
    assert (event.kind, event.facts["by"]) == ("report.dismissed", str(ada().pk))
    assert f"order_report:{waiting.report_id}" in subjects_of_shop(meis_shop().pk), "it is about an order of hers"
    assert [text.shop_id for text in ErasableText.objects.all()] == [meis_shop().pk]
    with pytest.raises(NotFound):
        dismiss_unreadable(waiting.report_id, by=ada(), reason="Again", now=NOW)
    assert polled(report("1", reported_at=NOW - DAY, commission_minor=TOO_MUCH)).reports == 0
    assert unread_reports() == []
    prove_orders()


def test_prove_names_a_report_that_was_dismissed_without_cause() -> None:
    corrected()
    (waiting,) = unread_reports()
    sql.execute("DELETE FROM orders_unreadreport")
    sql.execute(
        "INSERT INTO orders_reportdismissal"
        " (report_id, marketplace, kind, external_order, payload_sha256, replaced_by, at)"
        " SELECT u.id, u.marketplace, u.kind, u.external_order, u.payload_sha256, r.id, now()"
        " FROM orders_report u, orders_report r WHERE u.id = %s AND r.problem = '' LIMIT 1",
        [waiting.report_id],
    )

    with pytest.raises(AssertionError, match=str(waiting.report_id)):
        prove()


def test_a_line_number_that_is_too_long_is_no_hint() -> None:
    polled(UnreadableReport("order", "1", NOW, {"n": 1}, "n is new", external_line="1" * 65))

    assert UnreadReport.objects.get().external_line == ""
