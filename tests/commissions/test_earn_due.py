"""What a report is worth, line by line, from the first report to the last return."""

from datetime import date, timedelta

import pytest

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import place_hold, release_hold
from joey.commissions.models import Commission
from joey.commissions.publish_plan import publish_plan
from joey.kit import sql
from joey.ledger.queries import Balances, balances_of
from joey.orders.models import OrderLine
from tests.cast import DAY, NOW, ada, leased, lulus_shop, meis_shop, refund, report, settled
from tests.orders.polled import take_order_reports
from tests.proof import prove

pytestmark = pytest.mark.django_db


def take_in(*reports: object) -> None:
    take_order_reports("taobao", reports, now=NOW)  # type: ignore[arg-type]
    earn_due(now=NOW)


def balances() -> Balances:
    return balances_of(meis_shop().pk)["CNY"]


def minor() -> tuple[int, int]:
    """Pending and available of Mei's shop, in fen."""
    held = balances()
    return held.pending.minor, held.available.minor


def test_a_paid_order_earns_the_shopkeepers_share_net_of_the_marketplaces_fee() -> None:
    leased(meis_shop())

    take_in(report())

    # 3.80 less 0.38 is 3.42; four fifths, floored, are 2.73; a fifth, floored, is 0.68; 0.01 is left to rounding
    commission = Commission.objects.get()
    assert (commission.base_minor, commission.amount_minor) == (342, 273)
    assert (commission.platform_minor, commission.rounding_minor) == (68, 1)
    assert minor() == (273, 0)
    prove()


def test_the_same_report_five_times_out_of_order_makes_one_commission() -> None:
    leased(meis_shop())
    first, later = report(), settled()

    for reports in ([later], [first], [first, later], [later, first], [first]):
        take_in(*reports)

    assert Commission.objects.count() == 1
    assert minor() == (273, 0)
    assert OrderLine.objects.get().state == "settled"
    prove()


def test_the_same_item_bought_twice_earns_twice() -> None:
    leased(meis_shop())

    take_in(report("1001"), report("1002"))

    assert minor() == (546, 0)


def test_settled_commission_waits_its_days_in_the_marketplaces_zone() -> None:
    leased(meis_shop())
    # 2026-11-14 23:30 in Beijing: the seventh day after is the 21st
    take_in(settled(settled_at=NOW.replace(day=14, hour=15, minute=30)))

    early = confirm_due(now=NOW.replace(day=20, hour=15, minute=59))
    in_time = confirm_due(now=NOW.replace(day=20, hour=16, minute=0))

    assert Commission.objects.get().payable_on == date(2026, 11, 21)
    assert (early.commissions, in_time.commissions) == (0, 1)
    assert minor() == (0, 273)
    prove()


def test_confirming_again_changes_nothing() -> None:
    leased(meis_shop())
    take_in(settled())
    confirm_due(now=NOW)

    again = confirm_due(now=NOW + DAY)

    assert again.commissions == 0
    assert minor() == (0, 273)


def test_an_order_that_is_only_paid_is_never_confirmed() -> None:
    leased(meis_shop())
    take_in(report())

    assert confirm_due(now=NOW + 80 * DAY).commissions == 0


def test_a_settled_amount_that_differs_is_booked_as_a_difference() -> None:
    leased(meis_shop())
    take_in(report())

    take_in(settled(commission_minor=300, service_fee_minor=30))

    assert Commission.objects.get().amount_minor == 216
    assert minor() == (216, 0)
    kinds = [row["kind"] for row in sql.rows("SELECT kind FROM ledger_journal ORDER BY id")]
    assert sorted(kinds) == ["commission.adjusted", "commission.earned", "commission.settled"]
    prove()


def test_a_closed_order_takes_its_commission_back() -> None:
    leased(meis_shop())
    take_in(report())

    take_in(report(state="closed", reported_at=NOW - 8 * DAY, commission_minor=0, service_fee_minor=0))

    assert minor() == (0, 0)
    prove()


def test_a_closed_order_that_reopens_earns_again() -> None:
    leased(meis_shop())
    take_in(report(), report(state="closed", reported_at=NOW - 9 * DAY))

    take_in(settled(days_ago=8))

    assert minor() == (273, 0)
    prove()


@pytest.mark.parametrize("booked_between", [True, False])
def test_a_settled_order_that_is_only_paid_again_waits_for_its_second_settlement(booked_between: bool) -> None:
    leased(meis_shop())
    again = report(reported_at=NOW - 8 * DAY)
    for reports in [[settled()], [again]] if booked_between else [[settled(), again]]:
        take_in(*reports)

    early = confirm_due(now=NOW)
    take_in(settled(days_ago=7))
    confirm_due(now=NOW)

    assert early.commissions == 0
    assert minor() == (0, 273)
    prove()


