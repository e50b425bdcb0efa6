"""A process that dies at a statement: its connection breaks there, and nothing that it had not committed is left."""

from collections.abc import Callable
from contextlib import suppress
from time import sleep
from typing import Any, TypeVar

from django.db import connection

from joey.kit import sql

T = TypeVar("T")

# How many statements each verb takes, about: a death is drawn as a part of the way, so that most of them happen.
STATEMENTS = {"take": 45, "earn": 90, "confirm": 40, "hold": 20, "request": 20, "approve": 10, "send": 60, "ask": 40,
              "give up": 15}  # fmt: skip


class Killed(BaseException):
    """The process died here. No code of Joey's may catch it, as none survives a SIGKILL."""


def run_with_crash(verb: Callable[[], T], name: str, crash: int = 0) -> T:
    """Run the verb; with `crash` above zero it first runs in a process that dies after so many percent of its way.

    A verb that needs fewer statements is simply run twice, which must change nothing either. The bank of the machine
    can kill the process as well; then the verb is run again.
    """
    done: list[T] = []

    def run() -> None:
        done.append(verb())

    if dies(run, name, crash) or crash:
        while dies(run, name):
            pass
    return done[-1]


def dies(verb: Callable[[], object], name: str, crash: int = 0) -> bool:
    """Run the verb in a process that may die; whether it did. It is not run again now."""
    dying = _Dying(1 + STATEMENTS[name] * crash // 100 if crash else 0)
    try:
        with connection.execute_wrapper(dying):
            verb()
    except BaseException as death:
        # what is still run after the death (a lock's release) fails on the broken connection
        if not dying.dead and not isinstance(death, Killed):
            raise
        with suppress(Exception):
            connection.close()
        _wait_until_gone(dying.session)
        return True
    return False


def _wait_until_gone(session: int) -> None:
    """A dead session keeps its locks until PostgreSQL has noticed, and the next process comes later than that."""
    while sql.value("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)", [session]):
        sleep(0.01)


class _Dying:
    """Counts statements; breaks the connection before number `at` (0: never) and before all that follow."""

    def __init__(self, at: int) -> None:
        self.left, self.dead = at, False
        self.session = 0  # that broke

    def __call__(self, execute: Callable[..., Any], *given: Any) -> Any:
        self.left -= 1
        if self.left == 0 or self.dead:
            self.dead = True
            if connection.connection is not None and not connection.connection.closed:
                self.session = connection.connection.info.backend_pid
                connection.connection.close()
            raise Killed
        return execute(*given)
