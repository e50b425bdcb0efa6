"""What the office's lists of payouts, files, holds and pauses read with each row, and how they are filtered.

Everything is part of the one query of a list, so that a list of fifty rows asks no more than a list of one.
"""

from typing import Any, TypeVar

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Exists, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from joey.payouts.file_problems import NAMES_STRANGERS
from joey.payouts.kept_back import KEPT_BACK
from joey.payouts.models import (
    Payout,
    PayoutApproval,
    PayoutFile,
    PayoutHold,
    PayoutHoldClosing,
    PayoutPause,
    PayoutPauseEnding,
    PayoutSubmission,
)
from joey.record.kept_texts import content_of

M = TypeVar("M", bound=Model)


def with_approvers(payouts: "QuerySet[Payout]") -> "QuerySet[Payout]":
    """Each payout with `approvers`: the contacts of who approved it, in one text, or None."""
    contact = Coalesce("operator__email", "operator__phone")
    approvals = PayoutApproval.objects.filter(payout=OuterRef("pk")).order_by().values("payout")
    return payouts.annotate(approvers=Subquery(approvals.annotate(who=StringAgg(contact, ", ")).values("who")))


def with_left_at(files: "QuerySet[PayoutFile]") -> "QuerySet[Any]":
    """Each file with `left_at`: when it was first submitted, or None."""
    submissions = PayoutSubmission.objects.filter(file=OuterRef("pk")).order_by("id")
    return files.annotate(left_at=Subquery(submissions.values("started_at")[:1]))


def not_over(files: "QuerySet[PayoutFile]") -> "QuerySet[PayoutFile]":
    """Of `files` those that were not withdrawn and whose transfers are not all final."""
    return files.filter(answered_at=None, withdrawn_at=None)


def waiting_to_leave(files: "QuerySet[PayoutFile]") -> "QuerySet[PayoutFile]":
    """Of `files` those that are not over and were never submitted."""
    return not_over(files).filter(~_has_left())


def waiting_for_answers(files: "QuerySet[PayoutFile]") -> "QuerySet[PayoutFile]":
    """Of `files` those that were submitted and are not over yet, but for those that are kept back."""
    return not_over(files).filter(_has_left(), ~KEPT_BACK)


def naming_strangers(files: "QuerySet[PayoutFile]") -> "QuerySet[PayoutFile]":
    """Of `files` those about which a rail answered for transfers that are not ours, until an operator dismisses it."""
    return files.filter(NAMES_STRANGERS)


def with_hold_ending(holds: "QuerySet[PayoutHold]") -> "QuerySet[PayoutHold]":
    """Each hold with `ended_at`: when it was released, or None."""
    closing = PayoutHoldClosing.objects.filter(hold=OuterRef("pk"))
    return holds.annotate(ended_at=Subquery(closing.values("closed_at")))


def with_pause_ending(pauses: "QuerySet[PayoutPause]") -> "QuerySet[PayoutPause]":
    """Each pause with `ended_at`, `ended_by_contact` and its `ended_reason`; they are None while it is in force."""
    ending = PayoutPauseEnding.objects.filter(pause=OuterRef("pk"))
    return pauses.annotate(
        ended_at=Subquery(ending.values("ended_at")),
        ended_by_contact=Subquery(ending.values("ended_by__email")),
        ended_reason_id=Subquery(ending.values("reason_id")),
        ended_reason_content=Subquery(ending.annotate(content=content_of("reason_id")).values("content")),
    )


def having_ended(rows: "QuerySet[M]", wanted: bool) -> "QuerySet[M]":
    """Of holds or pauses read with their ending, those that have ended, or those in force."""
    return rows.filter(ended_at__isnull=not wanted)


def _has_left() -> Exists:
    return Exists(PayoutSubmission.objects.filter(file=OuterRef("pk")))
