"""A mapping of a console's export: which column is which field of the connector's rows. See read_report_mapping."""

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from typing import Literal

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
