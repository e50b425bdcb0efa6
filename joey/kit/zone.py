"""The one time zone of pages, posters and captions: the setting JOEY_ZONE. Stored times are UTC."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext

from joey.kit.reader import reads_chinese


@lru_cache(maxsize=4)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def zone() -> ZoneInfo:
    """The zone in which people read times on this instance."""
    return _zone(settings.JOEY_ZONE)


def zone_name(name: str = "") -> str:
    """What people call it, in the active language: “Beijing time”, or the zone's own name. `name`: of another zone.

    China's legal time is called after Beijing everywhere in China, and the zone's own name has no Beijing.
    """
    name = name or str(settings.JOEY_ZONE)
    return gettext("Beijing time") if name == "Asia/Shanghai" else name


def is_taken_for_granted() -> bool:
    """Whether readers of the active language expect times to be in this zone: China has the one, and reads Chinese."""
    return str(settings.JOEY_ZONE) == "Asia/Shanghai" and reads_chinese()


def midnight(moment: datetime) -> datetime:
    """When the day of `moment` began in the zone, in UTC."""
    return moment.astimezone(zone()).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def month_begin(moment: datetime) -> datetime:
    """When the month of `moment` began in the zone, in UTC."""
    return midnight(moment.astimezone(zone()).replace(day=1))


def offset_name(moment: datetime) -> str:
    """How far the zone is from UTC at that moment, for text that leaves the page: UTC+8, UTC-3:30."""
    offset = moment.astimezone(zone()).utcoffset()
    assert offset is not None, "an aware time in a zone has an offset"
    hours, minutes = divmod(abs(round(offset.total_seconds() / 60)), 60)
    sign = "-" if offset.total_seconds() < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")
