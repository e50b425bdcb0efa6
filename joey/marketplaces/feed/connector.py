"""A marketplace by its feed: offers can be found and looked up; no order comes back, so a share earns nothing."""

import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from joey.marketplaces.account_settings import Known, check_settings
from joey.marketplaces.feed.client import FeedClient
from joey.marketplaces.feed.parse import ParsedFeed, read_feed
from joey.marketplaces.manifest_shape import Manifest, Question
from joey.marketplaces.pasted import addresses_at, leads_to
from joey.marketplaces.port import (
    AnyReport,
    Found,
    MarketplaceRefused,
    MarketplaceUnavailable,
    OfferFacts,
    ReportedRow,
    SearchSort,
    TrackedLink,
    Tracking,
    UnreadableReport,
)

log = logging.getLogger(__name__)

MAX_LOGGED_LINES = 20  # refused lines that are written to the log one by one; the rest is counted
_SORTED_BY: Mapping[SearchSort, Callable[[OfferFacts], tuple[bool, int]]] = {  # what is not known comes last
    "sales": lambda facts: (facts.volume is None, -(facts.volume or 0)),
    "price": lambda facts: (facts.now_minor is None, facts.now_minor or 0),
    "rate": lambda facts: (False, -facts.commission_ppm),
}


SETTINGS: Known = {"gateway": (str,), "credentials": (dict,)}  # a feed has an address, and no credentials are read


class FeedConnector:
    """The connector of one marketplace by feed. `configuration` is `{"gateway": address of the feed}`.

    `item_path` finds the id in the path of an item page on one of the manifest's hosts.
    """

    def __init__(self, manifest: Manifest, configuration: Mapping[str, Any], *, item_path: re.Pattern[str]) -> None:
        code = manifest.code
        check_settings(code, configuration, SETTINGS)
        address = str(configuration.get("gateway") or "")
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise MarketplaceRefused(_("The configuration of %s names no feed address.") % code, field="gateway")
        self.code = code
        # A feed on plain http is a simulated one, whose item pages live beside it.
        self._stand_in = parts.netloc.lower() if parts.scheme == "http" else ""
        self.manifest = manifest.with_stand_in(self._stand_in) if self._stand_in else manifest
        self._own_hosts = manifest.hosts
        self._item_path = item_path
        self.account = ""
        self._client = FeedClient(code, address)
        self._lock = threading.Lock()
        self._feed = ParsedFeed()
        self._read: bytes | None = None

    def search(
        self, words: str, *, page: int = 1, size: int = 40, category: str = "", sort: SearchSort = "relevance"
    ) -> Found:
        """Offers whose titles hold every word, unsorted in the feed's order; no words, all offers."""
        wanted = words.casefold().split()
        found = [
            facts
            for facts in self._offers().values()
            if category in ("", facts.category)
            and all(word in " ".join((facts.title, *facts.translations.values())).casefold() for word in wanted)
        ]
        if sort in _SORTED_BY:
            found.sort(key=_SORTED_BY[sort])
        return Found(found[(page - 1) * size : page * size])

    def look_up(self, external_ids: Sequence[str]) -> dict[str, OfferFacts]:
        """Facts by id; what is no longer in the feed is missing."""
        offers = self._offers()
        return {name: offers[name] for name in external_ids if name in offers}

    def recognise(self, pasted: str) -> str | None:
        """The id behind a link to one of this marketplace's item pages."""
        for address in addresses_at({*self._own_hosts, self._stand_in}, pasted):
            parts = urlsplit(address)
            if parts.netloc.lower() != self._stand_in:
                if found := self._item_path.fullmatch(parts.path):
                    return found[1]
                continue
            words = parts.path.split("/")
            if words[1:3] == ["item", self.code] and len(words) == 4 and words[3].isascii() and words[3].isalnum():
                return words[3]
        return None

    def tracked_link(self, external_id: str, tracking: Tracking) -> TrackedLink:
        """There is none: nothing would come back."""
        raise self._earns_nothing()

    def register_position(self, name: str) -> str:
        """There is none: nothing would come back."""
        raise self._earns_nothing()

    def rows(
        self, question: Question, since: datetime, until: datetime
    ) -> Iterator[tuple[datetime, Sequence[ReportedRow]]]:
        """A feed reports no orders."""
        raise self._earns_nothing()

    def read(self, row: ReportedRow) -> AnyReport:
        """A feed reports no orders."""
        raise self._earns_nothing()

    def unreadable(self, row: ReportedRow, problem: str) -> UnreadableReport:
        """A feed reports no orders."""
        raise self._earns_nothing()

    def _offers(self) -> Mapping[str, OfferFacts]:
        """The feed as of now: a feed that did not change says its prices again."""
        body, _etag = self._client.fetch()
        now = datetime.now(UTC)
        with self._lock:
            if body is not self._read:
                feed = read_feed(
                    body,
                    self.code,
                    as_of=now,
                    zone=self.manifest.zone,
                    link_allowed=lambda url: leads_to(url, self.manifest.hosts),
                    picture_allowed=lambda url: leads_to(url, self.manifest.picture_hosts | self.manifest.hosts),
                )
                if not feed.offers:
                    # An error page or an empty file under the feed's address must not look as if every offer were gone.
                    text = _("The feed of %s has no readable line. Nothing was changed.")
                    raise MarketplaceUnavailable(text % self.code, marketplace=self.code)
                self._log_refused(feed)
                self._feed, self._read = feed, body
            return {name: replace(facts, as_of=now) for name, facts in self._feed.offers.items()}

    def _log_refused(self, feed: ParsedFeed) -> None:
        for bad in feed.refused[:MAX_LOGGED_LINES]:
            log.warning("feed of %s, line %d, %s: %s", self.code, bad.number, bad.field, bad.reason)
        if len(feed.refused) > MAX_LOGGED_LINES:
            log.warning("feed of %s: %d more lines refused", self.code, len(feed.refused) - MAX_LOGGED_LINES)

    def _earns_nothing(self) -> MarketplaceRefused:
        text = _("A share of this earns nothing: %s reports no orders here. The plain link still works.")
        return MarketplaceRefused(text % self.code, marketplace=self.code)
