"""Find shops, listings and shelves. Pages are put together in shop_page, listing_page, front_page and stock."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.catalog.models import Offer
from joey.catalog.rate_cuts import sql_cuts_between
from joey.kit.refusals import NotFound
from joey.people.models import Person
from joey.shops.models import Listing, Shelf, Shop

CARDS_PER_PAGE = 120

# The shop is part of every row, so that an empty one has a row too. Shelves come in their order, and listings without a
# shelf last. Nothing is read of an offer that is not shown on this page. Sorted twice by the same columns: PostgreSQL
# sees that the inner order still holds, and sorts once.
SHOP_PAGE = f"""
    SELECT s.id, s.slug, s.name, s.intro, p.name, s.opened_at, clock_timestamp(), c.*
    FROM shops_shop s
    JOIN people_person p ON p.id = s.owner_id
    LEFT JOIN LATERAL (
        SELECT l.id::text, l.shelf_id::text, l.shelf, o.id::text, o.title, o.translations ->> %(language)s,
               o.marketplace, o.picture_urls <> '{{}}', o.in_stock, o.withdrawn_at IS NOT NULL, o.currency,
               o.now_minor, o.coupon_minor, o.coupon_until, o.as_of, o.expires_at
        FROM (
            SELECT l.id, l.shelf_id, h.name AS shelf, l.offer_id, h.position AS shelf_position, l.position, l.added_at
            FROM shops_listing l LEFT JOIN shops_shelf h ON h.id = l.shelf_id AND h.shop_id = s.id
            WHERE l.shop_id = s.id AND l.state = 'published'
            ORDER BY h.position, l.shelf_id, l.position, l.added_at, l.id
            LIMIT {CARDS_PER_PAGE + 1} OFFSET %(start)s
        ) l JOIN catalog_offer o ON o.id = l.offer_id
        ORDER BY l.shelf_position, l.shelf_id, l.position, l.added_at, l.id
    ) c ON true
    WHERE s.slug = %(slug)s AND s.closed_at IS NULL
"""

# What fell between %(begin)s and %(until)s of what keepers list to buyers, once for each keeper. An offer that did not
# change since needs no look into its history.
CUTS_OF_KEEPERS = f"""
    SELECT DISTINCT s.owner_id AS person_id, o.id AS offer_id, cut.was_ppm, cut.now_ppm
    FROM shops_listing l
    JOIN shops_shop s ON s.id = l.shop_id AND s.closed_at IS NULL
    JOIN people_person p ON p.id = s.owner_id AND p.is_active
    JOIN catalog_offer o ON o.id = l.offer_id AND o.withdrawn_at IS NULL
    CROSS JOIN LATERAL {sql_cuts_between("o")}
    WHERE l.state = 'published' AND l.added_at <= cut.since AND o.marketplace = ANY(%(marketplaces)s)
      AND o.rates_since[cardinality(o.rates_since)] >= %(begin)s
"""

# What search engines may find of a shop, and when it last changed.
LISTINGS_TO_FIND = """
    SELECT l.id::text AS id, greatest(l.added_at, price.at) AS changed_at
    FROM shops_listing l JOIN catalog_offer o ON o.id = l.offer_id
    CROSS JOIN LATERAL (SELECT max(p.at) AS at FROM catalog_pricepoint p WHERE p.offer_id = o.id) price
    WHERE l.shop_id = %(shop)s AND l.state = 'published' AND o.withdrawn_at IS NULL
    ORDER BY l.id DESC LIMIT %(most)s
"""


def shop_by_slug(slug: str) -> Shop:
    """The open shop at that address; raises NotFound."""
    shop = Shop.objects.select_related("owner").filter(slug=slug, closed_at=None).first()
    if shop is None:
        raise no_such_shop()
    return shop


def listing_for_buyers(slug: str, listing_id: UUID) -> Listing:
    """A published listing of an open shop, with offer and shop. One query. Raises NotFound."""
    shown = Listing.objects.select_related("offer", "shop").filter(shop__slug=slug, shop__closed_at=None)
    found = shown.filter(id=listing_id, state=Listing.State.PUBLISHED).first()
    if found is None:
        raise NotFound(_("This item is no longer shown in the shop. The shop itself is still there."), shop=slug)
    return found


def shown_offers(shop: Shop, *, limit: int = 12) -> list[Offer]:
    """The first goods on the shop's shelves that have a picture. One query."""
    rows = Listing.objects.filter(shop=shop, state=Listing.State.PUBLISHED, offer__withdrawn_at=None)
    shown = rows.exclude(offer__picture_urls=[]).order_by("shelf__position", "shelf_id", "position", "added_at", "id")
    return [row.offer for row in shown.select_related("offer")[:limit]]


def no_such_shop() -> NotFound:
    return NotFound(_("There is no shop at this address. It may have closed, or the link is misspelt."))


def shop_of(owner: Person, slug: str) -> Shop:
    """The owner's shop; another's looks the same as none at all (NotFound)."""
    shop = Shop.objects.select_related("owner").filter(slug=slug, owner=owner, closed_at=None).first()
    if shop is None:
        raise NotFound(_("You have no shop at this address."))
    return shop


def shops_of(person: Person) -> list[Shop]:
    """The person's open shops, oldest first."""
    return list(Shop.objects.select_related("owner").filter(owner=person, closed_at=None).order_by("opened_at", "id"))


def listing_of(shop: Shop, listing_id: UUID) -> Listing:
    """One of the shop's listings with its offer, in any state; raises NotFound."""
    listing = Listing.objects.select_related("offer").filter(shop=shop, id=listing_id).first()
    if listing is None:
        raise NotFound(_("Your shop has no such item."), field="listing_id")
    return listing


def listed_states(shop: Shop, offer_ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Of these offers, those in the shop: offer id → (listing id, state). One query."""
    rows = Listing.objects.filter(shop=shop, offer_id__in=list(offer_ids)).values_list("offer_id", "id", "state")
    return {offer_id: (listing_id, state) for offer_id, listing_id, state in rows}


def shelf_names(shop: Shop) -> list[str]:
    """The names of the shop's shelves, in order. One query."""
    return list(Shelf.objects.filter(shop=shop).order_by("position", "id").values_list("name", flat=True))


def listed_offer_ids() -> list[UUID]:
    """Every offer that an open shop shows."""
    return list(
        Listing.objects.filter(state=Listing.State.PUBLISHED, shop__closed_at=None)
        .order_by()
        .values_list("offer_id", flat=True)
        .distinct()
    )


def shop_id_of(name: str, *, field: str) -> UUID:
    """The shop, open or closed, with this address or this id. Raises NotFound naming `field`."""
    try:
        found = Shop.objects.filter(pk=UUID(name))
    except ValueError:
        found = Shop.objects.filter(slug=name)
    shop_id = found.values_list("pk", flat=True).first()
    if shop_id is None:
        raise NotFound(_("There is no shop “%s”.") % name, field=field)
    return shop_id
