"""The plan in force, for pages that show what a sale may earn, and its versions."""

from datetime import datetime

from joey.commissions.models import PlanVersion
from joey.kit import sql


def plan_shares(now: datetime) -> tuple[int, int]:
    """The parts of the plan in force, in parts per million: (shopkeeper, platform). One query."""
    row = sql.one(
        "SELECT shopkeeper_ppm, platform_ppm FROM commissions_planversion"
        " WHERE from_at <= %s ORDER BY from_at DESC, id DESC LIMIT 1",
        [now],
    )
    assert row is not None, "the first plan comes with the migrations"
    return row["shopkeeper_ppm"], row["platform_ppm"]


def plan_versions() -> list[PlanVersion]:
    """All versions, the oldest first. One query."""
    return list(PlanVersion.objects.order_by("from_at", "pk"))
