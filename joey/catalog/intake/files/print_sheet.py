"""Print the rows of a workbook on standard input as lines of JSON: a program of its own, with bounded memory and time.

A workbook of some kilobytes can name a cell in its last row and column, and be unpacked to any size. What the program
may use is set before it reads the first byte, so whatever is in the file, only this process ends. It imports nothing of
Joey. Its arguments are the decimal mark of the numbers that it prints, and how midnight is written behind a day: a
workbook keeps both as one. Exit codes: PASSWORD, SEVERAL_SHEETS, NO_ROWS; any
other that is not 0 means that the file cannot be read.
"""

import datetime as dt
import io
import json
import resource
import sys

MEMORY = 2 << 30
CPU_SECONDS = 120
PASSWORD, SEVERAL_SHEETS, NO_ROWS, UNREADABLE = 10, 11, 12, 13
EXACT = 10**15  # spreadsheets keep fifteen digits of a number


def main(decimal: str, midnight: str) -> int:
    """Print the only sheet that has rows, from its first row on."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    from python_calamine import CalamineError, PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

    try:
        book = load_workbook(io.BytesIO(sys.stdin.buffer.read()))
        shown = [
            each.name
            for each in book.sheets_metadata
            if each.typ is SheetTypeEnum.WorkSheet and each.visible is SheetVisibleEnum.Visible
        ]
        sheets = [sheet for name in shown if (sheet := book.get_sheet_by_name(name)).start is not None]
        if len(sheets) != 1:
            return SEVERAL_SHEETS if sheets else NO_ROWS
        (sheet,) = sheets
        first_row = sheet.start[0] if sheet.start else 0
        for _empty in range(first_row):
            sys.stdout.write("[]\n")
        for row in sheet.iter_rows():
            sys.stdout.write(json.dumps([text_of(cell, decimal, midnight) for cell in row], ensure_ascii=False) + "\n")
    except PasswordError:
        return PASSWORD
    except (CalamineError, OSError, ValueError, MemoryError):
        return UNREADABLE
    sys.stdout.flush()
    return 0


def text_of(cell: object, decimal: str, midnight: str) -> str:
    """A cell as a spreadsheet of this decimal mark shows it; a number that lost digits as 4.29415988744506e+18.

    A number has a value and no mark: with any other than the reader's, 0.345 would be read as 345.
    """
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (int, float)):
        text = f"{cell:.15g}" if isinstance(cell, float) or abs(cell) >= EXACT else str(cell)
        return text.replace(".", decimal)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, dt.date):
        return f"{cell}{midnight}"
    return str(cell)


if __name__ == "__main__":
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="replace")
    code = main(*sys.argv[1:])
    sys.stdout.flush()
    sys.exit(code)
