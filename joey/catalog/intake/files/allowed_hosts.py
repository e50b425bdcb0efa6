"""Which hosts the links and pictures of a file lead to, and whether those are allowed."""

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from joey.catalog.intake.files import values
from joey.marketplaces.pasted import leads_to

MOST_HOSTS_SEEN = 1_000


class AllowedHosts:
    """Where links or pictures may lead. With `allowed` None it is not decided yet: all may, and hosts are counted."""

    def __init__(self, allowed: frozenset[str] | None) -> None:
        self.allowed = allowed
        self.seen: Counter[str] = Counter()
        self._beginnings = tuple(f"https://{host}/" for host in allowed or ())

    def allows_all(self, urls: list[Any]) -> bool:
        """The same for many, checked together; after False each has to be checked by itself."""
        return bool(self._beginnings) and values.are_addresses(urls, self._beginnings)

    def let(self, url: str) -> bool:
        """Whether an address, as returned by `values.address_of`, leads to an allowed host."""
        if self.allowed is not None:
            return url.startswith(self._beginnings) or leads_to(url, self.allowed)
        host = host_of(url)
        if not host or not leads_to(url, {host}):
            return False
        if host in self.seen or len(self.seen) < MOST_HOSTS_SEEN:
            self.seen[host] += 1
        return True


def host_of(url: str) -> str:
    """The host of a web address, without a port; "" for none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
