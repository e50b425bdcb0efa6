"""Read single values of files: prices, times, rates, yes and no, addresses. Raise Invalid for what cannot be read."""

import re
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files import amounts
from joey.kit.json import read_json
from joey.kit.markup import unescape
from joey.kit.refusals import Invalid
from joey.money.money import EXPONENTS, parse_amount

NO_CURRENCY = _("No currency is given: add a column, write it beside the price, or name it in the mapping.")

_AMOUNT = re.compile(r"(?:([A-Za-z]{3})\s*)?(\d{1,16}(?:\.\d{1,9})?)(?:\s*([A-Za-z]{3}))?", re.ASCII)
_AMOUNTS = re.compile(r"\d{1,12}\.\d\d(?:\n\d{1,12}\.\d\d)*", re.ASCII)
_COUNTS = re.compile(r"\d{1,12}(?:\n\d{1,12})*", re.ASCII)
_WHOLE = re.compile(r"\d{1,16}", re.ASCII)
_AS_TEXT = re.compile(r'\s*="([^"]*)"\s*')  # how exports keep a spreadsheet from reading a number
_PERCENT = re.compile(r"(\d{1,5})(?:\.(\d{1,4})0*)?\s*%?", re.ASCII)
# RFC 3986: characters that an address may contain unescaped. Everything else is percent-encoded.
_SAFE = "-._~:/?#[]@!$&'()*+,;=%"
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_BEGINNING = re.compile(r"[A-Za-z]+://[^/?#]*")


def text_of(value: Any) -> str:
    """A text or a whole number as text, HTML entities decoded once. Raises Invalid for anything else."""
    if isinstance(value, str):
        if '="' in value and (found := _AS_TEXT.fullmatch(value)):
            value = found[1]
        return unescape(value) if "&" in value else value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Invalid(_("This is not text."))


def price_of(text: str, currency: str, unit: str, decimal: str = "") -> tuple[int, str]:
    """(minor units, currency) of "12.90", "12.90 USD", "69.71 gbp"; in minor units with `unit` "minor".

    A currency written beside the amount wins over the file's. Without `decimal` nothing is guessed: no thousands
    separator, no comma, no 1.200; with it these are read, and signs of currencies.
    """
    if decimal:
        digits, beside = amounts.marked(text, decimal)
        currency = amounts.currency_beside(beside, currency)
    else:
        found = _AMOUNT.fullmatch(text)
        if found is None or (found[1] and found[3]):
            raise Invalid(amounts.which_mark(text))
        digits, currency = found[2], (found[1] or found[3] or currency).upper()
    if not currency:
        raise Invalid(NO_CURRENCY, field="currency")
    if unit == "minor":
        if not _WHOLE.fullmatch(digits):
            raise Invalid(_("This is not a whole number of the smallest unit."))
        if currency not in EXPONENTS:
            raise Invalid(_("Joey does not know the currency “%s”.") % currency, field="currency")
        return int(digits), currency
    if not decimal and EXPONENTS.get(currency) != 3 and amounts.is_in_doubt(digits):
        raise Invalid(amounts.which_mark(digits))
    whole, _point, part = digits.partition(".")
    return parse_amount(
        f"{whole}.{part[:3]}" if part[:3] and not part[3:].strip("0") else digits, currency
    ).minor, currency


def rate_of(text: str, unit: str, decimal: str = "") -> int:
    """Parts per million of a percentage, or of basis points."""
    found = _PERCENT.fullmatch(text.replace(",", ".") if decimal == "," else text)
    if found is None:
        raise Invalid(_("This is not a rate between 0 and 100 percent."))
    ppm = int(found[1]) * 10_000 + int((found[2] or "").ljust(4, "0"))
    ppm = ppm // 100 if unit == "basis_points" else ppm
    if ppm > 1_000_000:
        raise Invalid(_("This is not a rate between 0 and 100 percent."))
    return ppm


