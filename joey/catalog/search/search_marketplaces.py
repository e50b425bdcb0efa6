"""Ask the connected marketplaces for what the own index lacks, while a person waits: within a time limit, and bounded
by person and day.
"""

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from threading import Lock
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from joey.catalog.search.ask_marketplace import (
    KEPT,
    MarketplaceQuestion,
    SearchClaim,
    ask_marketplace,
    claim_search,
    mark_late,
)
from joey.catalog.search.fold import is_unspaced
from joey.catalog.search.models import AskedSearch
from joey.kit.close_connection import close_connection, close_while_waiting
from joey.kit.limits import SEARCHES_OF_PERSON
from joey.kit.rate_limit import Limit, hit
from joey.kit.refusals import Refusal, TooMany
from joey.marketplaces import registry
from joey.marketplaces.port import Connector

log = logging.getLogger(__name__)

WAIT_SECONDS = 2.0  # for all marketplaces together; an answer that comes later is kept for the next search
POLL_SECONDS = 0.1  # between two looks at what another process asks
MAX_ASKING = 4  # at once in this process, each a thread; no marketplace takes more than it leaves free
SHORTEST = 2  # characters that are worth a call, unless one is a word
JUST_NOW = timedelta(minutes=10)
DAY = timedelta(days=1)


class AskState(Enum):
    """What became of asking a marketplace. The value is the word of the API."""

    ANSWERED = "answered"
    LATE = "late"  # it has not answered in time
    UNAVAILABLE = "unavailable"  # it failed or throttles, now or a few minutes ago
    REFUSED = "refused"
    USED_UP = "used_up"  # today's searches of this person, or of this instance at this marketplace


_TROUBLES = {
    AskState.LATE: _("%(place)s has not answered in time. Only goods known here are shown; search again in a minute."),
    AskState.UNAVAILABLE: _(
        "%(place)s is not available. Only goods known here are shown; it is asked again in a few minutes."
    ),
    AskState.REFUSED: _("%(place)s refused this search. Only goods known here are shown."),
    AskState.USED_UP: _("Today's searches at %(place)s are used up. Only goods known here are shown."),
}
_WITHOUT_LINK = _(
    "%(place)s sells an item with exactly this title and gives no link to it here. Open it in the app of %(place)s,"
    " copy its link or copy-code under “Share”, and paste it here."
)


@dataclass(frozen=True)
class SearchedMarketplace:
    """A marketplace's part in a search. `offer_ids` are the offers that its last answer named."""

    code: str
    state: AskState
    answered_at: datetime | None = None
    hits: int = 0
    without_id: int = 0
    offer_ids: tuple[UUID, ...] = ()

    def is_fresh(self, now: datetime) -> bool:
        """Whether it answered just now."""
        return self.answered_at is not None and self.answered_at > now - JUST_NOW

    @property
    def trouble(self) -> str:
        """Why it names nothing for these words; "" where it answered."""
        return self._worded(_TROUBLES[self.state]) if self.state in _TROUBLES else ""

    @property
    def without_link(self) -> str:
        """What to do about an item that it found and gave no link to; "" where there is none."""
        return self._worded(_WITHOUT_LINK) if self.without_id else ""

    def _worded(self, text: object) -> str:
        return str(text) % {"place": registry.name_of(self.code)}


