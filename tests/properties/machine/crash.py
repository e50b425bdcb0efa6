"""A process that dies at a statement: its connection breaks there, and nothing that it had not committed is left."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")


class Killed(BaseException):
    """The process died here. No code of Joey's may catch it, as none survives a SIGKILL."""


def run_with_crash(verb: Callable[[], T], at: int = 0) -> T:
    """Run the verb; with `at` above zero it first runs in a process that dies before that statement, if it gets there.

    `at` counts statements. A verb that needs fewer is simply run twice, which must change nothing either. The bank of
    the machine can kill the process as well; then the verb is run again.
    """
    dying = _Dying(at)
    try:
        with connection.execute_wrapper(dying):
            done = verb()
    except BaseException as death:
        # what is still run after the death (a lock's release) fails on the broken connection
        if not dying.dead and not isinstance(death, Killed):
            raise
        with suppress(Exception):
            connection.close()
        return verb()
    return verb() if at else done


class _Dying:
    """Counts statements; breaks the connection before number `at` (0: never) and before all that follow."""

    def __init__(self, at: int) -> None:
        self.left, self.dead = at, False

    def __call__(self, execute: Callable[..., Any], *given: Any) -> Any:
        self.left -= 1
        if self.left == 0 or self.dead:
            self.dead = True
            if connection.connection is not None:
                connection.connection.close()
            raise Killed
        return execute(*given)
