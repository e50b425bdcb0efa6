"""Find the header of a list of goods, and what parts its cells: the first line may be a title, or `sep=;`."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.mapping import Mapping, Source
from joey.catalog.intake.files.opened import LONGEST_LINE
from joey.catalog.intake.files.rows import column_named
from joey.catalog.intake.files.safe_cells import as_it_was
from joey.catalog.intake.files.tables import MOST_ABOVE
from joey.catalog.intake.files.unreadable_file import UnreadableFile

NEEDED = ("id", "title", "url")  # the currency may be beside the price
DELIMITERS = (",", "\t", ";", "|")
MOST_NAMES = 40  # of columns in a message
LONGEST_NAME = 40

_SEP = re.compile(r'\s*"?sep=(.)"?[,;\t]*\s*')


class OfferHeader:
    """Which row of a table names the columns that a mapping needs."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping

    def lacks(self, names: Sequence[str]) -> list[str]:
        """The needed fields that no column of these names is for."""
        found = {as_it_was(name).strip() for name in names}
        return [
            field for field in NEEDED if not any(is_there(source, found) for source in self._mapping.sources_of(field))
        ]

    def find(self, rows: list[list[str]]) -> int:
        """The first row that names every needed column. Raises UnreadableFile naming what is missing."""
        if not any(any(cell.strip() for cell in cells) for cells in rows):
            raise UnreadableFile(_("The first row has to name the columns."), row=1)
        missing = [self.lacks(cells) for cells in rows]
        best = min(range(len(rows)), key=lambda place: len(missing[place]))
        if not missing[best]:
            return best
        if len(missing[best]) == len(NEEDED):
            best = next(place for place, cells in enumerate(rows) if any(cells))
        text = _(
            "No row names the columns for %(missing)s. Row %(row)d has %(names)s. Name the right ones in a mapping,"
            " under [columns]: `joey import --check FILE` guesses them and writes one to start from."
        )
        facts = {
            "missing": ", ".join(missing[best]),
            "row": best + 1,
            "names": shown_names(rows[best]),
        }
        raise UnreadableFile(text % facts, row=best + 1)

    def delimiter(self, sample: str, *, first: str) -> str:
        """What parts the cells: what the first line says, else that by which a row names the needed columns, `first`
        if that does.

        Where none does, the one by which the first rows are most alike. `sample` is the beginning of the file.
        """
        lines = sample.splitlines(keepends=True)
        if lines and (said := _SEP.fullmatch(lines[0])):
            return said[1]
        tables = {each: list(islice(rows_between(lines, each), MOST_ABOVE)) for each in (first, *DELIMITERS)}
        for each, rows in tables.items():
            if any(not self.lacks(cells) for cells in rows):
                return each
        return max(DELIMITERS, key=lambda each: _alike(tables[each]))


def shown_names(cells: Sequence[str]) -> str:
    """The names of columns, as far as a terminal shows them."""
    names = [f"“{name.strip()[:LONGEST_NAME]}”" for name in cells if name.strip()]
    return ", ".join([*names[:MOST_NAMES], *(["…"] if len(names) > MOST_NAMES else [])]) or "“”"


def is_there(source: Source, names: set[str]) -> bool:
    """Whether a table of these columns has what a source is taken from; `{id}` is our own field."""
    if source.value is not None:
        return True
    parts = [source.column] if source.column else source.parts
    return all(
        column_named(part, names) or column_named(part.partition(".")[0], names) or (source.template and part == "id")
        for part in parts
    )


def rows_between(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    """The cells of the first lines, if this parts them."""
    csv.field_size_limit(LONGEST_LINE)
    return csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)


def _alike(rows: list[list[str]]) -> int:
    """How many cells the rows have that are as wide as most others; one cell is no table."""
    widths = [len(cells) for cells in rows if any(cells)]
    common = max(set(widths), key=widths.count, default=1)
    return widths.count(common) * common if common > 1 else 0
