"""Read offers again before their prices are too old to be shown."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.catalog import number_changes
from joey.catalog.intake.take_offers import take_known
from joey.catalog.intake.withdraw import withdraw
from joey.catalog.price_now import DUE_PART, sql_price_until
from joey.kit import sql
from joey.kit.refusals import Refusal, Unavailable
from joey.kit.try_each import trying_each
from joey.marketplaces import registry
from joey.marketplaces.pace import in_bulk
from joey.marketplaces.port import Connector

log = logging.getLogger(__name__)

MOST_AT_ONCE = 20_000  # of one marketplace in one run; the most urgent first
SUSPICIOUS = 10  # so many asked for and none known: the marketplace has a fault, the goods are not gone


@dataclass
class Refreshed:
    """The result of a run. `troubles` says by connector why its other offers were left as they are."""

    asked: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    returned: int = 0
    troubles: dict[str, str] = field(default_factory=dict)


def refresh_due(*, now: datetime, wanted: Sequence[UUID] | None = None) -> Refreshed:
    """Ask each marketplace again for the offers whose price has less than a third of its life left.

    `wanted` narrows the set (to the offers that shops list, say). An offer that its marketplace no longer knows is
    withdrawn; one that is back is live again. If a marketplace is unavailable, its offers keep their facts until those
    expire. A marketplace that fails stops no other; the first failure is raised at the end. Each batch is a transaction
    of its own; two runs at once do no harm.
    """
    done = Refreshed()
    with in_bulk(), trying_each(log, "refreshing the offers of %s failed") as trying:
        for connector in registry.connectors():
            with trying(connector.code):
                try:
                    _refresh(connector, _due(connector, now, wanted), now, done)
                except Refusal as trouble:
                    done.troubles[connector.code] = str(trouble)
                    log.warning("offers of %s were not refreshed: %s", connector.code, trouble)
    return done


def _due(connector: Connector, now: datetime, wanted: Sequence[UUID] | None) -> list[dict[str, Any]]:
    """Offers whose price ends soon or ended with its coupon, and withdrawn ones that were not asked for lately."""
    life = connector.manifest.price_life
    return sql.rows(
        f"""
        SELECT id, external_id, withdrawn_at IS NOT NULL AS withdrawn FROM catalog_offer o
        WHERE marketplace = ANY(%(marketplaces)s) {"AND id = ANY(%(wanted)s)" if wanted is not None else ""}
          AND CASE WHEN withdrawn_at IS NULL
                   THEN expires_at <= %(soon)s OR {sql_price_until("o", "o.as_of")} <= %(now)s
                   ELSE coalesce(looked_at, withdrawn_at) <= %(long_ago)s END
        ORDER BY expires_at LIMIT {MOST_AT_ONCE}
        """,
        {
            "marketplaces": list(connector.manifest.marketplaces),
            "wanted": list(wanted or ()),
            "now": now,
            "soon": now + life / DUE_PART,
            "long_ago": now - life * 2 / 3,
        },
    )


def _refresh(connector: Connector, due: list[dict[str, Any]], now: datetime, done: Refreshed) -> None:
    size = connector.manifest.capabilities.look_up_at_once
    for start in range(0, len(due), size):
        batch = due[start : start + size]
        found = connector.look_up([row["external_id"] for row in batch])
        if not found and len(batch) >= SUSPICIOUS:
            text = _("%s knew none of the offers it was asked for. Nothing was changed; check its account.")
            raise Unavailable(text % connector.code)
        known = [row for row in batch if row["external_id"] in found]
        gone = [row["id"] for row in batch if row["external_id"] not in found]
        with transaction.atomic():
            if gone:
                number_changes.lock(connector.manifest.marketplaces)
            taken = take_known(((row["id"], found[row["external_id"]]) for row in known), now=now)
            done.withdrawn += _withdraw(gone, now)
        done.asked += len(batch)
        done.changed += taken.changed
        done.unchanged += taken.unchanged
        done.returned += sum(row["withdrawn"] for row in known)
        for refused in taken.refused:
            log.warning("an offer of %s was refused: %s, %s", connector.code, refused.field, refused.reason)


def _withdraw(offer_ids: list[UUID], now: datetime) -> int:
    """Withdraw offers that the marketplace no longer knows; how many were live. Their price ends at once."""
    if not offer_ids:
        return 0
    sql.execute(
        "UPDATE catalog_offer SET looked_at = %(now)s WHERE id = ANY(%(ids)s) AND withdrawn_at IS NOT NULL",
        {"now": now, "ids": offer_ids},
    )
    return withdraw("o.id = ANY(%(ids)s)", {"ids": offer_ids}, now=now)
