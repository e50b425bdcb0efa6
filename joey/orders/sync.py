"""Ask each marketplace every question that its manifest names, and remember how far each was answered without a gap."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from joey.kit.refusals import Refusal
from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.port import Connector
from joey.orders.models import SyncCursor
from joey.orders.take_order_reports import Recorded, take_order_reports
from joey.sharing.lease_position import first_leased_at
from joey.sharing.tracked_url import first_tracked_at

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Synced:
    """What one marketplace reported; `trouble` is empty when every question was answered up to now."""

    marketplace: str
    reports: int
    lines: int
    read_until: datetime
    trouble: str = ""


def sync(marketplace: str | None = None, *, now: datetime) -> list[Synced]:
    """Bring in the reports of one marketplace, or of all that report orders.

    Each question of each account has a cursor. One that fails stops no other, and its cursor stays: the next run
    resumes there.
    """
    chosen = [registry.connector_for(marketplace)] if marketplace else registry.connectors()
    return [_sync_one(connector, now=now) for connector in chosen if connector.manifest.reports_orders]


def _sync_one(connector: Connector, *, now: datetime) -> Synced:
    asked = [_ask(connector, question, now=now) for question in connector.manifest.questions]
    return Synced(
        connector.code,
        reports=sum(each.reports for each in asked),
        lines=sum(each.lines for each in asked),
        read_until=min((each.read_until for each in asked), default=now),
        trouble=next((each.trouble for each in asked if each.trouble), ""),
    )


def _ask(connector: Connector, question: Question, *, now: datetime) -> Synced:
    """Take in the answer to one question, from its own cursor on."""
    cursor = _cursor(connector, question, now)
    taken = lines = 0
    read_until = cursor.read_until
    trouble = ""
    try:
        since = max(cursor.read_until - question.overlap, now - question.furthest_back)
        for window_end, reports in connector.reports(question, since, now):
            read_until = max(read_until, window_end)
            if not reports:
                continue  # nothing to take in: the cursor is moved with the next reports, or at the end
            with transaction.atomic():
                done = take_order_reports(connector.code, reports, now=now)
                _move_forward(cursor, window_end)
            taken, lines = taken + done.reports, lines + done.lines
        for done in _rescan(connector, question, cursor, now=now):
            taken, lines = taken + done.reports, lines + done.lines
    except Refusal as refusal:
        trouble = str(refusal)
        log.warning("sync of %s (%s) stopped at %s: %s", connector.code, question.code, read_until.isoformat(), trouble)
    except Exception as error:  # a fault in one connector must not keep the other questions from being asked
        trouble = f"{type(error).__name__}; the log of the worker has the details"
        read_until = SyncCursor.objects.get(pk=cursor.pk).read_until  # the window at hand was not taken in
        log.exception("sync of %s (%s) failed", connector.code, question.code)
    _move_forward(cursor, read_until)  # past windows that held nothing, which would all be read again
    SyncCursor.objects.filter(pk=cursor.pk).update(trouble=trouble, **({} if trouble else {"last_success_at": now}))
    return Synced(connector.code, taken, lines, read_until, trouble)


def _rescan(connector: Connector, question: Question, cursor: SyncCursor, *, now: datetime) -> Iterator[Recorded]:
    """Once a day ask again for the whole days of the question's calendar, for what became visible long after."""
    zone = ZoneInfo(connector.manifest.zone)
    today = now.astimezone(zone).date()
    if not question.rescan_after or cursor.rescanned_on == today:
        return
    for age in question.rescan_after:
        day = datetime.combine(today - age, time(), zone)
        since, until = max(day, now - question.furthest_back), min(day + timedelta(days=1), now)
        for _window_end, reports in connector.reports(question, since, until) if since < until else ():
            if reports:
                yield take_order_reports(connector.code, reports, now=now)
    SyncCursor.objects.filter(pk=cursor.pk).update(rescanned_on=today)


def _cursor(connector: Connector, question: Question, now: datetime) -> SyncCursor:
    """The question's cursor; a new one begins where the first order through us can be from."""
    known = SyncCursor.objects.filter(
        marketplace=connector.code, account=connector.account, question=question.code
    ).first()
    if known is not None:
        return known
    begun = [first_leased_at(connector.code), first_tracked_at(connector.code)]
    first = min((moment for moment in begun if moment is not None), default=now)
    return SyncCursor.objects.get_or_create(
        marketplace=connector.code,
        account=connector.account,
        question=question.code,
        defaults={"read_until": max(first, now - question.furthest_back)},
    )[0]


def _move_forward(cursor: SyncCursor, until: datetime) -> None:
    """Two syncs may run at once: the cursor never moves back."""
    SyncCursor.objects.filter(pk=cursor.pk, read_until__lt=until).update(read_until=until)
