"""Erases how a shop was named and why a listing was hidden, in the record and where pages show it."""

from uuid import UUID

from django.db import transaction
from django.db.models import F

from joey.record.erase_texts import Erasure, erase_texts_about, id_in
from joey.shops.models import Listing, Shop


@transaction.atomic
def erase_listing_texts(subject_key: str, erasure: Erasure) -> int:
    """Erase why `listing:ID` was hidden; how many texts. It stays hidden. Raises NotFound ("subject")."""
    listing = Listing.objects.select_for_update().filter(pk=id_in(subject_key)).first()
    erased = erase_texts_about(subject_key, erasure)
    if listing is not None and listing.state == Listing.State.HIDDEN:
        listing.reason = ""
        listing.save(update_fields=["reason"])
    return erased


def name_by_address(shop_id: UUID) -> None:
    """The shop is named by its address from now on, until its keeper names it again."""
    Shop.objects.filter(pk=shop_id).update(name=F("slug"), intro="")
