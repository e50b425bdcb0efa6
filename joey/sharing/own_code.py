"""The code of a listing's own link, by which buyers go on from its page."""

from datetime import datetime
from uuid import UUID

from joey.sharing.make_link import OWN, make_link
from joey.sharing.queries import own_codes
from joey.shops.queries import shop_by_slug


def own_code(slug: str, listing_id: UUID, *, now: datetime) -> str:
    """Made at the first view."""
    known = own_codes([listing_id]).get(listing_id)
    return known or make_link(shop_by_slug(slug), listing_id=listing_id, channel=OWN, now=now).code
