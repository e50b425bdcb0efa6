"""Import a file of offers in one transaction. Unreadable rows are reported, and can be fixed and imported later.

Rows go straight into a temporary table, so that a file of any size takes the same memory, and the marketplace is locked
only while they are merged.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.clean_rows import CleanRows, Progress
from joey.catalog.intake.files.allowed_hosts import AllowedHosts
from joey.catalog.intake.files.forms import form_of, reader
from joey.catalog.intake.files.mapping import Mapping
from joey.catalog.intake.files.opened import OpenedFile
from joey.catalog.intake.files.reading_plan import Plan, check_columns
from joey.catalog.intake.files.refused_rows import RefusedRow, RefusedRows, RowNote
from joey.catalog.intake.merge_offers import merge
from joey.catalog.intake.rows_of_one_id import rows_of_one_id
from joey.catalog.intake.stage_offers import stage
from joey.catalog.intake.withdraw import MOST_MISSING_PERCENT
from joey.kit import clock
from joey.kit.refusals import Invalid
from joey.marketplaces.imported import AllowedFeed, feeds, is_feed, keep_feed
from joey.marketplaces.registry import is_known, manifest_of

MOST_PICTURE_HOSTS = 20


@dataclass(frozen=True)
class Imported:
    """The result for a file, in rows. `changed` and `unchanged` together are `accepted`.

    A row is `changed` when it made a new offer, changed one, or added to its prices over time. `withdrawn` counts the
    offers that a complete file lacks.
    """

    accepted: int
    changed: int
    refused: tuple[RefusedRow, ...] = ()
    new: int = 0
    withdrawn: int = 0
    notes: tuple[RowNote, ...] = ()  # the first of them: fields that were lost, rows of one id, rows left out
    noted: int = 0
    hosts: frozenset[str] = frozenset()  # where links of this feed may lead; empty for a connected marketplace

    @property
    def unchanged(self) -> int:
        return self.accepted - self.changed


@transaction.atomic(durable=True)
def import_offers(
    path: Path,
    marketplace: str,
    *,
    mapping: Mapping | None = None,
    form: str = "",
    complete: bool = False,
    most_missing: int = MOST_MISSING_PERCENT,
    refused_to: Path | None = None,
    progress: Progress = lambda done, size, rows: None,
    now: datetime | None = None,
) -> Imported:
    """Import the file. Refused rows, if any, are written to `refused_to` in the file's own format.

    With `complete` the file is everything that the marketplace has: live offers that it lacks are withdrawn, unless
    they are more than `most_missing` in a hundred. Raises UnreadableFile for a truncated or broken file, Invalid naming
    what is wrong with the marketplace, mapping or format, and TooManyMissing; nothing is changed then, here or in
    `refused_to`.
    """
    mapping = mapping or Mapping()
    now = now or clock.now()
    plan = plan_for(marketplace, mapping, now)
    feed = _allowed_feed(marketplace, mapping)
    with OpenedFile(path) as opened, RefusedRows(refused_to) as refused:
        read = reader(opened, form or mapping.format or form_of(path), mapping)
        check_columns(mapping, read.columns)
        life = feed.price_life if feed else manifest_of(marketplace).price_life
        rows = CleanRows(opened, read, plan, refused, progress)
        staged = stage(rows.chunks(), {marketplace: life})
        for same in rows_of_one_id():
            rows.notes.add(rows.number_of(same.kept), "id", same.say(rows.number_of))
        if feed is not None and staged.count:
            feed = _with_hosts_seen(feed, plan)
        merged = merge(
            staged, dated=plan.is_dated(read.columns), complete=complete, named=rows.named, most_missing=most_missing,
            now=now,
        )  # fmt: skip
        if feed is not None and staged.count:  # before the commit: no offer is shown before its feed may lead anywhere
            keep_feed(marketplace, feed)
        refused.keep()
    return Imported(
        accepted=staged.count,
        changed=merged.affected,
        refused=tuple(refused.rows),
        new=merged.new,
        withdrawn=merged.withdrawn,
        notes=tuple(rows.notes.first),
        noted=rows.notes.count,
        hosts=feed.hosts if feed else frozenset(),
    )


def _allowed_feed(marketplace: str, mapping: Mapping) -> AllowedFeed | None:
    """What the feed may do: as the mapping says, else as kept. None for a connected marketplace."""
    if not is_feed(marketplace):
        for name in ("hosts", "picture_hosts", "price_hours"):
            if getattr(mapping, name) is not None:
                raise Invalid(_("“%s” is for feeds; a connected marketplace has its own.") % name, field=name)
        return None
    kept = feeds().get(marketplace, AllowedFeed())
    return AllowedFeed(
        hosts=kept.hosts if mapping.hosts is None else mapping.hosts,
        picture_hosts=kept.picture_hosts if mapping.picture_hosts is None else mapping.picture_hosts,
        zone=mapping.zone or kept.zone,
        price_hours=mapping.price_hours or kept.price_hours,
    )


def plan_for(marketplace: str, mapping: Mapping, now: datetime) -> Plan:
    """How a file is read into a marketplace. Raises Invalid naming what is wrong with the marketplace or mapping."""
    if not (is_known(marketplace) or is_feed(marketplace)):
        raise Invalid(
            _("There is no marketplace “%s”. A feed is feed:NAME, of up to 59 of a–z, 0–9 and “-”.") % marketplace[:60],
            field="marketplace",
        )
    feed = _allowed_feed(marketplace, mapping)
    if feed is None:
        manifest = manifest_of(marketplace)
        zone = mapping.zone or manifest.zone
        links, pictures = AllowedHosts(manifest.hosts), AllowedHosts(manifest.hosts | manifest.picture_hosts)
    else:
        zone = feed.zone
        is_first = marketplace not in feeds()
        links = AllowedHosts(None if is_first and mapping.hosts is None else feed.hosts)
        pictures = AllowedHosts(None if is_first and mapping.picture_hosts is None else feed.picture_hosts)
    return Plan(marketplace, mapping, ZoneInfo(zone), now, links, pictures)


def _with_hosts_seen(feed: AllowedFeed, plan: Plan) -> AllowedFeed:
    """At its first import a feed whose links lead to one host is allowed that host. The operator sees it.

    With several hosts the operator has to name the right ones. Pictures are fetched by Joey, and no buyer follows them.
    """
    if plan.links.allowed is None:
        if len({host.removeprefix("www.") for host in plan.links.seen}) > 1:
            most = ", ".join(f"{host} ({count})" for host, count in plan.links.seen.most_common(5))
            raise Invalid(
                _("Links of this file lead to different hosts: %s. Name those you allow in the mapping: hosts = […].")
                % most,
                field="hosts",
            )
        feed = replace(feed, hosts=frozenset(plan.links.seen))
    if plan.pictures.allowed is None:
        most_common = plan.pictures.seen.most_common(MOST_PICTURE_HOSTS)
        feed = replace(feed, picture_hosts=frozenset(host for host, _count in most_common))
    return feed
