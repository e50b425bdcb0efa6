"""What is known of the addresses of feeds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from joey.catalog.feeds.models import FeedAddress

FAILED_LONG = timedelta(hours=24)


@dataclass(frozen=True)
class FeedAlarm:
    """A feed that an operator should look at: it waits for one (`missing` of `live` goods), or failed for a day."""

    marketplace: str
    trouble: str
    failing_since: datetime | None
    missing: int | None
    live: int | None


def all_feeds() -> list[FeedAddress]:
    """One query."""
    return list(FeedAddress.objects.order_by("marketplace"))


def due_feeds(*, now: datetime) -> list[str]:
    """Those to be asked now, the one that waits longest first. One query."""
    due = FeedAddress.objects.filter(next_at__lte=now, paused_at=None, held_at=None)
    return list(due.order_by("next_at", "marketplace").values_list("marketplace", flat=True))


def feed_alarms(*, now: datetime) -> list[FeedAlarm]:
    """One query."""
    return [
        FeedAlarm(feed.pk, "", None, feed.missing, feed.live)
        if feed.held_at is not None
        else FeedAlarm(feed.pk, feed.trouble, feed.failing_since, None, None)
        for feed in FeedAddress.objects.filter(paused_at=None).order_by("marketplace")
        if feed.held_at is not None or (feed.failing_since is not None and now - feed.failing_since >= FAILED_LONG)
    ]
