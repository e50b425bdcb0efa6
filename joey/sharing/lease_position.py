"""Positions are few: a shop leases one when the first person goes on through one of its links, never by sharing. Where
its keeper has to file it first, it is leased for that (file_position.py).

A lease that is not used ends (end_lease.py), and its position rests until no order can come of it (rest_positions.py).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import Conflict, Unavailable
from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Manifest
from joey.marketplaces.own_codes import is_own
from joey.record.append import append
from joey.record.kinds import identifier
from joey.sharing.models import Position, PositionLease
from joey.shops.models import Shop
from joey.shops.own_account import account_of_shop

REFRESH = timedelta(hours=1)  # how exactly "last used" is kept
REFUSED_LAST = models.F("refused_at").asc(nulls_first=True)


class NoPositionFree(Unavailable):
    """Every position at the marketplace is leased or rests."""

    code = "no_position_free"


class NoOwnPosition(NoPositionFree):
    """The shop goes there by its keeper's own account, and no position of that can be used: the keeper can give one."""


class TooManyPositions(Conflict):
    """The shop's owner has as many positions as one person may have, over all their shops."""

    code = "too_many_positions"


class NothingComesBack(Conflict):
    """The marketplace's order reports carry nothing that could name the shop."""

    code = "nothing_comes_back"


def lease_for(shop: Shop, marketplace: str, *, now: datetime) -> PositionLease:
    """The shop's lease at the marketplace, made or resumed now if needed.

    Raises NothingComesBack, NoPositionFree, TooManyPositions; NotConnected. A process killed midway leaves no lease or
    a whole one.
    """
    manifest = registry.manifest_of(marketplace)
    if not uses_positions(manifest):
        raise NothingComesBack(_("Order reports of this marketplace name no position."))
    with transaction.atomic(durable=True):  # committed before the marketplace is asked for an address on it
        lock_leases(shop, marketplace)
        lease = lease_at(shop, account_of_shop(shop.pk, marketplace), now=now)
        if lease.last_used_at < now - REFRESH:
            PositionLease.objects.filter(pk=lease.pk).update(last_used_at=now)
        return lease


def lock_leases(shop: Shop, marketplace: str) -> None:
    """One lease at a time for each person, or two of their shops could pass the limit together; and none while the
    account changes that the shop goes by.
    """
    sql.lock_until_end(f"lease:{registry.code_for(marketplace)}:{shop.owner_id}")


def lease_at(shop: Shop, code: str, *, key: str = "", now: datetime) -> PositionLease:
    """The shop's lease at the account with this code, in the caller's transaction, which has called `lock_leases`.

    With `key` on that position and no other; the caller has ended the lease of another one.
    """
    lease = PositionLease.objects.filter(shop=shop, marketplace=code, ended_at__isnull=True).first()
    return lease or _resumed(shop, code, now, key) or _new_lease(shop, code, now, key)


def uses_positions(manifest: Manifest) -> bool:
    """Whether orders can come back under a position."""
    return manifest.reports_orders and "position" in manifest.evidence


def may_lease(shop: Shop, marketplace: str, *, now: datetime) -> None:
    """Return if `lease_for` would give the shop a lease now; else raise what it would raise. Changes nothing."""
    manifest = registry.manifest_of(marketplace)
    if not uses_positions(manifest):
        raise NothingComesBack(_("Order reports of this marketplace name no position."))
    code = account_of_shop(shop.pk, marketplace)
    own = PositionLease.objects.filter(shop=shop, marketplace=code)
    if own.filter(models.Q(ended_at=None) | models.Q(until__gt=now, position__withdrawn_at=None)).exists():
        return
    _check_limit(shop, code, now)
    if not _free(code, now).exists() and not _may_be_made(code):
        raise _none_free(code)


def _resumed(shop: Shop, marketplace: str, now: datetime, key: str) -> PositionLease | None:
    """An ended lease resumes while its position cannot have been leased to another shop (free_from is past `until`)."""
    ended = PositionLease.objects.filter(shop=shop, marketplace=marketplace, until__gt=now)
    on = {"position__key": key} if key else {}
    lease = ended.filter(position__withdrawn_at=None, **on).order_by("-until").first()
    if lease is None:
        return None
    # The position first, like everyone who changes a lease (rest_positions.py); then the lease as it is now.
    if Position.objects.select_for_update().get(pk=lease.position_id).withdrawn_at is not None:
        return None  # just now
    lease.refresh_from_db()
    lease.ended_at = lease.until = None
    lease.last_used_at = now
    lease.save(update_fields=["ended_at", "until", "last_used_at"])
    Position.objects.filter(pk=lease.position_id).update(free_from=None)
    append(
        "position.resumed", f"shop:{shop.pk}",
        {"marketplace": marketplace, "position": identifier(lease.position.key)}, happened_at=now, shop_id=shop.pk,
    )  # fmt: skip
    return lease


