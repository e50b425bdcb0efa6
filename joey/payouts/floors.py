"""The smallest payout of a shop. Raising it does not touch money that was earned before the notice (story 37)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from joey.commissions.models import Commission
from joey.ledger.queries import Balances, balances_of
from joey.money.money import Money
from joey.payouts.limits import limits_at, versions_of
from joey.shops.models import Shop

OLDEST_LOOKED_AT = 1000  # commissions, newest first, that may make up what is available


def floors(shop: Shop, currencies: Iterable[str], at: datetime) -> Mapping[str, Money]:
    """The shop's floor in each currency that can be paid out."""
    return {currency: floor_of(shop, currency, at) for currency in currencies if versions_of(currency, until=at)}


def floor_of(shop: Shop, currency: str, at: datetime) -> Money:
    """The floor in force, or the lower one that was known when the oldest order line not yet paid out was first seen.

    Raises NoLimits.
    """
    floor = limits_at(currency, at).floor_minor
    versions = versions_of(currency, until=at)
    if any(each.floor_minor < floor for each in versions) and (oldest := _oldest_unpaid(shop, currency)):
        known = [each.floor_minor for each in versions if each.published_at <= oldest]
        floor = min(floor, known[-1]) if known else floor
    return Money(floor, currency)


def missing_for(floor: Money, balance: Balances | None) -> Money | None:
    """What the available balance lacks until a payout can be requested, or None when it suffices."""
    missing = floor - balance.available if balance else floor
    return missing if missing.minor > 0 else None


def _oldest_unpaid(shop: Shop, currency: str) -> datetime | None:
    """When the oldest line was first seen of those that make up what is available: payouts take the oldest first."""
    balance = balances_of(shop.id).get(currency)
    left = balance.available.minor if balance else 0
    confirmed = Commission.objects.filter(shop=shop, currency=currency, released_minor__gt=0)
    rows = confirmed.order_by("-confirmed_at", "-id").values_list("released_minor", "order_line__first_seen_at")
    seen = []
    for released, first_seen_at in rows[:OLDEST_LOOKED_AT]:
        if left <= 0:
            break
        left -= released
        seen.append(first_seen_at)
    return min(seen, default=None)
