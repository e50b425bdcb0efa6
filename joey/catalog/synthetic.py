"""The synthetic part of the catalogue, for measuring: which of its offers are there, by number."""

from joey.kit import sql

MARKETPLACE = "feed:synthetic"
IDENTITY = "synthetic-"  # and a number from 0 on


def synthetic_offers() -> int:
    """How many there are."""
    return int(sql.value("SELECT count(*) FROM catalog_offer WHERE marketplace = %s", [MARKETPLACE]))


def offers_into(table: str, *, limit: int) -> int:
    """Fill temporary table `table` (n int, offer_id uuid) with the first synthetic offers by number; how many.

    The table stays until the connection is closed: many transactions read it.
    """
    sql.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
    sql.execute(f"CREATE TEMP TABLE {table} (n int PRIMARY KEY, offer_id uuid)")
    filled = sql.execute(
        f"""
        INSERT INTO {table}
        SELECT row_number() OVER (ORDER BY substr(identity, %s)::int) - 1, id
        FROM catalog_offer WHERE marketplace = %s ORDER BY 1 LIMIT %s
        """,
        [len(IDENTITY) + 1, MARKETPLACE, limit],
    )
    sql.execute(f"ANALYZE {table}")
    return filled
