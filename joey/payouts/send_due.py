"""Sends approved payouts: first they are written into files and committed, then the files are submitted.

A process killed in between leaves a file that the next run submits. Once its bytes may have left, the rail is asked
(take_answers.py) before anything is sent again.
"""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from joey.payouts.file_problems import ERASED, OTHER_ACCOUNT, add_problem, clear_problem
from joey.payouts.models import PayoutAttempt, PayoutFile, PayoutSubmission
from joey.payouts.pause import sending_allowed
from joey.payouts.prepare_files import prepare_files
from joey.payouts.rails.registry import RailNotConnected, connected_accounts, rail_manifests
from joey.payouts.submit_file import Submitted, submit_file
from joey.record.erasable import bytes_of

log = logging.getLogger(__name__)

UNANSWERED_MAX = 2  # one file that the rail cannot handle must not block the rest; two mean the rail is unavailable
_WAITING = (PayoutAttempt.State.PREPARED, PayoutAttempt.State.SUBMITTED)


@dataclass(frozen=True)
class Sent:
    """`payouts` newly put into `files`; `handed_over` files the rail took now, `handed_again` of which had left before;
    `waiting` files it has not confirmed.
    """

    payouts: int
    files: int
    handed_over: int
    waiting: int
    handed_again: int = 0


def send_due(*, now: datetime) -> Sent:
    """Send every approved payout that the gate lets through, and submit every file that has to leave (again).

    Safe to run at any time, twice, and beside itself. While payouts are paused nothing leaves. Raises RailNotConnected
    when payouts are due on a rail without an account, and whatever a rail raises, after everything else was sent.
    """
    if not sending_allowed():
        return Sent(0, 0, 0, waiting_files().count())
    payouts, files, failure = _prepare(now)
    done = _submit_waiting(now)
    if Submitted.WITHDRAWN in done:  # the payouts beside the one that was stopped
        again, more_files, _failure = _prepare(now)
        payouts, files = payouts + again, files + more_files
        done += _submit_waiting(now)
    if failure:
        raise failure
    handed_again = done[Submitted.TAKEN_AGAIN]
    return Sent(payouts, files, done[Submitted.TAKEN] + handed_again, waiting_files().count(), handed_again)


def waiting_files() -> "QuerySet[PayoutFile]":
    """Files that have not left, and files that left and of which the rail has said nothing yet.

    Those not tried for longest come first: some that the rail cannot handle stop no others.
    """
    waiting = PayoutAttempt.objects.filter(file=OuterRef("pk"), state__in=_WAITING)
    tried = PayoutSubmission.objects.filter(file=OuterRef("pk")).order_by("-id").values("id")[:1]
    files = PayoutFile.objects.filter(Exists(waiting), withdrawn_at=None).annotate(tried=Subquery(tried))
    return files.order_by(F("tried").asc(nulls_first=True), "id")


def _prepare(now: datetime) -> tuple[int, int, Exception | None]:
    """How many payouts went into how many files; and why those of a rail could not, which stops no other."""
    payouts = files = 0
    failure: Exception | None = None
    for manifest in rail_manifests().values():
        try:
            while sizes := prepare_files(manifest, now=now):
                payouts, files = payouts + sum(sizes), files + len(sizes)
        except Exception as problem:
            if not isinstance(problem, RailNotConnected):
                log.exception("the files for %s cannot be prepared", manifest.code)
            failure = failure or problem
    return payouts, files, failure


def _submit_waiting(now: datetime) -> Counter[Submitted]:
    """Submit every waiting file to its own rail account; what became of how many."""
    rails = connected_accounts()
    unanswered = dict.fromkeys(rails, 0)
    became: Counter[Submitted] = Counter()
    for file in waiting_files():
        content = bytes_of(file.content_id)
        if file.rail_account not in rails:
            add_problem(file, OTHER_ACCOUNT)
        elif content is None:
            add_problem(file, ERASED)
        elif unanswered[file.rail_account] < UNANSWERED_MAX:
            clear_problem(file, OTHER_ACCOUNT)
            rail, manifest = rails[file.rail_account]
            done = submit_file(rail, manifest, file, content, now=now)
            became[done] += 1
            unanswered[file.rail_account] += done == Submitted.UNANSWERED
    return became
