"""What a line earned is on hold while a report newer than what it shows cannot be read: also what is available."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from joey.commissions.earn_due import earn_due
from joey.commissions.holds import release_hold
from joey.commissions.holds_in_force import held_lines
from joey.commissions.models import Hold
from joey.commissions.queries import orders_of
from joey.commissions.waits_for import HELD, waits_for
from joey.insight.explain_waiting import waiting_in_words
from joey.marketplaces import registry
from joey.marketplaces.port import AnyReport, UnreadableReport
from joey.orders.dismiss_unread import dismiss_unreadable
from joey.orders.queries import unread_reports
from joey.orders.retry_suspense import retry_suspense
from joey.orders.retry_unread import retry_all_unread
from tests.cast import DAY, NOW, ada, leased, lulus_shop, meis_shop, refund, report, settled
from tests.commissions.stage import confirmed, money
from tests.orders.polled import polled
from tests.orders.test_unread import Learnt
from tests.proof import prove
from tests.slow import cases_but_every

pytestmark = pytest.mark.django_db

ORDER = "4294159887444064307"
LINE = f"{ORDER}-1"
NEWER = UnreadableReport("order", ORDER, NOW - DAY, {"n": 1}, "pub_share_fee is no amount", external_line=LINE)
CASE = replace(NEWER, kind="refund", case_id="8812", problem="show_return_fee is no amount")


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A position, and a connector that cannot read them later either."""
    leased(meis_shop())
    monkeypatch.setattr(registry, "connectors", lambda: [Learnt(lambda unread: unread)])


def take_in(*reports: AnyReport, question: str = "orders") -> None:
    polled(*reports, question=question)
    earn_due(now=NOW)


def give_up() -> None:
    for shown in unread_reports():
        dismiss_unreadable(shown.report_id, by=ada(), reason="A test of theirs", now=NOW)
    earn_due(now=NOW)


def amounts() -> tuple[int, int, int]:
    return money().pending, money().held, money().available


def open_holds() -> set[str]:
    return {hold.hold_class for hold in held_lines()}


@pytest.mark.parametrize("unread", [NEWER, CASE], ids=["of the order", "of a refund"])
def test_nothing_of_its_line_becomes_available_and_the_line_says_why(unread: UnreadableReport) -> None:
    take_in(settled(), settled("1002"))
    take_in(unread)

    assert confirmed() == 1  # the neighbour
    assert amounts() == (273, 0, 273)
    (shown,) = (each for each in orders_of(meis_shop().pk, limit=2) if each.external_order == ORDER)
    assert (waits_for(shown, now=NOW), shown.held_by_marketplace) == (HELD, "unreadable")
    assert "cannot be read yet. An operator looks at it" in waiting_in_words(shown, HELD, now=NOW)
    prove()


@pytest.mark.parametrize("unread", [NEWER, CASE], ids=["of the order", "of a refund"])
def test_what_is_available_goes_on_hold_and_back_once_an_operator_gives_the_report_up(unread: UnreadableReport) -> None:
    take_in(settled())
    assert confirmed() == 1

    take_in(unread)
    assert amounts() == (0, 273, 0)
    prove()

    give_up()
    assert amounts() == (0, 0, 273)
    prove()


@pytest.mark.parametrize(
    ("unread", "newer", "available"),
    cases_but_every(
        2,
        [
            (NEWER, settled(reported_at=NOW - DAY / 2), 273),
            (
                NEWER,
                settled(reported_at=NOW - DAY, state="closed", commission_minor=0),
                0,
            ),  # of one second, by a later poll
            (CASE, refund(counts=False, reported_at=NOW - DAY / 2), 273),
            (CASE, refund(back=142, reported_at=NOW - DAY), 160),
        ],
    ),
    ids=["order, later", "order, by a later poll", "refund, later", "refund, by a later poll"],
)
def test_a_newer_report_that_is_read_ends_the_hold(unread: UnreadableReport, newer: AnyReport, available: int) -> None:
    take_in(settled())
    confirmed()
    take_in(unread)
    assert amounts() == (0, 273, 0)

    take_in(newer)

    assert amounts() == (0, 0, available)
    prove()
    retry_all_unread(now=NOW)
    assert unread_reports() == []
    prove()


