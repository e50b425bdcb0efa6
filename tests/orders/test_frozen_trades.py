"""A trade that the marketplace's hold report names is on hold with all its lines, until a later poll says otherwise."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import release_hold
from joey.commissions.holds_in_force import held_lines
from joey.commissions.models import Hold
from joey.commissions.queries import orders_of
from joey.ledger.queries import balances_of
from joey.marketplaces import registry
from joey.marketplaces.port import AnyReport, HoldReport, UnreadableReport
from joey.orders.models import OrderLine, Report, TradeHold
from joey.orders.queries import unread_reports
from joey.orders.retry_unread import retry_all_unread
from joey.orders.take_order_reports import take_order_reports
from tests.cast import DAY, NOW, ada, leased, meis_shop, settled
from tests.orders.polled import asked, polled
from tests.orders.test_unread import Learnt
from tests.proof import prove

pytestmark = pytest.mark.django_db

ORDER = "4294159887444064307"
TRADE = settled().external_line
FROZEN = HoldReport(TRADE, frozen=True, payload={"punish_status": "0"}, placed_at=NOW - 20 * DAY)
RELEASED = HoldReport(TRADE, frozen=False, payload={"punish_status": "1"}, placed_at=NOW - 20 * DAY)


@pytest.fixture(autouse=True)
def _mei_has_a_position() -> None:
    leased(meis_shop())


def take_in(*reports: AnyReport) -> int:
    """One poll; how many of its reports are new."""
    kept = polled(*reports).reports
    earn_due(now=NOW)
    confirm_due(now=NOW)
    prove()
    return kept


def amounts() -> tuple[int, int, int]:
    found = balances_of(meis_shop().pk)["CNY"]
    return found.pending.minor, found.held.minor, found.available.minor


def test_a_frozen_order_does_not_become_available_until_it_is_released() -> None:
    take_in(FROZEN, settled())
    assert amounts() == (273, 0, 0)
    (row,) = orders_of(meis_shop().pk, limit=1)
    assert (row.held, row.held_by_marketplace) == (True, "frozen")

    take_in(RELEASED)
    confirm_due(now=NOW)

    assert amounts() == (0, 0, 273)
    assert (held_lines(), OrderLine.objects.get().held) == ([], "")


def test_what_is_available_goes_on_hold_and_comes_back() -> None:
    take_in(settled())
    assert amounts() == (0, 0, 273)

    take_in(FROZEN)
    assert amounts() == (0, 273, 0)
    take_in(RELEASED)
    assert amounts() == (0, 0, 273)
    take_in(FROZEN)
    assert amounts() == (0, 273, 0), "a report that it goes back to is kept once more"
    assert Report.objects.filter(kind="hold").count() == 3


def test_the_same_answer_every_day_is_one_report_and_an_order_report_lifts_nothing() -> None:
    take_in(settled(reported_at=NOW - 2 * DAY), FROZEN)

    assert take_in(FROZEN) == 0
    assert take_in(settled(reported_at=NOW - DAY)) == 1

    assert OrderLine.objects.get().is_frozen
    assert amounts() == (273, 0, 0)


def test_an_order_that_is_reported_after_its_hold_is_on_hold_at_once() -> None:
    take_in(FROZEN)
    assert TradeHold.objects.get().frozen

    take_in(settled())

    assert amounts() == (273, 0, 0)


def test_every_share_of_the_trade_is_on_hold_and_no_other_trade() -> None:
    share = replace(settled(), external_line=f"{TRADE}/3")
    longer = replace(settled(), external_line=f"{TRADE}3")
    take_in(settled(), share, longer)

    take_in(FROZEN)

    held = set(OrderLine.objects.filter(is_frozen=True).values_list("external_line", flat=True))
    assert held == {TRADE, f"{TRADE}/3"}
    assert amounts() == (0, 2 * 273, 273)


def test_the_poll_that_was_asked_later_counts_whichever_is_taken_in_last() -> None:
    take_in(settled())
    earlier = asked()
    take_in(FROZEN)

    take_order_reports("taobao", [RELEASED], now=NOW, poll=earlier)
    earn_due(now=NOW)

    assert amounts() == (0, 273, 0)
    prove()


@pytest.mark.parametrize("order", [lambda *both: both, lambda *both: both[::-1]])
def test_of_two_rows_about_one_trade_in_one_poll_the_hold_counts(order: Callable[..., tuple[HoldReport, ...]]) -> None:
    other = replace(RELEASED, payload={"punish_status": "1", "settle_month": 202611})
    take_in(settled())

    take_in(*order(FROZEN, RELEASED))
    assert amounts() == (0, 273, 0)
    take_in(*order(FROZEN, other))  # one of them is known, and still the one that counts
    assert amounts() == (0, 273, 0)
    assert take_in(*order(FROZEN, other)) == 0
    take_in(RELEASED, other)
    assert amounts() == (0, 0, 273)


def test_a_frozen_order_that_gives_nothing_has_no_hold_and_gets_it_with_what_it_gives() -> None:
    closed = replace(settled(), state="closed", commission_minor=0, service_fee_minor=0, reported_at=NOW - DAY)
    take_in(settled(reported_at=NOW - 2 * DAY), FROZEN)
    take_in(closed)
    assert held_lines() == []

    take_in(settled(reported_at=NOW - DAY / 2))

    assert [hold.hold_class for hold in held_lines()] == ["frozen"]


def released() -> None:
    release_hold(Hold.objects.latest("opened_at", "id"), by=ada(), reason="Taobao pays it", now=NOW)
    assert amounts() == (0, 0, 273)


def test_what_an_operator_released_stays_released_until_the_trade_is_frozen_again() -> None:
    take_in(settled())
    take_in(FROZEN)
    released()

    take_in(settled(reported_at=NOW, payload={"again": 1}))
    take_in(replace(FROZEN, payload={"punish_status": "0", "settle_month": 202611}))
    assert amounts() == (0, 0, 273)

    polled(RELEASED)  # both before anything is booked
    take_in(FROZEN)
    assert amounts() == (0, 273, 0)
    released()
    take_in(RELEASED)
    take_in(FROZEN)
    assert amounts() == (0, 273, 0)


def test_one_hold_is_enough_when_the_order_report_says_frozen_as_well() -> None:
    take_in(settled(held="frozen", reported_at=NOW - DAY), FROZEN)
    assert Hold.objects.count() == 1

    take_in(RELEASED)
    assert [hold.hold_class for hold in held_lines()] == ["frozen"]
    take_in(settled(reported_at=NOW))
    assert held_lines() == []


def test_a_hold_report_that_cannot_be_read_is_listed_and_read_once_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(settled())
    take_in(UnreadableReport("hold", TRADE, NOW, FROZEN.payload, "punish_status is missing"))
    (listed,) = unread_reports()
    assert (listed.kind, listed.external_order) == ("hold", TRADE)

    monkeypatch.setattr(registry, "connectors", lambda: [Learnt(lambda _row: FROZEN)])
    retry_all_unread(now=NOW)
    earn_due(now=NOW)

    assert unread_reports() == []
    assert amounts() == (0, 273, 0)
    prove()


@pytest.mark.parametrize("wrong", [{"trade": "9" * 65}, {"frozen": "0"}, {"placed_at": NOW + 3 * DAY}, {"trade": 7}])
def test_a_hold_report_that_cannot_be_true_is_kept_unread(wrong: dict[str, object]) -> None:
    take_in(settled())

    take_in(replace(FROZEN, **wrong))  # type: ignore[arg-type]

    trade = str(wrong.get("trade", TRADE))[:64]
    assert [(listed.kind, listed.external_order) for listed in unread_reports()] == [("hold", trade)]
    assert amounts() == (0, 0, 273)
