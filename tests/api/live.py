"""The real server in a process of its own: granian, the bound on bodies, Django."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx


@contextmanager
def running_server(**environment: str) -> Iterator[str]:
    """The address of a server on a free port, ended afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), "joey.site.asgi:application"],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "joey.site.settings", "JOEY_URL": address} | environment,
    )
    try:
        _wait(address, server)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(timeout=10)


def _wait(address: str, server: "subprocess.Popen[bytes]") -> None:
    for _try in range(150):
        assert server.poll() is None, "the server ended"
        try:
            if httpx.get(f"{address}/healthz", timeout=1).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError("the server did not answer within 30 seconds")
