"""Find the table in an export: title lines above its header, totals and notes below its rows."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.dialect import MOST_ABOVE
from joey.catalog.intake.files.header import shown_names
from joey.catalog.intake.files.totals import begins_as_total, first_of, is_note
from joey.catalog.intake.files.unreadable_file import UnreadableFile
from joey.orders.intake.report_mapping import ReportColumn, ReportMapping


class OrderTable:
    """Where the columns of a mapping are in one file, once its header was found."""

    def __init__(self, mapping: ReportMapping) -> None:
        self._mapping = mapping
        self._header: Sequence[str] = ()
        self._key = 0

    def find_header(self, rows: list[list[str]]) -> int:
        """The first row that names every column that is needed. Raises UnreadableFile naming what is missing."""
        best, missing = 0, list(self._needed)
        for place, cells in enumerate(rows):
            names = [name.strip() for name in cells]
            lacks = [column for column in self._needed if not _first(column, names)]
            if not lacks:
                self._header = names
                key = next(column for column in self._mapping.columns if column.how == "number")
                self._key = names.index(_first(key, names)) if _first(key, names) else 0
                return place
            if len(lacks) < len(missing):
                best, missing = place, lacks
        if len(missing) == len(self._needed):
            text = _(
                "No header was found: none of the first %(most)d rows names a column of the mapping. The first row has"
                " %(names)s. %(how)s"
            )
            facts = {
                "most": MOST_ABOVE,
                "names": shown_names(rows[0] if rows else ()),
                "how": self._mapping.how_to_correct,
            }
            raise UnreadableFile(text % facts)
        text = _("The header, in row %(row)d, has no column %(missing)s. It has %(names)s. %(how)s")
        facts = {
            "row": best + 1,
            "missing": ", ".join(column.shown for column in missing),
            "names": shown_names(rows[best]),
            "how": self._mapping.how_to_correct,
        }
        raise UnreadableFile(text % facts, row=best + 1)

    def is_no_row(self, cells: list[str]) -> bool:
        """Whether it is a total, which names no order, or a note."""
        if begins_as_total(cells):
            key = cells[self._key].strip() if self._key < len(cells) else ""
            return key in ("", first_of(cells))
        return is_note(cells)

    def column_of(self, column: ReportColumn) -> str:
        """The name that the file has for a column of the mapping; "" where it has none."""
        return _first(column, self._header)

    @property
    def _needed(self) -> list[ReportColumn]:
        return [column for column in self._mapping.columns if column.needed]


def _first(column: ReportColumn, names: Sequence[str]) -> str:
    return next((name for name in column.columns if name in names), "")
