"""What must always hold, as queries that return the offenders."""

import logging
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from joey.kit import sql

log = logging.getLogger(__name__)

# A proof reads whole tables. Where the planner expects an early offender it joins row by row, which takes hours when
# there is none: so no nested loops. Each sort and hash table may be larger than a page needs, and goes to disk beyond.
PLANNER = """
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
    def all_offenders(self) -> str:
        """The query for all of them."""
        return self.offenders if isinstance(self.offenders, str) else self.offenders()

    @property
    def query(self) -> str:
        """The query for the first offender."""
        return f"WITH offender AS MATERIALIZED ({self.all_offenders}) SELECT * FROM offender LIMIT 1"

    @transaction.atomic
    def first_offender(self) -> dict[str, object] | None:
        """The first row that breaks the rule, or None."""
        sql.execute(PLANNER)
        return sql.one(self.query)


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


# By how much a process may be ahead of the database with the time that it notes: each notes its own.
AHEAD = "make_interval(mins => 1)"
NOT_YET = f"now() + {AHEAD}"  # later than any time that can have been noted by now


def is_ahead(times: str) -> str:
    """SQL condition: the latest of these times, as far as there are any, cannot have been noted yet."""
    return f"greatest({times}) > {NOT_YET}"


def verdicts(checks: Sequence[Check]) -> Generator[JudgedRule, None, None]:
    """Judge the checks, two at a time, in their order; all on one snapshot: what is written meanwhile is no part of it.

    A caller that has seen enough closes it: what is being judged then is cancelled. Inside a transaction the checks are
    judged on its connection, one after another: no other sees what it wrote.
    """
    if sql.inside_transaction():
        yield from map(_judged, checks)
        return
    with (
        _one_snapshot() as snapshot,
        _own_connections() as own,
        ThreadPoolExecutor(AT_ONCE, initializer=_use_one_of, initargs=(list(own),)) as threads,
    ):
        found = [threads.submit(_judged_on, snapshot, check) for check in checks]
        try:
            for verdict in found:
                yield verdict.result()
        finally:
            _stop(found, own)


def _stop(found: Sequence[Future[JudgedRule]], own: Sequence[BaseDatabaseWrapper]) -> None:
    """Begin nothing more, and cancel what runs until nothing does: between two statements a cancel hits neither."""
    for verdict in found:
        verdict.cancel()
    while wait(found, timeout=0.1).not_done:
        for each in own:
            with suppress(AttributeError, psycopg.Error):  # not connected yet, or not any more
                each.connection.cancel()


@contextmanager
def _own_connections() -> Iterator[list[BaseDatabaseWrapper]]:
    """A connection for each thread, outside the pool, where other requests of this process would miss it for minutes.

    It is Django's all the same, since a rule may be a function that asks several times. The thread that ends the proof
    cancels what runs on these, and closes them.
    """
    own = [connections.create_connection(DEFAULT_DB_ALIAS) for _thread in range(AT_ONCE)]
    for each in own:
        options = {name: option for name, option in each.settings_dict["OPTIONS"].items() if name != "pool"}
        each.settings_dict = each.settings_dict | {"OPTIONS": options}
        each.inc_thread_sharing()
    try:
        yield own
    finally:
        for each in own:
            each.close()


def _use_one_of(free: list[BaseDatabaseWrapper]) -> None:
    connections[DEFAULT_DB_ALIAS] = free.pop()


def _judged_on(snapshot: str, check: Check) -> JudgedRule:
    with _one_snapshot(snapshot):
        return _judged(check)


def _judged(check: Check) -> JudgedRule:
    """One that cannot be judged, because what it reads is not there, say, does not hold; it stops no other."""
    started = time.monotonic()
    offender: dict[str, object] | None
    try:
        offender = check.first_offender()
    except (OperationalError, InterfaceError):  # of the database, which says nothing of the rule
        raise
    except Exception as failure:
        log.exception("a rule cannot be judged: %s", check.rule)
        offender = {"not judged": f"{type(failure).__name__}: {failure}"}
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
