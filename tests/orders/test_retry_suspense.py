"""Lines in suspense are tried again every hour: all of them, so many at a time, each for itself."""

from datetime import datetime

import pytest

from joey.commissions.earn_due import earn_due
from joey.kit import sql
from joey.marketplaces import registry
from joey.marketplaces.port import AnyReport, ReportedRow
from joey.marketplaces.taobao.connector import TaobaoConnector
from joey.orders import retry_suspense as module
from joey.orders.claim_lines import attribute_and_claim
from joey.orders.jobs import retry_suspended_lines
from joey.orders.models import OrderLine
from joey.orders.retry_suspense import retry_suspense
from joey.orders.stage_reports import StagedReports
from joey.orders.staged_tables import ORDERS
from tests.cast import NOW, leased, meis_shop, report, settled
from tests.orders.polled import polled
from tests.proof import prove

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    """The orders of Mei's shop."""
    lines = OrderLine.objects.filter(shop=meis_shop()).order_by("external_order")
    return list(lines.values_list("external_order", flat=True))


def test_another_connector_reads_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    leased(meis_shop())
    polled(report("1", evidence=()))
    retry_suspended_lines(0)
    assert found() == []

    class Learnt(TaobaoConnector):
        def read(self, row: ReportedRow) -> AnyReport:
            return report("1")

    connector = Learnt({"credentials": {"app_key": "1", "app_secret": "s"}})
    monkeypatch.setattr(registry, "connectors", lambda: [connector])
    retry_suspended_lines(0)

    assert found() == ["1"]
    prove()


def test_what_failed_is_read_again_in_the_next_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    leased(meis_shop())
    polled(report("1", evidence=()))
    failures = iter([ValueError("once")])

    class Learnt(TaobaoConnector):
        def read(self, row: ReportedRow) -> AnyReport:
            return report("1")

    def fails_once(marketplace: str, staged: StagedReports, *, now: datetime) -> bool:
        for failure in failures:
            raise failure
        return attribute_and_claim(marketplace, staged, now=now)

    connector = Learnt({"credentials": {"app_key": "1", "app_secret": "s"}})
    monkeypatch.setattr(registry, "connectors", lambda: [connector])
    monkeypatch.setattr(module, "attribute_and_claim", fails_once)

    retry_suspended_lines(0)
    assert found() == []
    retry_suspended_lines(0)
    assert found() == ["1"]


def test_so_many_lines_at_a_time_keep_new_reports_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    locked: list[str] = []
    monkeypatch.setattr("joey.orders.retry_suspense.lock_lines_of", locked.append)
    polled(*(report(str(n), position="999") for n in range(5)), *(settled(str(n), position="999") for n in range(5)))
    leased(meis_shop(), key="999")

    assert [retry_suspense("taobao", now=NOW) for _ in range(2)] == [5, 0]

    assert len(locked) == 3
    assert len(found()) == 5
    earn_due(now=NOW)
    prove()


def test_a_line_that_fails_stays_as_it_is_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails_at_three(marketplace: str, staged: StagedReports, *, now: datetime) -> bool:
        if sql.value(f"SELECT EXISTS (SELECT FROM {ORDERS} WHERE external_order = '3')"):
            raise ValueError("three")
        return attribute_and_claim(marketplace, staged, now=now)

    polled(*(report(str(n), position="999") for n in range(5)))
    before = OrderLine.objects.filter(external_order="3").values().get()
    leased(meis_shop(), key="999")
    monkeypatch.setattr(module, "attribute_and_claim", fails_at_three)

    assert retry_suspense("taobao", now=NOW) == 4

    assert found() == ["0", "1", "2", "4"]
    assert OrderLine.objects.filter(external_order="3").values().get() == before
    assert [str(before["id"]) in each.getMessage() for each in caplog.records] == [True]
    earn_due(now=NOW)
    prove()
    monkeypatch.undo()
    assert retry_suspense("taobao", now=NOW) == 1, "it is found once nothing is wrong with it"
