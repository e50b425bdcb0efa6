"""The rules about commissions raise no false alarm: times that a marketplace leaves out, and holds while jobs run."""

from datetime import date, timedelta

import pytest

from joey.commissions import prove as commissions
from joey.commissions.confirm_due import confirm_due
from joey.commissions.holds import place_hold, release_hold
from joey.commissions.models import Hold
from joey.kit import sql
from tests.cast import DAY, NOW, ada, leased, meis_shop, refund, report, settled
from tests.commissions.stage import confirmed, line, take_in
from tests.proof import prove

pytestmark = pytest.mark.django_db


def test_a_settlement_without_a_time_counts_from_its_report_also_after_later_reports() -> None:
    leased(meis_shop())
    take_in(settled(settled_at=None))

    take_in(settled(settled_at=None, reported_at=NOW - 5 * DAY, commission_minor=200, service_fee_minor=20))
    take_in(refund(reported_at=NOW - 3 * DAY, back=50))

    assert line().payable_on == date(2026, 11, 21)  # nine days ago and the seven of the plan
    prove()


def test_prove_names_a_plan_moment_that_a_later_report_says() -> None:
    leased(meis_shop())
    take_in(report())
    take_in(report(clicked_at=NOW - 5 * DAY, reported_at=NOW - 4 * DAY))
    prove()
    sql.execute("UPDATE commissions_commission SET plan_moment = %s", [NOW - 5 * DAY])

    (rule,) = (check for check in commissions.CHECKS if check.rule.startswith("13. The moment that chose"))
    assert str(line().pk) in str(rule.first_offender())


def test_prove_accepts_what_a_run_confirmed_that_began_before_the_hold_ended() -> None:
    leased(meis_shop())
    take_in(settled())
    hold = place_hold(line(), reason="Waiting for the parcel's number", now=NOW - DAY)
    release_hold(hold, now=NOW + timedelta(minutes=1), reason="Looked into it")  # while the job of NOW is at work

    assert confirm_due(now=NOW).commissions == 1

    prove()


def test_prove_accepts_a_hold_that_was_asked_for_before_a_run_and_waited_for_it() -> None:
    leased(meis_shop())
    take_in(settled())
    assert confirmed() == 1

    place_hold(line(), reason="Waiting for the parcel's number", now=NOW - timedelta(seconds=2))

    prove()


def test_prove_accepts_what_a_run_confirmed_that_began_before_a_report_s_hold_was_released() -> None:
    leased(meis_shop())
    take_in(settled(held="frozen"))
    release_hold(Hold.objects.get(), by=ada(), reason="Seen", now=NOW + timedelta(minutes=1))

    assert confirm_due(now=NOW).commissions == 1

    prove()


def test_prove_names_a_hold_of_a_report_where_nothing_is_left_to_hold() -> None:
    leased(meis_shop())
    take_in(settled(held="frozen"))
    take_in(report(state="closed", commission_minor=0, service_fee_minor=0, held="frozen", reported_at=NOW))
    prove()
    sql.execute("UPDATE commissions_commission SET holds_of_all = 1")
    sql.execute(
        "INSERT INTO commissions_hold (id, shop_id, commission_id, hold_class, opened_by, opened_at)"
        " SELECT gen_random_uuid(), shop_id, id, 'frozen', 'report', now() FROM commissions_commission"
    )

    (rule,) = (check for check in commissions.CHECKS if check.rule.startswith("19. A line that its reports hold"))
    assert rule.first_offender() is not None
