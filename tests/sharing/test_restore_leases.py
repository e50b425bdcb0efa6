"""A backup of one history takes the place of another: no position is leased and free, and none serves two shops."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from random import Random

import psycopg
import pytest
from pytest_django import Settings

from joey.instance.backup.try_backup import prove as prove_restored
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.orders.retry_suspense import retry_all_suspense
from joey.record.erasable import TextRef, text_of
from joey.record.models import Event
from joey.sharing.end_lease import end_lease
from joey.sharing.lease_position import NoPositionFree, lease_for
from joey.sharing.models import Position, PositionLease
from joey.sharing.restore_leases import restore_leases
from joey.sharing.withdraw_position import withdraw_position
from joey.shops.models import Shop
from tests import database
from tests.cast import DAY, NOW, lulu, lulus_shop, mei, meis_shop, sam
from tests.proof import prove
from tests.sharing.test_ended_lease_that_sells import POSITION, clicked, positions
from tests.slow import but_every

LATER = NOW + DAY


@pytest.fixture(autouse=True)
def _connected(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": {
        "app_key": "1", "app_secret": "s", "session": "s", "publisher_id": "1", "site_id": "2"}}}  # fmt: skip


class TwoHistories:
    """What happened `there`, in the database that is replaced, and afterwards here, both since the same backup."""

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        self.postgres = postgres
        database.keep_as(postgres, "backup")

    @contextmanager
    def there(self) -> Iterator[None]:
        yield
        database.keep_as(self.postgres, "before")
        database.bring_back(self.postgres, "backup")

    def replaced(self) -> psycopg.Connection:
        return psycopg.connect(self.postgres.urls.owner, options="-c search_path=before,public")

    def merge(self) -> int:
        """Restore here over there; the books hold, also when that is done twice."""
        with self.replaced() as before:
            came = restore_leases(before, now=LATER)
            assert restore_leases(before, now=LATER) == 0
        retry_all_suspense(now=LATER)
        prove()
        return came


@pytest.fixture
def histories(committed_db: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    yield committed_db
    with psycopg.connect(committed_db.urls.owner) as owner:
        owner.execute("DROP SCHEMA IF EXISTS backup, before CASCADE")


def withdrawals() -> list[Event]:
    return list(Event.objects.filter(kind="position.withdrawn"))


def open_leases() -> dict[str, str]:
    """The shop that has each leased position now."""
    found = PositionLease.objects.filter(ended_at=None).select_related("position", "shop")
    leased = {lease.position.key: lease.shop.slug for lease in found}
    assert leased.keys() == set(Position.objects.filter(free_from=None).values_list("key", flat=True))
    return leased


def test_a_position_that_rests_there_is_still_the_shops_that_leases_it_here(histories: EmbeddedPostgres) -> None:
    positions("a")
    both = TwoHistories(histories)
    with both.there():
        end_lease(lease_for(lulus_shop(), "taobao", now=NOW - 9 * DAY), reason="She left", now=NOW - 5 * DAY)
    lease_for(lulus_shop(), "taobao", now=NOW - DAY)

    assert both.merge() == 0
    assert open_leases() == {"a": "lulu"}


def test_a_position_that_was_withdrawn_or_refused_there_is_given_to_no_shop_here(
    histories: EmbeddedPostgres, settings: Settings
) -> None:
    positions("a")
    meis_shop()
    both = TwoHistories(histories)
    with both.there():
        lease_for(meis_shop(), "taobao", now=NOW - 20 * DAY)
        withdraw_position(Position.objects.get(key="a"), reason="Mistyped", now=NOW - 10 * DAY)
        Position.objects.create(marketplace="taobao", key="b", free_from=NOW - 90 * DAY, refused_at=NOW - DAY)
        withdraw_position(
            Position.objects.create(marketplace="taobao", key="c", free_from=NOW - 90 * DAY),
            reason="Gone at the marketplace", now=NOW - 10 * DAY,
        )  # fmt: skip

    assert both.merge() == 1
    assert open_leases() == {}
    found = {each.key: (each.withdrawn_at, each.refused_at) for each in Position.objects.all()}
    assert found == {"a": (NOW - 10 * DAY, None), "b": (None, NOW - DAY), "c": (NOW - 10 * DAY, None)}
    reasons = [text_of(TextRef.from_fact(event.facts["reason"]).id) for event in withdrawals()]
    assert sorted(map(str, reasons)) == ["Gone at the marketplace", "Mistyped"]


def test_where_another_shop_had_the_position_later_the_earlier_lease_ends_as_that_one_begins(
    histories: EmbeddedPostgres,
) -> None:
    positions("a")
    meis_shop(), lulus_shop()
    both = TwoHistories(histories)
    with both.there():
        meis = lease_for(meis_shop(), "taobao", now=NOW - 20 * DAY)
    lulus = lease_for(lulus_shop(), "taobao", now=NOW - 90 * DAY)

    assert both.merge() == 1
    assert open_leases() == {"a": "mei"}
    lulus.refresh_from_db()
    meis.refresh_from_db()
    assert (lulus.until, meis.is_reuse) == (meis.leased_from, True)


def test_a_lease_keeps_the_time_in_which_orders_came_through_it_here(histories: EmbeddedPostgres) -> None:
    positions()
    meis_shop(), lulus_shop()
    both = TwoHistories(histories)
    with both.there():
        meis = lease_for(meis_shop(), "taobao", now=NOW - 20 * DAY)
    lulus = lease_for(lulus_shop(), "taobao", now=NOW - 90 * DAY)
    line = clicked("1", NOW - 10 * DAY)

    assert both.merge() == 1
    line.refresh_from_db()
    meis.refresh_from_db()
    lulus.refresh_from_db()
    assert line.shop == lulus_shop()
    assert NOW - 10 * DAY < meis.leased_from == lulus.until


def test_a_shop_that_leases_a_position_in_both_keeps_the_one_that_it_uses_there(histories: EmbeddedPostgres) -> None:
    positions("a", "b")
    meis_shop(), lulus_shop()
    both = TwoHistories(histories)
    with both.there():
        lease_for(lulus_shop(), "taobao", now=NOW - 20 * DAY)
        lease_for(meis_shop(), "taobao", now=NOW - 19 * DAY)
    meis = lease_for(meis_shop(), "taobao", now=NOW - 21 * DAY)

    assert both.merge() == 2
    assert open_leases() == {"a": "lulu", "b": "mei"}
    meis.refresh_from_db()
    assert meis.until == NOW - 20 * DAY


def test_an_order_that_waits_here_for_a_position_of_there_finds_its_shop(histories: EmbeddedPostgres) -> None:
    meis_shop()
    both = TwoHistories(histories)
    with both.there():
        Position.objects.create(
            marketplace="taobao", key=POSITION, free_from=NOW - 30 * DAY, registered_at=NOW - 30 * DAY
        )
        lease_for(meis_shop(), "taobao", now=NOW - 20 * DAY)
    line = clicked("1", NOW - 10 * DAY)
    assert line.suspense == "unknown_position"

    with both.replaced() as before:
        assert restore_leases(before, now=LATER) == 1
    prove_restored()

    line.refresh_from_db()
    assert line.shop == meis_shop()


@pytest.mark.parametrize("seed", but_every(4, range(4)))
def test_whatever_happened_in_both_the_books_hold(histories: EmbeddedPostgres, seed: int) -> None:
    chance = Random(seed)
    positions("a", "b", "c", since=NOW - 900 * DAY)
    meis_shop(), lulus_shop()
    live(chance, NOW - 800 * DAY, until=NOW - 400 * DAY)
    both = TwoHistories(histories)
    with both.there():
        live(chance, NOW - 400 * DAY, until=NOW)
    live(chance, NOW - 400 * DAY, until=NOW)

    both.merge()
    open_leases()
    live(chance, LATER, until=LATER + 200 * DAY)
    prove()


def live(chance: Random, now: datetime, *, until: datetime) -> None:
    """Shops open, lease positions, sell through them and leave them."""
    while now < until:
        now += timedelta(days=chance.randint(1, 30), seconds=chance.randint(0, 86_399))
        slug = chance.choice(["mei", "lulu", "sam", f"new-{chance.randint(0, 9)}"])
        owner = {"mei": mei, "lulu": lulu}.get(slug, sam)()
        shop = Shop.objects.get_or_create(slug=slug, defaults={"owner": owner, "name": slug})[0]
        match chance.choice(["lease", "lease", "end", "sell", "sell"]):
            case "lease":
                with suppress(NoPositionFree):
                    lease_for(shop, "taobao", now=now)
            case "end":
                lease = PositionLease.objects.filter(ended_at=None).order_by("id").first()
                if lease is not None:
                    end_lease(lease, reason="Idle", now=now)
            case _:
                key = chance.choice("abc")
                clicked(f"{key}-{now:%s}", now.replace(microsecond=0), seen=now + DAY, position=key)
