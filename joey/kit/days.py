"""A day as people write it: 3 Nov, 11月3日. Pages, sentences and cards all write it in this one way."""

from datetime import date, datetime

from django.utils.translation import gettext, gettext_noop

from joey.kit.zone import zone


def day_text(day: date, this_year: int) -> str:
    """The day, of a moment the one in the zone of the pages; with its year where that is not `this_year`."""
    local = day.astimezone(zone()) if isinstance(day, datetime) else day
    facts = {"day": local.day, "month": local.month, "name": gettext(MONTHS[local.month - 1]), "year": local.year}
    if local.year == this_year:
        return gettext("%(day)d %(name)s") % facts
    return gettext("%(day)d %(name)s %(year)d") % facts


def today_of(now: datetime) -> date:
    """The date in the zone of the pages."""
    return now.astimezone(zone()).date()


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
