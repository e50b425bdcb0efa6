"""What a share link shows to anyone, and what it needs to lead on."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import NotFound
from joey.sharing.models import Link
from joey.shops.models import Listing


def public_link(code: str) -> Link:
    """A link whose listing buyers may see, with all that its poster needs. One query. Raises NotFound."""
    shown = Link.objects.select_related("shop__owner", "listing__offer", "listing__shop")
    found = shown.filter(code=code, listing__state=Listing.State.PUBLISHED, shop__closed_at=None).first()
    if found is None:
        raise NotFound(_("There is no such link, or what it showed has been taken away."))
    return found


@dataclass(frozen=True)
class KnownAddress:
    """A link's tracked address that is in use."""

    url: str
    copy_code: str


# A tracked address is usable while its lease is open; one without a lease carries its link's code as the sub-id.
_KNOWN = """
    SELECT t.url, t.copy_code FROM sharing_trackedurl t
    LEFT JOIN sharing_positionlease l ON l.id = t.lease_id
    LEFT JOIN sharing_link k ON k.code = t.sub_id
    WHERE t.listing_id = %(listing)s AND l.ended_at IS NULL AND (t.sub_id = '' OR {which})
    ORDER BY t.made_at DESC LIMIT 1
"""


def known_address(link: Link) -> KnownAddress | None:
    """The tracked address that the link leads to now, if the marketplace has given one. One query."""
    found = sql.one(_KNOWN.format(which="k.id = %(link)s"), {"listing": link.listing_id, "link": link.pk})
    return KnownAddress(**found) if found else None


def known_copy_code(listing_id: UUID) -> str:
    """The copy-code that the marketplace gave for this listing on the shop's open lease, or "". One query."""
    found = sql.one(_KNOWN.format(which="k.channel = 'shop'"), {"listing": listing_id})
    return str(found["copy_code"]) if found else ""


def link_with_offer(link_id: UUID) -> Link:
    """A link that exists, with what its marketplace is asked about. One query."""
    return Link.objects.select_related("listing__offer", "shop").get(pk=link_id)
