"""Marketplaces that exist by being imported (`feed:NAME`): what the operator allowed each of them.

Only `joey import` writes it, on the word of the operator who runs it; once a feed is known, no file of it can add a
host. A redirect asks for it on the event loop, where no query may run, so each process keeps the table in memory for
a moment. A change sends a NOTIFY, upon which the fast path forgets what it kept (`joey/edge/hear_changes.py`).
"""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from joey.kit import sql
from joey.marketplaces.manifest_shape import Manifest, Wording
from joey.marketplaces.models import ImportedFeed

PREFIX = "feed:"
PRICE_HOURS = 24
FRESH_SECONDS = 10.0  # for processes that do not follow the NOTIFY

_NAME = re.compile(r"feed:[a-z0-9-]{1,59}")


@dataclass(frozen=True)
class AllowedFeed:
    """What the operator allowed one feed."""

    hosts: frozenset[str] = frozenset()  # where a link may lead
    picture_hosts: frozenset[str] = frozenset()  # where Joey may fetch pictures
    zone: str = "UTC"
    price_hours: int = PRICE_HOURS

    @property
    def price_life(self) -> timedelta:
        """How long a price may be shown after it was read."""
        return timedelta(hours=self.price_hours)


def is_feed(marketplace: str) -> bool:
    """Whether the code is that of an imported feed, known or not: "feed:" and up to 59 of a–z, 0–9 and "-"."""
    return _NAME.fullmatch(marketplace) is not None


def feeds() -> Mapping[str, AllowedFeed]:
    """The imported feeds by code, from memory where that is fresh. On the event loop: from memory in any case.

    Inside a transaction the table is read, so that a caller sees its own changes and no other caller sees them early.
    """
    if _on_event_loop():
        return _kept[1]
    if connection.in_atomic_block:
        return _read()
    if not are_fresh():
        refresh()
    return _kept[1]


def are_fresh() -> bool:
    """Whether what is in memory may still be used; on the event loop, call `refresh` in a thread if not."""
    return time.monotonic() < _kept[0]


def refresh() -> None:
    """Read the table into memory; if that fails, what was kept stays."""
    global _kept
    _kept = (time.monotonic() + FRESH_SECONDS, _read())


def forget() -> None:
    """Read the table again when it is next needed."""
    global _kept
    _kept = (0.0, _kept[1])


def manifest_of_feed(code: str) -> Manifest:
    """Nothing comes back from a feed, and one that is not known here leads nowhere."""
    feed = feeds().get(code, AllowedFeed())
    name = Wording(code.removeprefix(PREFIX), code.removeprefix(PREFIX))
    return Manifest(
        code=code,
        marketplaces={code: name},
        reported_name=name,
        zone=feed.zone,
        currency="",
        hosts=feed.hosts,
        picture_hosts=feed.picture_hosts,
        price_life=feed.price_life,
    )


def keep_feed(code: str, feed: AllowedFeed) -> None:
    """Store what a feed is allowed, in place of what it was allowed before, in the caller's transaction."""
    facts = {
        "hosts": sorted(feed.hosts),
        "picture_hosts": sorted(feed.picture_hosts),
        "zone": feed.zone,
        "price_hours": feed.price_hours,
    }
    if ImportedFeed.objects.filter(code=code, **facts).exists():
        return
    ImportedFeed.objects.update_or_create(code=code, defaults=facts)
    sql.execute("NOTIFY joey_pages, '*'")  # pages show what a feed allows, too
    forget()


# (until when it is fresh by the monotonic clock, the table)
_kept: tuple[float, Mapping[str, AllowedFeed]] = (0.0, {})


def _read() -> Mapping[str, AllowedFeed]:
    return {
        row.code: AllowedFeed(frozenset(row.hosts), frozenset(row.picture_hosts), row.zone, row.price_hours)
        for row in ImportedFeed.objects.order_by("code")
    }


def _on_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
