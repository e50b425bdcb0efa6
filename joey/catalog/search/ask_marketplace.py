"""Ask one marketplace one search, once for all who ask the same, and take what it names into the catalogue.

A search is claimed in a transaction of its own before the marketplace is asked, and its answer is taken in by another:
none is open during the call, and of two processes with the same words one asks.
"""

import logging
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from joey.catalog.intake.take_offers import TakenOffers, take_offers
from joey.catalog.search.models import AskedSearch
from joey.catalog.search.split_words import LONGEST_QUESTION
from joey.kit import clock, sql
from joey.kit.ids import new_id
from joey.kit.text import clean_line
from joey.marketplaces.manifest_shape import Manifest
from joey.marketplaces.port import Connector, Found, MarketplaceRefused, MarketplaceUnavailable, SearchSort

if TYPE_CHECKING:
    from django.db.models import QuerySet

log = logging.getLogger(__name__)

PAGE_SIZE = 40  # where a marketplace gives as many at once
KEPT = timedelta(hours=6)  # an answer is not asked for again before
FORGOTTEN = timedelta(days=2)  # what was asked is deleted, its offers stay
CLAIMED = timedelta(minutes=1)  # a process that has not answered by then was killed: a connector gives up in half of it
REST = timedelta(minutes=5)  # after a failure, unless the marketplace says how long
LONGEST_REST = timedelta(hours=1)
REST_AFTER_LATE = timedelta(minutes=1)


@dataclass(frozen=True)
class MarketplaceQuestion:
    """What is asked. `words` go to the marketplace, and two questions whose `words` are the same are the same."""

    typed: str
    category: str = ""
    sort: SearchSort = "relevance"
    page: int = 1

    @property
    def words(self) -> str:
        """What was typed, on one line in lower case and in one form of its characters, without what cannot be seen.

        It keeps its script and its accents: a marketplace answers 鍋 otherwise than 锅, however alike the own index
        takes them.
        """
        return clean_line(unicodedata.normalize("NFKC", self.typed).lower(), LONGEST_QUESTION)

    def is_asked_by(self, row: AskedSearch) -> bool:
        """Whether the row is about this question, at whichever marketplace."""
        return (row.words, row.category, row.sort, row.page) == (self.words, self.category, self.sort, self.page)


@dataclass(frozen=True)
class SearchClaim:
    """This process asks: `asked_at` tells its claim from one that another process took over.

    `asker` is the person who searches; None for the operator.
    """

    id: UUID
    asked_at: datetime
    asker: str | None = None


@dataclass(frozen=True)
class TakenSearch:
    """What a marketplace's answer was, and what became of its offers."""

    found: Found
    taken: TakenOffers


@transaction.atomic
def claim_search(
    code: str,
    question: MarketplaceQuestion,
    *,
    asker: str | None = None,
    again: bool = False,
    despite_trouble: bool = False,
    now: datetime,
) -> SearchClaim | None:
    """Claim it for this process; None while another one asks, and while the last answer or trouble is fresh.

    `again`: also if the last answer is fresh; `despite_trouble`: also if the last trouble is.
    """
    claimed = sql.value(
        """
        INSERT INTO catalog_askedsearch AS a
            (id, marketplace, words, category, sort, page, asked_at, hits, without_id, offer_ids, trouble)
        VALUES (%(id)s, %(code)s, %(words)s, %(category)s, %(sort)s, %(page)s, %(now)s, 0, 0, '{}', '')
        ON CONFLICT (marketplace, words, category, sort, page) DO UPDATE
            SET asked_at = excluded.asked_at, answered_at = NULL, trouble = '', rest_until = NULL, asker = NULL
            WHERE CASE WHEN a.answered_at IS NULL THEN a.asked_at <= %(killed)s
                       WHEN a.trouble <> '' THEN %(despite_trouble)s OR a.rest_until <= %(now)s
                       ELSE %(again)s OR a.answered_at <= %(old)s END
        RETURNING id
        """,
        {
            "id": new_id(), "code": code, "words": question.words, "category": question.category[:60],
            "sort": question.sort, "page": question.page, "now": now, "killed": now - CLAIMED, "old": now - KEPT,
            "again": again, "despite_trouble": despite_trouble,
        },
    )  # fmt: skip
    return SearchClaim(claimed, now, asker) if claimed else None


