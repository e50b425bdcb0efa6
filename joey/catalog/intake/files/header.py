"""Find the header of a list of goods, and what parts its cells: the first line may be a title, or `sep=;`."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.dialect import DELIMITERS, SEEN, TableDialect, first_rows, likeliest
from joey.catalog.intake.files.mapping import FIELDS, MONEY, Mapping, Source
from joey.catalog.intake.files.rows import column_named
from joey.catalog.intake.files.safe_cells import as_it_was
from joey.catalog.intake.files.source_columns import WEIGHTY
from joey.catalog.intake.files.unreadable_file import UnreadableFile
from joey.kit.refusals import Text
from joey.kit.text import sentences

NEEDED = ("id", "title", "url")  # the currency may be beside the price
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
        said: list[Text] = [text % facts]
        if len([cell for cell in rows[best] if cell.strip()]) == 1:
            said.append(_('That is one cell. If a sign parts it into several, add delimiter = "…" to the mapping.'))
        raise UnreadableFile(sentences(*said), row=best + 1)

    def may_lack(self, column: str) -> bool:
        """Whether rows may end before this column, and what comes before it is in no doubt: neither an amount nor
        anything else that an offer needs is taken from it, and no row is left out or grouped by it.
        """
        needed = [*self._mapping.leave_out, self._mapping.group]
        for field in (*(WEIGHTY & FIELDS.keys()), *MONEY, "sale_dates", "coupon_until"):
            for source in self._mapping.sources_of(field):
                needed += [part.partition(".")[0] for part in (source.column, *source.parts)]
        return column_named(column, needed) is None and column not in needed

    def dialect(self, sample: str, *, first: str) -> TableDialect:
        """What parts and quotes the cells: what the mapping or the first line says, else that by which a row names the
        needed columns, `first` if that does.

        Where none does, the one by which the first rows are most alike. `sample` is the beginning of the file.
        """
        lines = sample.splitlines(keepends=True)
        said = _SEP.fullmatch(lines[0]) if lines else None
        known = self._mapping.delimiter or (said[1] if said else "")
        delimiters = [known] if known else [first, *DELIMITERS]
        quotings = [self._mapping.quoting] if self._mapping.quoting else SEEN
        tables = first_rows(lines, delimiters, quotings)
        for each, rows in tables.items():
            if any(not self.lacks(cells) for cells in rows):
                return each
        return likeliest(tables)


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
