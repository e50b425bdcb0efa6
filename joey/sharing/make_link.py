"""Make a share link: one code for shop × listing × channel, so that what a channel brought can be counted."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.ids import new_code, new_id
from joey.kit.refusals import Conflict, Invalid, NotFound
from joey.record.append import append
from joey.sharing.models import Link
from joey.shops.models import Listing, Shop

OWN = "shop"  # the channel of a listing reached inside its shop
CHANNELS = (
    "wechat", "moments", "qq", "weibo", "xiaohongshu", "douyin", "whatsapp", "sms", "email", "print", "other", OWN,
)  # fmt: skip
CODE_CHARACTERS = 10  # 28^10, about 48 bits: guessing one that exists among ten million takes 30 million tries
TRIES = 5


class NotShareable(Conflict):
    """Only what buyers may see can be shared."""

    code = "not_shareable"


@transaction.atomic
def make_link(shop: Shop, *, listing_id: UUID, channel: str, now: datetime) -> Link:
    """The link of this listing on this channel: the one that is there, or a new one.

    The listing's own link (channel "shop") is made beside it, so that a listing that is shared always has one.
    Raises Invalid (channel), NotFound (listing_id: not there or another shop's), NotShareable.
    """
    if channel not in CHANNELS:
        raise Invalid(_("Joey does not know this channel. Choose one of: %s.") % ", ".join(CHANNELS), field="channel")
    listing = Listing.objects.filter(shop=shop, id=listing_id).only("state").first()
    if listing is None:
        raise NotFound(_("Your shop has no such listing. Look at your shelves and choose again."), field="listing_id")
    there = _there(shop, listing_id, channel)
    if there is not None:
        return there
    if listing.state != Listing.State.PUBLISHED:
        raise NotShareable(
            _("This listing is not shown to buyers, so it cannot be shared. Publish it first."), field="listing_id"
        )
    for _attempt in range(TRIES):
        _insert(shop, listing_id, {OWN, channel}, now)
        made = _there(shop, listing_id, channel)
        if made is not None:
            return made
    raise RuntimeError(f"{TRIES} random codes in a row were taken")


def _there(shop: Shop, listing_id: UUID, channel: str) -> Link | None:
    return Link.objects.filter(shop=shop, listing_id=listing_id, channel=channel).first()


def _insert(shop: Shop, listing_id: UUID, channels: set[str], now: datetime) -> None:
    """ON CONFLICT covers both races: another request made the link, or the code is taken."""
    for channel in sorted(channels):  # always in one order, so that two requests cannot wait for each other
        code = new_code(CODE_CHARACTERS)
        made = sql.execute(
            "INSERT INTO sharing_link (id, code, shop_id, listing_id, channel, made_at)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [new_id(), code, shop.pk, listing_id, channel, now],
        )
        if made:
            facts = {"code": code, "channel": channel}
            append("link.made", f"listing:{listing_id}", facts, happened_at=now, shop_id=shop.pk)
