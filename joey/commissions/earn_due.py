"""Turn what marketplaces reported into commission: each changed order line's difference is booked, once.

Plan, shares and the moment that chose them are fixed when a line is first booked. Later reports (settled, returned,
closed, re-opened, un-settled) move the booked parts to what they should be now; no journal is ever changed.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from joey.commissions import queries
from joey.commissions.book_lines import CHANGED, book_lines
from joey.commissions.move_held import move_held
from joey.commissions.quarantine import is_about_the_lines, put_into_quarantine, set_aside
from joey.kit import sql
from joey.kit.try_each import trying_each
from joey.marketplaces import registry
from joey.marketplaces.registry import NotInstalled
from joey.orders.queries import changed_lines_into, marketplaces_with_lines

log = logging.getLogger(__name__)

BATCH = 20_000
QUARANTINED_MOST = 200  # in one run; more is a fault of ours and not of the lines, so the run stops and /readyz says so


@dataclass(frozen=True)
class Earned:
    """How many order lines were read, how many journals they made, and how many lines could not be booked.

    `not_installed` are the marketplaces with lines to book about which nothing is known here.
    """

    lines: int = 0
    journals: int = 0
    quarantined: int = 0
    not_installed: tuple[str, ...] = ()

    def __add__(self, other: "Earned") -> "Earned":
        return Earned(
            self.lines + other.lines,
            self.journals + other.journals,
            self.quarantined + other.quarantined,
            self.not_installed + other.not_installed,
        )


def earn_due(*, now: datetime, batch: int = BATCH) -> Earned:
    """Book everything that changed since the last time, marketplace by marketplace, in batches.

    Safe to run at any time, twice, and beside itself: the cursor row is locked, a journal's reference holds the number
    of the change, and a batch that is cut off is simply read again. A marketplace that fails stops no other; the first
    failure is raised at the end. Lines of one whose package is gone wait until it is installed again.
    """
    done = Earned()
    with trying_each(log, "booking the order lines of %s failed") as trying:
        for marketplace in marketplaces_with_lines():
            with trying(marketplace):
                done += _earn_marketplace(marketplace, now=now, batch=batch)
                move_held(marketplace, now=now)
    return done


def _earn_marketplace(marketplace: str, *, now: datetime, batch: int) -> Earned:
    """Batch after batch. One that fails is read again in halves, until the line that cannot be booked is alone."""
    total, size = Earned(), batch
    while True:
        try:
            done = _earn_batch(marketplace, now=now, batch=size, may_fail=total.quarantined < QUARANTINED_MOST)
        except NotInstalled:
            return total + Earned(not_installed=(marketplace,))
        except Exception as failure:
            if size == 1 or not is_about_the_lines(failure):
                raise
            size //= 2
            continue
        if done is None:
            return total
        total += done
        size = min(batch, size * 2)


@transaction.atomic(durable=True)
def _earn_batch(marketplace: str, *, now: datetime, batch: int, may_fail: bool) -> Earned | None:
    """Book the next batch of changed lines; None when there is none."""
    read_until = queries.lock_earn_cursor(marketplace)
    last = changed_lines_into(CHANGED.create(), marketplace, after=read_until, limit=batch)
    if last == read_until:
        queries.note_caught_up(marketplace, now=now)
        return None
    lines = int(sql.value(f"SELECT count(*) FROM {CHANGED}"))
    journals = quarantined = 0
    if registry.manifest_of(marketplace).paid_by == "operator":
        quarantined = set_aside(CHANGED, now=now)
        if batch == 1 and may_fail:
            journals, failed = _book_or_set_aside(marketplace, now=now)
            quarantined += failed
        else:
            journals = book_lines(marketplace, now=now)
    queries.advance_earn_cursor(marketplace, last)
    return Earned(lines, journals, quarantined)


def _book_or_set_aside(marketplace: str, *, now: datetime) -> tuple[int, int]:
    """Book a set of one, or quarantine it: how many journals, and how many lines were set aside."""
    try:
        with transaction.atomic():
            return book_lines(marketplace, now=now), 0
    except Exception as failure:
        if not is_about_the_lines(failure):
            raise
        log.exception("an order line of %s cannot be booked", marketplace)
        return 0, put_into_quarantine(CHANGED, failure=failure, now=now)
