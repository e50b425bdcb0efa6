"""Book a line that was set aside, when an operator has removed what kept it from being booked."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.commissions import queries
from joey.commissions.book_lines import CHANGED, book_lines
from joey.commissions.models import Commission, QuarantinedLine
from joey.commissions.move_held import move_held_of
from joey.commissions.quarantine import is_about_the_lines, set_aside
from joey.kit.refusals import Conflict, NotFound
from joey.orders.queries import changed_line_into
from joey.record.append import append

_BOOKED = _("This order line is not set aside; it is booked already.")


class StillUnbookable(Conflict):
    """The line cannot be booked yet; the facts name the reason."""

    code = "still_unbookable"


@transaction.atomic(durable=True)
def retry_quarantined(line_id: UUID, *, by: str, now: datetime) -> None:
    """Book this line at its newest revision. Raises NotFound for a line that is not set aside, StillUnbookable."""
    aside = QuarantinedLine.objects.select_related("line").filter(pk=line_id).first()
    if aside is None:
        raise NotFound(_BOOKED)
    queries.lock_earn_cursor(aside.marketplace)
    if not QuarantinedLine.objects.filter(pk=line_id).exists():  # booked while this waited for the lock
        raise NotFound(_BOOKED)
    changed_line_into(CHANGED.create(), line_id)
    if set_aside(CHANGED, now=now):
        raise StillUnbookable(_("This order line still cannot be booked: its amounts or its currency are not right."))
    try:
        with transaction.atomic():
            book_lines(aside.marketplace, now=now)
            move_held_of(*Commission.objects.filter(order_line_id=line_id).values_list("pk", flat=True), now=now)
    except Exception as failure:
        if not is_about_the_lines(failure):
            raise
        reason = str(failure).splitlines()[0] if str(failure) else type(failure).__name__
        raise StillUnbookable(_("This order line still cannot be booked: %s") % reason, reason=reason) from failure
    append("order_line.retried", f"order_line:{line_id}", {"by": by}, happened_at=now, shop_id=aside.line.shop_id)
