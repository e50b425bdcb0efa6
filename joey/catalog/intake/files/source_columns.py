"""Read our fields from a file's columns as a mapping says, for every row of a chunk."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files import values
from joey.catalog.intake.files.mapping import Mapping, Source
from joey.catalog.intake.files.rows import FileRows, RowFault
from joey.kit.refusals import Invalid, Text

NOTHING = ("", None)
# Without one of these, rows are no offers; a fault in any other field costs that field alone.
WEIGHTY = frozenset({"row", "id", "identity", "seller_id", "title", "url", "currency", "price", "as_of"})
MISSING = _("missing")


class SourceColumns:
    """One chunk of a file, with its faults by place; our fields are read from it one by one."""

    def __init__(self, rows: FileRows, mapping: Mapping) -> None:
        self.rows, self.mapping = rows, mapping
        self.size = len(rows.numbers)
        self.wrong: dict[int, RowFault] = dict(rows.wrong)
        self.lost: dict[tuple[int, str], RowFault] = {
            (place, "row"): fault for place, fault in rows.lost.items()
        }  # by place and field: fields that could not be read
        self.none = self.mapping.none | set(NOTHING)
        self._ids: list[str] = []
        self._found: dict[str, list[tuple[Source, list[Any]]]] = {}

    def _each(self, name: str, read: Callable[[Any, Source], Any], default: Any) -> list[Any]:
        """A field of each row, `default` where the row has no value for it. Each different value is read once."""
        layers = self._layers(name)
        if not layers:
            return [default] * self.size
        if len(layers) == 1:
            ((how, column),) = layers
            return self._read(name, column, lambda value: read(value, how), default)
        first: list[Any] = [None] * self.size
        for number, (_how, column) in enumerate(layers):
            for place, value in enumerate(column):
                if first[place] is None and not self._is_nothing(value):
                    first[place] = (number, value)
        return self._read(name, first, lambda found: read(found[1], layers[found[0]][0]), default)

    def _layers(self, name: str) -> list[tuple[Source, list[Any]]]:
        """The sources of a field with their values for every row, best first, without sources that have no value."""
        if name not in self._found:
            self._found[name] = [
                (source, column)
                for source in self.mapping.sources_of(name)
                if (column := self._column(source, name)).count(None) < self.size
            ]
        return self._found[name]

    def _column(self, source: Source, name: str) -> list[Any]:
        if source.value is not None:
            return [source.value] * self.size
        if source.template:
            return self._filled(source, quoted=name in ("url", "pictures"))
        column = self.rows.column(source.column)
        if "." in source.column and column.count(None) == self.size:
            first, *parts = source.column.split(".")
            outer = self.rows.column(first)
            if outer.count(None) < self.size:
                column = [values.inside(value, parts) for value in outer]
        if name in self.mapping.words:
            words = self.mapping.words[name]
            column = [words.get(text, text) if isinstance(text := _stripped(value), str) else value for value in column]
        if source.without:
            cut = source.without
            column = [value.strip().removeprefix(cut) if isinstance(value, str) else value for value in column]
        return column

    def _filled(self, source: Source, *, quoted: bool) -> list[Any]:
        """The filled template of each row; None where a part of it is missing. `{id}` is the row's id as read."""
        columns = [
            self._ids if part == "id" and self._ids else self._column(Source(column=part), "") for part in source.parts
        ]
        form = source.form
        return [
            None if any(map(self._is_nothing, found)) else form.format(*(_part(each, quoted) for each in found))
            for found in zip(*columns, strict=True)
        ]

    def _read(self, name: str, column: list[Any], read: Callable[[Any], Any], default: Any) -> list[Any]:
        """Read each different value with `read`; a row whose value it refuses is refused."""
        known: dict[Any, Any] = {}
        refusals: dict[Any, Invalid] = {}
        try:
            different = set(column)
        except TypeError:  # lists and objects
            return [self._read_one(name, place, value, read, default) for place, value in enumerate(column)]
        for value in different:
            if self._is_nothing(value):
                known[value] = default
                continue
            try:
                known[value] = read(value)
            except Invalid as refusal:
                known[value], refusals[value] = default, refusal
        if refusals:
            for place, value in enumerate(column):
                if value in refusals:
                    said = refusals[value]
                    self._refuse(place, "currency" if said.field == "currency" and name in WEIGHTY else name, str(said))
        return [known[value] for value in column]

    def _read_one(self, name: str, place: int, value: Any, read: Callable[[Any], Any], default: Any) -> Any:
        if self._is_nothing(value):
            return default
        try:
            return read(value)
        except Invalid as refusal:
            self._refuse(place, name, str(refusal))
            return default

    def _is_nothing(self, value: Any) -> bool:
        if isinstance(value, str):
            return value.strip() in self.none
        return value is None or (isinstance(value, list) and not value)

    def _needed(self, name: str, found: list[Any], why: Text = MISSING) -> list[Any]:
        if not all(found):
            for place, value in enumerate(found):
                if not value:
                    self._refuse(place, name, str(why))
        return found

    def _refuse(self, place: int, name: str, reason: str) -> None:
        fault = RowFault(shown_name(self.mapping, name), reason)
        if name in WEIGHTY:
            self.wrong.setdefault(place, fault)
        else:
            self.lost.setdefault((place, name), fault)


def shown_name(mapping: Mapping, name: str) -> str:
    """The name that the operator finds in the file: its column where there is one, else our field."""
    sources = mapping.sources.get(name, ())
    return sources[0].column if len(sources) == 1 and sources[0].column else name


def text_of_one(value: Any) -> str:
    return values.text_of(value).strip()


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _part(value: Any, quoted: bool) -> str:
    text = text_of_one(value)
    return quote(text, safe="") if quoted else text
