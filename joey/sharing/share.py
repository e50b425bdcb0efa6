"""What a keeper publishes for one link: the caption and the poster, from the listing as it is now."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from joey.catalog.pictures.keep_pictures import picture_bytes
from joey.kit.refusals import NotFound, Refusal, Unavailable
from joey.marketplaces import registry
from joey.marketplaces.port import MarketplaceRefused, MarketplaceUnavailable
from joey.rules.medical_claims import is_health_food, no_medicine
from joey.sharing import caption as captions
from joey.sharing.file_position import filing_url, may_have_to_file
from joey.sharing.lease_position import (
    NoOwnPosition,
    NoPositionFree,
    NothingComesBack,
    TooManyPositions,
    may_lease,
)
from joey.sharing.models import Link
from joey.sharing.public_link import KnownAddress, known_address
from joey.sharing.tracked_url import needs_lease, tracked_url
from joey.shops.connected import reports_orders
from joey.shops.listing_card import Card, card_of
from joey.shops.models import Shop
from joey.shops.names import marketplace_name
from joey.shops.own_account import own_account_of

if TYPE_CHECKING:
    from joey.sharing.poster import PosterFacts

log = logging.getLogger(__name__)


class ShareEarns(Enum):
    """Whether orders through a link earn for its shop, and if not, why."""

    YES = "yes"  # its tracked address exists
    FROM_FIRST_CLICK = "from_first_click"  # its address, and a position where needed, come with the first person
    FROM_NOW = "from_now"  # the keeper has just done what the marketplace wanted (file_position.py)
    NO_COMMISSION = "no_commission"
    NOT_REPORTED = "not_reported"
    NO_POSITION = "no_position"  # all positions are taken
    NO_OWN_POSITION = "no_own_position"  # the keeper's own account has none that links can go by, or is locked
    TOO_MANY_POSITIONS = "too_many_positions"  # the owner has as many as one person may have
    NOT_FILED = "not_filed"  # the keeper has to open a link of the marketplace's first (file_position.py)


@dataclass(frozen=True)
class Share:
    """A link's address and the words that go with it. `filing_url` is what its keeper has to open once, where known."""

    url: str
    caption: str
    earns: ShareEarns
    filing_url: str = ""


def link_by_code(shop: Shop, code: str) -> Link:
    """The shop's link with its listing and offer. Raises NotFound (code), also for another shop's."""
    found = Link.objects.select_related("listing__offer", "listing__shop", "shop").filter(shop=shop, code=code).first()
    if found is None:
        raise NotFound(_("Your shop has no link with this code."), field="code")
    return found


def share_of(link: Link, *, language: str, now: datetime) -> Share:
    """Address and caption of a link. Leases nothing and asks no marketplace.

    The caption has a copy-code only once the link's tracked address exists.
    """
    card, known = _card(link, language, now), known_address(link)
    facts = captions.CaptionFacts(
        title=card.title,
        place=_place(card, language),
        url=url_of(link.code),
        pays=card.price.pays,
        with_coupon=card.price.without_coupon is not None,
        as_of=card.price.as_of,
        struck=card.price.struck,
        low=card.price.low,
        copy_code=known.copy_code if known else "",
        labels=(*_labels(card, language), *_said_of_health_food(link, language)),
    )
    text = captions.caption(facts, channel=link.channel, language=language)
    return Share(facts.url, text, _earns(link, known, now))


def share_by_keeper(link: Link, *, language: str, now: datetime) -> Share:
    """The same for the keeper who shares it now. Where the shop's position has to be filed, it is leased, and the
    marketplace is asked whether it is and how: a buyer could do nothing about it. Once it is, the link's address is
    made at once, by which every page knows that nothing is left to do.
    """
    share, marketplace = share_of(link, language=language, now=now), link.listing.offer.marketplace
    if share.earns is not ShareEarns.NOT_FILED:
        return share
    try:
        url = filing_url(link.shop, marketplace, now=now)
    except (MarketplaceUnavailable, MarketplaceRefused) as trouble:
        log.warning("how the position of shop %s is filed is not known: %s", link.shop_id, trouble)
        return share
    except NoPositionFree:  # just now
        return replace(share, earns=ShareEarns.NO_POSITION)
    if url:
        return replace(share, filing_url=url)
    try:
        tracked_url(link, now=now)
    except Refusal as trouble:  # then it is made when the first person goes on
        log.warning("no tracked address for link %s, whose position is filed: %s", link.pk, trouble)
    return replace(share_of(link, language=language, now=now), earns=ShareEarns.FROM_NOW)


