"""Fill the catalogue by searching marketplaces page by page, as an operator asks for it."""

import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from joey.catalog.search.ask_marketplace import (
    MarketplaceQuestion,
    TakenSearch,
    answer_to,
    ask_marketplace,
    claim_search,
    page_size,
)
from joey.catalog.search.split_words import LONGEST_QUESTION, question_words
from joey.kit import clock
from joey.kit.refusals import Invalid, Refusal
from joey.marketplaces import registry
from joey.marketplaces.keepers_accounts import operators_connector
from joey.marketplaces.pace import in_bulk
from joey.marketplaces.pasted import is_pasted
from joey.marketplaces.port import Connector, MarketplaceRefused, SearchSort

MOST_PAGES = 100
RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class FetchedPage:
    """One page of a search: asked now (`answer`), or before (`answered_at`), or not because of `trouble`."""

    marketplace: str
    question: MarketplaceQuestion
    answer: TakenSearch | None = None
    answered_at: datetime | None = None
    hits: int = 0
    trouble: str = ""
    is_refused: bool = False  # and so it would be again


def searches(words: Iterable[str], *, category: str = "", sort: SearchSort = "relevance") -> list[MarketplaceQuestion]:
    """A search for each of `words`, each once; without any, the whole of a category. Raises Invalid (field words)."""
    found: dict[str, MarketplaceQuestion] = {}
    given = [*words]
    for typed in given or ([""] if category else []):
        question = MarketplaceQuestion(typed, category=category, sort=sort)
        if len(typed) > LONGEST_QUESTION or is_pasted(typed) or (given and not question_words(typed).words):
            text = _("“%(words)s” cannot be searched for: write words, at most %(most)d characters, and no link.")
            raise Invalid(text % {"words": typed[:40], "most": LONGEST_QUESTION}, field="words")
        found.setdefault(question.words, question)
    if not found:
        raise Invalid(_("Write what to search for, or name a category."), field="words")
    return list(found.values())


def fetch_offers(
    asked: Iterable[MarketplaceQuestion], *, marketplace: str | None = None, pages: int = 1, again: bool = False
) -> Iterator[FetchedPage]:
    """Ask a marketplace, or all that are searched by a call, and take in what they name; each page as it is done.

    Run again it goes on where it stopped: a page that was answered in the last hours is not asked for again without
    `again`, and an offer that is known already is updated. A search ends with its last page. A marketplace that refuses
    one search is asked the others; after any other trouble it is left. Raises NotConnected.
    """
    connectors = [operators_connector(marketplace)] if marketplace else _searched_by_call()
    asked = list(asked)
    for connector in connectors:
        for question in asked:
            is_available = yield from _fetch_pages(connector, question, pages, again=again)
            if not is_available:
                break


def _searched_by_call() -> list[Connector]:
    found = [each for each in registry.connectors() if each.manifest.capabilities.search == "api"]
    if not found:
        raise registry.NotConnected(_("No marketplace that can be searched is connected. Nothing was changed."))
    return found


def _fetch_pages(
    connector: Connector, question: MarketplaceQuestion, pages: int, *, again: bool
) -> Generator[FetchedPage, None, bool]:
    """The pages of one search up to its last; whether the marketplace can be asked for more."""
    for number in range(1, pages + 1):
        page = replace(question, page=number)
        try:
            fetched = _fetch_page(connector, page, again=again)
        except MarketplaceRefused as refused:
            yield FetchedPage(connector.code, page, trouble=str(refused), is_refused=True)
            return True
        except Refusal as trouble:
            yield FetchedPage(connector.code, page, trouble=str(trouble))
            return False
        yield fetched
        if fetched.hits < page_size(connector.manifest):
            return True
    return True


def _fetch_page(connector: Connector, question: MarketplaceQuestion, *, again: bool) -> FetchedPage:
    """Ask for one page, unless its answer is fresh; what another process asks is waited for."""
    while True:
        claim = claim_search(connector.code, question, again=again, despite_trouble=True, now=clock.now())
        if claim is not None:
            with in_bulk():
                answer = ask_marketplace(connector, question, claim)
            return FetchedPage(connector.code, question, answer=answer, hits=answer.found.hits)
        known = answer_to(connector.code, question)
        if known is not None:
            return FetchedPage(connector.code, question, answered_at=known.answered_at, hits=known.hits)
        time.sleep(RETRY_SECONDS)
