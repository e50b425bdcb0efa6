"""What a line's commission waits for before it is available: one code, the strongest reason first."""

from datetime import datetime
from zoneinfo import ZoneInfo

from joey.commissions.queries import OrderRow
from joey.marketplaces import registry

NOTHING = ""
UNPAID = "unpaid"
QUARANTINED = "quarantined"
NOT_BOOKED = "not_booked"
NOT_INSTALLED = "not_installed"  # neither its zone nor its policy is known: the package of its marketplace is gone
HELD = "held"
WITHDRAWN = "settlement_withdrawn"
NOT_SETTLED = "not_settled"
DAYS = "waiting"  # for its day
NOT_READ = "reports_not_read"  # its day has come, and the reports are not read up to it
DUE = "due"  # within minutes


def waits_for(line: OrderRow, *, now: datetime) -> str:
    """One of the codes above; NOTHING when no part of it waits."""
    if line.quarantined:
        return QUARANTINED
    if line.state == "placed":
        return UNPAID
    manifest = registry.find_manifest(line.marketplace)
    if line.is_paid_by_marketplace:
        return NOTHING
    if not line.commission_state or not line.is_booked:
        return NOT_BOOKED if manifest else NOT_INSTALLED
    if line.on_hold.minor or (line.pending.minor and line.held_by_marketplace):
        return HELD
    if not line.pending.minor or line.payable_on is None:
        return NOTHING
    if manifest is None:
        return NOT_INSTALLED
    if not line.settled:
        return WITHDRAWN if line.restarted and line.state != "closed" else NOT_SETTLED
    zone = ZoneInfo(manifest.zone)
    if line.payable_on > now.astimezone(zone).date():
        return DAYS
    if line.read_until is not None and line.payable_on > line.read_until.astimezone(zone).date():
        return NOT_READ
    return DUE
