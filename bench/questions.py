"""How many real questions find nothing, and how many of the labelled ones have what fits among the first three.

`python -m bench.questions`: a figure of what is found, no measurement of time. What is shown after words were dropped
counts as nothing found.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FIRST = 3


def main() -> dict[str, Any]:
    """The figures, over the demo's goods and those of a real shop."""
    from bench.throw_away import throw_away_joey

    with throw_away_joey(), tempfile.TemporaryDirectory(prefix="joey-bench-index-") as data:
        from django.conf import settings

        from joey.catalog.intake.take_offers import take_offers
        from joey.catalog.search.follow import rebuild
        from tests.catalog.offers import NOW
        from tests.catalog.search.goods import MARKETPLACES, demo_facts
        from tests.catalog.search.labelled import (
            GONE_THROUGH,
            HELD_OUT,
            labelled_questions,
            real_questions,
            yanxuan_facts,
        )

        settings.DATA, settings.JOEY_MARKETPLACES = Path(data), MARKETPLACES
        take_offers([*demo_facts(), *yanxuan_facts()], now=NOW)
        offers = rebuild()
        fitting, own = _fitting(labelled_questions())
        held_out = labelled_questions(HELD_OUT)
        held_out_fitting, _own = _fitting(held_out)
        started = time.perf_counter()
        asked = [question for _number, question in real_questions()]
        nothing = sum(not _found(question) for question in asked)
        return {
            "offers": offers,
            "questions": len(asked),
            "nothing_found": nothing,
            "share_with_nothing_found": round(nothing / len(asked), 4),
            "milliseconds_a_question": round((time.perf_counter() - started) * 1000 / len(asked), 3),
            "labelled": len(labelled_questions()),
            "without_a_good_that_fits": GONE_THROUGH - len(labelled_questions()),
            "fitting_among_first_three": fitting,
            "fitting_without_dropping_words": own,
            "held_out": len(held_out),
            "held_out_fitting_among_first_three": held_out_fitting,
        }


def _fitting(labelled: list[Any]) -> tuple[int, int]:
    fitting = own = 0
    for question, titles in labelled:
        found, nearest = _first(question)
        has = any(titles.search(title) for title in found or nearest)
        fitting += has
        own += bool(found) and has
        if not has and os.environ.get("JOEY_BENCH_SHOW"):
            print(question, "|", titles.pattern, "|", found or nearest, file=sys.stderr)
    return fitting, own


def _found(question: str) -> bool:
    """Whether anything has all its words. Only the index is asked."""
    from joey.catalog.search.find_offers import FindOffers
    from tests.catalog.offers import NOW

    asked = FindOffers.read(
        q=question, marketplace=None, category=None, currency=None, min_minor=None, max_minor=None, sort="relevance",
        in_stock=False, coupon=False, limit=1,
    )  # fmt: skip
    return bool(asked.places(asked.start(None, now=NOW)))


def _first(question: str) -> tuple[list[str], list[str]]:
    """The titles of the first three that were found, and of the nearest where none was."""
    from joey.catalog.queries import search_offers
    from tests.catalog.offers import NOW

    page = search_offers(question, language="zh-hans", limit=10, now=NOW)
    nearest = getattr(page, "nearest", None)
    return _titles(page.items), _titles(nearest.items) if nearest else []


def _titles(cards: Any) -> list[str]:
    return [card.title for card in cards][:FIRST]


if __name__ == "__main__":
    print(json.dumps(main(), indent=1))
