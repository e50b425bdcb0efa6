"""The two labelled sets as two marketplaces each: their offers go through the product's own path, then are scored.

One half of each set, by a hash of the left id, was there to set thresholds by; the other half was kept for the answer.
"""

import csv
import gzip
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.catalog.same_item import follow
from joey.catalog.same_item.decide import ahead_of_every_rival
from joey.catalog.same_item.evidence import SUFFICIENT, Evidence
from joey.kit import sql
from joey.marketplaces.port import OfferFacts

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
LEFT, RIGHT = "amazon", "jd"  # any two marketplaces
SETS = {
    "abt_buy": ("en_abt_buy_abt", "en_abt_buy_buy", "en_abt_buy_matches"),
    "amazon_google": (
        "en_amazon_google_software_amazon",
        "en_amazon_google_software_google",
        "en_amazon_google_software_matches",
    ),
}

Ids = tuple[str, str]


@dataclass(frozen=True)
class Judged:
    """A pair with evidence of its own, after all rivals: whose evidence, and what the labels say."""

    ids: Ids
    evidence: Evidence
    right: bool

    @property
    def held_out(self) -> bool:
        return in_held_out_half(self.ids)


@dataclass(frozen=True)
class Score:
    """What was found, how much of it is right, and how much of what is right was found."""

    found: int
    right: int
    matches: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.matches


@dataclass(frozen=True)
class Outcome:
    """Everything that one labelled set came to."""

    matches: frozenset[Ids]
    met: int  # matches that were compared at all
    judged: tuple[Judged, ...]

    def score(self, *, held_out: bool | None = None) -> Score:
        """Of the held-out half, of the other one, or of the whole."""
        found = [each for each in self.judged if each.evidence in SUFFICIENT and held_out in (None, each.held_out)]
        matches = [ids for ids in self.matches if held_out in (None, in_held_out_half(ids))]
        return Score(len(found), sum(each.right for each in found), len(matches))

    def by_evidence(self) -> Mapping[Evidence, tuple[int, int]]:
        """(right, all) for each kind of evidence, sufficient or not."""
        right = Counter(each.evidence for each in self.judged if each.right)
        every = Counter(each.evidence for each in self.judged)
        return {evidence: (right[evidence], every[evidence]) for evidence in Evidence if every[evidence]}


def in_held_out_half(ids: Ids) -> bool:
    return sha256(ids[0].encode()).digest()[0] % 2 == 1


def run(files: Sequence[Path]) -> Outcome:
    """Take the offers of a set in, follow them, and read what was decided."""
    left, right, labels = files
    matches = frozenset((row["tableA_id"], row["tableB_id"]) for row in _rows(labels))
    offers = [*_offers(left, LEFT), *_offers(right, RIGHT)]
    taken = take_offers(offers, now=NOW)
    assert (taken.new, taken.refused) == (len(offers), ())
    met = set[tuple[UUID, UUID]]()

    def remembered(marketplace: str) -> list[dict[str, Any]]:
        found = candidates(marketplace)
        met.update((row["one"], row["other"]) for row in found)
        return found

    candidates = follow._candidates
    with patch.object(follow, "_candidates", remembered):
        follow.catch_up(now=NOW)
    names = dict(Offer.objects.values_list("id", "external_id"))
    either = {(names[one], names[other]) for one, other in met} | {(names[other], names[one]) for one, other in met}
    return Outcome(matches, len(matches & either), tuple(_judged(matches)))


def _judged(matches: frozenset[Ids]) -> list[Judged]:
    """Every pair with evidence that is its offers' best, whether or not its kind of evidence suffices."""
    found = sql.rows(
        f"""
        SELECT o.external_id AS one, p.external_id AS other, a.evidence, a.is_same FROM catalog_alike a
        JOIN catalog_offer o ON o.id = a.offer_id JOIN catalog_offer p ON p.id = a.other_id
        WHERE a.marketplace = %s AND a.evidence <> 'none' AND {ahead_of_every_rival()}
        """,
        [LEFT],
    )
    judged = [Judged((row["one"], row["other"]), Evidence(row["evidence"]), False) for row in found]
    same = {(row["one"], row["other"]) for row in found if row["is_same"]}
    assert same == {each.ids for each in judged if each.evidence in SUFFICIENT}
    return [Judged(each.ids, each.evidence, each.ids in matches) for each in judged]


def _offers(path: Path, marketplace: str) -> list[OfferFacts]:
    return [
        OfferFacts(
            marketplace=marketplace,
            identity=row["id"],
            external_id=row["id"],
            title=row.get("name") or row["title"],
            brand=row.get("manufacturer", ""),
            url=f"https://example.com/{row['id']}",
            currency="USD",
            now_minor=_cents(row["price"]),
            as_of=NOW,
        )
        for row in _rows(path)
    ]


def _cents(text: str) -> int | None:
    """0.0 stands for no price; “69.71 gbp” is a price in another currency, which the file's is not."""
    try:
        return round(float(text) * 100) or None
    except ValueError:
        return None


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
