"""Turn rows of a file into offers, a list per field, as a mapping says; or say which row cannot be, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.clean_facts import LONGEST_URL, Columns, are_clean
from joey.catalog.intake.files import values
from joey.catalog.intake.files.allowed_hosts import AllowedHosts, host_of
from joey.catalog.intake.files.mapping import FIELDS, MONEY, Mapping, Source
from joey.catalog.intake.files.rows import FileRows, RowFault
from joey.catalog.intake.files.source_columns import SourceColumns, text_of_one
from joey.kit.refusals import Invalid
from joey.marketplaces.registry import has_rotating_ids, identity_of
from joey.money.money import EXPONENTS

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


@dataclass(frozen=True)
class Plan:
    """How one file is read into one marketplace."""

    marketplace: str
    mapping: Mapping
    zone: ZoneInfo
    now: datetime
    links: AllowedHosts
    pictures: AllowedHosts

    def is_dated(self, columns: Sequence[str] | None) -> bool:
        """Whether each row says when it was so: the mapping names a column for it, or the table has ours."""
        if "as_of" in self.mapping.sources:
            return any(source.value is None for source in self.mapping.sources["as_of"])
        return columns is not None and any(name in columns for name in FIELDS["as_of"])


def check_columns(mapping: Mapping, columns: Sequence[str] | None) -> None:
    """Raises Invalid naming the field when the mapping speaks of a column that a table does not have."""
    if columns is None:
        return
    for name, sources in mapping.sources.items():
        for source in sources:
            for column in [source.column] if source.column else source.parts:
                if column not in columns and column.partition(".")[0] not in columns and column != "id":
                    raise Invalid(
                        _("The mapping takes %(field)s from a column “%(column)s”, which this file does not have.")
                        % {"field": name, "column": column[:60]},
                        field=f"columns.{name}",
                    )


def read_columns(rows: FileRows, plan: Plan) -> tuple[Columns, dict[int, RowFault]]:
    """The offers of these rows, and by place what is wrong with those that cannot be read."""
    return _Reading(rows, plan).read()


class _Reading(SourceColumns):
    """One chunk being read."""

    def __init__(self, rows: FileRows, plan: Plan) -> None:
        super().__init__(rows, plan.mapping)
        self.plan = plan

    def read(self) -> tuple[Columns, dict[int, RowFault]]:
        plan, zone = self.plan, self.plan.zone
        self._ids = self._needed("id", self._texts("id"))
        texts = {name: self._texts(name) for name in TEXTS}
        titles = self._needed("title", self._texts("title"))
        currencies, money = self._money()
        lists, prices = self._sale(money)
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
            "coupon_minor": self._with_coupon(prices, money),
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
        return self._each(name, lambda value, _how: values.text_of(value).strip(), "")

    def _are_fit(self, column: list[Any]) -> bool:
        """Whether all of them are texts to be taken as they stand, seen at once."""
        if not are_clean(column, longest=LONGEST_URL) or not self.mapping.none.isdisjoint(column):
            return False
        return "&" not in "".join(column)

    def _money(self) -> tuple[list[str], dict[str, list[int | None]]]:
        """(currency, amounts by field). A currency that stands beside an amount is the row's."""
        given = self._each("currency", lambda value, _how: values.text_of(value).strip().upper(), self.mapping.currency)
        amounts: dict[str, list[int | None]] = {}
        beside: dict[str, list[str]] = {}  # by field whose amounts are not all in the given currencies
        for name in MONEY:
            layers = self._layers(name)
            if not layers:
                amounts[name] = [None] * self.size
            elif len(layers) == 1 and self._are_plain(given, *layers[0]):
                amounts[name] = list(map(int, "\n".join(layers[0][1]).replace(".", "").split("\n")))
            else:
                found = self._priced(name, layers, given)
                amounts[name] = [each and each[0] for each in found]
                currencies = [each[1] if each else own for each, own in zip(found, given, strict=True)]
                if currencies != given:
                    beside[name] = currencies
        if beside:
            given = [self._one_currency(place, own, amounts, beside) for place, own in enumerate(given)]
        return self._needed("currency", given, values.NO_CURRENCY), amounts

    def _are_plain(self, currencies: list[str], how: Source, column: list[Any]) -> bool:
        """Whether all are amounts with two digits behind the point, in a currency that has two, and mean something."""
        return (
            how.unit != "minor"
            and currencies.count(currencies[0]) == self.size
            and EXPONENTS.get(currencies[0]) == 2
            and values.are_amounts(column)
            and self.mapping.none.isdisjoint(column)
        )

    def _priced(
        self, name: str, layers: list[tuple[Source, list[Any]]], given: list[str]
    ) -> list[tuple[int, str] | None]:
        """(amount, currency) of every row, its own currency or the one beside the amount."""
        first: list[Any] = [None] * self.size
        for how, column in layers:
            for place, value in enumerate(column):
                if first[place] is None and not self._is_nothing(value):
                    first[place] = (_plain(value), given[place], how.unit)
        return self._read(name, first, lambda each: values.price_of(*each), None)

    def _one_currency(
        self, place: int, own: str, amounts: dict[str, list[int | None]], beside: dict[str, list[str]]
    ) -> str:
        """The currency of all amounts in a row; it is wrong when there are two."""
        said = {
            beside[name][place] if name in beside else own
            for name, column in amounts.items()
            if column[place] is not None
        }
        if len(said) > 1:
            self._refuse(place, "price", str(_("amounts in two currencies")))
        return said.pop() if said else own

    def _sale(self, money: dict[str, list[int | None]]) -> tuple[list[int | None], list[int | None]]:
        """(before, now). While a sale runs that makes it cheaper, the price is what it cost before."""
        lists, prices = money["list_price"], money["price"]
        if not self._layers("sale_price"):
            return lists, prices
        running = self._each(
            "sale_dates", lambda value, _how: values.runs(text_of_one(value), self.plan.zone, self.plan.now), True
        )
        both = [
            (price if listed is None else listed, sale)
            if sale and running[place] and (price is None or sale < price)
            else (listed, price)
            for place, (listed, price, sale) in enumerate(zip(lists, prices, money["sale_price"], strict=True))
        ]
        return [listed for listed, _price in both], [price for _listed, price in both]

    def _with_coupon(self, prices: list[int | None], money: dict[str, list[int | None]]) -> list[int | None]:
        """What is left with the coupon: as the file says, or the price less what the coupon takes off it."""
        return [
            price - off if coupon is None and price and off and price >= (least or 0) else coupon
            for price, coupon, off, least in zip(
                prices, money["coupon_price"], money["coupon_off"], money["coupon_from"], strict=True
            )
        ]

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
        """Of all sources together, in their order. One on another host is left out: nothing is fetched from there."""
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
        """Ours, where the mapping knows the category or one above it; else theirs, its end if it is long."""
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


def _plain(value: Any) -> str:
    """What is to be an amount as text; what is none will not be read as one."""
    return value.strip() if isinstance(value, str) else str(value)


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
