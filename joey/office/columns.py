"""A column of a table, headed and filled in words, in place of the database's names."""

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any

from django.contrib import admin
from django.utils.formats import date_format
from django.utils.timezone import localtime

from joey.kit.days import clock_text
from joey.office.words import heading_of, in_words

NOTHING = "–"  # shown where there is no value, on lists and on pages of one row


@cache
def column(model: Any, name: str) -> Callable[[Any], Any]:
    """What the admin calls for each row; always the same one, since the admin compares them."""
    kind = _kind(model, name)

    @admin.display(description=heading_of(model, name), ordering=name if kind else None, boolean=kind == "BooleanField")
    def shown(row: Any) -> Any:
        value = getattr(row, name)
        if kind == "JSONField":
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, date):
            return time_text(value)
        said = in_words(f"{model._meta.model_name}.{name}", value)
        return NOTHING if said is None else said

    shown.__name__ = name
    return shown


def time_text(value: date | None, *, seconds: bool = False) -> str:
    """A moment in the zone of the pages, or a day."""
    if isinstance(value, datetime):
        local = localtime(value)
        return f"{date_format(local, 'Y-m-d')} {clock_text(local, seconds=seconds)}"
    return date_format(value, "Y-m-d") if value else NOTHING


def _kind(model: Any, name: str) -> str:
    """The kind of a field; "" for what is no field of its own."""
    found = {field.attname: field for field in model._meta.concrete_fields} | {
        field.name: field for field in model._meta.concrete_fields
    }
    return found[name].get_internal_type() if name in found else ""
