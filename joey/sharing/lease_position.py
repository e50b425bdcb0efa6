"""Filed positions are few: a shop leases one when it first shares and gives it back when nothing can come of it."""

from datetime import datetime, timedelta

from django.db import models, transaction

from joey.kit import sql
from joey.marketplaces import registry
from joey.record.append import append
from joey.sharing.models import Position, PositionLease
from joey.shops.models import Shop

IDLE_DAYS = 30  # without a share, an outbound click or an order, a lease ends
REFRESH = timedelta(hours=1)  # how exactly "last used" is kept


def lease_for(shop: Shop, marketplace: str, *, now: datetime) -> PositionLease | None:
    """The shop's lease at the marketplace, made now if needed.

    None when the marketplace reports no orders or every position is taken: such a share earns nothing, and the
    caller says so.
    """
    if not registry.manifest_of(marketplace).reports_orders:
        return None
    connector = registry.connector_for(marketplace)
    with transaction.atomic():
        # one shop at a time: two first shares of one shop must not take two positions
        sql.value("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"lease:{connector.code}:{shop.pk}"])
        lease = PositionLease.objects.filter(
            shop=shop, marketplace=connector.code, ended_at__isnull=True
        ).first() or _reopened(shop, connector.code, now)
        if lease is None:
            return _new_lease(shop, connector.code, now)
        if lease.last_used_at < now - REFRESH:
            PositionLease.objects.filter(pk=lease.pk).update(last_used_at=now)
        return lease


def _reopened(shop: Shop, marketplace: str, now: datetime) -> PositionLease | None:
    """An ended lease whose position nobody else could have taken yet simply goes on (free_from is its `until`)."""
    lease = (
        PositionLease.objects.select_for_update()
        .filter(shop=shop, marketplace=marketplace, until__gt=now)
        .order_by("-until")
        .first()
    )
    if lease is None:
        return None
    lease.ended_at = lease.until = None
    lease.last_used_at = now
    lease.save(update_fields=["ended_at", "until", "last_used_at"])
    Position.objects.filter(pk=lease.position_id).update(free_from=None)
    return lease


def _new_lease(shop: Shop, marketplace: str, now: datetime) -> PositionLease | None:
    position = (
        Position.objects.select_for_update(skip_locked=True)
        .filter(marketplace=marketplace, free_from__lte=now)
        .order_by("free_from", "id")
        .first()
    )
    if position is None:
        return None
    # Written on the row itself, so that a rival who waited for it sees that it is gone.
    Position.objects.filter(pk=position.pk).update(free_from=None)
    lease = PositionLease.objects.create(
        position=position, marketplace=marketplace, shop=shop, leased_from=_whole_second(now), last_used_at=now
    )
    append(
        "position.leased", f"shop:{shop.pk}",
        {"marketplace": marketplace, "position": position.key}, happened_at=now, shop_id=shop.pk,
    )  # fmt: skip
    return lease


@transaction.atomic
def return_idle(*, now: datetime, idle_days: int = IDLE_DAYS) -> int:
    """End every lease that nobody used for `idle_days`; how many.

    From then on no new link uses the position; clicks on old links still count for the shop until the order
    window and the refund time are over, and only then may another shop have it.
    """
    ended = 0
    for connector in registry.connectors():
        quarantine = timedelta(days=connector.manifest.window_days + connector.manifest.refund_days)
        ended += sql.execute(
            """
            WITH idle AS (
                UPDATE sharing_positionlease SET ended_at = %(now)s, until = %(until)s
                WHERE marketplace = %(marketplace)s AND ended_at IS NULL AND last_used_at < %(idle_since)s
                RETURNING position_id
            )
            UPDATE sharing_position SET free_from = %(until)s WHERE id IN (SELECT position_id FROM idle)
            """,
            {
                "now": now,
                "until": _whole_second(now) + quarantine,
                "marketplace": connector.code,
                "idle_since": now - timedelta(days=idle_days),
            },
        )
    return ended


def keep_for_orders(table: str) -> None:
    """Orders use their lease: `last_used_at` follows the newest click that temporary table `table` reports for it.

    The table has `lease_id uuid, clicked_at timestamptz`. Copy-codes and the marketplace's own links lead there
    without passing Joey, so a lease can earn for months without a share or an outbound click. A lease that someone else
    holds locked is left out: it is being used.
    """
    sql.execute(
        f"""
        WITH used AS (
            SELECT lease_id, least(max(clicked_at), now()) AS at FROM {table} WHERE lease_id IS NOT NULL GROUP BY 1
        ), locked AS (
            SELECT l.id, used.at FROM sharing_positionlease l JOIN used ON used.lease_id = l.id
            WHERE l.ended_at IS NULL AND l.last_used_at < used.at - %s
            ORDER BY l.id FOR UPDATE OF l SKIP LOCKED
        )
        UPDATE sharing_positionlease l SET last_used_at = locked.at FROM locked WHERE l.id = locked.id
        """,
        [REFRESH],
    )


def register_positions(marketplace: str, count: int, *, now: datetime) -> int:
    """Register `count` more positions at the marketplace; how many there are then."""
    connector = registry.connector(marketplace)
    have = Position.objects.filter(marketplace=connector.code).count()
    for number in range(have + 1, have + count + 1):
        key = connector.register_position(f"joey-{number}")
        Position.objects.get_or_create(marketplace=connector.code, key=key, defaults={"free_from": _whole_second(now)})
    return Position.objects.filter(marketplace=connector.code).count()


def first_leased_at(marketplace: str) -> datetime | None:
    """When the first lease at this marketplace began: no order of ours can be older than its click."""
    first: datetime | None = PositionLease.objects.filter(marketplace=marketplace).aggregate(
        first=models.Min("leased_from")
    )["first"]
    return first


def _whole_second(moment: datetime) -> datetime:
    """Marketplaces report the time of a click in whole seconds, cut off: a lease begins and ends on them too, or the
    click that follows the first share within its second would seem to come before it."""
    return moment.replace(microsecond=0)
