"""How many positions there are, and which shop has which: for operators."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import Invalid, NotFound
from joey.marketplaces import registry
from joey.marketplaces.own_codes import PREFIX as OWN
from joey.sharing.models import Position, PositionLease
from joey.sharing.queries import slug_of

LEASES_SHOWN = 200


@dataclass(frozen=True)
class PositionCount:
    """The positions at one marketplace: how many are leased, rest, are free, and of the free ones never were leased."""

    marketplace: str
    leased: int
    resting: int
    free: int
    never_leased: int
    withdrawn: int


@dataclass(frozen=True)
class LeaseEntry:
    """One lease. `until` None: it is open."""

    id: UUID
    marketplace: str
    position: str
    shop: str
    leased_from: datetime
    last_used_at: datetime
    ended_at: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class LeaseStep:
    """The opening of a lease, or a change of its end."""

    at: datetime
    lease: UUID
    shop: str
    ended_at: datetime | None
    until: datetime | None


# Conditions on positions.
WITHDRAWN = Q(withdrawn_at__isnull=False)
# At a keeper's own account it is the keeper's to change: their page says so.
REFUSED = Q(refused_at__isnull=False) & ~WITHDRAWN & ~Q(marketplace__startswith=OWN)
LEASED, RESTING, FREE = Q(free_from=None), Q(free_from__gt=Now()) & ~WITHDRAWN, Q(free_from__lte=Now()) & ~WITHDRAWN

_LEASES = f"""
    SELECT l.id, l.marketplace, p.key AS position, {slug_of("l.shop_id")} AS shop, l.leased_from, l.last_used_at,
           l.ended_at, l.until
    FROM sharing_positionlease l JOIN sharing_position p ON p.id = l.position_id
"""


def position_counts(*, now: datetime) -> list[PositionCount]:
    """By marketplace, in the order of their codes. One query."""
    found = sql.rows(
        """
        SELECT marketplace, count(*) FILTER (WHERE free_from IS NULL) AS leased,
               count(*) FILTER (WHERE withdrawn_at IS NULL AND free_from > %(now)s) AS resting,
               count(*) FILTER (WHERE withdrawn_at IS NULL AND free_from <= %(now)s) AS free,
               count(*) FILTER (WHERE withdrawn_at IS NULL AND free_from <= %(now)s AND NOT was_leased) AS never_leased,
               count(*) FILTER (WHERE withdrawn_at IS NOT NULL AND free_from IS NOT NULL) AS withdrawn
        FROM sharing_position GROUP BY marketplace ORDER BY marketplace
        """,
        {"now": now},
    )
    return [PositionCount(**row) for row in found]


def with_rest(positions: "QuerySet[Position]") -> "QuerySet[Position]":
    """Each position with `rests`: no shop has it, and none gets it before its `free_from`."""
    return positions.annotate(rests=ExpressionWrapper(RESTING, output_field=BooleanField()))


def with_shop(positions: "QuerySet[Position]") -> "QuerySet[Position]":
    """Each position with `of_shop`: the address of the shop that has it, or whose orders it still brings; or None."""
    newest = PositionLease.objects.filter(Q(until=None) | Q(until__gt=Now()), position=OuterRef("pk"))
    return positions.annotate(of_shop=Subquery(newest.order_by("-leased_from").values("shop__slug")[:1]))


def of_use(positions: "QuerySet[Position]", use: str) -> "QuerySet[Position]":
    """Those that are "leased", "resting", "free", "refused" or "withdrawn"; for another word all of them."""
    uses = {"leased": LEASED, "resting": RESTING, "free": FREE, "refused": REFUSED, "withdrawn": WITHDRAWN}
    return positions.filter(uses.get(use, Q()))


def leases(*, marketplace: str | None = None, now: datetime, limit: int = LEASES_SHOWN) -> list[LeaseEntry]:
    """Open leases and those whose position rests, the one that was used longest ago first. One query."""
    found = sql.rows(
        _LEASES
        + " WHERE (l.until IS NULL OR l.until > %(now)s) AND l.marketplace = coalesce(%(marketplace)s, l.marketplace)"
        " ORDER BY l.ended_at IS NOT NULL, l.last_used_at, l.id LIMIT %(limit)s",
        {"now": now, "marketplace": marketplace, "limit": limit},
    )
    return [LeaseEntry(**row) for row in found]


def leases_of_position(name: str) -> list[LeaseEntry]:
    """Every lease of the position with this key, or of the lease with this id, newest first. Raises NotFound."""
    found = sql.rows(
        _LEASES + " WHERE p.key = %(name)s OR p.id = (SELECT position_id FROM sharing_positionlease WHERE id = %(id)s)"
        " ORDER BY l.leased_from DESC, l.id",
        {"name": name, "id": _as_id(name)},
    )
    if not found and not sql.value("SELECT 1 FROM sharing_position WHERE key = %s LIMIT 1", [name]):
        raise _not_found()
    return [LeaseEntry(**row) for row in found]


def steps_of(lease_id: UUID) -> list[LeaseStep]:
    """What happened to a lease, oldest first. One query."""
    found = sql.rows(
        f"SELECT recorded_at AS at, lease_id AS lease, {slug_of('c.shop_id')} AS shop, ended_at, until"
        " FROM sharing_leasechange c WHERE lease_id = %s ORDER BY id",
        [lease_id],
    )
    return [LeaseStep(**row) for row in found]


def lease_by_id(name: str) -> PositionLease:
    """The lease with this id. Raises NotFound."""
    lease_id = _as_id(name)
    found = PositionLease.objects.filter(pk=lease_id).first() if lease_id else None
    if found is None:
        raise _not_found()
    return found


def position_by_key(key: str, *, marketplace: str | None = None) -> Position:
    """The position with this key. Raises NotFound, NotInstalled, Invalid ("marketplace") where several marketplaces
    have it.
    """
    at = {"marketplace": registry.code_for(marketplace)} if marketplace else {}
    found = list(Position.objects.filter(key=key, **at)[:2])
    if not found:
        if marketplace:
            registry.check_code(marketplace)
        raise _not_found()
    if len(found) > 1:
        raise Invalid(_("Several marketplaces have a position with this key. Name one."), field="marketplace")
    return found[0]


def not_registered(keys: Collection[str], *, marketplace: str) -> list[str]:
    """Those of the keys that no position of the marketplace has: what was ordered through them has no shop."""
    known = Position.objects.filter(marketplace=marketplace, key__in=keys).values_list("key", flat=True)
    return sorted(set(keys).difference(known))


def _as_id(name: str) -> UUID | None:
    return UUID(name) if re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", name) else None


def _not_found() -> NotFound:
    return NotFound(_("There is no such lease or position. `joey positions list` shows them."))
