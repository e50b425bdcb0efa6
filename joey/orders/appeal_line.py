"""A shop appeals: it asks an operator to look at an order line that was closed for a reason, or that is held."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import limits, sql
from joey.kit.rate_limit import hit
from joey.kit.refusals import Conflict
from joey.kit.text import read_line
from joey.orders.disputes import disputed_line
from joey.orders.models import Dispute
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer
from joey.shops.models import Shop

TEXT_MOST = 500


@transaction.atomic
def appeal_line(shop: Shop, line_id: UUID, *, text: str, now: datetime, on_hold: bool = False) -> Dispute:
    """Open a dispute about the line, or add the shop's text to the one that is open for a violation. `on_hold`: its
    commission is held here.

    While it is open, the same line appealed twice is one dispute, with the first text. Raises NotFound for a line that
    is not the shop's, Conflict for one that is neither closed for a reason nor held, Invalid
    ("text"), TooMany.
    """
    said = read_line(text, field="text", at_most=TEXT_MOST)
    sql.lock_until_end(f"disputes:{line_id}")
    line = disputed_line(shop.pk, line_id, on_hold=on_hold)
    still_open = Dispute.objects.select_for_update().filter(line_id=line_id, closed_at=None)
    appealed = still_open.exclude(appealed_at=None).first()
    if appealed is not None:
        return appealed
    if not line.may_appeal:
        raise Conflict(_("This order was neither closed for a reason nor is it on hold, so there is no appeal."))
    hit(
        (limits.APPEALS_OF_SHOP, str(shop.pk)), now=now, text=_("You appealed many orders today. Appeal more tomorrow.")
    )
    kept = keep_text(said, shop_id=shop.pk) if said else None
    columns = refer("text", kept) if kept else {}
    facts: dict[str, Any] = {"text": kept.fact} if kept else {}
    dispute = still_open.filter(cause=Dispute.Cause.VIOLATION).order_by("id").first()
    if dispute is None:
        dispute = Dispute.objects.create(
            line_id=line_id, cause=Dispute.Cause.APPEAL, reason=line.reason, opened_at=now, appealed_at=now, **columns
        )
        kind, facts = "dispute.opened", facts | {"cause": dispute.cause, "marketplace": line.marketplace}
    else:
        Dispute.objects.filter(pk=dispute.pk).update(appealed_at=now, **columns)
        dispute.refresh_from_db()
        kind = "dispute.appealed"
    append(kind, f"order_line:{line_id}", facts, shop_id=shop.pk, happened_at=now)
    return dispute
