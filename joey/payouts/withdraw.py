"""Withdraws files that have not left, so that their payouts can be stopped or prepared again."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict
from joey.kit.text import read_reason
from joey.payouts.models import Payout, PayoutAttempt, PayoutFile, PayoutSubmission
from joey.payouts.sending_lock import wait_until_nothing_is_sent
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append, append_set
from joey.record.erasable import keep_text
from joey.shops.operators import check_operator

_PREPARED, _WITHDRAWN = PayoutAttempt.State.PREPARED, PayoutAttempt.State.WITHDRAWN


class FileHasLeft(Conflict):
    """The file was submitted, so the rail may have it."""

    code = "file_has_left"


@transaction.atomic(durable=True)
def withdraw_file(file: PayoutFile, *, by: Person, reason: str, now: datetime) -> PayoutFile:
    """Withdraw a file that has not left; its payouts are prepared again, for the bank that the settings name then.

    Raises Invalid ("reason"), Forbidden, FileHasLeft, Conflict when it was withdrawn before.
    """
    reason = read_reason(reason)
    check_operator(by)
    kept = keep_text(reason, shop_id=None)
    wait_until_nothing_is_sent()
    file = PayoutFile.objects.select_for_update().get(pk=file.pk)
    if PayoutSubmission.objects.filter(file=file).exists():
        raise FileHasLeft(_("This file was submitted: the bank may have it. Ask the bank instead."))
    if file.withdrawn_at is not None:
        raise Conflict(_("This file was withdrawn already."))
    withdraw_locked(file, by=name_of(by), now=now)
    append(
        "payout_file.withdrawn",
        f"payout_file:{file.message_id}",
        {"by": name_of(by), "reason": kept.fact},
        happened_at=now,
    )
    return file


def withdraw_prepared(payouts: "QuerySet[Payout]", *, by: str, now: datetime) -> None:
    """Withdraw every file that has not left and holds one of these payouts. Locks the files, in order of ids."""
    holding = PayoutAttempt.objects.filter(payout__in=payouts, state=_PREPARED).values("file")
    for file in PayoutFile.objects.select_for_update().filter(pk__in=holding).order_by("id"):
        withdraw_locked(file, by=by, now=now)


def withdraw_locked(file: PayoutFile, *, by: str, now: datetime) -> None:
    """Withdraw a file that this transaction has locked. It does nothing when the file has left meanwhile."""
    attempts = PayoutAttempt.objects.filter(file=file, state=_PREPARED)
    withdrawn = list(attempts.values_list("id", flat=True))
    if not withdrawn:
        return
    attempts.update(state=_WITHDRAWN, finished_at=now)
    PayoutFile.objects.filter(pk=file.pk).update(withdrawn_at=now, problems="")
    file.withdrawn_at = now
    append_set(
        """
        SELECT a.shop_id, 'payout.withdrawn' AS kind, 'payout:' || a.payout_id AS subject_key,
               jsonb_build_object('rail_key', a.rail_key, 'message_id', f.message_id, 'number', a.number,
                                  'by', %s::text) AS facts,
               %s AS happened_at
        FROM payouts_payoutattempt a JOIN payouts_payoutfile f ON f.id = a.file_id WHERE a.id = ANY(%s)
        """,
        [by, now, withdrawn],
    )
