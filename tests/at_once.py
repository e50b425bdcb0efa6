"""Run verbs concurrently, and kill one midway."""

import itertools
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, connections


def outcomes(*verbs: Callable[[], object]) -> list[object]:
    """What each verb returned or raised, all run at the same time on connections of their own."""
    came: list[object] = [None] * len(verbs)
    start = threading.Barrier(len(verbs))

    def run(place: int, verb: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()  # or the first to be connected would be through before the others start
            start.wait(timeout=20)
            came[place] = verb()
        except BaseException as trouble:  # noqa: BLE001 (it is what the test looks at)
            came[place] = trouble
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return came


def die_after(statement_part: str, verb: Callable[[], object]) -> None:
    """Run the verb in a process of its own that gets SIGKILL right after a statement with this text."""
    reached = _killed_when(lambda statement: statement_part in " ".join(statement.split()), verb)
    assert reached, f"the verb ended without reaching a statement with {statement_part!r}"


def die_at(point: int, verb: Callable[[], object]) -> None:
    """The same right after its statement number `point`, counted from one."""
    passed = itertools.count(1)
    assert _killed_when(lambda _statement: next(passed) == point, verb), f"the verb ended before statement {point}"


def statements_of(verb: Callable[[], object]) -> int:
    """Run the verb here; how many statements it took."""
    passed: list[str] = []

    def counting(execute: Callable[..., object], statement: str, params: object, many: bool, context: object) -> object:
        passed.append(statement)
        return execute(statement, params, many, context)

    with connection.execute_wrapper(counting):
        verb()
    return len(passed)


def _killed_when(dies: Callable[[str], bool], verb: Callable[[], object]) -> bool:
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined]  # a child must not share its parent's sockets
    child = os.fork()
    if child == 0:

        def killer(
            execute: Callable[..., object], statement: str, params: object, many: bool, context: object
        ) -> object:
            done = execute(statement, params, many, context)
            if dies(str(statement)):
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        try:
            with connection.execute_wrapper(killer):
                verb()
        finally:
            os._exit(1)  # it was never killed
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@contextmanager
def claiming_slowly() -> Iterator[None]:
    """A verb in this block waits a second after each row that it locks and claims into its set table `due…`."""
    slowed: list[str] = []

    def slow(execute: Callable[..., object], statement: str, params: object, many: bool, context: object) -> object:
        done = execute(statement, params, many, context)
        found = re.match("CREATE TEMP TABLE IF NOT EXISTS (due[a-z_]*) ", str(statement))
        if found and found[1] not in slowed:
            slowed.append(found[1])
            execute(
                "CREATE OR REPLACE FUNCTION pg_temp.rest() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN PERFORM pg_sleep(1); RETURN new; END $$;"
                f" CREATE TRIGGER rest BEFORE INSERT ON {found[1]} FOR EACH ROW EXECUTE FUNCTION pg_temp.rest()",
                None, many, context,
            )  # fmt: skip
        return done

    with connection.execute_wrapper(slow):
        yield
    with connection.cursor() as cursor:
        for table in slowed:
            cursor.execute(f"DROP TABLE pg_temp.{table}")  # the session, and so the next test, would keep it
