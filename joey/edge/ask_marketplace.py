"""Ask the marketplace for a tracked address while a visitor waits: within a time limit, and once for all who wait."""

import asyncio
import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from enum import Enum
from uuid import UUID

from django.db import DatabaseError

from joey.edge.remember import Remembered
from joey.kit import clock
from joey.kit.close_connection import close_connection
from joey.kit.refusals import Refusal
from joey.marketplaces.own_key import AccountLocked
from joey.marketplaces.port import MarketplaceRefused, PositionNotFiled, PositionRefused
from joey.marketplaces.registry import NotConnected
from joey.sharing.lease_position import NoOwnPosition, NoPositionFree, NothingComesBack, TooManyPositions
from joey.sharing.models import TrackedUrl
from joey.sharing.public_link import link_with_offer
from joey.sharing.tracked_url import OwnPositionRefused, tracked_url

logger = logging.getLogger(__name__)

WAIT_SECONDS = 2.0  # for lease and marketplace together; the answer of one that is later is kept for the next visitor
MAX_ASKING = 8  # at once, each a thread and a connection, half of them of one marketplace; more are asked to try again
REMEMBERED = 50_000
REMEMBER_SECONDS = 5.0  # that there is none: a position may be free by then


class Untracked(Enum):
    """Why there is no tracked address. The value is the word by which pages know it."""

    LATE = "late"  # the marketplace is unavailable, busy, or answers nonsense
    REFUSED = "refused"  # the marketplace grants none for this item
    POSITION_REFUSED = "position_refused"  # it does not know the shop's position
    NOT_FILED = "not_filed"  # the shop's keeper has to open a link there first
    NO_POSITION = "no_position"  # all are taken, or the shop's owner has as many as one person may have
    OWN_ACCOUNT = "own_account"  # the keeper's own account there cannot be used as it is
    NO_PERSON = "no_person"  # a program asks: nothing is leased for one
    NOT_HERE = "not_here"  # no order at all is reported to this instance, as every page of the listing says


class AskMarketplace:
    """Runs the verb `tracked_url` in threads of its own, each with a connection of its own."""

    def __init__(self) -> None:
        self._asking: dict[UUID, asyncio.Task[TrackedUrl | Untracked]] = {}  # by link
        self._busy: Counter[str] = Counter()  # how many of them by marketplace
        self._none: Remembered[UUID, Untracked] = Remembered(REMEMBERED, REMEMBER_SECONDS)  # by link
        self._threads = ThreadPoolExecutor(MAX_ASKING, thread_name_prefix="tracked-address")

    async def address_of(self, link_id: UUID, marketplace: str) -> TrackedUrl | Untracked:
        """The tracked address of a link to `marketplace` for a person who goes on, or why there is none; within
        WAIT_SECONDS.
        """
        known = self._none.fresh(link_id)
        if known is not None:
            return known
        asking = self._asking.get(link_id)
        if asking is None:
            if not self._has_place(marketplace):
                return Untracked.LATE
            asking = self._begin(link_id, marketplace)
        await asyncio.wait({asking}, timeout=WAIT_SECONDS)
        return asking.result() if asking.done() else Untracked.LATE

    def _has_place(self, marketplace: str) -> bool:
        """A slow one keeps its places for as long as its connector waits, so none takes more than it leaves free."""
        return self._busy[marketplace] < MAX_ASKING - len(self._asking)

    def _begin(self, link_id: UUID, marketplace: str) -> asyncio.Task[TrackedUrl | Untracked]:
        def end(_done: object) -> None:
            del self._asking[link_id]
            self._busy[marketplace] -= 1

        asking = self._asking[link_id] = asyncio.create_task(self._ask(link_id))
        self._busy[marketplace] += 1
        asking.add_done_callback(end)
        return asking

    async def _ask(self, link_id: UUID) -> TrackedUrl | Untracked:
        found = await asyncio.get_running_loop().run_in_executor(self._threads, _ask, link_id)
        if isinstance(found, Untracked) and found is not Untracked.LATE:  # after LATE each retry asks again
            self._none.put(link_id, found)
        return found


def _ask(link_id: UUID) -> TrackedUrl | Untracked:
    try:
        now: datetime = clock.now()
        return tracked_url(link_with_offer(link_id), now=now)
    except Refusal as refusal:
        logger.warning("no tracked address for link %s: %s", link_id, refusal)
        return _reason(refusal)
    except DatabaseError as error:
        logger.warning("no tracked address for link %s: the database is unavailable: %s", link_id, error)
    except Exception:  # an answer that the connector could not read is the marketplace's trouble, not the visitor's
        logger.exception("no tracked address for link %s", link_id)
    finally:
        close_connection()
    return Untracked.LATE


def _reason(refusal: Refusal) -> Untracked:
    match refusal:
        case AccountLocked() | NoOwnPosition() | OwnPositionRefused():
            return Untracked.OWN_ACCOUNT
        case NotConnected():
            return Untracked.NOT_HERE
        case NoPositionFree() | TooManyPositions():
            return Untracked.NO_POSITION
        case PositionRefused():
            return Untracked.POSITION_REFUSED
        case PositionNotFiled():
            return Untracked.NOT_FILED
        case MarketplaceRefused() | NothingComesBack():
            return Untracked.REFUSED
    return Untracked.LATE
