"""Count in how many offers each token of a title occurs: what many titles share says little about one item."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from joey.catalog.same_item.changed_offers import changed_offers, cursor_of, exclusive, item_facts, move_cursor
from joey.catalog.same_item.keys import as_key, tokens_of
from joey.kit import sql
from joey.kit.sets import SetTable

EVERY_OFFER = 0  # the token that counts every offer
SMOOTHING_OFFERS = 2000  # added to the number of offers, so that in a small catalogue not every token is common


@dataclass(frozen=True)
class TokenDifference:
    """By how many offers the count of a token changes."""

    token: int
    offers: int


@dataclass(frozen=True)
class CountedOffer:
    """The tokens with which an offer is counted, as catalog_samecount keeps them."""

    offer_id: UUID
    tokens: list[int]


def count_all(marketplace: str, batch: int) -> int:
    """Count every change of the marketplace that has not been counted; how many offers."""
    counted = 0
    while done := _count_batch(marketplace, batch):
        counted += done
    return counted


@transaction.atomic(durable=True)
def _count_batch(marketplace: str, batch: int) -> int:
    """Count the tokens of the next changed offers; how many offers, 0 at the end."""
    exclusive()
    cursor = cursor_of(marketplace)["counted_seq"]
    changed = changed_offers(marketplace, after=cursor, until=None, batch=batch)
    if not changed:
        return 0
    counted = [
        CountedOffer(row["id"], [EVERY_OFFER, *map(as_key, sorted(tokens_of(item_facts(row))))])
        for row in changed
        if not row["withdrawn"]
    ]
    difference: Counter[int] = Counter(token for each in counted for token in each.tokens)
    for row in sql.rows(
        "DELETE FROM catalog_samecount WHERE offer_id = ANY(%s) RETURNING tokens", [[row["id"] for row in changed]]
    ):
        difference.subtract(row["tokens"])
    sql.copy_rows("catalog_samecount", ["offer_id", "tokens"], ((each.offer_id, each.tokens) for each in counted))
    _add_up(TokenDifference(token, offers) for token, offers in sorted(difference.items()) if offers)
    move_cursor(marketplace, "counted_seq", changed[-1]["seq"])
    return len(changed)


def _add_up(differences: Iterable[TokenDifference]) -> None:
    table = SetTable("token_difference", TokenDifference).create().fill(differences)
    sql.execute(
        f"""
        INSERT INTO catalog_sametoken AS t (token, offers) SELECT token, offers FROM {table}
        ON CONFLICT (token) DO UPDATE SET offers = t.offers + excluded.offers
        """
    )


class Rarities:
    """ln(1 + offers / (1 + offers with the token)), asked of the database once for each token."""

    def __init__(self) -> None:
        self._known: dict[str, float] = {}
        self._offers = 0
        self.of = self._known.__getitem__  # called a hundred times a comparison, so there is nothing in between

    def learn(self, tokens: Iterable[str]) -> None:
        """Look up, in one query, those of these tokens that are not known yet."""
        if not self._offers:
            self._offers = SMOOTHING_OFFERS + int(sql.value(f"{_COUNTS} = %s", [EVERY_OFFER]) or 0)
        keys = {as_key(token): token for token in tokens if token not in self._known}
        counts = {row["token"]: row["offers"] for row in sql.rows(f"{_COUNTS} = ANY(%s)", [list(keys)])} if keys else {}
        for key, token in keys.items():
            self._known[token] = math.log1p(self._offers / (1 + counts.get(key, 0)))


_COUNTS = "SELECT offers, token FROM catalog_sametoken WHERE token"
