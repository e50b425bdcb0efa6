"""A copy-code outlives its lease: what it still sells is its shop's, or waits, and is never the next tenant's."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from joey.orders.models import OrderLine
from joey.orders.prove_evidence import EVIDENCE
from joey.orders.retry_suspense import retry_suspense
from joey.sharing.end_lease import end_lease, return_idle
from joey.sharing.lease_position import NoPositionFree, TooManyPositions, lease_for
from joey.sharing.models import Position, PositionLease, TrackedUrl
from joey.shops.models import Shop
from tests.cast import DAY, NOW, flask, listed, lulus_shop, mei, meis_shop, report, sam
from tests.orders.polled import take_order_reports
from tests.proof import prove

pytestmark = pytest.mark.django_db

POSITION = "110000000001"
MUG = "马克杯"


@pytest.fixture(autouse=True)
def _connected(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": {
        "app_key": "1", "app_secret": "s", "session": "s", "publisher_id": "1", "site_id": "2"}}}  # fmt: skip


def positions(*keys: str, since: datetime = NOW - 400 * DAY) -> None:
    for key in keys or (POSITION,):
        Position.objects.create(marketplace="taobao", key=key, free_from=since)


def linked(lease: PositionLease, title: str, at: datetime) -> None:
    """The shop's tracked address on its lease to the item with this title."""
    offer = flask(identity=title, external_id=title, title=title)
    TrackedUrl.objects.create(
        shop=lease.shop,
        listing=listed(lease.shop, offer),
        lease=lease,
        title=title,
        url="https://m.tb.cn/x",
        made_at=at,
    )


def clicked(order: str, at: datetime, *, seen: datetime = NOW, **changes: Any) -> OrderLine:
    """The line of an order that came from a click at that time, reported in time."""
    bought = at + timedelta(minutes=5)
    take_order_reports(
        "taobao",
        [report(order, clicked_at=at, placed_at=bought, paid_at=bought, reported_at=bought, **changes)],
        now=seen,
    )
    return OrderLine.objects.get(external_order=order)


def meis_ended_lease(ended: datetime) -> PositionLease:
    lease = lease_for(meis_shop(), "taobao", now=ended - 60 * DAY)
    linked(lease, "保温杯", ended - 60 * DAY)
    return end_lease(lease, reason="Idle", now=ended)


def test_a_click_on_an_old_link_never_pays_the_shop_that_has_the_position_now() -> None:
    positions()
    meis_ended_lease(NOW - 100 * DAY)
    lulus = lease_for(lulus_shop(), "taobao", now=NOW - 20 * DAY)
    linked(lulus, MUG, NOW - 20 * DAY)

    line = clicked("1", NOW - 10 * DAY, title="保温杯")

    assert (line.shop, line.suspense) == (None, "not_linked")
    (piece,) = line.failed_evidence
    assert (piece["shop"], piece["earlier_shop"]) == ("lulu", "mei"), "both are named"
    assert clicked("2", NOW - 10 * DAY, title=MUG).shop == lulus_shop(), "what the new tenant has a link to is its own"
    prove()


def test_a_new_tenant_without_a_link_at_that_time_gets_nothing_by_accident() -> None:
    positions()
    meis_ended_lease(NOW - 100 * DAY)
    lulus = lease_for(lulus_shop(), "taobao", now=NOW - 20 * DAY)  # the marketplace gave no address then
    linked(lulus, MUG, NOW - 5 * DAY)

    early, late = clicked("1", NOW - 10 * DAY, title=MUG), clicked("2", NOW - 4 * DAY, title=MUG)

    assert (early.shop, early.suspense) == (None, "not_linked")
    assert late.shop == lulus_shop()
    assert retry_suspense("taobao", now=NOW) == 0
    prove()


def test_as_long_as_no_other_shop_had_the_position_it_is_still_the_shops() -> None:
    positions()
    lease = meis_ended_lease(NOW - 100 * DAY)
    assert lease.until == NOW - 55 * DAY

    line = clicked("1", NOW - 30 * DAY)

    assert line.shop == meis_shop()
    lease.refresh_from_db()
    assert lease.until == NOW + 15 * DAY, "it is prolonged from the click on"
    with pytest.raises(NoPositionFree):
        lease_for(lulus_shop(), "taobao", now=NOW)
    prove()


def test_a_late_report_of_a_click_before_the_next_lease_is_still_the_earlier_shops() -> None:
    positions()
    lease = meis_ended_lease(NOW - 100 * DAY)
    lulus = lease_for(lulus_shop(), "taobao", now=NOW - 20 * DAY)

    line = clicked("1", NOW - 30 * DAY)

    assert line.shop == meis_shop()
    lease.refresh_from_db()
    assert lease.until == lulus.leased_from, "prolonged, but leases do not overlap"
    prove()


