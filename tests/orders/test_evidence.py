"""An order report names its shop by its evidence: a position at a time, the code of a link, or both."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from pytest_django import Settings

from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.insight.trace import office_trace, order_trace
from joey.marketplaces import registry
from joey.marketplaces.port import AnyReport, ByPosition, BySubId, Evidence, HeldReason, ReportedRow
from joey.marketplaces.taobao.connector import TaobaoConnector
from joey.orders.models import OrderLine, Report
from joey.orders.queries import lines_in_suspense
from joey.orders.retry_suspense import retry_suspense
from joey.record.kinds import identifier
from joey.record.queries import events_of
from joey.sharing.end_lease import return_idle
from joey.sharing.make_link import make_link
from joey.sharing.models import Link, Position, PositionLease
from joey.shops.models import Shop
from tests.cast import DAY, NOW, flask, leased, listed, lulus_shop, meis_shop, report, settled
from tests.orders.polled import take_order_reports
from tests.proof import prove

pytestmark = pytest.mark.django_db

MEIS, LULUS = "110000000001", "110000000002"
CLICKED, ORDERED = NOW - 10 * DAY - timedelta(minutes=10), NOW - 10 * DAY


def code_of(shop: Shop) -> str:
    return make_link(shop, listing_id=listed(shop, flask()).id, channel="wechat", now=NOW).code


def take(*evidence: Evidence, **changes: Any) -> OrderLine:
    take_order_reports("taobao", [report(evidence=evidence, **changes)], now=NOW)
    earn_due(now=NOW)
    prove()
    return OrderLine.objects.get()


def decided(line: OrderLine) -> tuple[str, str, datetime | None]:
    return line.evidence_kind, line.evidence_key, line.evidence_at


def test_a_position_at_the_click_decides_by_the_time_of_the_click() -> None:
    lease = leased(meis_shop(), MEIS)

    line = take(ByPosition(MEIS, "clicked"))

    assert (line.shop_id, line.lease_id) == (meis_shop().pk, lease.id)
    assert decided(line) == ("position_at_click", MEIS, CLICKED)


def test_a_position_at_the_order_decides_by_the_time_of_the_order() -> None:
    leased(meis_shop(), MEIS)

    line = take(ByPosition(MEIS, "ordered"), clicked_at=None)

    assert line.shop_id == meis_shop().pk
    assert decided(line) == ("position_at_order", MEIS, ORDERED)


def test_a_sub_id_is_the_code_of_a_link() -> None:
    code = code_of(meis_shop())

    line = take(BySubId(code), clicked_at=None)

    assert (line.shop_id, line.lease_id) == (meis_shop().pk, None)
    assert decided(line) == ("sub_id", code, None)


def test_the_piece_that_is_believed_most_decides() -> None:
    leased(meis_shop(), MEIS)
    code = code_of(meis_shop())

    assert decided(take(BySubId(code), ByPosition(MEIS, "clicked"))) == ("sub_id", code, None)


def test_a_piece_that_cannot_be_checked_leaves_the_decision_to_the_next() -> None:
    leased(meis_shop(), MEIS)
    code = code_of(meis_shop())

    assert decided(take(ByPosition(MEIS, "clicked"), BySubId(code), clicked_at=None)) == ("sub_id", code, None)


def test_a_lesser_piece_that_names_no_shop_changes_nothing() -> None:
    code = code_of(meis_shop())

    assert take(BySubId(code), ByPosition("the account's default", "ordered")).shop_id == meis_shop().pk


@pytest.mark.parametrize(("sub_id", "in_the_event"), [("call Wang Wei 13800138000", None), ("zzzzzzzz", "zzzzzzzz")])
def test_what_a_stranger_wrote_as_a_sub_id_is_in_the_line_and_in_no_event(
    sub_id: str, in_the_event: str | None
) -> None:
    line = take(BySubId(sub_id))

    (event,) = events_of([f"order_line:{line.pk}"])
    assert event.facts.get("evidence_key") == in_the_event
    assert line.failed_evidence[0]["key"] == sub_id


@pytest.mark.parametrize("position", ["the account's default", "广告位一"])
@pytest.mark.parametrize("is_ours", [True, False], ids=["leased", "unknown"])
def test_a_position_that_is_spelt_oddly_stops_nothing_and_is_a_digest_in_events(position: str, is_ours: bool) -> None:
    if is_ours:
        leased(meis_shop(), position)

    line = take(ByPosition(position, "clicked"))

    assert line.shop_id == (meis_shop().pk if is_ours else None)
    (event, *_more) = events_of([f"order_line:{line.pk}"])
    assert event.facts["evidence_key"] == identifier(position)
    assert identifier(position) == "sha256:" + sha256(position.encode()).hexdigest()
    trace = order_trace(meis_shop(), line.pk, now=NOW) if is_ours else office_trace(line.pk, now=NOW)
    assert "“…”" in trace.steps[0].why
    assert not any("sha256" in step.why for step in trace.steps)
    prove()


def test_pieces_that_name_different_shops_go_to_suspense_with_both() -> None:
    leased(meis_shop(), MEIS)
    code = code_of(lulus_shop())

    line = take(ByPosition(MEIS, "clicked"), BySubId(code))

    assert (line.shop_id, line.suspense, line.evidence_kind) == (None, "conflicting_evidence", "")
    (shown,) = lines_in_suspense()
    assert [(piece.kind, piece.key, piece.shop) for piece in shown.evidence] == [
        ("position_at_click", MEIS, "mei"),
        ("sub_id", code, "lulu"),
    ]


@pytest.mark.parametrize(
    ("evidence", "changes", "reason"),
    [
        ((ByPosition("999", "clicked"),), {}, "unknown_position"),
        ((ByPosition("999", "ordered"),), {}, "unknown_position"),
        ((ByPosition(MEIS, "clicked"),), {"clicked_at": None}, "no_click_time"),
        ((ByPosition(MEIS, "ordered"),), {"placed_at": None}, "no_order_time"),
        ((ByPosition(MEIS, "clicked"),), {"clicked_at": NOW - 99 * DAY}, "not_leased_at_click"),
        ((ByPosition(MEIS, "ordered"),), {"placed_at": NOW - 99 * DAY}, "not_leased_at_order"),
        ((BySubId("nosuchcode"),), {}, "unknown_sub_id"),
        ((BySubId("x" * 5_000 + "\n\x00'; DROP TABLE sharing_link"),), {}, "unknown_sub_id"),
        ((BySubId("nosuchcode"), ByPosition(MEIS, "clicked")), {}, "unknown_sub_id"),
        ((ByPosition("999", "clicked"), ByPosition(MEIS, "ordered")), {}, "unknown_position"),
        ((), {}, "no_evidence"),
    ],
)
def test_evidence_that_fails_goes_to_suspense_and_never_to_the_nearest_match(
    evidence: tuple[Evidence, ...], changes: dict[str, object], reason: str
) -> None:
    leased(meis_shop(), MEIS)

    line = take(*evidence, **changes)

    assert (line.shop_id, line.suspense) == (None, reason)
    (shown,) = lines_in_suspense()
    assert len(shown.evidence) == len(evidence)
    assert evidence == () or shown.evidence[0].problem == reason


def test_a_line_in_suspense_is_retried_with_all_its_evidence() -> None:
    code = code_of(meis_shop())
    take(ByPosition(MEIS, "ordered"), BySubId(code))
    leased(meis_shop(), MEIS)

    assert retry_suspense("taobao", now=NOW) == 1

    line = OrderLine.objects.get()
    assert (line.shop_id, line.failed_evidence) == (meis_shop().pk, [])
    assert decided(line) == ("position_at_order", MEIS, ORDERED)


class NewVersion(TaobaoConnector):
    """It finds a sub-id where the version before found nothing."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__({"credentials": {"app_key": "1", "app_secret": "s"}})
        self._facts = {"evidence": (BySubId(code),)} | facts

    def read(self, row: ReportedRow) -> AnyReport:
        return report(**self._facts)


