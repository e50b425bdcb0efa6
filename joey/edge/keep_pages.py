"""Pages of shops kept in memory for moments: a visitor of a busy shop is answered without Django and PostgreSQL.

What is shown is never wrong for long. A page is kept for FRESH seconds at most, and never past the moment at which a
price in it is too old. The database says at once which shop changed (hear_changes.py), and its pages are dropped
then. A page that was being made while something changed is not kept. A page is kept as it is and in each encoding that
a browser asked for. Each worker has its own.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from joey.edge.answer import Header
from joey.edge.encoded import IDENTITY, LEAST, encode

FRESH = (
    5.0  # seconds; the longest that a page can lag behind a change that is not announced, such as a keeper's new name
)

Key = tuple[str, str, int, str, bool]  # slug, listing, start, language, over TLS: nothing depends on the browser


@dataclass(frozen=True, slots=True)
class Encoded:
    """A body in one encoding, with all headers but cache-control. The tag differs by encoding (RFC 9110, 8.8.3)."""

    body: bytes
    etag: bytes
    headers: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole answer. `cacheable` is how many seconds a browser could keep it when it was made."""

    headers: tuple[Header, ...]  # but for those that differ by encoding or time
    body: bytes
    digest: bytes
    made: float  # by the monotonic clock
    until: float
    cacheable: int
    encoded: dict[bytes, Encoded] = field(default_factory=dict)

    def headers_at(self, now: float, encoded: Encoded) -> list[Header]:
        """Browsers may keep it for what is left of its seconds, cut to whole ones: never longer than the first."""
        return [*encoded.headers, _cache_control(int(self.cacheable - (now - self.made)))]

    def encode(self, encoding: bytes) -> Encoded:
        """The body in that encoding, kept from then on. A body that gains nothing stays as it is."""
        body = self.body if len(self.body) < LEAST else encode(self.body, encoding)
        if len(body) >= len(self.body):
            body, encoding = self.body, IDENTITY
        etag = b'"' + self.digest + (b"-" + encoding if encoding else b"") + b'"'
        headers = (*self.headers, (b"etag", etag), (b"content-length", str(len(body)).encode()))
        if encoding:
            headers = (*headers, (b"content-encoding", encoding))
        return Encoded(body, etag, headers)

    @property
    def size(self) -> int:
        return 1024 + len(self.body) + sum(len(each.body) for each in self.encoded.values())


class Pages:
    """At most `most` bytes of pages, the oldest goes first. `now` is the monotonic clock."""

    def __init__(self, most: int, now: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.bytes = 0
        self.changes = 0  # how often something was dropped: the maker of a page compares before and after
        self._now = now
        self._pages: dict[Key, Kept] = {}  # in the order in which they were put, so the oldest is the first
        self._of_shop: dict[str, set[Key]] = {}

    def get(self, key: Key) -> Kept | None:
        """The page while it may be shown."""
        found = self._pages.get(key)
        return found if found is not None and found.until > self._now() else None

    def encoded(self, key: Key, page: Kept, encoding: bytes) -> Encoded:
        """The page in an encoding; made with the first visitor who wants it, and counted as kept."""
        found = page.encoded.get(encoding)
        if found is None:
            found = page.encode(encoding)
            kept = self._pages.get(key) is page
            if kept:
                self.bytes -= page.size
            page.encoded[encoding] = found
            if kept:
                self.bytes += page.size
                self.sweep()
        return found

    def put(self, key: Key, page: Kept, *, seen: int) -> bool:
        """Keep a page; not when something changed since `changes` was `seen`, nor one larger than all there is."""
        if seen != self.changes or page.size > self.most or page.until <= self._now():
            return False
        self._drop(key)
        self._pages[key] = page
        self._of_shop.setdefault(key[0], set()).add(key)
        self.bytes += page.size
        self.sweep()
        return True

    def sweep(self) -> None:
        """Drop what is over, and the oldest while there is too much."""
        now = self._now()
        while self._pages:
            key, oldest = next(iter(self._pages.items()))
            if oldest.until > now and self.bytes <= self.most:
                break
            self._drop(key)

    def forget(self, slug: str) -> None:
        """A shop changed."""
        self.changes += 1
        for key in tuple(self._of_shop.get(slug, ())):
            self._drop(key)

    def forget_all(self) -> None:
        """Very much changed, or what changed is not known."""
        self.changes += 1
        self._pages.clear()
        self._of_shop.clear()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._pages)

    def _drop(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        if page is not None:
            self.bytes -= page.size
            keys = self._of_shop[key[0]]
            keys.discard(key)
            if not keys:
                del self._of_shop[key[0]]


def kept(headers: tuple[Header, ...], body: bytes, *, made: float) -> Kept:
    """An answer as it may be kept, `made` being when its reading began: not at all, when its headers forbid it."""
    names = {name.lower(): value for name, value in headers}
    cacheable = 0 if b"set-cookie" in names else _seconds(names.get(b"cache-control", b""))
    ours = (b"cache-control", b"content-length", b"etag", b"date")
    return Kept(
        headers=tuple((name.lower(), value) for name, value in headers if name.lower() not in ours),
        body=body,
        # Most processors have instructions for SHA-256, which make it twice as fast as BLAKE2b.
        digest=sha256(body, usedforsecurity=False).hexdigest()[:24].encode(),
        made=made,
        until=made + min(FRESH, cacheable),
        cacheable=cacheable,
    )


def _seconds(cache_control: bytes) -> int:
    """N of "public, max-age=N"; 0 for anything else: what is private is not shown to another visitor."""
    beginning = b"public, max-age="
    figure = cache_control.removeprefix(beginning)
    return int(figure) if cache_control.startswith(beginning) and figure.isdigit() else 0


@lru_cache(maxsize=128)
def _cache_control(seconds: int) -> Header:
    return (b"cache-control", b"public, max-age=%d" % seconds if seconds > 0 else b"private, no-store")
