"""The set `worked_out`: each changed order line with what its commission has booked and what it should have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from joey.kit.sets import Int, SetTable
from joey.orders.queries import ChangedLine


@dataclass(frozen=True)
class WorkedOutLine(ChangedLine):
    """Amounts are in minor units: old_* is what is booked, new_* what should be, the others are the moves between."""

    commission_id: UUID
    is_new: bool  # nothing is booked for it yet
    plan_id: int
    plan_moment: datetime
    plan_moment_kind: str
    first_rate_ppm: Int | None
    shopkeeper_ppm: Int
    number: Int  # of the revision that this change makes
    old_number: Int
    was_settled: bool
    is_settled: bool
    withdrawn: bool  # its settlement is
    restarted: bool
    payable_on: date | None
    old_holds: Int
    old_elsewhere: Mapping[str, int]
    old_base: int
    new_base: int
    old_penalty: int
    new_penalty: int
    old_rounding: int
    new_rounding: int
    old_amount: int  # the shop's part, which is pending, held or released
    new_amount: int
    new_pending: int
    new_held: int
    new_released: int
    up: int
    from_pending: int
    from_held: int
    from_released: int
    held_back: int
    released_back: int
    new_platform: int  # the platform's part, of which some is revenue
    new_revenue: int
    platform_up: int
    platform_from_pending: int
    from_revenue: int
    revenue_back: int


WORKED_OUT = SetTable("worked_out", WorkedOutLine)
