"""Approves small payouts by rule, so that they do not wait for an operator."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from joey.kit import sql
from joey.kit.sets import SetTable
from joey.payouts.by_rule import approved_by_rule
from joey.payouts.limits import use_limits
from joey.payouts.models import Payout
from joey.record.append import append_set


@dataclass(frozen=True)
class SmallPayout:
    """A payout that the rule approved."""

    payout_id: UUID
    shop_id: UUID
    amount_minor: int
    currency: str


@transaction.atomic(durable=True)
def approve_small(*, now: datetime) -> int:
    """Approve every requested payout that the rule leaves to no operator (by_rule.py); how many.

    The statement that changes the state checks it, so the rule approves nothing twice and nothing that an operator has
    decided.
    """
    use_limits()
    small = SetTable("small", SmallPayout).create()
    query, given = Payout.objects.filter(approved_by_rule(now)).values("pk").query.sql_with_params()
    approved = sql.execute(
        f"""
        WITH approved AS (
            UPDATE payouts_payout p SET state = 'approved', approvals_needed = 0, decided_at = %s
            WHERE p.state = 'requested' AND p.id IN ({query})
            RETURNING p.id AS payout_id, p.shop_id, p.amount_minor, p.currency
        )
        INSERT INTO {small} ({small.columns}) SELECT {small.columns} FROM approved
        """,
        [now, *given],
    )
    append_set(
        f"""
        SELECT shop_id, 'payout.approved' AS kind, 'payout:' || payout_id AS subject_key,
               jsonb_build_object('amount_minor', amount_minor, 'currency', currency, 'by', 'rule') AS facts,
               %s AS happened_at
        FROM {small}
        """,
        [now],
    )
    return approved
