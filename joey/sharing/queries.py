"""What was shared and what came of it; and the look-ups of the fast path, which it runs on its own pool."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from joey.catalog.rate_history import sql_rate_at
from joey.kit import sql
from joey.kit.partitions import first_id_of, in_days_of, moment_of
from joey.kit.refusals import Invalid
from joey.kit.sets import Int, SetTable
from joey.sharing.models import Link
from joey.sharing.people import CLOCKS_APART, people_in
from joey.shops.models import Shop

# --- For pages and the API --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clicks:
    """`raw`: how often the link was fetched, `opened`: by people. `people`: once per link and day, as in people.py."""

    raw: int
    people: int
    opened: int


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
    """A click as the keeper of its shop may see it."""

    id: UUID
    at: datetime
    visitor: str
    code: str
    channel: str
    listing_id: UUID
    title: str
    translations: dict[str, str]
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


CLICKS_OF_SHOP = """
    SELECT c.id, c.at, c.visitor, k.code, k.channel, c.listing_id, c.referrer_host, o.title, o.translations,
           EXISTS (SELECT FROM sharing_outboundclick w WHERE w.click_id = c.id) AS went_on
    FROM (
        SELECT id, at, visitor, link_id, listing_id, referrer_host FROM sharing_click
        WHERE shop_id = %(shop)s AND id >= %(since)s AND id < %(before)s
        ORDER BY id DESC LIMIT %(limit)s
    ) AS c
    JOIN sharing_link k ON k.id = c.link_id
    JOIN shops_listing g ON g.id = k.listing_id
    JOIN catalog_offer o ON o.id = g.offer_id
    ORDER BY c.id DESC
"""
LINKS_OF_SHOP = f"""
    WITH page AS (
        SELECT id, code, channel, listing_id, made_at FROM sharing_link
        WHERE shop_id = %(shop)s AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
        ORDER BY id DESC LIMIT %(limit)s
    ), counted AS (
        SELECT c.link_id, count(*) AS raw, {people_in("c")} AS people,
               count(*) FILTER (WHERE c.visitor = 'person') AS opened,
               count((SELECT 1 FROM sharing_outboundclick w WHERE w.click_id = c.id LIMIT 1)) AS outbound_clicks
        FROM sharing_click c
        WHERE c.link_id IN (SELECT id FROM page)
          AND c.id >= joey_first_id_of((SELECT min(made_at) FROM page)::date - 1) AND c.id < %(ahead)s
        GROUP BY 1
    )
    SELECT page.*, o.title, o.translations,
           coalesce(c.raw, 0) AS raw, coalesce(c.people, 0) AS people, coalesce(c.opened, 0) AS opened,
           coalesce(c.outbound_clicks, 0) AS outbound_clicks
    FROM page
    JOIN shops_listing g ON g.id = page.listing_id
    JOIN catalog_offer o ON o.id = g.offer_id
    LEFT JOIN counted c ON c.link_id = page.id
    ORDER BY page.id DESC
"""


def links_of(shop: Shop, *, limit: int = 50, cursor: str | None = None) -> LinkPage:
    """The shop's links with their clicks. One query. Raises Invalid (cursor)."""
    ahead = first_id_of(datetime.now(UTC) + CLOCKS_APART)
    asked = {"shop": shop.pk, "before": _read_id(cursor), "limit": limit + 1, "ahead": ahead}
    found = sql.rows(LINKS_OF_SHOP, asked | {"zone": settings.JOEY_ZONE})
    items = tuple(
        CountedLink(
            id=row["id"], code=row["code"], channel=row["channel"], listing_id=row["listing_id"], title=row["title"],
            translations=_json(row["translations"]), made_at=row["made_at"],
            clicks=Clicks(row["raw"], row["people"], row["opened"]), outbound_clicks=row["outbound_clicks"],
        )
        for row in found[:limit]
    )  # fmt: skip
    return LinkPage(items, str(items[-1].id) if len(found) > limit else None)


def clicks_of(shop: Shop, *, limit: int = 50, cursor: str | None = None) -> ClickPage:
    """The shop's clicks of every kind, newest first. Raises Invalid (cursor).

    One query for a busy shop: it reads the last two days. A quieter shop's page is looked for further back.
    """
    before = _read_id(cursor)
    start = moment_of(before) if before else datetime.now(UTC) + CLOCKS_APART
    end = before or first_id_of(start)
    found: list[dict[str, Any]] = []
    for days in (2, 30, None):
        since = first_id_of(start - timedelta(days=days)) if days else UUID(int=0)
        found = sql.rows(CLICKS_OF_SHOP, {"shop": shop.pk, "since": since, "before": end, "limit": limit + 1})
        if len(found) > limit:
            break
    items = tuple(SeenClick(**row | {"translations": _json(row["translations"])}) for row in found[:limit])
    return ClickPage(items, str(items[-1].id) if len(found) > limit else None)


