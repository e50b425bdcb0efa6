"""Reading order reports window by window: nothing is read again without need, and nothing is passed over."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.insight.health import health, sync_states
from joey.kit import sql
from joey.kit.json_rows import AT_FAULT
from joey.kit.refusals import Forbidden, NotFound
from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.port import AnyReport, MarketplaceRefused, MarketplaceUnavailable, ReportedRow, UnreadableReport
from joey.marketplaces.taobao.manifest import MANIFEST, ORDERS, REFUNDS
from joey.orders.end_gap import end_gap
from joey.orders.models import OrderLine, Poll, SyncCursor
from joey.orders.queries import read_until, report_payload, unread_reports
from joey.orders.retry_unread import retry_all_unread
from joey.orders.sync import sync
from joey.record.queries import events_of
from tests.cast import DAY, NOW, ada, leased, lulus_shop, meis_shop, report, sam, settled
from tests.orders.polled import take_order_reports
from tests.proof import prove

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
BEIJING = ZoneInfo(MANIFEST.zone)


class Reports:
    """A marketplace with hourly windows, silent from `silent_from` on, and always to the questions of `broken`."""

    code = "taobao"

    def __init__(self, account: str = "1", *, questions: tuple[Question, ...] = (ORDERS,)) -> None:
        self.account = account
        self.manifest = replace(MANIFEST, questions=questions)
        self.broken: dict[str, Exception] = {}
        self.asked: list[tuple[datetime, datetime]] = []
        self.held: dict[datetime, Sequence[object]] = {}
        self.silent_from: datetime | None = None

    def rows(
        self, question: Question, since: datetime, until: datetime
    ) -> Iterator[tuple[datetime, list[ReportedRow]]]:
        if question.code in self.broken:
            raise self.broken[question.code]
        self.asked.append((since, until))
        while since < until:
            end = min(since + HOUR, until)
            if self.silent_from is not None and end > self.silent_from:
                raise MarketplaceUnavailable("silent")
            found = [each for at, held in self.held.items() if since <= at < end for each in held]
            yield end, [ReportedRow("order", {"says": each}, end) for each in found]
            since = end

    def read(self, row: ReportedRow) -> AnyReport:
        said: AnyReport = row.row["says"]
        return said

    def unreadable(self, row: ReportedRow, problem: str) -> UnreadableReport:
        raise AttributeError("the connector has a fault here, too")


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> Reports:
    made = Reports()
    monkeypatch.setattr(registry, "connectors", lambda: [made])
    leased(meis_shop(), since=NOW - 2 * DAY)
    return made


def cursor() -> datetime:
    return SyncCursor.objects.get().read_until


def test_a_quiet_stretch_is_not_read_again(reports: Reports) -> None:
    later = NOW + ORDERS.recheck_every / 2
    sync(now=NOW)

    sync(now=later)

    assert cursor() == later
    assert reports.asked == [(NOW - 2 * DAY - ORDERS.overlap, NOW), (NOW - ORDERS.overlap, later)]


def test_no_row_stops_its_window_though_its_connector_fails_at_it_twice(reports: Reports) -> None:
    reports.held = {NOW - DAY: [report("1"), 1, 10**5000]}

    (done,) = sync(now=NOW)

    assert (done.trouble, done.reports, cursor()) == ("", 3, NOW)
    assert [line.external_order for line in OrderLine.objects.all()] == ["1"]
    unread = unread_reports()
    assert [(each.external_order, each.problem) for each in unread] == [("", "it was read as no report")] * 2
    assert "all of the row" in str(report_payload(unread[0].report_id))


def test_what_was_read_before_the_marketplace_fell_silent_is_not_read_again(reports: Reports) -> None:
    reports.silent_from = NOW - DAY

    done = sync(now=NOW)

    assert (done[0].trouble, done[0].notice) == ("silent", "")
    assert cursor() == done[0].read_until
    assert NOW - DAY - HOUR < cursor() <= NOW - DAY
    assert SyncCursor.objects.get().last_success_at is None


def test_a_report_after_a_quiet_stretch_is_taken_in(reports: Reports) -> None:
    sync(now=NOW)
    reports.held[NOW - timedelta(minutes=1)] = [report(clicked_at=NOW - HOUR)]  # it became visible only now

    sync(now=NOW + HOUR)

    assert OrderLine.objects.get().shop_id == meis_shop().pk


@pytest.mark.parametrize("fault", [MarketplaceUnavailable("silent"), KeyError("a fault in the connector")])
def test_a_question_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    marketplace = Reports(questions=(REFUNDS, ORDERS))
    marketplace.broken = {"refunds": fault}
    marketplace.held[NOW - HOUR] = [report(clicked_at=NOW - HOUR)]
    monkeypatch.setattr(registry, "connectors", lambda: [marketplace])
    leased(meis_shop(), since=NOW - 2 * DAY)

    (done,) = sync(now=NOW)

    assert OrderLine.objects.get().shop_id == meis_shop().pk
    assert done.trouble
    read = dict(SyncCursor.objects.values_list("question", "read_until"))
    assert read == {"orders": NOW, "refunds": NOW - 2 * DAY}


def test_a_question_whose_past_another_one_reads_begins_today_and_asks_for_its_old_days_from_then_on(
    reports: Reports,
) -> None:
    again = replace(ORDERS, code="again", every=DAY, rescan_after=(20 * DAY,), begins_today=True)
    reports.manifest = replace(MANIFEST, questions=(again,))

    sync(now=NOW)
    assert [since for since, _until in reports.asked] == [NOW - ORDERS.overlap]
    sync(now=NOW + DAY)

    assert min(since for since, _until in reports.asked) < NOW - 18 * DAY


def test_a_second_look_is_asked_once_in_its_time_after_an_hour_when_it_failed_and_whenever_a_person_asks(
    reports: Reports,
) -> None:
    daily = replace(ORDERS, code="daily", every=DAY, recheck_back=timedelta(0), rescan_after=())
    reports.manifest = replace(MANIFEST, questions=(daily,))
    reports.broken = {"daily": MarketplaceUnavailable("silent")}

    def asks(now: datetime, *, recheck: bool = False) -> int:
        before = len(reports.asked)
        sync(now=now, recheck=recheck)
        return len(reports.asked) - before

    for minutes in range(0, 60, 3):
        (done,) = sync(now=NOW + timedelta(minutes=minutes))
        assert (done.trouble, done.notice) == ("", "silent")
        assert [(state.notice, state.is_old(NOW + 2 * DAY)) for state in sync_states()] == [("silent", False)]
        reports.broken = {}  # it would answer again: it is not asked
    assert reports.asked == []
    assert asks(NOW + HOUR) == 1
    assert [state.notice for state in sync_states()] == [""]
    assert asks(NOW + DAY) == 0
    assert asks(NOW + DAY, recheck=True) == 1
    assert asks(NOW + 2 * DAY) == 1
    assert SyncCursor.objects.get().is_second_look
    assert read_until("taobao") is None, "no money waits for it"

    reports.manifest = replace(MANIFEST, questions=(replace(daily, every=timedelta(0)),))
    sync(now=NOW + 2 * DAY)
    assert read_until("taobao") == NOW + 2 * DAY


def test_a_question_that_is_behind_goes_over_each_stretch_once_and_resumes_where_it_stopped(reports: Reports) -> None:
    late = replace(ORDERS, code="late", overlap=timedelta(0), recheck_back=timedelta(0), rescan_after=(), every=HOUR,
                   behind=3 * DAY)  # fmt: skip
    reports.manifest = replace(MANIFEST, questions=(late,))
    first = NOW - 2 * DAY
    sync(now=NOW)
    reports.silent_from = NOW - 3 * DAY + 2 * HOUR
    (stopped,) = sync(now=NOW + 4 * HOUR)
    reports.silent_from = None
    (done,) = sync(now=NOW + 6 * HOUR)

    assert (stopped.trouble, stopped.notice, done.notice) == ("", "silent", "")
    assert [(since + 3 * DAY, until + 3 * DAY) for since, until in reports.asked] == [
        (first, NOW), (NOW, NOW + 4 * HOUR), (NOW + 2 * HOUR, NOW + 6 * HOUR),
    ]  # fmt: skip
    prove()


def test_a_second_look_that_is_not_granted_is_asked_in_its_time_and_used_once_it_is(
    reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily = replace(ORDERS, code="daily", every=DAY, rescan_after=())
    reports.manifest = replace(MANIFEST, questions=(ORDERS, daily))
    reports.broken = {"daily": MarketplaceRefused("scope 16175 is not granted")}
    tries: list[datetime] = []
    read = Reports.rows

    def rows(question: Question, since: datetime, until: datetime) -> Iterator[tuple[datetime, list[ReportedRow]]]:
        if question.code == "daily":
            tries.append(until)
        return read(reports, question, since, until)

    monkeypatch.setattr(reports, "rows", rows)
    for minutes in range(0, 24 * 60 * 2, 30):
        (done,) = sync(now=NOW + timedelta(minutes=minutes))
        assert (done.trouble, done.notice) == ("", "scope 16175 is not granted")
    assert tries == [NOW, NOW + DAY], "not at each sync"
    sync(now=NOW + 47 * HOUR, recheck=True)
    assert tries.pop() == NOW + 47 * HOUR, "a person asks at once"

    reports.broken = {}
    reports.held[NOW + HOUR] = [report(clicked_at=NOW - DAY)]
    (done,) = sync(now=NOW + 48 * HOUR)
    assert (done.notice, tries) == ("scope 16175 is not granted", [NOW, NOW + DAY])
    (done,) = sync(now=NOW + 72 * HOUR)
    assert (done.trouble, done.notice, done.lines) == ("", "", 1)
    assert set(SyncCursor.objects.values_list("read_until", "again_at", "notice")) == {(NOW + 72 * HOUR, None, "")}


def test_a_window_that_could_not_be_taken_in_is_asked_for_again(
    reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports.held[NOW - 5 * HOUR] = [report(clicked_at=NOW - DAY)]

    def fails(*_: object, **__: object) -> None:
        raise OperationalError("deadlock detected")

    with monkeypatch.context() as patch:
        patch.setattr("joey.orders.sync.take_order_reports", fails)
        (done,) = sync(now=NOW)
    assert done.trouble
    assert NOW - 6 * HOUR < cursor() <= NOW - 5 * HOUR, "what held nothing before it was read, it was not"
    assert [poll.until for poll in Poll.objects.all()] == [cursor()]

    sync(now=NOW)

    assert OrderLine.objects.get().shop_id == meis_shop().pk
    assert cursor() == NOW


def test_after_an_outage_what_was_missed_is_read_before_the_last_day_is_asked_again(reports: Reports) -> None:
    sync(now=NOW)

    sync(now=NOW + 5 * HOUR)

    missed, again = reports.asked[1:]
    assert missed == (NOW - ORDERS.overlap, NOW + 5 * HOUR)
    assert again == (NOW - ORDERS.recheck_back, NOW - ORDERS.overlap)


def test_first_answers_that_break_off_are_asked_for_again_as_well(reports: Reports) -> None:
    reports.silent_from = NOW
    sync(now=NOW + HOUR)
    reports.silent_from = None
    reports.held[NOW - 5 * HOUR] = [report(clicked_at=NOW - DAY)]  # it became visible after its window was read

    sync(now=NOW + 4 * HOUR)

    assert OrderLine.objects.get().shop_id == meis_shop().pk


def test_another_account_begins_with_a_cursor_of_its_own(reports: Reports, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(now=NOW)
    other = Reports(account="2")
    monkeypatch.setattr(registry, "connectors", lambda: [other])

    sync(now=NOW + HOUR)

    assert other.asked == [(NOW - 2 * DAY - ORDERS.overlap, NOW + HOUR)]
    assert set(SyncCursor.objects.values_list("account", flat=True)) == {"1", "2"}


def test_money_waits_for_the_account_that_is_asked_and_for_none_that_was_given_up(
    reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier, later = Reports(account="earlier"), Reports(account="later")
    for read, done in ((NOW, reports), (NOW + 9 * DAY, earlier), (NOW + 5 * DAY, later)):
        monkeypatch.setattr(registry, "connectors", lambda done=done: [done])
        sync(now=read)
        assert read_until("taobao") == read

    later.silent_from = NOW
    sync(now=NOW + 20 * DAY)

    assert read_until("taobao") == NOW + 5 * DAY, "one that is asked in vain is waited for, and is in /readyz"


def test_an_account_that_is_asked_again_resumes_where_it_was(reports: Reports, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(now=NOW)
    monkeypatch.setattr(registry, "connectors", lambda: [Reports(account="2")])
    sync(now=NOW + 5 * DAY)
    monkeypatch.setattr(registry, "connectors", lambda: [reports])
    reports.asked.clear()

    reports.silent_from = NOW
    sync(now=NOW + 9 * DAY)
    assert (reports.asked[0][0], read_until("taobao")) == (NOW - ORDERS.overlap, NOW)
    reports.silent_from = None
    sync(now=NOW + 9 * DAY + HOUR)

    assert read_until("taobao") == NOW + 9 * DAY + HOUR


def test_what_was_released_while_nothing_was_asked_is_right_also_once_it_is_asked_again(reports: Reports) -> None:
    then = NOW - 20 * DAY
    SyncCursor.objects.create(
        marketplace="taobao", account="1", question="orders", read_until=then, asked_since=then - DAY
    )
    sql.execute(
        "INSERT INTO orders_poll (id, marketplace, account, question, since, until, asked_at, reports, digest,"
        " recorded_at) SELECT nextval('orders_poll_number'), 'taobao', '1', 'orders', at, at, at, 0, sha256(''), at"
        " FROM (SELECT %s::timestamptz AS at) AS asked",
        [then],
    )
    leased(lulus_shop(), "110000000009")
    take_order_reports("taobao", [settled(position="110000000009")], now=NOW)
    earn_due(now=NOW)

    reports.manifest = replace(MANIFEST, questions=())
    sync(now=NOW)
    assert confirm_due(now=NOW).commissions == 1
    reports.manifest, reports.silent_from = replace(MANIFEST, questions=(ORDERS,)), then
    sync(now=NOW)

    assert read_until("taobao") == then
    prove()


def test_old_days_are_asked_again_once_a_day_for_what_became_visible_late(
    reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = replace(ORDERS, rescan_after=(20 * DAY, 60 * DAY, 999 * DAY))
    reports.manifest = replace(MANIFEST, questions=(calendar,))
    sync(now=NOW)
    reports.held[NOW - 20 * DAY] = [report(clicked_at=NOW - 2 * DAY + HOUR)]  # it became visible only now

    sync(now=NOW + HOUR)
    assert not OrderLine.objects.exists(), "that day was asked for today"
    reports.held[NOW - 19 * DAY] = reports.held.pop(NOW - 20 * DAY)
    sync(now=NOW + DAY)
    sync(now=NOW + DAY + HOUR)

    assert OrderLine.objects.get().shop_id == meis_shop().pk
    days = [[each.astimezone(BEIJING) for each in window] for window in reports.asked if window[1] < NOW - 9 * DAY]
    assert len(days) == 2, "none on the first day, and none that the marketplace answers for no longer"
    assert all(since.hour == until.hour == 0 and until - since == DAY for since, until in days)


@pytest.mark.parametrize("broken", ["the last day or so", "an old day"])
def test_older_days_that_are_not_answered_are_a_notice_and_are_asked_for_again_after_an_hour(
    reports: Reports, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Beside what is new, which is read as always."""
    question = replace(ORDERS, rescan_after=(20 * DAY,)) if broken == "an old day" else replace(ORDERS, rescan_after=())
    reports.manifest = replace(MANIFEST, questions=(question,))
    sync(now=NOW)
    read, tries = Reports.rows, list[datetime]()
    failing = True

    def rows(question: Question, since: datetime, until: datetime) -> Iterator[tuple[datetime, list[ReportedRow]]]:
        if until < SyncCursor.objects.get().read_until - 15 * DAY * (broken == "an old day"):
            tries.append(since)
            if failing:
                raise MarketplaceUnavailable("broke off")
        return read(reports, question, since, until)

    monkeypatch.setattr(reports, "rows", rows)
    later = NOW + DAY
    for minutes in range(0, 60, 3):
        at = later + timedelta(minutes=minutes)
        (done,) = sync(now=at)
        assert (done.trouble, done.notice, cursor(), read_until("taobao")) == ("", "broke off", at, at)
        (state,) = sync_states()
        assert (state.last_success_at, state.trouble, state.notice) == (at, "", "broke off")
    assert len(tries) == 1
    sync(now=later + timedelta(minutes=58), recheck=True)
    assert len(tries) == 2, "a person asks at once"

    failing = False
    (done,) = sync(now=later + 2 * HOUR)

    assert (len(tries), done.notice, [state.notice for state in sync_states()]) == (3, "", [""])
    assert tries[0] == tries[2], "nothing between is left out"


