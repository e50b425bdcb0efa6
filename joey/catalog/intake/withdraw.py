"""Withdraw offers that their marketplace does not sell any more. They stay in the catalogue, with their prices."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from joey.catalog import number_changes
from joey.kit import sql
from joey.kit.refusals import Conflict
from joey.kit.sets import SetTable

MOST_MISSING_PERCENT = 20  # a complete file that lacks more than this is more likely a broken one


class TooManyMissing(Conflict):
    """A complete file lacks too many of the known offers; `missing` and `live` say how many."""

    code = "too_many_missing"


@dataclass(frozen=True)
class RefusedId:
    """The id in a row of the file that was refused."""

    external_id: str


NAMED = SetTable("offer_named", RefusedId)


def withdraw(which: str, parameters: Mapping[str, Any], *, now: datetime) -> int:
    """Withdraw the live offers `o` for which the condition `which` holds; how many. Their price ends at once.

    Followers are notified. The caller holds the lock of their marketplaces (number_changes).
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
        number_changes.notify_followers()
    return withdrawn


def withdraw_missing(of: Collection[str], named: Collection[str], *, most_percent: int, now: datetime) -> int:
    """Withdraw the live offers `of` these marketplaces that no row of `offer_key` is about; how many.

    `named` are ids of refused rows, whose offers are not missing. Raises TooManyMissing for more than `most_percent`.
    """
    NAMED.create().fill(RefusedId(each) for each in named)
    missing = f"""
        o.marketplace = ANY(%(marketplaces)s) AND o.withdrawn_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM offer_key k WHERE k.offer_id = o.id)
        AND NOT EXISTS (SELECT 1 FROM {NAMED} n WHERE n.external_id = o.external_id)
    """
    marketplaces = {"marketplaces": sorted(of)}
    found = sql.one(
        f"""
        SELECT count(*) AS live, count(*) FILTER (WHERE {missing}) AS missing FROM catalog_offer o
        WHERE o.marketplace = ANY(%(marketplaces)s) AND o.withdrawn_at IS NULL
        """,
        marketplaces,
    )
    assert found is not None
    if found["missing"] * 100 > found["live"] * most_percent:
        raise TooManyMissing(
            _(
                "%(missing)d of %(live)d offers are missing in this file, which is more than %(percent)d in a hundred. "
                "Nothing was changed. Check that the file is complete; without --full it only adds and changes."
            )
            % (found | {"percent": most_percent}),
            **found,
        )
    return withdraw(missing, marketplaces, now=now)