class MarketplaceSearch:
    """A question's words at the marketplaces that can be asked for them. Made by one query, or by none without any."""

    def __init__(self, typed: str, *, marketplace: str | None, asker: str, now: datetime) -> None:
        self._question = MarketplaceQuestion(typed)
        self._asker, self._person = asker, UUID(asker)
        self._now = now
        self._connectors = _that_search(marketplace) if _is_worth_a_call(self._question) else []
        self._used_up: set[str] = set()
        self._rows: dict[str, AskedSearch] = {}
        self._resting: set[str] = set()
        self._look()

    @property
    def offer_ids(self) -> list[UUID]:
        """The offers that the last answers named."""
        return list(dict.fromkeys(each for row in self._rows.values() for each in row.offer_ids))

    def ask(self) -> None:
        """Ask those whose answer is missing or old, and wait for all together. No transaction is open meanwhile."""
        deadline = time.monotonic() + WAIT_SECONDS
        due = [each for each in self._connectors if self._is_due(each.code)]
        claims = [(each, claim) for each in due if (claim := self._claim(each.code))]
        if claims:
            asked = {_begin(connector, self._question, claim, self._asker): claim for connector, claim in claims}
            close_while_waiting()
            late = wait(asked, timeout=WAIT_SECONDS).not_done
            mark_late([asked[each] for each in late], asker=self._asker, now=self._now)
        if due:
            self._look()
        while self._is_asked_elsewhere() and time.monotonic() < deadline:
            close_while_waiting()
            time.sleep(POLL_SECONDS)
            self._look()

    def answered(self) -> list[SearchedMarketplace]:
        """The marketplaces whose last answer to these words is known, whenever it was asked for."""
        return [each for each in self.outcome() if each.state is AskState.ANSWERED]

    def outcome(self) -> list[SearchedMarketplace]:
        """Every marketplace that can be asked, after `ask`."""
        return [self._searched(each.code) for each in self._connectors]

    def _look(self) -> None:
        """What is known of these words, and which marketplaces rest. One query."""
        question, codes = self._question, [each.code for each in self._connectors]
        if not codes:
            return
        same = Q(words=question.words, category=question.category, sort=question.sort, page=question.page)
        of_others = Q(rest_until__gt=self._now) & ~Q(trouble=AskedSearch.Trouble.REFUSED)
        found = list(AskedSearch.objects.filter(same | of_others, marketplace__in=codes))
        self._rows = {row.marketplace: row for row in found if question.is_asked_by(row)}
        troubled = [row for row in found if row.rest_until and row.rest_until > self._now]
        self._resting = {code for code in codes if self._rests([row for row in troubled if row.marketplace == code])}

    def _rests(self, troubled: list[AskedSearch]) -> bool:
        """Whether a marketplace with these troubles is not asked: one person's words silence it for that person only,
        and a refusal says something of its words alone.
        """
        if any(self._question.is_asked_by(row) or row.asker in (None, self._person) for row in troubled):
            return True
        return len({row.asker for row in troubled}) > 1

    def _is_due(self, code: str) -> bool:
        if code in self._resting:
            return False
        row = self._rows.get(code)
        return row is None or row.trouble != "" or row.answered_at is None or row.answered_at <= self._now - KEPT

    def _claim(self, code: str) -> SearchClaim | None:
        """The right to ask, and a thread for it; None where another process asks, none is free, or it is used up."""
        if not _take_thread(code, self._asker):
            return None
        claim = None
        try:
            claim = self._claim_within_limits(code)
        except TooMany:
            self._used_up.add(code)
        finally:
            if claim is None:
                _leave_thread(code, self._asker)
        return claim

    @transaction.atomic
    def _claim_within_limits(self, code: str) -> SearchClaim | None:
        claim = claim_search(code, self._question, asker=self._asker, now=self._now)
        if claim is not None:
            of_instance = Limit(f"searches at {code}", settings.JOEY_SEARCHES_PER_DAY, DAY)
            counted = (SEARCHES_OF_PERSON, self._asker), (of_instance, "")
            hit(*counted, now=self._now, text=_TROUBLES[AskState.USED_UP])  # not asked then: the claim is undone, too
        return claim

    def _is_asked_elsewhere(self) -> bool:
        return any(row.answered_at is None and not row.trouble for row in self._rows.values())

    def _searched(self, code: str) -> SearchedMarketplace:
        row = self._rows.get(code)
        named = tuple(row.offer_ids) if row else ()
        if row and row.answered_at and not row.trouble:
            return SearchedMarketplace(code, AskState.ANSWERED, row.answered_at, row.hits, row.without_id, named)
        if code in self._used_up:
            state = AskState.USED_UP
        elif row and row.trouble:
            state = AskState(row.trouble)
        else:
            state = AskState.UNAVAILABLE if code in self._resting else AskState.LATE
        return SearchedMarketplace(code, state, offer_ids=named)


def _is_worth_a_call(question: MarketplaceQuestion) -> bool:
    """A single letter is not, nor is anything where the operator allows no searches."""
    words = question.words
    long_enough = len(words) >= SHORTEST or (words and is_unspaced(words))
    return bool(settings.JOEY_SEARCHES_PER_DAY and long_enough)


def _that_search(marketplace: str | None) -> list[Connector]:
    """The connectors of marketplaces that can be asked by a call, of one marketplace or of all."""
    return [
        each
        for each in registry.connectors()
        if each.manifest.capabilities.search == "api" and marketplace in (None, *each.manifest.marketplaces)
    ]


# ── Threads ───────────────────────────────────────────────────────────────────────────────────────────────

_threads = ThreadPoolExecutor(MAX_ASKING, thread_name_prefix="marketplace-search")
_busy: set[tuple[str, str]] = set()  # which marketplace is asked just now, and for whom
_lock = Lock()


def _take_thread(code: str, asker: str) -> bool:
    """A slow marketplace keeps its threads for as long as its connector waits, so it gets as many as it leaves free,
    and a person one of them.
    """
    with _lock:
        at_it = sum(busy == code for busy, _asker in _busy)
        if (code, asker) in _busy or at_it >= MAX_ASKING - len(_busy):
            return False
        _busy.add((code, asker))
        return True


def _leave_thread(code: str, asker: str) -> None:
    with _lock:
        _busy.discard((code, asker))


def _begin(connector: Connector, question: MarketplaceQuestion, claim: SearchClaim, asker: str) -> "Future[None]":
    asking = _threads.submit(_ask, connector, question, claim)
    asking.add_done_callback(lambda _done: _leave_thread(connector.code, asker))
    return asking


def _ask(connector: Connector, question: MarketplaceQuestion, claim: SearchClaim) -> None:
    """What went wrong is kept with the claim, for all who ask the same."""
    try:
        ask_marketplace(connector, question, claim)
    except Refusal as refusal:
        log.warning("%s did not answer a search: %s", connector.code, refusal)
    except Exception:
        log.exception("the search at %s failed", connector.code)
    finally:
        close_connection()
