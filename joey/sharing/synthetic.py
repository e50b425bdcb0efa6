"""Synthetic positions and leases for measuring: no marketplace knows their keys."""

from datetime import datetime

from joey.kit import sql

KEY = "synthetic-"


def lease_to(shops: str, marketplace: str, *, since: datetime) -> int:
    """Give every shop in temporary table `shops` (shop_id uuid) that has no lease at the marketplace one; how many.

    Each gets a position of its own, leased from `since` on.
    """
    have = sql.value(
        "SELECT count(*) FROM sharing_position WHERE marketplace = %s AND key LIKE %s", [marketplace, f"{KEY}%"]
    )
    sql.fresh_temp_table("synthetic_lease", "key text, shop_id uuid")
    sql.execute(
        f"""
        INSERT INTO synthetic_lease
        SELECT '{KEY}' || (%(have)s + row_number() OVER (ORDER BY s.n)), s.shop_id FROM {shops} s
        WHERE NOT EXISTS (
            SELECT FROM sharing_positionlease l
            WHERE l.shop_id = s.shop_id AND l.marketplace = %(marketplace)s AND l.ended_at IS NULL
        )
        """,
        {"have": have, "marketplace": marketplace},
    )
    return sql.execute(
        """
        WITH filed AS (
            INSERT INTO sharing_position (marketplace, key, free_from)
            SELECT %(marketplace)s, key, NULL FROM synthetic_lease RETURNING id, key
        )
        INSERT INTO sharing_positionlease (id, position_id, marketplace, shop_id, leased_from, last_used_at)
        SELECT joey_uuid7(), filed.id, %(marketplace)s, x.shop_id, %(since)s, %(since)s
        FROM filed JOIN synthetic_lease x USING (key)
        """,
        {"marketplace": marketplace, "since": since},
    )


def leased_keys(shops: str, marketplace: str) -> list[str]:
    """The position that each shop of temporary table `shops` (n int, shop_id uuid) holds, in the order of n."""
    found = sql.rows(
        f"""
        SELECT p.key FROM {shops} s
        JOIN sharing_positionlease l ON l.shop_id = s.shop_id AND l.marketplace = %s AND l.ended_at IS NULL
        JOIN sharing_position p ON p.id = l.position_id ORDER BY s.n
        """,
        [marketplace],
    )
    return [row["key"] for row in found]
