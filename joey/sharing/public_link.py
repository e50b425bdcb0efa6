"""What a share link shows to anyone, and what it needs to lead on."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import NotFound
from joey.sharing.models import Click, Link
from joey.shops.gone_listing import no_longer_shown
from joey.shops.models import Listing, Shop


def public_link(code: str) -> Link:
    """A link whose listing buyers may see, with all that its poster needs. One query. Raises NotFound, Gone."""
    shown = Link.objects.select_related("shop__owner", "listing__offer", "listing__shop")
    found = shown.filter(code=code, shop__closed_at=None).first()
    if found is None:
        raise _no_such_link()
    if found.listing.state != Listing.State.PUBLISHED:
        raise no_longer_shown(found.shop, found.listing_id)
    return found


def gone_listing_behind(token: str) -> tuple[Shop, UUID]:
    """The open shop and its listing that is not shown, by an outbound click's token: a link's code, or a click's id.

    Raises NotFound.
    """
    hidden = Link.objects.exclude(listing__state=Listing.State.PUBLISHED)
    link = hidden.select_related("shop").filter(shop__closed_at=None)
    try:
        clicked = Click.objects.filter(id=UUID(token)).values("link_id")[:1]
        found = link.filter(id__in=clicked).first()
    except ValueError:
        found = link.filter(code=token).first()
    if found is None:
        raise _no_such_link()
    return found.shop, found.listing_id


def _no_such_link() -> NotFound:
    return NotFound(_("There is no such link, or what it showed has been taken away."))


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
