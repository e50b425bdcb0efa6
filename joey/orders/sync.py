"""Ask each marketplace every question that its manifest names, and remember how far each was answered without a gap."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_noop as _

from joey.kit.refusals import Refusal
from joey.kit.sentences import Sentence, Words, to_keep, worded
from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.pace import in_bulk
from joey.marketplaces.port import AnyReport, Connector, MarketplaceRefused, MarketplaceUnavailable
from joey.marketplaces.read_reports import read_reports
from joey.orders.models import SyncCursor
from joey.orders.take_order_reports import AskedPoll, keep_poll, next_poll_number, take_order_reports
from joey.sharing.lease_position import first_leased_at
from joey.sharing.tracked_url import first_tracked_at

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Synced:
    """What one marketplace reported; `trouble` is empty when every question was answered up to now.

    `read_until` is None where nothing is asked, because its reports come from exports.
    `notice` says why a second look was refused: no money waits for it, and it is asked again in its time.
    """

    marketplace: str
    reports: int
    lines: int
    read_until: datetime | None
    trouble: str = ""
    notice: str = ""


def sync(marketplace: str | None = None, *, now: datetime, recheck: bool = False) -> list[Synced]:
    """Bring in the reports of one marketplace, or of all that report orders.

    Each question of each account has a cursor. One that fails stops no other, and its cursor stays: the next run
    resumes there. With `recheck` the last day or so is asked for again though that is not due yet: a person who asks by
    hand wants to see what became visible late.
    """
    chosen = [registry.connector_for(marketplace)] if marketplace else registry.connectors()
    reporting = [connector for connector in chosen if connector.manifest.reports_orders]
    with in_bulk():
        return [_sync_one(connector, now=now, recheck=recheck) for connector in reporting]


def _sync_one(connector: Connector, *, now: datetime, recheck: bool) -> Synced:
    asked = [_ask(connector, question, now=now, recheck=recheck) for question in connector.manifest.questions]
    _wait_for_nothing_else(connector)
    return Synced(
        connector.code,
        reports=sum(each.reports for each in asked),
        lines=sum(each.lines for each in asked),
        read_until=min((each.read_until for each in asked if each.read_until), default=None),
        trouble=next((each.trouble for each in asked if each.trouble), ""),
        notice=next((each.notice for each in asked if each.notice), ""),
    )


def _ask(connector: Connector, question: Question, *, now: datetime, recheck: bool) -> Synced:
    """Take in the answer to one question: from its own cursor on, the last day or so again, and old days in turn."""
    cursor = _cursor(connector, question, now)
    if not recheck and not _is_due(question, cursor, now):
        notice = worded(cursor.trouble) if cursor.refused_at else ""
        return Synced(connector.code, reports=0, lines=0, read_until=now, notice=notice)
    asking = Asking(connector, question, cursor, now)
    trouble: Words = ""
    is_refused = False
    try:
        since = max(cursor.read_until - question.overlap, now - question.furthest_back)
        asking.take(since, now)  # what is new first: money waits for it
        _move_forward(cursor, asking.read_until)
        if _recheck_is_due(question, cursor, now, by_hand=recheck):
            _recheck(asking, until=since)
        _rescan(asking)
    except Refusal as refusal:
        is_refused = question.is_second_look and isinstance(refusal, MarketplaceRefused)
        trouble = refusal.words if isinstance(refusal, MarketplaceUnavailable | MarketplaceRefused) else str(refusal)
        where = asking.read_until.isoformat()
        log.warning("sync of %s (%s) stopped at %s: %s", connector.code, question.code, where, refusal)
    except Exception as error:  # a fault in one connector must not keep the other questions from being asked
        trouble = (Sentence(_("%(error)s; the log of the worker has the details"), {"error": type(error).__name__}),)
        log.exception("sync of %s (%s) failed", connector.code, question.code)
    asking.close_stretch()  # windows that held nothing were read too, and would all be read again
    kept = to_keep(trouble)
    SyncCursor.objects.filter(pk=cursor.pk).update(trouble=kept, **_outcome(now, bool(trouble), is_refused=is_refused))
    if is_refused:
        return Synced(connector.code, asking.reports, asking.lines, read_until=now, notice=worded(kept))
    return Synced(connector.code, asking.reports, asking.lines, asking.read_until, worded(kept))


def _is_due(question: Question, cursor: SyncCursor, now: datetime) -> bool:
    """Whether the time between two askings is over. What failed is asked again at once; what was refused is not, since
    the account may not be granted it.
    """
    answered = (cursor.last_success_at, cursor.refused_at)
    return all(at is None or now - at >= question.every for at in answered)


def _outcome(now: datetime, failed: bool, *, is_refused: bool) -> dict[str, datetime | None]:
    """What the cursor keeps of one asking beside its trouble."""
    if is_refused:
        return {"refused_at": now}
    return {} if failed else {"last_success_at": now, "refused_at": None}


class Asking:
    """One question being asked. Windows that bring nothing new are written down together, as one poll."""

    def __init__(self, connector: Connector, question: Question, cursor: SyncCursor, now: datetime) -> None:
        self.connector, self.question, self.cursor, self.now = connector, question, cursor, now
        self.read_until = cursor.read_until
        self.reports = self.lines = 0
        self._begun = monotonic()
        self._poll: AskedPoll | None = None  # the stretch at hand, of windows that brought nothing new so far

    def take(self, since: datetime, until: datetime) -> None:
        """Ask for [since, until) and take in each window with its poll; the cursor moves with what was taken in."""
        self.close_stretch()
        windows = read_reports(self.connector, self.question, since, until)
        begun = since
        while True:
            number, asked_at = next_poll_number(), self.now + timedelta(seconds=monotonic() - self._begun)
            window_end, reports = next(windows, (None, []))
            if window_end is None:
                break
            poll = AskedPoll(
                number, self.connector.account, self.question.code, begun, max(window_end, begun), asked_at
            )
            stretch = replace(poll, since=self._poll.since) if self._poll else poll
            brought_new = bool(reports) and self._take(stretch, reports)
            self._poll = None if brought_new else stretch  # only now: a window that fails is no part of it
            begun = poll.until
            self.read_until = max(self.read_until, window_end)
        self.close_stretch()

    def _take(self, poll: AskedPoll, reports: list[AnyReport]) -> bool:
        """Take in what a poll brought; whether any of it is new."""
        with transaction.atomic():
            done = take_order_reports(self.connector.code, reports, now=poll.asked_at, poll=poll)
            if done.reports:
                _move_forward(self.cursor, poll.until)
        self.reports, self.lines = self.reports + done.reports, self.lines + done.lines
        return done.reports > 0

    def close_stretch(self) -> None:
        """Write down a stretch that brought nothing new, and move the cursor past it."""
        if self._poll is not None:
            with transaction.atomic():
                keep_poll(self.connector.code, self._poll)
                _move_forward(self.cursor, self._poll.until)
            self._poll = None


def _recheck(asking: Asking, *, until: datetime) -> None:
    """Ask again for the day or so before `until`, for what became visible late.

    That goes back from the last time it was done, so that an outage leaves no gap.
    """
    question, cursor, now = asking.question, asking.cursor, asking.now
    since = max((cursor.rechecked_at or now) - question.recheck_back, now - question.furthest_back)
    if since < until:
        asking.take(since, until)
    SyncCursor.objects.filter(pk=cursor.pk).update(rechecked_at=now)


def _recheck_is_due(question: Question, cursor: SyncCursor, now: datetime, *, by_hand: bool) -> bool:
    if not question.recheck_back or cursor.rechecked_at == now:  # a new cursor's answer is of now
        return False
    return by_hand or cursor.rechecked_at is None or now - cursor.rechecked_at >= question.recheck_every


def _rescan(asking: Asking) -> None:
    """Once a day ask again for the whole days of the question's calendar, for what became visible long after.

    Days that came of age while nothing was asked are made up for.
    """
    question, cursor, now = asking.question, asking.cursor, asking.now
    zone = ZoneInfo(asking.connector.manifest.zone)
    today = now.astimezone(zone).date()
    missed = (today - (cursor.rescanned_on or today)).days
    for age in question.rescan_after if missed else ():
        first = datetime.combine(today - age - timedelta(days=missed - 1), time(), zone)
        last = datetime.combine(today - age + timedelta(days=1), time(), zone)
        since, until = max(first, now - question.furthest_back), min(last, now)
        if since < until:
            asking.take(since, until)
    SyncCursor.objects.filter(pk=cursor.pk).update(rescanned_on=today)


def _cursor(connector: Connector, question: Question, now: datetime) -> SyncCursor:
    """The question's cursor; a new one begins where the first order through us can be from.

    What is asked for again counts from when it was made, also where its first answers break off.
    """
    known = SyncCursor.objects.filter(
        marketplace=connector.code, account=connector.account, question=question.code
    ).first()
    if known is not None:
        if known.is_second_look != question.is_second_look:  # as another version of the manifest has it
            SyncCursor.objects.filter(pk=known.pk).update(is_second_look=question.is_second_look)
        if known.asked_since is None:
            SyncCursor.objects.filter(pk=known.pk).update(asked_since=Now())
        return known
    begun = [first_leased_at(connector.code), first_tracked_at(connector.code)]
    first = min((moment for moment in begun if moment is not None), default=now)
    return SyncCursor.objects.get_or_create(
        marketplace=connector.code,
        account=connector.account,
        question=question.code,
        defaults={
            "read_until": max(first, now - question.furthest_back),
            "rechecked_at": now,
            "rescanned_on": now.astimezone(ZoneInfo(connector.manifest.zone)).date(),
            "is_second_look": question.is_second_look,
        },
    )[0]


def _wait_for_nothing_else(connector: Connector) -> None:
    """No answer comes to a question that the manifest has no longer, nor to an account that was given up: no money
    waits for one. Their cursors stay where they are, in case they are asked again.
    """
    questions = [question.code for question in connector.manifest.questions]
    cursors = SyncCursor.objects.filter(marketplace=connector.code, asked_since__isnull=False)
    cursors.exclude(account=connector.account, question__in=questions).update(asked_since=None)


def _move_forward(cursor: SyncCursor, until: datetime) -> None:
    """Two syncs may run at once: the cursor never moves back."""
    SyncCursor.objects.filter(pk=cursor.pk, read_until__lt=until).update(read_until=until)
