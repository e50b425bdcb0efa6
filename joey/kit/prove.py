"""What must always hold, as queries that return the offenders."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from joey.kit import sql

# A proof reads whole tables. Where the planner expects an early offender it joins row by row, which takes hours when
# there is none: so no nested loops. Each sort and hash table may be larger than a page needs, and goes to disk beyond.
_PLANNER = {"enable_nestloop": "off", "work_mem": "64MB", "hash_mem_multiplier": "2", "jit": "off"}


@dataclass(frozen=True)
class Check:
    """`offenders` is a query for rows that break the rule; no row means it holds. `rule` says it in one sentence.

    A query that depends on what the manifests say is a function that writes it.
    """

    rule: str
    offenders: str | Callable[[], str]

    @property
    def query(self) -> str:
        return self.offenders if isinstance(self.offenders, str) else self.offenders()

    @transaction.atomic
    def first_offender(self) -> dict[str, object] | None:
        """The first row that breaks the rule, or None."""
        for name, value in _PLANNER.items():
            sql.execute(f"SET LOCAL {name} = '{value}'")
        return sql.one(f"WITH offender AS MATERIALIZED ({self.query}) SELECT * FROM offender LIMIT 1")


@dataclass(frozen=True)
class JudgedRule:
    """A rule with its first offender, None where it holds, and how long it took to say so."""

    rule: str
    seconds: float
    offender: dict[str, object] | None

    @property
    def facts(self) -> str:
        """The offender in one line."""
        return ", ".join(f"{name} {value}" for name, value in (self.offender or {}).items())


def verdicts(checks: Sequence[Check]) -> Iterator[JudgedRule]:
    """Judge one check after another, all on one snapshot: what is written meanwhile is no part of it."""
    with _one_snapshot():
        for check in checks:
            started = time.monotonic()
            offender = check.first_offender()
            yield JudgedRule(check.rule, round(time.monotonic() - started, 3), offender)


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """Everything inside is read as it was at one moment. Nothing is locked. A caller's transaction stays what it is."""
    is_first = not sql.inside_transaction()
    with transaction.atomic():
        if is_first:
            sql.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
