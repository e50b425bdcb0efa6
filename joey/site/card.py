"""One listing on a shelf, the same on every page. The label, the price's time and the marketplace are part of it.

Written in Python and not as a template: a shop page is mostly cards, and this is a tenth of what a macro costs.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from django.utils.translation import get_language, gettext
from markupsafe import Markup, escape

from joey.kit.days import today_of
from joey.money.money import Money
from joey.shops.names import marketplace_name
from joey.site.figures import money_html, when_html

OTHER_LANGUAGE = Markup(' lang="zh-Hans"')  # titles that no source translates are Chinese


class Price(Protocol):
    @property
    def pays(self) -> Money | None: ...
    @property
    def with_coupon(self) -> bool: ...
    @property
    def as_of(self) -> datetime: ...


class CardFacts(Protocol):
    """What a card shows, from whichever query it comes."""

    @property
    def id(self) -> UUID | str: ...
    @property
    def offer_id(self) -> UUID | str: ...
    @property
    def shop_slug(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def title_language(self) -> str: ...
    @property
    def has_picture(self) -> bool: ...
    @property
    def marketplace(self) -> str: ...
    @property
    def price(self) -> Price: ...
    @property
    def in_stock(self) -> bool: ...
    @property
    def withdrawn(self) -> bool: ...


def listing_cards(cards: Iterable[CardFacts], now: datetime) -> Markup:
    """The cards of a shelf, as list items."""
    language = get_language() or ""
    words, today = _words(language), today_of(now)
    parts: list[str] = []
    for card in cards:
        price = card.price
        pays = price.pays
        if pays is not None:
            coupon = words.with_coupon if price.with_coupon else ""
            said = f'<p class="card-price">{money_html(pays.minor, pays.currency)}{coupon}</p>'
            time = f"{words.as_of}{when_html(price.as_of, today, language)}{words.as_of_end}"
        else:
            said, time = words.gone if card.withdrawn else words.see, ""
        picture = words.no_picture
        if card.has_picture:
            picture = (
                f'<img class="picture" src="/pictures/{card.offer_id}.webp" alt="" width="800" height="800"'
                ' decoding="async" loading="lazy">'
            )
        parts.append(
            f'<li class="card">{picture}<div class="card-body">'
            f'<h3 class="card-title"{"" if card.title_language == language else OTHER_LANGUAGE}>'
            f'<a href="/s/{card.shop_slug}/{card.id}">{escape(card.title)}</a></h3>{said}'
            f"{'' if card.in_stock or card.withdrawn else words.out}"
            f'<p class="card-foot">{words.ad}<span class="tag">{_place(card.marketplace, language)}</span>{time}</p>'
            "</div></li>\n"
        )
    return Markup("".join(parts))  # noqa: S704 -- titles and words are escaped, the rest is ours


class _Words:
    """The words of a card in one language, as HTML."""

    def __init__(self) -> None:
        def said(text: str) -> str:
            return str(escape(text))

        self.ad = '<span class="tag tag-ad">' + said(gettext("Ad")) + "</span> "
        self.no_picture = '<div class="picture picture-none">' + said(gettext("No picture")) + "</div>"
        self.with_coupon = ' <span class="tiny">' + said(gettext("with coupon")) + "</span>"
        self.gone = '<p class="small quiet">' + said(gettext("No longer sold there")) + "</p>"
        self.see = '<p class="small quiet">' + said(gettext("See current price there")) + "</p>"
        self.out = '<p class="small quiet">' + said(gettext("Out of stock")) + "</p>"
        before, after = said(gettext("as of %(time)s")).split("%(time)s")
        self.as_of, self.as_of_end = f" <span>{before}", f"{after}</span>"


@lru_cache(maxsize=8)
def _words(language: str) -> _Words:
    """`language` is the active one: words are looked up in it once."""
    return _Words()


@lru_cache(maxsize=1024)
def _place(marketplace: str, language: str) -> str:
    return str(escape(str(marketplace_name(marketplace))))
