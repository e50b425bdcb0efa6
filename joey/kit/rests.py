"""Where rows can rest, and what moves them on: each package declares it in its `rests.py`, as `SUBJECTS` and `RESTS`.

docs/money.md's table, the office's page of what waits and /readyz are made from these declarations, and a test
compares them with the models, so that no state is left without an exit.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise

AT_ONCE = timedelta(0)


@dataclass(frozen=True)
class Job:
    """A periodic job, by the name of its task: it moves rows on by itself."""

    task: str


@dataclass(frozen=True)
class Verb:
    """What an operator does: `command` as the terminal knows it ("payouts approve"), `office` as "table:action"."""

    command: str
    office: str


@dataclass(frozen=True)
class Subject:
    """A kind of row that can rest. With a `column`, its choices are the states; those in `final` need no exit.

    `since` is the column with the time from which a row is counted as waiting.
    """

    name: str
    model: type[Model]
    since: str
    column: str = ""
    final: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rest:
    """One state in which rows rest; `after` says in words when it ends.

    `due` is after how long it is listed as waiting for an operator: AT_ONCE when only an operator can end it, None
    when a job or the outside ends it. `label` names the rows on the office's page of what waits, `query` filters their
    table there. A state that is no value of the subject's column has its own condition, `rows`. With `trouble`, overdue
    rows are in /readyz as well.
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

    @property
    def verbs(self) -> tuple[Verb, ...]:
        return tuple(each for each in self.exits if isinstance(each, Verb))

    @property
    def jobs(self) -> tuple[Job, ...]:
        return tuple(each for each in self.exits if isinstance(each, Job))

    def resting(self) -> "QuerySet[Any]":
        """The rows that are in this state now."""
        condition = self.rows if self.rows is not None else Q(**{self.of.column: self.state})
        return self.of.model._default_manager.filter(condition)
