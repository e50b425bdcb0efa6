"""What must always hold, as queries that return the offenders."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.db import connections, transaction

from joey.kit import sql

# A proof reads whole tables. Where the planner expects an early offender it joins row by row, which takes hours when
# there is none: so no nested loops. Each sort and hash table may be larger than a page needs, and goes to disk beyond.
_PLANNER = """
    SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'; SET LOCAL hash_mem_multiplier = 2; SET LOCAL jit = off
"""
AT_ONCE = 2  # rules; each takes a connection, and a lock on every day's partition that it reads


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

    @transaction.atomic(savepoint=False)
    def first_offender(self) -> dict[str, object] | None:
        """The first row that breaks the rule, or None."""
        sql.execute(_PLANNER)
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
    """Judge the checks, two at a time, in their order; all on one snapshot: what is written meanwhile is no part of it.

    Inside a transaction they are judged on its connection, one after another: no other sees what it wrote.
    """
    if sql.inside_transaction():
        yield from map(_judged, checks)
        return
    waiting = deque((check, Future[JudgedRule]()) for check in checks)
    found = [verdict for _check, verdict in waiting]
    with _one_snapshot() as snapshot, ThreadPoolExecutor(AT_ONCE) as threads:
        try:
            for _thread in range(AT_ONCE):
                threads.submit(_judge, waiting, snapshot)
            for verdict in found:
                yield verdict.result()
        finally:
            waiting.clear()  # a caller that has seen enough waits only for what is being judged now


def _judge(waiting: deque[tuple[Check, Future[JudgedRule]]], snapshot: str) -> None:
    """Judge what waits, on a connection of this thread's own, until nothing does."""
    with suppress(IndexError):  # nothing waits
        while True:
            check, verdict = waiting.popleft()
            try:
                with _one_snapshot(snapshot):
                    verdict.set_result(_judged(check))
            except BaseException as error:  # noqa: BLE001 -- raised where the verdict is read
                verdict.set_exception(error)
    connections.close_all()


def _judged(check: Check) -> JudgedRule:
    started = time.monotonic()
    offender = check.first_offender()
    return JudgedRule(check.rule, round(time.monotonic() - started, 3), offender)


@contextmanager
def _one_snapshot(named: str = "") -> Iterator[str]:
    """Everything inside is read as it was at one moment, that of the snapshot `named` or now; yields its name.

    Nothing is locked for writers. The name is good while this lasts, however long nothing is asked on this connection.
    """
    with transaction.atomic():
        sql.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if named:
            sql.execute(f"SET TRANSACTION SNAPSHOT '{named}'")
        sql.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield named or str(sql.value("SELECT pg_export_snapshot()"))
