"""Read single cells of an export: numbers of orders, amounts, rates, times. Raise Invalid for what cannot be read.

Nothing is guessed: a number that a spreadsheet rounded is lost, and a day and month that could be swapped are not read.
"""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files import amounts, spoilt
from joey.kit.refusals import Invalid
from joey.kit.text import clean_line, without_invisible

LONGEST_TEXT = 300
LONGEST_CELL = 4_000

MIDNIGHT = " 00:00:00"  # as it is written of a workbook
ROUNDED = "1E+18"  # how a spreadsheet shows a number whose last digits it lost

_AS_TEXT = re.compile(r'="([^"]*)"')  # how exports keep a spreadsheet from reading a number
_ROUNDED = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d+", re.ASCII)
_NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.:/-]{0,118}[A-Za-z0-9])?", re.ASCII)
_WHOLE = re.compile(r"(\d+)\.0+", re.ASCII)
_TIME = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[\sT]+(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2})(?:\.\d+)?秒?)?)?",
    re.ASCII,
)


def cleaned(cell: str) -> str:
    """A cell without what exports put around it: blanks, tabs, an apostrophe, `="…"`, what cannot be seen."""
    if len(cell) > LONGEST_CELL:
        raise Invalid(_("This cell is longer than any of an order."))
    text = without_invisible(cell).strip()
    found = _AS_TEXT.fullmatch(text)
    return (found[1] if found else text).strip().removeprefix("'").strip()


def text_of(text: str) -> str:
    """One line, cut to a length that can be kept."""
    return clean_line(text, LONGEST_TEXT)


def number_of(text: str) -> str:
    """The number of an order, item or position, every digit of it."""
    if _ROUNDED.fullmatch(text):
        raise Invalid(
            _(
                "A spreadsheet rounded this number, so its last digits are lost. Export again and import that file"
                " without opening and saving it; a column of numbers has to be text before a spreadsheet saves it."
            )
        )
    whole = _WHOLE.fullmatch(text)
    text = whole[1] if whole else text
    if not _NUMBER.fullmatch(text):
        raise Invalid(_("This is no number of an order, item or position. Does the mapping name the right column?"))
    return text


def are_rounded(column: Sequence[str]) -> bool:
    """Whether a spreadsheet rounded these numbers and wrote them out, as far as they are long."""
    return spoilt.are_rounded([digits for cell in column if (digits := _digits_of(cell))])


def is_long(cell: str) -> bool:
    """Whether it is a number of more digits than a spreadsheet keeps."""
    return bool(_digits_of(cell))


def _digits_of(cell: str) -> str:
    """The digits of a number that has more than a spreadsheet keeps; "" for any other cell."""
    text = cleaned(cell) if len(cell) <= LONGEST_CELL else ""
    whole = _WHOLE.fullmatch(text)
    text = whole[1] if whole else text
    return text if spoilt.is_long_number(text) else ""


def are_days(column: Sequence[str], *, none: Collection[str]) -> bool:
    """Whether these times of a workbook, which keeps a day as its midnight, are days: hardly all are midnight."""
    times = [cell for cell in column if cell and cell.strip() not in none]
    return len(times) > 1 and all(cell.endswith(MIDNIGHT) for cell in times)


def amount_of(text: str, *, currency: str, decimal: str) -> str:
    """An amount with a point and no other mark: "1,234.50", "1 234,50" with a decimal comma, "¥12.90".

    A currency written beside it has to be `currency`.
    """
    digits, beside = amounts.marked(text, decimal)
    for mark in beside:
        if currency not in amounts.SIGNS.get(mark, (mark,)):
            raise Invalid(_("This amount is not in %s, in which the marketplace reports.") % currency)
    return digits


def rate_of(text: str, *, decimal: str) -> str:
    """Percent, without its sign."""
    return amounts.plain(text.removesuffix("%").removesuffix("％").strip(), decimal)


def time_of(text: str, *, zone: ZoneInfo, dates: tuple[str, ...], whole_day: bool) -> datetime:
    """A moment in UTC, by the clock of the zone where it names no other; of a whole day or a minute its beginning."""
    found = _own_shape(text, dates, whole_day) or _year_first(text, whole_day)
    if found is None or not 1 < found.year < 9999:  # the ends of the calendar are in no other zone
        if re.fullmatch(r"\d{5}([.,]\d+)?", text, re.ASCII):
            raise Invalid(
                _("This date was saved as a number. Give the column the format of a date, or text, and save again.")
            )
        raise Invalid(_("This is not a time that Joey can read. Year, month and day, in this order; for another name it"
                        " under “dates” in the mapping."))  # fmt: skip
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _own_shape(text: str, dates: tuple[str, ...], whole_day: bool) -> datetime | None:
    for shape in dates:
        if whole_day or re.search(r"%[McXT]", shape):
            try:
                return datetime.strptime(text, shape)  # noqa: DTZ007 (the zone follows)
            except ValueError:
                continue
    return None


def _year_first(text: str, whole_day: bool) -> datetime | None:
    found = _TIME.fullmatch(text)
    try:
        if found is None:
            return datetime.fromisoformat(text) if re.search(r"T\d\d:?\d\d", text, re.ASCII) else None
        if found[4] is None and not whole_day:
            raise Invalid(
                _(
                    "This names a day and no time. Put the column under [days] if the console has no more, and nothing"
                    " is decided by it."
                )
            )
        return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None
