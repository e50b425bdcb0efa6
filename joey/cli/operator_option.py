"""Which operator decides, and the instance that it is decided in: verbs about money keep who decided, and why."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from joey.people.models import Person

C = TypeVar("C", bound=Callable[..., Any])


def operator_option(command: C) -> C:
    """Give a command `--by CONTACT` (or JOEY_OPERATOR); it receives `by: str`, for `deciding`."""
    return _option(required=True)(command)


def operator_if_named(command: C) -> C:
    """The same for what must work in an emergency: without it `by` is None, and the record says "terminal"."""
    return _option(required=False)(command)


@contextmanager
def deciding(data: Path, by: str, *, command: str) -> "Iterator[Person]":
    """The instance, open for `command`, and the operator whom `by` names. Raises Invalid ("contact"), Forbidden."""
    with deciding_if_named(data, by, command=command) as operator:
        assert operator is not None
        yield operator


@contextmanager
def deciding_if_named(data: Path, by: str | None, *, command: str) -> "Iterator[Person | None]":
    """The same with None where no operator was named."""
    from joey.instance.open_instance import instance

    with instance(data, command):
        from joey.people.operators import operator_by_contact

        yield operator_by_contact(by) if by is not None else None


def _option(*, required: bool) -> Callable[[C], C]:
    return click.option(
        "--by",
        envvar="JOEY_OPERATOR",
        required=required,
        metavar="PHONE_OR_EMAIL",
        help="The operator who decides, as in `joey operator create`. It is kept with the decision.",
    )
