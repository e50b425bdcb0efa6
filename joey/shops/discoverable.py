"""Whether the front page shows a shop. Anyone may open one, so being new is not enough.

A shop is shown once it has some goods and either some days or a first settled order; or an operator decides it. At its
own address it is open from the first moment.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid
from joey.kit.text import read_reason
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.shops.models import Listing, Shop
from joey.shops.operators import check_operator

GOODS = 3
Front = Shop.Front


@dataclass(frozen=True)
class FrontState:
    """What keeps a shop from the front page; all of it empty when it is there."""

    goods_missing: int
    from_at: datetime | None  # shown from then on, or with a first settled order
    kept_off: bool

    @property
    def is_shown(self) -> bool:
        return not (self.goods_missing or self.from_at or self.kept_off)


def is_discoverable(*, now: datetime, has_settled: Any) -> Q:
    """A condition on shops. `has_settled` is the one of `orders.settled_shops`, which is above this package."""
    published = Listing.objects.filter(shop=OuterRef("id"), state=Listing.State.PUBLISHED)
    by_rule = Q(Exists(published[GOODS - 1 : GOODS])) & (Q(opened_at__lte=now - _waiting()) | Q(has_settled))
    shown = Q(front=Front.SHOWN) & Q(Exists(published))
    return Q(closed_at=None) & (shown | Q(front=Front.BY_RULE) & by_rule)


def front_state(shop: Shop, *, now: datetime, has_settled: Any) -> FrontState:
    """For its keeper: what is missing. Two queries at most."""
    goods = Listing.objects.filter(shop=shop, state=Listing.State.PUBLISHED)[:GOODS].count()
    needed = 1 if shop.front == Front.SHOWN else GOODS
    from_at = shop.opened_at + _waiting()
    waits = shop.front == Front.BY_RULE and from_at > now
    if waits and Shop.objects.filter(has_settled, pk=shop.pk).exists():
        waits = False
    return FrontState(max(0, needed - goods), from_at if waits else None, shop.front == Front.KEPT_OFF)


@transaction.atomic
def decide_front(shop: Shop, *, front: str, reason: str, by: Person | None, now: datetime) -> Shop:
    """An operator shows a shop on the front page, keeps it off, or leaves it to the rule again.

    `by` is None at the terminal. Raises Invalid ("front", "reason"), Forbidden.
    """
    why = read_reason(reason)
    if front not in Front.values:
        raise Invalid(_("Choose: on the front page, off it, or by the rule."), field="front")
    if by is not None:
        check_operator(by, shop)
    shop.front = front
    shop.save(update_fields=["front"])
    facts = {"by": name_of(by), "front": front, "reason": keep_text(why, shop_id=shop.id).fact}
    append("shop.front_decided", f"shop:{shop.id}", facts, shop_id=shop.id, happened_at=now)
    return shop


def _waiting() -> timedelta:
    return timedelta(days=settings.JOEY_NEW_SHOP_DAYS)
