"""Set tables: declared once as a dataclass, filled by name, gone with the transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from joey.kit import sql
from joey.kit.ids import new_id
from joey.kit.sets import Int, JsonText, SetTable, columns_of
from joey.ledger.chart import AccountKind

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Everything:
    """A column of each type."""

    id: UUID
    name: str
    kind: AccountKind
    amount_minor: int
    quantity: Int
    counts: bool
    digest: bytes
    at: datetime
    on: date
    facts: Mapping[str, Any]
    payload: JsonText
    reason: str | None = None
    rate_ppm: Int | None = None


@dataclass(frozen=True)
class Pair:
    """Two columns of one type, so that a mix-up would not be refused."""

    first: int
    second: int


def everything(**given: Any) -> Everything:
    values: dict[str, Any] = {
            "id": new_id(), "name": "tab\t, newline\n, backslash \\N", "kind": AccountKind.PAID, "amount_minor": 2**40,
            "quantity": 3, "counts": True, "digest": b"\x00\xff", "at": NOON, "on": NOON.date(),
            "facts": {"a": 1}, "payload": '{"b": 2}',
    }  # fmt: skip
    return Everything(**values | given)


def test_columns_take_their_types_from_the_declaration() -> None:
    types = {column.name: (column.sql_type, column.nullable) for column in columns_of(Everything)}

    assert types["kind"] == ("text", False)
    assert types["counts"] == ("boolean", False)
    assert types["at"] == ("timestamptz", False)
    assert types["on"] == ("date", False)
    assert types["facts"] == types["payload"] == ("jsonb", False)
    assert types["reason"] == ("text", True)
    assert types["rate_ppm"] == ("int", True)


@pytest.mark.django_db
def test_objects_arrive_as_they_were() -> None:
    given = everything()

    filled = SetTable("stage", Everything).create().fill([given, everything(reason="late", rate_ppm=55_000)])

    rows = sql.rows(f"SELECT *, facts->>'a' AS a, payload->>'b' AS b FROM {filled} ORDER BY reason NULLS FIRST")
    assert (rows[0]["name"], rows[0]["kind"], rows[0]["a"], rows[0]["b"]) == (given.name, "paid", "1", "2")
    assert (bytes(rows[0]["digest"]), rows[0]["at"], rows[0]["on"]) == (given.digest, NOON, NOON.date())
    assert (rows[0]["reason"], rows[1]["reason"], rows[1]["rate_ppm"]) == (None, "late", 55_000)


@pytest.mark.django_db
def test_a_select_fills_columns_by_name_whatever_its_order() -> None:
    pairs = SetTable("pairs", Pair).create()

    assert pairs.insert("SELECT %(two)s AS second, 1 AS first", {"two": 2}) == 1
    assert sql.tuples(f"SELECT first, second FROM {pairs}") == [(1, 2)]


@pytest.mark.django_db
def test_a_select_that_leaves_a_column_out_is_refused() -> None:
    pairs = SetTable("pairs", Pair).create()

    with pytest.raises(ProgrammingError, match="second"), transaction.atomic():
        pairs.insert("SELECT 1 AS first")


@pytest.mark.django_db
def test_nothing_is_only_where_it_was_declared() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SetTable("stage", Everything).create().fill([everything(name=None)])


@pytest.mark.django_db
def test_creating_a_set_again_empties_it() -> None:
    pairs = SetTable("pairs", Pair).create().fill([Pair(1, 2)])

    assert sql.value(f"SELECT count(*) FROM {pairs.create()}") == 0


@pytest.mark.django_db
def test_a_set_has_statistics_as_soon_as_it_is_filled() -> None:
    SetTable("pairs", Pair).create().fill(Pair(n, n) for n in range(500))

    assert sql.value("SELECT reltuples FROM pg_class WHERE relname = 'pairs'") == 500


def test_the_rows_of_a_set_end_with_their_transaction(committed_db: object) -> None:
    for _twice in range(2):
        with transaction.atomic():
            pairs = SetTable("pairs", Pair).create().fill([Pair(1, 2)])
            assert sql.value(f"SELECT count(*) FROM {pairs}") == 1
        assert sql.value(f"SELECT count(*) FROM {pairs}") == 0
        assert sql.value("SELECT pg_relation_size('pg_temp.pairs')") == 0


def test_a_name_stands_for_one_row() -> None:
    SetTable("pairs", Pair)

    with pytest.raises(AssertionError, match="pairs is the set of Pair already"):
        SetTable("pairs", Everything)


def test_a_type_that_no_column_can_have_is_a_programmers_error() -> None:
    @dataclass(frozen=True)
    class Odd:
        thing: object

    with pytest.raises(AssertionError, match="thing"):
        columns_of(Odd)


@pytest.mark.django_db
def test_the_set_of_one_column_is_a_set() -> None:
    @dataclass(frozen=True)
    class One:
        id: UUID

    wanted = new_id()

    assert sql.value(f"SELECT id FROM {SetTable('one', One).create().fill([One(wanted)])}") == wanted
