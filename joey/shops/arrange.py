"""Arrange a shop: shelves and their order, the listings on them, notes, and which listings are shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import Conflict, NotFound
from joey.kit.text import read_line, read_reason
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.shops.add_listing import NOTE_MOST, NotListable, read_shelf_name, shelf_named
from joey.shops.ask_rules import judge, raise_findings
from joey.shops.models import Listing, Shelf, Shop

Direction = Literal["up", "down"]


@transaction.atomic
def add_shelf(shop: Shop, *, name: str) -> Shelf:
    """A new shelf at the end; raises Invalid, or Conflict when the shop has one of that name (field "shelf")."""
    if Shelf.objects.filter(shop=shop, name=read_shelf_name(name)).exists():
        raise _shelf_there(name)
    return shelf_named(shop, name)


@transaction.atomic
def rename_shelf(shop: Shop, shelf_id: UUID, *, name: str) -> Shelf:
    """Give a shelf another name; raises NotFound, Invalid, Conflict (field "shelf")."""
    shelf = _shelf(shop, shelf_id)
    shelf.name = read_shelf_name(name)
    try:
        with transaction.atomic():
            shelf.save(update_fields=["name"])
    except IntegrityError as taken:
        raise _shelf_there(name) from taken
    return shelf


@transaction.atomic
def move_shelf(shop: Shop, shelf_id: UUID, *, way: Direction) -> None:
    """Swap a shelf with its neighbour; nothing happens at either end. Raises NotFound."""
    rows = list(
        Shelf.objects.select_for_update().filter(shop=shop).order_by("position", "id").values_list("id", flat=True)
    )
    _write_order("shops_shelf", _moved(rows, shelf_id, way))


@transaction.atomic
def remove_shelf(shop: Shop, shelf_id: UUID) -> None:
    """Remove a shelf; its listings stay in the shop without a shelf. Raises NotFound."""
    shelf = _shelf(shop, shelf_id)
    Listing.objects.filter(shop=shop, shelf=shelf).update(shelf=None)
    shelf.delete()


@transaction.atomic
def move_listing(shop: Shop, listing_id: UUID, *, way: Direction) -> None:
    """Swap a listing with its neighbour on the same shelf. Raises NotFound."""
    listing = _listing(shop, listing_id)
    on_shelf = Listing.objects.select_for_update().filter(shop=shop, shelf=listing.shelf)
    rows = list(on_shelf.order_by("position", "added_at", "id").values_list("id", flat=True))
    _write_order("shops_listing", _moved(rows, listing_id, way))


@transaction.atomic
def place_listing(shop: Shop, listing_id: UUID, *, position: int) -> None:
    """Put a listing at a position of its shelf, counted from 0; beyond the last means the last. Raises NotFound."""
    listing = _listing(shop, listing_id)
    on_shelf = Listing.objects.select_for_update().filter(shop=shop, shelf=listing.shelf)
    rows = list(on_shelf.order_by("position", "added_at", "id").values_list("id", flat=True))
    rows.remove(listing.id)
    rows.insert(position, listing.id)
    _write_order("shops_listing", rows)


@transaction.atomic
def put_on_shelf(shop: Shop, listing_id: UUID, *, shelf_id: UUID | None) -> Listing:
    """Put a listing on another shelf, or on none. Raises NotFound for what is not this shop's."""
    listing = _listing(shop, listing_id)
    listing.shelf = _shelf(shop, shelf_id) if shelf_id else None
    listing.position = Listing.objects.filter(shop=shop, shelf=listing.shelf).count()
    listing.save(update_fields=["shelf", "position"])
    return listing


@transaction.atomic
def set_note(shop: Shop, listing_id: UUID, *, note: str, now: datetime) -> Listing:
    """Write the keeper's note; the rules check the listing again. Raises NotFound, Invalid, WordsRefused (note).

    A refused listing that now keeps the rules is published. A note that breaks a rule is not kept.
    """
    listing = _listing(shop, listing_id)
    before = listing.state
    listing.note = read_line(note, field="note", at_most=NOTE_MOST)
    raise_findings(judge(listing, shop, listing.offer), "note")
    if before == Listing.State.HIDDEN:
        listing.state = before
    listing.save(update_fields=["note", "state", "rule_id", "reason", "pack_version"])
    _record("noted", listing, now)
    return listing


