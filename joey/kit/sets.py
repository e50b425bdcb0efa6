"""A set on its way between verbs: a temporary table whose columns are declared once, as the fields of a dataclass.

    @dataclass(frozen=True)
    class Refund:
        order: str
        refund_minor: int
        closed_at: datetime | None = None

    refunds = SetTable("refund_in", Refund).create()
    refunds.fill(Refund(order=…, refund_minor=…) for … in …)             # COPY, by field name
    refunds.insert("SELECT external_order AS order, …", {"now": now})      # by column name, never by position
    sql.execute(f"UPDATE … FROM {refunds} WHERE …")

Its rows end with the transaction. A set that is handed to another package is typed by its row: `SetTable[Refund]`.
A name stands for one row, since a session keeps the table that it made under it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, Self, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from psycopg.types.json import Jsonb

from joey.kit import sql

Row = TypeVar("Row")
JsonText = Annotated[str, "jsonb"]  # JSON that is written out already
Int = Annotated[int, "int"]  # an integer column of four bytes

SQL_TYPES = {
    UUID: "uuid", str: "text", bool: "boolean", int: "bigint", bytes: "bytea",
    datetime: "timestamptz", date: "date", dict: "jsonb", Mapping: "jsonb",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One declared column; `declaration` is its part of CREATE TABLE."""

    name: str
    sql_type: str
    nullable: bool

    @property
    def declaration(self) -> str:
        return f'"{self.name}" {self.sql_type}' + ("" if self.nullable else " NOT NULL")


class SetTable(Generic[Row]):
    """The temporary table `name` with the columns of the dataclass `row`. In SQL text it is written as its name."""

    def __init__(self, name: str, row: type[Row]) -> None:
        declared = _DECLARED.setdefault(name, row)
        assert declared is row, f"{name} is the set of {declared.__name__} already"
        self.name = name
        self.row = row

    def __str__(self) -> str:
        return self.name

    @property
    def columns(self) -> str:
        """The column names in order, for INSERT and SELECT lists."""
        return ", ".join(f'"{column.name}"' for column in columns_of(self.row))

    def create(self) -> Self:
        """Make it empty, whatever an earlier step of this transaction left in it."""
        sql.fresh_temp_table(self.name, ", ".join(column.declaration for column in columns_of(self.row)))
        return self

    def fill(self, rows: Iterable[Row]) -> Self:
        """Add objects by COPY: each column takes the attribute of its name."""
        columns = columns_of(self.row)
        read = attrgetter(*(column.name for column in columns))
        json = [at for at, column in enumerate(columns) if column.sql_type == "jsonb"]
        sql.copy_rows(
            self.name,
            [f'"{column.name}"' for column in columns],
            (_cells(read(row), json) for row in rows) if len(columns) > 1 else ([read(row)] for row in rows),
        )
        return self.analyze()

    def insert(self, query: str, params: sql.Params = None) -> int:
        """Add what a SELECT returns, each column by its name; how many rows. The SELECT names every column."""
        count = sql.execute(
            f"INSERT INTO {self.name} ({self.columns}) SELECT {self.columns} FROM ({query}) AS given", params
        )
        self.analyze()
        return count

    def analyze(self) -> Self:
        """Take statistics; each filling does so by itself."""
        sql.analyze_temp_table(self.name)
        return self


_DECLARED: dict[str, type[Any]] = {}


def columns_of(row: type[Any]) -> tuple[Column, ...]:
    """The columns that a dataclass declares, in the order of its fields."""
    return _columns_of(cast(Any, row))  # mypy holds that a class has no hash


@cache
def _columns_of(row: Any) -> tuple[Column, ...]:
    assert is_dataclass(row), f"{row.__name__} declares a set table, so it has to be a dataclass"
    types = get_type_hints(row, include_extras=True)
    return tuple(_column(field, types[field.name]) for field in fields(row))


def _column(field: Field[Any], declared: Any) -> Column:
    """`X | None` may be null; Annotated[X, "type"] names the SQL type itself."""
    nullable = False
    if get_origin(declared) in (Union, UnionType):
        declared, *rest = (part for part in get_args(declared) if part is not NoneType)
        assert not rest, f"{field.name}: a column has one type"
        nullable = True
    if get_origin(declared) is Annotated:
        return Column(field.name, str(get_args(declared)[1]), nullable)
    kind = get_origin(declared) or declared
    known = next((text for python, text in SQL_TYPES.items() if kind is python or _is_kind_of(kind, python)), None)
    assert known, f"{field.name}: no SQL type is known for {declared}"
    return Column(field.name, known, nullable)


def _is_kind_of(kind: Any, python: type) -> bool:
    return isinstance(kind, type) and issubclass(kind, python)


def _cells(values: tuple[Any, ...], json: list[int]) -> Sequence[Any]:
    """COPY needs a mapping wrapped; text that is JSON already goes as it is."""
    if not json:
        return values
    wrapped = list(values)
    for at in json:
        if isinstance(wrapped[at], Mapping):
            wrapped[at] = Jsonb(dict(wrapped[at]))
    return wrapped
