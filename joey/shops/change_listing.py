"""Change several things about one listing at once: all of them or none."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from joey.shops.add_listing import shelf_named
from joey.shops.arrange import hide_listing, place_listing, put_on_shelf, set_note, show_listing
from joey.shops.models import Shop


@dataclass(frozen=True)
class ListingChanges:
    """What to change; None leaves it as it is. `shelf_name` is made when there is none; `off_shelf` takes it off."""

    shelf_id: UUID | None = None
    shelf_name: str | None = None
    off_shelf: bool = False
    note: str | None = None
    hidden: bool | None = None
    position: int | None = None


@transaction.atomic(durable=True)
def change_listing(shop: Shop, listing_id: UUID, *, changes: ListingChanges, now: datetime) -> None:
    """Move, note, hide or show a listing. Raises what each of these raises; nothing is changed then."""
    shelf_id = changes.shelf_id
    if shelf_id is None and changes.shelf_name is not None:
        shelf_id = shelf_named(shop, changes.shelf_name).id
    if shelf_id is not None or changes.off_shelf:
        put_on_shelf(shop, listing_id, shelf_id=shelf_id)
    if changes.note is not None:
        set_note(shop, listing_id, note=changes.note, now=now)
    if changes.hidden is not None:
        (hide_listing if changes.hidden else show_listing)(shop, listing_id, now=now)
    if changes.position is not None:
        place_listing(shop, listing_id, position=changes.position)
