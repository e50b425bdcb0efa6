"""What cannot be read is kept with a reason and an age, and read as soon as the connector has learnt to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import DataError
from pytest_django import DjangoCaptureOnCommitCallbacks

from joey.commissions.earn_due import earn_due
from joey.instance.backup.try_backup import prove as prove_restored
from joey.kit import sql
from joey.kit.refusals import Conflict, NotFound
from joey.marketplaces import registry
from joey.marketplaces.port import AnyReport, OrderReport, RefundReport, ReportedRow, UnreadableReport
from joey.marketplaces.read_reports import read_row
from joey.marketplaces.taobao import parse
from joey.marketplaces.taobao.connector import TaobaoConnector
from joey.money.money import EXPONENTS
from joey.orders.claim_lines import attribute_and_claim
from joey.orders.models import OrderLine, RefundCase, Report, UnreadReport
from joey.orders.queries import report_payload, unread_reports
from joey.orders.retry_unread import retry_all_unread, retry_unreadable
from joey.orders.stage_reports import StagedReports
from joey.orders.staged_tables import ORDERS
from joey.orders.take_order_reports import keep_poll
from joey.record.queries import events_of
from tests.cast import DAY, NOW, ada, leased, meis_shop, refund, report, settled
from tests.commissions.stage import confirmed, take_in
from tests.orders.polled import asked, cursor_at, polled, take_order_reports
from tests.proof import prove

pytestmark = pytest.mark.django_db


class Learnt(TaobaoConnector):
    """A connector that reads what it could not read before."""

    def __init__(self, read: Callable[[UnreadableReport], AnyReport]) -> None:
        super().__init__({"credentials": {"app_key": "1", "app_secret": "s"}})
        self._read_again = read

    def read(self, row: ReportedRow) -> AnyReport:
        return self._read_again(UnreadableReport(row.kind, "", row.window_end, row.row, "n is new"))


def unreadable(number: int = 1, **changes: Any) -> UnreadableReport:
    facts: dict[str, Any] = {"kind": "order", "external_order": str(number), "reported_at": NOW - DAY}
    return UnreadableReport(**(facts | changes), payload={"n": number}, problem="n is new")


@pytest.fixture
def learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on order reports can be read: each is a settled flask."""
    leased(meis_shop())
    connector = Learnt(lambda unread: replace(settled(str(unread.payload["n"])), payload=unread.payload))
    monkeypatch.setattr(registry, "connectors", lambda: [connector])


def test_an_unreadable_report_has_a_reason_and_an_age_until_it_is_read(learnt: None) -> None:
    polled(unreadable())
    (shown,) = unread_reports()
    assert (shown.problem, shown.tries, shown.kind, shown.external_order) == ("n is new", 1, "order", "1")
    assert report_payload(shown.report_id) == '{"n": 1}'
    prove()

    done = retry_all_unread(now=NOW)

    assert (done.tried, done.read, unread_reports()) == (1, 1, [])
    assert (OrderLine.objects.get().state, OrderLine.objects.get().shop_id) == ("settled", meis_shop().pk)
    first, read = Report.objects.order_by("id")
    assert (read.rereads, read.poll_id, first.problem) == (first.id, first.poll_id, "n is new")
    earn_due(now=NOW)
    prove()
    assert retry_all_unread(now=NOW).tried == 0


