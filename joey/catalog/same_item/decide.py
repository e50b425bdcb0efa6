"""Write down how alike changed offers are to others, and decide again which pairs are shown as the same item."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.catalog.same_item.evidence import AHEAD, BY_TOKENS, SUFFICIENT, Evidence
from joey.kit import sql
from joey.kit.sets import Int, SetTable


@dataclass(frozen=True)
class AlikePair:
    """How alike an offer is to another, seen from the first; `score` in ten-thousandths."""

    offer_id: UUID
    marketplace: str
    other_id: UUID
    other_marketplace: str
    evidence: str
    score: Int

    @property
    def from_the_other_side(self) -> "AlikePair":
        return AlikePair(
            self.other_id, self.other_marketplace, self.offer_id, self.marketplace, self.evidence, self.score
        )


@dataclass(frozen=True)
class SamePair:
    """A row of catalog_alike that is decided to be the same item."""

    id: int


PAIRS_NOW = SetTable("alike_now", AlikePair)
SAME_NOW = SetTable("same_now", SamePair)


def decide(changed: Sequence[UUID], pairs: Sequence[AlikePair], *, now: datetime) -> None:
    """`pairs` replace everything that was known of the changed offers.

    A pair is the same item when its evidence suffices and it is ahead of every rival: of each other offer at the
    other's marketplace that one of the two is alike to. A changed offer can be such a rival, so every pair of an offer
    that was or is alike to it is decided again. Evidence by tokens yields to any rival, evidence by numbers only to one
    that has evidence of its own.
    """
    assert sql.inside_transaction()
    touched = _write(changed, pairs, now)
    SAME_NOW.create().insert(
        f"""
        SELECT a.id FROM catalog_alike a
        WHERE (a.offer_id = ANY(%(touched)s) OR a.other_id = ANY(%(touched)s)) AND a.evidence = ANY(%(sufficient)s)
          AND {ahead_of_every_rival()}
        """,
        {"touched": touched, "sufficient": sorted(SUFFICIENT)},
    )
    for is_same in (False, True):  # endings first: an offer has one same offer in a marketplace
        sql.execute(
            f"""
            UPDATE catalog_alike a SET is_same = %(is_same)s, decided_at = %(now)s
            WHERE (a.offer_id = ANY(%(touched)s) OR a.other_id = ANY(%(touched)s)) AND is_same <> %(is_same)s
              AND {"" if is_same else "NOT"} EXISTS (SELECT FROM {SAME_NOW} n WHERE n.id = a.id)
            """,
            {"touched": touched, "is_same": is_same, "now": now},
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
    by_tokens = ", ".join(f"'{evidence}'" for evidence in sorted(BY_TOKENS))
    return f"""
        SELECT FROM catalog_alike r
        WHERE r.offer_id = a.{side} AND r.other_marketplace = a.{their_marketplace} AND r.other_id <> a.{opposite}
          AND (a.evidence IN ({by_tokens}) OR r.evidence <> '{Evidence.NONE}')
          AND (r.score > a.score - CASE a.evidence {ahead} END OR (r.score = a.score AND r.other_id < a.{opposite}))
    """


def _write(changed: Sequence[UUID], pairs: Sequence[AlikePair], now: datetime) -> list[UUID]:
    """Replace the pairs of the changed offers, each from both sides; every offer that this touches."""
    ended = sql.rows(
        "DELETE FROM catalog_alike WHERE offer_id = ANY(%(changed)s) OR other_id = ANY(%(changed)s) RETURNING offer_id",
        {"changed": list(changed)},
    )
    both_sides = list(_both_sides(pairs))
    PAIRS_NOW.create().fill(both_sides)
    sql.execute(
        f"""
        INSERT INTO catalog_alike ({PAIRS_NOW.columns}, is_same, decided_at)
        SELECT {PAIRS_NOW.columns}, false, %(now)s FROM {PAIRS_NOW}
        """,
        {"now": now},
    )
    return list({row["offer_id"] for row in ended} | {pair.offer_id for pair in both_sides} | set(changed))


def _both_sides(pairs: Sequence[AlikePair]) -> Iterator[AlikePair]:
    for pair in pairs:
        yield pair
        yield pair.from_the_other_side
