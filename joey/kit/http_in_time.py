"""An HTTP client whose every exchange ends in time, however slowly the other side talks.

httpx bounds each step: a server that sends one byte of a header every few seconds keeps such a client for hours, and
with it everything that waits for that call.
"""

import socket
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import local
from time import monotonic
from typing import Any

import httpcore
import httpx

_PART = 64 * 1024  # bytes written before the time is looked at again


def client_in_time(
    *, seconds: float, each: float, connect: float, verify: ssl.SSLContext | bool = True
) -> httpx.Client:
    """A client that follows no redirect and no proxy of the environment.

    An exchange takes at most `seconds` in all, `each` for one step of it and `connect` to connect; else it raises
    httpx.TimeoutException, also while the answer's body is read. Safe to share between threads.
    """
    return httpx.Client(
        transport=_InTime(seconds, verify=verify),
        timeout=httpx.Timeout(each, connect=connect),
        follow_redirects=False,
        trust_env=False,
    )


class _InTime(httpx.HTTPTransport):
    def __init__(self, seconds: float, *, verify: ssl.SSLContext | bool) -> None:
        super().__init__(verify=verify, trust_env=False)
        self._seconds = seconds
        self._exchange = local()  # a thread has one exchange at a time, and reads its answer itself
        # httpx has no way to name httpcore's network backend; tests/kit/test_http_in_time.py fails if this is in vain
        self._pool._network_backend = _Backend(self._left)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._exchange.until = monotonic() + self._seconds
        return super().handle_request(request)

    def _left(self, step: float | None) -> float:
        """How long a step may take that would be allowed `step` seconds. Raises httpcore.ReadTimeout."""
        left = float(self._exchange.until) - monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the exchange takes too long")
        return left if step is None else min(step, left)


class _Backend(httpcore.SyncBackend):
    def __init__(self, left: Callable[[float | None], float]) -> None:
        self._left = left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """The first address of the host that answers; each gets what is left. Looking the name up is the resolver's."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as trouble:
            raise httpcore.ConnectError(str(trouble)) from trouble
        addresses = list(dict.fromkeys(str(address[0]) for *_kind, address in found))
        for address in addresses[:-1]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connected(address, port, timeout, local_address, socket_options)
        return self._connected(addresses[-1], port, timeout, local_address, socket_options)

    def _connected(self, address: str, port: int, timeout: float | None, *more: Any) -> httpcore.NetworkStream:
        return _Stream(super().connect_tcp(address, port, self._left(timeout), *more), self._left)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, left: Callable[[float | None], float]) -> None:
        self._stream, self._left = stream, left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PART):
            self._stream.write(buffer[start : start + _PART], self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, self._left(timeout)), self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
