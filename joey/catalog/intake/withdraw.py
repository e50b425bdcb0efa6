"""Take offers back that their marketplace does not sell any more. They stay, with their prices over time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joey.catalog import number_changes
from joey.kit import sql


def withdraw(which: str, parameters: Mapping[str, Any], *, now: datetime) -> int:
    """Withdraw the live offers `o` for which the condition `which` holds; how many. Their price ends at once.

    Followers are told. The caller holds the lock of their marketplaces (number_changes).
    """
    withdrawn = sql.execute(
        f"""
        UPDATE catalog_offer o SET withdrawn_at = %(now)s, looked_at = %(now)s,
            expires_at = least(expires_at, %(now)s), seq = nextval('catalog_offer_change')
        WHERE ({which}) AND o.withdrawn_at IS NULL
        """,
        {**parameters, "now": now},
    )
    if withdrawn:
        number_changes.tell_followers()
    return withdrawn
