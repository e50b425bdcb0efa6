"""Follow the offers' changes and keep the likenesses that they ask for: first count words, then compare.

Words are counted up to the newest change before anything is compared, so that what is rare does not depend on the
order in which offers came. Each batch is one transaction under one lock: run twice, beside itself or killed, the next
run goes on where the last batch was committed. What is bounded (how many offers a key may have, how many candidates an
offer) is bounded as of the moment of comparing, so among very many alike it can matter who came first.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from joey.catalog.number_changes import newest_seqs
from joey.catalog.price_now import sql_price_at
from joey.catalog.same_item.compare import compare
from joey.catalog.same_item.decide import decide
from joey.catalog.same_item.evidence import Evidence
from joey.catalog.same_item.facts import Facts, facts_of
from joey.catalog.same_item.keys import as_key, keys_of, words_of
from joey.kit import sql

BATCH = 1000
# Offers under one key: what more of them share tells little, and would cost their square.
LARGEST_BLOCK_OF_NUMBERS, LARGEST_BLOCK_OF_WORDS = 100, 30
MOST_CANDIDATES = 10  # of one offer at one marketplace
KEPT = 3  # of one offer at one marketplace: the best, and the rivals that make it less certain
LEAST_SCORE = 3000  # ten-thousandths; what is less alike is no rival
EVERY_OFFER = 0  # the word that every offer holds
AS_IF_READ = 2000  # so many others, so that in a small catalogue not every word is common

FACTS = f"""id, seq, marketplace, title, translations, brand, model, gtin, currency,
    withdrawn_at IS NOT NULL AS withdrawn,
    {sql_price_at("o", "o.as_of")} AS price_minor"""


@dataclass(frozen=True)
class Followed:
    """How many changed offers were counted and compared, and with how many others those were compared."""

    counted: int
    compared: int
    pairs: int


def catch_up(*, now: datetime, batch: int = BATCH, most: int | None = None) -> Followed:
    """Count and compare whatever changed; of the comparing at most `most` offers."""
    marketplaces = newest_seqs()
    counted = sum(_count_all(marketplace, batch) for marketplace in marketplaces)
    rarities = _Rarities()
    compared = pairs = 0
    for marketplace in marketplaces:
        while most is None or compared < most:
            done = _compare_batch(marketplace, rarities, batch, now)
            if done is None:
                break
            compared, pairs = compared + done[0], pairs + done[1]
    return Followed(counted, compared, pairs)


def forget_everything() -> None:
    """Begin anew, as after a change of the rules: the next `catch_up` counts and compares every offer again."""
    with transaction.atomic(durable=True):
        _alone()
        for table in ("alike", "samekey", "samecount", "sameword", "samecursor"):
            sql.execute(f"DELETE FROM catalog_{table}")


# ── Counting ──────────────────────────────────────────────────────────────────────────────────────────────


def _count_all(marketplace: str, batch: int) -> int:
    counted = 0
    while done := _count_batch(marketplace, batch):
        counted += done
    return counted


@transaction.atomic(durable=True)
def _count_batch(marketplace: str, batch: int) -> int:
    """Count the words of the next changed offers; how many offers, 0 at the end."""
    _alone()
    cursor = _cursor(marketplace)["counted_seq"]
    changed = _changed(marketplace, after=cursor, until=None, batch=batch)
    if not changed:
        return 0
    words = {
        row["id"]: [EVERY_OFFER, *map(as_key, sorted(words_of(_facts(row))))] for row in changed if not row["withdrawn"]
    }
    difference: Counter[int] = Counter(word for held in words.values() for word in held)
    for row in sql.rows(
        "DELETE FROM catalog_samecount WHERE offer_id = ANY(%s) RETURNING words", [[row["id"] for row in changed]]
    ):
        difference.subtract(row["words"])
    sql.copy_rows("catalog_samecount", ["offer_id", "words"], words.items())
    _add_up({word: offers for word, offers in difference.items() if offers})
    _move(marketplace, "counted_seq", changed[-1]["seq"])
    return len(changed)


def _add_up(difference: Mapping[int, int]) -> None:
    sql.fresh_temp_table("word_difference", "word bigint, offers bigint")
    sql.copy_rows("word_difference", ["word", "offers"], sorted(difference.items()))
    sql.execute(
        """
        INSERT INTO catalog_sameword AS w (word, offers) SELECT word, offers FROM word_difference
        ON CONFLICT (word) DO UPDATE SET offers = w.offers + excluded.offers
        """
    )


class _Rarities:
    """ln(1 + offers / (1 + offers with the word)), asked of the database once for each word."""

    def __init__(self) -> None:
        self._known: dict[str, float] = {}
        self._offers = 0
        self.of = self._known.__getitem__  # asked a hundred times a comparison, so there is nothing in between

    def learn(self, words: Iterable[str]) -> None:
        """Look up, in one query, those of these words that are not known yet."""
        if not self._offers:
            self._offers = AS_IF_READ + int(sql.value(f"{_HELD} = %s", [EVERY_OFFER]) or 0)
        keys = {as_key(word): word for word in words if word not in self._known}
        held = {row["word"]: row["offers"] for row in sql.rows(f"{_HELD} = ANY(%s)", [list(keys)])} if keys else {}
        for key, word in keys.items():
            self._known[word] = math.log1p(self._offers / (1 + held.get(key, 0)))


_HELD = "SELECT offers, word FROM catalog_sameword WHERE word"


# ── Comparing ─────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def _compare_batch(marketplace: str, rarities: _Rarities, batch: int, now: datetime) -> tuple[int, int] | None:
    """Compare the next changed offers with those of other marketplaces: (offers, pairs); None at the end."""
    _alone()
    cursor = _cursor(marketplace)
    changed = _changed(marketplace, after=cursor["compared_seq"], until=cursor["counted_seq"], batch=batch)
    if not changed:
        return None
    mine = {row["id"]: _facts(row) for row in changed if not row["withdrawn"]}
    rarities.learn(word for facts in mine.values() for word in words_of(facts))
    _write_keys(marketplace, [row["id"] for row in changed], {each: keys_of(mine[each], rarities.of) for each in mine})
    candidates = _candidates(marketplace)
    theirs = {row["id"]: row for row in _offers({row["other"] for row in candidates})}
    facts = {each: _facts(row) for each, row in theirs.items()}
    rarities.learn(word for each in facts.values() for word in words_of(each))
    alike: dict[tuple[UUID, str], list[tuple[int, UUID, Evidence]]] = {}
    for row in candidates:
        likeness = compare(mine[row["one"]], facts[row["other"]], rarities.of)
        if likeness.score >= LEAST_SCORE or likeness.evidence is not Evidence.NONE:
            place = alike.setdefault((row["one"], theirs[row["other"]]["marketplace"]), [])
            place.append((likeness.score, row["other"], likeness.evidence))
    best = [
        (one, marketplace, other, their_place, evidence.value, score)
        for (one, their_place), found in alike.items()
        for score, other, evidence in sorted(found, key=lambda each: (-each[0], each[1]))[:KEPT]
    ]
    decide([row["id"] for row in changed], best, now=now)
    _move(marketplace, "compared_seq", changed[-1]["seq"])
    return len(changed), len(candidates)


def _write_keys(marketplace: str, offers: Sequence[UUID], keys: Mapping[UUID, frozenset[int]]) -> None:
    """Only what is different is written: most changes are changes of a price."""
    sql.fresh_temp_table("key_now", "offer_id uuid, key bigint")
    sql.copy_rows("key_now", ["offer_id", "key"], ((offer, key) for offer in keys for key in keys[offer]))
    sql.execute("ANALYZE key_now")
    sql.execute(
        """
        DELETE FROM catalog_samekey k WHERE k.offer_id = ANY(%s)
        AND NOT EXISTS (SELECT FROM key_now n WHERE n.offer_id = k.offer_id AND n.key = k.key)
        """,
        [list(offers)],
    )
    sql.execute(
        """
        INSERT INTO catalog_samekey (offer_id, key, marketplace) SELECT offer_id, key, %s FROM key_now
        ON CONFLICT (offer_id, key) DO NOTHING
        """,
        [marketplace],
    )


def _candidates(marketplace: str) -> list[dict[str, Any]]:
    """Offers of other marketplaces that share a key with one of this batch, those with the rarest keys first."""
    return sql.rows(
        f"""
        WITH asked AS (
            SELECT DISTINCT key, CASE key & 1 WHEN 0 THEN {LARGEST_BLOCK_OF_NUMBERS} ELSE {LARGEST_BLOCK_OF_WORDS} END
                AS most
            FROM key_now
        ), block AS (
            SELECT key, held.offers FROM asked CROSS JOIN LATERAL (
                SELECT count(*) AS offers FROM (
                    SELECT FROM catalog_samekey k WHERE k.key = asked.key LIMIT asked.most + 1) AS few
            ) held WHERE held.offers BETWEEN 2 AND asked.most
        ), met AS (
            SELECT n.offer_id AS one, k.offer_id AS other, k.marketplace, sum(1.0 / block.offers) AS closeness
            FROM key_now n JOIN block USING (key) JOIN catalog_samekey k USING (key)
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


# ── Reading offers ────────────────────────────────────────────────────────────────────────────────────────


def _changed(marketplace: str, *, after: int, until: int | None, batch: int) -> list[dict[str, Any]]:
    return sql.rows(
        f"""
        SELECT {FACTS} FROM catalog_offer o
        WHERE marketplace = %s AND seq > %s {"" if until is None else "AND seq <= %s"} ORDER BY seq LIMIT {batch}
        """,
        [marketplace, after, *([] if until is None else [until])],
    )


def _offers(ids: Iterable[UUID]) -> list[dict[str, Any]]:
    return sql.rows(f"SELECT {FACTS} FROM catalog_offer o WHERE id = ANY(%s)", [list(ids)])


def _facts(row: Mapping[str, Any]) -> Facts:
    translations = row["translations"]
    return facts_of(
        title=row["title"],
        translations=json.loads(translations) if isinstance(translations, str) else translations,
        brand=row["brand"],
        model=row["model"],
        gtin=row["gtin"],
        price_minor=row["price_minor"],
        currency=row["currency"],
    )


# ── The cursor ────────────────────────────────────────────────────────────────────────────────────────────


def _alone() -> None:
    """One transaction at a time: a batch reads what the one before has decided."""
    sql.value("SELECT pg_advisory_xact_lock(hashtextextended('catalog:same_item', 0))")


def _cursor(marketplace: str) -> dict[str, Any]:
    sql.execute(
        "INSERT INTO catalog_samecursor (marketplace, counted_seq, compared_seq) VALUES (%s, 0, 0)"
        " ON CONFLICT (marketplace) DO NOTHING",
        [marketplace],
    )
    found = sql.one("SELECT * FROM catalog_samecursor WHERE marketplace = %s", [marketplace])
    assert found is not None
    return found


def _move(marketplace: str, column: str, seq: int) -> None:
    sql.execute(f"UPDATE catalog_samecursor SET {column} = %s WHERE marketplace = %s", [seq, marketplace])
