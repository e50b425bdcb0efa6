"""Book a set of changed order lines: what both the cursor's batches and the retry of one line do."""

from datetime import datetime

from joey.commissions.follow_report_holds import follow_report_holds
from joey.commissions.quarantine import leave_quarantine
from joey.commissions.shown_rates import find_shown_rates
from joey.commissions.work_out import work_out
from joey.commissions.write_changes import write_changes
from joey.kit.sets import SetTable
from joey.marketplaces import registry
from joey.orders.queries import ChangedLine

CHANGED = SetTable("changed_line", ChangedLine)


def book_lines(marketplace: str, *, now: datetime) -> int:
    """Book the lines of CHANGED, whose marketplace's cursor is locked; how many journals that made."""
    manifest = registry.manifest_of(marketplace)
    work_out(manifest)
    find_shown_rates(manifest)
    journals = write_changes(now)
    follow_report_holds(now)
    leave_quarantine(CHANGED, now=now)
    return journals
