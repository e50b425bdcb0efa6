"""A day and a time of day as people write them: 3 Nov, 6:08 pm; 11月3日, 18:08. All pages write them so."""

from datetime import date, datetime

from django.utils.translation import gettext, gettext_noop

from joey.kit.reader import reads_chinese
from joey.kit.zone import is_taken_for_granted, zone, zone_name


def day_text(day: date, this_year: int) -> str:
    """The day, of a moment the one in the zone of the pages; with its year where that is not `this_year`."""
    local = day.astimezone(zone()) if isinstance(day, datetime) else day
    facts = {"day": local.day, "month": local.month, "name": gettext(MONTHS[local.month - 1]), "year": local.year}
    if local.year == this_year:
        return gettext("%(day)d %(name)s") % facts
    return gettext("%(day)d %(name)s %(year)d") % facts


def clock_text(moment: datetime, *, seconds: bool = False, zone_beside: bool = True) -> str:
    """The time of day in the zone of the pages, with the zone named beside it unless readers take it for granted."""
    local = moment.astimezone(zone())
    rest = f":{local:%M:%S}" if seconds else f":{local:%M}"
    if reads_chinese():
        clock = f"{local:%H}{rest}"
    else:
        clock = f"{local.hour % 12 or 12}{rest}\u00a0{'am' if local.hour < 12 else 'pm'}"
    if not zone_beside or is_taken_for_granted():
        return clock
    return gettext("%(clock)s %(zone)s") % {"clock": clock, "zone": zone_name()}


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