def time_of(text: str, how: str, zone: ZoneInfo, *, end_of_day: bool = False) -> datetime:
    """A moment in UTC. Without an offset it is in the zone's time; a day means its beginning, or its end."""
    try:
        if how in ("epoch", "epoch_ms"):
            seconds = int(text) / (1000 if how == "epoch_ms" else 1)
            found, whole_day = datetime.fromtimestamp(seconds, UTC), False
        elif how:
            found = datetime.strptime(text, how)  # noqa: DTZ007 (the zone follows)
            whole_day = not re.search(r"%[HIMSfcXsT]", how)
        else:
            found = datetime.fromisoformat(text)
            whole_day = len(text) <= len("2026-11-30")
    except (ValueError, OverflowError, OSError):
        raise Invalid(_("This is not a time that Joey can read.")) from None
    if whole_day and end_of_day:
        found = datetime.combine(found.date(), time(23, 59, 59))
    found = found if found.tzinfo else found.replace(tzinfo=zone)
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise Invalid(_("This is not a time that Joey can read.")) from None


def runs(interval: str, zone: ZoneInfo, now: datetime) -> bool:
    """Whether `now` is within "start/end", which is how Google writes the dates of a sale price."""
    start, slash, end = interval.partition("/")
    if not slash:
        raise Invalid(_("This is not two times with a “/” between them."))
    return time_of(start.strip(), "", zone) <= now <= time_of(end.strip(), "", zone, end_of_day=True)


def count_of(value: Any) -> int | None:
    """A whole number, or None: a missing sales figure does no harm."""
    text = str(value).strip()
    return int(text) if _WHOLE.fullmatch(text) else None


def address_of(text: str) -> str:
    """A web address as a browser would request it: https, with every character escaped that needs it.

    Feeds that escape twice leave "&amp;" in it. Shops that do not answer by https are not linked to.
    """
    text = text.strip().replace("&amp;", "&")
    if text.startswith("//"):
        text = "https:" + text
    elif text[:7].lower() == "http://" and ":" not in text[7:].partition("/")[0]:
        text = "https://" + text[7:]  # one with a port is a simulated marketplace
    if not _PLAIN.fullmatch(text):
        text = quote(text, safe=_SAFE, errors="replace")
    beginning = _BEGINNING.match(text)
    if beginning and not beginning[0].islower():
        text = beginning[0].lower() + text[beginning.end() :]
    return text


def are_addresses(texts: list[Any], beginnings: tuple[str, ...]) -> bool:
    """Whether `address_of` would change none of them and all begin in one of these ways, checked together."""
    try:
        together = "".join(texts)
    except TypeError:
        return False
    return (
        _PLAIN.fullmatch(together) is not None
        and "&amp;" not in together
        and all(text.startswith(beginnings) for text in texts)
    )


def are_amounts(texts: list[Any]) -> bool:
    """Whether all of them are plain amounts with two decimals, "12.90", checked together."""
    return _are(_AMOUNTS, texts)


def are_counts(texts: list[Any]) -> bool:
    """Whether all of them are whole numbers, checked together."""
    return _are(_COUNTS, texts)


def _are(lines: re.Pattern[str], texts: list[Any]) -> bool:
    try:
        together = "\n".join(texts)
    except TypeError:
        return False
    # A text with a line break in it would count as two.
    return together.count("\n") == len(texts) - 1 and lines.fullmatch(together) is not None


def history_of(value: Any, currency: str, unit: str, zone: ZoneInfo) -> tuple[tuple[datetime, int], ...]:
    """`[["2026-09-24", "129.00"], …]`: what it cost from which day on, oldest first."""
    if not isinstance(value, list) or len(value) > 400:
        raise Invalid(_("This is not a list of at most 400 days and prices."))
    points = {}
    for each in value:
        if not isinstance(each, list) or len(each) != 2:
            raise Invalid(_("This is not a list of at most 400 days and prices."))
        minor, _currency = price_of(text_of(each[1]).strip(), currency, unit)
        points[time_of(text_of(each[0]).strip(), "", zone)] = minor
    return tuple(sorted(points.items()))


def inside(value: Any, parts: list[str]) -> Any:
    """What is at a path inside a value: through objects, lists by number, and JSON written as text."""
    for part in parts:
        if isinstance(value, str):
            if value[:1] not in ("{", "["):
                return None
            try:
                value = read_json(value)
            except ValueError:
                return None
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else None
        else:
            return None
    return value
