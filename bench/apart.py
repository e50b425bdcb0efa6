"""Each benchmark in a process of its own: its database is its own, and Django takes one up once in a process's life."""

from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from typing import Any


def measured_apart(module: str, rounds: int) -> Any:
    """What the benchmark in `module` finds in so many rounds; what it raises is raised here."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        return process.submit(measured, module, rounds).result()


def measured(module: str, rounds: int) -> Any:
    """The same in this process."""
    return import_module(module).main(rounds)