def page_size(manifest: Manifest) -> int:
    """How many offers a page of a search is asked for: one with fewer is the last."""
    return min(PAGE_SIZE, manifest.capabilities.found_at_once)


def answer_to(code: str, question: MarketplaceQuestion) -> AskedSearch | None:
    """The last answer to it; None while it is asked for, and after trouble. One query."""
    return AskedSearch.objects.filter(
        marketplace=code, words=question.words, category=question.category, sort=question.sort, page=question.page,
        trouble="", answered_at__isnull=False,
    ).first()  # fmt: skip


def ask_marketplace(connector: Connector, question: MarketplaceQuestion, claim: SearchClaim) -> TakenSearch:
    """Ask, take in what is named, and keep the answer, or what went wrong.

    Raises MarketplaceUnavailable, MarketplaceRefused, or whatever a connector fails with on an answer it cannot read.
    """
    try:
        found = connector.search(
            question.words,
            page=question.page,
            size=page_size(connector.manifest),
            category=question.category,
            sort=question.sort,
        )
    except MarketplaceUnavailable as trouble:
        wait = timedelta(seconds=int(trouble.facts.get("retry_after") or 0))
        is_throttle = "retry_after" in trouble.facts  # any other failure may be one that these words cause
        rest = min(max(REST, wait), LONGEST_REST)
        _keep_trouble(claim, AskedSearch.Trouble.UNAVAILABLE, rest, asker=None if is_throttle else claim.asker)
        raise
    except MarketplaceRefused:
        _keep_trouble(claim, AskedSearch.Trouble.REFUSED, REST, asker=claim.asker)
        raise
    except Exception:  # of whatever kind, an answer that cannot be read is the marketplace's
        _keep_trouble(claim, AskedSearch.Trouble.UNAVAILABLE, REST, asker=claim.asker)
        raise
    except KeyboardInterrupt:
        _claimed(claim).update(asked_at=claim.asked_at - CLAIMED)  # the next one need not wait for this process
        raise
    return TakenSearch(found, _take_answer(claim, found))


@transaction.atomic
def _take_answer(claim: SearchClaim, found: Found) -> TakenOffers:
    now = clock.now()
    taken = take_offers(found.offers, now=now) if found.offers else TakenOffers(0, 0, 0)
    for refused in taken.refused:
        log.warning("an offer that a search found was refused: %s, %s", refused.field, refused.reason)
    _claimed(claim).update(
        answered_at=now,
        hits=found.hits,
        without_id=found.without_id,
        offer_ids=list(dict.fromkeys(taken.offer_ids)),
        trouble="",
        rest_until=None,
        asker=None,
    )
    return taken


def mark_late(claims: list[SearchClaim], *, asker: str, now: datetime) -> None:
    """Let those of a person's searches rest that are not answered yet. An answer that still comes is kept."""
    late, until = AskedSearch.Trouble.LATE, now + REST_AFTER_LATE
    unanswered = AskedSearch.objects.filter(pk__in=[claim.id for claim in claims], answered_at=None, trouble="")
    unanswered.update(trouble=late, rest_until=until, asker=asker)


def _keep_trouble(claim: SearchClaim, trouble: AskedSearch.Trouble, rest: timedelta, *, asker: str | None) -> None:
    now = clock.now()
    _claimed(claim).update(answered_at=now, trouble=trouble, rest_until=now + rest, asker=asker)


def _claimed(claim: SearchClaim) -> "QuerySet[AskedSearch]":
    return AskedSearch.objects.filter(pk=claim.id, asked_at=claim.asked_at)
