"""The cards that messengers show for a listing, a shop and this instance, and the poster of a shop, as they are now."""

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from joey.catalog.models import Offer
from joey.catalog.pictures.keep_pictures import picture_of
from joey.catalog.title_in import title_in
from joey.kit.refusals import Unavailable
from joey.marketplaces import registry
from joey.sharing.preview_card import PreviewFacts, preview_jpeg
from joey.sharing.shop_poster import ShopPosterFacts, shop_poster_png
from joey.shops.models import Shop
from joey.shops.names import marketplace_name
from joey.shops.queries import listing_for_buyers, shop_by_slug, shown_offers

PICTURES = 4  # on what shows a shop

# Drawn once for what is on them: without a price they stay the same for long.
_drawn_card = lru_cache(maxsize=64)(preview_jpeg)
_drawn_poster = lru_cache(maxsize=8)(shop_poster_png)


def listing_card_jpeg(slug: str, listing_id: UUID, *, language: str) -> bytes:
    """Raises NotFound. May fetch the offer's picture, which can take seconds."""
    listing = listing_for_buyers(slug, listing_id)
    offer = listing.offer
    with translation.override(language):
        facts = PreviewFacts(
            title=title_in(language, offer.title, offer.translations)[0],
            language=language,
            under=listing.shop.name,
            foot=_("Sold at %(place)s") % {"place": marketplace_name(offer.marketplace)},
            pictures=_pictures([offer]),
        )
    return _drawn_card(facts)


def shop_card_jpeg(slug: str, *, language: str) -> bytes:
    """Raises NotFound."""
    shop = shop_by_slug(slug)
    with translation.override(language):
        kept_by = _("Kept by %(name)s") % {"name": shop.owner.name} if shop.owner.name else ""
    pictures = _pictures(shown_offers(shop))
    return _drawn_card(PreviewFacts(shop.name, language, under=shop.intro, foot=kept_by, pictures=pictures))


def home_card_jpeg(*, language: str) -> bytes:
    with translation.override(language):
        facts = PreviewFacts("Joey", language, under=_("Small shops kept by people you know"), advert=False)
    return _drawn_card(facts)


def shop_poster(shop: Shop, *, language: str) -> bytes:
    """As PNG. May fetch pictures of its goods, which can take seconds."""
    facts = ShopPosterFacts(shop.name, shop.intro, shop_url(shop.slug), language, _pictures(shown_offers(shop)))
    return _drawn_poster(facts)


def shop_url(slug: str) -> str:
    """Where a shop is opened."""
    return f"{settings.JOEY_URL}/s/{slug}"


def _pictures(offers: Iterable[Offer]) -> tuple[bytes, ...]:
    """The first pictures of these offers that copies may show: messengers keep what they fetched."""
    found: list[bytes] = []
    for offer in offers:
        if len(found) == PICTURES:
            break
        if "picture" in registry.manifest_of(offer.marketplace).allowed.printed:
            try:
                picture = picture_of(offer.id, offer.marketplace, offer.picture_urls)
            except Unavailable:
                continue
            found += [picture] if picture else []
    return tuple(found)
