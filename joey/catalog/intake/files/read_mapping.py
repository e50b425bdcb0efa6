"""Read the mapping file: TOML that names columns, templates and constants, and calculates nothing.

An unknown key is refused by its name.
"""

import re
from collections.abc import Mapping as Map
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files import toml_keys
from joey.catalog.intake.files.category_tree import read_tree
from joey.catalog.intake.files.dialect import QUOTINGS
from joey.catalog.intake.files.encodings import encoding_named
from joey.catalog.intake.files.mapping import FIELDS, MONEY, PART, Mapping, Source
from joey.kit.refusals import Invalid

UNITS = {"major": "major", "yuan": "major", "minor": "minor", "fen": "minor"}
CHINESE = ("yuan", "fen")  # units of CNY alone
RATES = ("percent", "basis_points")
MOST_PRICE_HOURS = 24 * 90
TIMES = ("as_of", "coupon_until")
# Options beside `column`, with the fields that take them; None: all fields.
HOW: Map[str, tuple[str, ...] | None] = {
    "unit": (*MONEY, "commission_rate_percent"),
    "date": TIMES,
    "without": None,
    "tree": ("category",),
    "separator": ("pictures",),
    "after": ("pictures",),
}
KEYS = (
    "format", "delimiter", "quoting", "encoding", "decimal", "item", "group", "currency", "zone", "none", "columns",
    "categories", "words", "leave_out", "optional", "hosts", "picture_hosts", "price_hours",
)  # fmt: skip

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\.[a-z0-9-]{2,63}")


def read_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file. Raises Invalid naming the key that is unknown or wrong."""
    given = toml_keys.load(path, KEYS)
    columns = toml_keys.table(given, "columns")
    return Mapping(
        format=toml_keys.text(given, "format"),
        delimiter=toml_keys.delimiter(given),
        quoting=_quoting(given),
        encoding=_encoding(given),
        decimal=toml_keys.decimal(given),
        item=toml_keys.text(given, "item"),
        group=toml_keys.text(given, "group"),
        currency=toml_keys.currency(given) or ("CNY" if _is_in_yuan(columns) else ""),
        zone=toml_keys.zone(given),
        none=frozenset(toml_keys.texts(given, "none") or ()),
        sources={name: _sources(name, value, path.parent) for name, value in columns.items()},
        categories=_categories(given),
        words=_words(given),
        leave_out=_leave_out(given),
        optional=frozenset(toml_keys.texts(given, "optional") or ()),
        hosts=_hosts(given, "hosts"),
        picture_hosts=_hosts(given, "picture_hosts"),
        price_hours=_price_hours(given),
    )


def _sources(name: str, value: Any, folder: Path) -> tuple[Source, ...]:
    if name not in FIELDS:
        raise toml_keys.unknown(f"columns.{name}", FIELDS)
    if value is False:  # the file has a column of this name that means something else
        return ()
    return tuple(_source(name, each, folder) for each in (value if isinstance(value, list) else [value]))


def _source(name: str, value: Any, folder: Path) -> Source:
    where = f"columns.{name}"
    if isinstance(value, str):
        return Source(template=value) if PART.search(value) else Source(column=value)
    if not isinstance(value, dict):
        raise Invalid(
            _("A column is a name, a template with {braces}, a table, a list of them, or false."), field=where
        )
    for key in value:
        if key not in ("column", "value", *HOW):
            raise toml_keys.unknown(f"{where}.{key}", ("column", "value", *HOW))
        allowed = HOW.get(key)
        if allowed is not None and name not in allowed:
            raise Invalid(
                _("“%(key)s” is for %(fields)s only.") % {"key": key, "fields": ", ".join(allowed)}, field=where
            )
        if not isinstance(value[key], str):
            raise Invalid(_("“%s” is a text in quotes.") % key, field=where)
    if ("column" in value) == ("value" in value):
        raise Invalid(_("Give either “column” or “value”."), field=where)
    column = value.get("column", "")
    return Source(
        column="" if PART.search(column) else column,
        template=column if PART.search(column) else "",
        value=value.get("value"),
        unit=_unit(name, value.get("unit", ""), where),
        date=value.get("date", ""),
        without=value.get("without", ""),
        separator=value.get("separator", ""),
        after=value.get("after", ""),
        tree=read_tree(folder / value["tree"]) if "tree" in value else None,
    )


def _unit(name: str, unit: str, where: str) -> str:
    if not unit or (name == "commission_rate_percent" and unit in RATES):
        return unit
    if name in MONEY and unit in UNITS:
        return UNITS[unit]
    known = RATES if name == "commission_rate_percent" else tuple(UNITS)
    raise Invalid(_("A unit is one of %s.") % ", ".join(known), field=f"{where}.unit")


def _is_in_yuan(columns: Map[str, Any]) -> bool:
    tables = [each for value in columns.values() for each in (value if isinstance(value, list) else [value])]
    return any(isinstance(each, dict) and each.get("unit") in CHINESE for each in tables)


def _quoting(given: Map[str, Any]) -> str:
    found = toml_keys.text(given, "quoting")
    if found not in ("", *QUOTINGS):
        raise Invalid(
            _(
                "Quoting is “none” where quotes are only signs, “single” where cells are in single quotes, “lines”"
                " where each line as a whole is in quotes; otherwise leave it out."
            ),
            field="quoting",
        )
    return found


def _encoding(given: Map[str, Any]) -> str:
    name = toml_keys.text(given, "encoding")
    found = encoding_named(name) if name else ""
    if name and not found:
        raise Invalid(
            _("Joey does not know the encoding “%s”. Write it like gb18030, big5, shift_jis, iso-8859-2 or utf-16.")
            % name[:40],
            field="encoding",
        )
    return found


def _words(given: Map[str, Any]) -> Map[str, Map[str, str]]:
    found = toml_keys.table(given, "words")
    for name, words in found.items():
        if name not in FIELDS:
            raise toml_keys.unknown(f"words.{name}", FIELDS)
        if not isinstance(words, dict) or not all(isinstance(each, str) for each in words.values()):
            raise Invalid(_("“%s” is a table: a word of the file = what it means, each in quotes.") % name,
                          field=f"words.{name}")  # fmt: skip
    return found


def _leave_out(given: Map[str, Any]) -> Map[str, frozenset[str]]:
    table = toml_keys.table(given, "leave_out")
    return {name: frozenset(each.casefold() for each in toml_keys.texts(table, name) or ()) for name in table}


def _hosts(given: Map[str, Any], key: str) -> frozenset[str] | None:
    found = toml_keys.texts(given, key)
    for host in found or ():
        if not _HOST.fullmatch(host):
            raise Invalid(
                _("“%s” is no host. Write it like shop.example.com, in lower case and without https://.") % host[:60],
                field=key,
            )
    return None if found is None else frozenset(found)


def _price_hours(given: Map[str, Any]) -> int | None:
    found = given.get("price_hours")
    if found is not None and (type(found) is not int or not 1 <= found <= MOST_PRICE_HOURS):
        raise Invalid(_("Prices may be shown from one hour to ninety days."), field="price_hours")
    return found


def _categories(given: Map[str, Any]) -> Map[str, str]:
    found = toml_keys.table(given, "categories")
    for theirs, ours in found.items():
        if not isinstance(ours, str) or len(ours) > 60:
            raise Invalid(
                _("A category of ours is a text of at most 60 characters."), field=f"categories.{theirs[:40]}"
            )
    return found
