"""A marketplace's tracked address of a listing: asked for once per lease, or once per link, then remembered."""

from datetime import datetime

from django.db.models import Min

from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Manifest
from joey.marketplaces.port import MarketplaceRefused, Tracking
from joey.sharing.lease_position import lease_for
from joey.sharing.models import Link, TrackedUrl
from joey.sharing.outbound_url import may_lead_to


def tracked_url(link: Link, *, now: datetime) -> TrackedUrl | None:
    """The tracked address that `link` leads to, asked of the marketplace when there is none yet.

    It carries what the marketplace's reports give back: the shop's position, the link's code as a sub-id, or both.
    None when the shop has neither there, or the marketplace grants no address for this offer: the outbound click then
    leads to the offer's plain address and earns nothing. Raises MarketplaceUnavailable. The marketplace is called
    outside any transaction, since it may take seconds.
    """
    listing, offer = link.listing, link.listing.offer
    manifest = registry.manifest_of(offer.marketplace)
    sub_id = sub_id_of(link.code, manifest)
    leases = not sub_id or manifest.evidence[0] == "position"
    lease = lease_for(link.shop, offer.marketplace, now=now) if leases else None
    if lease is None and not sub_id:
        return None
    known = TrackedUrl.objects.filter(shop_id=link.shop_id, listing=listing, lease=lease, sub_id=sub_id).first()
    if known is not None:
        return known
    try:
        given = registry.connector_for(offer.marketplace).tracked_link(
            offer.external_id, Tracking(position=lease.position.key if lease else None, sub_id=sub_id or None)
        )
    except MarketplaceRefused:
        return None
    if may_lead_to(given.url, registry.manifest_of(offer.marketplace).hosts) is None:
        return None  # an address outside the marketplace is no outbound click, even if the marketplace gave it
    kept, _new = TrackedUrl.objects.get_or_create(
        shop_id=link.shop_id,
        listing=listing,
        lease=lease,
        sub_id=sub_id,
        defaults={"url": given.url, "copy_code": given.copy_code[:300], "made_at": now},
    )
    return kept


def sub_id_of(code: str, manifest: Manifest) -> str:
    """The link's code where reports give it back and it fits what the marketplace takes; else ""."""
    allowed = manifest.capabilities.sub_ids
    fits = len(code) <= allowed.max_length and set(code) <= set(allowed.alphabet)
    return code if fits and allowed.reported and "sub_id" in manifest.evidence else ""


def first_tracked_at(marketplace: str) -> datetime | None:
    """When the first tracked address was made, of this marketplace or one it reports for: no order is older."""
    served = registry.manifest_of(marketplace).marketplaces
    first: datetime | None = TrackedUrl.objects.filter(listing__offer__marketplace__in=list(served)).aggregate(
        first=Min("made_at")
    )["first"]
    return first
