"""Read the rows of a file as clean offers, and keep account of those that are refused, left out or lack a field."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.clean_facts import Columns, clean_columns, without
from joey.catalog.intake.files.opened import OpenedFile
from joey.catalog.intake.files.read_columns import ReadRows, read_columns
from joey.catalog.intake.files.reading_plan import Plan
from joey.catalog.intake.files.refused_rows import RefusedRows, RowNotes
from joey.catalog.intake.files.rows import FileRows, Reader, RowFault
from joey.catalog.intake.files.source_columns import shown_name
from joey.catalog.intake.files.unreadable_file import UnreadableFile

MOST_REFUSED = 100_000  # with more the mapping is wrong, not the rows
# Fields of clean_facts → what a file calls them.
CALLED = {
    "external_id": "id", "identity": "id", "now_minor": "price", "list_minor": "list_price",
    "coupon_minor": "coupon_price", "picture_urls": "pictures", "commission_ppm": "commission_rate_percent",
}  # fmt: skip

Progress = Callable[[int, int, int], None]  # (bytes read, bytes in all, rows); rows once more when merging begins


@dataclass
class CleanRows:
    """One file being read. `named` are the ids of refused rows, whose offers are not missing in the file."""

    opened: OpenedFile
    read: Reader
    plan: Plan
    refused: RefusedRows
    progress: Progress
    notes: RowNotes = field(default_factory=RowNotes)
    named: set[str] = field(default_factory=set)
    _ordinals: list[int] = field(default_factory=list)  # where numbers of rows do not follow each other …
    _numbers: list[int] = field(default_factory=list)  # … and the number there

    def chunks(self) -> Iterator[Columns]:
        """Clean columns, chunk by chunk."""
        first = rows_read = 0
        for rows in self.read.chunks():
            found = read_columns(rows, self.plan)
            hidden = self._left_out(rows)
            clean = self._clean(rows, found, hidden)
            size = len(rows.numbers)
            gone = found.wrong.keys() | hidden
            count = size - len(gone)
            self._keep_numbers(first, [number for place, number in enumerate(rows.numbers) if place not in gone])
            yield clean | {"ordinal": list(range(first, first + count)), "offer_id": [None] * count}
            first += count
            rows_read += size
            self.progress(self.opened.done, self.opened.size, rows_read)
        for number in self.read.left_out:
            self.notes.add(number, "row", str(_("left out: a total or a note, and no goods")))

    def _clean(self, rows: FileRows, found: ReadRows, hidden: set[int]) -> Columns:
        """The clean offers of a chunk; what is wrong with the others is kept."""
        kept = [place for place in range(len(rows.numbers)) if place not in found.wrong and place not in hidden]
        given = found.columns if len(kept) == len(rows.numbers) else without(found.columns, found.wrong.keys() | hidden)
        clean = clean_columns(given, now=self.plan.now)
        for place, refusal in clean.refused.items():
            found.wrong[kept[place]] = RowFault(self._shown(refusal.field), str(refusal))
        lost = [*found.lost, *((kept[at], RowFault(self._shown(each.field), str(each))) for at, each in clean.lost)]
        for place, fault in sorted(lost, key=lambda each: each[0]):
            if place not in found.wrong and place not in hidden:
                self.notes.add(rows.numbers[place], fault.field, fault.reason)
        for place in sorted(found.wrong.keys() - hidden):
            self.refused.add(self.read, rows, place, found.wrong[place])
            self.named.add(found.columns["external_id"][place])
        if len(self.refused.rows) > MOST_REFUSED:
            raise UnreadableFile(
                _("More than %(most)d rows were refused, the first for its %(field)s: %(reason)s. Check the mapping.")
                % {"most": MOST_REFUSED, "field": self.refused.rows[0].field, "reason": self.refused.rows[0].reason}
            )
        return clean.columns

    def _shown(self, name: str | None) -> str:
        return shown_name(self.plan.mapping, CALLED.get(name or "", name or ""))

    def _left_out(self, rows: FileRows) -> set[int]:
        """The places of rows that the mapping leaves out by a value of theirs."""
        out: set[int] = set()
        for column, words in self.plan.mapping.leave_out.items():
            for place, value in enumerate(rows.column(column)):
                text = "" if value is None else str(value).strip()
                if text.casefold() in words and place not in out:
                    out.add(place)
                    self.notes.add(rows.numbers[place], column, str(_("left out: “%s”")) % text[:40])
        return out

    def _keep_numbers(self, first: int, numbers: list[int]) -> None:
        if numbers and numbers[-1] - numbers[0] == len(numbers) - 1:
            numbers = numbers[:1]  # the others follow
        for place, number in enumerate(numbers):
            ordinal = first + place
            if not self._numbers or number - self._numbers[-1] != ordinal - self._ordinals[-1]:
                self._ordinals.append(ordinal)
                self._numbers.append(number)

    def number_of(self, ordinal: int) -> int:
        """The number of the row that an offer came from."""
        at = bisect_right(self._ordinals, ordinal) - 1
        return self._numbers[at] + ordinal - self._ordinals[at]
