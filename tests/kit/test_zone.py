"""One zone for all pages, chosen by a setting that is checked at the start."""

from datetime import UTC, datetime

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

from joey.kit.days import clock_text
from joey.kit.zone import midnight, offset_name, zone_name
from joey.office.columns import time_text
from joey.site.figures import when
from joey.site.settings import time_zone

NOON = datetime(2026, 11, 28, 17, 5, tzinfo=UTC)


def test_pages_show_times_in_the_zone_of_the_setting(settings: LazySettings) -> None:
    settings.JOEY_ZONE = "America/New_York"

    assert ">12:05\u00a0pm America/New_York<" in when(NOON, NOON)
    with translation.override("zh-hans"):
        assert ">America/New_York 12:05<" in when(NOON, NOON)
    assert midnight(NOON) == datetime(2026, 11, 28, 5, tzinfo=UTC)
    assert zone_name() == "America/New_York"
    assert offset_name(NOON) == "UTC-5"


def test_without_a_setting_the_zone_is_beijings() -> None:
    """Case P19: readers of Chinese take Beijing time and 24 hours for granted, others take neither."""
    assert ">1:05\u00a0am Beijing time<" in when(NOON, NOON)
    with translation.override("zh-hans"):
        assert ">01:05<" in when(NOON, NOON)
    midnight_there = datetime(2026, 11, 28, 16, 0, 9, tzinfo=UTC)
    assert clock_text(midnight_there, seconds=True) == "12:00:09\u00a0am Beijing time"
    assert time_text(midnight_there) == "2026-11-29 12:00\u00a0am Beijing time"  # the office, in the zone of the studio
    assert zone_name() == "Beijing time"
    assert offset_name(NOON) == "UTC+8"


def test_half_hours_are_named(settings: LazySettings) -> None:
    settings.JOEY_ZONE = "Asia/Kolkata"

    assert offset_name(NOON) == "UTC+5:30"


@pytest.mark.parametrize("wrong", ["Peking", "../etc/passwd", "Asia/", "+8"])
def test_a_zone_that_does_not_exist_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="JOEY_ZONE must name a time zone"):
        time_zone(wrong)
