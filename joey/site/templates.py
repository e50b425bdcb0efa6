"""What every template may use: words, routes, static files, money and times."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from joey.catalog.title_in import in_stretches, is_chinese, title_in
from joey.kit.current_request import request_id
from joey.kit.zone import zone_name
from joey.money.rate import rate_text
from joey.rules.caption import label
from joey.sharing.channel_names import channel_name
from joey.shops.names import category_name, marketplace_name, reporter_name, seller_kind_name
from joey.site.card import OTHER_LANGUAGE, listing_cards
from joey.site.figures import day, money, when


def environment(**options: Any) -> Environment:
    """Jinja2 for the pages: autoescape on, an unknown name is an error, gettext everywhere."""
    options["undefined"] = StrictUndefined
    made = Environment(**options, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"])  # noqa: S701
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext, ngettext=translation.ngettext, newstyle=True
    )
    made.globals.update(
        _=_say,
        static=lru_cache(maxsize=256)(static),
        say=translation.gettext,  # for words that come from Python; a literal % in them means nothing
        url=reverse,
        language=translation.get_language,
        lang=lang,
        lang_of=lang_of,
        title_in=title_in,
        listing_cards=listing_cards,
        zone_name=zone_name,
        request_id=request_id,
        advert_label=advert_label,
        demo=settings.DEMO,
        sandbox=settings.SANDBOX_URL,
    )
    made.filters.update(
        money=money,
        when=when,
        day=day,
        percent=rate_text,
        marketplace=marketplace_name,
        reporter=reporter_name,
        category=category_name,
        seller_kind=seller_kind_name,
        channel=channel_name,
        parts_of=parts_of,
        as_written=as_written,
    )
    return made


def advert_label() -> str:
    """The label that a shared recommendation opens with, in the page's language."""
    return label(translation.get_language() or settings.LANGUAGE_CODE)


def lang(language: str) -> Markup:
    """The attribute of an element whose text is in another language than the page."""
    return Markup("") if language == translation.get_language() else OTHER_LANGUAGE


def lang_of(text: str) -> Markup:
    """The same for words that people wrote, whose language is not kept: names, notes, sellers."""
    return lang("zh-hans") if is_chinese(str(text)) else Markup("")


def as_written(text: str) -> Markup:
    """A text with such words in it, each stretch of them marked with its language where it is not the page's."""
    if not lang_of(text):
        return escape(text)
    marked = Markup("<span{}>{}</span>")
    return Markup("").join(marked.format(OTHER_LANGUAGE, part) if it else part for part, it in in_stretches(str(text)))


def parts_of(text: str, words: Collection[str]) -> Iterator[tuple[str, bool]]:
    """The text in parts, each with whether it is one of the words."""
    for part in re.split(f"({'|'.join(map(re.escape, sorted(words, key=len, reverse=True))) or '(?!)'})", text):
        if part:
            yield part, part in words


def _say(text: str, **facts: object) -> Markup:
    """The sentence in the active language, with escaped facts in it.

    What Jinja2 itself makes of `_()` means the same and takes ten times as long; a page says some forty sentences.
    """
    said = _said(translation.get_language(), text)
    return said % facts if facts else _without_facts(said)


@lru_cache(maxsize=8192)
def _said(_language: str | None, text: str) -> Markup:
    return Markup(translation.gettext(text))  # noqa: S704 -- our own words


@lru_cache(maxsize=8192)
def _without_facts(said: Markup) -> Markup:
    return said % {}  # a literal % is written %%
