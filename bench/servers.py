"""The servers that a benchmark presses: an nginx of its own, Joey as `joey serve` runs it, any app on the same Granian.

All on loopback, all with one worker a core, all ended with the block.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

WORKERS = os.cpu_count() or 1
REDIRECT = "/302"
STARTS_WITHIN = 60.0


@dataclass(frozen=True)
class Answer:
    """One answer, whole, header names in lower case."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@contextmanager
def nginx(files: Mapping[str, Answer] | None = None) -> Iterator[str]:
    """An nginx at its best that serves these answers (by path) from files, and a bare 302 at REDIRECT; its address."""
    folder, port = Path(tempfile.mkdtemp(prefix="joey-nginx-")), free_port()
    folder.chmod(0o755)
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    assert program, "nginx is not installed"
    try:
        (folder / "nginx.conf").write_text(_configuration(folder, port, files or {}))
        command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
        with _running(command, dict(os.environ), folder / "out.log", f"http://127.0.0.1:{port}{REDIRECT}"):
            yield f"http://127.0.0.1:{port}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def joey(*, workers: int = WORKERS, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """`joey serve` on the database that the environment names (see throw_away.py); its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "joey.cli.cli", "serve", "--port", str(port), "--workers", str(workers)]
    found = dict(os.environ) | {"JOEY_URL": address} | dict(environment or {})
    with (
        tempfile.NamedTemporaryFile(suffix=".log") as log,
        _running(command, found, Path(log.name), f"{address}/healthz"),
    ):
        yield address


@contextmanager
def on_granian(
    app: str,
    *,
    workers: int = WORKERS,
    factory: bool = False,
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
) -> Iterator[str]:
    """Any ASGI application ("package.module:name") with the very options that Joey is served with; its address.

    `factory`: the name is of a function that makes the application. `port`: where its environment has to name it.
    """
    from joey.instance.processes.server_command import granian

    port = port or free_port()
    command = granian(app, host="127.0.0.1", port=port, workers=workers) + ["--factory"] * factory
    address, found = f"http://127.0.0.1:{port}", dict(os.environ) | dict(environment or {})
    with tempfile.NamedTemporaryFile(suffix=".log") as log, _running(command, found, Path(log.name), f"{address}/"):
        yield address


def ask(url: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Answer:
    """One request, redirects not followed."""
    parts = urlsplit(url)
    assert parts.hostname
    connection = HTTPConnection(parts.hostname, parts.port or 80, timeout=10)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target or "/", headers=dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, [(n.lower(), v) for n, v in answer.getheaders()], answer.read())
    finally:
        connection.close()


def free_port() -> int:
    """A free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], log: Path, answers_at: str) -> Iterator[None]:
    with log.open("ab") as out:
        process = subprocess.Popen(command, env=dict(environment), stdout=out, stderr=out, start_new_session=True)
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not _answers(answers_at):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} does not start: {log.read_text(errors='replace')[-500:]}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(url: str) -> bool:
    try:
        return ask(url).status < 500
    except OSError:
        return False


def _configuration(folder: Path, port: int, files: Mapping[str, Answer]) -> str:
    """Everything that makes nginx fast: sendfile, files kept open, no log, connections that stay."""
    places = []
    for number, (path, answer) in enumerate(files.items()):
        (folder / f"{number}.bytes").write_bytes(answer.body)
        own = (
            "content-length",
            "content-type",
            "date",
            "server",
            "connection",
            "etag",
            "last-modified",
            "accept-ranges",
        )
        more = "".join(
            f"add_header {name} '{value.replace(chr(39), chr(92) + chr(39))}';\n"
            for name, value in answer.headers
            if name not in own
        )
        kind = next((value for name, value in answer.headers if name == "content-type"), "text/html").split(";")[0]
        places.append(
            f"location = {path} {{ types {{}} default_type '{kind}'; charset utf-8; etag on;\n"
            f"alias {folder}/{number}.bytes;\n{more}}}\n"
        )
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""
        daemon off;
        {"user root;" if os.geteuid() == 0 else ""}
        worker_processes {WORKERS};
        pid {folder}/nginx.pid;
        events {{ worker_connections 1024; }}
        http {{
        {temporary}
        access_log off; sendfile on; tcp_nopush on; tcp_nodelay on;
        keepalive_requests 1000000000; keepalive_timeout 60s;
        open_file_cache max=100; open_file_cache_valid 60s;
        server {{
        listen 127.0.0.1:{port};
        location = {REDIRECT} {{ return 302 https://example.com/; }}
        {"".join(places)}
        }}
        }}
    """
