"""A mapping: which columns of a file are which of ours, and how their values are written. See read_mapping."""

import re
from collections.abc import Mapping as Map
from dataclasses import dataclass, field

# A field → its columns where the mapping names none: our own name for it, or Google Merchant's.
FIELDS: Map[str, tuple[str, ...]] = {
    "id": ("id",),
    "identity": ("identity",),
    "title": ("title", "name"),
    "title_zh": ("title_zh", "titles.zh"),
    "title_en": ("title_en", "titles.en"),
    "url": ("url", "link"),
    "currency": ("currency",),
    "price": ("price",),
    "sale_price": ("sale_price",),
    "sale_dates": ("sale_dates", "sale_price_effective_date"),
    "list_price": ("list_price",),
    "coupon_price": ("coupon_price",),
    "coupon_off": ("coupon_off",),
    "coupon_from": ("coupon_from",),
    "coupon_until": ("coupon_until",),
    "commission_rate_percent": ("commission_rate_percent",),
    "brand": ("brand",),
    "model": ("model", "mpn"),
    "gtin": ("gtin",),
    "category": ("category", "google_product_category", "product_type"),
    "seller": ("seller",),
    "seller_id": ("seller_id",),
    "seller_kind": ("seller_kind",),
    "ships_from": ("ships_from",),
    "pictures": ("pictures", "picture", "image_link", "additional_image_link"),
    "volume": ("volume",),
    "in_stock": ("in_stock", "availability"),
    "as_of": ("as_of",),
    "history": ("history",),
}
MONEY = ("price", "sale_price", "list_price", "coupon_price", "coupon_off", "coupon_from")
PART = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Source:
    """One place where a value comes from: a column (or a path into one), a template of columns, or a constant."""

    column: str = ""
    template: str = ""
    value: str | None = None
    unit: str = ""
    date: str = ""  # as strptime has it, or "epoch", "epoch_ms"; empty: ISO 8601
    without: str = ""  # a prefix to remove
    after: str = ""  # a mark in each value of a list; what is before it is no part of the value
    separator: str = ""  # between the values of a list; empty: where an address begins
    tree: Map[str, str] | None = None  # category number → path

    @property
    def parts(self) -> list[str]:
        """The parts of the template between braces."""
        return PART.findall(self.template)

    @property
    def form(self) -> str:
        """The template for str.format: its parts by position, every other brace escaped."""
        return "{}".join(text.replace("{", "{{").replace("}", "}}") for text in PART.split(self.template)[::2])


@dataclass(frozen=True)
class Mapping:
    """How to read a file. An empty mapping reads our own column names, and Google Merchant's."""

    format: str = ""
    delimiter: str = ""
    quoting: str = ""  # "none", "single" or "lines": see dialect.py
    encoding: str = ""
    decimal: str = ""  # empty: a point, and what could be another mark is refused
    item: str = ""  # the element of an XML file that is one of the goods
    group: str = ""  # the column by which rows belong together
    currency: str = ""
    zone: str = ""
    none: frozenset[str] = frozenset()
    sources: Map[str, tuple[Source, ...]] = field(default_factory=dict)  # what the file itself maps
    categories: Map[str, str] = field(default_factory=dict)
    words: Map[str, Map[str, str]] = field(default_factory=dict)  # field → what a file says → what is read instead
    leave_out: Map[str, frozenset[str]] = field(default_factory=dict)  # column → values, in lower case
    optional: frozenset[str] = frozenset()  # fields, and columns of leave_out, that a file may lack
    hosts: frozenset[str] | None = None
    picture_hosts: frozenset[str] | None = None
    price_hours: int | None = None

    def sources_of(self, name: str) -> tuple[Source, ...]:
        """The sources of a field, best first; pictures take all of them together."""
        found = self.sources.get(name)
        return tuple(Source(column=column) for column in FIELDS[name]) if found is None else found
