"""A set that fails is halved until the rows at fault are alone; the others are done, in order."""

from collections.abc import Sequence

import psycopg
import pytest
from django.db import OperationalError

from joey.kit import sql
from joey.kit.halves import do_in_halves

pytestmark = pytest.mark.django_db


class Writing:
    """A step that writes its rows down and then fails at some of them; each call is counted."""

    def __init__(self, *bad: int, failure: Exception | None = None) -> None:
        sql.execute("CREATE TEMP TABLE done (row int, place serial) ON COMMIT DROP")
        self.bad, self.calls = bad, 0
        self.failure = failure or ValueError("bad")

    def __call__(self, rows: Sequence[int]) -> None:
        self.calls += 1
        sql.execute("INSERT INTO done (row) SELECT unnest(%s::int[])", [list(rows)])
        if {*rows} & {*self.bad}:
            raise self.failure

    @property
    def done(self) -> list[int]:
        return [row for (row,) in sql.tuples("SELECT row FROM done ORDER BY place")]


def test_the_rows_at_fault_come_back_and_nothing_is_left_of_them() -> None:
    write = Writing(3, 700)

    at_fault = do_in_halves(range(1000), write)

    assert [(row, str(why)) for row, why in at_fault] == [(3, "bad"), (700, "bad")]
    assert write.done == [row for row in range(1000) if row not in (3, 700)]
    assert write.calls < 45  # two rows, ten halvings, two halves each


def test_no_row_and_no_fault_take_no_halving() -> None:
    write = Writing()
    assert do_in_halves([], write) == []
    assert do_in_halves([1, 2], write) == []
    assert (write.calls, write.done) == (1, [1, 2])


def test_after_the_most_failures_what_fails_comes_back_as_it_is() -> None:
    write = Writing(*range(0, 1000, 2))

    at_fault = do_in_halves(range(1000), write, most_failures=20)

    assert sorted([*write.done, *(row for row, _why in at_fault)]) == list(range(1000))
    assert write.calls < 60


@pytest.mark.parametrize("failure", [OperationalError(), psycopg.OperationalError(), KeyError()])
def test_what_is_no_fault_of_rows_is_raised(failure: Exception) -> None:
    with pytest.raises(type(failure)):
        do_in_halves([1, 2], Writing(1, failure=failure), faults=(ValueError,))
