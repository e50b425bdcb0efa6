"""A shop asks for an order that it misses, by the number that its buyer sees."""

import re
import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import limits, sql
from joey.kit.rate_limit import hit
from joey.kit.refusals import Invalid
from joey.kit.text import without_invisible
from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import OrderLookUp
from joey.marketplaces.own_codes import is_own
from joey.orders.answer_clock import ANSWER_WITHIN, ASK_FOR
from joey.orders.models import LostOrder
from joey.orders.settle_lost_orders import settle_lost_order
from joey.record.append import append
from joey.record.kinds import identifier
from joey.shops.models import Shop
from joey.shops.own_account import own_accounts_of

AHEAD_MOST = timedelta(minutes=10)  # of our clock, that the buyer's may be

# An answer can say of an order of others that the marketplace knows it, and nothing else. This many are enough for
# what a shop can miss, and too few for trying numbers.

_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{3,63}", re.ASCII)
_State = LostOrder.State


@transaction.atomic
def request_lost_order(
    shop: Shop, *, marketplace: str, number: str, ordered_at: datetime | None, now: datetime
) -> LostOrder:
    """Ask for the order until the marketplace knows it. What is known already is answered at once.

    The same order asked for twice is one request. With another `ordered_at`, or once it was given up, the request
    begins again. Raises Invalid ("marketplace", "order", "ordered_at"), TooMany.
    """
    code = registry.code_for(marketplace)
    if is_own(code) and code not in own_accounts_of(shop.pk).values():  # of another keeper, it does not exist
        raise Invalid(_("Joey does not know this marketplace."), field="marketplace")
    look_up = _look_up_of(code, marketplace)
    number = _read_number(number, look_up, code)
    _check_time(ordered_at, look_up, code, now=now)
    sql.lock_until_end(f"lost_orders:{shop.pk}")
    known = LostOrder.objects.filter(shop=shop, marketplace=code, number=number).first()
    if known is None or _begins_again(known, ordered_at):
        hit(
            (limits.LOST_ORDERS_OF_SHOP, str(shop.pk)),
            now=now,
            text=_("You asked for many orders today. Ask for more tomorrow."),
        )
        known = _begin(known or LostOrder(shop=shop, marketplace=code, number=number), ordered_at, now=now)
    settle_lost_order(known, now=now)
    known.refresh_from_db()
    return known


def _begins_again(known: LostOrder, ordered_at: datetime | None) -> bool:
    is_other_time = ordered_at is not None and ordered_at != known.ordered_at
    with_it = (_State.ASKING, _State.UNKNOWN, _State.NOT_ASKED)
    return known.state == _State.NOT_FOUND or (known.state in with_it and is_other_time)


def _begin(lost: LostOrder, ordered_at: datetime | None, *, now: datetime) -> LostOrder:
    lost.state, lost.ordered_at = _State.ASKING, ordered_at or lost.ordered_at
    lost.requested_at = lost.ask_next_at = now
    lost.answer_by, lost.ask_until = now + ANSWER_WITHIN, now + ASK_FOR
    lost.answered_at = lost.asked_at = None
    lost.stops, lost.trouble = [], ""
    lost.save()
    facts = {"marketplace": lost.marketplace, "order": identifier(lost.number)}
    when = {"ordered_at": lost.ordered_at.isoformat()} if lost.ordered_at else {}
    append("lost_order.requested", f"lost_order:{lost.pk}", facts | when, shop_id=lost.shop_id, happened_at=now)
    return lost


def _look_up_of(code: str, marketplace: str) -> OrderLookUp:
    manifest = registry.find_manifest(code)
    if manifest is None:
        raise Invalid(_("Joey does not know this marketplace."), field="marketplace")
    if manifest.order_look_up is None:
        text = _("%s cannot be asked for an order from this site.") % registry.name_of(marketplace)
        raise Invalid(text, field="marketplace")
    return manifest.order_look_up


def _read_number(text: str, look_up: OrderLookUp, code: str) -> str:
    """As people copy it: with blanks, or in the wide digits of a Chinese keyboard."""
    number = "".join(unicodedata.normalize("NFKC", without_invisible(text)).split())
    if not _NUMBER.fullmatch(number):
        raise Invalid(
            _("This is no order number. Copy the one that the buyer’s app shows: 4 to 64 digits, letters and hyphens."),
            field="order",
        )
    if look_up.numbers == "digits" and not number.isdigit():
        said = _("Order numbers of %s have digits only. Copy the one that the buyer’s app shows.")
        raise Invalid(said % registry.reporter_name(code), field="order")
    if len(number) > look_up.longest:
        said = _(
            "Order numbers of %(place)s have at most %(most)d characters. Copy the one that the buyer’s app shows."
        )
        raise Invalid(said % {"place": registry.reporter_name(code), "most": look_up.longest}, field="order")
    return number


def _check_time(ordered_at: datetime | None, look_up: OrderLookUp, code: str, *, now: datetime) -> None:
    name = registry.reporter_name(code)
    if ordered_at is None:
        if look_up.by == "time":
            text = _("%s can be asked for an order only by its time. Give the time that the buyer’s app shows.")
            raise Invalid(text % name, field="ordered_at")
        return
    if ordered_at > now + AHEAD_MOST:
        raise Invalid(_("This time is still to come. Give the time at which the order was placed."), field="ordered_at")
    if ordered_at < now - _known_for(look_up):
        text = _("%(marketplace)s can be asked for orders of the last %(days)d days only.")
        raise Invalid(text % {"marketplace": name, "days": _known_for(look_up).days}, field="ordered_at")


def _known_for(look_up: OrderLookUp) -> timedelta:
    """How old an order may be, so that it can be asked for until the end."""
    return look_up.question.furthest_back - ASK_FOR
