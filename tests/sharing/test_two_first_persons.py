"""First persons at the same moment, and a process killed while it leases: one whole lease each, or none."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.sharing.end_lease import end_lease
from joey.sharing.lease_position import NoPositionFree, TooManyPositions, lease_for
from joey.sharing.models import Position, PositionLease
from joey.shops.models import Shop
from tests.at_once import die_after, outcomes
from tests.cast import DAY, NOW, lulus_shop, mei, meis_shop, report
from tests.orders.polled import take_order_reports
from tests.proof import prove


@pytest.fixture(autouse=True)
def _one_position(committed_db: EmbeddedPostgres, settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": {
        "app_key": "1", "app_secret": "s", "session": "s", "publisher_id": "1", "site_id": "2"}}}  # fmt: skip
    Position.objects.create(marketplace="taobao", key="110000000001", free_from=NOW - 300 * DAY)


def kinds(came: list[object]) -> list[str]:
    return sorted(type(each).__name__ for each in came)


def test_of_two_shops_at_once_one_gets_the_last_position_and_the_other_is_refused() -> None:
    shops = meis_shop(), lulus_shop()

    came = outcomes(*(lambda shop=shop: lease_for(shop, "taobao", now=NOW) for shop in shops))

    assert kinds(came) == [NoPositionFree.__name__, PositionLease.__name__]
    assert PositionLease.objects.count() == 1
    prove()


def test_two_visitors_of_one_shop_at_once_use_one_lease() -> None:
    Position.objects.create(marketplace="taobao", key="110000000002", free_from=NOW - 300 * DAY)
    shop = meis_shop()

    came = outcomes(*[lambda: lease_for(shop, "taobao", now=NOW)] * 4)

    assert kinds(came) == [PositionLease.__name__] * 4
    assert PositionLease.objects.count() == 1


def test_two_shops_of_one_person_at_once_do_not_pass_the_limit_together(settings: Settings) -> None:
    settings.JOEY_POSITIONS_PER_PERSON = 1
    Position.objects.create(marketplace="taobao", key="110000000002", free_from=NOW - 300 * DAY)
    shops = meis_shop(), Shop.objects.create(slug="second", owner=mei(), name="Second")

    came = outcomes(*(lambda shop=shop: lease_for(shop, "taobao", now=NOW) for shop in shops))

    assert kinds(came) == [PositionLease.__name__, TooManyPositions.__name__]


@pytest.mark.parametrize("statement", ['UPDATE "sharing_position"', 'INSERT INTO "sharing_positionlease"'])
def test_a_process_killed_while_it_leases_leaves_nothing(statement: str) -> None:
    shop = meis_shop()

    die_after(statement, lambda: lease_for(shop, "taobao", now=NOW))

    assert not PositionLease.objects.exists()
    prove()
    assert lease_for(shop, "taobao", now=NOW).position.key == "110000000001"
    prove()


def test_a_late_order_and_a_new_tenant_at_once_never_overlap() -> None:
    old = lease_for(meis_shop(), "taobao", now=NOW - 200 * DAY)
    end_lease(old, reason="Idle", now=NOW - 100 * DAY)
    shop, late = lulus_shop(), report(clicked_at=NOW - 2 * DAY, reported_at=NOW - DAY)

    came = outcomes(
        lambda: lease_for(shop, "taobao", now=NOW + timedelta(seconds=1)),
        lambda: take_order_reports("taobao", [late], now=NOW),
    )

    assert kinds(came)[-1] == "Recorded"
    assert kinds(came)[0] in (NoPositionFree.__name__, PositionLease.__name__)
    prove()
