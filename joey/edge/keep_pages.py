"""Pages of shops kept in memory for moments: a visitor of a busy shop is answered without Django and PostgreSQL.

What is shown is never wrong for long. A page is kept for FRESH seconds at most, and never past the moment at which a
price in it is too old. The database says at once which shop changed (hear_changes.py), and its pages are forgotten
then. A page that was being made while something changed is not kept. Each worker has its own.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from joey.edge.answer import Header

FRESH = 5.0  # seconds; the longest that a page can lag behind what nobody is told of, such as a keeper's new name

Key = tuple[str, str, int, str, bool]  # slug, listing, start, language, over TLS: nothing depends on the browser


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole answer. `cacheable` is how many seconds a browser could keep it when it was made."""

    headers: tuple[Header, ...]  # but for cache-control
    body: bytes
    etag: bytes
    made: float  # by the monotonic clock
    until: float
    cacheable: int

    def headers_at(self, now: float) -> list[Header]:
        """Browsers may keep it for what is left of its seconds, cut to whole ones: never longer than the first."""
        return [*self.headers, _cache_control(max(0, int(self.cacheable - (now - self.made))))]

    @property
    def size(self) -> int:
        return len(self.body) + 1024


class Pages:
    """At most `most` bytes of pages, the oldest goes first. `now` is the monotonic clock."""

    def __init__(self, most: int, now: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.bytes = 0
        self.changes = 0  # how often something was forgotten: whoever makes a page looks before and after
        self._now = now
        self._pages: dict[Key, Kept] = {}  # in the order in which they were put, so the oldest is the first
        self._of_shop: dict[str, set[Key]] = {}

    def get(self, key: Key) -> Kept | None:
        """The page while it may be shown."""
        found = self._pages.get(key)
        return found if found is not None and found.until > self._now() else None

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
        """Let go of what is over, and of the oldest while there is too much."""
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
        """Very much changed, or nobody knows what did."""
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
    etag = b'"' + blake2b(body, digest_size=12).hexdigest().encode() + b'"'
    ours = (b"cache-control", b"content-length", b"etag", b"date")
    return Kept(
        headers=(
            *((name.lower(), value) for name, value in headers if name.lower() not in ours),
            (b"etag", etag),
            (b"content-length", str(len(body)).encode()),
        ),
        body=body,
        etag=etag,
        made=made,
        until=made + min(FRESH, cacheable),
        cacheable=cacheable,
    )


def _seconds(cache_control: bytes) -> int:
    """N of "public, max-age=N"; 0 for anything else: what is private is nobody else's."""
    beginning = b"public, max-age="
    figure = cache_control.removeprefix(beginning)
    return int(figure) if cache_control.startswith(beginning) and figure.isdigit() else 0


@lru_cache(maxsize=128)
def _cache_control(seconds: int) -> Header:
    return (b"cache-control", b"public, max-age=%d" % seconds if seconds else b"private, no-store")
