"""Gives up waiting for a rail: a file never goes again, and its answer or operators end what is unknown of it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict
from joey.kit.text import read_reason
from joey.payouts.book_answers import book_given_up
from joey.payouts.models import PayoutFile, PayoutSubmission
from joey.payouts.sending_lock import wait_until_nothing_is_sent
from joey.payouts.take_answers import FileNotSubmitted
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.shops.operators import check_operator


@transaction.atomic(durable=True)
def give_up(file: PayoutFile, *, by: Person, reason: str, now: datetime) -> int:
    """Make the transfers unknown of which the rail has said nothing final; how many there were.

    An answer still ends each, or two operators do. Raises Invalid ("reason"), Forbidden, FileNotSubmitted, BeingSent,
    Conflict when nothing of the file is waited for.
    """
    reason = read_reason(reason)
    check_operator(by)
    kept = keep_text(reason, shop_id=None)
    wait_until_nothing_is_sent()
    if not PayoutSubmission.objects.filter(file=file).exists():
        raise FileNotSubmitted(_("This file has not left. Withdraw it instead."))
    given_up = book_given_up(file.id, now=now)
    if not given_up:
        raise Conflict(_("Nothing of this file is waited for: each of its transfers is final, or unknown already."))
    append(
        "payout_file.given_up",
        f"payout_file:{file.message_id}",
        {"by": str(by.id), "reason": kept.fact, "transfers": given_up},
        happened_at=now,
    )
    return given_up
