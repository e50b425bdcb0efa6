"""An exchange ends in time, whatever step of it the server draws out. Security L11."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from joey.kit.http_in_time import client_in_time

IN_ALL, STEP = 0.6, 0.3  # a step that goes on in time restarts its own clock for ever
Serve = Callable[[socket.socket], None]


@contextmanager
def server(serve: Serve) -> Iterator[str]:
    """A server that answers each connection with `serve`, which may take for ever; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    connection, _address = listening.accept()
                except OSError:
                    return
                threading.Thread(target=_served, args=(serve, connection), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        listening.shutdown(socket.SHUT_RDWR)


def _served(serve: Serve, connection: socket.socket) -> None:
    with connection:
        try:
            serve(connection)
        except OSError:
            return  # the client is gone


def _trickle(connection: socket.socket, first: bytes) -> None:
    connection.sendall(first)
    while True:
        connection.sendall(b"x")
        time.sleep(STEP / 4)


def slow_headers(connection: socket.socket) -> None:
    connection.recv(4096)
    _trickle(connection, b"HTTP/1.1 200 OK\r\nX-A: ")


def slow_body(connection: socket.socket) -> None:
    connection.recv(4096)
    _trickle(connection, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")


def reads_slowly(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    while connection.recv(4096):
        time.sleep(STEP / 4)


@pytest.mark.parametrize("serve", [slow_headers, slow_body, reads_slowly])
def test_an_exchange_that_never_pauses_and_never_ends_is_ended(serve: Serve) -> None:
    content = b"x" * (64 << 20) if serve is reads_slowly else b"x"
    with (
        server(serve) as address,
        client_in_time(seconds=IN_ALL, each=STEP, connect=STEP) as client,
        pytest.raises(httpx.TimeoutException),
    ):
        client.post(address, content=content)


def test_each_exchange_on_a_kept_connection_has_its_own_time() -> None:
    connections = []

    def answers(connection: socket.socket) -> None:
        connections.append(connection)
        while connection.recv(4096):
            time.sleep(STEP / 2)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with server(answers) as address, client_in_time(seconds=IN_ALL, each=STEP, connect=STEP) as client:
        assert [client.get(address).text for _ in range(6)] == ["ok"] * 6
    assert len(connections) == 1


def test_no_other_client_is_made() -> None:
    """One that is made by hand has no total deadline. The sandbox, on this machine, is asked without."""
    joey = Path(__file__).resolve().parents[2] / "joey"
    ours = {"kit/http_in_time.py", "instance/demo/fill_demo.py", "instance/demo/simulate_business.py"}
    made = re.compile(r"httpx\.(?:Client|AsyncClient|get|post|put|request|stream)\(|urlopen\(|HTTPS?Connection\(")

    found = {str(path.relative_to(joey)) for path in joey.rglob("*.py") if made.search(path.read_text("utf-8"))}

    assert found == ours
