"""The pages that search engines may find, each with when it last changed: a price, or what is in the shop."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from joey.kit import sql
from joey.shops.discoverable import is_discoverable
from joey.shops.models import Listing, Shop
from joey.shops.queries import LISTINGS_TO_FIND, shop_by_slug

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


def shops_to_find(*, now: datetime, has_settled: Any) -> list[FoundShop]:
    """The shops that the front page may show, the newest first, with the day of their newest listing; prices are left
    out, which would be the history of everything. One query. `has_settled`: as `is_discoverable` takes it.
    """
    published = Listing.objects.filter(shop=OuterRef("id"), state=Listing.State.PUBLISHED)
    newest = Subquery(published.order_by("-added_at").values("added_at")[:1])
    found = Shop.objects.filter(is_discoverable(now=now, has_settled=has_settled)).annotate(changed_at=newest)
    return [FoundShop(*row) for row in found.order_by("-id").values_list("slug", "changed_at")[:MOST]]


def pages_of_shop(slug: str) -> list[FoundPage]:
    """The shop's page and those of its goods. Two queries. Raises NotFound."""
    shop = shop_by_slug(slug)
    rows = sql.rows(LISTINGS_TO_FIND, {"shop": shop.pk, "most": MOST - 1})
    goods = [FoundPage(f"{slug}/{row['id']}", row["changed_at"]) for row in rows]
    return [FoundPage(slug, max([shop.opened_at, *(page.changed_at for page in goods)])), *goods]
