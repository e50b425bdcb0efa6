"""What buyers see of a shop: its shelves and their cards, from one statement, as frozen values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from joey.catalog.price_now import earliest, price_now
from joey.catalog.title_in import title_in
from joey.kit import sql
from joey.money.money import Money
from joey.shops.models import Shop
from joey.shops.queries import CARDS_PER_PAGE, SHOP_PAGE, no_such_shop

Read = Callable[[str, Mapping[str, Any]], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class ShopCard:
    """A shop as others may see it; the keeper's contact is not part of it."""

    id: UUID
    slug: str
    name: str
    intro: str
    keeper: str  # the name the keeper gave, or ""
    opened_at: datetime


# Cards and their prices are named tuples: a page makes many, and a frozen dataclass takes three times as long to make.


class CardPrice(NamedTuple):
    """The price on a card. It has no reference price, so no history is read for it."""

    pays: Money | None  # what a buyer pays today, with the coupon; None: unknown or too old
    with_coupon: bool
    as_of: datetime

    @property
    def fresh(self) -> bool:
        return self.pays is not None


class ShelfCard(NamedTuple):
    """A listing on a shelf. Its ids are text, because a page only writes them."""

    id: str
    offer_id: str
    shop_slug: str
    title: str
    title_language: str
    has_picture: bool
    marketplace: str
    price: CardPrice
    in_stock: bool
    withdrawn: bool


@dataclass(frozen=True)
class ShelfSection:
    """A section of the page; the one without a name has the listings on no shelf."""

    name: str
    cards: tuple[ShelfCard, ...]


@dataclass(frozen=True)
class ShopPage:
    shop: ShopCard
    shelves: tuple[ShelfSection, ...]
    next_start: int | None  # where the next page begins
    now: datetime  # the database's clock when this was read
    expires_at: datetime | None  # the earliest end of a price on it; None when it shows none


def shop_page(slug: str, *, language: str, start: int = 0, read: Read | None = None) -> ShopPage:
    """What buyers see of a shop, `CARDS_PER_PAGE` cards from `start` on. One query. Raises NotFound.

    `read` runs the statement on a connection that has it prepared; without it Django's connection does.
    """
    rows = (read or sql.tuples)(SHOP_PAGE, {"slug": slug, "language": language, "start": start})
    if not rows:
        raise no_such_shop()
    return _page_of(rows, language=language, start=start)


def shop_card(shop: Shop) -> ShopCard:
    """What others may see of a shop read with its owner."""
    return ShopCard(shop.id, shop.slug, shop.name, shop.intro, shop.owner.name, shop.opened_at)


def _page_of(rows: Sequence[tuple[Any, ...]], *, language: str, start: int) -> ShopPage:
    """The page from the rows of SHOP_PAGE, of which there is at least one; each has the shop in it."""
    shop_id, slug, name, intro, keeper, opened_at, now = rows[0][:7]
    shelves: list[tuple[str | None, str, list[ShelfCard]]] = []
    ends: list[datetime | None] = []
    for row in rows[:CARDS_PER_PAGE]:
        (
            listing_id, shelf_id, shelf, offer_id, title, translated, marketplace, has_picture, in_stock, withdrawn,
            currency, now_minor, coupon_minor, coupon_until, as_of, price_expires_at,
        ) = row[7:]  # fmt: skip
        if listing_id is None:  # an empty shop
            break
        price = price_now(
            now_minor=now_minor, coupon_minor=coupon_minor, coupon_until=coupon_until, expires_at=price_expires_at,
            withdrawn=withdrawn, now=now,
        )  # fmt: skip
        pays = None if price.minor is None else Money(price.minor, currency)
        ends.append(price.until)
        if not shelves or shelves[-1][0] != shelf_id:
            shelves.append((shelf_id, shelf or "", []))
        shelves[-1][2].append(
            ShelfCard(
                listing_id, offer_id, slug, *title_in(language, title, {language: translated}),
                has_picture, marketplace, CardPrice(pays, price.with_coupon, as_of), in_stock, withdrawn,
            )
        )  # fmt: skip
    return ShopPage(
        shop=ShopCard(shop_id, slug, name, intro, keeper, opened_at),
        shelves=tuple(ShelfSection(shelf_name, tuple(cards)) for _id, shelf_name, cards in shelves),
        next_start=start + CARDS_PER_PAGE if len(rows) > CARDS_PER_PAGE else None,
        now=now,
        expires_at=earliest(ends),
    )
