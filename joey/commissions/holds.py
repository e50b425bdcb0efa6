"""Hold one commission, with class and reason, and release it. A hold is about this line only, never the account."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.commissions.models import Commission, Hold, HoldClosing
from joey.commissions.move_held import move_held_of
from joey.kit import sql
from joey.kit.refusals import Conflict, Invalid
from joey.kit.text import read_reason
from joey.money.money import Money
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer
from joey.shops.operators import check_operator


@transaction.atomic
def place_hold(
    commission: Commission,
    *,
    reason: str,
    now: datetime,
    by: Person | None = None,
    hold_class: str = Hold.Class.REVIEW,
    amount_minor: int | None = None,
) -> Hold:
    """Keep a commission, or an amount of it, from becoming available or from being paid.

    What is pending is not confirmed; what is available already moves to `shop:held` as far as it is unpaid. A part
    that falls below the amount later is held as a whole. `by` is None in a terminal.

    Raises Invalid ("reason"; "amount": not above zero, or more than the shop's part), Forbidden, and Conflict when the
    commission is nothing.
    """
    reason = read_reason(reason)
    if by is not None:
        check_operator(by)
    if amount_minor is not None and amount_minor <= 0:
        raise Invalid(_("An amount on hold is above zero; leave it out to hold all of it."), field="amount")
    held = Commission.objects.select_for_update().get(pk=commission.pk)
    if not held.base_minor:
        raise Conflict(_("There is nothing to hold: this commission is 0 now."))
    if amount_minor is not None and amount_minor > held.amount_minor:
        text = _("The shop’s part of this order is %s, so no more can be held. Leave the amount out to hold all of it.")
        raise Invalid(text % Money(held.amount_minor, held.currency).text, field="amount")
    kept = keep_text(reason, shop_id=held.shop_id)
    hold = Hold.objects.create(
        shop_id=held.shop_id, commission=held, hold_class=hold_class, amount_minor=amount_minor, opened_by=name_of(by),
        opened_at=now, **refer("reason", kept),
    )  # fmt: skip
    _count(hold, 1)
    append(
        "commission.held",
        f"order_line:{held.order_line_id}",
        {
            "class": hold_class,
            "reason": kept.fact,
            "amount_minor": held.amount_minor if amount_minor is None else amount_minor,
            "currency": held.currency,
            "by": name_of(by),
            **({} if amount_minor is None else {"part_minor": amount_minor}),
        },
        happened_at=now,
        shop_id=held.shop_id,
    )
    move_held_of(held.pk, now=now)
    return hold


@transaction.atomic
def release_hold(hold: Hold, *, reason: str, now: datetime, by: Person | None = None) -> None:
    """End a hold; doing it twice is the same as once. `by` is None in a terminal.

    Raises Invalid ("reason"), Forbidden (no operator, or the own shop's).
    """
    reason = read_reason(reason)
    if by is not None:
        check_operator(by, hold.shop)
    Commission.objects.select_for_update().get(pk=hold.commission_id)
    if HoldClosing.objects.filter(pk=hold.pk).exists():
        return
    kept = keep_text(reason, shop_id=hold.shop_id)
    HoldClosing.objects.create(hold=hold, closed_by=name_of(by), closed_at=now, **refer("reason", kept))
    _count(hold, -1)
    append(
        "commission.released", f"order_line:{hold.commission.order_line_id}",
        {"class": hold.hold_class, "by": name_of(by), "reason": kept.fact},
        happened_at=now, shop_id=hold.shop_id,
    )  # fmt: skip
    move_held_of(hold.commission_id, now=now)


def _count(hold: Hold, sign: int) -> None:
    """The commission's row says what is open, so that confirming reads one row."""
    column, change = ("holds_of_all", sign) if hold.amount_minor is None else ("hold_minor", sign * hold.amount_minor)
    sql.execute(
        f"UPDATE commissions_commission SET {column} = {column} + %s WHERE id = %s", [change, hold.commission_id]
    )
