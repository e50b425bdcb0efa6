"""Read a feed: one offer a line. A bad line is reported with its number and field, and the others are kept. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from joey.kit.json import read_json
from joey.kit.refusals import Invalid
from joey.marketplaces.port import OfferFacts
from joey.money.money import EXPONENTS, parse_amount

LANGUAGES = {"zh": "zh-hans", "en": "en"}
LONGEST_LINE = 64 * 1024
LONGEST_HISTORY = 400

_PERCENT = re.compile(r"(\d{1,3})(?:\.(\d{1,4}))?", re.ASCII)

Line = Mapping[str, Any]
Allowed = Callable[[str], bool]


@dataclass(frozen=True)
class BadLine:
    """A line that was refused: which, which field, and why."""

    number: int  # from 1
    field: str
    reason: str


@dataclass(frozen=True)
class ParsedFeed:
    """What one reading of a feed gave."""

    offers: Mapping[str, OfferFacts] = field(default_factory=dict)  # by external id; of two lines the later one counts
    refused: tuple[BadLine, ...] = ()


class _Bad(ValueError):
    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        super().__init__(reason)


def read_feed(
    body: bytes,
    marketplace: str,
    *,
    as_of: datetime,
    zone: str,
    link_allowed: Allowed,
    picture_allowed: Allowed,
) -> ParsedFeed:
    """All offers of a feed as of the time it was fetched; `…_allowed` says whether an address may be used."""
    offers: dict[str, OfferFacts] = {}
    refused: list[BadLine] = []
    for number, raw in enumerate(body.split(b"\n"), start=1):
        if not raw.strip():
            continue
        try:
            facts = _facts(_object(raw), marketplace, as_of, ZoneInfo(zone), link_allowed, picture_allowed)
        except _Bad as bad:
            refused.append(BadLine(number, bad.name, str(bad)))
        else:
            offers[facts.external_id] = facts
    return ParsedFeed(offers, tuple(refused))


def _object(raw: bytes) -> Line:
    if len(raw) > LONGEST_LINE:
        raise _Bad("line", "longer than 64 kB")
    try:
        found = read_json(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise _Bad("line", "not UTF-8") from None
    except (ValueError, RecursionError):
        raise _Bad("line", "not a JSON object") from None
    if not isinstance(found, dict):
        raise _Bad("line", "not a JSON object")
    return found


def _facts(
    line: Line,
    marketplace: str,
    as_of: datetime,
    zone: ZoneInfo,
    link_allowed: Allowed,
    picture_allowed: Allowed,
) -> OfferFacts:
    external_id = _text(line, "id", needed=True, longest=120)
    currency = _text(line, "currency", needed=True)
    if currency not in EXPONENTS:
        raise _Bad("currency", "unknown currency")
    url = _text(line, "url", needed=True, longest=1000)
    if not link_allowed(url):
        raise _Bad("url", "does not lead to this marketplace")
    titles = {} if line.get("titles") is None else line["titles"]
    if not isinstance(titles, dict):
        raise _Bad("titles", "not an object")
    now = _amount(line, "price", currency)
    coupon = _amount(line, "coupon_price", currency)
    return OfferFacts(
        marketplace=marketplace,
        identity=external_id,
        external_id=external_id,
        title=_text(line, "title", needed=True),
        translations={
            code: _text(titles, name) for name, code in LANGUAGES.items() if isinstance(titles.get(name), str)
        },
        url=url,
        currency=currency,
        now_minor=now,
        as_of=as_of,
        list_minor=_amount(line, "list_price", currency),
        coupon_minor=coupon if coupon and now and coupon < now else None,
        coupon_until=_last_moment(line, "coupon_until", zone),
        commission_ppm=_rate(line, "commission_rate_percent"),
        brand=_text(line, "brand", longest=80),
        model=_text(line, "model", longest=80),
        gtin=_text(line, "gtin", longest=20),
        category=_text(line, "category", longest=60),
        seller=_text(line, "seller", longest=120),
        seller_kind=_text(line, "seller_kind", longest=40),
        ships_from=_text(line, "ships_from", longest=120),
        picture_urls=_pictures(line, picture_allowed),
        in_stock=_flag(line, "in_stock"),
        history=_history(line, currency, as_of, zone),
    )


def _text(line: Line, name: str, *, needed: bool = False, longest: int = 300) -> str:
    value = line.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise _Bad(name, "not text")
    if needed and not value.strip():
        raise _Bad(name, "missing")
    if len(value) > longest and name in ("id", "url"):
        raise _Bad(name, f"longer than {longest}")
    return value.strip()[:longest]


def _amount(line: Line, name: str, currency: str) -> int | None:
    value = line.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise _Bad(name, "not an amount")
    try:
        minor = parse_amount(str(value), currency, field=name).minor
    except Invalid as refusal:
        raise _Bad(name, str(refusal)) from None
    if minor <= 0:
        raise _Bad(name, "not above zero")
    return minor


def _rate(line: Line, name: str) -> int:
    value = line.get(name)
    if value is None or value == "":
        return 0
    found = _PERCENT.fullmatch(str(value))
    rate = int(found[1]) * 10_000 + int((found[2] or "").ljust(4, "0")) if found else -1
    if not 0 <= rate <= 1_000_000:
        raise _Bad(name, "not a rate between 0 and 100 percent")
    return rate


def _last_moment(line: Line, name: str, zone: ZoneInfo) -> datetime | None:
    """A time, or a day to the end of which something holds. What names no offset is the marketplace's own time."""
    value = line.get(name)
    if value is None or value == "":
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise _Bad(name, "not a time") from None
    if len(str(value)) == len("2026-11-30"):
        found = datetime.combine(found.date(), time(23, 59, 59))
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _flag(line: Line, name: str) -> bool:
    value = line.get(name, True)
    if not isinstance(value, bool):
        raise _Bad(name, "neither true nor false")
    return value


def _pictures(line: Line, allowed: Allowed) -> tuple[str, ...]:
    picture = _text(line, "picture", longest=1000)
    return (picture,) if picture and allowed(picture) else ()


def _history(line: Line, currency: str, as_of: datetime, zone: ZoneInfo) -> tuple[tuple[datetime, int], ...]:
    """From when on it cost what, oldest first; a day begins at midnight in the marketplace's zone."""
    value = [] if line.get("history") is None else line["history"]
    if not isinstance(value, list) or len(value) > LONGEST_HISTORY:
        raise _Bad("history", "not a list of at most 400 days")
    points: dict[datetime, int] = {}
    for each in value:
        if not isinstance(each, list) or len(each) != 2:
            raise _Bad("history", "each entry is a date and an amount")
        try:
            day = date.fromisoformat(str(each[0]))
        except ValueError:
            raise _Bad("history", "not a date") from None
        at = datetime.combine(day, time(), zone).astimezone(UTC)
        price = _amount({"history": each[1]}, "history", currency)
        if price is not None and at <= as_of:
            points[at] = price
    return tuple(sorted(points.items()))
