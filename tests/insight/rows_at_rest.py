"""Every kind of row of a table that the database would take, with its columns filled in every way that decides a state.

What decides is read from the code, not from a list: the choices of a column, and whatever a CHECK constraint or a
declared condition compares.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import CheckConstraint, Field, Model, Q

from joey.kit.clock import now
from joey.kit.rests import Rest, Subject

MOST = 5_000


def rows_of(subject: Subject, rests: list[Rest]) -> int:
    """Write one row of each kind that the database takes, none of them referred to by another; how many.

    Rows that they refer to need not exist: foreign keys are looked at when a transaction ends, and the caller's is
    rolled back.
    """
    fields = [field for field in subject.model._meta.concrete_fields if not field.generated]
    conditions = [each.condition for each in rests if each.of == subject] + [subject.at_rest]
    ways = [ways_of(field, compared(subject.model, conditions)) for field in fields]
    kinds = list(product(*ways))
    assert len(kinds) <= MOST, f"{subject.name}: {len(kinds)} kinds of row"
    return sum(_insert(subject.model, fields, kind) for kind in kinds)


def compared(model: type[Model], conditions: list[Any]) -> dict[str, set[Any]]:
    """The columns that CHECK constraints or these conditions look at, with the values that they are compared with."""
    checks = [each.condition for each in model._meta.constraints if isinstance(each, CheckConstraint)]
    found: dict[str, set[Any]] = defaultdict(set)
    for condition in [*checks, *conditions]:
        for path, value in leaves(condition):
            column, *_lookup = path.split("__")
            found[column].add(value if isinstance(value, str) else None)
    return found


def leaves(condition: Any) -> Iterator[tuple[str, Any]]:
    for child in condition.children if isinstance(condition, Q) else ():
        if isinstance(child, Q):
            yield from leaves(child)
        elif isinstance(child, tuple):
            yield child


def ways_of(field: "Field[Any, Any]", looked_at: dict[str, set[Any]]) -> list[Any]:
    """The values to try in a column: all that decide, or one that does not matter."""
    if field.choices:
        return [value for value, _label in field.choices or ()]
    if field.name not in looked_at:
        return [None if field.null and not field.primary_key else _some(field)]
    ways = [_some(field), *([None] if field.null else [])]
    if isinstance(field, models.BooleanField):
        ways += [True]
    elif isinstance(field, models.DateTimeField):
        ways += [now() + timedelta(days=9)]
    elif isinstance(field, models.CharField | models.TextField):
        ways += [value for value in looked_at[field.name] if value is not None]
    return list(dict.fromkeys(ways))


def _some(field: "Field[Any, Any]") -> Any:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.UUIDField):
        return uuid.uuid4
    some: dict[type[Any], Any] = {
        models.BooleanField: False, models.DateTimeField: now() - timedelta(days=9), models.BinaryField: b"",
        models.JSONField: "{}", models.DateField: now().date(),
    }  # fmt: skip
    if isinstance(target, models.CharField | models.TextField):
        return "" if field.blank else lambda: uuid.uuid4().hex[: target.max_length]
    return next((value for kind, value in some.items() if isinstance(target, kind)), 1)


def _insert(model: type[Model], fields: "list[Field[Any, Any]]", kind: tuple[Any, ...]) -> bool:
    """Whether the database took it: a CHECK refuses what can never be."""
    given = dict(zip(fields, kind, strict=True))
    given = {field: value() if callable(value) else value for field, value in given.items()}
    numbered = [field for field in given if isinstance(field, models.AutoField)]
    columns = {field.column: value for field, value in given.items() if field not in numbered}
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join(["%s"] * len(columns))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})', list(columns.values()))
    except IntegrityError:
        return False
    return True
