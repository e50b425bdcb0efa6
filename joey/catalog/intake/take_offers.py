"""Take in offers as marketplaces show them, one or a million in the same way.

The most recent report wins, whatever order reports arrive in: facts that are not newer than what is known change
nothing. Ids at a marketplace may rotate, so an offer is found by its identity, or by the id that was asked for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction

from joey.catalog.intake.clean_facts import Columns, clean_columns, columns_of, without
from joey.catalog.intake.merge_offers import merge, offers_of_rows
from joey.catalog.intake.stage_offers import stage
from joey.marketplaces.port import OfferFacts

CHUNK = 5_000  # offers in memory at a time


@dataclass(frozen=True)
class RefusedFacts:
    """One offer that could not be taken in: its place in the set, the field, and why."""

    ordinal: int
    external_id: str
    field: str
    reason: str


@dataclass(frozen=True)
class TakenOffers:
    """The result for a set of facts. Facts older than what is known count as unchanged.

    `offer_ids` are the offers that the facts are about, in their order, without those that were refused.
    """

    new: int
    changed: int
    unchanged: int
    refused: tuple[RefusedFacts, ...] = ()
    offer_ids: tuple[UUID, ...] = ()


def take_offers(facts: Iterable[OfferFacts], *, now: datetime) -> TakenOffers:
    """Take in a set of offers. The same set twice changes nothing; a bad offer is refused and the others are kept."""
    return take_known(((None, each) for each in facts), now=now)


@transaction.atomic
def take_known(facts: Iterable[tuple[UUID | None, OfferFacts]], *, now: datetime) -> TakenOffers:
    """The same for facts of which some are known to be about one of our offers, because it was asked for by its id."""
    refused: list[RefusedFacts] = []
    staged = stage(_clean_chunks(facts, refused, now))
    merged = merge(staged, now=now)
    unchanged = staged.count - merged.new - merged.changed
    return TakenOffers(merged.new, merged.changed, unchanged, tuple(refused), offers_of_rows())


def _clean_chunks(
    facts: Iterable[tuple[UUID | None, OfferFacts]], refused: list[RefusedFacts], now: datetime
) -> Iterator[Columns]:
    rest = iter(facts)
    first = 0
    while chunk := list(islice(rest, CHUNK)):
        given = columns_of(each for _offer_id, each in chunk)
        clean = clean_columns(given, now=now)
        where: Columns = {
            "ordinal": list(range(first, first + len(chunk))),
            "offer_id": [offer_id for offer_id, _facts in chunk],
        }
        for place, refusal in sorted(clean.refused.items()):
            refused.append(
                RefusedFacts(first + place, given["external_id"][place][:120], refusal.field or "", str(refusal))
            )
        yield clean.columns | (without(where, clean.refused) if clean.refused else where)
        first += len(chunk)
