"""Fill the catalogue with what marketplaces answer to a search of their own."""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from joey.catalog.intake.take_offers import Taken, take_offers
from joey.kit.refusals import Refusal
from joey.marketplaces import registry

log = logging.getLogger(__name__)

PAGE_SIZE = 100


@dataclass
class BroughtIn:
    """What was taken in, together and by connector what went wrong."""

    taken: Taken = field(default_factory=lambda: Taken(0, 0, 0))
    troubles: dict[str, str] = field(default_factory=dict)


def bring_in(words: str, *, now: datetime, marketplace: str | None = None, pages: int = 1) -> BroughtIn:
    """Search one marketplace, or all that are connected, and take in up to `pages` pages of a hundred offers each.

    Empty words bring a feed's whole stock; other connectors may refuse them. A marketplace that is unavailable or
    refuses is named in the result and does not keep the others from answering.
    """
    chosen = [registry.connector_for(marketplace)] if marketplace else registry.connectors()
    done = BroughtIn()
    for connector in chosen:
        for page in range(1, pages + 1):
            try:
                found = connector.search(words, page=page, size=PAGE_SIZE)
            except Refusal as trouble:
                done.troubles[connector.code] = str(trouble)
                log.warning("a search at %s failed: %s", connector.code, trouble)
                break
            done.taken = _sum(done.taken, take_offers(found, now=now))
            if len(found) < PAGE_SIZE:
                break
    return done


def _sum(one: Taken, other: Taken) -> Taken:
    return Taken(
        one.new + other.new, one.changed + other.changed, one.unchanged + other.unchanged, one.refused + other.refused
    )