def test_what_was_not_asked_for_until_it_is_answered_no_more_is_said_and_money_waits_until_an_operator_ends_the_gap(
    reports: Reports,
) -> None:
    reports.manifest = replace(MANIFEST, questions=(ORDERS, replace(ORDERS, code="daily", every=DAY)))
    sync(now=NOW)
    leased(lulus_shop(), "110000000009")
    take_order_reports("taobao", [settled(position="110000000009", settled_at=NOW - HOUR)], now=NOW)
    earn_due(now=NOW)
    later = NOW + 100 * DAY
    gap = (NOW, later - ORDERS.furthest_back)
    reports.silent_from = NOW

    (done,) = sync(now=later)
    assert (done.trouble, done.gaps) == ("silent", (gap,))
    reports.silent_from = None
    (done,) = sync(now=later)
    assert (done.trouble, done.read_until, done.gaps) == ("", later, (gap,))
    sync(now=later + HOUR)

    assert [(state.read_until, state.gap) for state in sync_states()] == [(later + HOUR, None), (later + HOUR, gap)]
    (notice,) = health(now=later + HOUR).notices
    assert (f"{gap[0]:%Y-%m-%d %H:%M} UTC" in notice, "joey import-orders" in notice) == (True, True)
    assert read_until("taobao") == NOW
    assert confirm_due(now=later + HOUR).commissions == 0
    with pytest.raises(Forbidden):
        end_gap("taobao", reason="All of it is imported", by=sam(), now=later + HOUR)
    assert confirm_due(now=later + HOUR).commissions == 0, "a stranger ends none"

    end_gap("taobao", reason="All of it is imported", by=ada(), now=later + HOUR)

    assert (read_until("taobao"), health(now=later + HOUR).notices) == (later + HOUR, ())
    assert confirm_due(now=later + HOUR).commissions == 1
    (event,) = events_of(["marketplace:taobao"])
    assert (event.kind, event.facts["since"], event.facts["by"]) == ("gap.ended", NOW.isoformat(), str(ada().pk))
    with pytest.raises(NotFound):
        end_gap("taobao", reason="All of it is imported", by=ada(), now=later + HOUR)
    assert sync(now=later + DAY)[0].gaps == ()


