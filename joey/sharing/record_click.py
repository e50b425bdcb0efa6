"""Write clicks and outbound clicks as sets: many visitors share one commit, and each is answered only after it.

The statements live here once. A verb runs them on Django's connection, the fast path on its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from joey.kit import sql
from joey.sharing.models import Click

# A repeat of the same ids changes nothing: after a broken connection the same set is simply sent again.
INSERT_CLICKS = """
    INSERT INTO sharing_click (id, shop_id, link_id, listing_id, at, visitor_key, visitor, referrer_host)
    SELECT id, shop_id, link_id, listing_id, coalesce(at, clock_timestamp()), visitor_key, visitor, referrer_host
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::bytea[], %s::text[], %s::text[])
         AS told (id, shop_id, link_id, listing_id, at, visitor_key, visitor, referrer_host)
    ON CONFLICT (id) DO NOTHING
"""
INSERT_OUTBOUND_CLICKS = """
    INSERT INTO sharing_outboundclick (id, click_id, shop_id, at, marketplace, lease_id)
    SELECT id, click_id, shop_id, coalesce(at, clock_timestamp()), marketplace, lease_id
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::text[], %s::uuid[])
         AS told (id, click_id, shop_id, at, marketplace, lease_id)
    ON CONFLICT (id) DO NOTHING
"""
# An outbound click uses its lease. To the hour is exact enough, and keeps a busy lease from being written at every
# click; rows in id order, so that two writers cannot wait for each other.
TOUCH_LEASES = """
    UPDATE sharing_positionlease SET last_used_at = clock_timestamp() WHERE id IN (
        SELECT id FROM sharing_positionlease
        WHERE id = ANY(%s::uuid[]) AND last_used_at < clock_timestamp() - interval '1 hour'
        ORDER BY id FOR UPDATE SKIP LOCKED
    )
"""


@dataclass(frozen=True, slots=True)
class NewClick:
    """One opening of a link. `at` None: the database's clock at the moment of writing."""

    id: UUID
    shop_id: UUID
    link_id: UUID
    listing_id: UUID
    visitor_key: bytes
    visitor: Click.Visitor
    referrer_host: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewOutboundClick:
    """One visitor going on to the marketplace after a click. `lease_id` None: this visit earns nothing."""

    id: UUID
    click_id: UUID
    shop_id: UUID
    marketplace: str
    lease_id: UUID | None
    at: datetime | None = None


def record_clicks(batch: Sequence[NewClick]) -> int:
    """Write the clicks in one statement; how many were new."""
    return sql.execute(INSERT_CLICKS, click_columns(batch)) if batch else 0


def record_outbound_clicks(batch: Sequence[NewOutboundClick]) -> int:
    """Write the outbound clicks in one statement; how many were new."""
    return sql.execute(INSERT_OUTBOUND_CLICKS, outbound_click_columns(batch)) if batch else 0


def click_columns(batch: Sequence[NewClick]) -> list[list[Any]]:
    """The parameters of INSERT_CLICKS."""
    return [
        [click.id for click in batch],
        [click.shop_id for click in batch],
        [click.link_id for click in batch],
        [click.listing_id for click in batch],
        [click.at for click in batch],
        [click.visitor_key for click in batch],
        [str(click.visitor) for click in batch],
        [click.referrer_host for click in batch],
    ]


def outbound_click_columns(batch: Sequence[NewOutboundClick]) -> list[list[Any]]:
    """The parameters of INSERT_OUTBOUND_CLICKS."""
    return [
        [way.id for way in batch],
        [way.click_id for way in batch],
        [way.shop_id for way in batch],
        [way.at for way in batch],
        [way.marketplace for way in batch],
        [way.lease_id for way in batch],
    ]
