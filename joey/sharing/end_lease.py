"""End leases: idle ones once a day, any one by an operator with a reason. The position then rests before its reuse."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import Conflict
from joey.kit.sets import SetTable
from joey.kit.text import read_reason
from joey.marketplaces import registry
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append, append_set
from joey.record.erasable import keep_text
from joey.record.kinds import identifier, identifier_sql
from joey.sharing.models import Position, PositionLease
from joey.sharing.rest_positions import rest_at, rest_of
from joey.shops.operators import check_operator

IDLE_DAYS = 30  # without an outbound click or an order, a lease ends


@dataclass(frozen=True)
class IdleLease:
    """A lease that is being ended because no person and no order used it."""

    id: UUID


IDLE = SetTable("idle_lease", IdleLease)


@transaction.atomic
def end_lease(lease: PositionLease, *, reason: str, by: Person | None = None, now: datetime) -> PositionLease:
    """End one lease; `by` is None in a terminal. Returns it with the time from which its position may serve others.

    Clicks and orders up to then still belong to the shop. If a person goes on through one of the shop's links before,
    the shop gets the same position again, unless it was withdrawn (withdraw_position.py). Where nothing is known of
    its marketplace, as its package is gone, the position rests as long as any would. Raises Invalid ("reason"),
    Forbidden, Conflict when it has ended already.
    """
    reason = read_reason(reason)
    if by is not None:
        check_operator(by)
    end_open_lease(lease, by=name_of(by), reason=reason, now=now)
    lease.refresh_from_db()
    return lease


def end_open_lease(lease: PositionLease, *, by: str, reason: str = "", now: datetime) -> None:
    """The same in the caller's transaction; `by` is an id or "terminal". Raises Invalid ("reason"), Conflict."""
    reason = read_reason(reason, needed=False)
    position = Position.objects.select_for_update().get(pk=lease.position_id)
    until = rest_at(lease.marketplace, now)
    if PositionLease.objects.filter(pk=lease.pk, ended_at=None).update(ended_at=now, until=until) != 1:
        raise Conflict(_("This lease has ended already; its position rests, or serves another shop."))
    Position.objects.filter(pk=position.pk).update(free_from=until)
    facts = {"marketplace": lease.marketplace, "position": identifier(position.key), "by": by}
    why = {"reason": keep_text(reason, shop_id=lease.shop_id).fact} if reason else {}
    append("position.ended", f"lease:{lease.pk}", facts | why, happened_at=now, shop_id=lease.shop_id)


@transaction.atomic
def return_idle(*, now: datetime, idle_days: int = IDLE_DAYS) -> int:
    """End every lease that was not used for `idle_days`; how many.

    From then on no new link uses the position; clicks on old links still count for the shop until the order
    window and the refund time are over, and only then may another shop have it.
    """
    ended = 0
    for connector in registry.connectors():
        IDLE.create()
        ended += sql.execute(
            f"""
            WITH idle AS (
                UPDATE sharing_positionlease SET ended_at = %(now)s, until = %(until)s
                WHERE marketplace = %(marketplace)s AND ended_at IS NULL AND last_used_at < %(idle_since)s
                RETURNING id, position_id
            ), noted AS (
                INSERT INTO {IDLE} SELECT id FROM idle
            )
            UPDATE sharing_position SET free_from = %(until)s WHERE id IN (SELECT position_id FROM idle)
            """,
            {
                "now": now,
                "until": now.replace(microsecond=0) + rest_of(connector.manifest),
                "marketplace": connector.code,
                "idle_since": now - timedelta(days=idle_days),
            },
        )
        append_set(
            f"""
            SELECT l.shop_id, 'position.ended' AS kind, 'lease:' || l.id AS subject_key,
                   jsonb_build_object('marketplace', l.marketplace, 'position', {identifier_sql("p.key")},
                                      'by', 'rule') AS facts,
                   %(now)s AS happened_at
            FROM {IDLE} JOIN sharing_positionlease l USING (id) JOIN sharing_position p ON p.id = l.position_id
            """,
            {"now": now},
        )
    return ended
