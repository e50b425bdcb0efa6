"""Each column of a line, of a commission and of a revision, changed by the tables' owner: a rule sees it.

What decides about money and is compared with nothing would let that owner decide about money.
"""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, models, transaction

from joey.commissions.models import Commission, Revision
from joey.kit import sql
from joey.orders.models import OrderLine
from tests.mutations.corruption import commission, line, rolled_back, shop
from tests.proof import prove
from tests.slow import slow

# By the type of a column, and where it has nothing yet.
OTHER = {
    "smallint": ("{0} + 1::smallint", "1"),
    "integer": ("{0} + 1", "1"),
    "bigint": ("{0} + 1", "1"),
    "boolean": ("NOT {0}", "true"),
    "date": ("{0} - 30", "'2020-01-01'"),
    "timestamp with time zone": ("{0} - interval '30 days'", "'2020-01-01Z'"),
    "uuid": ("gen_random_uuid()", "gen_random_uuid()"),
    "bytea": ("sha256({0})", "''"),
    "jsonb": ("{0} || '{{\"USD\": 7}}'", "'{{}}'"),
    "character varying": ("left({0}, -1) || 'X'", "'X'"),
    "text": ("{0} || 'X'", "'X'"),
}

# A row of each kind, and which of its columns no rule compares with anything, since they move no money: what pages show
# of earlier times, an estimate, when a job takes a line up, hints. What came of those, rules 10 and 13 judge.
HINTS = {"title", "external_item", "clicked_at", "failed_evidence", "revision"}
ROWS: dict[str, tuple[type[models.Model], str, set[str]]] = {
    "an earlier revision": (
        Revision,
        f"commission_id = {commission('1013')} AND number = 1",
        {"line_revision", "buyer_refunded_minor", "protected_minor", "payable_on"},
    ),
    "a newest revision": (Revision, f"commission_id = {commission('1013')} AND number = 2", {"recorded_at"}),
    "a revision that took something back": (
        Revision,
        f"commission_id = {commission('1002')} AND back_minor > 0",
        {"recorded_at"},
    ),
    "a revision that made something available": (
        Revision,
        f"commission_id = {commission('1002')} AND because = 'commission.confirmed'",
        set(),
    ),
    "a commission that waits": (Commission, f"id = {commission('1013')}", {"shown_offer_id"}),
    "a commission that is available": (Commission, f"id = {commission('1002')}", {"shown_offer_id"}),
    "a line": (OrderLine, f"id = {line('1013')}", HINTS),
    "a line that is not booked": (OrderLine, f"id = {line('1010')}", HINTS | {"id"}),
}
USUAL = "a line"


@pytest.mark.parametrize("what", [each if each == USUAL else slow(each) for each in ROWS])
@pytest.mark.usefixtures("books")
def test_each_column_is_proved(what: str) -> None:
    model, where, moves_no_money = ROWS[what]
    table = model._meta.db_table

    with rolled_back(owner=True):
        unseen = {
            column
            for column, other in other_values(table)
            if not is_refused_or_seen(f"UPDATE {table} SET {column} = {other} WHERE {where}")
        }

    assert unseen <= moves_no_money


def other_values(table: str) -> Iterator[tuple[str, str]]:
    """Each column of the table with an expression for another value than it has."""
    found = sql.tuples(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    for column, kind in found:
        other, filled = OTHER[kind]
        yield column, shop("sam") if column == "shop_id" else f"coalesce({other.format(column)}, {filled.format()})"


def is_refused_or_seen(change: str) -> bool:
    try:
        with transaction.atomic():
            if sql.execute(change) != 1:
                raise LookupError(change)
            sql.execute("SET CONSTRAINTS ALL IMMEDIATE")
            prove()
            transaction.set_rollback(True)
    except (DatabaseError, AssertionError):
        return True
    return False
