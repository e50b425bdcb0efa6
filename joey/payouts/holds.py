"""Blocks a payout, or all payouts of a shop, for a reason, and releases them.

Openings and closings are rows that never change. A hold that asks a question (unknown, contradiction) ends by an answer
of the rail or by two operators (resolve.py), not by releasing it; that of what a restore left out by two operators.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict, NotFound
from joey.kit.sentences import Words
from joey.kit.text import read_reason
from joey.payouts.file_problems import CAME_BACK, clear_problems_about
from joey.payouts.left_out import waits_for_left_out
from joey.payouts.models import Payout, PayoutHold, PayoutHoldClosing
from joey.payouts.placed_before import placed_before
from joey.payouts.sending_lock import wait_until_nothing_is_sent
from joey.payouts.withdraw import withdraw_prepared
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer
from joey.shops.models import Shop
from joey.shops.operators import check_operator

QUESTIONS = (PayoutHold.Cause.UNKNOWN, PayoutHold.Cause.CONTRADICTION)


class HoldAsksQuestion(Conflict):
    """What became of a transfer is open: an answer or two operators end this hold."""

    code = "hold_asks_question"


@transaction.atomic
def place_hold(
    shop: Shop, *, reason: Words, now: datetime, payout: Payout | None = None, by: Person | None = None
) -> PayoutHold:
    """Block one payout of the shop, or all of them (payout None), until released; `by` is None in a terminal.

    It waits for every file that is leaving and withdraws files that have not left. When it returns, each blocked payout
    either left before or will not leave. An operator who gives the same reason again gets the hold in force: two clicks
    are one. Raises Invalid ("reason"), Forbidden, NotFound when the payout is another shop's.
    """
    reason = read_reason(reason) if isinstance(reason, str) else reason
    if by is not None:
        check_operator(by)
    if payout is not None and payout.shop_id != shop.id:
        raise NotFound(_("There is no such payout."))
    wait_until_nothing_is_sent()
    same = open_holds().filter(shop=shop, payout=payout, cause=PayoutHold.Cause.OPERATOR)
    if placed := placed_before(same, by=by, reason=reason):
        return placed
    blocked = Payout.objects.filter(shop=shop)
    withdraw_prepared(blocked.filter(pk=payout.pk) if payout else blocked, by=name_of(by), now=now)
    kept = keep_text(reason, shop_id=shop.id)
    hold = PayoutHold.objects.create(
        shop=shop,
        payout=payout,
        cause=PayoutHold.Cause.OPERATOR,
        **refer("reason", kept),
        placed_by=by,
        placed_at=now,
    )
    _append(hold, "payout.held", now, reason=kept.fact, by=name_of(by), cause=hold.cause)
    return hold


@transaction.atomic
def release_hold(hold: PayoutHold, *, reason: str, now: datetime, by: Person | None = None) -> PayoutHold:
    """Release a hold; `by` is None in a terminal.

    Raises Invalid ("reason"), Conflict when it was released already, HoldAsksQuestion, Forbidden (no operator, or the
    own shop's).
    """
    reason = read_reason(reason)
    if by is not None:
        check_operator(by, hold.shop)
    if hold.cause in QUESTIONS:
        raise HoldAsksQuestion(
            _("What became of a transfer is open. The bank's answer ends this hold, or two operators who resolve it.")
        )
    if waits_for_left_out(hold.id):
        raise HoldAsksQuestion(_("A restore left a transfer out. Two operators who resolve it end this hold."))
    kept = keep_text(reason, shop_id=hold.shop_id)
    close_hold(hold, by=by, now=now, **refer("reason", kept))
    if hold.attempt is not None:
        clear_problems_about(hold.attempt.file, hold.attempt.rail_key, codes=(CAME_BACK,))
    _append(hold, "payout.hold_released", now, by=name_of(by), reason=kept.fact)
    return hold


def close_hold(hold: PayoutHold, *, by: Person | None, now: datetime, **reason: object) -> None:
    """Write the closing. Raises Conflict when there is one."""
    _closing, is_new = PayoutHoldClosing.objects.get_or_create(
        hold=hold, defaults={"closed_by": by, "closed_at": now, **reason}
    )
    if not is_new:
        raise Conflict(_("This hold was released already."))


def open_holds() -> "QuerySet[PayoutHold]":
    """The holds in force."""
    return PayoutHold.objects.exclude(Exists(PayoutHoldClosing.objects.filter(hold=OuterRef("pk"))))


def subject_of(hold: PayoutHold) -> str:
    """What its events are about: the payout, or the shop whose payouts are all blocked."""
    return f"payout:{hold.payout_id}" if hold.payout_id else f"shop:{hold.shop_id}"


def _append(hold: PayoutHold, kind: str, now: datetime, **facts: object) -> None:
    append(kind, subject_of(hold), {"hold": str(hold.id), **facts}, shop_id=hold.shop_id, happened_at=now)
