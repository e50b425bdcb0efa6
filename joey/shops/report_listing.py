"""Someone says that something about a listing is wrong: the record keeps it for the operators."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit.rate_limit import Limit, hit
from joey.kit.text import read_line
from joey.record.append import append
from joey.record.erasable import keep_text

WORDS_MOST = 300
PER_LISTING = Limit("reports of a listing", 20, timedelta(hours=1))


@transaction.atomic(durable=True)
def report_listing(shop_id: UUID, listing_id: UUID, *, reason: str, words: str, now: datetime) -> None:
    """Record the report; its words can be erased later. Raises Invalid ("words"), TooMany."""
    said = read_line(words, field="words", at_most=WORDS_MOST)
    hit(
        (PER_LISTING, str(listing_id)),
        now=now,
        text=_("Many people have just reported this item, so it will be checked. Try again in an hour."),
    )
    facts = {"reason": reason} | ({"words": keep_text(said, shop_id=shop_id).fact} if said else {})
    append("listing.reported", f"report:{listing_id}", facts, shop_id=shop_id, happened_at=now)
