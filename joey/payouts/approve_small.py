"""Approves small payouts by rule, so that they do not wait for an operator."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from joey.kit import sql
from joey.kit.sets import SetTable
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
    """Approve every requested payout below the amount in its currency's limits that no hold blocks; how many.

    What counts is what the shop requested within 24 hours, so a large sum split into small payouts still needs an
    operator. One statement checks and changes the state, so the rule approves nothing twice and nothing that an
    operator has decided.
    """
    small = SetTable("small", SmallPayout).create()
    approved = sql.execute(
        f"""
        WITH limits AS (
            SELECT DISTINCT ON (currency) currency, by_rule_below_minor AS below_minor FROM payouts_payoutlimits
            WHERE from_at <= %(now)s ORDER BY currency, version DESC
        ), approved AS (
            UPDATE payouts_payout p SET state = 'approved', approvals_needed = 0, decided_at = %(now)s
            FROM limits WHERE limits.currency = p.currency AND p.amount_minor < limits.below_minor
              AND p.state = 'requested'
              AND limits.below_minor > (
                  SELECT sum(q.amount_minor) FROM payouts_payout q
                  WHERE q.shop_id = p.shop_id AND q.currency = p.currency AND q.state NOT IN ('failed', 'refused')
                    AND q.requested_at > p.requested_at - interval '24 hours')
              AND NOT EXISTS (
                  SELECT FROM payouts_payouthold h WHERE h.shop_id = p.shop_id
                  AND (h.payout_id IS NULL OR h.payout_id = p.id)
                  AND NOT EXISTS (SELECT FROM payouts_payoutholdclosing c WHERE c.hold_id = h.id))
            RETURNING p.id AS payout_id, p.shop_id, p.amount_minor, p.currency
        )
        INSERT INTO {small} ({small.columns}) SELECT {small.columns} FROM approved
        """,
        {"now": now},
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
