"""Each change of an offer takes the next number (`seq`); a follower of a marketplace reads what is newer.

A marketplace's numbers are given out under one lock, held until the commit: without it a smaller number could be
committed after a larger one was read, and a follower would miss it.
"""

from collections.abc import Iterable

from joey.kit import sql


def lock(marketplaces: Iterable[str]) -> None:
    """Be the only transaction that gives out numbers for these marketplaces, until it ends."""
    for marketplace in sorted(marketplaces):  # always in one order, so that two sets never wait for each other
        sql.lock_until_end(f"catalog:{marketplace}")


def notify_followers() -> None:
    """Notify them with the commit, so that they need not wait for their next check."""
    sql.execute("NOTIFY joey_offers")


def newest_seqs() -> dict[str, int]:
    """Marketplace → its last change. One query that skips along the index from marketplace to marketplace."""
    found = sql.rows(
        """
        WITH RECURSIVE place(name) AS (
            (SELECT marketplace FROM catalog_offer ORDER BY marketplace LIMIT 1)
            UNION ALL
            SELECT (SELECT marketplace FROM catalog_offer WHERE marketplace > place.name ORDER BY marketplace LIMIT 1)
            FROM place WHERE place.name IS NOT NULL
        )
        SELECT name, (SELECT seq FROM catalog_offer WHERE marketplace = name ORDER BY seq DESC LIMIT 1) AS seq
        FROM place WHERE name IS NOT NULL
        """
    )
    return {row["name"]: row["seq"] for row in found}
