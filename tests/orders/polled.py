"""Reports as a poll brings them, for tests: each call is one poll of one stretch of time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from joey.marketplaces.port import AnyReport
from joey.orders import take_order_reports as verb
from joey.orders.models import SyncCursor
from joey.orders.stage_reports import Origin
from joey.orders.take_order_reports import AskedPoll, Recorded, keep_poll, next_poll_number, take_with_origins
from tests.cast import DAY, NOW


def asked(question: str = "orders", *, now: datetime = NOW) -> AskedPoll:
    """A poll that was asked just now; what it brings may be taken in later."""
    return AskedPoll(next_poll_number(), "1", question, now - DAY, now, now)


def polled(*reports: AnyReport, question: str = "orders", now: datetime = NOW) -> Recorded:
    """Ask, and take in the answer."""
    return verb.take_order_reports("taobao", reports, now=now, poll=asked(question, now=now))


def take_order_reports(marketplace: str, reports: Iterable[AnyReport], *, now: datetime) -> Recorded:
    """The verb, with a poll of another account than that of the cursors, which asked before `now` is over."""
    asked_at = min(now, datetime.now(UTC))
    poll = AskedPoll(next_poll_number(), "a test's", "orders", asked_at - DAY, asked_at, asked_at)
    return verb.take_order_reports(marketplace, reports, now=now, poll=poll)


def cursor_at(moment: datetime = NOW, question: str = "orders") -> SyncCursor:
    """The cursor of a question that was answered up to `moment`."""
    return SyncCursor.objects.create(
        marketplace="taobao", account="1", question=question, read_until=moment, last_success_at=moment
    )


@contextmanager
def one_poll() -> Iterator[Callable[[Sequence[AnyReport]], None]]:
    """All that is taken in here came with one poll, so that no later one decides between reports of one second."""
    poll = asked()
    digests: list[bytes] = []

    def take(reports: Sequence[AnyReport]) -> None:
        given = [(report, Origin(poll.number, poll.asked_at)) for report in reports]
        digests.extend(take_with_origins("taobao", given, now=NOW).digests)

    yield take
    keep_poll("taobao", poll, digests)