def test_a_pause_of_a_clock_that_was_ahead_is_over(reports: Reports) -> None:
    reports.manifest = replace(MANIFEST, questions=(replace(ORDERS, every=DAY),))
    reports.broken = {"orders": MarketplaceUnavailable("silent")}
    sync(now=NOW + 9 * DAY)
    reports.broken = {}

    (done,) = sync(now=NOW)

    assert done.notice == ""
    assert reports.asked


def test_a_question_that_a_connector_asks_no_longer_keeps_no_money_waiting(reports: Reports) -> None:
    reports.manifest = replace(MANIFEST, questions=(ORDERS, REFUNDS))
    sync(now=NOW)
    reports.manifest = replace(MANIFEST, questions=(ORDERS,))

    sync(now=NOW + DAY)

    assert read_until("taobao") == NOW + DAY


def test_a_row_that_broke_a_rule_of_json_is_kept_and_stays_unread_and_the_sync_goes_on(
    reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows(*_asked: object) -> Iterator[tuple[datetime, list[ReportedRow]]]:
        found: list[dict[str, object]] = [{"says": report("1"), AT_FAULT: "name_twice"}, {"says": report("2")}]
        yield NOW, [ReportedRow("order", row, NOW) for row in found]

    monkeypatch.setattr(reports, "rows", rows)

    (done,) = sync(now=NOW)

    assert (done.trouble, done.lines, cursor()) == ("", 1, NOW)
    assert OrderLine.objects.get().external_order == "2"
    monkeypatch.setattr(reports, "read", lambda _row: report("1"))  # a connector that reads whatever it is given
    assert retry_all_unread(now=NOW).read == 0
    assert [each.problem for each in unread_reports()] == ["it is not JSON that can be relied on: name_twice"]
    assert OrderLine.objects.count() == 1
