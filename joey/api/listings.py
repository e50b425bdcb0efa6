"""Listings: offers in a shop. No price can be given: a listing costs what its marketplace says."""

from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field, StrictBool

from joey.api.caller import shop_for
from joey.api.once import KeptRefusal, once
from joey.api.scopes import ScopedRouter
from joey.api.shapes import In, ListOf, MoneyOut, Out, PageIn, Time, Whole, money, money_or_none, seal, unseal
from joey.kit.clock import now
from joey.kit.refusals import Invalid, NotFound
from joey.shops.add_listing import add_listing
from joey.shops.arrange import remove_listing
from joey.shops.change_listing import ListingChanges
from joey.shops.change_listing import change_listing as apply_changes
from joey.shops.listings_of import ListingRow, listing_row, listings_of
from joey.shops.models import Listing, Shop
from joey.shops.shown_price import RecentLow

router = ScopedRouter(tags=["listings"])

POSITION_MOST = 100_000


class ListingIn(In):
    """`shelf` is the name of a shelf (made when there is none) or the id of one."""

    offer_id: UUID
    shelf: Annotated[str, Field(max_length=500)] | None = None
    note: Annotated[str, Field(max_length=2000)] = ""


class ListingChange(In):
    """Only what is sent is changed. `shelf` null takes the listing off its shelf; `position` counts from 0."""

    shelf: Annotated[str, Field(max_length=500)] | None = None
    note: Annotated[str, Field(max_length=2000)] | None = None
    hidden: StrictBool | None = None
    position: Annotated[Whole, Field(ge=0, le=POSITION_MOST)] | None = None


class RecentLowOut(Out):
    days: int
    price: MoneyOut


class ListingOut(Out):
    """`state`: published, hidden or refused (then `rule_id` and `reason` say why). `price` null: not known now.

    `struck_price`: what it cost before, where that may be shown struck through beside `price`, else null. `recent_low`:
    the lowest price of its last days, where it was cheaper than now.
    """

    id: UUID
    offer_id: UUID
    state: str
    rule_id: str
    reason: str
    pack_version: str
    shelf_id: UUID | None
    shelf: str | None
    position: int
    note: str
    title: str
    marketplace: str
    price: MoneyOut | None
    struck_price: MoneyOut | None
    recent_low: RecentLowOut | None
    as_of: Time
    in_stock: bool
    url: str
    added_at: Time


def recent_low(low: RecentLow | None) -> RecentLowOut | None:
    return None if low is None else RecentLowOut(days=low.days, price=money(low.price))


class ListingRefused(Invalid):
    """The rules do not allow the item; the listing is kept as refused, with rule id and reason."""

    code = "listing_refused"


@router.get("/shops/{slug}/listings", response=ListOf[ListingOut])
def list_listings(request: HttpRequest, slug: str, page: Query[PageIn]) -> ListOf[ListingOut]:
    """Everything in the shop, newest first, hidden and refused too."""
    shop = shop_for(request, slug)
    after = unseal("listings", page.cursor)
    found = listings_of(
        shop, language=get_language() or "en", now=now(), limit=page.limit, after=UUID(after) if after else None
    )
    return ListOf(items=[listing_out(shop, row) for row in found.items], next=seal("listings", found.next))


@router.post("/shops/{slug}/listings", response={201: ListingOut})
@once(201)
def create_listing(request: HttpRequest, slug: str, body: ListingIn) -> ListingOut:
    """Put an offer into the shop. 409 when it is there already, 422 with the rule's id when the rules refuse it."""
    shop = shop_for(request, slug)
    shelf_id = _as_id(body.shelf)
    listing = add_listing(
        shop,
        offer_id=body.offer_id,
        shelf_id=shelf_id,
        shelf_name=None if shelf_id else body.shelf,
        note=body.note,
        now=now(),
    )
    if listing.state == Listing.State.REFUSED:
        raise KeptRefusal(
            ListingRefused(
                listing.why,
                field="offer_id",
                rule_id=listing.rule_id,
                pack_version=listing.pack_version,
                listing_id=listing.id,
            )
        )
    return _read(shop, listing.id)


@router.get("/shops/{slug}/listings/{uuid:listing_id}", response=ListingOut)
def get_listing(request: HttpRequest, slug: str, listing_id: UUID) -> ListingOut:
    """One listing, in any state."""
    return _read(shop_for(request, slug), listing_id)


@router.patch("/shops/{slug}/listings/{uuid:listing_id}", response=ListingOut)
def change_listing(request: HttpRequest, slug: str, listing_id: UUID, body: ListingChange) -> ListingOut:
    """Move, note, hide or show a listing; all of it or nothing."""
    shop = shop_for(request, slug)
    apply_changes(shop, listing_id, changes=_changes(body), now=now())
    return _read(shop, listing_id)


@router.delete("/shops/{slug}/listings/{uuid:listing_id}", response={204: None})
def delete_listing(request: HttpRequest, slug: str, listing_id: UUID) -> HttpResponse:
    """Take a listing out of the shop. 409 once it has been shared: hide it instead."""
    remove_listing(shop_for(request, slug), listing_id, now=now())
    return HttpResponse(status=204)


def _changes(body: ListingChange) -> ListingChanges:
    """What was sent: a field that is null or missing changes nothing, but `shelf` null takes it off its shelf."""
    shelf_id = _as_id(body.shelf)
    return ListingChanges(
        shelf_id=shelf_id,
        shelf_name=None if shelf_id else body.shelf,
        off_shelf="shelf" in body.model_fields_set and body.shelf is None,
        note=(body.note or "") if "note" in body.model_fields_set else None,
        hidden=body.hidden,
        position=body.position,
    )


def _as_id(shelf: str | None) -> UUID | None:
    """The id, when `shelf` is written like one of ours; else it is a name."""
    try:
        found = UUID(shelf) if shelf else None
    except ValueError:
        return None
    return found if found and str(found) == shelf else None


def _read(shop: Shop, listing_id: UUID) -> ListingOut:
    row = listing_row(shop, listing_id, language=get_language() or "en", now=now())
    if row is None:
        raise NotFound(_("Your shop has no such item."))
    return listing_out(shop, row)


def listing_out(shop: Shop, row: ListingRow) -> ListingOut:
    return ListingOut(
        id=row.id,
        offer_id=row.offer_id,
        state=row.state,
        rule_id=row.rule_id,
        reason=row.reason,
        pack_version=row.pack_version,
        shelf_id=row.shelf_id,
        shelf=row.shelf,
        position=row.position,
        note=row.note,
        title=row.title,
        marketplace=row.marketplace,
        price=money_or_none(row.price.pays),
        struck_price=money_or_none(row.price.struck),
        recent_low=recent_low(row.price.low),
        as_of=row.price.as_of,
        in_stock=row.in_stock,
        url=f"{settings.JOEY_URL}/s/{shop.slug}/{row.id}",
        added_at=row.added_at,
    )
