"""Clean what files and marketplaces say about offers, or name the field of the offer that cannot be used. A field
that an offer can do without costs itself alone.

A set of offers is a list per field, all of one length. Nearly every value is clean already, which a few checks on the
whole list show; otherwise each different value is cleaned once.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from itertools import compress
from typing import Any

from django.utils.translation import gettext_lazy as _
from stdnum import ean, isbn

from joey.kit.markup import may_be_marked_up, without_markup
from joey.kit.refusals import Invalid
from joey.kit.text import clean_line, is_clean
from joey.marketplaces.port import OfferFacts
from joey.money.money import EXPONENTS

Columns = dict[str, list[Any]]  # a field of OfferFacts → its value for each offer

MOST_MINOR = 10**14  # a larger price is a mistake; the bound also keeps sums within a bigint
MOST_VOLUME = 10**15
LONGEST_URL = 1000
MOST_PICTURES = 8
MOST_POINTS = 400
LANGUAGES = ("zh-hans", "en")
LONGEST = {"brand": 80, "model": 80, "category": 60, "seller": 120, "seller_kind": 40, "ships_from": 120}
# Fields without which an offer is still worth having, and what they are then.
LESSER = {"commission_ppm": 0, "list_minor": None, "coupon_minor": None}
FIELDS = tuple(each.name for each in fields(OfferFacts))

_SCHEMES = ("https://", "http://")
_BETWEEN = "\u2502"  # a printable separator that no text begins or ends with
_GTIN = re.compile(r"\d{8}|\d{12,14}", re.ASCII)


@dataclass(frozen=True)
class CleanOffers:
    """Offers fit to keep. `refused` has by place why an offer is not among them; `lost` which of their fields are not.

    Both name the field, and count places as in what was given.
    """

    columns: Columns
    refused: dict[int, Invalid]
    lost: list[tuple[int, Invalid]]


def clean_columns(given: Columns, *, now: datetime) -> CleanOffers:
    """The offers with clean, bounded texts without mark-up, and plausible prices.

    A price that is not above zero is unknown. A coupon that saves nothing is dropped. No `as_of` is later than `now`: a
    source whose clock is fast must not extend its prices. Of an offer with several faults the first is reported.
    """
    refused: dict[int, Invalid] = {}
    lost: list[tuple[int, Invalid]] = []

    def each(name: str, clean: Callable[[Any], Any], are_fit: Callable[[list[Any]], bool] = _never) -> list[Any]:
        if are_fit(given[name]):
            return given[name]
        column, wrong = _each(name, given[name], clean)
        if name in LESSER:
            lost.extend(wrong.items())
        else:
            for place, refusal in wrong.items():
                refused.setdefault(place, refusal)
        return column

    clean = given | {
        "identity": each("identity", _identity, partial(are_clean_names, longest=200)),
        "external_id": each("external_id", _external_id, partial(are_clean_names, longest=120)),
        "title": each("title", _title, lambda texts: "" not in texts and _are_lines(texts, 300)),
        "currency": each("currency", _currency),
        "commission_ppm": each("commission_ppm", _rate),
        "list_minor": each("list_minor", _price, _are_prices),
        "now_minor": each("now_minor", _price, _are_prices),
        "coupon_minor": each("coupon_minor", _price),
        "url": each("url", _url, _are_urls),
        "picture_urls": each("picture_urls", _pictures, _are_pictures),
        "as_of": each("as_of", lambda at: min(at, now)),
        "gtin": each("gtin", gtin_14),
        "volume": each("volume", lambda count: count if count is not None and 0 <= count <= MOST_VOLUME else None),
        "translations": [_translations(each) if each else each for each in given["translations"]],
        "history": [_history(each) if each else each for each in given["history"]],
    }
    for name, longest in LONGEST.items():
        clean[name] = each(name, partial(_line, longest=longest), partial(_are_lines, longest=longest))
    if any(clean["coupon_minor"]):
        clean["coupon_minor"] = [
            coupon if coupon is not None and price is not None and coupon < price else None
            for coupon, price in zip(clean["coupon_minor"], clean["now_minor"], strict=True)
        ]
        clean["coupon_until"] = [
            until if coupon is not None else None
            for coupon, until in zip(clean["coupon_minor"], given["coupon_until"], strict=True)
        ]
    else:
        clean["coupon_until"] = [None] * len(clean["coupon_minor"])
    return CleanOffers(without(clean, refused) if refused else clean, refused, lost)


def columns_of(facts: Iterable[OfferFacts]) -> Columns:
    """The facts as a list per field."""
    kept = list(facts)
    return {name: [getattr(each, name) for each in kept] for name in FIELDS}


def without(columns: Columns, places: Iterable[int]) -> Columns:
    """The offers without those at these places."""
    keep = [True] * len(next(iter(columns.values())))
    for place in places:
        keep[place] = False
    return {name: list(compress(values, keep)) for name, values in columns.items()}


def are_clean(texts: list[Any], *, longest: int) -> bool:
    """Whether `clean_line` would change none of them, checked together. If False, each has to be cleaned by itself."""
    try:
        together = f"{_BETWEEN}{_BETWEEN.join(texts)}{_BETWEEN}"
    except TypeError:
        return False
    return (
        is_clean(together)
        and f"{_BETWEEN} " not in together
        and f" {_BETWEEN}" not in together
        and max(map(len, texts), default=0) <= longest
    )


def are_clean_names(texts: list[Any], *, longest: int) -> bool:
    """The same, and none of them is empty."""
    return "" not in texts and are_clean(texts, longest=longest)


def gtin_14(text: str) -> str:
    """A GTIN-8, -12, -13 or -14, or an ISBN-10, as fourteen digits; "" where length or check digit is wrong.

    Many feeds contain invented ones.
    """
    digits = text if text.isalnum() else re.sub(r"[\s-]", "", text)
    if len(digits) == 10 and isbn.is_valid(digits):
        digits = isbn.to_isbn13(digits)
    if not _GTIN.fullmatch(digits) or not digits.strip("0") or not ean.is_valid(digits):
        return ""
    return digits.zfill(14)


def _never(_column: list[Any]) -> bool:
    return False


def _are_prices(column: list[Any]) -> bool:
    return bool(column) and None not in column and min(column) > 0 and max(column) <= MOST_MINOR


def _are_urls(column: list[Any]) -> bool:
    return are_clean(column, longest=LONGEST_URL) and all(url.startswith(_SCHEMES) and " " not in url for url in column)


def _are_pictures(column: list[Any]) -> bool:
    return max(map(len, column), default=0) <= MOST_PICTURES and _are_urls([url for urls in column for url in urls])


def _each(name: str, column: list[Any], clean: Callable[[Any], Any]) -> tuple[list[Any], dict[int, Invalid]]:
    """(the column, by place what cannot be used) with each different value cleaned once."""
    known: dict[Any, Any] = {}
    wrong: dict[Any, Invalid] = {}
    one = len(column) > 1 and column[0] == column[1] and column.count(column[0]) == len(column)
    for value in set(column[:1] if one else column):
        try:
            known[value] = clean(value)
        except Invalid as refusal:
            refusal.field = name
            wrong[value] = refusal
            known[value] = LESSER.get(name)
    places = {place: wrong[value] for place, value in enumerate(column) if value in wrong} if wrong else {}
    return [known[column[0]]] * len(column) if one else [known[value] for value in column], places


def _line(text: str, longest: int) -> str:
    return clean_line(without_markup(text), longest)


def _are_lines(texts: list[Any], longest: int) -> bool:
    return are_clean(texts, longest=longest) and not may_be_marked_up("\n".join(texts))


def _identity(text: str) -> str:
    if not text or clean_line(text, 200) != text:
        raise Invalid(_("The offer has no usable identity."))
    return text


def _external_id(text: str) -> str:
    if not text or clean_line(text, 120) != text:
        raise Invalid(_("The offer has no usable id."))
    return text


def _title(text: str) -> str:
    title = _line(text, 300)
    if not title:
        raise Invalid(_("The offer has no title."))
    return title


def _currency(code: str) -> str:
    if code not in EXPONENTS:
        raise Invalid(_("Joey does not know the currency “%s”.") % code[:8])
    return code


def _rate(ppm: int) -> int:
    if not 0 <= ppm <= 1_000_000:
        raise Invalid(_("A commission rate is between 0 and 100 percent."))
    return ppm


def _price(minor: int | None) -> int | None:
    if minor is None or minor <= 0:
        return None
    if minor > MOST_MINOR:
        raise Invalid(_("This price is larger than any price can be."))
    return minor


def _url(url: str) -> str:
    if len(url) > LONGEST_URL or not url.startswith(_SCHEMES) or not is_clean(url) or " " in url:
        raise Invalid(_("This is not a web address that Joey can keep."))
    return url


def _pictures(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Those that can be kept: a picture that cannot is only a picture less."""
    return tuple(url for url in urls if url and _are_urls([url]))[:MOST_PICTURES]


def _translations(given: Any) -> dict[str, str]:
    return {language: text for language in LANGUAGES if (text := _line(given.get(language, ""), 300))}


def _history(points: Any) -> Any:
    return tuple(point for point in points if 0 < point[1] <= MOST_MINOR)[-MOST_POINTS:]