def test_a_marketplace_that_fails_lets_the_others_be_tried_and_is_named(
    learnt: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing, reading = Learnt(lambda unread: unread), registry.connectors()[0]
    failing.code = "amazon"
    monkeypatch.setattr(registry, "connectors", lambda: [failing, reading])

    def breaks(marketplace: str, *, now: datetime) -> None:
        sql.execute("SELECT 1 / %s", [0 if marketplace == "amazon" else 1])

    monkeypatch.setattr("joey.orders.retry_unread.dismiss_replaced", breaks)
    polled(unreadable())

    with pytest.raises(DataError, match="division by zero"):  # so that the job counts as failed
        retry_all_unread(now=NOW)

    assert unread_reports() == []
    assert "the unreadable reports of amazon" in caplog.text


def test_an_operator_can_retry_one(learnt: None) -> None:
    polled(unreadable(1), unreadable(2))
    first, second = unread_reports()

    assert retry_unreadable(first.report_id, by=ada(), now=NOW)

    assert [each.report_id for each in unread_reports()] == [second.report_id]
    (event,) = events_of([f"order_report:{first.report_id}"])
    assert event.facts == {"by": str(ada().pk), "marketplace": "taobao", "read": True}
    with pytest.raises(NotFound):
        retry_unreadable(first.report_id, by=ada(), now=NOW)
    earn_due(now=NOW)
    prove()


def test_what_still_cannot_be_read_waits_with_its_newest_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(unread: UnreadableReport) -> AnyReport:
        if unread.payload["n"] == 1:
            raise KeyError("a fault in the connector")
        return replace(unread, problem="still new")

    monkeypatch.setattr(registry, "connectors", lambda: [Learnt(fails)])
    polled(unreadable(1), unreadable(2))

    assert retry_all_unread(now=NOW).read == 0

    assert {(each.problem, each.tries) for each in unread_reports()} == {("KeyError", 2), ("still new", 2)}
    prove()


def test_it_is_logged_once_however_often_it_comes_and_is_tried(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    row = {"trade_id": "1-1", "trade_parent_id": "1", "modified_time": "2026-11-20 10:00:00", "tk_status": "3"}

    def read(_unread: object = None) -> AnyReport:
        return read_row(taobao, ReportedRow("order", row, NOW))

    taobao = Learnt(lambda _unread: parse.order_report(row))
    monkeypatch.setattr(registry, "connectors", lambda: [taobao])
    for _poll in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            polled(read())
            retry_all_unread(now=NOW)

    (shown,) = unread_reports()
    assert [str(shown.report_id) in each.getMessage() for each in caplog.records] == [True]


def test_each_is_logged_once_though_its_set_fails_and_is_taken_in_halves(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def fails_at_five(marketplace: str, staged: StagedReports, *, now: datetime) -> bool:
        if sql.value(f"SELECT EXISTS (SELECT FROM {ORDERS} WHERE external_order = '5')"):
            raise ValueError("five")
        return attribute_and_claim(marketplace, staged, now=now)

    monkeypatch.setattr("joey.orders.take_order_reports.attribute_and_claim", fails_at_five)
    with django_capture_on_commit_callbacks(execute=True):
        polled(unreadable(), report("5"), report("2"), report("3"))

    logged = [each.getMessage().split()[1] for each in caplog.records if each.name == "joey.orders.keep_reports"]
    assert sorted(logged) == sorted(str(each.report_id) for each in unread_reports())
    assert len(logged) == 2


def test_without_a_connection_a_report_can_only_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "connectors", list)
    polled(unreadable())

    with pytest.raises(Conflict):
        retry_unreadable(unread_reports()[0].report_id, by=None, now=NOW)

    assert len(unread_reports()) == 1


def test_a_refund_that_can_be_read_at_last_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    leased(meis_shop())
    reads = Learnt(lambda unread: replace(refund("5"), payload=unread.payload))
    monkeypatch.setattr(registry, "connectors", lambda: [reads])
    polled(settled("5"), unreadable(kind="refund"))

    assert retry_all_unread(now=NOW).read == 1

    assert RefundCase.objects.get().counts
    assert OrderLine.objects.get().returned_commission_minor == 342
    earn_due(now=NOW)
    prove()


def test_a_refund_that_can_be_read_at_last_counts_since_it_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    leased(meis_shop())
    reads = Learnt(lambda unread: replace(refund("5", refunded_at=NOW - 10 * DAY), payload=unread.payload))
    monkeypatch.setattr(registry, "connectors", lambda: [reads])
    polled(settled("5"), unreadable(kind="refund"))

    assert retry_all_unread(now=NOW).read == 1

    assert RefundCase.objects.get().counts
    assert OrderLine.objects.get().returned_commission_minor == 0  # it was before the settlement
    prove()


def test_a_code_that_is_learnt_lifts_its_hold_and_moves_the_line(learnt: None) -> None:
    at = settled().reported_at
    polled(report("1"))
    polled(replace(report("1"), state="unknown", held="unknown_code", reported_at=at, payload={"n": 1}))
    assert OrderLine.objects.get().held == "unknown_code"

    assert retry_all_unread(now=NOW).read == 1

    line = OrderLine.objects.get()
    assert (line.state, line.held, line.reported_at) == ("settled", "", at)
    earn_due(now=NOW)
    prove()


def test_a_code_that_is_learnt_late_does_not_undo_what_came_after(learnt: None) -> None:
    polled(replace(report("1"), state="unknown", held="unknown_code", reported_at=NOW - 8 * DAY, payload={"n": 1}))
    polled(report("1", state="closed", commission_minor=0, reported_at=NOW - 7 * DAY))

    retry_all_unread(now=NOW)

    assert (OrderLine.objects.get().state, OrderLine.objects.get().held) == ("closed", "")
    prove()


def test_a_later_poll_in_a_readable_form_takes_a_report_off_the_list() -> None:
    leased(meis_shop())
    polled(unreadable())

    polled(replace(settled("1"), payload={"n": 1}))

    assert unread_reports() == []
    earn_due(now=NOW)
    prove()


@pytest.mark.parametrize(
    "of_takas",
    [settled(currency="BDT"), refund(back=3, refund_minor=30, currency="BDT")],
    ids=["order", "refund"],
)
def test_a_currency_that_joey_does_not_know_holds_the_line_until_a_version_knows_it(
    monkeypatch: pytest.MonkeyPatch, of_takas: OrderReport | RefundReport
) -> None:
    leased(meis_shop())
    monkeypatch.setattr(registry, "connectors", lambda: [Learnt(lambda _unread: of_takas)])
    take_in(settled(days_ago=10), settled("2", days_ago=10))

    take_in(of_takas)

    (shown,) = unread_reports()
    assert shown.problem == "Joey does not know the currency “BDT”"
    held = OrderLine.objects.get(has_unread=True)
    assert (held.external_order, held.currency) == (of_takas.external_order, "CNY")
    assert confirmed() == 1
    prove()
    assert retry_all_unread(now=NOW).read == 0

    monkeypatch.setitem(EXPONENTS, "BDT", 2)
    assert retry_all_unread(now=NOW).read == 1

    assert unread_reports() == []
    earn_due(now=NOW)
    prove()


@pytest.mark.parametrize("name", ["paid_minor", "commission_minor", "service_fee_minor"])
def test_an_amount_beyond_the_limit_is_refused_report_by_report(name: str) -> None:
    leased(meis_shop())

    polled(report("1", **{name: 10**15 + 1}), report("2", **{name: 10**15}))

    assert OrderLine.objects.get().external_order == "2"
    assert [each.problem for each in unread_reports()] == [f"{name.removesuffix('_minor')} is out of bounds"]


def test_a_report_that_the_database_refuses_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever makes the set fail: here an amount that looked right and that no column holds."""
    leased(meis_shop())
    monkeypatch.setattr("joey.orders.storable.AMOUNT_MAX", 2**64)
    first, second = refund(case="1"), refund(case="2", back=2**63)
    polled(settled(), report("2"), first)

    done = polled(settled("2"), second, *(report(str(n)) for n in range(3, 20)))

    assert (done.unreadable, done.lines) == (1, 18)
    assert OrderLine.objects.get(external_order="2").state == "settled"
    assert OrderLine.objects.get(external_order=first.external_order).returned_commission_minor == 342
    (shown,) = unread_reports()
    assert (shown.kind, shown.problem) == ("refund", "it cannot be stored: DataError")
    for tries in (2, 3):
        monkeypatch.setattr(registry, "connectors", lambda: [Learnt(lambda _unread: second)])
        assert retry_all_unread(now=NOW).read == 0
        assert [each.tries for each in unread_reports()] == [tries]
    prove_orders()


def test_a_payload_too_deep_to_write_stops_no_other() -> None:
    leased(meis_shop())
    deep: dict[str, object] = {}
    for _level in range(2_000):
        deep = {"in": deep}

    done = polled(replace(report("1"), payload=deep), report("2"), report("3"))

    assert (done.lines, done.unreadable) == (2, 1)
    assert unread_reports()[0].problem == "it cannot be stored: RecursionError"
    assert polled(replace(report("1"), payload=deep)).reports == 0, "known, though it cannot be read"


def failing_at(monkeypatch: pytest.MonkeyPatch, orders: list[str]) -> list[int]:
    """From now on no set with any of these orders can be claimed; how many sets were tried, as they are."""
    tried: list[int] = []

    def fails(marketplace: str, staged: StagedReports, *, now: datetime) -> bool:
        tried.append(staged.orders)
        if sql.value(f"SELECT EXISTS (SELECT FROM {ORDERS} WHERE external_order = ANY(%s))", [orders]):
            raise ValueError("one of them")
        return attribute_and_claim(marketplace, staged, now=now)

    monkeypatch.setattr("joey.orders.take_order_reports.attribute_and_claim", fails)
    return tried


@pytest.mark.long
def test_however_many_reports_cannot_be_stored_they_stop_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    leased(meis_shop())
    with monkeypatch.context() as broken:
        failing_at(broken, [str(n) for n in range(0, 90, 3)])
        done = polled(*(replace(report(str(n)), payload={"n": n}) for n in range(90)))

    assert (done.lines, done.unreadable) == (60, 30)
    assert {each.problem for each in unread_reports()} == {"it cannot be stored: ValueError"}
    reads = Learnt(lambda unread: replace(report(str(unread.payload["n"])), payload=unread.payload))
    monkeypatch.setattr(registry, "connectors", lambda: [reads])
    assert retry_all_unread(now=NOW).read == 30, "each was kept with what it says"
    assert OrderLine.objects.count() == 90
    prove_orders()


@pytest.mark.long
def test_a_fault_in_very_many_puts_the_rest_aside_and_all_have_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    leased(meis_shop())
    monkeypatch.setattr("joey.orders.take_order_reports.MOST_FAILURES", 6)
    reads = Learnt(lambda unread: replace(report(str(unread.payload["n"])), payload=unread.payload))
    monkeypatch.setattr(registry, "connectors", lambda: [reads])
    bad = [str(n) for n in range(1, 6)]
    tried = failing_at(monkeypatch, bad)

    done = polled(*(replace(report(str(n)), payload={"n": n}) for n in range(1, 17)))

    assert len(tried) < 15
    assert (done.reports, done.lines + done.unreadable) == (16, 16)
    assert done.unreadable > len(bad), "some are aside that are not at fault"
    hours = 0
    while len(unread_reports()) > len(bad) and hours < 20:
        retry_all_unread(now=NOW)
        hours += 1
    assert {each.external_order for each in unread_reports()} == {*bad}
    prove_orders()


def test_a_fault_of_ours_is_not_blamed_on_the_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    leased(meis_shop())

    def broken(*_: object, **_more: object) -> int:
        raise ValueError("ours")

    monkeypatch.setattr("joey.orders.take_order_reports.keep_reports", broken)
    with pytest.raises(ValueError, match="ours"):  # nor could they be kept as unreadable
        take_order_reports("taobao", [report(str(n)) for n in range(8)], now=NOW)

    assert not UnreadReport.objects.exists()


def prove_orders() -> None:
    from joey.orders import prove as orders

    assert [(check.rule, found) for check in orders.CHECKS if (found := check.first_offender())] == []


def test_what_a_restored_backup_could_not_read_is_tried_before_its_books_are_judged(learnt: None) -> None:
    polled(unreadable())
    sql.execute("UPDATE orders_unreadreport SET tried_at = now() - interval '2 days'")  # no job ran while it lay

    prove_restored()

    assert unread_reports() == []


@pytest.mark.parametrize(("answered_from", "held"), [(NOW - 90 * DAY, ""), (NOW - DAY, "refunds_unread")])
def test_an_order_of_before_its_refunds_were_answered_for_stays_held(
    learnt: None, answered_from: datetime, held: str
) -> None:
    """The account was configured otherwise for long: a return of then is answered no more."""
    polled(replace(settled("7", held="refunds_unread"), payload={"n": 7}))
    for question, since in (("orders", NOW - 90 * DAY), ("refunds", answered_from)):
        cursor_at(question=question)
        keep_poll("taobao", replace(asked(question), since=since))

    retry_all_unread(now=NOW)

    assert OrderLine.objects.get().held == held
