"""The API as a client meets it, over a socket: bodies that never end, and everything the document promises."""

import contextlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from joey.catalog.search.follow import rebuild
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.orders.models import OrderLine
from joey.shops.models import Shop
from tests.api.live import running_server
from tests.cast import ada, flask, listed, lulus_shop, meis_shop, token_of
from tests.payouts.stage import ready_shop, requested
from tests.slow import slow

MEGABYTE = b"x" * 1_000_000
# No schema can say which cursor is ours, which words the rules allow, or what a balance is: 422 is an answer to these.
ACCEPTED = ["2XX", "3XX", 401, 403, 404, 409, 422, 429, "5XX"]


@pytest.fixture
def server(committed_db: EmbeddedPostgres, index_folder: Path) -> Iterator[str]:
    rebuild()  # no process follows here
    with running_server(JOEY_DATA=str(index_folder.parent)) as address:
        yield address


@pytest.mark.parametrize(
    ("phases", "paths"),
    [
        ("examples,coverage", "payouts|links"),
        slow("examples,coverage", ""),
        slow("fuzzing", ""),
        slow("stateful", ""),
    ],
)
def test_the_real_server_refuses_what_is_too_large_early_and_answers_the_rest(
    server: str, tmp_path: Path, phases: str, paths: str
) -> None:
    token = token_of(meis_shop().owner)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Accept-Language": "en"}

    _an_announced_body_is_not_read(server, headers)
    _a_chunked_body_is_read_up_to_the_bound(server, headers)
    _a_form_is_bounded_too(server)
    _a_body_within_the_bound_works(server, headers)
    _the_document_is_kept(server, tmp_path, phases, paths)


def test_without_the_database_it_lives_is_not_ready_and_says_so() -> None:
    with running_server(DATABASE_URL="postgresql://stranger@127.0.0.1:9/nothing") as server:
        ready = httpx.get(f"{server}/readyz", timeout=20, headers={"Accept-Language": "en"})
        asked = httpx.get(f"{server}/api/v1/me", timeout=20, headers={"Authorization": "Bearer joey_x"})

        assert httpx.get(f"{server}/healthz").status_code == 200
        assert (ready.status_code, ready.json()["troubles"]) == (503, ["The database is unavailable."])
        assert (asked.status_code, asked.json()["code"]) == (503, "unavailable")
        assert asked.headers["Retry-After"]


def _an_announced_body_is_not_read(server: str, headers: dict[str, str]) -> None:
    sent, answer = _send(server, headers | {"Content-Length": "50000000"}, (MEGABYTE for _ in range(50)))

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in answer
    assert b"/problems/too_large" in answer
    assert sent < 20_000_000


def _a_chunked_body_is_read_up_to_the_bound(server: str, headers: dict[str, str]) -> None:
    chunk = b"%x\r\n%s\r\n" % (len(MEGABYTE), MEGABYTE)

    sent, answer = _send(server, headers | {"Transfer-Encoding": "chunked"}, (chunk for _ in range(50)))

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"/problems/too_large" in answer
    assert sent < 20_000_000


def _a_form_is_bounded_too(server: str) -> None:
    sent, answer = _send(server, {"Content-Length": "50000000"}, (MEGABYTE for _ in range(50)), "/studio/sign-in")

    assert answer.startswith(b"HTTP/1.1 413")
    assert sent < 20_000_000


def _a_body_within_the_bound_works(server: str, headers: dict[str, str]) -> None:
    made = httpx.post(f"{server}/api/v1/shops", json={"slug": "alive", "name": "Alive"}, headers=headers)
    chunked = httpx.post(
        f"{server}/api/v1/shops", content=iter([b'{"slug": "chunky",', b' "name": "Chunky"}']), headers=headers
    )

    assert (made.status_code, chunked.status_code) == (201, 201), (made.text, chunked.text)
    assert Shop.objects.filter(slug="chunky").exists()


def _the_document_is_kept(server: str, tmp: Path, phases: str, paths: str) -> None:
    """Schemathesis reads the document and tries what it promises and what it forbids; a bounded number of times.

    All of its checks, as two users: what the keeper reads is asked for again by another keeper, who must not get it.
    """
    shop, keeper, other = ready_shop(), ada(), lulus_shop().owner
    Shop.objects.filter(pk=shop.pk).update(owner=keeper)
    listing = listed(shop, flask())
    known = {
        "slug": shop.slug,
        "listing_id": listing.id,
        "offer_id": listing.offer_id,
        "order_id": OrderLine.objects.get().id,
        "payout_id": requested(shop, 100).id,
    }
    users = tmp / "users.json"
    named = {"keeper": keeper, "other": other}
    tokens = {name: {"name": "Authorization", "value": f"Bearer {token_of(who)}"} for name, who in named.items()}
    users.write_text(json.dumps({"auth": [{"name": name, "fixedHeaders": [token]} for name, token in tokens.items()]}))
    config = tmp / "schemathesis.toml"
    config.write_text(
        f'[auth.wfc]\npath = "{users}"\nuser = "keeper"\npeers = ["keeper", "other"]\n'
        f"[checks.positive_data_acceptance]\nexpected-statuses = {ACCEPTED}\n[parameters]\n"
        + "".join(f'"path.{name}" = "{value}"\n' for name, value in known.items())
    )
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config),
            "run", f"{server}/api/openapi.json",
            *(["--include-path-regex", paths] if paths else []),
            "--checks", "all", "--phases", phases, "--max-examples", "8",
            "--seed", "2026", "--generation-database", "none", "--generation-allow-x00", "false",
            "--request-timeout", "10", "--no-color",
        ],
        capture_output=True, text=True, timeout=150,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2000:]
    assert "`object_level_authorization` will not run" not in done.stdout


def _send(
    server: str, headers: dict[str, str], parts: Iterator[bytes], path: str = "/api/v1/shops"
) -> tuple[int, bytes]:
    """Send the parts until the server answers or stops taking them: (bytes sent, the answer)."""
    where = urlsplit(server)
    sent, answer = 0, b""
    with socket.create_connection((where.hostname, where.port or 80), timeout=10) as wire:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        wire.sendall(f"POST {path} HTTP/1.1\r\nHost: {where.netloc}\r\n{lines}\r\n".encode())
        try:
            for part in parts:
                wire.settimeout(0.02)
                with contextlib.suppress(TimeoutError):
                    answer += wire.recv(65_536)
                if answer:
                    break
                wire.settimeout(5)
                wire.sendall(part)
                sent += len(part)
            wire.settimeout(5)
            while b"\r\n\r\n" not in answer or b"}" not in answer:
                more = wire.recv(65_536)
                if not more:
                    break
                answer += more
        except (ConnectionError, TimeoutError):
            pass
    return sent, answer
