"""Read JSON lines: one object per line."""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.encodings import mark_of_utf_8
from joey.catalog.intake.files.opened import OpenedFile
from joey.catalog.intake.files.rows import CHUNK, CHUNK_BYTES, FileRows, GatheredRows, RowFault
from joey.catalog.intake.files.unreadable_file import UnreadableFile
from joey.kit.json import read_json

_LINE_END = re.compile(r"\r?\n|\r")
NOTE = "joey_refused"  # the only key of a line that says why the next one was refused


class JsonLines:
    """A file of objects. Rows are numbered as an editor does: by line, empty ones included."""

    columns = None

    def __init__(self, opened: OpenedFile, *, encoding: str = "") -> None:
        self._opened = opened
        self._encoding = encoding
        self.left_out: list[int] = []

    def chunks(self) -> Iterator[FileRows]:
        """All rows. A line that is no object is refused; if it is the last and has no end, the file was truncated."""
        rows, begun = GatheredRows(), 0
        last, last_is_none = 0, False
        for number, line in self._lines():
            if not line.strip():
                continue
            found = _object(line)
            if found is not None and found.keys() == {NOTE}:
                continue
            last, last_is_none = number, found is None
            if found is None:
                rows.wrong[len(rows.objects)] = RowFault("row", str(_("not a JSON object")))
            rows.numbers.append(number)
            rows.objects.append(found or {})
            rows.raw.append(line)
            if len(rows.objects) == CHUNK or self._opened.unpacked - begun > CHUNK_BYTES:
                yield rows
                rows, begun = GatheredRows(), self._opened.unpacked
        if rows.objects:
            yield rows
        if last_is_none and not self._opened.line_breaks:
            raise UnreadableFile(_("The last line, %d, is not a JSON object: the file was truncated.") % last, row=last)

    def _lines(self) -> Iterator[tuple[int, str]]:
        number = 0
        for text in self._opened.texts(self._encoding):
            for line in _LINE_END.split(text[:-1] if text.endswith(("\n", "\r")) else text):
                number += 1
                yield number, line

    def refused_begin(self) -> str:
        """Nothing but the mark of what it is written in."""
        return mark_of_utf_8(self._encoding)

    def refused_row(self, rows: FileRows, place: int, wrong: RowFault) -> str:
        """A line with the reason, and the original line."""
        assert isinstance(rows, GatheredRows)
        note = {NOTE: {"row": rows.numbers[place], "field": wrong.field, "reason": wrong.reason}}
        return f"{json.dumps(note, ensure_ascii=False)}\n{rows.raw[place].rstrip()}\n"

    def refused_end(self) -> str:
        """Nothing."""
        return ""


def _object(line: str) -> dict[str, Any] | None:
    try:
        found = read_json(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
