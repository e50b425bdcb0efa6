"""Why an operator does it: `--reason TEXT`, or the words as the last argument."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click


def reason_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command both ways to write the reason; it receives `reason: str`."""

    @wraps(command)
    def with_reason(*given: Any, reason_words: str | None, reason: str | None, **more: Any) -> Any:
        if (reason_words is None) == (reason is None):
            raise click.UsageError("Write the reason once: --reason TEXT, or as the last argument.")
        return command(*given, reason=reason if reason_words is None else reason_words, **more)

    last = click.argument("reason_words", metavar="REASON", required=False)
    return last(click.option("--reason", metavar="TEXT", help="The same as REASON.")(with_reason))
