"""What every template may use: words, routes, static files, money and times."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined

from joey.shops.names import category_name, marketplace_name, reporter_name, seller_kind_name
from joey.site.card import listing_cards
from joey.site.figures import day, money, percent, when
from joey.studio.names import channel_name


def environment(**options: Any) -> Environment:
    """Jinja2 for the pages: autoescape on, an unknown name is an error, gettext everywhere."""
    options["undefined"] = StrictUndefined
    made = Environment(**options, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"])  # noqa: S701
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=_gettext, ngettext=translation.ngettext, newstyle=True
    )
    made.globals.update(
        static=lru_cache(maxsize=256)(static),
        say=translation.gettext,  # for words that come from Python; a literal % in them means nothing
        url=reverse,
        language=translation.get_language,
        listing_cards=listing_cards,
        demo=settings.DEMO,
        sandbox=settings.SANDBOX_URL,
    )
    made.filters.update(
        money=money,
        when=when,
        day=day,
        percent=percent,
        marketplace=marketplace_name,
        reporter=reporter_name,
        category=category_name,
        seller_kind=seller_kind_name,
        channel=channel_name,
    )
    return made


def _gettext(text: str) -> str:
    """A page says some forty sentences: Django's own way to each is five times as long."""
    return _said(translation.get_language(), text)


@lru_cache(maxsize=8192)
def _said(_language: str | None, text: str) -> str:
    return translation.gettext(text)