def test_a_position_rests_again_after_a_use_that_names_no_shop() -> None:
    positions()
    meis_ended_lease(NOW - 250 * DAY)
    end_lease(lease_for(lulus_shop(), "taobao", now=NOW - 150 * DAY), reason="Idle", now=NOW - 100 * DAY)

    line = clicked("1", NOW - 20 * DAY)

    assert (line.shop, line.suspense) == (None, "not_leased_at_click")
    assert line.failed_evidence[0]["earlier_shop"] == "lulu"
    assert Position.objects.get().free_from == (line.clicked_at or NOW) + 45 * DAY
    prove()


def test_positions_never_used_are_taken_first_and_then_the_one_that_rested_longest() -> None:
    positions("a", "b")
    shops = [Shop.objects.create(slug=f"shop-{n}", owner=sam(), name="S") for n in range(5)]
    first, second = (lease_for(shop, "taobao", now=NOW - 200 * DAY) for shop in shops[:2])
    end_lease(second, reason="Idle", now=NOW - 150 * DAY)
    end_lease(first, reason="Idle", now=NOW - 120 * DAY)

    positions("c", since=NOW - DAY)  # registered after both had rested

    taken = [lease_for(shop, "taobao", now=NOW).position.key for shop in shops[2:]]

    assert taken == ["c", "b", "a"]


def test_one_person_cannot_take_every_position_by_opening_shops(settings: Settings) -> None:
    settings.JOEY_POSITIONS_PER_PERSON = 3
    positions(*map(str, range(20)))
    shops = [Shop.objects.create(slug=f"shop-{n}", owner=mei(), name="S") for n in range(8)]

    leases = [lease_for(shop, "taobao", now=NOW) for shop in shops[:3]]
    for shop in shops[3:]:
        with pytest.raises(TooManyPositions, match="3 positions"):
            lease_for(shop, "taobao", now=NOW)
    assert lease_for(shops[0], "taobao", now=NOW + DAY) == leases[0], "her own lease goes on"
    end_lease(leases[1], reason="Idle", now=NOW + DAY)
    with pytest.raises(TooManyPositions):  # what rests is no one else's yet
        lease_for(shops[5], "taobao", now=NOW + 2 * DAY)
    assert lease_for(lulus_shop(), "taobao", now=NOW).position.key


def test_an_ended_lease_resumes_when_a_person_goes_on_before_its_position_is_free() -> None:
    positions("a", "b")
    lease = lease_for(meis_shop(), "taobao", now=NOW - 40 * DAY)
    assert return_idle(now=NOW) == 1

    again = lease_for(meis_shop(), "taobao", now=NOW + DAY)

    assert (again.pk, again.ended_at, again.position.free_from) == (lease.pk, None, None)
    prove()


def test_prove_asks_for_a_link_to_what_was_ordered_where_a_position_changed_hands() -> None:
    """Some link of the new tenant is not enough: what the earlier one shared may still sell."""
    positions()
    meis_ended_lease(NOW - 100 * DAY)
    lulus = lease_for(lulus_shop(), "taobao", now=NOW - 20 * DAY)
    linked(lulus, MUG, NOW - 20 * DAY)
    line = clicked("1", NOW - 10 * DAY, title="保温杯")

    OrderLine.objects.filter(pk=line.pk).update(
        shop=lulus_shop(), lease_id=lulus.pk, suspense="", failed_evidence=[], evidence_kind="position_at_click",
        evidence_key=POSITION, evidence_at=NOW - 10 * DAY, clicked_at=NOW - 10 * DAY,
    )  # fmt: skip

    offender = EVIDENCE.first_offender()
    assert offender is not None
    assert offender["order_line"] == line.pk


def test_prove_accepts_an_item_that_got_another_name_after_the_order_found_its_shop() -> None:
    positions()
    meis_ended_lease(NOW - 100 * DAY)
    linked(lease_for(lulus_shop(), "taobao", now=NOW - 20 * DAY), MUG, NOW - 20 * DAY)
    bought = {"clicked_at": NOW - 10 * DAY, "placed_at": NOW - 10 * DAY, "paid_at": NOW - 10 * DAY}

    for hours, title in ((1, MUG), (2, "马克杯 新款")):
        given = report("1", title=title, reported_at=NOW - 10 * DAY + timedelta(hours=hours), **bought)
        take_order_reports("taobao", [replace(given, payload={"item": {"title": f" {title} "}})], now=NOW)

    line = OrderLine.objects.get()
    assert (line.shop, line.title) == (lulus_shop(), "马克杯 新款")
    prove()
