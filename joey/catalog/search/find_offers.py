"""A checked search question, and one page of its results; a page continues exactly where the last one ended."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext_lazy as _

from joey.catalog.search import match
from joey.catalog.search.documents import IN_STOCK, MOST, OfferRow, in_memory, price_range, schema
from joey.catalog.search.in_order import ListPlace, in_order
from joey.catalog.search.read_index import guarded, searcher
from joey.catalog.search.split_words import QuestionWords, question_words
from joey.kit.refusals import Invalid
from joey.marketplaces.pasted import is_pasted
from joey.marketplaces.registry import is_known
from joey.money.money import EXPONENTS

if TYPE_CHECKING:
    from tantivy import Query, Searcher

MOST_PER_PAGE = 100
MOST_MINOR = 10**14
SALT = "catalog.search"
KEYS = {"relevance": "sales", "sales": "sales", "price": "price", "earning": "earning", "newest": "newest"}
BY_SOUND = 8  # the tier of what is found by how it sounds, where nothing else is
BY_MARKETPLACE_ONLY = 9  # the tier behind those of `match`


class ListStart(NamedTuple):
    """Where a page of a list begins: behind `after`, or at its beginning; `moment` is when its first page was asked."""

    moment: datetime
    after: ListPlace | None


@dataclass(frozen=True)
class FindOffers:
    """A search question, checked."""

    words: QuestionWords
    blank: bool  # an empty question, which finds everything
    marketplace: str | None
    category: str | None
    currency: str | None
    min_minor: int | None
    max_minor: int | None
    sort: str
    in_stock: bool
    coupon: bool
    limit: int

    @staticmethod
    def read(
        *,
        q: str,
        marketplace: str | None,
        category: str | None,
        currency: str | None,
        min_minor: int | None,
        max_minor: int | None,
        sort: str,
        in_stock: bool,
        coupon: bool,
        limit: int,
    ) -> "FindOffers":
        """Raises Invalid naming the field. No `q` is refused: one that is too long is cut, see QuestionWords.cut, and
        a link or copy-code has no words, so it finds nothing. Who asks for the cheapest gets them sorted by price.
        """
        if marketplace and not is_known(marketplace):
            raise Invalid(_("Joey does not know this marketplace."), field="marketplace")
        if sort not in KEYS:
            raise Invalid(_("Sort by relevance, price, earning, sales or newest."), field="sort")
        if not 1 <= limit <= MOST_PER_PAGE:
            raise Invalid(_("A page holds between 1 and 100 offers."), field="limit")
        if currency and currency not in EXPONENTS:
            raise Invalid(_("Joey does not know the currency “%s”.") % currency[:8], field="currency")
        for minor, name in ((min_minor, "min_price"), (max_minor, "max_price")):
            if minor is not None and not 0 <= minor <= MOST_MINOR:
                raise Invalid(_("A price is a number that is not below zero."), field=name)
            if minor is not None and not currency:
                raise Invalid(
                    _("Name the currency of the prices; amounts in different ones cannot be compared."),
                    field="currency",
                )
        if min_minor is not None and max_minor is not None and min_minor > max_minor:
            raise Invalid(_("The lowest price is above the highest one."), field="max_price")
        words = question_words("" if is_pasted(q) else q)
        if words.cheap and sort == "relevance":
            sort = "price"
        return FindOffers(
            words, not q.strip(), (marketplace or "")[:64] or None, (category or "")[:60] or None, currency or None,
            min_minor, max_minor, sort, in_stock, coupon, limit,
        )  # fmt: skip

    def start(self, cursor: str | None, *, now: datetime) -> ListStart:
        """Where the page begins. Raises Invalid (field cursor)."""
        return self._read_cursor(cursor) if cursor else ListStart(now, None)

    def places(self, start: ListStart, *, more: int = 0) -> list[ListPlace]:
        """The places in this host's index from `start` on, as many as there are up to one more than a page holds and
        `more`. Raises NoIndex.
        """
        if not self.words.words and not self.blank:
            return []  # punctuation only, or a link, which no title matches
        with guarded():
            index, wanted = searcher(), self.limit + 1 + more
            found = list(self._places(index, start, enumerate(self._tiers(index)), wanted))
            if not found and (start.after is None or start.after.tier == BY_SOUND):
                for sounding in match.as_typed_sounds(self.words.words, index):
                    if found := self.places_by_sound(index, start, sounding, wanted):
                        break
            return found

    def places_by_sound(self, index: "Searcher", start: ListStart, sounding: "Query", wanted: int) -> list[ListPlace]:
        """The places of what is found by how it sounds."""
        return list(self._places(index, start, [(BY_SOUND, sounding)], wanted))

    def places_of(self, named: Sequence[OfferRow], start: ListStart) -> list[ListPlace]:
        """The places from `start` on of offers that a marketplace named for these words, in this host's index or not.

        What a marketplace named for a reason that no sense of ours finds comes last.
        """
        from tantivy import Query

        with guarded():
            index = in_memory(named, now=int(start.moment.timestamp()))
            last = (BY_MARKETPLACE_ONLY, Query.all_query())
            tiers = chain(enumerate(self._tiers(index, guesses=False)), [last])
            return list(self._places(index, start, tiers, len(named), mixes=True))

    def page(self, start: ListStart, found: Sequence[ListPlace]) -> tuple[list[UUID], str | None]:
        """The ids of the page of these places, and the cursor of the next if there are more than a page holds."""
        shown = found[: self.limit]
        following = self._write_cursor(start.moment, shown[-1]) if len(found) > self.limit else None
        return [place.id for place in shown], following

    def _places(
        self,
        index: "Searcher",
        start: ListStart,
        tiers: "Iterable[tuple[int, Query]]",
        wanted: int,
        *,
        mixes: bool = False,
    ) -> Iterator[ListPlace]:
        """Up to `wanted` places. Sorted by an amount, guessed matches are not mixed with exact ones without `mixes`."""
        from tantivy import Occur

        after = start.after
        narrowed = [(Occur.Must, each) for each in self.filters(int(start.moment.timestamp()))]
        better: list[Query] = []
        for tier, query in tiers:
            if after is None or tier >= after.tier:
                parts = [(Occur.Must, query), *narrowed, *((Occur.MustNot, each) for each in better)]
                behind = after if after is not None and after.tier == tier else None
                found = in_order(index, parts, KEYS[self.sort], wanted, behind)
                yield from (ListPlace(tier, key, id_) for key, id_ in found)
                wanted -= len(found)
                if wanted <= 0 or (not mixes and self.sort != "relevance" and (found or behind)):
                    return
            better.append(query)

    def _tiers(self, index: "Searcher", *, guesses: bool = True) -> "Iterable[Query]":
        from tantivy import Query

        if not self.words.words:
            return [Query.all_query()]
        of_sort = match.tiers if self.sort == "relevance" else match.loose_tiers
        return of_sort(self.words.words, index, guesses=guesses)

    def filters(self, moment: int) -> "Iterator[Query]":
        from tantivy import FieldType, Query

        facts = [
            f"{name}={value}" for name in ("marketplace", "category", "currency") if (value := getattr(self, name))
        ]
        for fact in [*facts, *([IN_STOCK] if self.in_stock else [])]:
            yield Query.term_query(schema(), "facts", fact, index_option="basic")
        if self.coupon:
            yield Query.range_query(schema(), "coupon_until", FieldType.Unsigned, moment + 1, MOST)
        if self.currency and (self.min_minor is not None or self.max_minor is not None):
            lower, upper = price_range(self.currency, self.min_minor, self.max_minor)
            yield Query.range_query(schema(), "price", FieldType.Unsigned, lower, upper)

    def _same_question(self) -> str:
        """A digest that ties a cursor to its question; the page size may change."""
        question = (
            self.words.words, self.blank, self.marketplace, self.category, self.currency, self.min_minor,
            self.max_minor, self.sort, self.in_stock, self.coupon,
        )  # fmt: skip
        return hashlib.sha256(repr(question).encode()).hexdigest()[:16]

    def _write_cursor(self, moment: datetime, last: ListPlace) -> str:
        values = [self._same_question(), moment.isoformat(), last.tier, last.key, last.id.hex]
        return signing.dumps(values, salt=SALT)

    def _read_cursor(self, cursor: str) -> ListStart:
        refusal = Invalid(_("This cursor does not belong to this list. Start again without one."), field="cursor")
        try:
            question, moment, tier, key, hex_ = signing.loads(cursor[:2000], salt=SALT)
        except (signing.BadSignature, ValueError, TypeError, UnicodeError):
            raise refusal from None
        if question != self._same_question():
            raise refusal
        return ListStart(datetime.fromisoformat(moment), ListPlace(tier, key, UUID(hex_)))
