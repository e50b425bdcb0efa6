"""What operators do with the address of a feed: add, pause, resume, ask now, let a short list count, remove."""

import shutil
from datetime import datetime, time
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.catalog.feeds.address import folder_of, host_of, read_address, seal_address
from joey.catalog.feeds.models import FeedAddress
from joey.catalog.feeds.schedule import EVERY_HOURS
from joey.catalog.intake.files.read_mapping import read_mapping
from joey.catalog.intake.ready_mappings import mapping_file
from joey.kit.refusals import Conflict, Invalid, NotFound
from joey.marketplaces.imported import is_feed
from joey.people.actors import check_active, name_of
from joey.people.models import Person
from joey.record.append import append


@transaction.atomic
def add_feed(
    marketplace: str,
    address: str,
    *,
    mapping: str = "",
    every_hours: int = 24,
    at: time | None = None,
    is_complete: bool = True,
    by: Person | None,
    now: datetime,
) -> FeedAddress:
    """Keep the address of a feed, which is asked at once by the worker. Given again, it replaces what was kept.

    `by` is None at the terminal. Raises Invalid ("marketplace", "address", "every", "mapping"), AccountLocked.
    """
    if by is not None:
        check_active(by)
    if not is_feed(marketplace):
        raise Invalid(_("A feed is feed:NAME, of up to 59 of a–z, 0–9 and “-”."), field="marketplace")
    address = read_address(address)
    if every_hours not in EVERY_HOURS:
        known = ", ".join(map(str, EVERY_HOURS))
        raise Invalid(_("Choose hours that divide a day: %s.") % known, field="every")
    if mapping:
        found = mapping_file(mapping)
        read_mapping(found)
        mapping = str(found.resolve()) if Path(mapping).is_file() else mapping
    sealed = seal_address(marketplace, address)
    given = {
        "sealed": sealed.bytes, "key_id": sealed.key_id, "host": host_of(address), "mapping": mapping,
        "every_hours": every_hours, "at": at, "is_complete": is_complete, "next_at": now,
    }  # fmt: skip
    fresh = {"paused_at": None, "held_at": None, "failures": 0, "failing_since": None, "trouble": ""}
    feed, _made = FeedAddress.objects.update_or_create(
        marketplace=marketplace, defaults=given | fresh, create_defaults=given | {"added_at": now}
    )
    facts = {"by": name_of(by), "every_hours": every_hours, "complete": is_complete}
    append("feed.added", marketplace, facts, happened_at=now)
    return feed


@transaction.atomic
def pause_feed(marketplace: str, *, by: Person | None, now: datetime) -> FeedAddress:
    """Ask it no more until it is resumed; its goods stay. Raises Conflict, NotFound."""
    feed = _locked(marketplace, by)
    if feed.paused_at is not None:
        raise Conflict(_("%s is paused.") % marketplace)
    feed.paused_at = now
    return _kept(feed, "feed.paused", by, now)


@transaction.atomic
def ask_soon(marketplace: str, *, by: Person | None, now: datetime) -> FeedAddress:
    """Let the worker ask it within a minute, and go on by its schedule; a pause ends. Raises NotFound.

    One that is held is held again if its list is as short as before.
    """
    feed = _locked(marketplace, by)
    feed.paused_at, feed.held_at, feed.next_at = None, None, now
    return _kept(feed, "feed.resumed", by, now)


@transaction.atomic
def let_it_shrink(marketplace: str, *, by: Person | None, now: datetime) -> FeedAddress:
    """The next list counts although it lacks many goods, which are withdrawn: an operator looked at one that is held,
    or knows beforehand that it shrinks. Raises NotFound.
    """
    feed = _locked(marketplace, by)
    feed.held_at, feed.may_shrink, feed.next_at = None, True, now
    return _kept(feed, "feed.released", by, now)


@transaction.atomic
def remove_feed(marketplace: str, *, by: Person | None, now: datetime) -> None:
    """Forget the address and its list. The goods stay until their prices expire. Raises NotFound."""
    feed = _locked(marketplace, by)
    feed.delete()
    append("feed.removed", marketplace, {"by": name_of(by)}, happened_at=now)
    shutil.rmtree(folder_of(marketplace), ignore_errors=True)


def _locked(marketplace: str, by: Person | None) -> FeedAddress:
    if by is not None:
        check_active(by)
    feed = FeedAddress.objects.select_for_update().filter(pk=marketplace).first()
    if feed is None:
        raise NotFound(_("No address is known for %s.") % marketplace[:64])
    return feed


def _kept(feed: FeedAddress, kind: str, by: Person | None, now: datetime) -> FeedAddress:
    feed.save(update_fields=["paused_at", "held_at", "may_shrink", "next_at"])
    append(kind, feed.pk, {"by": name_of(by)}, happened_at=now)
    return feed