def own_codes(listing_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The codes of these listings' own links (channel "shop"), by listing; one never shared is missing."""
    return dict(Link.objects.filter(listing__in=list(listing_ids), channel="shop").values_list("listing_id", "code"))


def slug_of(shop_id: str) -> str:
    """The address of the shop that the SQL expression `shop_id` names; NULL for none."""
    return f"(SELECT slug FROM shops_shop WHERE id = {shop_id})"


def _read_id(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    try:
        return UUID(cursor)
    except ValueError:
        raise _no_cursor() from None


def _no_cursor() -> Invalid:
    return Invalid(_("This page mark is not one that Joey gave. Start from the first page."), field="cursor")


def _json(found: Any) -> dict[str, str]:
    return dict(json.loads(found) if isinstance(found, str) else found)


# --- For order lines ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OrderedItem:
    """What was ordered, as an order line names it, and when: `key` is the caller's own."""

    key: UUID
    shop_id: UUID
    item: str
    title: str
    at: datetime


@dataclass(frozen=True)
class ShownRate:
    """The rate that this offer showed at that moment."""

    key: UUID
    offer_id: UUID
    rate_ppm: Int


def shown_rates_into(shown: SetTable[ShownRate], ordered: SetTable[OrderedItem], marketplaces: Iterable[str]) -> None:
    """The rate that the catalogue showed for each item then: a row for each of which it is known.

    An item is found by its id, else by what the shop's links lead to, since ids may rotate: attribute.py knows items in
    the same way. Where several offers answer to it, their rates have to agree.
    """
    shown.insert(
        f"""
        WITH by_id AS MATERIALIZED (
            SELECT i.key, o.id, o.ppm FROM {ordered} i CROSS JOIN LATERAL (
                SELECT o.id, {sql_rate_at("o", "i.at")} AS ppm FROM catalog_offer o
                WHERE o.marketplace = ANY(%(marketplaces)s) AND o.external_id = i.item
                OFFSET 0  -- by its index: the set is small, and the catalogue is not
            ) AS o WHERE i.item <> ''
        ), others AS (
            SELECT * FROM {ordered} i WHERE NOT EXISTS (SELECT FROM by_id WHERE by_id.key = i.key)
        ), by_link AS (
            SELECT i.key, o.id, {sql_rate_at("o", "i.at")} AS ppm FROM (
                SELECT i.key, i.at, t.listing_id FROM others i
                JOIN sharing_trackedurl t ON (t.shop_id, t.item) = (i.shop_id, i.item) WHERE i.item <> ''
                UNION
                SELECT i.key, i.at, t.listing_id FROM others i
                JOIN sharing_trackedurl t ON (t.shop_id, t.title) = (i.shop_id, i.title) WHERE i.title <> ''
            ) AS i JOIN shops_listing g ON g.id = i.listing_id
            JOIN catalog_offer o ON o.id = g.offer_id AND o.marketplace = ANY(%(marketplaces)s)
        )
        SELECT key, min(id::text)::uuid AS offer_id, min(ppm) AS rate_ppm
        FROM (SELECT * FROM by_id UNION SELECT * FROM by_link) AS found
        GROUP BY key HAVING count(ppm) = count(*) AND min(ppm) = max(ppm)
        """,
        {"marketplaces": sorted(marketplaces)},
    )


@dataclass(frozen=True)
class ReportedClick:
    """A click as a marketplace reports it, on the position of a lease: `key` is the caller's own."""

    key: UUID
    lease_id: UUID
    at: datetime
    until: datetime  # the last second that it may be of: the same, or that of its minute


# A report has its click to the second, on the clock of the marketplace. A phone that arrives there later than this
# leaves the click unmarked, which says nothing; a longer time would mark what others clicked.
MOMENT = timedelta(seconds=5)
PAGE_OPEN_FOR = timedelta(days=1)  # a page from which someone goes on was opened no longer before


def clicks_of_keeper(shop_id: UUID, clicks: Iterable[ReportedClick]) -> set[UUID]:
    """Which of these clicks the shop's keeper made: at that moment they went on to the marketplace, and no one else
    did from this shop. One query; none without clicks.
    """
    asked = list(clicks)
    if not asked:
        return set()
    moments = [moment for each in asked for moment in (each.at - PAGE_OPEN_FOR, each.at - MOMENT, each.until + MOMENT)]
    found = sql.tuples(
        f"""
        WITH own AS MATERIALIZED (
            SELECT DISTINCT r.*
            FROM unnest(%(keys)s::uuid[], %(leases)s::uuid[], %(times)s::timestamptz[], %(ends)s::timestamptz[])
              AS r (key, lease_id, at, until)
            JOIN sharing_outboundclick w ON w.by_keeper AND w.lease_id = r.lease_id
             AND w.at BETWEEN r.at - %(moment)s AND r.until + %(moment)s AND {in_days_of("w.click_id", moments)}
        )
        SELECT key FROM own WHERE NOT EXISTS (
            SELECT FROM sharing_click c JOIN sharing_outboundclick w ON w.click_id = c.id
            WHERE c.shop_id = %(shop)s AND NOT w.by_keeper AND w.lease_id = own.lease_id
              AND w.at BETWEEN own.at - %(moment)s AND own.until + %(moment)s
              AND {in_days_of("c.id", moments)} AND {in_days_of("w.click_id", moments)}
        )
        """,
        {
            "keys": [each.key for each in asked],
            "leases": [each.lease_id for each in asked],
            "times": [each.at for each in asked],
            "ends": [each.until for each in asked],
            "moment": MOMENT,
            "shop": shop_id,
        },
    )
    return {key for (key,) in found}


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
class OutboundTarget:
    """Where one link leads, and on which lease. `tracked_url` None: no tracked address is known yet."""

    link_id: UUID
    listing_id: UUID
    shop_id: UUID
    keeper_id: UUID
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
    SELECT k.id AS link_id, g.id AS listing_id, g.shop_id, s.owner_id AS keeper_id, s.slug, o.marketplace,
           o.url AS plain_url, t.url AS tracked_url, t.lease_id
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