def test_part_returned_before_settlement_leaves_the_rest() -> None:
    leased(meis_shop())
    take_in(report(quantity=3, paid_minor=29700, commission_minor=2970, service_fee_minor=0))

    later = NOW - 8 * DAY
    take_in(report(quantity=3, paid_minor=19800, commission_minor=1980, service_fee_minor=0, reported_at=later))

    assert minor() == (1980 * 8 // 10, 0)
    prove()


def test_part_returned_after_confirmation_comes_out_of_available() -> None:
    leased(meis_shop())
    take_in(settled())
    confirm_due(now=NOW)

    take_in(refund(back=171, refund_minor=3450))

    assert minor() == (0, 136)  # four fifths of 1.71
    prove()


def test_return_after_all_is_gone_leaves_the_balance_negative_and_the_next_earning_nets() -> None:
    leased(meis_shop())
    take_in(settled("1001"))
    confirm_due(now=NOW)
    _spend_everything()

    take_in(refund("1001"))
    after_return = minor()
    take_in(settled("1002"))
    confirm_due(now=NOW)

    assert after_return == (0, -273)
    assert minor() == (0, 0)


def _spend_everything() -> None:
    """What a payout does to the books, without the payout."""
    from django.db import transaction

    from joey.ledger.chart import AccountKind
    from joey.ledger.post import Move, post

    everything = balances().available
    with transaction.atomic():
        for kind, move in (
            ("payout.reserved", Move(AccountKind.SHOP_AVAILABLE, AccountKind.SHOP_RESERVED, everything)),
            (
                "payout.submitted",
                Move(AccountKind.SHOP_RESERVED, AccountKind.RAIL_IN_TRANSIT, everything, credit_party="a bank"),
            ),
            (
                "payout.settled",
                Move(
                    AccountKind.RAIL_IN_TRANSIT,
                    AccountKind.PAID,
                    everything,
                    debit_party="a bank",
                    credit_party="a bank",
                ),
            ),
        ):
            post(meis_shop().pk, kind=kind, reference="1", happened_at=NOW, moves=[move])


def test_a_refund_reported_before_its_order_is_not_forgotten() -> None:
    leased(meis_shop())

    take_in(refund(back=171))
    take_in(settled())

    assert Commission.objects.get().base_minor == 171
    prove()


def test_the_same_refund_twice_is_taken_once_and_a_failed_one_gives_back() -> None:
    leased(meis_shop())
    take_in(settled())
    take_in(refund())
    take_in(refund())

    assert minor() == (0, 0)

    take_in(refund(counts=False, reported_at=NOW))

    assert minor() == (273, 0)
    prove()


def test_two_refund_cases_of_one_line_add_up() -> None:
    leased(meis_shop())

    take_in(settled(), refund(case="a", back=100), refund(case="b", back=42))

    assert Commission.objects.get().base_minor == 200


def test_a_zero_rate_order_is_kept_and_earns_nothing() -> None:
    leased(meis_shop())

    take_in(settled(commission_minor=0, service_fee_minor=0, rate_ppm=0))

    assert Commission.objects.get().amount_minor == 0
    assert balances_of(meis_shop().pk) == {}
    prove()


def test_the_plan_is_frozen_when_a_line_first_earns() -> None:
    leased(meis_shop())
    take_in(report("1001"))
    publish_plan({"shopkeeper_ppm": 500_000, "platform_ppm": 500_000, "waiting_days": 30}, by=ada(), now=NOW - 24 * DAY)

    take_in(settled("1001"), report("1002", clicked_at=NOW - 9 * DAY))

    shares = dict(Commission.objects.values_list("order_line__external_order", "amount_minor"))
    assert shares == {"1001": 273, "1002": 171}
    prove()


def test_a_held_commission_stays_pending_until_it_is_released() -> None:
    leased(meis_shop())
    take_in(settled())
    hold = place_hold(Commission.objects.get(), reason="Ten orders from one device in an hour", now=NOW)

    while_held = confirm_due(now=NOW)
    release_hold(hold, now=NOW, reason="Looked into it")
    after = confirm_due(now=NOW)

    assert (while_held.commissions, after.commissions) == (0, 1)
    assert minor() == (0, 273)
    prove()


def test_earning_touches_no_other_shop() -> None:
    leased(meis_shop())
    leased(lulus_shop(), key="110000000002")

    take_in(report("1001"), settled("1002", position="110000000002"), refund("1002"))

    assert minor() == (273, 0)
    assert Commission.objects.get(shop=lulus_shop()).amount_minor == 0
    prove()


def test_small_batches_book_the_same_as_one() -> None:
    leased(meis_shop())
    take_order_reports("taobao", [settled(str(1000 + n)) for n in range(25)], now=NOW)

    done = earn_due(now=NOW, batch=4)
    confirmed = confirm_due(now=NOW, batch=3)

    assert (done.lines, confirmed.commissions) == (25, 25)
    assert minor() == (0, 25 * 273)
    prove()


def test_a_late_report_of_an_earlier_time_does_not_move_the_line_back() -> None:
    leased(meis_shop())
    take_in(settled(days_ago=5))

    take_in(report(reported_at=NOW - 9 * DAY))

    assert OrderLine.objects.get().state == "settled"


def test_two_reports_of_one_moment_lead_to_the_same_line_in_either_order() -> None:
    leased(meis_shop())
    one, other = report("1001", commission_minor=380), report("1001", commission_minor=390, title="other")
    take_in(one, other)
    first = OrderLine.objects.get().commission_minor

    take_in(other)
    take_in(one)

    assert OrderLine.objects.get().commission_minor == first


def test_estimated_payable_day_counts_from_payment() -> None:
    leased(meis_shop())

    take_in(report(paid_at=NOW - timedelta(days=1)))

    assert Commission.objects.get().payable_on == date(2026, 11, 22) + timedelta(days=12 + 7)
