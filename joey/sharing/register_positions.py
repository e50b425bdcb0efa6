"""Register positions at a marketplace, so that there are some to lease: by its API, typed in from its console, or
granted to people whom the operator invites.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict, Invalid
from joey.marketplaces import registry
from joey.marketplaces.keepers_accounts import operators_connector
from joey.marketplaces.pace import in_bulk
from joey.marketplaces.port import Connector, GrantsByInvitation
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append
from joey.record.kinds import identifier
from joey.sharing.lease_position import uses_positions
from joey.sharing.models import Position
from joey.shops.operators import check_operator

MOST_AT_ONCE = 1_000


class NoPositionsHere(Conflict):
    """The marketplace has no positions that an operator could register."""

    code = "no_positions_here"


def register_positions(marketplace: str, count: int, *, now: datetime, by: Person | None = None) -> int:
    """Register `count` more positions through the marketplace's API; how many there are then.

    Each is kept as soon as the marketplace has made it, so a failure midway loses none. `by` is None in a terminal.
    Raises NoPositionsHere, Invalid ("count"), Forbidden; NotConnected, MarketplaceUnavailable, MarketplaceRefused.
    """
    connector = _connector(marketplace, by)
    if connector.manifest.capabilities.positions.granted != "api":
        text = _("Positions at %s are made in its console. Make some there and give their keys.")
        raise NoPositionsHere(text % registry.name_of(marketplace))
    have = _check_room(connector, count)
    with in_bulk():
        for number in range(have + 1, have + count + 1):
            _keep(connector.code, connector.register_position(f"joey-{number}"), now=now, by=by)
    return Position.objects.filter(marketplace=connector.code).count()


def add_positions(marketplace: str, keys: Sequence[str], *, now: datetime, by: Person | None = None) -> int:
    """Take in positions that were made in the marketplace's console; how many of them are new here.

    Raises NoPositionsHere, Invalid ("keys", "count"), Forbidden, NotConnected.
    """
    connector = _connector(marketplace, by)
    for key in keys:
        check_key(connector, key, field="keys")
    gone = Position.objects.filter(marketplace=connector.code, key__in=keys).exclude(withdrawn_at=None).first()
    if gone is not None:
        raise Invalid(_("The position “%s” is withdrawn, for good. Make another one.") % gone.key, field="keys")
    new = sorted(set(keys) - set(Position.objects.filter(marketplace=connector.code).values_list("key", flat=True)))
    if new:
        _check_room(connector, len(new))
    return sum(_keep(connector.code, key, now=now, by=by) for key in new)


def invitation(marketplace: str) -> str:
    """The address at which people are granted a position of their own. Raises as `add_granted_positions`."""
    return _inviting(_connector(marketplace, None)).invitation()


def add_granted_positions(marketplace: str, *, now: datetime, by: Person | None = None) -> int:
    """Take in the positions of those who accepted an invitation; how many of them are new here.

    Raises NoPositionsHere, Forbidden; NotConnected, MarketplaceUnavailable, MarketplaceRefused.
    """
    connector = _connector(marketplace, by)
    keys = connector.manifest.capabilities.positions.keys
    with in_bulk():
        granted = _inviting(connector).granted_positions()
    return sum(_keep(connector.code, key, now=now, by=by) for key in granted if keys.fits(key))


def check_key(connector: Connector, key: str, *, field: str) -> None:
    """Raises Invalid where the marketplace's order reports cannot name a position so."""
    keys = connector.manifest.capabilities.positions.keys
    if not keys.fits(key):
        text = _("“%(key)s” cannot be the key of a position at %(place)s: that is %(form)s. Copy it again.")
        facts = {"key": key[:80], "place": registry.name_of(connector.code), "form": keys.says.text}
        raise Invalid(text % facts, field=field)


def _inviting(connector: Connector) -> GrantsByInvitation:
    if not isinstance(connector, GrantsByInvitation):
        text = _("%s invites no one. Register its positions, or give the keys of those made in its console.")
        raise NoPositionsHere(text % registry.name_of(connector.code))
    return connector


def _connector(marketplace: str, by: Person | None) -> Connector:
    if by is not None:
        check_operator(by)
    connector = operators_connector(marketplace)
    positions = connector.manifest.capabilities.positions
    name = registry.name_of(marketplace)
    if not uses_positions(connector.manifest) or positions.granted == "none":
        raise NoPositionsHere(_("%s has no positions: nothing has to be registered there.") % name)
    if not positions.registered:
        raise NoPositionsHere(_("%s takes any position without registration. Joey makes them when needed.") % name)
    return connector


def _check_room(connector: Connector, count: int) -> int:
    """How many there are already, if `count` more are allowed."""
    have = Position.objects.filter(marketplace=connector.code).count()
    if not 1 <= count <= MOST_AT_ONCE:
        raise Invalid(_("Register between 1 and %d positions at once.") % MOST_AT_ONCE, field="count")
    most = connector.manifest.capabilities.positions.at_most
    in_use = Position.objects.filter(marketplace=connector.code, withdrawn_at=None).count()
    if most is not None and in_use + count > most:
        text = _("%(place)s allows %(most)d positions, and %(have)d are registered already.")
        facts = {"place": registry.name_of(connector.code), "most": most, "have": in_use}
        raise Invalid(text % facts, field="count")
    return have


@transaction.atomic
def _keep(marketplace: str, key: str, *, now: datetime, by: Person | None) -> bool:
    _position, new = Position.objects.get_or_create(
        marketplace=marketplace, key=key, defaults={"free_from": now.replace(microsecond=0), "registered_at": now}
    )
    if new:
        facts = {"marketplace": marketplace, "position": identifier(key), "by": name_of(by)}
        append("position.registered", f"position:{marketplace}", facts, happened_at=now)
    return new
