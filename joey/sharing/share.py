"""What a keeper publishes for one link: the caption and the poster, from the listing as it is now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from joey.catalog.pictures.keep_pictures import picture_bytes
from joey.kit.refusals import NotFound, Unavailable
from joey.marketplaces import registry
from joey.sharing import caption as captions
from joey.sharing.models import Link
from joey.sharing.tracked_url import tracked_url
from joey.shops.listing_card import Card, card_of
from joey.shops.models import Shop
from joey.shops.names import marketplace_name


@dataclass(frozen=True)
class Share:
    """A link's address and the words that go with it.

    `earns` False: no order through it can be attributed, and the page that shows the share says so.
    """

    url: str
    caption: str
    earns: bool


def link_by_code(shop: Shop, code: str) -> Link:
    """The shop's link with its listing and offer. Raises NotFound (code), also for another shop's."""
    found = Link.objects.select_related("listing__offer", "listing__shop", "shop").filter(shop=shop, code=code).first()
    if found is None:
        raise NotFound(_("Your shop has no link with this code."), field="code")
    return found


def share_of(link: Link, *, language: str, now: datetime) -> Share:
    """Address and caption of a link. The first share leases the shop's position at the marketplace.

    May ask the marketplace once for its address and copy-code; while it is unavailable the caption has neither.
    """
    listing, card = link.listing, _card(link, language, now)
    try:
        tracked = tracked_url(link, now=now)
        is_tracked = tracked is not None
    except Unavailable:  # not known yet: the address is asked for when the marketplace answers again
        tracked, is_tracked = None, registry.manifest_of(listing.offer.marketplace).reports_orders
    facts = captions.CaptionFacts(
        title=card.title,
        place=_place(card, language),
        url=url_of(link.code),
        pays=card.price.pays,
        with_coupon=card.price.without_coupon is not None,
        as_of=card.price.as_of,
        copy_code=tracked.copy_code if tracked else "",
        labels=_labels(card, language),
    )
    earns = is_tracked and listing.offer.commission_ppm > 0
    return Share(facts.url, captions.caption(facts, channel=link.channel, language=language), earns)


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
        title=card.title,
        shop_name=link.shop.name,
        place=_place(card, language),
        url=url_of(link.code),
        language=language,
        pays=card.price.pays if shows_price else None,
        as_of=card.price.as_of,
        with_coupon=shows_price and card.price.without_coupon is not None,
        before=card.price.reference if shows_price else None,
        picture=_picture(card.offer_id) if "picture" in printed else None,
    )
    return Poster(posters.poster_png(facts, layout), card.price.until if shows_price else None)


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


def _picture(offer_id: UUID) -> bytes | None:
    try:
        return picture_bytes(offer_id)
    except Unavailable:
        return None
