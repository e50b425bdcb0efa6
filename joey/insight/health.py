"""Whether this instance is well: worker, partitions, search index, and how old each marketplace's newest report is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from joey.catalog.feeds.queries import feed_alarms
from joey.catalog.search.follow import Lag, lag
from joey.insight.queries import BOOKING_OLD_AFTER, BookingLag, booking_lags
from joey.insight.waiting import Waiting, stuck
from joey.kit.partitions import DAYS_LEFT_MIN, days_left
from joey.kit.sentences import worded
from joey.kit.utc_text import utc_text
from joey.marketplaces import registry
from joey.marketplaces.keepers_accounts import keepers_accounts
from joey.marketplaces.unread_refunds import unread_refunds
from joey.orders.models import OrderLine, SyncCursor
from joey.payouts.by_rule import to_decide
from joey.payouts.licensed_channels import money_without_channel
from joey.payouts.models import Payout
from joey.payouts.rails.registry import rail_faults
from joey.people.code_budgets import code_alarms

WORKER_SILENT_AFTER = timedelta(seconds=90)  # a worker's heartbeat is every ten seconds
SYNC_OLD_AFTER = timedelta(minutes=15)  # five rounds missed
COUNT_MOST = 1000  # enough to see trouble; counting all of a large table is not worth it


@dataclass(frozen=True)
class SyncState:
    """How far one question to a marketplace has been answered. `trouble` is "" when the last answer could be read."""

    marketplace: str
    kind: str  # the question
    read_until: datetime
    last_success_at: datetime | None
    trouble: str
    is_second_look: bool = False
    notice: str = ""  # why a second look, or older days that were asked for again, got no answer
    gap: tuple[datetime, datetime] | None = None  # never asked for, while money waits for it
    asked_since: datetime | None = None  # without a pause

    def is_old(self, now: datetime) -> bool:
        """Whether money waits for an answer that should have come. The first one, of ninety days, takes its time."""
        if self.is_second_look:
            return False
        since = self.last_success_at or (None if self.trouble else self.asked_since)
        return since is None or now - since > SYNC_OLD_AFTER


@dataclass(frozen=True)
class Health:
    """`troubles` in words, none when all is well. `worker_seen_at` is None when no worker has ever run.

    `stuck` is what waits for an operator's decision about money: it needs attention, and the instance still works.
    `notices` are what an operator may want to know, and nothing depends on.
    """

    troubles: tuple[str, ...]
    notices: tuple[str, ...]
    worker_seen_at: datetime | None
    syncs: tuple[SyncState, ...]
    search: Lag  # of this host
    stuck: tuple[Waiting, ...]
    booking: tuple[BookingLag, ...]


@dataclass(frozen=True)
class Counts:
    """Each at most COUNT_MOST: what waits for an operator, and for a worker."""

    failed_jobs: int
    waiting_jobs: int
    in_suspense: int
    payouts_to_decide: int


def health(*, now: datetime) -> Health:
    """Eleven queries, one more for each marketplace whose changes are not searchable yet, and one while a currency
    lacks its licensed channel.

    Raises what the database raises when it is unavailable.
    """
    worker = ProcrastinateWorker.objects.order_by("-last_heartbeat").values_list("last_heartbeat", flat=True).first()
    syncs, search, booking = sync_states(), lag(), tuple(booking_lags(now=now))
    troubles = (
        *_troubles(worker, syncs, now), *(each.text for each in registry.faults()), *rail_faults(),
        *_booking_troubles(booking, now), *_partition_troubles(), *_search_troubles(search),
    )  # fmt: skip
    notices = (
        *_notices(syncs), *map(str, keepers_accounts().values()), *map(str, money_without_channel()),
        *code_alarms(now=now), *_feed_notices(now),
    )  # fmt: skip
    return Health(troubles, notices, worker, tuple(syncs), search, tuple(stuck(now=now)), booking)


def counts() -> Counts:
    """Four bounded queries."""
    return Counts(
        failed_jobs=ProcrastinateJob.objects.filter(status="failed")[:COUNT_MOST].count(),
        waiting_jobs=ProcrastinateJob.objects.filter(status="todo")[:COUNT_MOST].count(),
        in_suspense=OrderLine.objects.exclude(suspense="")[:COUNT_MOST].count(),
        payouts_to_decide=to_decide(Payout.objects.all())[:COUNT_MOST].count(),
    )


def connected() -> list[str]:
    """Codes of the connected marketplaces' connectors."""
    return [connector.code for connector in registry.connectors()]


