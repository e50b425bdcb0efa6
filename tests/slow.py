"""Leave cases of a test to `make test-long`, where they are like one that `make test` runs and take their time."""

from typing import Any

import pytest


def slow(*values: Any) -> Any:
    """The case of these values, with the slow proofs."""
    return pytest.param(*values, marks=pytest.mark.long)
