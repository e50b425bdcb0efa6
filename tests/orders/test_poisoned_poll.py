"""A report that no table can hold changes nothing about the others of its poll, wherever in it they are."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.kit import sql
from joey.marketplaces.port import AnyReport
from joey.orders import take_order_reports
from joey.orders.keep_reports import keep_reports
from joey.orders.models import OrderClaim, OrderLine, Poll
from tests.cast import DAY, NOW, leased, lulus_shop, meis_shop, refund, report, settled
from tests.orders.polled import polled
from tests.orders.test_unread import unreadable
from tests.proof import prove

pytestmark = pytest.mark.django_db

LULUS = "110000000002"
Take = Callable[..., None]


@pytest.fixture(params=["clean", "poisoned"])
def take(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Take:
    """Take in a poll of these reports, with others between them: one of these cannot be stored."""
    leased(meis_shop())
    leased(lulus_shop(), key=LULUS)
    monkeypatch.setattr("joey.orders.storable.AMOUNT_MAX", 2**64)
    bad = report("bad", paid_minor=2**63 if request.param == "poisoned" else 1)

    def take(first: AnyReport, *others: AnyReport) -> None:
        polled(first, *(report(f"x{n}") for n in range(5)), bad, *others)
        earn_due(now=NOW)
        prove()

    return take


def test_a_poll_that_fails_only_as_a_whole_is_all_that_it_brought(monkeypatch: pytest.MonkeyPatch) -> None:
    leased(meis_shop())
    failures = iter([ValueError("once")])

    def fails_once(*given: object, **more: object) -> object:
        for failure in failures:
            raise failure
        return keep_reports(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(take_order_reports, "keep_reports", fails_once)

    polled(*(report(f"x{n}") for n in range(4)))

    assert Poll.objects.get().reports == 4
    prove()


def test_all_reports_of_a_poll_were_received_at_one_moment(take: Take) -> None:
    take(report("1"), refund("1"), unreadable(2), settled("1"))

    assert sql.value("SELECT count(DISTINCT received_at) FROM orders_report") == 1
    assert sql.value("SELECT count(*) FROM orders_unreadreport u JOIN orders_report r ON r.id = u.report_id"
                     " WHERE u.received_at <> r.received_at") == 0  # fmt: skip


def test_a_line_is_priced_by_its_oldest_report(take: Take) -> None:
    take(settled("1", rate_ppm=99_000, clicked_at=NOW - 8 * DAY), report("1", rate_ppm=55_000))

    commission = Commission.objects.get(order_line__external_order="1")
    assert (commission.rate_ppm, commission.plan_moment) == (55_000, report().clicked_at)


def test_a_line_belongs_to_the_shop_that_its_oldest_report_names(take: Take) -> None:
    take(settled("1", position=LULUS), report("1"))

    line = OrderLine.objects.get(external_order="1")
    assert (line.shop_id, line.state, line.held) == (meis_shop().pk, "settled", "contradiction")
    assert OrderClaim.objects.get(external_order="1").shop_id == meis_shop().pk


def test_a_line_is_in_the_currency_of_its_oldest_report(take: Take) -> None:
    take(settled("1", currency="USD"), report("1"))

    line = OrderLine.objects.get(external_order="1")
    assert (line.currency, line.state, line.held) == ("CNY", "paid", "currency")


def test_a_report_that_its_poll_goes_back_to_is_weighed_beside_a_new_one_of_its_second(take: Take) -> None:
    known = settled("1", held="risk")
    polled(known)
    polled(replace(settled("1"), payload={"n": 2}))

    take(replace(settled("1"), payload={"n": 3}), known)

    assert OrderLine.objects.get(external_order="1").held == "risk"


def test_a_line_is_written_down_once_for_all_that_a_poll_says_of_it(take: Take) -> None:
    take(report("1"), settled("1"))

    line = OrderLine.objects.get(external_order="1")
    assert sql.value("SELECT count(*) FROM record_event WHERE subject_key = %s AND kind = 'order_line.reported'",
                     [f"order_line:{line.pk}"]) == 1  # fmt: skip
