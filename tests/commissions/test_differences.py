"""After a line is confirmed everything that changes it is a difference with its own day, in the right account."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from joey.commissions.models import Revision
from joey.kit import sql
from joey.ledger.chart import AccountKind
from joey.ledger.post import Move, post
from joey.marketplaces.port import OrderReport, RefundReport
from joey.money.money import Money as Amount
from joey.orders.models import SyncCursor
from tests.cast import DAY, NOW, leased, meis_shop, refund, report, settled
from tests.commissions.stage import Money, confirmed, line, money, take_in
from tests.orders.polled import take_order_reports
from tests.proof import prove

pytestmark = pytest.mark.django_db

# 3.80 less 0.38 is 3.42: 2.73 for Mei, 0.68 for the platform, 0.01 rounding. 6.84 is 5.47, 1.36 and 0.01.
TWICE: dict[str, Any] = {"commission_minor": 760, "service_fee_minor": 76}


@pytest.fixture
def released() -> None:
    """One line, settled nine days ago and available."""
    leased(meis_shop())
    take_in(settled())
    assert confirmed() == 1
    assert money() == Money(available=273, receivable=342, revenue=68)


@pytest.mark.usefixtures("released")
def test_a_raise_after_confirmation_waits_its_own_days() -> None:
    take_in(settled(reported_at=NOW, settled_at=NOW - 9 * DAY, **TWICE))

    assert money() == Money(pending=274, available=273, receivable=684, revenue=68)
    assert line().payable_on == date(2026, 11, 30)  # seven days after the change, not after the settlement
    assert confirmed(NOW + 6 * DAY) == 0
    assert confirmed(NOW + 7 * DAY) == 1
    assert money() == Money(available=547, receivable=684, revenue=136)
    prove()


@pytest.mark.usefixtures("released")
def test_a_raise_waits_from_the_settlement_where_that_is_named_later_than_the_change() -> None:
    take_in(settled(reported_at=NOW - 5 * DAY, settled_at=NOW - 2 * DAY, **TWICE))

    assert line().payable_on == date(2026, 11, 28)
    assert (confirmed(NOW + 4 * DAY), confirmed(NOW + 5 * DAY)) == (0, 1)
    prove()


@pytest.mark.usefixtures("released")
def test_a_line_that_is_closed_and_opened_again_waits_again() -> None:
    take_in(report(state="closed", reported_at=NOW - 2 * DAY))
    closed = money()

    take_in(settled(reported_at=NOW, settled_at=NOW - 9 * DAY))

    assert closed == Money()
    assert money() == Money(pending=273, receivable=342)
    assert line().payable_on == date(2026, 11, 30)
    assert confirmed() == 0
    prove()


@pytest.mark.usefixtures("released")
def test_a_refund_that_did_not_happen_counts_again_on_its_own_day() -> None:
    take_in(refund(reported_at=NOW - DAY))
    assert money() == Money()

    take_in(refund(counts=False, reported_at=NOW))

    assert money() == Money(pending=273, receivable=342)
    assert line().payable_on == date(2026, 11, 30)
    prove()


@pytest.mark.usefixtures("released")
def test_less_after_confirmation_comes_out_of_pending_first_then_of_what_is_available() -> None:
    take_in(settled(reported_at=NOW - DAY, settled_at=NOW - 9 * DAY, **TWICE))

    take_in(settled(reported_at=NOW, settled_at=NOW - 9 * DAY, commission_minor=400, service_fee_minor=40))
    in_pending = money()
    take_in(settled(reported_at=NOW + DAY, settled_at=NOW - 9 * DAY, commission_minor=200, service_fee_minor=20))

    assert in_pending == Money(pending=15, available=273, receivable=360, revenue=68)
    assert money() == Money(available=144, receivable=180, revenue=36)
    prove()


@pytest.mark.usefixtures("released")
def test_a_withdrawn_settlement_brings_all_back_to_pending_and_waits_again() -> None:
    take_in(report(reported_at=NOW - DAY))

    assert money() == Money(pending=273, expected=342)
    assert (line().settled, line().payable_on) == (False, date(2026, 12, 2))  # an estimate again
    assert confirmed(NOW + 80 * DAY) == 0

    take_in(settled(reported_at=NOW, settled_at=NOW - 9 * DAY))  # the first settlement's own time does not count again

    assert line().payable_on == date(2026, 11, 30)
    assert money() == Money(pending=273, receivable=342)
    assert confirmed(NOW + 7 * DAY) == 1
    prove()


@pytest.mark.usefixtures("released")
def test_a_settlement_withdrawn_after_the_payout_leaves_the_balance_below_zero() -> None:
    spend(273)

    take_in(report(reported_at=NOW - DAY))

    assert money() == Money(pending=273, available=-273, expected=342)


def spend(minor: int) -> None:
    """What a payout does to the books, without the payout."""
    with transaction.atomic():
        moves = [Move(AccountKind.SHOP_AVAILABLE, AccountKind.SHOP_RESERVED, Amount(minor, "CNY"))]
        post(meis_shop().pk, kind="payout.reserved", reference="1", happened_at=NOW, moves=moves)


def test_the_estimate_follows_a_payment_that_is_reported_later() -> None:
    leased(meis_shop())
    take_in(report(reported_at=NOW - 9 * DAY, state="received", paid_at=NOW - 3 * DAY))

    assert line().payable_on == date(2026, 11, 20) + timedelta(days=12 + 7)


def test_what_is_settled_later_than_before_waits_longer() -> None:
    leased(meis_shop())
    take_in(settled(days_ago=3))

    take_in(settled(days_ago=1))  # un-settled and settled again between two polls

    assert line().payable_on == date(2026, 11, 29)
    prove()


# ── More taken than given ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("released")
def test_more_taken_than_given_is_ours_to_bear() -> None:
    take_in(refund(back=5000))

    assert money() == Money(receivable=-4658, penalty=4658)
    assert (line().base_minor, line().penalty_minor, line().amount_minor) == (0, 4658, 0)
    prove()


@pytest.mark.usefixtures("released")
def test_what_was_taken_too_much_is_given_back_to_us_first() -> None:
    take_in(refund(back=5000, reported_at=NOW - 2 * DAY))

    take_in(refund(back=300, reported_at=NOW - DAY))

    assert money() == Money(pending=33, receivable=42)
    assert line().penalty_minor == 0
    prove()


@pytest.mark.usefixtures("released")
def test_a_penalty_goes_and_comes_back_with_the_settlement_that_it_is_beside() -> None:
    take_in(refund(back=5000, reported_at=NOW - 2 * DAY))

    take_in(report(reported_at=NOW - DAY))
    withdrawn = money()
    take_in(settled(reported_at=NOW))

    assert withdrawn == Money(pending=273, expected=342)
    assert money() == Money(receivable=-4658, penalty=4658)
    prove()


# ── Each change is kept ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("released")
def test_every_change_is_a_revision_that_stays() -> None:
    take_in(report(reported_at=NOW - DAY))
    take_in(settled(reported_at=NOW))

    kept = Revision.objects.order_by("number").values_list("because", "pending_minor", "released_minor", "settled")

    assert list(kept) == [
        ("commission.earned", 273, 0, True),
        ("commission.confirmed", 0, 273, True),
        ("commission.unsettled", 273, 0, False),
        ("commission.settled", 273, 0, True),
    ]
    journals = sql.tuples("SELECT kind, split_part(reference, ':', 2) FROM ledger_journal ORDER BY id")
    assert journals == [
        ("commission.earned", "1"), ("commission.settled", "1"), ("commission.confirmed", "2"),
        ("commission.unsettled", "3"), ("commission.settled", "4"),
    ]  # fmt: skip


def test_reports_in_one_poll_or_in_many_come_to_the_same_books() -> None:
    leased(meis_shop())
    reported: list[OrderReport | RefundReport] = [
        report("1001"), settled("1001"), refund("1001", back=100, reported_at=NOW - 6 * DAY),
        report("1001", reported_at=NOW - 5 * DAY), settled("1001", days_ago=4),
    ]  # fmt: skip
    for each in reported:
        take_in(each)
    one_by_one = (money(), line().payable_on)

    take_in(*[again("2002", each) for each in reported])

    assert money() == Money(pending=2 * one_by_one[0].pending, receivable=2 * one_by_one[0].receivable)
    assert set(sql.tuples("SELECT payable_on FROM commissions_commission")) == {(one_by_one[1],)}
    prove()


def again(order: str, reported: OrderReport | RefundReport) -> OrderReport | RefundReport:
    """The same of another order."""
    changes: dict[str, Any] = {
        "external_order": order,
        "external_line": f"{order}-1",
        "payload": {"like": repr(reported)},
    }
    if isinstance(reported, RefundReport):
        return replace(reported, case_id=f"{order}-case", **changes)
    return replace(reported, **changes)


# ── What a day needs besides coming ───────────────────────────────────────────────────────────────────────


def test_nothing_is_confirmed_beyond_what_the_reports_are_read_up_to() -> None:
    leased(meis_shop())
    take_in(settled(days_ago=4))  # payable on the 26th
    cursor = SyncCursor.objects.create(
        marketplace="taobao", account="a", question="orders", read_until=NOW + 2 * DAY, last_success_at=NOW
    )

    behind = confirmed(NOW + 5 * DAY)
    SyncCursor.objects.filter(pk=cursor.pk).update(read_until=NOW + 3 * DAY)

    assert (behind, confirmed(NOW + 5 * DAY)) == (0, 1)


def test_a_line_with_a_newer_report_is_not_confirmed_before_that_is_booked() -> None:
    leased(meis_shop())
    take_in(settled())
    take_order_reports("taobao", [settled(reported_at=NOW, commission_minor=100, service_fee_minor=0)], now=NOW)

    assert confirmed() == 0
