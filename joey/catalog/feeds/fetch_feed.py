"""Ask a feed for its list, take it in if it changed, and keep what came of it.

Safe to be killed anywhere: what was not noted is asked for and taken in again, which changes nothing.
"""

import fcntl
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, override

from joey.catalog.feeds.address import address_of, folder_of
from joey.catalog.feeds.confirm_offers import confirm_offers
from joey.catalog.feeds.download import Downloaded, DownloadFailed, download
from joey.catalog.feeds.models import FeedAddress
from joey.catalog.feeds.schedule import next_time, retry_time
from joey.catalog.intake.files.forms import form_of
from joey.catalog.intake.files.read_mapping import read_mapping
from joey.catalog.intake.import_file import refused_file
from joey.catalog.intake.import_offers import Imported, import_offers
from joey.catalog.intake.ready_mappings import mapping_file
from joey.catalog.intake.withdraw import TooManyMissing
from joey.kit.refusals import Conflict, NotFound, Refusal
from joey.kit.sentences import Sentence, Words, to_keep
from joey.kit.zone import zone
from joey.marketplaces.own_key import AccountLocked
from joey.record.append import append

log = logging.getLogger(__name__)

MOST_TROUBLE = 500  # characters of a refusal that are kept
ALL = 100


@dataclass(frozen=True)
class FeedOutcome:
    """What came of asking a feed. `what` is imported, unchanged, held or failed; `feed` has the rest."""

    what: str
    feed: FeedAddress
    imported: Imported | None = None


def fetch_feed(marketplace: str, *, now: datetime) -> FeedOutcome:
    """Ask the feed now, whatever its schedule says. What fails is noted, and tried again later and later.

    Raises NotFound, Conflict while it is paused or is asked by another process of this host.
    """
    feed = FeedAddress.objects.filter(pk=marketplace).first()
    if feed is None:
        raise NotFound(_("No address is known for %s.") % marketplace[:64])
    if feed.paused_at is not None:
        raise Conflict(_("%s is paused.") % marketplace)
    folder = folder_of(marketplace)
    with _alone(folder, marketplace):
        # Before anything that may end this process, so that a list that does so is not asked for again at once.
        _note(feed, asked_at=now, next_at=retry_time(now, failures=feed.failures + 1))
        try:
            came = download(
                address_of(feed), folder, most_bytes=settings.JOEY_FEED_MB << 20, seconds=settings.JOEY_FEED_SECONDS
            )
        except DownloadFailed as failed:
            return _failed(feed, (failed.why,), failed.answer, now, failed.wished)
        except AccountLocked:
            locked = gettext_noop("The key that sealed the address is not here. Add the feed again.")
            return _failed(feed, (Sentence(locked),), "none", now)
        return _take_in(feed, came, now)


def _take_in(feed: FeedAddress, came: Downloaded, now: datetime) -> FeedOutcome:
    noted = {"answer": came.answer, "bytes": came.bytes}
    try:
        with override("en"):  # what is kept of a refusal has one language
            mapping = mapping_file(feed.mapping) if feed.mapping else None
            digest = hashlib.sha256(came.sha256.encode() + (mapping.read_bytes() if mapping else b"")).hexdigest()
            if digest == feed.imported_digest:
                confirm_offers(feed, now=now)
                return _succeeded(feed, "unchanged", now, noted | {"confirmed_at": now})
            done = _import(feed, came.path, mapping, now)
    except TooManyMissing as missing:
        return _held(feed, missing.facts, noted, now)
    except Refusal as refusal:
        return _failed(feed, str(refusal), came.answer, now)
    if not done.accepted and not done.withdrawn:  # a mapping that does not fit, or a list without rows
        row = f" {done.refused[0].field}: {done.refused[0].reason}" if done.refused else ""
        none = gettext_noop("No row of the list could be taken in.%(row)s")
        return _failed(feed, (Sentence(none, {"row": row[:MOST_TROUBLE]}),), came.answer, now)
    counts = {
        "taken": done.accepted,
        "refused": len(done.refused),
        "changed": done.changed,
        "withdrawn": done.withdrawn,
    }
    with transaction.atomic():
        append("feed.imported", feed.pk, {"answer": came.answer, "bytes": came.bytes, **counts}, happened_at=now)
        facts = {"imported_at": now, "confirmed_at": now, "imported_digest": digest, "may_shrink": False}
        return _succeeded(feed, "imported", now, noted | counts | facts, done)


def _import(feed: FeedAddress, path: Path, mapping: Path | None, now: datetime) -> Imported:
    columns = read_mapping(mapping) if mapping else None
    form = (columns.format if columns else "") or form_of(path)
    return import_offers(
        path,
        feed.pk,
        mapping=columns,
        form=form,
        complete=feed.is_complete,
        most_missing=ALL if feed.may_shrink else settings.JOEY_FEED_SHRINK_PERCENT,
        refused_to=refused_file(path, feed.pk, form),
        now=now,
    )


def _succeeded(
    feed: FeedAddress, what: str, now: datetime, facts: dict[str, Any], imported: Imported | None = None
) -> FeedOutcome:
    then = next_time(now, every_hours=feed.every_hours, at=feed.at, zone=zone())
    _note(feed, **facts, next_at=then, held_at=None, failures=0, failing_since=None, trouble="")
    return FeedOutcome(what, feed, imported)


def _held(feed: FeedAddress, missing: dict[str, Any], noted: dict[str, Any], now: datetime) -> FeedOutcome:
    counts = {"missing": missing["missing"], "live": missing["live"]}
    with transaction.atomic():
        append("feed.held", feed.pk, counts, happened_at=now)
        _note(feed, **noted, **counts, held_at=now, failures=0, failing_since=None, trouble="")
    return FeedOutcome("held", feed)


def _failed(feed: FeedAddress, why: Words, answer: str, now: datetime, wished: timedelta | None = None) -> FeedOutcome:
    failures = feed.failures + 1
    _note(
        feed,
        answer=answer,
        trouble=to_keep(why[:MOST_TROUBLE] if isinstance(why, str) else why),
        failures=failures,
        failing_since=feed.failing_since or now,
        next_at=retry_time(now, failures=failures, wished=wished),
    )
    log.warning("the list of %s did not come in, %d in a row (%s)", feed.pk, failures, answer)
    return FeedOutcome("failed", feed)


def _note(feed: FeedAddress, **facts: Any) -> None:
    """Keep it, unless the feed was removed meanwhile."""
    FeedAddress.objects.filter(pk=feed.pk).update(**facts)
    for name, value in facts.items():
        setattr(feed, name, value)


@contextmanager
def _alone(folder: Path, marketplace: str) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Conflict(_("%s is being asked already.") % marketplace) from None
        yield
