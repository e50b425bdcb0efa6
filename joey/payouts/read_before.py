"""Reads the database that a restore replaces, as rows of the tables that are here."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from django.db.models import Model
from psycopg import sql as text
from psycopg.rows import dict_row

M = TypeVar("M", bound=Model)


def read(before: psycopg.Connection, model: type[M], column: str, values: Sequence[Any]) -> list[M]:
    """The rows that have one of these values there, as unsaved rows of this database."""
    statement = text.SQL("SELECT {} FROM {} WHERE {} = ANY(%s)").format(
        text.SQL(", ").join(text.Identifier(field.column) for field in model._meta.concrete_fields),
        text.Identifier(model._meta.db_table),
        text.Identifier(column),
    )
    with before.cursor(row_factory=dict_row) as cursor:
        return [model(**row) for row in cursor.execute(statement, [list(values)]).fetchall()]


def named_by_new(before: psycopg.Connection, model: type[Model], column: str) -> set[UUID]:
    """What the rows that are not here have in this column."""
    statement = text.SQL("SELECT {}, {} FROM {} WHERE {} IS NOT NULL").format(
        text.Identifier(model._meta.pk.column),
        text.Identifier(column),
        text.Identifier(model._meta.db_table),
        text.Identifier(column),
    )
    here = set(model._default_manager.values_list("pk", flat=True))
    return {named for key, named in before.execute(statement).fetchall() if key not in here}
