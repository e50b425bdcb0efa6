"""Copies rows in a restore, so that rows at fault stop no others."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import connection
from django.db.models import Model

from joey.kit.halves import do_in_halves

R = TypeVar("R", bound=Model)


def copy_in_halves(rows: Sequence[R], copy: Callable[[Sequence[R]], object]) -> list[tuple[R, Exception]]:
    """Copy the rows in order; those that cannot be copied come back, with why."""

    def copy_and_check(some: Sequence[R]) -> None:
        copy(some)
        connection.check_constraints()  # else a missing row would be found at the end, and undo everything

    return do_in_halves(rows, copy_and_check)
