"""An order line that cannot be booked stops alone: it is set aside with its reason and held, and the others go on."""

from datetime import datetime

from django.db import InterfaceError, OperationalError

from joey.commissions.hold_quarantined import hold_quarantined, release_booked
from joey.commissions.work_out import AMOUNT_MOST
from joey.kit import sql
from joey.kit.refusals import Refusal
from joey.kit.sets import SetTable
from joey.orders.queries import ChangedLine
from joey.record.append import append_set

REASON_MAX = 200

TOO_LARGE = "amount_too_large"
OTHER_CURRENCY = "currency_changed"
REFUSED = "cannot_be_booked"

# Of a changed line `x`.
IS_TOO_LARGE = f"""
    (greatest(x.commission_minor, x.service_fee_minor, x.returned_commission_minor, x.paid_minor, x.returned_paid_minor,
             x.protected_minor, x.returned_protected_minor) > {AMOUNT_MOST}
     OR EXISTS (SELECT FROM jsonb_each_text(x.returned_elsewhere) AS other WHERE other.value::numeric > {AMOUNT_MOST}))
"""
HAS_OTHER_CURRENCY = (
    "EXISTS (SELECT FROM commissions_commission c WHERE c.order_line_id = x.line_id AND c.currency <> x.currency)"
)


def is_about_the_lines(failure: Exception) -> bool:
    """Whether booking failed because of what is booked: not because the database is unavailable, busy or interrupted,
    and not because the marketplace is unknown.
    """
    return not isinstance(failure, (OperationalError, InterfaceError, Refusal))


def set_aside(changed: SetTable[ChangedLine], *, now: datetime) -> int:
    """Take the lines out of the set that are known not to be bookable; how many."""
    return _put(changed, IS_TOO_LARGE, TOO_LARGE, "", now) + _put(changed, HAS_OTHER_CURRENCY, OTHER_CURRENCY, "", now)


def put_into_quarantine(changed: SetTable[ChangedLine], *, failure: Exception, now: datetime) -> int:
    """Set aside every line of the set, because booking them failed like this; how many."""
    return _put(changed, "TRUE", REFUSED, str(failure).splitlines()[0][:REASON_MAX] if str(failure) else "", now)


def leave_quarantine(changed: SetTable[ChangedLine], *, now: datetime) -> None:
    """The lines of the set are booked: those that were set aside are so no longer."""
    if not sql.value("SELECT EXISTS (SELECT FROM commissions_quarantinedline)"):
        return
    freed = append_set(
        f"""
        SELECT x.shop_id, 'order_line.bookable' AS kind, 'order_line:' || x.line_id AS subject_key,
               '{{}}'::jsonb AS facts, %(now)s AS happened_at
        FROM commissions_quarantinedline q JOIN {changed} AS x USING (line_id)
        """,
        {"now": now},
    )
    if freed:
        release_booked(changed, now=now)
        sql.execute(f"DELETE FROM commissions_quarantinedline q USING {changed} AS x WHERE q.line_id = x.line_id")


def _put(changed: SetTable[ChangedLine], condition: str, reason: str, detail: str, now: datetime) -> int:
    """Only a line's first time makes an event; then its revision, its reason and its age are what they were."""
    if not sql.value(f"SELECT EXISTS (SELECT FROM {changed} AS x WHERE {condition})"):
        return 0
    append_set(
        f"""
        SELECT shop_id, 'order_line.quarantined' AS kind, 'order_line:' || line_id AS subject_key,
               jsonb_build_object('reason', %(reason)s::text) AS facts, %(now)s AS happened_at
        FROM {changed} AS x
        WHERE {condition} AND NOT EXISTS (SELECT FROM commissions_quarantinedline q
                                          WHERE q.line_id = x.line_id AND q.reason = %(reason)s)
        """,
        {"reason": reason, "now": now},
    )
    sql.execute(
        f"""
        INSERT INTO commissions_quarantinedline (line_id, marketplace, revision, reason, detail, since)
        SELECT line_id, marketplace, revision, %(reason)s, %(detail)s, %(now)s FROM {changed} AS x WHERE {condition}
        ON CONFLICT (line_id) DO UPDATE
        SET revision = excluded.revision, reason = excluded.reason, detail = excluded.detail
        """,
        {"reason": reason, "detail": detail, "now": now},
    )
    hold_quarantined(f"SELECT x.line_id FROM {changed} AS x WHERE {condition}", now=now)
    return sql.execute(f"DELETE FROM {changed} AS x WHERE {condition}")
