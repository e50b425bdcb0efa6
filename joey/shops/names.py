"""Names of marketplaces, categories and kinds of sellers for people; an unknown code is shown as it is."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from joey.marketplaces import registry

Name = str | Promise

CATEGORIES: dict[str, Name] = {
    "beauty": _("Beauty and care"),
    "mother-baby": _("Mother and baby"),
    "kitchen": _("Kitchen"),
    "home": _("Home"),
    "snacks": _("Snacks"),
    "tea-drinks": _("Tea and drinks"),
    "clothing": _("Clothing"),
    "shoes-bags": _("Shoes and bags"),
    "digital": _("Digital"),
    "sports-outdoor": _("Sports and outdoor"),
    "books-stationery": _("Books and stationery"),
    "pets": _("Pets"),
}
SELLER_KINDS: dict[str, Name] = {
    "brand store": _("the brand's own store"),
    "marketplace": _("the marketplace itself"),
    "independent": _("an independent seller"),
    "store": _("a store there"),
}

# Why buyers report something.
REASONS: dict[str, Name] = {
    "price": _("The price at the marketplace is different"),
    "goods": _("This item may not be sold"),
    "words": _("The text promises too much or is untrue"),
    "fake": _("It looks like a counterfeit"),
    "mine": _("It uses my work, mark or picture"),
    "other": _("Something else"),
}


def marketplace_name(code: str) -> Name:
    return registry.name_of(code)


def reporter_name(code: str) -> Name:
    """Who reported an order: one connector may report for several marketplaces."""
    return registry.reporter_name(code)


def category_name(code: str) -> Name:
    return CATEGORIES.get(code, code)


def seller_kind_name(code: str) -> Name:
    return SELLER_KINDS.get(code, code)
