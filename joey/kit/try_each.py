"""Tries what is independent of each other one after another: what fails stops no other, and is not passed over."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from logging import Logger


@contextmanager
def trying_each(log: Logger, failed: str) -> Iterator[Callable[[str], AbstractContextManager[None]]]:
    """Inside it, `with trying(name):` around each. What fails is logged as `failed` % name; the first is raised at
    the end.
    """
    failures: list[Exception] = []

    @contextmanager
    def trying(name: str) -> Iterator[None]:
        try:
            yield
        except Exception as failure:
            log.exception(failed, name)
            failures.append(failure)

    yield trying
    if failures:
        raise failures[0]
