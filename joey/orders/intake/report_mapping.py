"""A mapping of a console's export: which column is which field of the connector's rows. See read_report_mapping."""

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from typing import Literal

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Text

How = Literal["number", "text", "amount", "rate", "time", "day"]
Reports = Literal["order", "refund"]


@dataclass(frozen=True)
class ReportColumn:
    """One field of a row, and the columns it may be in: the first that the file has."""

    name: str  # as the connector calls it
    how: How  # how its cells are read
    columns: tuple[str, ...]
    # What a cell says → what the connector reads; empty: as it is.
    words: Map[str, str] = field(default_factory=dict, compare=False)
    needed: bool = True  # whether a file without it is refused

    @property
    def shown(self) -> str:
        """As an operator finds it: the names that a file may have for it, and the mapping's own."""
        return f"“{'” / “'.join(self.columns)}” ({self.name})"


@dataclass(frozen=True)
class ReportMapping:
    """How to read an export."""

    reports: Reports
    columns: tuple[ReportColumn, ...]
    constants: Map[str, str]
    unverified: str = ""  # why its columns are a guess
    delimiter: str = ""
    decimal: str = "."
    zone: str = ""
    dates: tuple[str, ...] = ()  # as strptime has them, besides year-month-day
    none: frozenset[str] = frozenset()
    file: str = ""  # where it is written

    @property
    def how_to_correct(self) -> Text:
        """What to do where it does not fit the export."""
        return _(
            "Nothing was taken in. If this is the right file, copy the mapping %s, correct the copy, and see what it"
            " reads with --mapping COPY --check."
        ) % (self.file or "orders.toml")
