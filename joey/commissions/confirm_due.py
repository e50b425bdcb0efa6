"""Confirm commissions whose order the marketplace has settled and whose waiting time is over."""

import logging
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from joey.commissions.queries import WAITING, DueCommission, claim_due
from joey.commissions.write_changes import copy_revisions
from joey.kit import sql
from joey.kit.sets import SetTable
from joey.kit.try_each import trying_each
from joey.ledger.post import post_set
from joey.marketplaces import registry
from joey.marketplaces.registry import NotInstalled
from joey.orders.queries import marketplaces_with_lines, read_until
from joey.record.append import append_set

log = logging.getLogger(__name__)

BATCH = 20_000


@dataclass(frozen=True)
class Confirmed:
    """How many commissions became available.

    `not_installed` are the marketplaces that settled what waits, and about which nothing is known here: not their days.
    """

    commissions: int
    not_installed: tuple[str, ...] = ()


def confirm_due(*, now: datetime, batch: int = BATCH, read_up_to: datetime | None = None) -> Confirmed:
    """Move every due commission from pending to available, in batches.

    Safe to run at any time, twice, and beside itself: rows are claimed with SKIP LOCKED, and each change of a
    commission has a number that its journal names. The day is the marketplace's day. A marketplace whose batch fails
    stops no other; the first failure is raised at the end. What one gave whose package is gone waits until it is
    installed again. `read_up_to` is for the sandbox, where `now` is pretended: then the reports are taken as read up to
    it.
    """
    confirmed, not_installed = 0, list[str]()
    with trying_each(log, "confirming the commissions of %s failed") as trying:
        for marketplace in marketplaces_with_lines():
            with trying(marketplace):
                try:
                    while done := _confirm_batch(
                        marketplace, until=due_until(marketplace, now=now, read_up_to=read_up_to), now=now, batch=batch
                    ):
                        confirmed += done
                except NotInstalled:
                    if _is_waiting(marketplace):
                        not_installed.append(marketplace)
    return Confirmed(confirmed, tuple(not_installed))


def due_until(marketplace: str, *, now: datetime, read_up_to: datetime | None = None) -> date:
    """The last day whose commissions can be confirmed: today there, or the day that the reports are read up to."""
    zone = ZoneInfo(registry.manifest_of(marketplace).zone)
    read = read_up_to or read_until(marketplace)
    return min(now, read or now).astimezone(zone).date()


def _is_waiting(marketplace: str) -> bool:
    """Whether anything that the marketplace settled is not available yet."""
    return bool(
        sql.value(
            "SELECT EXISTS (SELECT FROM commissions_commission c"
            f" WHERE c.marketplace = %s AND c.settled AND {WAITING})",
            [marketplace],
        )
    )


@transaction.atomic(durable=True)
def _confirm_batch(marketplace: str, *, until: date, now: datetime, batch: int) -> int:
    due = SetTable("due", DueCommission).create()
    count = claim_due(due, marketplace, until=until, limit=batch)
    if not count:
        return 0
    sql.execute(
        f"""
        UPDATE commissions_commission c
        SET pending_minor = c.pending_minor - due.amount_minor, released_minor = c.released_minor + due.amount_minor,
            platform_released_minor = c.platform_released_minor + due.platform_minor, revision = due.number,
            confirmed_at = %s
        FROM {due} AS due WHERE c.id = due.commission_id
        """,
        [now],
    )
    copy_revisions(str(due), now=now)
    post_set(
        f"""
        SELECT shop_id AS book_id, because AS kind, commission_id || ':' || number AS reference, %(now)s AS happened_at,
               waiting AS debit_kind, '' AS debit_party, free AS credit_kind, '' AS credit_party, currency,
               amount AS amount_minor
        FROM {due} CROSS JOIN LATERAL (VALUES
            ('shop:pending', 'shop:available', amount_minor), ('platform:pending', 'platform:revenue', platform_minor)
        ) AS part (waiting, free, amount) WHERE amount > 0
        """,
        {"now": now},
    )
    append_set(
        f"""
        SELECT shop_id, because AS kind, 'order_line:' || line_id AS subject_key,
               jsonb_strip_nulls(jsonb_build_object(
                   'amount_minor', amount_minor, 'currency', currency, 'on_hold_minor', nullif(on_hold_minor, 0)
               )) AS facts,
               %(now)s AS happened_at
        FROM {due}
        """,
        {"now": now},
    )
    return count
