"""Story 18: an item shows 15% at the click and the marketplace reports 12%. Both are kept, and 12% is paid."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from joey.catalog import rate_history
from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.commissions.prove import CHECKS
from joey.commissions.queries import order_of
from joey.insight.trace import order_trace
from joey.kit import sql
from joey.orders.models import OrderLine
from joey.sharing.models import PositionLease, TrackedUrl
from tests.cast import DAY, NOW, leased, listed, lulus_shop, meis_shop, report, settled
from tests.catalog.offers import flask_facts, many
from tests.commissions.stage import take_in
from tests.orders.polled import take_order_reports
from tests.plans import parts_of, plans_of
from tests.proof import prove

pytestmark = pytest.mark.django_db

ITEM = "590141576510"  # what tests.cast.report orders
TWELVE: dict[str, Any] = {"rate_ppm": 120_000, "commission_minor": 828, "service_fee_minor": 0}  # of 69.00
SAID = "When the buyer clicked, 15% was shown; the marketplace pays 12%."


@pytest.fixture(autouse=True)
def position() -> None:
    leased(meis_shop())


def imported(percent: int, at: datetime, **changes: Any) -> None:
    """The flask as its marketplace shows it from then on."""
    facts = flask_facts(**{"external_id": ITEM, "commission_ppm": percent * 10_000, "as_of": at} | changes)
    assert not take_offers([facts], now=at).refused


def clicked(order: str, at: datetime, **changes: Any) -> Commission:
    """The commission of an order that came from a click at that time."""
    bought = at + timedelta(minutes=5)
    times = {"clicked_at": at, "placed_at": bought, "paid_at": bought, "reported_at": bought}
    take_in(report(order, **TWELVE | times | changes))
    return Commission.objects.get(order_line__external_order=order)


def why(order: str) -> str:
    line = OrderLine.objects.get(external_order=order)
    return " ".join(step.why for step in order_trace(meis_shop(), line.pk, now=NOW).steps)


def test_both_rates_are_kept_and_the_reported_one_pays() -> None:
    imported(15, NOW - 20 * DAY)
    imported(12, NOW - 5 * DAY)

    booked = clicked("1", NOW - 10 * DAY)

    assert (booked.shown_rate_ppm, booked.rate_ppm, booked.base_minor) == (150_000, 120_000, 828)
    assert SAID in why("1")
    line = order_of(meis_shop().pk, booked.order_line_id)
    assert line is not None
    assert (line.shown_rate_ppm, line.rate_ppm) == (150_000, 120_000)
    prove()


def test_two_people_who_click_before_and_after_a_change_were_shown_different_rates() -> None:
    imported(15, NOW - 20 * DAY)
    imported(12, NOW - 10 * DAY)

    before, after = clicked("1", NOW - 10 * DAY - timedelta(seconds=1)), clicked("2", NOW - 10 * DAY)

    assert (before.shown_rate_ppm, after.shown_rate_ppm) == (150_000, 120_000)
    assert "was shown" not in why("2"), "what was shown is what is paid"
    prove()


def test_a_rate_that_changed_twice_is_the_one_of_each_click() -> None:
    for days, percent in ((20, 15), (12, 9), (6, 12)):
        imported(percent, NOW - days * DAY)

    shown = [clicked(str(days), NOW - days * DAY).shown_rate_ppm for days in (13, 8, 3)]

    assert shown == [150_000, 90_000, 120_000]
    prove()


def test_without_a_click_it_is_the_rate_when_the_order_was_placed_and_later_times_say_nothing() -> None:
    imported(15, NOW - 20 * DAY)
    times = {"clicked_at": None, "placed_at": NOW - 10 * DAY}
    take_in(settled("1", **TWELVE | times), settled("2", **TWELVE | times | {"placed_at": None}))
    sql.execute(  # as an operator would give them to her: no evidence names a shop without a time
        "UPDATE orders_orderline SET shop_id = %s, suspense = '', revision = nextval('orders_revision')",
        [meis_shop().pk],
    )

    earn_due(now=NOW)

    shown = dict(Commission.objects.values_list("order_line__external_order", "shown_rate_ppm"))
    assert shown == {"1": 150_000, "2": None}
    assert "When the order was placed, 15% was shown; the marketplace pays 12%." in why("1")


@pytest.mark.parametrize(
    "known",
    [
        lambda: None,
        lambda: imported(15, NOW - 9 * DAY),
        lambda: imported(15, NOW - 20 * DAY, external_id="another"),
        lambda: imported(15, NOW - 20 * DAY, marketplace="jd", currency="CNY", url="https://item.jd.com/1.html"),
    ],
    ids=["never in the catalogue", "read only after the click", "another item", "another marketplace's item"],
)
def test_what_the_catalogue_did_not_know_then_is_unknown_and_no_guess(known: Callable[[], None]) -> None:
    known()

    booked = clicked("1", NOW - 10 * DAY)

    assert (booked.shown_rate_ppm, booked.shown_offer_id, booked.rate_ppm) == (None, None, 120_000)
    assert "was shown" not in why("1")
    prove()


def test_an_item_whose_id_rotates_is_known_by_what_the_shops_own_links_lead_to() -> None:
    imported(15, NOW - 20 * DAY, external_id="as-it-was-called-then")
    offer = Offer.objects.get()
    for lease in (PositionLease.objects.get(), leased(lulus_shop(), "110000000002")):
        TrackedUrl.objects.create(
            shop=lease.shop, listing=listed(lease.shop, offer), lease=lease, item=offer.external_id, title=offer.title,
            url="https://m.tb.cn/x", made_at=NOW - 15 * DAY,
        )  # fmt: skip

    by_title = clicked("1", NOW - 10 * DAY, external_item="as-it-is-called-now")
    another = clicked("2", NOW - 10 * DAY, external_item="as-it-is-called-now", title="马克杯")

    assert (by_title.shown_rate_ppm, another.shown_rate_ppm) == (150_000, None)
    prove()


def test_where_two_offers_answer_to_the_id_their_rates_have_to_agree() -> None:
    imported(15, NOW - 20 * DAY)
    imported(15, NOW - 20 * DAY, marketplace="tmall", identity="at tmall", url="https://detail.tmall.com/1")
    assert clicked("1", NOW - 10 * DAY).shown_rate_ppm == 150_000

    imported(9, NOW - 5 * DAY, marketplace="tmall", identity="at tmall", url="https://detail.tmall.com/1")

    assert clicked("2", NOW - 3 * DAY).shown_rate_ppm is None
    prove()


def test_what_was_shown_stays_whatever_is_reported_or_imported_later() -> None:
    imported(15, NOW - 20 * DAY)
    clicked("1", NOW - 10 * DAY)

    imported(9, NOW - 8 * DAY)
    take_order_reports(
        "taobao", [settled("1", **TWELVE | {"clicked_at": NOW - 7 * DAY, "external_item": "7"})], now=NOW
    )
    earn_due(now=NOW)

    assert Commission.objects.get().shown_rate_ppm == 150_000
    prove()


def test_a_history_that_was_cut_off_raises_no_alarm_and_says_nothing_of_the_time_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rate_history, "RATES_KEPT", 3)
    imported(15, NOW - 20 * DAY)
    clicked("1", NOW - 10 * DAY)

    for days in range(8, 2, -1):
        imported(days, NOW - days * DAY)

    assert Offer.objects.get().rates_ppm == [50_000, 40_000, 30_000]
    assert clicked("2", NOW - 7 * DAY).shown_rate_ppm is None
    with_the_bound = rate_history.sql_cannot_have_shown("o", "c.shown_rate_ppm", "c.plan_moment")
    assert not sql.rows(
        f"SELECT FROM commissions_commission c JOIN catalog_offer o ON o.id = c.shown_offer_id WHERE {with_the_bound}"
    )


def test_a_click_while_an_import_is_read_raises_no_alarm() -> None:
    """The import is dated when it begins, and what it brings is seen when it ends."""
    imported(15, NOW - 20 * DAY)
    clicked("1", NOW - 10 * DAY)

    imported(12, NOW - 10 * DAY - timedelta(minutes=10))

    assert Offer.objects.get().rates_ppm == [150_000, 120_000]
    prove()


@pytest.mark.parametrize(
    "corruption",
    [
        "UPDATE commissions_commission SET shown_rate_ppm = 120000",
        "UPDATE commissions_commission SET shown_rate_ppm = NULL, shown_offer_id = NULL",
        "UPDATE catalog_offer SET rates_ppm = '{90000}'",
        "UPDATE catalog_offer SET rates_since = ARRAY[rates_since[1] + interval '15 days']",
    ],
)
def test_prove_names_a_rate_that_was_changed_afterwards(corruption: str) -> None:
    imported(15, NOW - 20 * DAY)
    booked = clicked("1", NOW - 10 * DAY)

    sql.execute(corruption)

    (rule,) = [check for check in CHECKS if check.rule.startswith("13. The rate that was shown")]
    offender = rule.first_offender()
    assert offender is not None
    assert offender["commission"] == booked.pk


def test_a_set_of_lines_finds_its_items_by_the_index_of_a_large_catalogue() -> None:
    take_offers(many(3_000, as_of=NOW - 20 * DAY), now=NOW - 20 * DAY)
    reports = [report(str(at), external_item=f"id-{at * 7}") for at in range(400)]
    take_order_reports("taobao", reports, now=NOW)

    with plans_of("INSERT INTO shown_rate") as plans:
        earn_due(now=NOW)

    assert Commission.objects.filter(shown_rate_ppm=55_000).count() == 400
    read = [part for part in parts_of(plans) if part.get("Relation Name") == "catalog_offer"]
    assert "catalog_offer_by_id" in {part.get("Index Name") for part in parts_of(plans)}
    assert [part["Node Type"] for part in read if part["Node Type"] == "Seq Scan"] == []
