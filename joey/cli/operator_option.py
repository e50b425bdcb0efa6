"""The option that says which operator decides: verbs about money keep who decided, and why."""

from collections.abc import Callable
from typing import Any

import click


def operator_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--by CONTACT` (or JOEY_OPERATOR); it receives `by: str`, for `operator_by_contact`."""
    return _option(required=True)(command)


def operator_if_named(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same for what must work in an emergency: without it `by` is None, and the record says "terminal"."""
    return _option(required=False)(command)


def _option(*, required: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--by",
        envvar="JOEY_OPERATOR",
        required=required,
        metavar="PHONE_OR_EMAIL",
        help="The operator who decides, as in `joey operator create`. It is kept with the decision.",
    )
