"""Shops and their shelves. Opening one takes an address and a name, nothing else."""

from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from joey.api.caller import caller_of, shop_for, whole_person
from joey.api.once import once
from joey.api.scopes import ScopedRouter
from joey.api.shapes import In, ListOf, Out, PageIn, Time, seal, unseal
from joey.kit.clock import now
from joey.shops.arrange import add_shelf
from joey.shops.listings_of import shelves_of
from joey.shops.models import Shelf, Shop
from joey.shops.open_shop import open_shop
from joey.shops.queries import shops_of

router = ScopedRouter(tags=["shops"])


class ShopIn(In):
    slug: Annotated[str, Field(max_length=200)]
    name: Annotated[str, Field(max_length=500)]
    intro: Annotated[str, Field(max_length=2000)] = ""


class ShopOut(Out):
    slug: str
    name: str
    intro: str
    url: str
    opened_at: Time


class ShelfIn(In):
    name: Annotated[str, Field(max_length=500)]


class ShelfOut(Out):
    id: UUID
    name: str
    position: int


@router.get("/shops", response=ListOf[ShopOut])
def list_shops(request: HttpRequest, page: Query[PageIn]) -> ListOf[ShopOut]:
    """My shops, oldest first."""
    caller = caller_of(request)
    shops = [shop for shop in shops_of(caller.person) if caller.shop_id in (None, shop.id)]
    after = unseal("shops", page.cursor)
    start = next((at + 1 for at, shop in enumerate(shops) if str(shop.id) == after), 0)
    shown = shops[start : start + page.limit]
    more = start + page.limit < len(shops)
    return ListOf(items=[shop_out(shop) for shop in shown], next=seal("shops", str(shown[-1].id)) if more else None)


@router.post("/shops", response={201: ShopOut})
@once(201)
def create_shop(request: HttpRequest, body: ShopIn) -> ShopOut:
    """Open a shop. It is open at once, and costs nothing."""
    shop = open_shop(whole_person(request), slug=body.slug, name=body.name, intro=body.intro, now=now())
    return shop_out(shop)


@router.get("/shops/{slug}", response=ShopOut)
def get_shop(request: HttpRequest, slug: str) -> ShopOut:
    """One of my shops."""
    return shop_out(shop_for(request, slug))


@router.get("/shops/{slug}/shelves", response=ListOf[ShelfOut])
def list_shelves(request: HttpRequest, slug: str) -> ListOf[ShelfOut]:
    """All shelves of the shop, in their order."""
    return ListOf(items=[shelf_out(shelf) for shelf in shelves_of(shop_for(request, slug))], next=None)


@router.post("/shops/{slug}/shelves", response={201: ShelfOut})
@once(201)
def create_shelf(request: HttpRequest, slug: str, body: ShelfIn) -> ShelfOut:
    """A new shelf at the end."""
    return shelf_out(add_shelf(shop_for(request, slug), name=body.name))


def shop_out(shop: Shop) -> ShopOut:
    return ShopOut(
        slug=shop.slug,
        name=shop.name,
        intro=shop.intro,
        url=f"{settings.JOEY_URL}/s/{shop.slug}",
        opened_at=shop.opened_at,
    )


def shelf_out(shelf: Shelf) -> ShelfOut:
    return ShelfOut(id=shelf.id, name=shelf.name, position=shelf.position)
