"""A marketplace's tracked address of a listing: asked for once per lease, or once per link, then remembered."""

import logging
from datetime import datetime

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from joey.kit.text import storable
from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Manifest
from joey.marketplaces.own_codes import is_own
from joey.marketplaces.port import MarketplaceUnavailable, PositionRefused, TrackedLink, Tracking
from joey.sharing.file_position import check_filed
from joey.sharing.lease_position import NothingComesBack, lease_for, uses_positions
from joey.sharing.models import Link, Position, PositionLease, TrackedUrl
from joey.sharing.outbound_url import may_lead_to

log = logging.getLogger(__name__)

LONGEST_COPY_CODE = 300


class AddressOutside(MarketplaceUnavailable):
    """The marketplace answered with an address that is not one of its own."""

    code = "address_outside"


class OwnPositionRefused(PositionRefused):
    """The position is of the keeper's own account: the keeper's to change, and no operator's."""


def tracked_url(link: Link, *, now: datetime) -> TrackedUrl:
    """The tracked address that `link` leads to, asked of the marketplace when there is none yet.

    It carries what the marketplace's reports give back: the shop's position, leased now if needed, the link's code as
    a sub-id, or both. Only call it for a person who goes on. Raises NothingComesBack, NoPositionFree, TooManyPositions;
    MarketplaceUnavailable (AddressOutside among them) and MarketplaceRefused, which leave the lease; NotConnected, and
    AccountLocked of a keeper's own account. A position that is refused (PositionRefused) is listed for operators from
    then on, but for one of a keeper's own account (OwnPositionRefused); one that is not filed (PositionNotFiled) is its
    keeper's to file. The marketplace is called outside any transaction, since it may take seconds.
    """
    listing, offer = link.listing, link.listing.offer
    manifest = registry.manifest_of(offer.marketplace)
    lease = lease_for(link.shop, offer.marketplace, now=now) if needs_lease(link.code, manifest) else None
    account = lease.marketplace if lease else registry.code_for(offer.marketplace)  # the keeper's own has a lease
    sub_id = sub_id_of(link.code, registry.manifest_of(account))
    known = TrackedUrl.objects.filter(shop_id=link.shop_id, listing=listing, lease=lease, sub_id=sub_id).first()
    if known is not None:
        return known
    tracking = Tracking(position=lease.position.key if lease else None, sub_id=sub_id or None)
    connector = registry.connector_for(account)
    if lease:
        check_filed(connector, lease)
    try:
        given = connector.tracked_link(offer.external_id, tracking)
    except PositionRefused as refused:
        note_refused(lease, now=now)
        if is_own(account):
            raise OwnPositionRefused(refused.text, **refused.facts) from refused
        raise
    note_refused(lease, now=None)
    if may_lead_to(given.url, manifest.hosts) is None:
        log.error("%s gave an address outside its hosts: %r", offer.marketplace, given.url[:200])
        text = _("%s gave an address that is not its own. Try again later.")
        raise AddressOutside(text % registry.name_of(offer.marketplace))
    return _keep(link, lease, sub_id, given, now)


def _keep(link: Link, lease: PositionLease | None, sub_id: str, given: TrackedLink, now: datetime) -> TrackedUrl:
    """Write the address down, or find the one that another process wrote while we asked."""
    offer = link.listing.offer
    kept, _new = TrackedUrl.objects.get_or_create(
        shop_id=link.shop_id,
        listing=link.listing,
        lease=lease,
        sub_id=sub_id,
        defaults={
            "item": offer.external_id,
            "title": offer.title,
            "url": given.url,
            "copy_code": storable(given.copy_code)[:LONGEST_COPY_CODE],
            "made_at": now,
        },
    )
    return kept


def note_refused(lease: PositionLease | None, *, now: datetime | None) -> None:
    """Since when the marketplace refuses the position of the lease; None: it does not. Written when that changes."""
    if lease is not None and (lease.position.refused_at is None) != (now is None):
        Position.objects.filter(pk=lease.position_id).update(refused_at=now)


def needs_lease(code: str, manifest: Manifest) -> bool:
    """Whether an address for the link with this code goes by a position. Raises NothingComesBack if by nothing."""
    has_sub_id = bool(sub_id_of(code, manifest))
    if not has_sub_id and not uses_positions(manifest):
        raise NothingComesBack(_("Order reports of this marketplace carry nothing that could name the shop."))
    return not has_sub_id or manifest.evidence[0] == "position"


def sub_id_of(code: str, manifest: Manifest) -> str:
    """The link's code where reports give it back and it fits what the marketplace takes; else ""."""
    allowed = manifest.capabilities.sub_ids
    fits = len(code) <= allowed.max_length and set(code) <= set(allowed.alphabet)
    return code if fits and allowed.reported and "sub_id" in manifest.evidence else ""


def first_tracked_at(marketplace: str) -> datetime | None:
    """When the first tracked address was made, of this marketplace or one it reports for: no order is older.

    A keeper's own account has none without a lease.
    """
    if is_own(marketplace):
        return None
    served = registry.manifest_of(marketplace).marketplaces
    first: datetime | None = TrackedUrl.objects.filter(listing__offer__marketplace__in=list(served)).aggregate(
        first=Min("made_at")
    )["first"]
    return first
