"""The command lines of the web server and the sandbox, for `joey up` and for a deployment."""

import sys

WEB = "joey.site.asgi:application"
SANDBOX = "joey.sandbox.app:app"


def granian(app: str, *, host: str, port: int, workers: int = 1) -> list[str]:
    """Return the command for an ASGI app; the server itself replaces a worker that dies."""
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


def joey_command(*arguments: str) -> list[str]:
    """Return the command that runs `joey` with these arguments in a process of its own."""
    return [sys.executable, "-m", "joey.cli.cli", *arguments]
