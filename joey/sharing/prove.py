"""The invariants of links, clicks, outbound clicks and leases, as queries that return offenders."""

from joey.kit.prove import Check, is_ahead
from joey.record.kinds import identifier_sql

_POSITION = f"(e.facts ->> 'marketplace', e.facts ->> 'position') = (l.marketplace, {identifier_sql('p.key')})"
# The event in which a restore says what a lease came to, when it brought it here or changed its end.
_CARRIED_OVER = f"e.kind = 'position.carried_over' AND e.subject_key = 'lease:' || l.id AND {_POSITION}"

CHECKS = [
    Check(
        "Every outbound click has its click, of the same shop",
        """
        SELECT w.id AS outbound_click, w.click_id, w.shop_id FROM sharing_outboundclick w
        LEFT JOIN sharing_click c ON c.id = w.click_id AND c.shop_id = w.shop_id
        WHERE c.id IS NULL
        """,
    ),
    Check(
        "Every click's link exists and is of that shop and listing",
        """
        SELECT c.id AS click, c.link_id, c.shop_id, c.listing_id FROM sharing_click c
        LEFT JOIN sharing_link l
          ON l.id = c.link_id AND l.shop_id = c.shop_id AND l.listing_id = c.listing_id
        WHERE l.id IS NULL
        """,
    ),
    Check(
        "Every link is of the shop that has the listing",
        """
        SELECT l.code, l.shop_id, g.shop_id AS listing_of FROM sharing_link l
        JOIN shops_listing g ON g.id = l.listing_id WHERE g.shop_id <> l.shop_id
        """,
    ),
    Check(
        "10. Each link has the code, shop, listing and channel with which it was made",
        """
        SELECT l.id AS link, l.code, l.shop_id, e.shop_id AS made_for FROM sharing_link l
        LEFT JOIN record_event e ON e.kind = 'link.made' AND e.facts ->> 'code' = l.code
        WHERE (e.shop_id, e.subject_key, e.facts ->> 'channel', e.happened_at)
              IS DISTINCT FROM (l.shop_id, 'listing:' || l.listing_id, l.channel::text, l.made_at)
        """,
    ),
    Check(
        "10. Each lease is of the shop and on the position for which it was opened",
        """
        SELECT coalesce(l.id, c.lease_id) AS lease, l.shop_id, c.shop_id AS opened_for, l.position_id
        FROM sharing_positionlease l FULL JOIN sharing_leasechange c ON c.lease_id = l.id
        WHERE (l.shop_id, l.position_id, l.leased_from) IS DISTINCT FROM (c.shop_id, c.position_id, c.leased_from)
        """,
    ),
    Check(
        "10. Each lease is of the shop and the position, and since the moment, that its event says",
        f"""
        SELECT l.id AS lease, l.shop_id, p.key AS position, l.leased_from FROM sharing_positionlease l
        JOIN sharing_position p ON p.id = l.position_id
        WHERE NOT EXISTS (
            SELECT FROM record_event e WHERE e.kind = 'position.leased' AND e.shop_id = l.shop_id AND {_POSITION}
               AND date_trunc('second', e.happened_at) = date_trunc('second', l.leased_from)
        ) AND NOT EXISTS (
            SELECT FROM record_event e WHERE {_CARRIED_OVER} AND e.shop_id = l.shop_id
               AND (e.facts ->> 'leased_from')::timestamptz = l.leased_from
        )
        """,
    ),
    Check(
        "10. A lease of a position that another shop had before says so",
        """
        SELECT l.id AS lease, l.position_id FROM sharing_positionlease l WHERE NOT l.is_reuse AND EXISTS (
            SELECT FROM sharing_positionlease earlier WHERE earlier.position_id = l.position_id
               AND earlier.leased_from < l.leased_from AND earlier.shop_id <> l.shop_id)
        """,
    ),
    Check(
        "32. A position is free exactly when no lease is open, and not before the last one has rested",
        """
        SELECT p.id AS position, p.free_from, l.id AS lease, l.until FROM sharing_position p
        LEFT JOIN (
            SELECT DISTINCT ON (position_id) * FROM sharing_positionlease ORDER BY position_id, leased_from DESC
        ) AS l ON l.position_id = p.id
        WHERE (p.free_from IS NULL) <> (l.id IS NOT NULL AND l.ended_at IS NULL) OR p.free_from < l.until
           OR p.marketplace <> l.marketplace
        """,
    ),
    Check(
        "32. Leases of one position do not overlap",
        """
        SELECT a.id AS lease, b.id AS other, a.position_id FROM sharing_positionlease a
        JOIN sharing_positionlease b ON b.position_id = a.position_id AND b.id > a.id
        WHERE tstzrange(a.leased_from, a.until) && tstzrange(b.leased_from, b.until)
        """,
    ),
    Check(
        "32. Each lease ends when its openings and endings say, and none was used in the future",
        f"""
        SELECT l.id AS lease, l.ended_at, l.until FROM sharing_positionlease l
        LEFT JOIN (SELECT DISTINCT ON (lease_id) * FROM sharing_leasechange ORDER BY lease_id, id DESC) AS c
          ON c.lease_id = l.id
        WHERE (l.ended_at, l.until) IS DISTINCT FROM (c.ended_at, c.until) OR {is_ahead("l.last_used_at")}
        """,
    ),
    Check(
        "32. Each lease that has ended, or that its shop got back, has the event that says so",
        f"""
        WITH ends AS (SELECT lease_id, max(ended_at) AS last FROM sharing_leasechange GROUP BY 1)
        SELECT l.id AS lease, l.ended_at, ends.last AS last_ended_at FROM sharing_positionlease l
        JOIN sharing_position p ON p.id = l.position_id JOIN ends ON ends.lease_id = l.id AND ends.last IS NOT NULL
        WHERE NOT EXISTS (
            SELECT FROM record_event e WHERE e.kind = 'position.ended' AND e.subject_key = 'lease:' || l.id
               AND e.happened_at = l.ended_at
        ) AND NOT EXISTS (
            SELECT FROM record_event e WHERE l.ended_at IS NULL AND e.kind = 'position.resumed'
               AND e.shop_id = l.shop_id AND {_POSITION} AND e.happened_at >= ends.last
        ) AND NOT EXISTS (
            SELECT FROM record_event e WHERE {_CARRIED_OVER}
               AND (e.facts ->> 'ended_at')::timestamptz IS NOT DISTINCT FROM l.ended_at
        )
        """,
    ),
    Check(
        "32. A position is withdrawn exactly since its event says so",
        f"""
        SELECT p.id AS position, p.key, p.withdrawn_at, e.id AS event FROM sharing_position p
        FULL JOIN (SELECT * FROM record_event WHERE kind = 'position.withdrawn') AS e
          ON e.facts ->> 'marketplace' = p.marketplace AND e.facts ->> 'position' = {identifier_sql("p.key")}
        WHERE p.withdrawn_at IS DISTINCT FROM e.happened_at
        """,
    ),
    Check(
        "32. No position rests for less time than was noted before",
        f"""
        SELECT l.id AS lease, c.ended_at, c.until, c.until_before FROM (
            SELECT *, lag(ended_at) OVER changes AS ended_before, lag(until) OVER changes AS until_before
            FROM sharing_leasechange WINDOW changes AS (PARTITION BY lease_id ORDER BY id)
        ) AS c
        JOIN sharing_positionlease l ON l.id = c.lease_id JOIN sharing_position p ON p.id = l.position_id
        WHERE c.ended_at = c.ended_before AND c.until < c.until_before AND NOT EXISTS (
            SELECT FROM record_event e WHERE {_CARRIED_OVER} AND (e.facts ->> 'until')::timestamptz = c.until
        )
        """,
    ),
    Check(
        "Every tracked address is on a lease of its own shop, or carries the code of a link of it",
        """
        SELECT t.id AS tracked_url, t.shop_id, l.shop_id AS lease_of FROM sharing_trackedurl t
        JOIN shops_listing g ON g.id = t.listing_id
        LEFT JOIN sharing_positionlease l ON l.id = t.lease_id
        LEFT JOIN sharing_link k ON k.code = t.sub_id
        WHERE l.shop_id <> t.shop_id OR g.shop_id <> t.shop_id
           OR (t.sub_id <> '' AND (k.shop_id, k.listing_id) IS DISTINCT FROM (t.shop_id, t.listing_id))
        """,
    ),
]