def sync_states() -> list[SyncState]:
    """Of marketplaces that are connected and report orders; one never read yet has no row."""
    reporting = {each.code: each for each in registry.connectors() if each.manifest.reports_orders}
    rows = SyncCursor.objects.filter(marketplace__in=reporting, asked_since__isnull=False).order_by(
        "marketplace", "question"
    )
    return [
        SyncState(
            row.marketplace, row.question, row.read_until, row.last_success_at, worded(row.trouble), row.is_second_look,
            worded(row.notice), None if row.is_second_look else row.open_gap,
            row.asked_since,
        )
        for row in rows
        if row.account == reporting[row.marketplace].account
    ]  # fmt: skip


def _troubles(worker: datetime | None, syncs: Sequence[SyncState], now: datetime) -> list[str]:
    found = []
    if worker is None or now - worker > WORKER_SILENT_AFTER:
        found.append(_("No worker is running: orders, payouts and prices are not updated. Start “joey work”."))
    for sync in syncs:
        if sync.is_old(now):
            found.append(
                _("The reports of %(marketplace)s (%(kind)s) were last read %(when)s: %(trouble)s")
                % {
                    "marketplace": sync.marketplace,
                    "kind": sync.kind,
                    "when": utc_text(sync.last_success_at) if sync.last_success_at else _("never"),
                    "trouble": sync.trouble or _("nothing was read since"),
                }
            )
    return found


def _notices(syncs: Sequence[SyncState]) -> tuple[str, ...]:
    second_look = _(
        "%(marketplace)s does not answer the second look “%(kind)s”. No money waits for it, and it is asked again in"
        " its time. The reason: %(why)s"
    )
    older_days = _(
        "%(marketplace)s does not answer for older days of “%(kind)s”, which are asked for again in case rows appeared"
        " late. What is new is read, and these days are tried every hour. The reason: %(why)s"
    )
    gap = _(
        "From %(since)s to %(until)s %(marketplace)s was not asked for “%(kind)s”, and it answers for that time no"
        " more. Import an export of it (joey import-orders), then end the gap with “joey reports end-gap”. Until then"
        " no more money becomes available."
    )
    missing = (
        gap
        % {
            "marketplace": sync.marketplace,
            "kind": sync.kind,
            "since": utc_text(sync.gap[0]),
            "until": utc_text(sync.gap[1]),
        }
        for sync in syncs
        if sync.gap
    )
    unanswered = (
        (second_look if sync.is_second_look else older_days)
        % {"marketplace": sync.marketplace, "kind": sync.kind, "why": sync.notice}
        for sync in syncs
        if sync.notice
    )
    only_some = [words for each in registry.connectors() if (words := unread_refunds(each))]
    return (*only_some, *missing, *unanswered)


def _feed_notices(now: datetime) -> list[str]:
    held = _(
        "The list of %(feed)s lacks %(missing)d of its %(live)d goods, so nothing was withdrawn. Look at it: “joey feed"
        " shrink” lets it count, “joey feed resume” asks again."
    )
    failing = _("The list of %(feed)s has not come in since %(since)s: %(trouble)s")
    return [
        held % {"feed": each.marketplace, "missing": each.missing, "live": each.live}
        if each.failing_since is None
        else failing
        % {"feed": each.marketplace, "since": utc_text(each.failing_since), "trouble": worded(each.trouble)}
        for each in feed_alarms(now=now)
    ]


def _booking_troubles(booking: Sequence[BookingLag], now: datetime) -> list[str]:
    behind = _("Order lines of %(marketplace)s that are reported and not booked: %(lines)d, the first since %(since)s.")
    overdue = _("Commissions of %(marketplace)s that were due before yesterday and are not available: %(lines)d.")
    gone = _("The package of %(marketplace)s is not installed: its orders are neither booked nor made available.")
    found = []
    for each in booking:
        if each.to_book and now - each.since > BOOKING_OLD_AFTER:
            since = utc_text(each.since)
            found.append(behind % {"marketplace": each.marketplace, "lines": each.to_book, "since": since})
        if each.to_confirm and now - each.overdue_since > BOOKING_OLD_AFTER:
            found.append(overdue % {"marketplace": each.marketplace, "lines": each.to_confirm})
        if (each.to_book or each.to_confirm) and registry.find_manifest(each.marketplace) is None:
            found.append(gone % {"marketplace": each.marketplace})
    return found


def _partition_troubles() -> list[str]:
    short = sorted(table for table, days in days_left().items() if days < DAYS_LEFT_MIN)
    if not short:
        return []
    missing = _("The partitions of the coming days are missing: %s. Look at the failed jobs “make_partitions”.")
    return [missing % ", ".join(short)]


def _search_troubles(search: Lag) -> list[str]:
    if search.missing:
        return [_("This host has no search index yet. “joey work” builds it here, or “joey index rebuild” at once.")]
    if search.is_left:
        behind = _("%d offers changed since the search index of this host was last updated. Start “joey work” here.")
        return [behind % search.behind]
    return []
