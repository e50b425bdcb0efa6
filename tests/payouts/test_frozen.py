"""What decides about money is written once: the app's role changes a state and notes, nothing else. Security L17."""

import pytest
from django.db import DatabaseError, transaction

from joey.kit import sql
from joey.shops.models import Shop
from tests.cast import sam
from tests.mutations.test_columns import other_values
from tests.site.world import fill

pytestmark = pytest.mark.django_db

ENDED = {"state", "reason_id", "reason_sha256", "finished_at"}
CHANGEABLE = {
    "commissions_planversion": set(),
    "payouts_payoutlimits": set(),
    "payouts_payee": set(),
    "payouts_approval": set(),
    "payouts_submission": set(),
    "payouts_answer": set(),
    "payouts_decision": set(),
    "payouts_payouthold": set(),
    "payouts_payoutpause": set(),
    "payouts_payoutfile": {"withdrawn_at", "asked_at", "answered_at", "problems", "is_leaving"},
    "payouts_payoutattempt": ENDED,
    "payouts_payout": ENDED | {"requested_at", "approvals_needed", "decided_by_id", "decided_at"},
}


def test_the_app_changes_no_other_column_and_removes_no_row() -> None:
    fill(1)
    Shop.objects.create(slug="sam", name="Sam", owner=sam())  # to whom a row could be given

    changed = {
        table: {column for column, other in other_values(table) if is_done(f"UPDATE {table} SET {column} = {other}")}
        for table in CHANGEABLE
    }

    assert changed == CHANGEABLE
    assert not [table for table in CHANGEABLE if is_done(f"DELETE FROM {table}") or is_done(f"TRUNCATE {table}")]
    rows = {table: sql.value(f"SELECT count(*) FROM {table}") for table in ("payouts_payoutfile", "payouts_payout")}
    assert all(rows.values()), "there was something to change"


def is_done(change: str) -> bool:
    """Whether PostgreSQL does it, rules that wait for the commit apart; it is undone."""
    try:
        with transaction.atomic():
            sql.execute(change)
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True
