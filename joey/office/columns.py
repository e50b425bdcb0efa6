"""A column of a table, headed and filled in words, in place of the database's names."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib import admin

from joey.office.words import heading_of, in_words


@cache
def column(model: Any, name: str) -> Callable[[Any], Any]:
    """What the admin calls for each row; always the same one, since the admin compares them."""
    kind = _kind(model, name)

    @admin.display(description=heading_of(model, name), ordering=name if kind else None, boolean=kind == "BooleanField")
    def shown(row: Any) -> Any:
        value = getattr(row, name)
        return (
            json.dumps(value, ensure_ascii=False)
            if kind == "JSONField"
            else in_words(f"{model._meta.model_name}.{name}", value)
        )

    shown.__name__ = name
    return shown


def _kind(model: Any, name: str) -> str:
    """The kind of a field; "" for what is no field of its own."""
    found = {field.attname: field for field in model._meta.concrete_fields} | {
        field.name: field for field in model._meta.concrete_fields
    }
    return found[name].get_internal_type() if name in found else ""
