"""When a lease begins and ends, beside the clock of a marketplace that knows whole seconds only."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from joey.kit.refusals import Conflict, Forbidden, Invalid
from joey.orders.models import OrderLine
from joey.record.kinds import identifier
from joey.record.queries import events_of
from joey.sharing.end_lease import return_idle
from joey.sharing.lease_position import NoPositionFree, lease_for, may_lease
from joey.sharing.models import Position, PositionLease
from joey.sharing.register_positions import add_positions
from joey.sharing.withdraw_position import withdraw_position
from tests.cast import DAY, NOW, lulus_shop, mei, meis_shop, report
from tests.orders.polled import take_order_reports
from tests.proof import prove

pytestmark = pytest.mark.django_db

MOMENT = NOW.replace(microsecond=700_000)


@pytest.fixture(autouse=True)
def _connected(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": {
        "app_key": "1", "app_secret": "s", "session": "s", "publisher_id": "1", "site_id": "2"}}}  # fmt: skip


def test_a_click_in_the_second_of_the_first_share_counts() -> None:
    Position.objects.create(marketplace="taobao", key="110000000001", free_from=NOW - DAY)
    lease_for(meis_shop(), "taobao", now=MOMENT)

    cut_off = (MOMENT + timedelta(milliseconds=200)).replace(microsecond=0)
    take_order_reports("taobao", [report(clicked_at=cut_off, reported_at=MOMENT + DAY)], now=MOMENT + DAY)

    line = OrderLine.objects.get()
    assert (line.shop_id, line.suspense) == (meis_shop().pk, "")


@pytest.mark.parametrize("key", ["110000000001", "广告位 一"])
def test_a_position_that_is_spelt_oddly_is_leased_and_ended_all_the_same(key: str) -> None:
    Position.objects.create(marketplace="taobao", key=key, free_from=NOW - DAY)
    lease = lease_for(meis_shop(), "taobao", now=MOMENT)
    return_idle(now=MOMENT + 40 * DAY)

    events = events_of([f"shop:{meis_shop().pk}", f"lease:{lease.pk}"])
    named = {event.kind: event.facts["position"] for event in events if event.kind.startswith("position.")}
    assert named == dict.fromkeys(["position.leased", "position.ended"], identifier(key))
    prove()


def test_a_withdrawn_position_is_no_shops_any_more_and_its_shop_gets_another(settings: Settings) -> None:
    settings.JOEY_POSITIONS_PER_PERSON = 1
    for key in ("mistyped", "good"):
        Position.objects.create(marketplace="taobao", key=key, free_from=NOW - DAY)
    first = lease_for(meis_shop(), "taobao", now=MOMENT)

    withdraw_position(first.position, reason="Mistyped", now=MOMENT + DAY)
    may_lease(meis_shop(), "taobao", now=MOMENT + DAY)
    second = lease_for(meis_shop(), "taobao", now=MOMENT + DAY)

    assert (first.position.key, second.position.key) == ("mistyped", "good")
    return_idle(now=MOMENT + 40 * DAY)
    with pytest.raises(NoPositionFree):
        lease_for(lulus_shop(), "taobao", now=MOMENT + 80 * DAY)  # "good" rests, "mistyped" would be free
    take_order_reports("taobao", [report(position="mistyped", clicked_at=NOW + DAY / 2)], now=MOMENT + DAY)
    assert OrderLine.objects.get().shop == meis_shop()
    prove()


def test_a_position_that_its_marketplace_refused_is_leased_last() -> None:
    for key, refused_at in (("refused", NOW), ("good", None)):
        Position.objects.create(marketplace="taobao", key=key, free_from=NOW - DAY, refused_at=refused_at)

    leases = [lease_for(shop, "taobao", now=MOMENT) for shop in (meis_shop(), lulus_shop())]

    assert [lease.position.key for lease in leases] == ["good", "refused"]


def test_a_withdrawn_position_is_neither_withdrawn_nor_registered_again() -> None:
    position = Position.objects.create(marketplace="taobao", key="110000000009", free_from=NOW - DAY)
    withdraw_position(position, reason="Mistyped", now=NOW)

    with pytest.raises(Conflict, match="withdrawn already"):
        withdraw_position(position, reason="Mistyped", now=NOW)
    with pytest.raises(Invalid, match="withdrawn, for good"):
        add_positions("taobao", ["110000000009"], now=NOW)
    with pytest.raises(Forbidden):
        withdraw_position(Position.objects.get(), reason="I say so", by=mei(), now=NOW)
    prove()


def test_two_shops_never_hold_one_position_in_the_same_second() -> None:
    Position.objects.create(marketplace="taobao", key="110000000001", free_from=NOW - DAY)
    first = lease_for(meis_shop(), "taobao", now=MOMENT)
    return_idle(now=MOMENT + 40 * DAY)
    first.refresh_from_db()
    assert first.until

    with pytest.raises(NoPositionFree):
        lease_for(lulus_shop(), "taobao", now=first.until - timedelta(microseconds=1))
    second = lease_for(lulus_shop(), "taobao", now=first.until + timedelta(milliseconds=300))

    assert second.leased_from == first.until
    assert PositionLease.objects.count() == 2
    prove()
