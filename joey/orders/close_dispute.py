"""An operator answers a dispute and closes it. What a violation held of its line is held no longer."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import Conflict, NotFound
from joey.kit.text import read_reason
from joey.orders.mark_violations import VIOLATIONS
from joey.orders.models import Dispute
from joey.orders.take_order_reports import lock_lines_of
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer
from joey.shops.operators import check_operator


@transaction.atomic
def close_dispute(dispute_id: UUID, *, answer: str, by: Person | None, now: datetime) -> Dispute:
    """Close it with an answer, which the shop reads. A line without another open violation gets a revision: the next
    booking releases what the violation held of it.

    `by` is the operator, None at the terminal. Raises Invalid ("reason"), NotFound, Forbidden (no operator, or the own
    shop), Conflict once it is closed.
    """
    answer = read_reason(answer)
    found = Dispute.objects.select_related("line__shop").filter(pk=dispute_id).first()
    if found is None:
        raise NotFound(_("There is no such dispute."))
    if by is not None:
        check_operator(by, found.line.shop)
    lock_lines_of(found.line.marketplace)
    dispute = Dispute.objects.select_for_update().get(pk=dispute_id)
    if dispute.closed_at is not None:
        raise Conflict(_("This dispute was answered already."))
    kept = keep_text(answer, shop_id=found.line.shop_id)
    closing = {"closed_at": now, "closed_by": name_of(by), **refer("answer", kept)}
    Dispute.objects.filter(pk=dispute.pk).update(**closing)
    if dispute.cause == Dispute.Cause.VIOLATION:
        sql.execute(
            f"""
            UPDATE orders_orderline l SET has_violation = EXISTS ({VIOLATIONS}), revision = nextval('orders_revision')
            WHERE l.id = %s
            """,
            [dispute.line_id],
        )
    facts = {"by": name_of(by), "cause": dispute.cause, "answer": kept.fact}
    append("dispute.closed", f"order_line:{dispute.line_id}", facts, shop_id=found.line.shop_id, happened_at=now)
    dispute.refresh_from_db()
    return dispute