def _earns(link: Link, known: KnownAddress | None, now: datetime) -> ShareEarns:
    marketplace = link.listing.offer.marketplace
    if not reports_orders(marketplace):
        return ShareEarns.NOT_REPORTED
    if link.listing.offer.commission_ppm <= 0:
        return ShareEarns.NO_COMMISSION
    if known is not None:
        return ShareEarns.YES
    if not _opens(link.shop, marketplace):
        return ShareEarns.NO_OWN_POSITION
    manifest = registry.manifest_of(marketplace)
    try:
        is_leased = needs_lease(link.code, manifest)
        if is_leased:
            may_lease(link.shop, marketplace, now=now)
    except NothingComesBack:
        return ShareEarns.NOT_REPORTED
    except TooManyPositions:
        return ShareEarns.TOO_MANY_POSITIONS
    except NoOwnPosition:
        return ShareEarns.NO_OWN_POSITION
    except NoPositionFree:
        return ShareEarns.NO_POSITION
    return (
        ShareEarns.NOT_FILED if is_leased and may_have_to_file(link.shop_id, manifest) else ShareEarns.FROM_FIRST_CLICK
    )


def _opens(shop: Shop, marketplace: str) -> bool:
    """Whether the keeper's own account there can be opened, if the shop goes by one."""
    own = own_account_of(shop.pk, marketplace)
    try:
        return own is None or bool(registry.connector(own))
    except Refusal:
        return False


EARNING = (ShareEarns.YES, ShareEarns.FROM_FIRST_CLICK, ShareEarns.FROM_NOW)


def no_earning_reason(earns: ShareEarns) -> str:
    """Why a link earns nothing, in a sentence; "" when it earns."""
    reasons = {
        ShareEarns.NO_COMMISSION: _("The marketplace pays no commission on this item."),
        ShareEarns.NOT_REPORTED: _("The marketplace reports no orders of such links to this instance."),
        ShareEarns.NO_POSITION: _("No position is free for your shop there now. One may become free later."),
        ShareEarns.NO_OWN_POSITION: _(
            "Links to there go by your own account, and it cannot be used as it is. Its page in the settings says why."
        ),
        ShareEarns.TOO_MANY_POSITIONS: _(
            "You have as many positions there as one person may have, over all your shops. One becomes free some time"
            " after a shop of yours stops using it."
        ),
        ShareEarns.NOT_FILED: _(
            "The marketplace wants you to open a link there once. Until then it counts no order for your shop."
        ),
    }
    return str(reasons.get(earns, ""))


@dataclass(frozen=True)
class Poster:
    """A drawn poster; `until` is when the price on it ends, None when it shows none."""

    png: bytes
    until: datetime | None


def poster_of(link: Link, *, language: str, now: datetime, layout: str = "full") -> Poster:
    """The link's poster. Raises Invalid (layout). May fetch the offer's picture, which can take seconds."""
    from joey.sharing import poster as posters  # Pillow and fonts are heavy, and most processes draw nothing

    card = _card(link, language, now)
    printed = registry.manifest_of(card.marketplace).allowed.printed
    shows_price = "price" in printed
    facts = posters.PosterFacts(
        # In front, where no poster is so narrow that it is cut off.
        title=" ".join((*_said_of_health_food(link, language), card.title)),
        shop_name=link.shop.name,
        place=_place(card, language),
        url=url_of(link.code),
        language=language,
        pays=card.price.pays if shows_price else None,
        as_of=card.price.as_of,
        with_coupon=shows_price and card.price.without_coupon is not None,
        struck=card.price.struck if shows_price else None,
        low=card.price.low if shows_price else None,
        picture=_picture(card.offer_id) if "picture" in printed else None,
    )
    return Poster(_drawn(facts, layout), card.price.until if shows_price else None)


@lru_cache(maxsize=32)  # some 10 MB
def _drawn(facts: "PosterFacts", layout: str) -> bytes:
    """Drawn once for as long as it shows the same: drawing takes the processor for a good part of a second."""
    from joey.sharing.poster import poster_png

    return poster_png(facts, layout)


def url_of(code: str) -> str:
    """Where a share link is opened."""
    return f"{settings.JOEY_URL}/l/{code}"


def _card(link: Link, language: str, now: datetime) -> Card:
    return card_of(link.listing, link.shop, language=language, now=now)


def _place(card: Card, language: str) -> str:
    with translation.override(language):
        return str(marketplace_name(card.marketplace))


def _labels(card: Card, language: str) -> tuple[str, ...]:
    with translation.override(language):
        return tuple(str(label) for label in registry.labels_of(card.marketplace))


def _said_of_health_food(link: Link, language: str) -> tuple[str, ...]:
    """What has to go with health food wherever it goes (CN-A3); () for other goods."""
    offer = link.listing.offer
    return (no_medicine(language),) if is_health_food(offer.category, offer.title) else ()


def _picture(offer_id: UUID) -> bytes | None:
    try:
        return picture_bytes(offer_id)
    except Unavailable:
        return None
