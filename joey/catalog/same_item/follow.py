"""Follow the changes of offers and keep which of them are the same item: first count tokens, then compare.

Tokens are counted up to the newest change before anything is compared, so that what is rare does not depend on the
order in which offers arrived. Each batch is one transaction under one lock: run twice, beside itself or killed, the
next run continues after the last committed batch. Limits (offers per key, candidates per offer) apply at the moment of
comparing, so among very many similar offers it can matter which came first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from joey.catalog.number_changes import newest_seqs
from joey.catalog.same_item.changed_offers import (
    changed_offers,
    cursor_of,
    exclusive,
    item_facts,
    move_cursor,
    offers_with,
)
from joey.catalog.same_item.compare import compare
from joey.catalog.same_item.count_tokens import Rarities, count_all
from joey.catalog.same_item.decide import AlikePair, decide
from joey.catalog.same_item.evidence import Evidence
from joey.catalog.same_item.keys import keys_of, tokens_of
from joey.kit import sql
from joey.kit.sets import SetTable

BATCH = 1000
# Offers under one key: sharing it with more of them says little, and comparing them costs the square of their number.
LARGEST_BLOCK_OF_NUMBERS, LARGEST_BLOCK_OF_TOKENS = 100, 30
MOST_CANDIDATES = 10  # of one offer at one marketplace
KEPT = 3  # of one offer at one marketplace: the best, and the rivals that make it less certain
LEAST_SCORE = 3000  # ten-thousandths; anything less alike is no rival


@dataclass(frozen=True)
class CaughtUp:
    """How many changed offers were counted and compared, and with how many others those were compared."""

    counted: int
    compared: int
    pairs: int


@dataclass(frozen=True)
class OfferKey:
    """A key under which an offer can be found now."""

    offer_id: UUID
    key: int


KEYS_NOW = SetTable("key_now", OfferKey)


def catch_up(*, now: datetime, batch: int = BATCH, most: int | None = None) -> CaughtUp:
    """Count and compare whatever changed; compare at most `most` offers."""
    marketplaces = newest_seqs()
    counted = sum(count_all(marketplace, batch) for marketplace in marketplaces)
    rarities = Rarities()
    compared = pairs = 0
    for marketplace in marketplaces:
        while most is None or compared < most:
            done = _compare_batch(marketplace, rarities, batch, now)
            if done is None:
                break
            compared, pairs = compared + done[0], pairs + done[1]
    return CaughtUp(counted, compared, pairs)


def forget_everything() -> None:
    """Start over, as after a change of the rules: the next `catch_up` counts and compares every offer again."""
    with transaction.atomic(durable=True):
        exclusive()
        for table in ("alike", "samekey", "samecount", "sametoken", "samecursor"):
            sql.execute(f"DELETE FROM catalog_{table}")


@transaction.atomic(durable=True)
def _compare_batch(marketplace: str, rarities: Rarities, batch: int, now: datetime) -> tuple[int, int] | None:
    """Compare the next changed offers with those of other marketplaces: (offers, pairs); None at the end."""
    exclusive()
    cursor = cursor_of(marketplace)
    changed = changed_offers(marketplace, after=cursor["compared_seq"], until=cursor["counted_seq"], batch=batch)
    if not changed:
        return None
    mine = {row["id"]: item_facts(row) for row in changed if not row["withdrawn"]}
    rarities.learn(token for facts in mine.values() for token in tokens_of(facts))
    _write_keys(marketplace, [row["id"] for row in changed], {each: keys_of(mine[each], rarities.of) for each in mine})
    candidates = _candidates(marketplace)
    theirs = {row["id"]: row for row in offers_with({row["other"] for row in candidates})}
    facts = {each: item_facts(row) for each, row in theirs.items()}
    rarities.learn(token for each in facts.values() for token in tokens_of(each))
    alike: dict[tuple[UUID, str], list[AlikePair]] = {}
    for row in candidates:
        one, other = row["one"], row["other"]
        likeness = compare(mine[one], facts[other], rarities.of)
        if likeness.score >= LEAST_SCORE or likeness.evidence is not Evidence.NONE:
            there = theirs[other]["marketplace"]
            pair = AlikePair(one, marketplace, other, there, likeness.evidence.value, likeness.score)
            alike.setdefault((one, there), []).append(pair)
    best = [
        pair for found in alike.values() for pair in sorted(found, key=lambda each: (-each.score, each.other_id))[:KEPT]
    ]
    decide([row["id"] for row in changed], best, now=now)
    move_cursor(marketplace, "compared_seq", changed[-1]["seq"])
    return len(changed), len(candidates)


def _write_keys(marketplace: str, offers: Sequence[UUID], keys: Mapping[UUID, frozenset[int]]) -> None:
    """Only differences are written: most changes are changes of a price."""
    KEYS_NOW.create().fill(OfferKey(offer, key) for offer in keys for key in keys[offer])
    sql.execute(
        f"""
        DELETE FROM catalog_samekey k WHERE k.offer_id = ANY(%s)
        AND NOT EXISTS (SELECT FROM {KEYS_NOW} n WHERE n.offer_id = k.offer_id AND n.key = k.key)
        """,
        [list(offers)],
    )
    sql.execute(
        f"""
        INSERT INTO catalog_samekey (offer_id, key, marketplace) SELECT offer_id, key, %s FROM {KEYS_NOW}
        ON CONFLICT (offer_id, key) DO NOTHING
        """,
        [marketplace],
    )


def _candidates(marketplace: str) -> list[dict[str, Any]]:
    """Offers of other marketplaces that share a key with one of this batch, those with the rarest keys first."""
    return sql.rows(
        f"""
        WITH asked AS (
            SELECT DISTINCT key, CASE key & 1 WHEN 0 THEN {LARGEST_BLOCK_OF_NUMBERS} ELSE {LARGEST_BLOCK_OF_TOKENS} END
                AS most
            FROM {KEYS_NOW}
        ), block AS (
            SELECT key, held.offers FROM asked CROSS JOIN LATERAL (
                SELECT count(*) AS offers FROM (
                    SELECT FROM catalog_samekey k WHERE k.key = asked.key LIMIT asked.most + 1) AS few
            ) held WHERE held.offers BETWEEN 2 AND asked.most
        ), met AS (
            SELECT n.offer_id AS one, k.offer_id AS other, k.marketplace, sum(1.0 / block.offers) AS closeness
            FROM {KEYS_NOW} n JOIN block USING (key) JOIN catalog_samekey k USING (key)
            WHERE k.marketplace <> %s GROUP BY 1, 2, 3
        )
        SELECT one, other FROM (
            SELECT one, other,
                   row_number() OVER (PARTITION BY one, marketplace ORDER BY closeness DESC, other) AS place
            FROM met
        ) ranked WHERE place <= {MOST_CANDIDATES}
        """,
        [marketplace],
    )
