"""The option that lets a command of the demo pretend another time; never where money is real."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from joey.instance.errors import CommandFailed


def as_of_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--as-of TIME`; it receives `as_of: str | None`, for `moment_of`."""
    text = "Pretend it is TIME (RFC 3339); only while the sandbox is on."
    return click.option("--as-of", "as_of", metavar="TIME", help=text)(command)


def read_time(as_of: str | None) -> datetime | None:
    """The time that was given, before the instance is opened. Raises CommandFailed."""
    if as_of is None:
        return None
    try:
        moment = datetime.fromisoformat(as_of)
    except ValueError:
        raise CommandFailed(
            f"--as-of: “{as_of[:40]}” is not a time. Write it like 2026-12-24T10:00:00+08:00."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def only_in_the_sandbox(moment: datetime | None) -> None:
    """Raises CommandFailed when a time was given and the sandbox is off. Inside `instance`."""
    from django.conf import settings

    if moment and not settings.SANDBOX_URL:
        raise CommandFailed("--as-of works only while the sandbox is on: real money moves on real days.")
