"""Move what is available, as far as it is unpaid, to `shop:held` while a hold lasts, and back once it is over.

What is still pending a hold keeps there: it is not confirmed (confirm_due.py). So only commissions that were available
before their hold move, and those whose hold is over.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from joey.commissions.queries import lock_and_serve
from joey.commissions.write_changes import copy_revisions
from joey.kit import sql
from joey.kit.halves import do_in_halves
from joey.kit.sets import Int, SetTable
from joey.ledger.post import post_set

log = logging.getLogger(__name__)

BATCH = 5_000

# Of a commission `c`: what is to be on `shop:held` more than now (below zero: less), as far as the line itself goes.
_TO_HOLD = """
    (CASE WHEN c.holds_of_all > 0 THEN c.amount_minor ELSE least(c.hold_minor, c.amount_minor) END)
"""
MORE = f"least(c.released_minor, greatest(0, {_TO_HOLD} - c.held_minor - c.pending_minor))"
LESS = f"greatest(0, c.held_minor - {_TO_HOLD})"
_WITH_HOLDS = "(c.held_minor > 0 OR c.holds_of_all > 0 OR c.hold_minor > 0)"


@dataclass(frozen=True)
class Wanted:
    """What a commission's holds ask for, its row locked. One of the two amounts is zero."""

    commission_id: UUID
    shop_id: UUID
    currency: str
    number: Int
    more: int
    less: int


@dataclass(frozen=True)
class HeldMove:
    """What is moved of a commission: to `shop:held`, or back to available."""

    commission_id: UUID
    shop_id: UUID
    currency: str
    number: Int
    because: str
    amount_minor: int


def move_held(marketplace: str, *, now: datetime) -> None:
    """Bring `shop:held` up to the holds of this marketplace's commissions, batch by batch.

    A commission whose money cannot be moved stops no other; the first failure is raised at the end.
    """
    after, failures = UUID(int=0), list[Exception]()
    while batch := _next_batch(marketplace, after=after):
        with transaction.atomic(durable=True):
            failures += move_what_can_be(batch, now=now)
        after = batch[-1]
    if failures:
        raise failures[0]


def _next_batch(marketplace: str, *, after: UUID) -> list[UUID]:
    return [
        found
        for (found,) in sql.tuples(
            f"""
            SELECT c.id FROM commissions_commission c
            WHERE {_WITH_HOLDS} AND ({MORE} > 0 OR {LESS} > 0) AND c.marketplace = %s AND c.id > %s
            ORDER BY c.id LIMIT {BATCH}
            """,
            [marketplace, after],
        )
    ]


def move_what_can_be(commissions: Sequence[UUID], *, now: datetime) -> list[Exception]:
    """Move what is held of these, in the caller's transaction, without those that fail; their failures."""
    failed = do_in_halves(commissions, lambda some: move_held_of(*some, now=now))
    for commission, why in failed:
        text = "what is available of commission %s cannot be held, or not be given back"
        log.error(text, commission, exc_info=why)
    return [why for _commission, why in failed]


def move_held_of(*commissions: UUID, now: datetime) -> None:
    """Move all of these or none, in the caller's transaction."""
    assert sql.inside_transaction(), "moving belongs to the hold that asks for it"
    wanted = SetTable("wanted_hold", Wanted).create()
    wanted.insert(
        f"""
        SELECT c.id AS commission_id, c.shop_id, c.currency, c.revision + 1 AS number, {MORE} AS more, {LESS} AS less
        FROM commissions_commission c
        WHERE {_WITH_HOLDS} AND ({MORE} > 0 OR {LESS} > 0) AND c.id = ANY(%s)
        ORDER BY c.id FOR UPDATE OF c
        """,
        [list(commissions)],
    )
    _move(wanted, now=now)


def _move(wanted: SetTable[Wanted], *, now: datetime) -> None:
    """Several commissions of a shop share what is available: the first by id are served first."""
    moves = SetTable("held_move", HeldMove).create()
    moves.insert(lock_and_serve(str(wanted)))
    sql.execute(
        f"""
        UPDATE commissions_commission c
        SET held_minor = held_minor + CASE WHEN because = 'hold.placed' THEN m.amount_minor ELSE -m.amount_minor END,
            released_minor = released_minor
                           - CASE WHEN because = 'hold.placed' THEN m.amount_minor ELSE -m.amount_minor END,
            revision = m.number
        FROM {moves} m WHERE m.commission_id = c.id
        """
    )
    copy_revisions(str(moves), now=now)
    post_set(
        f"""
        SELECT shop_id AS book_id, because AS kind, commission_id || ':' || number AS reference, %(now)s AS happened_at,
               CASE WHEN because = 'hold.placed' THEN 'shop:available' ELSE 'shop:held' END AS debit_kind,
               '' AS debit_party,
               CASE WHEN because = 'hold.placed' THEN 'shop:held' ELSE 'shop:available' END AS credit_kind,
               '' AS credit_party, currency, amount_minor
        FROM {moves}
        """,
        {"now": now},
    )