@transaction.atomic
def hide_listing(shop: Shop, listing_id: UUID, *, reason: str = "", now: datetime) -> Listing:
    """Hide a listing, by the keeper, or by an operator with a `reason`.

    Raises Invalid ("reason"), NotFound, Conflict.
    """
    reason = read_reason(reason, needed=False)
    listing = _listing(shop, listing_id)
    if listing.state == Listing.State.REFUSED:
        raise Conflict(_("This item was refused and is not shown to anyone. There is nothing to hide."))
    if listing.hidden_by_operator and not reason:
        return listing  # as it is, with the operator's reason
    listing.state, listing.reason, listing.hidden_by_operator = Listing.State.HIDDEN, reason, bool(reason)
    listing.save(update_fields=["state", "reason", "hidden_by_operator"])
    _record("hidden", listing, now, **({"reason": keep_text(reason, shop_id=shop.id).fact} if reason else {}))
    return listing


@transaction.atomic
def show_listing(shop: Shop, listing_id: UUID, *, by_operator: bool = False, now: datetime) -> Listing:
    """Show a listing again if the current rules allow it; else it becomes refused.

    What an operator hid, only an operator shows. Raises NotFound, NotListable, Conflict.
    """
    listing = _listing(shop, listing_id)
    if not by_operator:
        _check_not_hidden_by_operator(listing)
    listing.hidden_by_operator = False
    if listing.offer.withdrawn_at is not None:
        raise NotListable(_("Its marketplace does not sell this item any more."), field="offer_id")
    judge(listing, shop, listing.offer)
    listing.save(update_fields=["state", "rule_id", "reason", "pack_version", "hidden_by_operator"])
    _record(listing.state, listing, now, rule=listing.rule_id)
    return listing


@transaction.atomic
def remove_listing(shop: Shop, listing_id: UUID, *, now: datetime) -> None:
    """Remove a listing for good. One that was shared can only be hidden, because its links and orders refer to it.

    Raises NotFound, Conflict.
    """
    listing = _listing(shop, listing_id)
    _check_not_hidden_by_operator(listing)
    try:
        with transaction.atomic():
            # Checked here and not at commit, so that the keeper gets the reason.
            sql.execute("SET CONSTRAINTS ALL IMMEDIATE")
            sql.execute("DELETE FROM shops_listing WHERE id = %s AND shop_id = %s", [listing.id, shop.id])
            sql.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as shared:
        raise Conflict(_("This item has been shared, so its links must keep working. Hide it instead.")) from shared
    _record("removed", listing, now)


def _check_not_hidden_by_operator(listing: Listing) -> None:
    if listing.hidden_by_operator:
        raise Conflict(_("An operator hid this item. Ask for another look where it says why."))


def _record(what: str, listing: Listing, now: datetime, **facts: str) -> None:
    append(
        f"listing.{what}",
        f"listing:{listing.id}",
        {"offer": str(listing.offer_id), **{name: fact for name, fact in facts.items() if fact}},
        shop_id=listing.shop_id,
        happened_at=now,
    )


def _moved(rows: list[UUID], which: UUID, way: Direction) -> list[UUID]:
    if which not in rows:
        raise NotFound(_("Your shop has nothing there to move."))
    at = rows.index(which)
    to = at - 1 if way == "up" else at + 1
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    return rows


def _write_order(table: str, rows: Sequence[UUID]) -> None:
    sql.execute(
        f"UPDATE {table} AS t SET position = o.place - 1"
        " FROM unnest(%s::uuid[]) WITH ORDINALITY AS o(id, place) WHERE t.id = o.id AND t.position <> o.place - 1",
        [list(rows)],
    )


def _shelf(shop: Shop, shelf_id: UUID) -> Shelf:
    shelf = Shelf.objects.filter(shop=shop, id=shelf_id).first()
    if shelf is None:
        raise NotFound(_("Your shop has no such shelf."), field="shelf_id")
    return shelf


def _listing(shop: Shop, listing_id: UUID) -> Listing:
    rows = Listing.objects.select_for_update(of=("self",)).select_related("offer", "shelf")
    listing = rows.filter(shop=shop, id=listing_id).first()
    if listing is None:
        raise NotFound(_("Your shop has no such item."), field="listing_id")
    return listing


def _shelf_there(name: str) -> Conflict:
    return Conflict(_("You have a shelf named “%s” already.") % name.strip(), field="shelf")