def _new_lease(shop: Shop, marketplace: str, now: datetime, key: str) -> PositionLease:
    """One that was never used before one that was, and of those the one that has rested longest.

    One that the marketplace refused comes last: an operator may have fixed that there.
    """
    _check_limit(shop, marketplace, now)
    # So that a position is never missed because another transaction looks at it.
    sql.lock_until_end(f"positions:{marketplace}")
    free = _free(marketplace, now).filter(**({"key": key} if key else {}))
    position = free.select_for_update().order_by(REFUSED_LAST, "was_leased", "free_from", "id").first()
    if position is None and not key:
        position = _free_form_position(marketplace, now)
    if position is None:
        raise _none_free(marketplace)
    Position.objects.filter(pk=position.pk).update(free_from=None, was_leased=True)
    lease = PositionLease.objects.create(
        position=position,
        marketplace=marketplace,
        shop=shop,
        leased_from=_whole_second(now),
        last_used_at=now,
        is_reuse=PositionLease.objects.filter(position=position).exclude(shop=shop).exists(),
    )
    append(
        "position.leased", f"shop:{shop.pk}",
        {"marketplace": marketplace, "position": identifier(position.key)}, happened_at=now, shop_id=shop.pk,
    )  # fmt: skip
    return lease


def _check_limit(shop: Shop, marketplace: str, now: datetime) -> None:
    """Positions that rest count too: they are no one else's yet. Those at an account of the keeper's own are theirs."""
    if is_own(marketplace):
        return
    held = PositionLease.objects.filter(models.Q(until=None) | models.Q(until__gt=now), marketplace=marketplace)
    mine = held.filter(shop__owner_id=shop.owner_id, position__withdrawn_at=None).values("position").distinct().count()
    if mine >= settings.JOEY_POSITIONS_PER_PERSON:
        text = _("One person may have %(most)d positions at %(place)s, over all their shops, and all are in use.")
        raise TooManyPositions(
            text % {"most": settings.JOEY_POSITIONS_PER_PERSON, "place": registry.name_of(marketplace)}
        )


def _free(marketplace: str, now: datetime) -> models.QuerySet[Position]:
    return Position.objects.filter(marketplace=marketplace, free_from__lte=now, withdrawn_at=None)


def _may_be_made(marketplace: str) -> bool:
    """Whether any key may be used without asking the marketplace first, and its limit leaves room for one more."""
    positions = registry.manifest_of(marketplace).capabilities.positions
    if positions.registered or positions.granted == "none":
        return False
    there = Position.objects.filter(marketplace=marketplace, withdrawn_at=None)
    return positions.at_most is None or there.count() < positions.at_most


def _free_form_position(marketplace: str, now: datetime) -> Position | None:
    """A new position, where keys are free-form. Needs the lock of _new_lease."""
    if not _may_be_made(marketplace):
        return None
    have = Position.objects.filter(marketplace=marketplace).count()
    key = registry.connector(marketplace).register_position(f"joey-{have + 1}")
    made, new = Position.objects.get_or_create(
        marketplace=marketplace, key=key, defaults={"free_from": _whole_second(now)}
    )
    return made if new else None


def _none_free(marketplace: str) -> NoPositionFree:
    if is_own(marketplace):
        text = _("The own account of this shop at %s has no position that links can go by. Its keeper can give one.")
        return NoOwnPosition(text % registry.name_of(marketplace))
    text = _("No position is free at %s. The operator can register more.")
    return NoPositionFree(text % registry.name_of(marketplace))


def first_leased_at(marketplace: str) -> datetime | None:
    """When the first lease at this marketplace began: no order through one of these positions can be older."""
    first: datetime | None = PositionLease.objects.filter(marketplace=marketplace).aggregate(
        first=models.Min("leased_from")
    )["first"]
    return first


def first_leases(code: str) -> dict[str, datetime]:
    """When the first lease of each position of an account began, by the position's key. One query."""
    begun = PositionLease.objects.filter(marketplace=code).values_list("position__key")
    return dict(begun.annotate(models.Min("leased_from")))


def _whole_second(moment: datetime) -> datetime:
    """Marketplaces report times in whole seconds, cut off. A lease begins and ends on them too, or a click within the
    second of its beginning would seem to come before it."""
    return moment.replace(microsecond=0)
