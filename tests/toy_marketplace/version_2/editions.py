"""The editions of Toyland's interface: a row of any of them, as the first one has it. Version 2 knows two."""

from collections.abc import Mapping
from typing import Any


def as_first(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """An order as the first edition reports it."""
    commission = row["commission"]
    return {
        **row,
        "sub": row.get("sub", row.get("campaign")),
        "commission": commission["amount"] if isinstance(commission, Mapping) else commission,
    }
