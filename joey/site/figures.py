"""Money, times and rates as pages write them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, gettext_noop, ngettext
from markupsafe import Markup, escape

from joey.money.money import EXPONENTS, SYMBOLS, Money

ZONE = ZoneInfo("Asia/Shanghai")  # every page says so in its footer


def money(amount: Money) -> Markup:
    """¥19<small>.90</small>: the symbol and the cents smaller, figures of one width; a real minus when negative."""
    symbol = SYMBOLS.get(amount.currency, f"{amount.currency} ")
    whole, part = divmod(abs(amount.minor), 10 ** EXPONENTS[amount.currency])
    cents = f".{part:0{EXPONENTS[amount.currency]}d}" if EXPONENTS[amount.currency] else ""
    sign = "−" if amount.minor < 0 else ""
    kind = "money money-minus" if amount.minor < 0 else "money"
    # Markup from an f-string: its own format() escapes part by part and takes ten times as long. Nothing here is a
    # stranger's word: figures, our symbols, and a currency's code.
    return Markup(  # noqa: S704
        f'<span class="{kind}">{sign}<small>{symbol}</small>{whole:,}<small>{cents}</small></span>'
    )


def when(moment: datetime, now: datetime) -> Markup:
    """A time as people say it: 14:02 today, yesterday 14:02, 3 days ago within a week, the date after that."""
    local, today = moment.astimezone(ZONE), now.astimezone(ZONE).date()
    days = (today - local.date()).days
    clock = f"{local:%H:%M}"
    if days == 0:
        text = clock
    elif days == 1:
        text = gettext("yesterday %(clock)s") % {"clock": clock}
    elif 1 < days < 7:
        text = ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days}
    elif days == -1:
        text = gettext("tomorrow %(clock)s") % {"clock": clock}
    else:
        text = _date(local, today.year)
    return Markup(f'<time datetime="{moment:%Y-%m-%dT%H:%MZ}">{escape(text)}</time>')  # noqa: S704


def day(moment: datetime, now: datetime | None = None) -> Markup:
    """The date alone: 3 Nov, with the year where it is not this one."""
    local = moment.astimezone(ZONE) if isinstance(moment, datetime) else moment
    year = (now or moment).year
    return Markup(f'<time datetime="{local:%Y-%m-%d}">{escape(_date(local, year))}</time>')  # noqa: S704


def percent(ppm: int) -> str:
    """Parts per million as people read a rate: 12.5%. Exact, no rounding."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "%"


def _date(local: Any, this_year: int) -> str:
    facts = {"day": local.day, "month": local.month, "name": gettext(MONTHS[local.month - 1]), "year": local.year}
    if local.year == this_year:
        return gettext("%(day)d %(name)s") % facts
    return gettext("%(day)d %(name)s %(year)d") % facts


MONTHS = (
    gettext_noop("Jan"),
    gettext_noop("Feb"),
    gettext_noop("Mar"),
    gettext_noop("Apr"),
    gettext_noop("May"),
    gettext_noop("Jun"),
    gettext_noop("Jul"),
    gettext_noop("Aug"),
    gettext_noop("Sep"),
    gettext_noop("Oct"),
    gettext_noop("Nov"),
    gettext_noop("Dec"),
)
