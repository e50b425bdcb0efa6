"""Fetch a feed, and only when it changed: the ETag of the last one goes along."""

import threading
import weakref
from functools import cached_property
from typing import TYPE_CHECKING

import stamina
from django.utils.translation import gettext_lazy as _

from joey.marketplaces.port import MarketplaceRefused, MarketplaceUnavailable

if TYPE_CHECKING:
    import httpx

ANSWER_SECONDS, CONNECT_SECONDS = 10.0, 3.0  # seconds: for a step of a fetch, and to connect
FETCH_SECONDS = 120.0  # for all of it: 64 MB at half a megabyte a second
MAX_FEED_BYTES = 64 * 1024 * 1024
ATTEMPTS = 3
MAX_SECONDS = 20.0


class _FeedUnavailable(Exception):
    """One attempt failed in a way that may pass."""


class FeedClient:
    """One feed's address with the last body that it gave; safe to share between threads."""

    def __init__(self, marketplace: str, address: str) -> None:
        self._marketplace = marketplace
        self._address = address
        self._lock = threading.Lock()
        self._etag = ""
        self._body = b""

    def fetch(self) -> tuple[bytes, str]:
        """The feed's body and its ETag (or a stand-in that changes with the body).

        Raises MarketplaceUnavailable after bounded tries, MarketplaceRefused when the address is wrong.
        """
        with self._lock:
            try:
                for attempt in stamina.retry_context(
                    on=_FeedUnavailable, attempts=ATTEMPTS, timeout=MAX_SECONDS, wait_initial=0.2, wait_max=2.0
                ):
                    with attempt:
                        return self._attempt()
            except _FeedUnavailable as trouble:
                text = _("The feed of %(marketplace)s is unavailable (%(why)s). Try again a little later.")
                raise MarketplaceUnavailable(
                    text % {"marketplace": self._marketplace, "why": str(trouble)}, marketplace=self._marketplace
                ) from None
        raise AssertionError("retry_context either returns or raises")

    @cached_property
    def _http(self) -> "httpx.Client":
        from joey.kit.http_in_time import client_in_time  # heavy, and many processes never ask a marketplace

        client = client_in_time(seconds=FETCH_SECONDS, each=ANSWER_SECONDS, connect=CONNECT_SECONDS)
        weakref.finalize(self, client.close)  # connections close with the client
        return client

    def _attempt(self) -> tuple[bytes, str]:
        import httpx

        headers = {"if-none-match": self._etag} if self._etag else {}
        try:
            with self._http.stream("GET", self._address, headers=headers) as response:
                if response.status_code == 304 and self._etag:
                    return self._body, self._etag
                if response.status_code >= 500 or response.status_code == 429:
                    raise _FeedUnavailable(f"HTTP {response.status_code}")
                if response.status_code != 200:
                    text = _("The feed's address answered HTTP %s. Check it in the configuration.")
                    raise MarketplaceRefused(text % response.status_code, marketplace=self._marketplace)
                body = bytearray()
                for part in response.iter_bytes():
                    body += part
                    if len(body) > MAX_FEED_BYTES:
                        raise _FeedUnavailable("more than 64 MB")
                etag = response.headers.get("etag", "")
        except httpx.TimeoutException:
            raise _FeedUnavailable("no answer in time") from None
        except httpx.HTTPError as error:
            raise _FeedUnavailable(f"the connection failed: {type(error).__name__}") from None
        self._body, self._etag = bytes(body), etag
        return self._body, etag
