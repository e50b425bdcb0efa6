"""Marketplaces that exist by being imported (`feed:NAME`): what the operator allowed each of them.

`feeds.json` in the data folder holds it: where links may lead above all. It is written by `joey import`, on the word of
whoever runs it, never by what a file says of itself once a feed is known. Other hosts need a copy, as they do of the
accounts. A running Joey reads it again when it changes.
"""

import fcntl
import json
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from joey.marketplaces.manifest_shape import Manifest, Wording

log = logging.getLogger(__name__)

PREFIX = "feed:"
PRICE_HOURS = 24

_NAME = re.compile(r"feed:[a-z0-9-]{1,26}")


@dataclass(frozen=True)
class Feed:
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
    """Whether the code is that of an imported feed, known or not: "feed:" and up to 26 of a–z, 0–9 and "-"."""
    return _NAME.fullmatch(marketplace) is not None


def feeds() -> Mapping[str, Feed]:
    """The feeds that were imported here, by code."""
    return _read(_path())


def manifest_of_feed(code: str) -> Manifest:
    """Nothing comes back from a feed, and one that is not known here leads nowhere."""
    feed = feeds().get(code, Feed())
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


def keep_feed(code: str, feed: Feed) -> None:
    """Remember what a feed is allowed, in place of what it was allowed before. Other feeds stay as they are."""
    path = _path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (path.parent / "feeds.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = {**_read(path), code: feed}
        if kept == _read(path):
            return
        staging = path.with_suffix(".new")
        staging.write_text(json.dumps({name: _written(each) for name, each in sorted(kept.items())}, indent=1) + "\n")
        os.replace(staging, path)


def _written(feed: Feed) -> dict[str, object]:
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in asdict(feed).items()}


def _path() -> Path:
    return Path(settings.DATA) / "feeds.json"


_last: tuple[object, Mapping[str, Feed]] = (None, {})


def _read(path: Path) -> Mapping[str, Feed]:
    """The file as it is now; it is read again only when it is another one."""
    global _last
    try:
        stat = path.stat()
    except OSError:
        return {}
    stamp = (str(path), stat.st_ino, stat.st_mtime_ns, stat.st_size)
    if _last[0] != stamp:
        try:
            found = {code: _feed(facts) for code, facts in json.loads(path.read_text()).items() if is_feed(code)}
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as trouble:
            log.error("%s cannot be read, so no feed leads anywhere: %s", path, trouble)
            found = {}
        _last = (stamp, found)
    return _last[1]


def _feed(facts: Mapping[str, object]) -> Feed:
    feed = Feed(**facts)  # type: ignore[arg-type]
    ZoneInfo(feed.zone)
    return replace(feed, hosts=frozenset(feed.hosts), picture_hosts=frozenset(feed.picture_hosts))