@pytest.mark.parametrize(
    "other",
    [settled("4294159887444064307", reported_at=NOW - 2 * DAY), refund(case="other", back=0, reported_at=NOW)],
    ids=["of an earlier time", "of another case"],
)
def test_a_report_that_makes_up_for_nothing_leaves_the_hold(other: AnyReport) -> None:
    take_in(settled())
    confirmed()
    take_in(NEWER, CASE)

    take_in(other)

    assert amounts() == (0, 273, 0)
    prove()


def test_one_broken_answer_holds_the_line_only_until_the_same_reports_come_again() -> None:
    order, case = settled(), refund(counts=False)
    take_in(order, case)
    confirmed()
    broken = replace(NEWER, reported_at=order.reported_at), replace(CASE, reported_at=case.reported_at)
    take_in(*broken)
    assert amounts() == (0, 273, 0)

    take_in(order)
    assert amounts() == (0, 273, 0)
    take_in(case)
    assert amounts() == (0, 0, 273)
    assert polled(order, case).reports == 0, "known again"
    prove()


@pytest.mark.parametrize(
    ("unread", "learnt"),
    [(NEWER, settled(reported_at=NOW - DAY)), (CASE, refund(back=142))],
    ids=["order", "refund"],
)
def test_the_hold_ends_when_the_connector_has_learnt_to_read_the_report(
    unread: UnreadableReport, learnt: AnyReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = Learnt(lambda kept: replace(learnt, payload=kept.payload))
    monkeypatch.setattr(registry, "connectors", lambda: [reads])
    take_in(settled())
    confirmed()
    take_in(unread)
    assert amounts() == (0, 273, 0)

    assert retry_all_unread(now=NOW).read == 1
    earn_due(now=NOW)

    assert (open_holds(), money().held) == (set(), 0)
    prove()


def test_a_line_that_is_first_read_after_its_unreadable_report_is_on_hold_at_once() -> None:
    take_in(NEWER)
    take_in(settled())

    assert (confirmed(), open_holds(), amounts()) == (0, {"unreadable"}, (273, 0, 0))
    prove()


def freeze(**changes: Any) -> AnyReport:
    return settled(held="frozen", **changes)


ENDS: dict[str, Callable[[], None]] = {
    "unreadable": give_up,
    "frozen": lambda: take_in(settled(reported_at=NOW - DAY / 2)),
}


@pytest.mark.parametrize(("first", "last"), [("frozen", "unreadable"), ("unreadable", "frozen")])
def test_what_the_marketplace_holds_and_what_cannot_be_read_do_not_end_each_other(first: str, last: str) -> None:
    take_in(settled())
    confirmed()
    take_in(freeze(reported_at=NOW - 2 * DAY))
    take_in(CASE)
    assert (open_holds(), amounts()) == ({"frozen", "unreadable"}, (0, 273, 0))
    assert orders_of(meis_shop().pk, limit=1)[0].held_by_marketplace == "frozen"
    prove()

    for ending, left in [(first, {last}), (last, set[str]())]:
        ENDS[ending]()
        assert (open_holds(), amounts()) == (left, (0, 273, 0) if left else (0, 0, 273))
        prove()


def test_an_operator_can_release_the_hold_while_the_report_waits_to_be_read() -> None:
    take_in(settled())
    take_in(NEWER)
    assert confirmed() == 0

    release_hold(Hold.objects.get(), now=NOW, by=ada(), reason="The marketplace says it is a test of theirs.")

    assert (confirmed(), amounts(), len(unread_reports())) == (1, (0, 0, 273), 1)
    prove()


def test_what_an_operator_released_is_held_again_by_another_report_that_cannot_be_read() -> None:
    take_in(settled())
    confirmed()
    take_in(NEWER)
    release_hold(Hold.objects.get(), now=NOW, by=ada(), reason="The marketplace says it is a test of theirs.")

    take_in(CASE)
    assert amounts() == (0, 273, 0)
    release_hold(Hold.objects.latest("opened_at", "id"), now=NOW, by=ada(), reason="And so is this.")
    take_in(settled(reported_at=NOW))  # makes up for the first of them
    assert amounts() == (0, 0, 273)
    prove()


def test_a_line_without_a_shop_takes_its_hold_along_when_it_finds_one() -> None:
    unread = replace(NEWER, external_order="7", external_line="7-1")
    take_in(report("7", position="110000000009", reported_at=NOW - 2 * DAY), unread)
    leased(lulus_shop(), "110000000009")

    assert retry_suspense("taobao", now=NOW) == 1
    earn_due(now=NOW)

    assert open_holds() == {"unreadable"}
    prove()


def test_a_report_that_gives_no_time_is_not_replaced_by_what_may_be_older() -> None:
    take_in(settled())
    confirmed()
    take_in(replace(NEWER, reported_at=NEWER.reported_at.replace(tzinfo=None)))  # a mistake of the connector
    assert amounts() == (0, 273, 0)

    take_in(settled(reported_at=NOW))
    retry_all_unread(now=NOW)
    assert (amounts(), len(unread_reports())) == ((0, 273, 0), 1)
    prove()

    give_up()
    assert amounts() == (0, 0, 273)
    prove()


def at_the_end_of_its_window(hours_ago: int) -> UnreadableReport:
    """The same row, whose time of change cannot be read: each poll brings it with another one."""
    return replace(NEWER, reported_at=NOW - timedelta(hours=hours_ago))


def test_a_row_whose_time_cannot_be_read_is_listed_once_until_it_is_given_up() -> None:
    take_in(settled())
    for hours_ago in (6, 5, 4):
        take_in(at_the_end_of_its_window(hours_ago))
    assert (len(unread_reports()), open_holds()) == (1, {"unreadable"})
    prove()

    give_up()

    assert polled(at_the_end_of_its_window(3)).reports == 0
    earn_due(now=NOW)
    assert (unread_reports(), open_holds()) == ([], set())
    prove()


def test_a_row_whose_time_cannot_be_read_is_listed_again_after_something_newer_was_read() -> None:
    take_in(settled())
    take_in(at_the_end_of_its_window(6))
    take_in(settled(reported_at=NOW - timedelta(hours=5)))
    assert open_holds() == set()

    take_in(at_the_end_of_its_window(4))

    assert open_holds() == {"unreadable"}
    prove()


@pytest.mark.parametrize(
    ("unread", "read"),
    [(NEWER, settled(reported_at=NOW - DAY)), (CASE, refund(counts=False, reported_at=NOW - DAY))],
    ids=["order", "refund"],
)
def test_a_report_holds_its_line_again_when_the_marketplace_goes_back_to_it_within_the_second(
    unread: UnreadableReport, read: AnyReport
) -> None:
    take_in(settled())
    confirmed()

    for current in (unread, read, unread, read, unread):
        take_in(current)
        assert amounts() == ((0, 273, 0) if current is unread else (0, 0, 273))
        assert polled(current).reports == 0, "it is the current one already"
    assert len(unread_reports()) == 1
    prove()


def test_one_that_was_given_up_holds_nothing_when_the_marketplace_goes_back_to_it() -> None:
    take_in(settled())
    take_in(NEWER)
    give_up()
    take_in(settled(reported_at=NEWER.reported_at))

    assert polled(NEWER).reports == 0
    earn_due(now=NOW)
    assert (unread_reports(), open_holds()) == ([], set())
    prove()


def test_a_line_of_which_nothing_is_left_is_not_held_for_a_report_that_cannot_be_read() -> None:
    take_in(settled())
    take_in(CASE)
    take_in(settled(state="closed", commission_minor=0, service_fee_minor=0, reported_at=NOW - DAY / 2))
    assert (open_holds(), len(unread_reports())) == (set(), 1)
    prove()

    take_in(settled(reported_at=NOW))

    assert (open_holds(), amounts()) == ({"unreadable"}, (273, 0, 0))
    prove()
