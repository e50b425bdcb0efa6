"""After a restore: take over which shop had which position from the database that the restored one replaces.

Marketplaces go on reporting orders under positions that were leased after the backup. Where the replaced database can
still be read, its leases are copied, so that those orders find their shop and no position serves another one too soon.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from django.db import transaction

from joey.kit import sql
from joey.kit.sets import SetTable
from joey.marketplaces.registry import find_manifest
from joey.sharing.rest_positions import rest_of
from joey.shops.models import Listing, Shop

REST_OF_THE_UNKNOWN = timedelta(days=365)  # where the package of a marketplace is not installed


@dataclass(frozen=True)
class PositionBefore:
    """A position of the database that is replaced."""

    marketplace: str
    key: str
    registered_at: datetime
    free_from: datetime | None
    was_leased: bool


@dataclass(frozen=True)
class LeaseBefore:
    """A lease of that database. `shop_is_here`: the restored one has its shop."""

    id: UUID
    marketplace: str
    key: str
    shop_id: UUID
    leased_from: datetime
    ended_at: datetime | None
    until: datetime | None
    last_used_at: datetime
    is_reuse: bool
    shop_is_here: bool


@dataclass(frozen=True)
class TrackedBefore:
    """A tracked address of that database, on a lease of it: the evidence of what the shop had links to."""

    shop_id: UUID
    listing_id: UUID
    lease_id: UUID
    sub_id: str
    item: str
    title: str
    url: str
    copy_code: str
    made_at: datetime


@transaction.atomic
def restore_leases(before: psycopg.Connection, *, now: datetime) -> int:
    """Bring positions and leases up to what the database `before` has; how many leases were missing here.

    A lease of a shop that is missing here is left out, and its position rests for the order window and the refund time,
    as if the lease had ended now. Safe to run twice.
    """
    _fetch(before)
    sql.execute(
        "INSERT INTO sharing_position (marketplace, key, registered_at, free_from, was_leased)"
        " SELECT marketplace, key, registered_at, free_from, was_leased FROM position_before"
        " ON CONFLICT (marketplace, key) DO NOTHING"
    )
    sql.execute(
        """
        UPDATE sharing_position p SET free_from = b.free_from, was_leased = b.was_leased FROM position_before b
        WHERE (p.marketplace, p.key) = (b.marketplace, b.key)
          AND (p.free_from, p.was_leased) IS DISTINCT FROM (b.free_from, b.was_leased)
        """
    )
    sql.execute(  # first what ended: a shop has one open lease at a marketplace, a position one at all
        """
        UPDATE sharing_positionlease l
        SET ended_at = b.ended_at, until = b.until, last_used_at = greatest(l.last_used_at, b.last_used_at)
        FROM lease_before b WHERE l.id = b.id
        """
    )
    restored = sql.execute(
        """
        INSERT INTO sharing_positionlease
            (id, position_id, marketplace, shop_id, leased_from, ended_at, until, last_used_at, is_reuse)
        SELECT b.id, p.id, p.marketplace, b.shop_id, b.leased_from, b.ended_at, b.until, b.last_used_at, b.is_reuse
        FROM lease_before b JOIN sharing_position p ON (p.marketplace, p.key) = (b.marketplace, b.key)
        WHERE b.shop_is_here ORDER BY b.id ON CONFLICT (id) DO NOTHING
        """
    )
    _take_over_tracked_urls()
    _let_rest(now)
    return restored


def _fetch(before: psycopg.Connection) -> None:
    """Copy the positions and leases of the other database into two temporary tables."""
    positions = before.execute(
        "SELECT marketplace, key, registered_at, free_from, was_leased FROM sharing_position"
    ).fetchall()
    SetTable("position_before", PositionBefore).create().fill(PositionBefore(*row) for row in positions)
    leases = before.execute(
        "SELECT l.id, p.marketplace, p.key, l.shop_id, l.leased_from, l.ended_at, l.until, l.last_used_at,"
        " l.is_reuse FROM sharing_positionlease l JOIN sharing_position p ON p.id = l.position_id"
    ).fetchall()
    shops = set(Shop.objects.filter(pk__in={lease[3] for lease in leases}).values_list("id", flat=True))
    SetTable("lease_before", LeaseBefore).create().fill(LeaseBefore(*(*row, row[3] in shops)) for row in leases)
    tracked = before.execute(
        "SELECT shop_id, listing_id, lease_id, sub_id, item, title, url, copy_code, made_at FROM sharing_trackedurl"
        " WHERE lease_id IS NOT NULL"
    ).fetchall()
    SetTable("tracked_before", TrackedBefore).create().fill(TrackedBefore(*row) for row in tracked)


def _take_over_tracked_urls() -> None:
    """Those whose lease and listing are here; one that the restored database has stays as it is."""
    listings = sql.rows("SELECT DISTINCT listing_id FROM tracked_before")
    here = list(Listing.objects.filter(pk__in=[row["listing_id"] for row in listings]).values_list("id", flat=True))
    sql.execute(
        """
        INSERT INTO sharing_trackedurl (shop_id, listing_id, lease_id, sub_id, item, title, url, copy_code, made_at)
        SELECT b.shop_id, b.listing_id, b.lease_id, b.sub_id, b.item, b.title, b.url, b.copy_code, b.made_at
        FROM tracked_before b JOIN sharing_positionlease l ON l.id = b.lease_id AND l.shop_id = b.shop_id
        WHERE b.listing_id = ANY(%s) ON CONFLICT DO NOTHING
        """,
        [here],
    )


def _let_rest(now: datetime) -> None:
    """Let positions rest whose open lease is of a shop that is not here."""
    orphaned = "FROM lease_before b WHERE NOT b.shop_is_here AND b.until IS NULL"
    for row in sql.rows(f"SELECT DISTINCT b.marketplace {orphaned}"):
        manifest = find_manifest(row["marketplace"])
        rest = rest_of(manifest) if manifest else REST_OF_THE_UNKNOWN
        sql.execute(
            f"""
            UPDATE sharing_position p SET free_from = %s
            WHERE p.marketplace = %s AND p.key IN (SELECT b.key {orphaned} AND b.marketplace = p.marketplace)
            """,
            [now + rest, row["marketplace"]],
        )
