"""Says from when on new payout details can be paid to: a refused request and the pages say it in one sentence."""

from datetime import datetime

from django.utils.translation import gettext as _

from joey.kit.days import clock_text, day_text, today_of
from joey.kit.zone import zone_name


def why_paused(usable_from: datetime, now: datetime) -> str:
    """The sentence, with the moment that the pause ends (policy.PAUSE); "" once it has."""
    if now >= usable_from:
        return ""
    return _(
        "Your payout details are new. To protect you, payouts are possible from %(day)s at %(time)s (%(zone)s)."
    ) % {
        "day": day_text(usable_from, today_of(now).year),
        "time": clock_text(usable_from, zone_beside=False),
        "zone": zone_name(),
    }
