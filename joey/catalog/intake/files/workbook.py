"""Read the rows of a workbook (.xlsx, .xls) as text, through a program with bounded memory and time."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files import print_sheet
from joey.catalog.intake.files.opened import LONGEST_LINE, OpenedFile
from joey.catalog.intake.files.unreadable_file import UnreadableFile
from joey.kit.json import read_json

LONGEST_ROWS = 512 << 20  # bytes of text of all rows together
# Isolated: nothing of this process's environment decides what it imports.
_PROGRAM = (sys.executable, "-I", str(Path(print_sheet.__file__).resolve()))

_REASONS = {
    print_sheet.PASSWORD: _("The workbook has a password. Save it without one and import it again."),
    print_sheet.SEVERAL_SHEETS: _(
        "More than one sheet of the workbook has rows. Save the right one as a file of its own."
    ),
    print_sheet.NO_ROWS: _("No sheet of the workbook has rows."),
}
_UNREADABLE = _("The workbook cannot be read: it is broken, or larger than any export. Save it as CSV and import that.")


def rows_of_workbook(opened: OpenedFile, *, decimal: str = ".", midnight: str = "") -> Iterator[list[str]]:
    """The rows of its only sheet that has any, from row 1 on. Raises UnreadableFile.

    `decimal` is the mark by which the caller reads cells: those that are numbers are written with it.
    `midnight` is what the caller reads as midnight behind a day, where cells are times.
    """
    with subprocess.Popen(
        (*_PROGRAM, decimal, midnight), stdin=opened.workbook(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as program:
        assert program.stdout is not None
        try:
            yield from _rows(program.stdout)
            code = program.wait()
        finally:
            program.kill()  # where the rows were not read to their end
    if code:
        raise UnreadableFile(_REASONS.get(code, _UNREADABLE))


def _rows(lines: IO[bytes]) -> Iterator[list[str]]:
    read = 0
    while line := lines.readline(LONGEST_LINE + 1):
        read += len(line)
        if len(line) > LONGEST_LINE or read > LONGEST_ROWS:
            raise UnreadableFile(_UNREADABLE)
        if line.endswith(b"\n"):
            yield read_json(line, largest=LONGEST_LINE)
