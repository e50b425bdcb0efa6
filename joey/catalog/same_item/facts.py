"""What one offer says about its item, parsed once and compared many times. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from joey.catalog.same_item.read_title import Title, model_number, read_title

_HAN = re.compile("[\u4e00-\u9fff]")
_BETWEEN_NAMES = re.compile(r"[/|()（）、,]")
_COMPANY = re.compile(r"(?:the|inc|llc|corp|corporation|ltd|co|company|software|usa|international|group|gmbh)")
_DIGITS_IN_MODEL = re.compile(r"\d")


@dataclass(frozen=True)
class ItemFacts:
    """One offer. `brands` are all names of its brand: “华为（HUAWEI）” has two."""

    gtin: str  # only if it means the same item all over the world, else ""
    brands: frozenset[str]
    titles: Mapping[str, Title]  # "zh" and "en", as far as known
    price_minor: int | None
    currency: str


def facts_of(
    *,
    title: str,
    translations: Mapping[str, str],
    brand: str,
    model: str,
    gtin: str,
    price_minor: int | None,
    currency: str,
) -> ItemFacts:
    """Parse an offer. Its own title is preferred to translations."""
    texts: dict[str, str] = {}
    for text in (title, *translations.values()):
        texts.setdefault("zh" if _HAN.search(text) else "en", text)
    number = model_number(model)
    given = frozenset({number}) if len(number) >= 4 and _DIGITS_IN_MODEL.search(number) else frozenset()
    titles = {language: read_title(text) for language, text in texts.items() if text}
    if given:
        titles = {language: _with_models(read, given) for language, read in titles.items()}
    return ItemFacts(
        gtin=gtin if names_one_item(gtin) else "",
        brands=brand_names(brand),
        titles=titles,
        price_minor=price_minor,
        currency=currency,
    )


def brand_names(brand: str) -> frozenset[str]:
    """Every name of the brand, folded; of several Latin words, each that is no company word."""
    found: set[str] = set()
    for name in _BETWEEN_NAMES.split(unicodedata.normalize("NFKC", brand).casefold()):
        if _HAN.search(name):
            found.add("".join(name.split()))
        else:
            found |= {word for word in re.findall(r"[a-z0-9]+", name) if not _COMPANY.fullmatch(word)}
    return frozenset(found)


def names_one_item(gtin_14: str) -> bool:
    """Whether a GTIN means the same item everywhere (GS1 General Specifications 1.4 and the list of GS1 prefixes).

    Prefixes 02, 04 and 20 to 29 mean something else in each shop or country, 05 and 98 to 99 are coupons, 977 is a
    magazine whatever its issue; an eight-digit number that begins with 0 or 2 is a shop's own.
    """
    if len(gtin_14) != 14 or not gtin_14.isdigit():
        return False
    if gtin_14.startswith("000000"):
        return gtin_14[6] not in "02"
    prefix = gtin_14[1:4]
    return not (prefix[:2] in {"02", "04", "05", "98", "99"} or prefix[0] == "2" or prefix == "977")


def _with_models(read: Title, models: frozenset[str]) -> Title:
    return replace(read, models=read.models | models)
