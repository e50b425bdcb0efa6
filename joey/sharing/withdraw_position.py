"""Withdraw a position for good: its key was mistyped, say, or the marketplace knows it no more."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict
from joey.kit.text import read_reason
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.kinds import identifier
from joey.sharing.end_lease import end_lease
from joey.sharing.models import Position, PositionLease
from joey.shops.operators import check_operator


@transaction.atomic
def withdraw_position(position: Position, *, reason: str, by: Person | None = None, now: datetime) -> Position:
    """No shop gets the position any more, the one that has it neither; `by` is None in a terminal.

    Its lease ends: orders that come of it still belong to the shop, which leases another position as soon as a person
    goes on through one of its links. Raises Invalid ("reason"), Forbidden, Conflict when it is withdrawn already.
    """
    reason = read_reason(reason)
    if by is not None:
        check_operator(by)
    position = Position.objects.select_for_update().get(pk=position.pk)
    if position.withdrawn_at is not None:
        raise Conflict(_("This position is withdrawn already."))
    lease = PositionLease.objects.filter(position=position, ended_at=None).first()
    if lease is not None:
        end_lease(lease, reason=reason, by=by, now=now)
    Position.objects.filter(pk=position.pk).update(withdrawn_at=now)
    shop_id = lease.shop_id if lease else None
    facts = {
        "marketplace": position.marketplace,
        "position": identifier(position.key),
        "by": name_of(by),
        "reason": keep_text(reason, shop_id=shop_id).fact,
    }
    append("position.withdrawn", f"position:{position.pk}", facts, happened_at=now, shop_id=shop_id)
    position.refresh_from_db()
    return position
