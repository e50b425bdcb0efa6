"""The editions of Toyland's interface: a row of any of them, as the first one has it. Version 1 knows no other."""

from collections.abc import Mapping
from typing import Any


def as_first(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """An order as the first edition reports it."""
    return row
