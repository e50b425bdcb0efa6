"""Do a step for many rows at once, and go on without those at fault: a set that fails is halved until they are alone.

k rows at fault among n cost about k·log₂ n steps, and any number of them at most 2n.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import psycopg
from django.db import InterfaceError, OperationalError, transaction

from joey.kit import sql

Row = TypeVar("Row")

# The database, this one or another that is read: no fault of rows, so all of it is tried again.
NOT_OF_ROWS = (psycopg.Error, OperationalError, InterfaceError)


def do_in_halves(
    rows: Sequence[Row],
    step: Callable[[Sequence[Row]], object],
    *,
    faults: tuple[type[Exception], ...] = (Exception,),
    most_failures: int | None = None,
) -> list[tuple[Row, Exception]]:
    """Do the step for the rows, in order, in the caller's transaction; the rows for which it cannot be done, with why.

    After `most_failures` failed steps no set is halved any more: a row that comes back may be at fault or only beside
    one that is. Raises what is none of `faults`.
    """
    assert sql.inside_transaction(), "what was done for some rows belongs to what is done about the others"
    at_fault: list[tuple[Row, Exception]] = []
    failures = 0
    sets = [rows] if rows else []
    while sets:
        some = sets.pop()
        try:
            with transaction.atomic():
                step(some)
        except NOT_OF_ROWS:
            raise
        except faults as why:
            failures += 1
            if len(some) == 1 or (most_failures is not None and failures >= most_failures):
                at_fault += [(row, why) for row in some]
            else:
                middle = len(some) // 2
                sets += [some[middle:], some[:middle]]
    return at_fault
