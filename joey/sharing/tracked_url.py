"""The marketplace's own address of a listing on the shop's position: asked for once per lease, then remembered."""

from datetime import datetime

from joey.marketplaces import registry
from joey.marketplaces.port import MarketplaceRefused, Tracking
from joey.sharing.lease_position import lease_for
from joey.sharing.models import TrackedUrl
from joey.sharing.outbound_url import may_lead_to
from joey.shops.models import Listing


def tracked_url(listing: Listing, *, now: datetime) -> TrackedUrl | None:
    """The tracked address of the listing on its shop's lease, asked of the marketplace when there is none yet.

    None when the shop has no position there, or the marketplace grants no link for this offer: the outbound click is
    then the offer's plain address and earns nothing. Raises MarketplaceUnavailable when the marketplace is away.
    The call to the marketplace stands outside any transaction, since it may take seconds.
    """
    offer = listing.offer
    lease = lease_for(listing.shop, offer.marketplace, now=now)
    if lease is None:
        return None
    known = TrackedUrl.objects.filter(shop_id=listing.shop_id, listing=listing, lease=lease).first()
    if known is not None:
        return known
    try:
        link = registry.connector_for(offer.marketplace).tracked_link(
            offer.external_id, Tracking(position=lease.position.key)
        )
    except MarketplaceRefused:
        return None
    if may_lead_to(link.url, registry.manifest_of(offer.marketplace).hosts) is None:
        return None  # an address outside the marketplace is no outbound click, whoever gave it
    kept, _new = TrackedUrl.objects.get_or_create(
        shop_id=listing.shop_id,
        listing=listing,
        lease=lease,
        defaults={"url": link.url, "copy_code": link.copy_code[:300], "made_at": now},
    )
    return kept
