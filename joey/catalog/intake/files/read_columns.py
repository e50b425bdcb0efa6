"""Turn rows of a file into offers, a list per field, as a mapping says; and report the rows that cannot be read."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.clean_facts import LONGEST_URL, Columns, are_clean
from joey.catalog.intake.files import spoilt, values
from joey.catalog.intake.files.addresses import addresses_in
from joey.catalog.intake.files.allowed_hosts import host_of
from joey.catalog.intake.files.in_stock import flag_of
from joey.catalog.intake.files.mapping import FIELDS, Source
from joey.catalog.intake.files.money_columns import MoneyColumns
from joey.catalog.intake.files.reading_plan import Plan
from joey.catalog.intake.files.rows import FileRows, RowFault
from joey.catalog.intake.files.source_columns import WEIGHTY, shown_name, text_of_one
from joey.marketplaces.registry import has_rotating_ids, identity_of

TEXTS = (
    "title_zh",
    "title_en",
    "brand",
    "model",
    "gtin",
    "seller",
    "seller_id",
    "seller_kind",
    "ships_from",
    "identity",
)
IDS = ("id", "identity", "seller_id", "gtin", "model")
_NUL = _("There is a NUL in it, which was read as a blank.")
NONE: dict[str, str] = {}
LONGEST_CATEGORY = 60

_MARKS = re.compile(r"[,;|]")
_SPOILT = _(
    "A spreadsheet changed this, so what it was is lost (%s). Export again, and make the column text before a"
    " spreadsheet saves it."
)
_GARBLED = _("These are the wrong characters: the file's text was read in a wrong encoding before it was written (%s).")


@dataclass(frozen=True)
class ReadRows:
    """What a chunk of rows says. `wrong` has by place the fault of each row that is no offer; `lost` faults that
    cost an offer one field.
    """

    columns: Columns
    wrong: dict[int, RowFault]
    lost: list[tuple[int, RowFault]]


def read_columns(rows: FileRows, plan: Plan) -> ReadRows:
    """The offers of these rows, also of those that are wrong."""
    reading = _Reading(rows, plan)
    columns = reading.read()
    return ReadRows(columns, reading.wrong, [(place, fault) for (place, _name), fault in reading.lost.items()])


class _Reading(MoneyColumns):
    """One chunk being read."""

    def read(self) -> Columns:
        plan, zone = self.plan, self.plan.zone
        self._ids = self._needed("id", self._texts("id"))
        texts = {name: self._texts(name) for name in TEXTS}
        titles = self._needed("title", self._texts("title"))
        self._check_ids({"id": self._ids} | texts)
        self._check_titles(titles)
        self._check_nuls()
        currencies, money = self.money()
        lists, prices = self.sale(money)
        pictures = self._pictures()
        ends = self._each(
            "coupon_until", lambda value, how: values.time_of(text_of_one(value), how.date, zone, end_of_day=True), None
        )
        as_of = self._each("as_of", lambda value, how: values.time_of(text_of_one(value), how.date, zone), plan.now)
        if "as_of" in self.mapping.sources:
            self._needed("as_of", [None if at is plan.now else at for at in as_of])
        columns: Columns = {
            "marketplace": [plan.marketplace] * self.size,
            "external_id": self._ids,
            "identity": self._identities(texts["identity"], texts["seller_id"], pictures),
            "title": titles,
            "translations": [
                {language: text for language, text in (("zh-hans", chinese), ("en", english)) if text}
                if chinese or english
                else NONE
                for chinese, english in zip(texts["title_zh"], texts["title_en"], strict=True)
            ],
            "url": self._urls(),
            "currency": currencies,
            "list_minor": lists,
            "now_minor": prices,
            "coupon_minor": self.with_coupon(prices, money),
            "coupon_until": ends,
            "commission_ppm": self._each("commission_rate_percent", self._rate, 0),
            "category": self._each("category", self._category, ""),
            "picture_urls": pictures,
            "volume": self._counts(),
            "in_stock": self._each("in_stock", lambda value, _how: flag_of(value), True),
            "as_of": as_of,
            "history": self._histories(currencies),
            "silent": [()] * self.size,
        }
        for name in ("brand", "model", "gtin", "seller", "seller_kind", "ships_from"):
            columns[name] = texts[name]
        return columns

    def _check_ids(self, found: dict[str, list[str]]) -> None:
        """Refuse rows whose id a spreadsheet changed: it may be another offer's. A number of less weight is lost."""
        for name in IDS:
            long = {text for text in found[name] if spoilt.is_long_number(text)}
            rounded = long if spoilt.are_rounded(list(long)) else frozenset[str]()
            if rounded or spoilt.are_spoilt(found[name]):
                for place, text in enumerate(found[name]):
                    if text in rounded or spoilt.is_spoilt(text):
                        self._refuse(place, name, str(_SPOILT) % text[:40])
                        found[name][place] = text if name in WEIGHTY else ""

    def _check_titles(self, titles: list[str]) -> None:
        if spoilt.may_be_garbled(titles):
            for place, title in enumerate(titles):
                if spoilt.is_garbled(title):
                    self.lost[place, "title"] = RowFault(shown_name(self.mapping, "title"), str(_GARBLED) % title[:40])

    def _check_nuls(self) -> None:
        """Report cells in which a NUL became a blank: what was there is lost."""
        for name in FIELDS:
            for _how, column in self._layers(name):
                for place, value in enumerate(column) if _may_have_nul(column) else ():
                    if isinstance(value, str) and "\0" in value:
                        self.lost.setdefault((place, name), RowFault(shown_name(self.mapping, name), str(_NUL)))

    def _identities(self, own: list[str], sellers: list[str], pictures: list[tuple[str, ...]]) -> list[str]:
        if not has_rotating_ids(self.plan.marketplace):
            return [one or number for one, number in zip(own, self._ids, strict=True)] if any(own) else self._ids
        return [
            one or identity_of(self.plan.marketplace, number, seller_id=seller, picture=urls[0] if urls else "")
            for one, number, seller, urls in zip(own, self._ids, sellers, pictures, strict=True)
        ]

    def _texts(self, name: str) -> list[str]:
        layers = self._layers(name)
        if len(layers) == 1 and self._are_fit(layers[0][1]):
            return layers[0][1]
        return self._each(name, lambda value, _how: text_of_one(value), "")

    def _are_fit(self, column: list[Any]) -> bool:
        """Whether all of them are texts that need no cleaning, checked together."""
        if not are_clean(column, longest=LONGEST_URL) or not self.mapping.none.isdisjoint(column):
            return False
        together = "".join(column)
        return "&" not in together and '="' not in together

    def _urls(self) -> list[str]:
        layers = self._layers("url")
        if len(layers) == 1 and self.plan.links.allows_all(layers[0][1]) and self.mapping.none.isdisjoint(layers[0][1]):
            return layers[0][1]
        urls = self._needed("url", self._each("url", lambda value, _how: values.address_of(text_of_one(value)), ""))
        for place, url in enumerate(urls):
            if url and not self.plan.links.let(url):
                self._refuse(place, "url", str(_("does not lead to this marketplace (%s)") % host_of(url)[:60]))
        return urls

    def _pictures(self) -> list[tuple[str, ...]]:
        """From all sources together, in their order, without those on other hosts: nothing is fetched from there."""
        layers = self._layers("pictures")
        if not layers:
            return [()] * self.size
        if len(layers) == 1 and not layers[0][0].separator and self._are_single_pictures(layers[0][1]):
            return [(url,) for url in layers[0][1]]
        read = [
            self._read("pictures", list(map(_hashable, column)), partial(self._addresses, how), ((), ()))
            for how, column in layers
        ]
        found = []
        for place, each in enumerate(zip(*read, strict=True)):
            for unusable in (text for _usable, wrong in each for text in wrong):
                self._refuse(place, "pictures", unusable)
            found.append(tuple(dict.fromkeys(url for usable, _wrong in each for url in usable)))
        return found

    def _are_single_pictures(self, column: list[Any]) -> bool:
        lets_all = self.plan.pictures.allows_all(column) and self.mapping.none.isdisjoint(column)
        return lets_all and not _MARKS.search("".join(column)) and max(map(len, column)) <= LONGEST_URL

    def _addresses(self, how: Source, value: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(the pictures that can be fetched, why each of the others cannot)."""
        found, none = addresses_in(value, how.separator, how.after)
        urls = list(map(values.address_of, found))
        usable = tuple(url for url in urls if len(url) <= LONGEST_URL and self.plan.pictures.let(url))
        elsewhere = [url for url in urls if url not in usable]
        return usable, (
            *(str(_("This is no web address of a picture: %s") % text[:80]) for text in none),
            *(str(_("The picture is on a host that is not allowed: %s") % host_of(url)[:60]) for url in elsewhere),
        )

    def _counts(self) -> list[int | None]:
        layers = self._layers("volume")
        if len(layers) == 1 and values.are_counts(layers[0][1]) and self.mapping.none.isdisjoint(layers[0][1]):
            return list(map(int, layers[0][1]))
        return self._each("volume", lambda value, _how: values.count_of(value), None)

    def _rate(self, value: Any, how: Source) -> int:
        return values.rate_of(text_of_one(value), how.unit, self.mapping.decimal)

    def _category(self, value: Any, how: Source) -> str:
        """Ours, where the mapping has the category or one above it; else theirs, a long one without its beginning."""
        text = text_of_one(value)
        path = how.tree.get(text, text) if how.tree is not None else text
        parts = [part.strip() for part in path.split(">")]
        for end in range(len(parts), 0, -1):
            ours = self.mapping.categories.get(" > ".join(parts[:end]))
            if ours is not None:
                return ours
        while len(" > ".join(parts)) > LONGEST_CATEGORY and len(parts) > 1:
            del parts[0]
        return " > ".join(parts)

    def _histories(self, currencies: list[str]) -> list[Any]:
        layers = self._layers("history")
        if not layers:
            return [()] * self.size
        ((how, column), *_rest) = layers
        return [
            self._read_one("history", place, value, partial(self._history, currency, how.unit), ())
            for place, (value, currency) in enumerate(zip(column, currencies, strict=True))
        ]

    def _history(self, currency: str, unit: str, value: Any) -> Any:
        return values.history_of(value, currency, unit, self.plan.zone)


def _may_have_nul(column: list[Any]) -> bool:
    try:
        return "\0" in "".join(column)
    except TypeError:
        return any(isinstance(value, str) for value in column)


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
