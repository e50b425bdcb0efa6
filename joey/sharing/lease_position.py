"""Positions are few: a shop leases one when it first shares, and returns it when no order can come of it any more."""

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

    None when the marketplace's order reports name no position, or every position is taken. Without a sub-id such a
    share earns nothing, and the caller says so.
    """
    manifest = registry.manifest_of(marketplace)
    if not manifest.reports_orders or "position" not in manifest.evidence:
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
    """An ended lease resumes while its position cannot have been leased to another shop (free_from is its `until`)."""
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
    ) or _free_form_position(marketplace, now)
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


def _free_form_position(marketplace: str, now: datetime) -> Position | None:
    """A new position where any key may be used without asking the marketplace first, up to what it allows."""
    positions = registry.manifest_of(marketplace).capabilities.positions
    if positions.registered or positions.granted == "none":
        return None
    sql.value("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"positions:{marketplace}"])
    have = Position.objects.filter(marketplace=marketplace).count()
    if positions.at_most is not None and have >= positions.at_most:
        return None
    key = registry.connector(marketplace).register_position(f"joey-{have + 1}")
    made, new = Position.objects.get_or_create(
        marketplace=marketplace, key=key, defaults={"free_from": _whole_second(now)}
    )
    return made if new else None


@transaction.atomic
def return_idle(*, now: datetime, idle_days: int = IDLE_DAYS) -> int:
    """End every lease that was not used for `idle_days`; how many.

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


def keep_for_orders(marketplace: str, table: str, *, now: datetime) -> None:
    """A reported order uses its lease: an open one is in use, an ended one rests again from that moment on.

    Temporary table `table` has `lease_id uuid, evidence_at timestamptz`. Copy-codes and the marketplace's own links
    lead there without passing through here, so a lease can earn for months without a share or an outbound click. An
    ended lease keeps its position for window plus refund time after the last reported use, so that the time of an
    order names the shop as surely as the time of a click does. A lease that is locked by another transaction is left
    out: it is being used.
    """
    manifest = registry.manifest_of(marketplace)
    sql.execute(
        f"""
        WITH used AS (
            SELECT lease_id, least(max(evidence_at), %(now)s) AS at FROM {table} WHERE lease_id IS NOT NULL GROUP BY 1
        ), locked AS (
            SELECT l.id, l.position_id, used.at, date_trunc('second', used.at) + %(rest)s AS rests_until
            FROM sharing_positionlease l JOIN used ON used.lease_id = l.id
            WHERE (l.ended_at IS NULL AND l.last_used_at < used.at - %(refresh)s)
               OR (l.until > %(now)s AND l.until < date_trunc('second', used.at) + %(rest)s)
            ORDER BY l.id FOR UPDATE OF l SKIP LOCKED
        ), kept AS (
            UPDATE sharing_positionlease l
            SET last_used_at = greatest(l.last_used_at, locked.at), until = greatest(l.until, locked.rests_until)
            FROM locked WHERE l.id = locked.id AND l.until IS NOT NULL RETURNING l.position_id, l.until
        ), rests AS (
            UPDATE sharing_position p SET free_from = kept.until FROM kept WHERE p.id = kept.position_id
        )
        UPDATE sharing_positionlease l SET last_used_at = locked.at
        FROM locked WHERE l.id = locked.id AND l.until IS NULL
        """,
        {"now": now, "refresh": REFRESH, "rest": timedelta(days=manifest.window_days + manifest.refund_days)},
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
    """When the first lease at this marketplace began: no order through one of these positions can be older."""
    first: datetime | None = PositionLease.objects.filter(marketplace=marketplace).aggregate(
        first=models.Min("leased_from")
    )["first"]
    return first


def _whole_second(moment: datetime) -> datetime:
    """Marketplaces report times in whole seconds, cut off. A lease begins and ends on them too, or a click within the
    second of the first share would seem to come before it."""
    return moment.replace(microsecond=0)
