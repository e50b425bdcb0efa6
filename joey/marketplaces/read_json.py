"""How a marketplace's JSON is read: amounts stay the text they were written as, and NaN is no number."""

import json
from typing import Any


def read_json(text: str | bytes) -> Any:
    """The value, with fractions as text so that no float ever holds money. Raises ValueError."""
    return json.loads(text, parse_float=str, parse_constant=_no_constant)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
