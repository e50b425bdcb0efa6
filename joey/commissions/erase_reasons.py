"""Erases what people wrote about an order line: why its commission was held, why an operator gave it to its shop."""

from django.db import transaction

from joey.commissions.holds_in_force import IS_CLOSED
from joey.commissions.models import Hold
from joey.orders.models import OrderLine
from joey.record.erase_texts import Erasure, erase_kept, id_in, nothing_about
from joey.record.queries import texts_about


@transaction.atomic
def erase_line_texts(subject_key: str, erasure: Erasure) -> int:
    """Erase the texts about `order_line:ID`; how many. A hold in force keeps the reason that the shopkeeper reads.

    Raises NotFound ("subject") where the record has none.
    """
    line_id = id_in(subject_key)
    found = texts_about(subject_key)
    if not found:
        raise nothing_about(subject_key)
    # Read after the events: a hold that is placed in between has none among them.
    in_force = Hold.objects.filter(commission__order_line=line_id).exclude(IS_CLOSED)
    kept = set(in_force.values_list("reason_id", flat=True))
    shop_id = OrderLine.objects.values_list("shop_id", flat=True).get(pk=line_id)
    return erase_kept(subject_key, found.keys() - kept, erasure, shop_id=shop_id)
