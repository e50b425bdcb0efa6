"""File a position: a marketplace may want the person who will use it to open a link there once.

Until then no link on it counts. So the keeper who shares is shown that link, and the position is leased for it then.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Manifest
from joey.marketplaces.port import Connector, FilesPositions, MarketplaceRefused, PositionNotFiled
from joey.sharing.lease_position import lease_for
from joey.sharing.models import PositionLease, TrackedUrl
from joey.sharing.outbound_url import may_lead_to
from joey.shops.models import Listing, Shop
from joey.shops.own_account import account_of_shop

log = logging.getLogger(__name__)


def may_have_to_file(shop_id: UUID, manifest: Manifest) -> bool:
    """Whether the marketplace has to be asked about it: no link was made on the shop's position yet. Asks nothing."""
    if not manifest.capabilities.positions.filed:
        return False
    account = account_of_shop(shop_id, manifest.code)
    return not TrackedUrl.objects.filter(shop_id=shop_id, lease__marketplace=account, lease__ended_at=None).exists()


@dataclass(frozen=True)
class StepLeft:
    """A marketplace that may want the shop's keeper to open a link there, which is shown where they share `listing`."""

    marketplace: str
    listing_id: UUID


def steps_left(shop: Shop) -> list[StepLeft]:
    """One for each marketplace that goods in the shop would earn at. No query where none files positions; else one, and
    two for each that does.
    """
    filing = [each.manifest for each in registry.connectors() if each.manifest.capabilities.positions.filed]
    names = [name for manifest in filing for name in manifest.marketplaces]
    if not names:
        return []
    earning = Listing.objects.filter(
        shop=shop, state=Listing.State.PUBLISHED, offer__marketplace__in=names, offer__commission_ppm__gt=0
    )
    one_of_each = earning.order_by("offer__marketplace", "position", "id").distinct("offer__marketplace")
    found = one_of_each.values_list("offer__marketplace", "id")
    return [StepLeft(*each) for each in found if may_have_to_file(shop.pk, registry.manifest_of(each[0]))]


def filing_url(shop: Shop, marketplace: str, *, now: datetime) -> str:
    """The address that the shop's keeper opens once; "" once someone did. Leases the position that it is about.

    Raises what `lease_for` raises; MarketplaceUnavailable, MarketplaceRefused.
    """
    lease = lease_for(shop, marketplace, now=now)
    connector = registry.connector_for(lease.marketplace)
    if _is_filed(connector, lease):
        return ""
    url = _filing(connector).filing_link(lease.position.key)
    if may_lead_to(url, connector.manifest.hosts) is None:
        log.error("%s gave an address outside its hosts: %r", marketplace, url[:200])
        raise MarketplaceRefused(_("%s gave an address that is not its own.") % registry.name_of(marketplace))
    return url


def check_filed(connector: Connector, lease: PositionLease) -> None:
    """Raises PositionNotFiled where the position of the lease has to be filed and is not.

    It is asked before the first link on it alone: some marketplaces may make links on other positions, too, and not
    count their orders.
    """
    is_new = connector.manifest.capabilities.positions.filed and not TrackedUrl.objects.filter(lease=lease).exists()
    if is_new and not _is_filed(connector, lease):
        raise PositionNotFiled(_("The keeper of this shop has not opened the link yet by which its position is filed."))


def _is_filed(connector: Connector, lease: PositionLease) -> bool:
    return _filing(connector).is_filed(lease.position.key)


def _filing(connector: Connector) -> FilesPositions:
    assert isinstance(connector, FilesPositions), "its manifest says that positions are filed"
    return connector
