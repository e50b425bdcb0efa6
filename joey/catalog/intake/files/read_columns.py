"""Turn rows of a file into offers, a list per field, as a mapping says; and report the rows that cannot be read."""

from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.clean_facts import LONGEST_URL, Columns, are_clean
from joey.catalog.intake.files import values
from joey.catalog.intake.files.allowed_hosts import host_of
from joey.catalog.intake.files.mapping import Source
from joey.catalog.intake.files.money_columns import MoneyColumns
from joey.catalog.intake.files.reading_plan import Plan
from joey.catalog.intake.files.rows import FileRows, RowFault
from joey.catalog.intake.files.source_columns import text_of_one
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
NONE: dict[str, str] = {}
LONGEST_CATEGORY = 60


def read_columns(rows: FileRows, plan: Plan) -> tuple[Columns, dict[int, RowFault]]:
    """The offers of these rows, and by place the fault of each row that cannot be read."""
    return _Reading(rows, plan).read()


class _Reading(MoneyColumns):
    """One chunk being read."""

    def read(self) -> tuple[Columns, dict[int, RowFault]]:
        plan, zone = self.plan, self.plan.zone
        self._ids = self._needed("id", self._texts("id"))
        texts = {name: self._texts(name) for name in TEXTS}
        titles = self._needed("title", self._texts("title"))
        currencies, money = self.money()
        lists, prices = self.sale(money)
        pictures = self._pictures()
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
            "coupon_until": self._each(
                "coupon_until",
                lambda value, how: values.time_of(text_of_one(value), how.date, zone, end_of_day=True),
                None,
            ),
            "commission_ppm": self._each(
                "commission_rate_percent", lambda value, how: values.rate_of(text_of_one(value), how.unit), 0
            ),
            "category": self._each("category", self._category, ""),
            "picture_urls": pictures,
            "volume": self._counts(),
            "in_stock": self._each("in_stock", lambda value, _how: values.flag_of(value), True),
            "as_of": as_of,
            "history": self._histories(currencies),
            "silent": [()] * self.size,
        }
        for name in ("brand", "model", "gtin", "seller", "seller_kind", "ships_from"):
            columns[name] = texts[name]
        return columns, self.wrong

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
        return "&" not in "".join(column)

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
        if len(layers) == 1 and self._are_single_pictures(layers[0][1]):
            return [(url,) for url in layers[0][1]]
        read = [self._read("pictures", list(map(_hashable, column)), self._allowed, ()) for _how, column in layers]
        return read[0] if len(read) == 1 else [tuple(dict.fromkeys(sum(each, ()))) for each in zip(*read, strict=True)]

    def _are_single_pictures(self, column: list[Any]) -> bool:
        lets_all = self.plan.pictures.allows_all(column) and self.mapping.none.isdisjoint(column)
        return lets_all and not any("," in url or len(url) > LONGEST_URL for url in column)

    def _allowed(self, value: Any) -> tuple[str, ...]:
        given = list(value) if isinstance(value, tuple) else value
        found = (values.address_of(each) for each in values.list_of(given))
        return tuple(dict.fromkeys(url for url in found if len(url) <= LONGEST_URL and self.plan.pictures.let(url)))

    def _counts(self) -> list[int | None]:
        layers = self._layers("volume")
        if len(layers) == 1 and values.are_counts(layers[0][1]) and self.mapping.none.isdisjoint(layers[0][1]):
            return list(map(int, layers[0][1]))
        return self._each("volume", lambda value, _how: values.count_of(value), None)

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


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