def test_a_line_in_suspense_is_read_again_by_a_connector_that_has_learnt_to_find_the_evidence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code = code_of(meis_shop())
    line = take()
    assert line.suspense == "no_evidence"
    assert retry_suspense("taobao", now=NOW) == 0

    monkeypatch.setattr(registry, "connectors", lambda: [NewVersion(code)])
    assert [retry_suspense("taobao", now=NOW) for _ in range(2)] == [1, 0]
    earn_due(now=NOW)

    line.refresh_from_db()
    assert (line.shop_id, line.suspense, decided(line)) == (meis_shop().pk, "", ("sub_id", code, None))
    first, again = Report.objects.order_by("id")
    assert (first.evidence, again.rereads, again.poll_id) == ([], first.pk, first.poll_id)
    assert Commission.objects.get().shop_id == meis_shop().pk
    prove()


@pytest.mark.parametrize(("held", "read_again"), [("risk", "frozen"), ("risk", ""), ("frozen", "risk"), ("", "risk")])
def test_a_line_is_held_as_its_report_is_read_again_and_not_as_it_was_read_before(
    monkeypatch: pytest.MonkeyPatch, held: HeldReason, read_again: HeldReason
) -> None:
    code = code_of(meis_shop())
    assert take(held=held).held == held

    monkeypatch.setattr(registry, "connectors", lambda: [NewVersion(code, held=read_again)])
    assert [retry_suspense("taobao", now=NOW) for _ in range(2)] == [1, 0]

    assert OrderLine.objects.get().held == read_again
    earn_due(now=NOW)
    prove()


def test_a_link_that_is_made_after_the_report_names_no_shop() -> None:
    take(BySubId("nosuchcode1"))
    Link.objects.create(code="nosuchcode1", shop=lulus_shop(), listing=listed(lulus_shop(), flask()), channel="wechat")

    assert retry_suspense("taobao", now=NOW) == 0
    assert OrderLine.objects.get().suspense == "unknown_sub_id"


def test_the_shop_stays_when_a_later_report_has_other_evidence_of_it() -> None:
    leased(meis_shop(), MEIS)
    code = code_of(meis_shop())
    take(ByPosition(MEIS, "clicked"))

    take_order_reports("taobao", [settled(evidence=(BySubId(code),))], now=NOW)

    line = OrderLine.objects.get()
    assert (line.shop_id, line.state) == (meis_shop().pk, "settled")
    assert decided(line) == ("position_at_click", MEIS, CLICKED)


def test_an_ended_lease_rests_again_from_the_last_order_that_is_reported_through_it(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": {
        "app_key": "1", "app_secret": "s"}}}  # fmt: skip
    lease = leased(meis_shop(), MEIS, since=NOW - 80 * DAY)
    return_idle(now=NOW - 40 * DAY)
    lease.refresh_from_db()
    assert lease.until == NOW + 5 * DAY  # 15 days window, 30 refund time

    take(ByPosition(MEIS, "ordered"), placed_at=NOW - 2 * DAY)

    lease.refresh_from_db()
    assert lease.until == NOW + 43 * DAY  # and not 45 days from the click on
    assert Position.objects.get().free_from == lease.until
    assert PositionLease.objects.get().ended_at is not None
