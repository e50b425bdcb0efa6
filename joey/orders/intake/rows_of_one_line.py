"""See that two rows of one export are not silently one: the later would replace the other, and its money be lost."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Text
from joey.marketplaces.manifest_shape import RowFields
from joey.marketplaces.port import OrderReport, RefundReport

Line = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    contents: bytes
    changed_at: datetime | None  # None: it names no time of change of its own


class RowsOfOneLine:
    """The lines and refund cases of one file so far. `fields` of its rows say what one is about.

    The same row twice is one row. A row with other contents is a later state of the line only if it says so itself,
    by its time of change: the other times of two sub-orders under one number may differ as well.
    """

    def __init__(self, fields: RowFields) -> None:
        self._fields = fields
        self._newest: dict[Line, _Row] = {}
        self._items: dict[Line, str] = {}  # of a line in all of its parts
        self._orders: dict[str, tuple[str, int]] = {}  # and the row that named it, where a line is of one order

    def fault_of(
        self, number: int, row: Mapping[str, str], report: OrderReport | RefundReport
    ) -> tuple[str, Text] | None:
        """Why this row cannot be taken in beside those before it, after the field at fault, "" where it is the row.

        None, and it is one of them from now on.
        """
        if self._fields.order:
            order, named_in = self._orders.setdefault(report.external_line, (report.external_order, number))
            if order != report.external_order:
                return self._fields.order, _(
                    "row %d has the same line under another order: does the mapping name the columns with the numbers"
                    " of order and line?"
                ) % named_in
        line: Line = (report.external_order, report.external_line)
        if isinstance(report, OrderReport):
            if self._items.setdefault(line, report.external_item) != report.external_item:
                return "", _(
                    "another row has the number of this line and another item: does the mapping name the column"
                    " with the number of each line?"
                )
            line += (report.external_part,)
        else:
            line += (report.case_id,)
        found = _Row(
            number,
            hashlib.sha256(repr(report).encode("utf-8", "replace")).digest(),
            report.reported_at if row.get(self._fields.changed) else None,
        )
        before = self._newest.setdefault(line, found)
        if before.contents == found.contents:
            return None
        if not (before.changed_at and found.changed_at and before.changed_at < found.changed_at):
            return "", _(
                "row %d is of the same line and says something else, and this one names no later time of change:"
                " does the mapping name the column with the number of each line?"
            ) % before.number
        self._newest[line] = found
        return None
