"""Money and times as pages write them."""

from datetime import UTC, date, datetime
from functools import lru_cache

from django.utils.translation import get_language, gettext, ngettext
from markupsafe import Markup, escape

from joey.kit.days import clock_text, day_text, today_of
from joey.kit.zone import zone
from joey.money.money import EXPONENTS, Money, symbol_of


def money(amount: Money) -> Markup:
    """¥19<small>.90</small>: the symbol and the cents smaller, figures of one width; a real minus when negative."""
    return Markup(money_html(amount.minor, amount.currency))  # noqa: S704


def money_html(minor: int, currency: str) -> str:
    """The same as plain text, for code that puts HTML together. Nothing in it comes from a visitor."""
    exponent = EXPONENTS[currency]
    kind, sign = ("money money-minus", "−") if minor < 0 else ("money", "")
    whole, part = divmod(abs(minor), 10**exponent)
    cents = f".{part:0{exponent}d}" if exponent else ""
    return f'<span class="{kind}">{sign}<small>{symbol_of(currency)}</small>{whole:,}<small>{cents}</small></span>'


def when(moment: datetime, now: datetime) -> Markup:
    """A time as people say it: 14:02 today, yesterday 14:02, 3 days ago within a week, the date after that.

    The zone is named beside the time of day as `clock_text` does.
    """
    return Markup(when_html(moment, today_of(now), get_language() or ""))  # noqa: S704


def when_html(moment: datetime, today: date, language: str) -> str:
    """The same as plain text; `language` is the active one. Offers are read many at a time, so times recur."""
    return _when_html(int(moment.timestamp() // 60), today, language)


@lru_cache(maxsize=4096)
def _when_html(minute: int, today: date, _language: str) -> str:
    """`minute` counts from 1970 on: a number is looked up in a third of the time of a datetime."""
    moment = datetime.fromtimestamp(minute * 60, UTC)
    local = moment.astimezone(zone())
    days = (today - local.date()).days
    clock = clock_text(moment)
    if days == 0:
        text = clock
    elif days == 1:
        text = gettext("yesterday %(clock)s") % {"clock": clock}
    elif 1 < days < 7:
        text = ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days}
    elif days == -1:
        text = gettext("tomorrow %(clock)s") % {"clock": clock}
    else:
        text = day_text(local, today.year)
    return f'<time datetime="{moment:%Y-%m-%dT%H:%MZ}">{escape(text)}</time>'


def day(moment: datetime, now: datetime | None = None) -> Markup:
    """The date alone: 3 Nov, with the year where it is not this one."""
    local = moment.astimezone(zone()).date() if isinstance(moment, datetime) else moment
    return _day_html(local, today_of(now).year if now else local.year, get_language() or "")


@lru_cache(maxsize=4096)
def _day_html(local: date, year: int, _language: str) -> Markup:
    return Markup(f'<time datetime="{local:%Y-%m-%d}">{escape(day_text(local, year))}</time>')  # noqa: S704
