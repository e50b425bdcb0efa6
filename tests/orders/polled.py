"""Reports as a poll brings them, for tests: each call is one poll of one stretch of time."""

from datetime import datetime

from joey.marketplaces.port import AnyReport
from joey.orders.models import SyncCursor
from joey.orders.take_order_reports import AskedPoll, Recorded, next_poll_number, take_order_reports
from tests.cast import DAY, NOW


def asked(question: str = "orders", *, now: datetime = NOW) -> AskedPoll:
    """A poll that was asked just now; what it brings may be taken in later."""
    return AskedPoll(next_poll_number(), "1", question, now - DAY, now, now)


def polled(*reports: AnyReport, question: str = "orders", now: datetime = NOW) -> Recorded:
    """Ask, and take in the answer."""
    return take_order_reports("taobao", reports, now=now, poll=asked(question, now=now))


def cursor_at(moment: datetime = NOW, question: str = "orders") -> SyncCursor:
    """The cursor of a question that was answered up to `moment`."""
    return SyncCursor.objects.create(
        marketplace="taobao", account="1", question=question, read_until=moment, last_success_at=moment
    )
