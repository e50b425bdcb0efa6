"""What orders report keeps leases alive: an open one is in use, and an ended one rests again from its last use on.

Copy-codes and the marketplace's own links lead there without passing through here, so a lease can earn for months
without a share or an outbound click, even after its end. Whatever is reported through a position makes it rest again
for window plus refund time, so that it is not given to another shop while what the last one shared still sells.
"""

from datetime import datetime, timedelta

from joey.kit import sql
from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Manifest
from joey.sharing.attribute import SUB_ID
from joey.sharing.lease_position import REFRESH

LONGEST_REST = timedelta(days=365)  # where nothing says how long: no window with its refund time is longer


def rest_of(manifest: Manifest) -> timedelta:
    """How long after its last use a position serves no other shop."""
    return timedelta(days=manifest.window_days + manifest.refund_days)


def rest_at(marketplace: str, now: datetime) -> datetime:
    """Until when a position rests whose lease ends now; as long as any would where its package is gone."""
    manifest = registry.find_manifest(marketplace)
    return now.replace(microsecond=0) + (rest_of(manifest) if manifest else LONGEST_REST)


def keep_for_orders(marketplace: str, verdicts: str, pieces: str, *, now: datetime) -> None:
    """Note the use that a set of reports makes of leases and positions.

    Temporary table `verdicts` has `lease_id uuid, evidence_at timestamptz`, `pieces` the evidence (attribute.py). A
    piece that names no shop uses its position too. An open lease that is locked by another transaction is left out: it
    is being used.
    """
    used = {"now": now, "rest": rest_of(registry.manifest_of(marketplace)), "marketplace": marketplace}
    _touch_open_leases(verdicts, now)
    # A position is locked before its leases, and the statements after that see a lease that was begun meanwhile.
    locked = sql.rows(
        f"""
        SELECT p.id, used.at FROM sharing_position p
        JOIN (SELECT key, least(max(at), %(now)s) AS at FROM {pieces} WHERE kind <> '{SUB_ID}' GROUP BY key) AS used
          ON p.key = used.key
        WHERE p.marketplace = %(marketplace)s AND p.free_from < date_trunc('second', used.at) + %(rest)s
        ORDER BY p.id FOR UPDATE OF p
        """,
        used,
    )
    _prolong_ended_leases(verdicts, used)
    if locked:
        sql.execute(
            f"""
            UPDATE sharing_position p SET free_from = date_trunc('second', used.at) + %(rest)s
            FROM (SELECT key, least(max(at), %(now)s) AS at FROM {pieces} WHERE kind <> '{SUB_ID}' GROUP BY key) AS used
            WHERE p.marketplace = %(marketplace)s AND p.key = used.key AND p.id = ANY(%(locked)s)
              AND p.free_from < date_trunc('second', used.at) + %(rest)s
            """,
            {**used, "locked": [row["id"] for row in locked]},
        )


def _touch_open_leases(verdicts: str, now: datetime) -> None:
    sql.execute(
        f"""
        WITH used AS (
            SELECT lease_id, least(max(evidence_at), %(now)s) AS at FROM {verdicts}
            WHERE lease_id IS NOT NULL GROUP BY 1
        ), locked AS (
            SELECT l.id, used.at FROM sharing_positionlease l JOIN used ON used.lease_id = l.id
            WHERE l.ended_at IS NULL AND l.last_used_at < used.at - %(refresh)s
            ORDER BY l.id FOR UPDATE OF l SKIP LOCKED
        )
        UPDATE sharing_positionlease l SET last_used_at = locked.at FROM locked WHERE l.id = locked.id
        """,
        {"now": now, "refresh": REFRESH},
    )


def _prolong_ended_leases(verdicts: str, used: dict[str, object]) -> None:
    """An ended lease lasts for the rest after its last use, at most until the next lease of its position begins."""
    sql.execute(
        f"""
        WITH used AS (
            SELECT lease_id, least(max(evidence_at), %(now)s) AS at FROM {verdicts}
            WHERE lease_id IS NOT NULL GROUP BY 1
        ), lasting AS (
            SELECT l.id, used.at, least(date_trunc('second', used.at) + %(rest)s, (
                SELECT min(next.leased_from) FROM sharing_positionlease next
                WHERE next.position_id = l.position_id AND next.leased_from > l.leased_from)) AS until
            FROM sharing_positionlease l JOIN used ON used.lease_id = l.id WHERE l.ended_at IS NOT NULL
        )
        UPDATE sharing_positionlease l
        SET until = lasting.until, last_used_at = greatest(l.last_used_at, lasting.at)
        FROM lasting WHERE l.id = lasting.id AND l.until < lasting.until
        """,
        used,
    )
