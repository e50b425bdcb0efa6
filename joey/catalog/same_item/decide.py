"""Write down how alike changed offers are to others, and decide again what is told of everyone they touch."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from joey.catalog.same_item.evidence import AHEAD, BY_WORDS, TOLD, Evidence
from joey.kit import sql

Pair = tuple[UUID, str, UUID, str, str, int]  # offer, its marketplace, the other, its marketplace, evidence, score


def decide(changed: Sequence[UUID], pairs: Sequence[Pair], *, now: datetime) -> None:
    """`pairs` take the place of everything that was known of the changed offers.

    A pair is told when its evidence may be, and when it is ahead of every rival: of each other offer that one of both
    is like at the other's marketplace. A changed offer can be such a rival, so whoever was like it or is now is asked
    again too. What rests on words yields to any rival, what rests on numbers only to one with evidence of its own.
    """
    assert sql.inside_transaction()
    touched = _write(changed, pairs, now)
    sql.fresh_temp_table("told_now", "id bigint PRIMARY KEY")
    sql.execute(
        f"""
        INSERT INTO told_now SELECT a.id FROM catalog_alike a
        WHERE (a.offer_id = ANY(%(touched)s) OR a.other_id = ANY(%(touched)s)) AND a.evidence = ANY(%(told)s)
          AND {ahead_of_every_rival()}
        """,
        {"touched": touched, "told": sorted(TOLD)},
    )
    for told in (False, True):  # first what ends: an offer has one same offer in a marketplace
        sql.execute(
            f"""
            UPDATE catalog_alike a SET told = %(told)s, decided_at = %(now)s
            WHERE (a.offer_id = ANY(%(touched)s) OR a.other_id = ANY(%(touched)s)) AND told <> %(told)s
              AND {"" if told else "NOT"} EXISTS (SELECT FROM told_now n WHERE n.id = a.id)
            """,
            {"touched": touched, "told": told, "now": now},
        )


def ahead_of_every_rival() -> str:
    """The condition on a pair `a` of catalog_alike that makes it the best of both its offers, by enough."""
    return f"""
        NOT EXISTS ({_rival("offer_id", "other_id", "other_marketplace")})
        AND NOT EXISTS ({_rival("other_id", "offer_id", "marketplace")})
    """


def _rival(side: str, opposite: str, their_marketplace: str) -> str:
    """Another offer at `their_marketplace` to which the offer on this `side` of the pair is alike as well."""
    ahead = " ".join(f"WHEN '{evidence}' THEN {AHEAD[evidence]}" for evidence in Evidence)
    by_words = ", ".join(f"'{evidence}'" for evidence in sorted(BY_WORDS))
    return f"""
        SELECT FROM catalog_alike r
        WHERE r.offer_id = a.{side} AND r.other_marketplace = a.{their_marketplace} AND r.other_id <> a.{opposite}
          AND (a.evidence IN ({by_words}) OR r.evidence <> '{Evidence.NONE}')
          AND (r.score > a.score - CASE a.evidence {ahead} END OR (r.score = a.score AND r.other_id < a.{opposite}))
    """


def _write(changed: Sequence[UUID], pairs: Sequence[Pair], now: datetime) -> list[UUID]:
    """Replace the pairs of the changed offers, each from both sides; everyone who is touched by that."""
    ended = sql.rows(
        "DELETE FROM catalog_alike WHERE offer_id = ANY(%(changed)s) OR other_id = ANY(%(changed)s) RETURNING offer_id",
        {"changed": list(changed)},
    )
    columns = ["offer_id", "marketplace", "other_id", "other_marketplace", "evidence", "score", "told", "decided_at"]
    both_sides = [
        row
        for one, here, other, there, evidence, score in pairs
        for row in (
            (one, here, other, there, evidence, score, False, now),
            (other, there, one, here, evidence, score, False, now),
        )
    ]
    sql.copy_rows("catalog_alike", columns, both_sides)
    return list({row["offer_id"] for row in ended} | {row[0] for row in both_sides} | set(changed))
