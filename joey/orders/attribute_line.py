"""An operator gives a line in suspense to a shop, with a reason that stays."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import Conflict, NotFound
from joey.kit.text import read_reason
from joey.marketplaces import registry
from joey.orders.claim_lines import BY_OPERATOR
from joey.orders.models import OperatorAttribution, OrderClaim, OrderLine
from joey.orders.of_others import known_under, line_key
from joey.orders.take_order_reports import lock_lines_of
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer
from joey.shops.models import Shop
from joey.shops.operators import check_operator


@transaction.atomic
def attribute_line(line_id: UUID, shop: Shop, *, reason: str, by: Person | None, now: datetime) -> OrderLine:
    """Give the line to the shop, for ever; it is booked as if that had been known from the start.

    `by` is the operator, None at the terminal. Raises Invalid ("reason"), NotFound, Forbidden (no operator, or the own
    shop), Conflict once the line has a shop: a claim is never taken back.
    """
    reason = read_reason(reason)
    if by is not None:
        check_operator(by, shop)
    found = OrderLine.objects.filter(pk=line_id).values_list("marketplace", flat=True).first()
    if found is None:
        raise NotFound(_("There is no such order line."))
    lock_lines_of(found)
    line = OrderLine.objects.select_for_update().get(pk=line_id)
    if line.shop_id is not None:
        raise Conflict(_("This order line belongs to a shop already, and that never changes."))
    if (other := known_under(line.marketplace, [line_key(line)], claimed=True).get(line_key(line))) is not None:
        text = _("This order line belongs to a shop already, by another account of %s, and one sale is paid once.")
        raise Conflict(text % registry.reporter_name(other))
    kept = keep_text(reason, shop_id=shop.pk)
    OperatorAttribution.objects.create(
        line_id=line.pk, shop=shop, by=by.pk if by else None, at=now, **refer("reason", kept)
    )
    OrderClaim.objects.create(
        marketplace=line.marketplace, external_order=line.external_order, external_line=line.external_line,
        external_part=line.external_part, shop=shop,
    )  # fmt: skip
    facts = {"by": name_of(by), "reason": kept.fact, "suspense": line.suspense}
    append("order_line.given", f"order_line:{line.pk}", facts, shop_id=shop.pk, happened_at=now)
    line.shop, line.suspense, line.failed_evidence = shop, OrderLine.Suspense.NONE, []
    line.evidence_kind, line.revision = BY_OPERATOR, int(sql.value("SELECT nextval('orders_revision')"))
    line.save(update_fields=["shop", "suspense", "failed_evidence", "evidence_kind", "revision"])
    return line
