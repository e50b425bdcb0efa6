"""Leave cases of a test to `make test-long`, where they are like one that `make test` runs and take their time."""

from collections.abc import Iterable
from typing import Any

import pytest


def slow(*values: Any) -> Any:
    """The case of these values, with the slow proofs."""
    return pytest.param(*values, marks=pytest.mark.long)


def but_every(step: int, values: Iterable[Any]) -> list[Any]:
    """All cases, each of one value; but for every so many of them, the first included, with the slow proofs."""
    return [slow(each) if at % step else each for at, each in enumerate(values)]


def cases_but_every(step: int, cases: Iterable[tuple[Any, ...]]) -> list[Any]:
    """The same for cases of several values."""
    return [slow(*each) if at % step else each for at, each in enumerate(cases)]
