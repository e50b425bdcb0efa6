"""Finds the files that their rail does not know, and that the gate or a pause keeps from going again.

Each minute the rail answers that it does not know them. It is what submit_file.py asks of one file, as a condition on
all of them.
"""

from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from joey.payouts.gate import stopped
from joey.payouts.models import Payout, PayoutAnswer, PayoutAttempt, PayoutFile, PayoutSubmission
from joey.payouts.pause import pauses_in_force


def kept_back(files: "QuerySet[PayoutFile]") -> "QuerySet[PayoutFile]":
    """Of `files` those that go again once nothing stops them."""
    return files.filter(KEPT_BACK)


def with_kept_back(files: "QuerySet[PayoutFile]") -> "QuerySet[Any]":
    """Each file with `is_kept_back`."""
    return files.annotate(is_kept_back=ExpressionWrapper(KEPT_BACK, output_field=BooleanField()))


def with_file_kept_back(attempts: "QuerySet[PayoutAttempt]") -> "QuerySet[Any]":
    """Each attempt with `is_kept_back`: whether its file is."""
    return attempts.annotate(is_kept_back=Exists(kept_back(PayoutFile.objects.filter(pk=OuterRef("file")))))


_ANSWERS = PayoutAnswer.objects.filter(file=OuterRef("pk"))
_SUBMITTED_SINCE = Exists(PayoutSubmission.objects.filter(file=OuterRef("file"), id__gt=OuterRef("submission_id")))
_NOT_KNOWN = PayoutAnswer.Outcome.NOT_KNOWN
_STOPPED = Exists(stopped(Payout.objects.filter(pk=OuterRef("payout"))))
_WAITING = PayoutAttempt.objects.filter(file=OuterRef("pk"), state=PayoutAttempt.State.SUBMITTED)

# a condition on files; its first two lines are KnownAnswers.may_go_again
KEPT_BACK = Q(
    Exists(_ANSWERS.filter(~_SUBMITTED_SINCE, outcome=_NOT_KNOWN)),
    ~Exists(_ANSWERS.exclude(outcome=_NOT_KNOWN)),
    Exists(_WAITING.filter(Q(_STOPPED) | Q(Exists(pauses_in_force())))),
)
