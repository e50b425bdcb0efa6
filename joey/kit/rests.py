"""Where rows can rest, and what moves them on: each package declares it in its `rests.py`, as `SUBJECTS` and `RESTS`.

What operators begin there instead of ending it, as a hold, is `STARTS`. docs/money.md's table, the office's page of
what waits and /readyz are made from these declarations, and a test compares them with the models and with every row
that the database would take, so that no state is left without an exit.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise

AT_ONCE = timedelta(0)


@dataclass(frozen=True)
class Job:
    """A periodic job, by the name of its task: it moves rows on by itself. `sure`: in the end, whatever comes."""

    task: str
    sure: bool = False


@dataclass(frozen=True)
class Verb:
    """What an operator does: `command` as the terminal knows it ("payouts approve"), `office` as "table:action".

    A page of the office that begins at no row of a table is "page:name". One that is not `sure` only tries: it ends
    nothing if the outside does not help. One without an office says why in `terminal_only`.
    """

    command: str
    office: str
    sure: bool = True
    terminal_only: str = ""


@dataclass(frozen=True)
class Subject:
    """A kind of row that can rest. With a `column`, its choices are the states; those in `final` need no exit.

    Without one, a row rests until the condition `over` holds. `since` is the column with the time from which a row is
    counted as waiting.
    """

    name: str
    model: type[Model]
    since: str
    column: str = ""
    final: frozenset[str] = frozenset()
    over: Any = None  # what QuerySet.filter takes; None: a row rests for as long as it exists

    @property
    def at_rest(self) -> Any:
        """The condition on its rows that are not over."""
        if self.column:
            return ~Q(**{f"{self.column}__in": self.final})
        return Q() if self.over is None else ~self.over


@dataclass(frozen=True)
class Rest:
    """One state in which rows rest; `after` says in words when it ends.

    `due` is after how long it is listed as waiting for an operator: AT_ONCE when only an operator can end it. None when
    no list shows it; `unlisted` says why: what shows it instead, or why it needs no one. `label` names the rows on the
    office's page of what waits, `query` filters their table there. A state that is no value of the subject's column has
    its own condition, `rows`. With `trouble`, overdue rows are in /readyz as well. `since` is the column to count from,
    where it is not the subject's. `endless` says why no exit is sure, where none is.
    """

    of: Subject
    state: str
    exits: tuple[Job | Verb, ...]
    after: str
    due: timedelta | None = None
    label: str | Promise = ""
    rows: Any = None  # what QuerySet.filter takes: Q or Exists
    query: str = ""
    trouble: bool = False
    since: str = ""
    unlisted: str = ""
    endless: str = ""

    @property
    def waits_since(self) -> str:
        """The column with the time from which its rows wait."""
        return self.since or self.of.since

    @property
    def verbs(self) -> tuple[Verb, ...]:
        return tuple(each for each in self.exits if isinstance(each, Verb))

    @property
    def jobs(self) -> tuple[Job, ...]:
        return tuple(each for each in self.exits if isinstance(each, Job))

    @property
    def condition(self) -> Any:
        """What the rows that are in this state have in common."""
        return self.rows if self.rows is not None else Q(**{self.of.column: self.state})

    def resting(self) -> "QuerySet[Any]":
        """The rows that are in this state now."""
        return self.of.model._default_manager.filter(self.condition)
