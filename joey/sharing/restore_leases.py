"""After a restore: merge which shop had which position with what the database that the restored one replaces has.

Marketplaces go on reporting orders under positions that were leased after the backup. Where the replaced database can
still be read, its leases are taken over, so that those orders find their shop and no position serves another one too
soon. Either database may have leases that the other does not know: the backup may be of an instance that an earlier
restore moved aside.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from django.db import transaction
from django.utils.translation import gettext_noop as _

from joey.kit import sql
from joey.kit.sentences import Sentence
from joey.kit.sets import SetTable
from joey.record.append import append, append_set
from joey.record.erasable import keep_text
from joey.record.kinds import identifier, identifier_sql
from joey.record.queries import decisions_before
from joey.sharing.lease_position import REFRESH
from joey.sharing.models import Position
from joey.sharing.rest_positions import rest_at
from joey.shops.models import Listing, Shop


@dataclass(frozen=True)
class PositionBefore:
    """A position of the database that is replaced."""

    marketplace: str
    key: str
    registered_at: datetime
    free_from: datetime | None
    was_leased: bool
    refused_at: datetime | None


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
    changed_at: datetime | None  # when the database noted its opening, or the last change of its end
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


@dataclass(frozen=True)
class ComingLease:
    """A lease that is missing here, and from when on it can have its position."""

    id: UUID
    position_id: int
    marketplace: str
    shop_id: UUID
    begins_at: datetime
    ended_at: datetime | None
    until: datetime | None
    last_used_at: datetime
    is_reuse: bool


@dataclass(frozen=True)
class RestUntil:
    """Until when a position at the marketplace rests that is used no more from now on."""

    marketplace: str
    until: datetime


ERASED = (Sentence(_("The reason was erased.")),)  # only operators read it
COMING = SetTable("lease_coming", ComingLease)
REST_UNTIL = SetTable("rest_until", RestUntil)

# A lease with no later one of its position here.
_LAST = """NOT EXISTS (
    SELECT FROM sharing_positionlease next
    WHERE next.position_id = l.position_id AND next.leased_from > l.leased_from)"""
_CHANGED_THERE = "b.changed_at > (SELECT max(recorded_at) FROM sharing_leasechange c WHERE c.lease_id = l.id)"
# Every click and order that is known here to be of the lease `l` was before this moment (rest_positions.py).
_USED_UNTIL = """(
    date_trunc('second', greatest(l.ended_at, l.last_used_at + %(refresh)s)) + interval '1 second')"""


@transaction.atomic
def restore_leases(before: psycopg.Connection, *, now: datetime) -> int:
    """Merge positions and leases with those of the database `before`; how many leases were missing here.

    Of a lease that both have, the later change of its end counts. One that is missing here comes if it began after
    every lease of its position that is here: then that one ends when it begins, but not before its last use, since
    orders of that time are its shop's. A shop that has an open lease in both at one marketplace keeps the one that it
    has there. What cannot come, as its shop is missing here, leaves its position resting for the order window and the
    refund time, as if the lease had ended now. A position that was withdrawn there, or that its marketplace refuses, is
    so here too. Safe to run twice.
    """
    _fetch(before)
    changes = sql.value("SELECT coalesce(max(id), 0) FROM sharing_leasechange")
    sql.execute(
        "INSERT INTO sharing_position (marketplace, key, registered_at, free_from, was_leased)"
        " SELECT marketplace, key, registered_at, free_from, was_leased FROM position_before"
        " ON CONFLICT (marketplace, key) DO NOTHING"
    )
    places = sql.tuples("SELECT DISTINCT marketplace FROM sharing_position")
    REST_UNTIL.create().fill(RestUntil(place, rest_at(place, now)) for (place,) in places)
    _merge_ends(now)
    came = _bring_missing()
    _take_over_tracked_urls()
    _free_what_is_not_leased()
    _withdraw_what_was_withdrawn(before)
    _append_events(changes, now)
    return came


def _fetch(before: psycopg.Connection) -> None:
    """Copy the positions, leases and tracked addresses of the other database into temporary tables."""
    positions = before.execute(
        "SELECT marketplace, key, registered_at, free_from, was_leased, refused_at FROM sharing_position"
    ).fetchall()
    SetTable("position_before", PositionBefore).create().fill(PositionBefore(*row) for row in positions)
    leases = before.execute(
        "SELECT l.id, p.marketplace, p.key, l.shop_id, l.leased_from, l.ended_at, l.until, l.last_used_at,"
        " l.is_reuse, (SELECT max(recorded_at) FROM sharing_leasechange c WHERE c.lease_id = l.id)"
        " FROM sharing_positionlease l JOIN sharing_position p ON p.id = l.position_id"
    ).fetchall()
    shops = set(Shop.objects.filter(pk__in={lease[3] for lease in leases}).values_list("id", flat=True))
    SetTable("lease_before", LeaseBefore).create().fill(LeaseBefore(*(*row, row[3] in shops)) for row in leases)
    tracked = before.execute(
        "SELECT shop_id, listing_id, lease_id, sub_id, item, title, url, copy_code, made_at FROM sharing_trackedurl"
        " WHERE lease_id IS NOT NULL"
    ).fetchall()
    SetTable("tracked_before", TrackedBefore).create().fill(TrackedBefore(*row) for row in tracked)


def _merge_ends(now: datetime) -> None:
    """Of leases that both have. First what ended: a shop has one open lease at a marketplace, a position one at all."""
    given = {"now": now, "refresh": REFRESH}
    sql.execute(
        f"""
        UPDATE sharing_positionlease l
        SET ended_at = CASE WHEN {_CHANGED_THERE} THEN b.ended_at ELSE l.ended_at END,
            until = greatest(b.until, coalesce(l.until, {_USED_UNTIL})),
            last_used_at = greatest(l.last_used_at, b.last_used_at)
        FROM lease_before b
        WHERE l.id = b.id AND {_LAST} AND b.ended_at IS NOT NULL AND (l.ended_at IS NOT NULL OR {_CHANGED_THERE})
        """,
        given,
    )
    sql.execute(
        f"""
        UPDATE sharing_positionlease l SET ended_at = least(%(now)s, {_USED_UNTIL}), until = r.until FROM {REST_UNTIL} r
        WHERE r.marketplace = l.marketplace AND l.ended_at IS NULL AND EXISTS (
            SELECT FROM lease_before b
            WHERE (b.shop_id, b.marketplace) = (l.shop_id, l.marketplace) AND b.ended_at IS NULL AND b.id <> l.id)
        """,
        given,
    )
    sql.execute(
        f"""
        UPDATE sharing_positionlease l
        SET ended_at = NULL, until = NULL, last_used_at = greatest(l.last_used_at, b.last_used_at)
        FROM lease_before b
        WHERE l.id = b.id AND {_LAST} AND b.ended_at IS NULL AND (l.ended_at IS NULL OR {_CHANGED_THERE})
        """,
        given,
    )


def _bring_missing() -> int:
    """The leases that are missing here, where what is here leaves them time; how many."""
    COMING.create().insert(
        f"""
        SELECT * FROM (
            SELECT b.id, p.id AS position_id, p.marketplace, b.shop_id,
                   greatest(b.leased_from, least(l.until, {_USED_UNTIL})) AS begins_at,
                   b.ended_at, b.until, b.last_used_at,
                   b.is_reuse OR EXISTS (
                       SELECT FROM sharing_positionlease other
                       WHERE other.position_id = p.id AND other.shop_id <> b.shop_id) AS is_reuse
            FROM lease_before b JOIN sharing_position p ON (p.marketplace, p.key) = (b.marketplace, b.key)
            LEFT JOIN sharing_positionlease l ON l.position_id = p.id AND {_LAST}
            WHERE b.shop_is_here AND (l.id IS NULL OR l.leased_from < b.leased_from)
              AND NOT EXISTS (SELECT FROM sharing_positionlease known WHERE known.id = b.id)
        ) AS missing WHERE until IS NULL OR until > begins_at
        """,
        {"refresh": REFRESH},
    )
    sql.execute(
        f"""
        UPDATE sharing_positionlease l SET ended_at = least(l.ended_at, c.at), until = c.at
        FROM (SELECT position_id, min(begins_at) AS at FROM {COMING} GROUP BY 1) AS c
        WHERE l.position_id = c.position_id AND (l.until IS NULL OR l.until > c.at)
        """
    )
    return sql.execute(
        f"""
        INSERT INTO sharing_positionlease
            (id, position_id, marketplace, shop_id, leased_from, ended_at, until, last_used_at, is_reuse)
        SELECT id, position_id, marketplace, shop_id, begins_at, ended_at, until, last_used_at, is_reuse
        FROM {COMING} ORDER BY id
        """
    )


def _take_over_tracked_urls() -> None:
    """Those whose lease, listing and link are here; one that the restored database has stays as it is."""
    listings = sql.rows("SELECT DISTINCT listing_id FROM tracked_before")
    here = list(Listing.objects.filter(pk__in=[row["listing_id"] for row in listings]).values_list("id", flat=True))
    sql.execute(
        """
        INSERT INTO sharing_trackedurl (shop_id, listing_id, lease_id, sub_id, item, title, url, copy_code, made_at)
        SELECT b.shop_id, b.listing_id, b.lease_id, b.sub_id, b.item, b.title, b.url, b.copy_code, b.made_at
        FROM tracked_before b JOIN sharing_positionlease l ON l.id = b.lease_id AND l.shop_id = b.shop_id
        WHERE b.listing_id = ANY(%s) AND (b.sub_id = '' OR EXISTS (
            SELECT FROM sharing_link k
            WHERE (k.code, k.shop_id, k.listing_id) = (b.sub_id, b.shop_id, b.listing_id)))
        ON CONFLICT DO NOTHING
        """,
        [here],
    )


def _free_what_is_not_leased() -> None:
    """A position that no open lease has rests as long as either database or its last lease says."""
    sql.execute(
        f"""
        UPDATE sharing_position p SET free_from = merged.free_from, was_leased = merged.was_leased
        FROM (
            SELECT p.id, p.was_leased OR coalesce(b.was_leased, false) AS was_leased,
                   CASE WHEN NOT bool_or(l.id IS NOT NULL AND l.ended_at IS NULL) THEN
                       greatest(p.free_from, b.free_from, max(l.until),
                                CASE WHEN b.key IS NOT NULL AND b.free_from IS NULL THEN r.until END)
                   END AS free_from
            FROM sharing_position p
            JOIN {REST_UNTIL} r ON r.marketplace = p.marketplace
            LEFT JOIN position_before b ON (b.marketplace, b.key) = (p.marketplace, p.key)
            LEFT JOIN sharing_positionlease l ON l.position_id = p.id
            GROUP BY p.id, b.key, b.free_from, b.was_leased, r.until
        ) AS merged
        WHERE p.id = merged.id AND (p.free_from, p.was_leased) IS DISTINCT FROM (merged.free_from, merged.was_leased)
        """
    )


def _withdraw_what_was_withdrawn(before: psycopg.Connection) -> None:
    """Bring withdrawals with their reasons, and what marketplaces refused; a lease that is open here goes on."""
    sql.execute(
        """
        UPDATE sharing_position p SET refused_at = b.refused_at FROM position_before b
        WHERE (b.marketplace, b.key) = (p.marketplace, p.key) AND p.refused_at IS NULL AND b.refused_at IS NOT NULL
        """
    )
    of_event = {event.subject_key: event for event in decisions_before(before, "position.withdrawn")}
    named = before.execute(
        "SELECT 'position:' || id, marketplace, key FROM sharing_position WHERE withdrawn_at IS NOT NULL"
    )
    for subject_key, marketplace, key in named.fetchall():
        event = of_event[subject_key]
        here = Position.objects.filter(marketplace=marketplace, key=key, withdrawn_at=None, free_from__isnull=False)
        for position in here:
            here.update(withdrawn_at=event.happened_at)
            facts = {"marketplace": marketplace, "position": identifier(key), "by": event.by}
            facts |= {"reason": keep_text(event.reason or ERASED, shop_id=None).fact}
            append("position.withdrawn", f"position:{position.pk}", facts, happened_at=event.happened_at)


def _append_events(changes: int, now: datetime) -> None:
    """For each lease that was brought or ended otherwise since so many `changes` were noted: no event here says so."""
    append_set(
        f"""
        SELECT l.shop_id, 'position.carried_over' AS kind, 'lease:' || l.id AS subject_key,
               jsonb_strip_nulls(jsonb_build_object(
                   'marketplace', l.marketplace, 'position', {identifier_sql("p.key")}, 'leased_from', l.leased_from,
                   'ended_at', l.ended_at, 'until', l.until)) AS facts,
               %(now)s AS happened_at
        FROM sharing_positionlease l JOIN sharing_position p ON p.id = l.position_id
        WHERE l.id IN (SELECT lease_id FROM sharing_leasechange WHERE id > %(changes)s)
        """,
        {"changes": changes, "now": now},
    )
