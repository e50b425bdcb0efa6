"""The index document of an offer: its words, facts to filter by, and one number for each way of sorting.

Each sort key is one unsigned 64-bit number in ascending order: a page of a list is a range of keys, and continuing
after a key neither misses nor repeats anything while the index changes.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from joey.catalog.cards import earning_marketplaces
from joey.catalog.price_now import coupon_runs
from joey.catalog.search.fold import fold, is_unspaced
from joey.catalog.search.folder import VERSION
from joey.catalog.search.sounds import sounds_of
from joey.catalog.search.split_words import offer_words
from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Manifest
from joey.money.money import EXPONENTS

if TYPE_CHECKING:
    from tantivy import Document, Schema, Searcher

MOST = (1 << 64) - 1
SALES_BITS, PRICE_BITS = 40, 47  # a price is below 10¹⁴ minor units, see clean_facts
SALES_TOP, PRICE_TOP = (1 << SALES_BITS) - 1, (1 << PRICE_BITS) - 1
TIE_BITS = 64 - 8 - PRICE_BITS  # beside the currency's number
TIE_TOP = (1 << TIE_BITS) - 1
SORTS = ("sales", "price", "earning", "newest")
ALWAYS = MOST  # the end of a coupon that has none
IN_STOCK = "in_stock"
SMALLEST_HEAP = 15_000_000  # bytes, of a writer


class OfferRow(NamedTuple):
    """An offer as the index reads it from PostgreSQL. `shown` is false for what is withdrawn or has no price."""

    id: str  # 32 hexadecimal digits
    marketplace: str
    seq: int
    shown: bool
    titles: tuple[str, ...]
    brand: str
    model: str
    category: str
    currency: str
    now_minor: int
    coupon_minor: int | None
    coupon_until: int | None  # seconds since 1970
    commission_ppm: int
    volume: int
    in_stock: bool


@cache
def schema() -> "Schema":
    """Without positions and frequencies: results are sorted by our keys, not by word statistics."""
    from tantivy import SchemaBuilder

    made = SchemaBuilder()
    made.add_text_field("id", tokenizer_name="raw", index_option="basic")
    made.add_text_field("words", tokenizer_name="whitespace", index_option="basic")
    made.add_text_field("letters", tokenizer_name="whitespace", index_option="basic")
    made.add_text_field("sounds", tokenizer_name="whitespace", index_option="basic")
    made.add_text_field("facts", tokenizer_name="raw", index_option="basic")
    for name in ("low_id", "coupon_until", *SORTS):
        made.add_unsigned_field(name, fast=True)
    return made.build()


def document(row: OfferRow, earning: Mapping[str, Manifest], now: int) -> "Document":
    """`now` in seconds since 1970: a coupon that is over by then does not count."""
    from tantivy import Document

    high, low = int(row.id[:16], 16), int(row.id[16:], 16)
    runs = row.coupon_minor is not None and coupon_runs(row.now_minor, row.coupon_minor, row.coupon_until, now)
    pays = row.coupon_minor if runs and row.coupon_minor is not None else row.now_minor
    manifest = earning.get(row.marketplace)
    earns = manifest.worth(pays, row.commission_ppm) if manifest else 0
    words, letters = offer_words((*row.titles, row.model), row.brand)
    return Document.from_dict(
        {
            "id": row.id,
            "words": " ".join(words),
            "letters": " ".join(letters),
            "sounds": " ".join(_sounds(words)),
            "facts": _facts(row.marketplace, row.currency, row.category, row.brand, row.in_stock),
            "low_id": low,
            "coupon_until": (row.coupon_until or ALWAYS) if runs else 0,
            "sales": sales_key(row.volume, low),
            "price": price_key(row.currency, pays, low),
            "earning": price_key(row.currency, PRICE_TOP - earns, low),
            "newest": MOST - high,
        },
        schema(),
    )


def in_memory(rows: Iterable[OfferRow], *, now: int) -> "Searcher":
    """A small index of the offers among these that are shown, which ends with its last use."""
    from tantivy import Index

    index = Index(schema())
    writer = index.writer(SMALLEST_HEAP, 1)
    earning = earning_manifests()
    for row in rows:
        if row.shown:
            writer.add_document(document(row, earning, now))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index.searcher()


def _sounds(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if is_unspaced(word):
            yield from sounds_of(word)


@lru_cache(maxsize=10_000)
def _facts(marketplace: str, currency: str, category: str, brand: str, in_stock: bool) -> list[str]:
    """What offers are filtered by, and the brands and categories to suggest. The same for many offers."""
    facts = [f"marketplace={marketplace}", f"currency={currency}"]
    if category:
        facts.append(f"category={category}")
    if brand:
        facts.append(f"brand={fold(brand)}")
    if in_stock:
        facts.append(IN_STOCK)
    return facts


def sales_key(volume: int, low_id: int) -> int:
    """Best sellers first; the id decides between equals."""
    return (SALES_TOP - min(volume, SALES_TOP)) << (64 - SALES_BITS) | low_id >> SALES_BITS


def price_key(currency: str, minor: int, low_id: int) -> int:
    """Currency first, then the amount; a few bits of the id distinguish equals."""
    return (_number(currency) << PRICE_BITS | minor) << TIE_BITS | low_id & TIE_TOP


def price_range(currency: str, least: int | None, most: int | None) -> tuple[int, int]:
    """The first and the last price key of these amounts, both included."""
    return price_key(currency, least or 0, 0), price_key(currency, PRICE_TOP if most is None else most, TIE_TOP)


def id_of(newest: int, low_id: int) -> UUID:
    return UUID(int=(MOST - newest) << 64 | low_id)


def earning_manifests() -> dict[str, Manifest]:
    """The manifests of marketplaces that report orders; an offer of any other earns nothing."""
    return {name: registry.manifest_of(name) for name in earning_marketplaces()}


def made_with() -> str:
    """What an index depends on besides the offers: the schema, the currencies and the fees."""
    fees = {name: manifest.fee_to_come_ppm for name, manifest in earning_manifests().items()}
    facts: dict[str, Any] = {"version": VERSION, "currencies": sorted(EXPONENTS), "fees": fees}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


@cache
def _number(currency: str) -> int:
    return sorted(EXPONENTS).index(currency)
