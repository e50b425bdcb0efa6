"""The pages that search engines may find, each with when it last changed: a price, or what is in the shop."""

from dataclasses import dataclass
from datetime import datetime

from joey.kit import sql
from joey.shops.queries import LISTINGS_TO_FIND, SHOPS_TO_FIND, shop_by_slug

MOST = 50_000  # addresses in one sitemap, by its format


@dataclass(frozen=True)
class FoundShop:
    slug: str
    changed_at: datetime


@dataclass(frozen=True)
class FoundPage:
    """`path` after /s/."""

    path: str
    changed_at: datetime


def shops_to_find() -> list[FoundShop]:
    """Open shops with goods, the newest first. One query."""
    return [FoundShop(**row) for row in sql.rows(SHOPS_TO_FIND, {"most": MOST})]


def pages_of_shop(slug: str) -> list[FoundPage]:
    """The shop's page and those of its goods. Two queries. Raises NotFound."""
    shop = shop_by_slug(slug)
    rows = sql.rows(LISTINGS_TO_FIND, {"shop": shop.pk, "most": MOST - 1})
    goods = [FoundPage(f"{slug}/{row['id']}", row["changed_at"]) for row in rows]
    return [FoundPage(slug, max([shop.opened_at, *(page.changed_at for page in goods)])), *goods]
