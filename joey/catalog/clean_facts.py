"""Make what strangers wrote about an offer fit to be kept, or say which field cannot be."""

import re
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid
from joey.marketplaces.port import OfferFacts
from joey.money.money import EXPONENTS

MOST_MINOR = 10**14  # a price above this is a mistake, and it keeps sums far from what a bigint holds
MOST_VOLUME = 10**15
LONGEST_URL = 1000
MOST_PICTURES = 8
MOST_POINTS = 400
LANGUAGES = ("zh-hans", "en")

# Control and format characters (NUL, line breaks, text direction overrides, zero-width marks), and lone surrogates.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def cleaned(facts: OfferFacts, *, now: datetime) -> OfferFacts:
    """The same facts with clean, bounded texts and plausible prices. Raises Invalid naming the field.

    A price that is not above zero is an unknown one. A coupon that saves nothing is none. Nothing is as of later
    than `now`: a source with a fast clock must not make its price last longer.
    """
    identity, external_id = clean_text(facts.identity, 200), clean_text(facts.external_id, 120)
    if not identity or identity != facts.identity:
        raise Invalid(_("The offer has no usable identity."), field="identity")
    if not external_id or external_id != facts.external_id:
        raise Invalid(_("The offer has no usable id."), field="external_id")
    title = clean_text(facts.title, 300)
    if not title:
        raise Invalid(_("The offer has no title."), field="title")
    if facts.currency not in EXPONENTS:
        raise Invalid(_("Joey does not know the currency “%s”.") % facts.currency[:8], field="currency")
    if not 0 <= facts.commission_ppm <= 1_000_000:
        raise Invalid(_("A commission rate lies between 0 and 100 percent."), field="commission_ppm")
    listed, price, coupon = (
        _price(minor, name)
        for minor, name in (
            (facts.list_minor, "list_minor"),
            (facts.now_minor, "now_minor"),
            (facts.coupon_minor, "coupon_minor"),
        )
    )
    if coupon is not None and (price is None or coupon >= price):
        coupon = None
    return replace(
        facts,
        title=title,
        url=_url(facts.url, "url"),
        translations={
            language: text for language in LANGUAGES if (text := clean_text(facts.translations.get(language, ""), 300))
        },
        list_minor=listed,
        now_minor=price,
        coupon_minor=coupon,
        coupon_until=facts.coupon_until if coupon is not None else None,
        brand=clean_text(facts.brand, 80),
        model=clean_text(facts.model, 80),
        gtin=gtin_14(facts.gtin),
        category=clean_text(facts.category, 60),
        seller=clean_text(facts.seller, 120),
        seller_kind=clean_text(facts.seller_kind, 40),
        ships_from=clean_text(facts.ships_from, 120),
        picture_urls=tuple(_url(picture, "picture_urls") for picture in facts.picture_urls[:MOST_PICTURES] if picture),
        volume=facts.volume if facts.volume is not None and 0 <= facts.volume <= MOST_VOLUME else None,
        as_of=min(facts.as_of, now),
        history=tuple(point for point in facts.history if 0 < point[1] <= MOST_MINOR)[-MOST_POINTS:],
    )


def clean_text(text: str, longest: int) -> str:
    """Without unseen characters, in at most `longest` characters; spaces collapsed."""
    return " ".join(_UNSEEN.sub(" ", text).split())[:longest].rstrip()


def gtin_14(text: str) -> str:
    """A GTIN-8, -12, -13 or -14 as fourteen digits; nothing where length or check digit is wrong (GS1 General
    Specifications 7.9): many feeds hold made-up ones."""
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"\d{8}|\d{12,14}", digits, re.ASCII) or not digits.strip("0"):
        return ""
    padded = digits.zfill(14)
    weighed = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(padded))
    return padded if weighed % 10 == 0 else ""


def _price(minor: int | None, name: str) -> int | None:
    if minor is None or minor <= 0:
        return None
    if minor > MOST_MINOR:
        raise Invalid(_("This price is larger than any price can be."), field=name)
    return minor


def _url(url: str, name: str) -> str:
    if len(url) > LONGEST_URL or not url.startswith(("https://", "http://")) or _UNSEEN.search(url) or " " in url:
        raise Invalid(_("This is not a web address that Joey can keep."), field=name)
    return url
