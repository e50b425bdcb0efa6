"""Call a marketplace's gateway: wait for a turn, time out, try again within a bound, and say plainly what went wrong.

What a gateway's answer means is its connector's to say; how long Joey waits and how often it asks is the same for all.
No secret leaves this file but inside the signed call itself: not in a message, a log line, an exception or a repr.
"""

import weakref
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import stamina

from joey.kit.sentences import Sentence
from joey.kit.text import printable
from joey.marketplaces.pace import MAX_WAIT_SECONDS, Pace, Throttled
from joey.marketplaces.port import MarketplaceRefused, MarketplaceUnavailable

if TYPE_CHECKING:
    import httpx

ANSWER_SECONDS, CONNECT_SECONDS, CALL_SECONDS = 8.0, 3.0, 20.0  # for a step of a call, to connect, for all of it
MAX_ANSWER_BYTES = 16 * 1024 * 1024
ATTEMPTS = 3
MAX_SECONDS = 25.0  # for all attempts of one call
TOO_MANY_REQUESTS = 429  # of HTTP

Understood = TypeVar("Understood")


class Retryable(Exception):
    """One attempt failed in a way that may pass. `wait` is what the gateway asked for, in seconds.

    One of more than MAX_WAIT_SECONDS is reported to the caller, not waited for.
    """

    def __init__(self, because: str, wait: float | None = None, facts: Mapping[str, str] | None = None) -> None:
        self.wait = wait
        self.facts = dict(facts or {})
        super().__init__(because)


def _backoff(error: Exception) -> bool | float:
    if not isinstance(error, Retryable):
        return False
    if error.wait is None:
        return True
    return error.wait if error.wait <= MAX_WAIT_SECONDS else False


class Gateway:
    """Where one account's calls go; safe to share between threads.

    `unavailable` and `wrong_address` are the marketplace's sentences (`gettext_noop`), with places for `why` and
    `status`.
    """

    def __init__(self, address: str, pace: Pace, *, unavailable: str, wrong_address: str) -> None:
        self._address = address
        self._unavailable, self._wrong_address = unavailable, wrong_address
        self.pace = pace

    @cached_property
    def _http(self) -> "httpx.Client":
        from joey.kit.http_in_time import client_in_time  # heavy, and many processes never ask a marketplace

        client = client_in_time(seconds=CALL_SECONDS, each=ANSWER_SECONDS, connect=CONNECT_SECONDS)
        weakref.finalize(self, client.close)  # connections close with the gateway
        return client

    def call(
        self, method: str, form: Callable[[], Mapping[str, str]], understand: Callable[[bytes], Understood]
    ) -> Understood:
        """What `understand` makes of the answer to the form, which is signed again for each attempt.

        `understand` raises Retryable where the same call may work later. Raises MarketplaceUnavailable after bounded
        tries, and at once what else `understand` raises; the facts hold `method` and where known `retry_after` in
        seconds.
        """
        try:
            for attempt in stamina.retry_context(
                on=_backoff, attempts=ATTEMPTS, timeout=MAX_SECONDS, wait_initial=0.2, wait_max=3.0, wait_jitter=0.3
            ):
                with attempt:
                    return understand(self._attempt(method, form))
        except Retryable as trouble:
            facts: dict[str, Any] = {"method": method, **trouble.facts}
            if trouble.wait is not None:
                facts["retry_after"] = int(trouble.wait)
            raise MarketplaceUnavailable(Sentence(self._unavailable, {"why": str(trouble)}), **facts) from None
        raise AssertionError("retry_context either returns or raises")

    def _attempt(self, method: str, form: Callable[[], Mapping[str, str]]) -> bytes:
        try:
            self.pace.wait_for_turn(method)
        except Throttled as throttled:
            raise Retryable(str(throttled) or "too many calls at once", throttled.seconds) from None
        status, body = self._post(form())
        if status == TOO_MANY_REQUESTS:
            raise Retryable(f"HTTP {status}", self.pace.throttle(None, f"HTTP {status}", method))
        if status >= 500:
            raise Retryable(f"HTTP {status}")
        if status != 200:
            raise MarketplaceRefused(Sentence(self._wrong_address, {"status": str(status)}), method=method)
        return body

    def _post(self, form: Mapping[str, str]) -> tuple[int, bytes]:
        import httpx

        try:
            with self._http.stream("POST", self._address, data=dict(form)) as response:
                body = bytearray()
                for part in response.iter_bytes():
                    body += part
                    if len(body) > MAX_ANSWER_BYTES:
                        raise Retryable("an answer of more than 16 MB")
                return response.status_code, bytes(body)
        except httpx.TimeoutException:
            raise Retryable("no answer in time") from None
        except httpx.HTTPError as error:
            raise Retryable(f"the connection failed: {type(error).__name__}") from None


def without_secrets(words: object, *secrets: str) -> str:
    """A gateway's own words, shortened, without anything that we keep secret."""
    found = str(words)
    for secret in secrets:
        if secret:
            found = found.replace(secret, "…")
    return printable(found, at_most=200)
