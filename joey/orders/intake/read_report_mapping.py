"""Read the mapping of a console's export: TOML that names columns, words and constants, and calculates nothing."""

from collections.abc import Iterator, Set
from collections.abc import Mapping as Map
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files import toml_keys
from joey.kit.refusals import Invalid
from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import RowFields
from joey.marketplaces.own_codes import marketplace_of
from joey.marketplaces.without_buyer import names_buyer
from joey.orders.intake.report_mapping import How, ReportColumn, ReportMapping, Reports

STARTING = "orders.toml"  # in the folder of a marketplace
SECTIONS: Map[str, How] = {
    "numbers": "number", "texts": "text", "amounts": "amount", "rates": "rate", "times": "time", "days": "day",
}  # fmt: skip
KEYS = ("unverified", "reports", "delimiter", "decimal", "zone", "dates", "none", "optional", "constants", "words",
        *SECTIONS)  # fmt: skip
REPORTS: Map[str, Reports] = {"": "order", "orders": "order", "refunds": "refund"}


def read_report_mapping(path: Path) -> ReportMapping:
    """The mapping in a TOML file. Raises Invalid naming the key that is unknown or wrong."""
    given = toml_keys.load(path, KEYS)
    words = {name: _words(name, value) for name, value in toml_keys.table(given, "words").items()}
    optional = frozenset(toml_keys.texts(given, "optional") or ())
    columns = tuple(_columns(given, words, optional))
    if not any(column.how == "number" for column in columns):
        raise Invalid(
            _("The mapping names no column under [numbers]: which one is the order's number?"), field="numbers"
        )
    for name in (*words, *optional):
        if name not in {column.name for column in columns}:
            raise Invalid(_("The mapping names no column for “%s”.") % name[:60], field=name[:60])
    reports = toml_keys.text(given, "reports")
    if reports not in REPORTS:
        raise Invalid(_("An export is of “orders” or of “refunds”."), field="reports")
    return ReportMapping(
        reports=REPORTS[reports],
        columns=columns,
        constants=_constants(given, {column.name for column in columns}),
        unverified=toml_keys.text(given, "unverified"),
        delimiter=toml_keys.delimiter(given),
        decimal=toml_keys.decimal(given) or ".",
        zone=toml_keys.zone(given),
        dates=tuple(toml_keys.texts(given, "dates") or ()),
        none=frozenset(toml_keys.texts(given, "none") or ()),
        file=str(path),
    )


def check_fields(mapping: ReportMapping, fields: RowFields | None) -> None:
    """Raises Invalid naming the field of the line's key that no row would have by this mapping, or only some files', or
    one under [days] that decides about money by its time.
    """
    for column in mapping.columns:
        if column.how == "day" and fields and column.name in fields.decide:
            text = _(
                "The mapping reads %(column)s as a day. That decides whose an order is, or what is taken back of it, so"
                " it needs the time of day too: name a column with the time under [times]. An export that has days only"
                " cannot be taken in. %(how)s"
            )
            raise Invalid(text % {"column": column.shown, "how": mapping.how_to_correct}, field=column.name)
    given = {column.name for column in mapping.columns if column.needed}
    given |= {name for name, value in mapping.constants.items() if value}
    for name in fields.needed if fields else ():
        if name not in given:
            text = _(
                "The mapping names no column for “%(field)s”, or calls it optional. It is part of what tells the lines"
                " of an order apart: without it an order would be taken in, and paid, a second time. %(how)s"
            )
            raise Invalid(text % {"field": name, "how": mapping.how_to_correct}, field=name)


def starting_mapping(code: str) -> Path:
    """The mapping that comes with a marketplace. Raises Invalid (field mapping) where there is none."""
    path = Path(str(files(registry.packages()[marketplace_of(code)]))).joinpath(STARTING)
    if not path.is_file():
        text = _("No mapping comes with %s. Write one and give it with --mapping: docs/importing.md shows how.")
        raise Invalid(text % registry.name_of(code), field="mapping")
    return path


def _columns(given: Map[str, Any], words: Map[str, Map[str, str]], optional: frozenset[str]) -> Iterator[ReportColumn]:
    seen: set[str] = set()
    for section, how in SECTIONS.items():
        for name, value in toml_keys.table(given, section).items():
            where = f"{section}.{name}"[:60]
            names = [value] if isinstance(value, str) else value
            if not isinstance(names, list) or not names or not all(isinstance(each, str) and each for each in names):
                raise Invalid(
                    _("A column is a name in quotes, or a list of names of which a file has one."), field=where
                )
            buyer = next((each for each in (name, *names) if names_buyer(each)), "")
            if buyer:
                text = _("“%s” names the buyer. Joey keeps nothing about buyers: take it out of the mapping.")
                raise Invalid(text % buyer[:40], field=where)
            if name in seen:
                raise Invalid(_("The mapping names “%s” twice.") % name[:40], field=where)
            seen.add(name)
            yield ReportColumn(name, how, tuple(names), words.get(name, {}), needed=name not in optional)


def _words(name: str, value: Any) -> Map[str, str]:
    if not isinstance(value, dict) or not value or not all(isinstance(each, str) for each in value.values()):
        raise Invalid(_("“%s” is a table: a word of the file = what it means, each in quotes.") % name[:40],
                      field=f"words.{name}"[:60])  # fmt: skip
    return value


def _constants(given: Map[str, Any], columns: Set[str]) -> Map[str, str]:
    found = toml_keys.table(given, "constants")
    for name, value in found.items():
        if not isinstance(value, str):
            raise Invalid(_("“%s” is a text in quotes.") % name[:40], field=f"constants.{name}"[:60])
        if name in columns:  # or an empty cell would mean the constant
            raise Invalid(_("The mapping names “%s” twice.") % name[:40], field=f"constants.{name}"[:60])
    return found
