"""The shapes of the catalogue: a search, an offer, what comes nearest."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from joey.api.shapes import In, ListOf, MoneyOut, Out, PageIn, Time
from joey.catalog.search.find_offers import MOST_MINOR
from joey.catalog.search.search_marketplaces import AskState

Minor = Annotated[int, Field(ge=0, le=MOST_MINOR)]


class OffersIn(PageIn):
    """`q`: words that an offer must have, all of them, or their synonyms; who asks for the cheapest (面膜 便宜) gets
    them sorted by price. Text beyond the limit is ignored and comes back as `query_truncated`. A link or copy-code
    finds nothing here, and `to_paste` says so: it goes to /offers/paste.

    `min_price` and `max_price` are in minor units of `currency`; different currencies are never compared.
    """

    q: str = ""
    marketplace: Annotated[str, Field(max_length=64)] | None = None
    category: Annotated[str, Field(max_length=60)] | None = None
    currency: Annotated[str, Field(min_length=3, max_length=3)] | None = None
    min_price: Minor | None = None
    max_price: Minor | None = None
    sort: Literal["relevance", "price", "earning", "sales", "newest"] = "relevance"
    in_stock: bool = False
    coupon: bool = False


class SuggestIn(In):
    """What was typed so far."""

    q: str = ""
    limit: Annotated[int, Field(ge=1, le=20)] = 10


class PasteIn(In):
    text: Annotated[str, Field(max_length=10_000)]


class OfferOut(Out):
    """`price` is what a buyer pays now, with the coupon while one runs; null when it is not known any more.

    `earning` is the shopkeeper's part of one sale at that price by the plan; the marketplace pays all of it to a
    keeper whose shop goes there by an account of its own (`paid_by` of its links). `earns` false: a share earns
    nothing, and `no_earning_reason` says why.
    """

    id: UUID
    marketplace: str
    external_id: str
    title: str
    url: str
    picture_url: str | None
    price: MoneyOut | None
    without_coupon: MoneyOut | None
    coupon_until: Time | None
    commission_ppm: int
    earning: MoneyOut | None
    earns: bool
    no_earning_reason: str
    seller: str
    seller_kind: str
    ships_from: str
    category: str
    in_stock: bool
    as_of: Time
    expires_at: Time
    fresh: bool


class PricePointOut(Out):
    at: Time
    price: MoneyOut


class SameOut(Out):
    """The same item at another marketplace, as far as its price is known now.

    `evidence` is barcode, brand_model or brand_words; `earning` null where a share of it earns nothing.
    """

    id: UUID
    marketplace: str
    title: str
    url: str
    price: MoneyOut
    earning: MoneyOut | None
    in_stock: bool
    as_of: Time
    expires_at: Time
    evidence: str


class OfferPageOut(OfferOut):
    """With what it cost in the last 60 days, oldest first, and with the same item elsewhere, the cheapest first."""

    history: list[PricePointOut]
    same: list[SameOut]


class FoundOfferOut(OfferOut):
    """`source`: "catalogue", or "marketplace" for what its marketplace has named for these words just now."""

    source: Literal["catalogue", "marketplace"]


class SearchedMarketplaceOut(Out):
    """What a marketplace said to the words of this search, at `answered_at`.

    `state` is answered, late, unavailable, refused or used_up; but for the first `message` says what that means. Of its
    `hits` those `without_link` cannot be offered until someone pastes a link to them; then `message` says that.
    """

    marketplace: str
    state: AskState
    answered_at: Time | None
    hits: int
    without_link: int
    message: str


class NearestOut(Out):
    """What comes nearest to a query that found nothing, best first.

    `dropped` are its words that these items need not have, as they were typed, and `kept` a query for the others.
    Without any of them `kept` is "", and `items` are what sells most. `by_sound`: they sound like the query, or some
    of its words do. `narrowed` false: they do not pass its filters, because nothing does.
    """

    items: list[OfferOut]
    dropped: list[str]
    kept: str
    by_sound: bool
    narrowed: bool


class OffersOut(ListOf[FoundOfferOut]):
    """One page of a search. `query_truncated` is the end of `q` that was beyond the limit and ignored, mostly "".
    `to_paste`: `q` is a link or copy-code, whose offer POST /offers/paste finds.

    `searched` are the marketplaces that were asked for the words because the catalogue has less than a page, and those
    that were asked the same lately. `nearest` is there where `items` are none on the first page; null otherwise.
    `by_sound`: no item has `q` in it, so it was taken for Chinese as it is read or its initials (kafei, kf).
    """

    query_truncated: str
    nearest: NearestOut | None
    by_sound: bool
    to_paste: bool
    searched: list[SearchedMarketplaceOut]


class SuggestionOut(Out):
    """`text` is a query to search for; of kind "category" it is a category to filter by."""

    text: str
    kind: Literal["word", "brand", "category"]


class SuggestionsOut(Out):
    items: list[SuggestionOut]
