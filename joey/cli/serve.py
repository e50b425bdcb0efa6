"""The web server's command line, for `joey up` and for a deployment of one's own."""

import os
import sys
from pathlib import Path

import click

from joey.instance.data_folder import data_option
from joey.instance.errors import Trouble

WEB = "joey.site.asgi:application"
SANDBOX = "joey.sandbox.app:app"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=os.cpu_count() or 1, show_default=True, type=click.IntRange(1, 256))
@data_option
def serve(host: str, port: int, workers: int, data: Path) -> None:
    """Serve the web faces. DATABASE_URL and JOEY_URL say what and as what."""
    environment = deployed(data)
    sys.stdout.flush()
    command = granian(WEB, host=host, port=port, workers=workers)
    # Replaced, not wrapped: signals then reach the server itself.
    os.execve(command[0], command, environment)  # noqa: S606


def granian(app: str, *, host: str, port: int, workers: int = 1) -> list[str]:
    """Return the command for an ASGI app; a worker that dies is replaced by the server itself."""
    options = {
        "--interface": "asgi",
        "--host": host,
        "--port": str(port),
        "--workers": str(workers),
        "--runtime-threads": "1",
        "--log-level": "warning",
        "--workers-kill-timeout": "10s",
    }
    flat = [text for option in options.items() for text in option]
    return [sys.executable, "-m", "granian", *flat, "--respawn-failed-workers", "--no-ws", app]


def in_one_process(app: str, *, port: int) -> list[str]:
    """Return the command for an ASGI app that one process serves on loopback."""
    return [sys.executable, "-m", "joey.instance.processes.one_process", app, str(port)]


def deployed(data: Path) -> dict[str, str]:
    """Return the environment for a part that runs by itself; raise Trouble when the deployment says too little."""
    from joey.instance.data_folder import secret

    for name, example in (("DATABASE_URL", "postgresql://joey_app:…@db/joey"), ("JOEY_URL", "https://shop.example")):
        if not os.environ.get(name):
            raise Trouble(f"Set {name}, for example {name}={example}. For everything on one machine: `joey up`.")
    found = dict(os.environ, JOEY_DATA=str(data))
    if not found.get("JOEY_SECRET"):
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        found["JOEY_SECRET"] = secret(data)
    return found
