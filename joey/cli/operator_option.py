"""The option that says which operator decides: verbs about money keep who decided, and why."""

from collections.abc import Callable
from typing import Any

import click


def operator_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--by CONTACT` (or JOEY_OPERATOR); it receives `by: str`, for `operator_by_contact`."""
    option = click.option(
        "--by",
        envvar="JOEY_OPERATOR",
        required=True,
        metavar="PHONE_OR_EMAIL",
        help="The operator who decides, as in `joey operator create`. It is kept with the decision.",
    )
    return option(command)
