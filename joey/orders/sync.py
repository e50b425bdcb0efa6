"""Ask each marketplace every question that its manifest names, and remember how far each was answered without a gap."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext_noop as _

from joey.kit.refusals import Refusal
from joey.kit.sentences import Sentence, Words, to_keep, worded
from joey.marketplaces import registry
from joey.marketplaces.keepers_accounts import keepers_accounts
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.own_accounts import own_codes
from joey.marketplaces.pace import in_bulk
from joey.marketplaces.port import AnyReport, Connector, MarketplaceRefused, MarketplaceUnavailable
from joey.marketplaces.read_reports import read_reports
from joey.orders.missing_reports import missing_reports
from joey.orders.models import Poll, SyncCursor
from joey.orders.take_order_reports import AskedPoll, keep_poll, next_poll_number, take_order_reports
from joey.sharing.lease_position import first_leased_at
from joey.sharing.tracked_url import first_tracked_at

log = logging.getLogger(__name__)

CLOCKS_DIFFER = timedelta(minutes=10)  # at most, where all is well
RETRY_AFTER = timedelta(hours=1)  # the pause after what no money waits for was not answered


@dataclass(frozen=True)
class Synced:
    """What one marketplace reported; `trouble` is empty when every question was answered up to now.

    `read_until` is None where nothing is asked, because its reports come from exports.
    `notice` says why a second look, or older days that were asked for again, got no answer: no money waits for it, and
    it is asked again in its time. `gaps` are the stretches [since, until) that were never asked for, while money waits
    for them.
    """

    marketplace: str
    reports: int
    lines: int
    read_until: datetime | None
    trouble: str = ""
    notice: str = ""
    gaps: tuple[tuple[datetime, datetime], ...] = ()


def sync(marketplace: str | None = None, *, now: datetime, recheck: bool = False) -> list[Synced]:
    """Bring in the reports of one marketplace, or of all that report orders.

    Each question of each account has a cursor. One that fails stops no other, and its cursor stays: the next run
    resumes there. With `recheck` the last day or so is asked for again though that is not due yet: a person who asks by
    hand wants to see what became visible late.
    """
    chosen = [registry.connector_for(marketplace)] if marketplace else registry.connectors()
    reporting = [connector for connector in chosen if connector.manifest.reports_orders]
    not_asked = keepers_accounts()
    with in_bulk():
        return [
            _not_begun(each.code, str(not_asked[each.code]))
            if each.code in not_asked
            else _sync_one(each, now=now, recheck=recheck)
            for each in reporting
        ]


def sync_own_accounts(*, now: datetime, recheck: bool = False) -> list[Synced]:
    """The same for the accounts that keepers have of their own, one of which stops no other."""
    with in_bulk():
        return [_sync_own(code, now=now, recheck=recheck) for code in own_codes()]


def _sync_own(code: str, *, now: datetime, recheck: bool) -> Synced:
    try:
        connector = registry.connector(code)
    except Refusal as refusal:  # its key is not here, or the operator has no account there
        return _not_begun(code, str(refusal))
    return _sync_one(connector, now=now, recheck=recheck)


def _not_begun(code: str, why: str) -> Synced:
    log.warning("sync of %s did not begin: %s", code, why)
    SyncCursor.objects.filter(marketplace=code).update(trouble=to_keep(why))
    return Synced(code, reports=0, lines=0, read_until=None, trouble=why)


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
        gaps=tuple(sorted({gap for each in asked for gap in each.gaps})),
    )


def _ask(connector: Connector, question: Question, *, now: datetime, recheck: bool) -> Synced:
    """Take in the answer to one question: from its own cursor on, the last day or so again, and old days in turn."""
    cursor = _cursor(connector, question, now)
    if not recheck and not _is_due(question, cursor, now):
        return Synced(connector.code, reports=0, lines=0, read_until=now, notice=worded(cursor.notice))
    asking = Asking(connector, question, cursor, now)
    if question.is_second_look:
        _look_a_second_time(asking, by_hand=recheck)
        return Synced(connector.code, asking.reports, asking.lines, read_until=now, notice=worded(cursor.notice))
    _read_on(asking, by_hand=recheck)
    trouble, notice = worded(cursor.trouble), worded(cursor.notice)
    gaps = (cursor.open_gap,) if cursor.open_gap else ()
    return Synced(connector.code, asking.reports, asking.lines, asking.read_until, trouble, notice, gaps)


def _read_on(asking: "Asking", *, by_hand: bool) -> None:
    """Read what is new, which money waits for, and then older days again, which it does not."""
    stopped = _stop_of(asking, _read_new)
    if stopped is not None:
        _keep(asking.cursor, trouble=to_keep(stopped.words))
        return
    _keep(asking.cursor, trouble="", last_success_at=asking.now)
    if by_hand or not _is_put_off(asking.question, asking.cursor, asking.now):
        stops = [_stop_of(asking, _recheck, by_hand=by_hand), _stop_of(asking, _rescan)]  # neither waits for the other
        _keep(asking.cursor, **_put_off(asking, next((stop for stop in stops if stop is not None), None)))


def _look_a_second_time(asking: "Asking", *, by_hand: bool) -> None:
    """Read what is new and older days again, all of it together: no money waits for it."""
    stopped = _stop_of(asking, _read_new) or _stop_of(asking, _recheck, by_hand=by_hand) or _stop_of(asking, _rescan)
    answered = {} if stopped else {"trouble": "", "last_success_at": asking.now}
    _keep(asking.cursor, **_put_off(asking, stopped), **answered)


@dataclass(frozen=True)
class StoppedAsking:
    """Why an asking did not come to its end."""

    words: Words
    is_refused: bool = False


def _stop_of(asking: "Asking", ask: Callable[..., None], **options: bool) -> StoppedAsking | None:
    """Ask; None when all was answered."""
    connector, question = asking.connector, asking.question
    try:
        ask(asking, **options)
    except Refusal as refusal:
        words = refusal.words if isinstance(refusal, MarketplaceUnavailable | MarketplaceRefused) else str(refusal)
        stop = StoppedAsking(words, isinstance(refusal, MarketplaceRefused))
        where = asking.read_until.isoformat()
        log.warning("sync of %s (%s) stopped at %s: %s", connector.code, question.code, where, refusal)
    except Exception as error:  # a fault in one connector must not keep the other questions from being asked
        stop = StoppedAsking(
            (Sentence(_("%(error)s; the log of the worker has the details"), {"error": type(error).__name__}),)
        )
        log.exception("sync of %s (%s) failed", connector.code, question.code)
    else:
        return None
    finally:
        asking.close_stretch()  # windows that held nothing were read too, and would all be read again
    return stop


def _is_due(question: Question, cursor: SyncCursor, now: datetime) -> bool:
    """Whether the time between two askings is over. What money waits for is asked again at once when it failed."""
    if question.is_second_look and _is_put_off(question, cursor, now):
        return False
    return cursor.last_success_at is None or now - cursor.last_success_at >= question.every


def _put_off(asking: "Asking", stop: StoppedAsking | None) -> dict[str, Any]:
    """What the cursor keeps of an asking that no money waits for. One that is refused may never be granted."""
    if stop is None:
        return {"notice": "", "again_at": None}
    pause = max(RETRY_AFTER, asking.question.every) if stop.is_refused else RETRY_AFTER
    return {"notice": to_keep(stop.words), "again_at": asking.now + pause}


def _is_put_off(question: Question, cursor: SyncCursor, now: datetime) -> bool:
    """A time that is further off than any pause is of a clock that was ahead."""
    return cursor.again_at is not None and now < cursor.again_at <= now + max(RETRY_AFTER, question.every)


class Asking:
    """One question being asked. Windows that bring nothing new are written down together, as one poll."""

    def __init__(self, connector: Connector, question: Question, cursor: SyncCursor, now: datetime) -> None:
        self.connector, self.question, self.cursor, self.now = connector, question, cursor, now
        self.read_until = cursor.read_until
        self.begin = max(cursor.read_until - question.overlap, now - question.furthest_back)
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


def _read_new(asking: Asking) -> None:
    """Ask for what is not read yet, as far back as the marketplace answers. What no question read before is a gap."""
    oldest = asking.now - asking.question.furthest_back
    cursor = asking.cursor
    since = cursor.open_gap[0] if cursor.open_gap else cursor.read_until
    if cursor.read_until < oldest and (missing := missing_reports(cursor, asking.question, since, oldest)):
        _keep(cursor, gap_since=missing[0], gap_until=missing[1], gap_ended_at=None)
    asking.take(asking.begin, max(asking.begin, asking.now - asking.question.behind))
    _move_forward(asking.cursor, asking.read_until)


def _recheck(asking: Asking, *, by_hand: bool) -> None:
    """Ask again for the day or so before what was new, for what became visible late.

    That goes back from the last time it was done, so that an outage leaves no gap.
    """
    question, cursor, now, until = asking.question, asking.cursor, asking.now, asking.begin
    if not _recheck_is_due(question, cursor, now, by_hand=by_hand):
        return
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
        _put_right(known, connector, question, now)
        return known
    begun = [first_leased_at(connector.code), first_tracked_at(connector.code)]
    first = min((moment for moment in begun if moment is not None), default=now)
    return SyncCursor.objects.get_or_create(
        marketplace=connector.code,
        account=connector.account,
        question=question.code,
        defaults={
            "read_until": now if question.begins_today else max(first - question.behind, now - question.furthest_back),
            "rechecked_at": now,
            "rescanned_on": now.astimezone(ZoneInfo(connector.manifest.zone)).date(),
            "is_second_look": question.is_second_look,
        },
    )[0]


def _put_right(cursor: SyncCursor, connector: Connector, question: Question, now: datetime) -> None:
    """A clock that was ahead noted times that are still to come. Nothing would be due until then: they count as none.

    What is read is up to where the last poll before now ended: the polls also know what was read before a clock that
    was behind set the cursor back.
    """
    latest, oldest = now + CLOCKS_DIFFER, now - question.furthest_back
    names = ("last_success_at", "rechecked_at")
    right: dict[str, Any] = {name: None for name in names if (at := getattr(cursor, name)) and at > latest}
    if not oldest <= cursor.read_until <= latest:
        polls = Poll.objects.filter(marketplace=cursor.marketplace, account=cursor.account, question=cursor.question)
        reached = polls.filter(until__lte=latest).aggregate(reached=Max("until"))["reached"]
        right["read_until"] = reached or min(cursor.read_until, now)
    zone = ZoneInfo(connector.manifest.zone)
    if cursor.rescanned_on and cursor.rescanned_on > latest.astimezone(zone).date():
        right["rescanned_on"] = right.get("read_until", cursor.read_until).astimezone(zone).date()
    if cursor.gap_until and cursor.gap_until > latest:
        is_older = cursor.gap_since is not None and cursor.gap_since < oldest
        right |= {"gap_until": oldest if is_older else None, "gap_since": cursor.gap_since if is_older else None}
    if right:
        _keep(cursor, **right)


def _wait_for_nothing_else(connector: Connector) -> None:
    """No answer comes to a question that the manifest has no longer, nor to an account that was given up: no money
    waits for one. Their cursors stay where they are, in case they are asked again.
    """
    questions = [question.code for question in connector.manifest.questions]
    cursors = SyncCursor.objects.filter(marketplace=connector.code, asked_since__isnull=False)
    cursors.exclude(account=connector.account, question__in=questions).update(asked_since=None)


def _keep(cursor: SyncCursor, **values: Any) -> None:
    """Write these down, and no other: two syncs may run at once."""
    SyncCursor.objects.filter(pk=cursor.pk).update(**values)
    for name, value in values.items():
        setattr(cursor, name, value)


def _move_forward(cursor: SyncCursor, until: datetime) -> None:
    """Two syncs may run at once: the cursor never moves back."""
    SyncCursor.objects.filter(pk=cursor.pk, read_until__lt=until).update(read_until=until)
