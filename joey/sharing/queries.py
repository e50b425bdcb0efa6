"""What was shared and what came of it; and the look-ups of the fast path, which it runs on its own pool."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import Invalid
from joey.sharing.models import Link
from joey.sharing.people import people_in
from joey.shops.models import Shop

# --- For pages and the API --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clicks:
    """`raw`: every opening of the link. `people`: browsers per link and day, as joey.sharing.people defines them."""

    raw: int
    people: int


@dataclass(frozen=True)
class CountedLink:
    """A share link and what it brought."""

    id: UUID
    code: str
    channel: str
    listing_id: UUID
    title: str
    translations: dict[str, str]
    made_at: datetime
    clicks: Clicks
    outbound_clicks: int


@dataclass(frozen=True)
class SeenClick:
    """One opening of a link, as its keeper may see it."""

    id: UUID
    at: datetime
    visitor: str
    code: str
    channel: str
    listing_id: UUID
    referrer_host: str
    went_on: bool


@dataclass(frozen=True)
class LinkPage:
    """One page of links, newest first; `next` is the cursor of the following page."""

    items: tuple[CountedLink, ...]
    next: str | None


@dataclass(frozen=True)
class ClickPage:
    """One page of clicks, newest first."""

    items: tuple[SeenClick, ...]
    next: str | None


def links_of(shop: Shop, *, limit: int = 50, cursor: str | None = None) -> LinkPage:
    """The shop's links with their clicks. One query. Raises Invalid (cursor)."""
    found = sql.rows(
        f"""
        WITH page AS (
            SELECT id, code, channel, listing_id, made_at FROM sharing_link
            WHERE shop_id = %(shop)s AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
            ORDER BY id DESC LIMIT %(limit)s
        ), counted AS (
            SELECT c.link_id, count(*) AS raw, {people_in("c")} AS people, count(w.click_id) AS outbound_clicks
            FROM sharing_click c
            LEFT JOIN (SELECT DISTINCT click_id FROM sharing_outboundclick) w ON w.click_id = c.id
            WHERE c.link_id IN (SELECT id FROM page)
            GROUP BY 1
        )
        SELECT page.*, o.title, o.translations,
               coalesce(c.raw, 0) AS raw, coalesce(c.people, 0) AS people,
               coalesce(c.outbound_clicks, 0) AS outbound_clicks
        FROM page
        JOIN shops_listing g ON g.id = page.listing_id
        JOIN catalog_offer o ON o.id = g.offer_id
        LEFT JOIN counted c ON c.link_id = page.id
        ORDER BY page.id DESC
        """,
        {"shop": shop.pk, "before": _read_id(cursor), "limit": limit + 1},
    )
    items = tuple(
        CountedLink(
            id=row["id"], code=row["code"], channel=row["channel"], listing_id=row["listing_id"], title=row["title"],
            translations=_json(row["translations"]), made_at=row["made_at"],
            clicks=Clicks(row["raw"], row["people"]), outbound_clicks=row["outbound_clicks"],
        )
        for row in found[:limit]
    )  # fmt: skip
    return LinkPage(items, str(items[-1].id) if len(found) > limit else None)


def clicks_of(shop: Shop, *, limit: int = 50, cursor: str | None = None) -> ClickPage:
    """The shop's clicks of every kind, newest first. One query. Raises Invalid (cursor)."""
    at, click_id = _read_moment(cursor)
    found = sql.rows(
        """
        SELECT c.id, c.at, c.visitor, k.code, k.channel, c.listing_id, c.referrer_host,
               EXISTS (SELECT FROM sharing_outboundclick w WHERE w.click_id = c.id) AS went_on
        FROM sharing_click c JOIN sharing_link k ON k.id = c.link_id
        WHERE c.shop_id = %(shop)s AND (%(at)s::timestamptz IS NULL OR (c.at, c.id) < (%(at)s, %(id)s::uuid))
        ORDER BY c.at DESC, c.id DESC LIMIT %(limit)s
        """,
        {"shop": shop.pk, "at": at, "id": click_id, "limit": limit + 1},
    )
    items = tuple(SeenClick(**row) for row in found[:limit])
    return ClickPage(items, f"{items[-1].at.isoformat()}_{items[-1].id}" if len(found) > limit else None)


def own_codes(listing_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The codes of these listings' own links (channel "shop"), by listing; one never shared is missing."""
    return dict(Link.objects.filter(listing__in=list(listing_ids), channel="shop").values_list("listing_id", "code"))


def _read_id(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    try:
        return UUID(cursor)
    except ValueError:
        raise _no_cursor() from None


def _read_moment(cursor: str | None) -> tuple[datetime | None, UUID | None]:
    if cursor is None:
        return None, None
    at, _underscore, click_id = cursor.partition("_")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise _no_cursor() from None
    if moment.tzinfo is None:
        raise _no_cursor()
    return moment, _read_id(click_id)


def _no_cursor() -> Invalid:
    return Invalid(_("This page mark is not one that Joey gave. Start from the first page."), field="cursor")


def _json(found: Any) -> dict[str, str]:
    return dict(json.loads(found) if isinstance(found, str) else found)


# --- For the fast path: one row each -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What the fast path must know of a link before it counts a click."""

    id: UUID
    shop_id: UUID
    listing_id: UUID
    channel: str
    slug: str
    own_code: str | None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where one link leads, and on which lease. `tracked_url` None: no tracked address is known yet."""

    link_id: UUID
    listing_id: UUID
    shop_id: UUID
    slug: str
    marketplace: str
    plain_url: str
    tracked_url: str | None
    lease_id: UUID | None  # None: the address is plain, or carries a sub-id instead of a position


LINK_BY_CODE = """
    SELECT k.id, k.shop_id, k.listing_id, k.channel, s.slug, own.code AS own_code
    FROM sharing_link k
    JOIN shops_shop s ON s.id = k.shop_id
    LEFT JOIN sharing_link own
      ON own.shop_id = k.shop_id AND own.listing_id = k.listing_id AND own.channel = 'shop'
    WHERE k.code = %s
"""
# A tracked address is usable while its lease is open; one without a lease carries its link's code as the sub-id.
_DESTINATION = """
    SELECT k.id AS link_id, g.id AS listing_id, g.shop_id, s.slug, o.marketplace, o.url AS plain_url,
           t.url AS tracked_url, t.lease_id
    FROM {start}
    JOIN shops_listing g ON g.id = k.listing_id AND g.shop_id = k.shop_id
    JOIN shops_shop s ON s.id = g.shop_id AND s.closed_at IS NULL
    JOIN catalog_offer o ON o.id = g.offer_id
    LEFT JOIN (sharing_trackedurl t LEFT JOIN sharing_positionlease l ON l.id = t.lease_id)
      ON t.shop_id = g.shop_id AND t.listing_id = g.id AND t.sub_id IN ('', k.code)
     AND (t.lease_id IS NULL OR l.ended_at IS NULL)
    WHERE {which} AND g.state = 'published'
    ORDER BY t.id IS NULL, l.leased_from DESC NULLS LAST LIMIT 1
"""
DESTINATION_OF_LINK = _DESTINATION.format(start="sharing_link k", which="k.id = %s")
DESTINATION_OF_CLICK = _DESTINATION.format(
    start="sharing_click c JOIN sharing_link k ON k.id = c.link_id", which="c.id = %s"
)
