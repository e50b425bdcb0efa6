"""Asks the rails what became of submitted files and books the answers.

One file without an answer stops no other, and one rail account stops no other.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict
from joey.kit.text import sentences
from joey.payouts.book_answers import AnswersTaken, book_answers, book_not_known, book_overdue, book_unreadable
from joey.payouts.file_problems import OTHER_ACCOUNT, add_problem, clear_problem
from joey.payouts.keep_answers import latest_submission
from joey.payouts.models import PayoutAttempt, PayoutFile, PayoutSubmission
from joey.payouts.rails.port import FileUnknown, Rail, RailManifest, RailUnavailable
from joey.payouts.rails.registry import RailNotConnected, connected_accounts, rail_manifests
from joey.payouts.sending_lock import sole_contact
from joey.people.models import Person
from joey.shops.operators import check_operator

log = logging.getLogger(__name__)

FILES_MAX = 100  # asked about in one run and rail account, those not asked for longest first
ASK_AGAIN_AFTER = timedelta(hours=6)  # a settled transfer may still be returned: answered files are read again
UNANSWERED_MAX = 2  # one file that the rail cannot answer for must not block the rest


class FileNotSubmitted(Conflict):
    """The file has not left, so there is nothing to ask."""

    code = "file_not_submitted"


def take_answers(*, now: datetime, all_files: bool = False) -> AnswersTaken:
    """Ask about every file that may still be answered, at its own rail account, and book what is new.

    Files whose transfers are all final are asked about every six hours while a transfer may come back, or now with
    `all_files`. A transfer that a rail does not finish in its time becomes unknown, also one of a rail account that the
    settings no longer name. Safe twice and beside itself.
    """
    rails = connected_accounts()
    _note_files_of_other_accounts(rails)
    taken = AnswersTaken()
    for rail, manifest in rails.values():
        unanswered = 0
        for file in _files_to_ask(rail.account, manifest.may_return_for, now, all_files):
            try:
                taken += _ask(rail, manifest, file, now)
            except RailUnavailable as error:
                log.warning("no answer for payout file %s: %s", file.message_id, error)
                # counts as asked: if only this file's answer is broken, the other files come first next time
                PayoutFile.objects.filter(pk=file.pk).update(asked_at=now)
                unanswered += 1
                if unanswered == UNANSWERED_MAX:
                    break
    return taken + note_overdue(now=now)


def ask_file(file: PayoutFile, *, by: Person, now: datetime) -> AnswersTaken:
    """Ask about one file now, whatever its age.

    Raises Forbidden, FileNotSubmitted, RailNotConnected, RailUnavailable.
    """
    check_operator(by)
    if not PayoutSubmission.objects.filter(file=file).exists():
        raise FileNotSubmitted(_("This file has not left yet, so there is nothing to ask the bank."))
    found = connected_accounts().get(file.rail_account)
    if found is None:
        raise RailNotConnected(_("The settings name another bank account; this file waits for its own."))
    try:
        return _ask(*found, file, now)
    except RailUnavailable as error:
        raise RailUnavailable(sentences(error.text, error.words), content=error.content) from None


def _ask(rail: Rail, manifest: RailManifest, file: PayoutFile, now: datetime) -> AnswersTaken:
    with sole_contact(file.id) as mine:
        if not mine:  # another process is submitting it or asks itself
            return AnswersTaken()
        clear_problem(file, OTHER_ACCOUNT)
        submission = latest_submission(file)
        try:
            answer = rail.ask(file.message_id)
        except FileUnknown as unknown:
            return book_not_known(
                file.id,
                unknown.content,
                submission_id=submission.id,
                remembers_keys_for=manifest.remembers_keys_for,
                now=now,
            )
        except RailUnavailable as error:
            if error.content:
                book_unreadable(file.id, error.content, now=now)
            raise
        return book_answers(file.id, answer, reason_for_people=rail.reason_for_people, now=now)


def _files_to_ask(account: str, may_return_for: timedelta, now: datetime, all_files: bool) -> list[PayoutFile]:
    may_return = Q(answered_at__gt=now - may_return_for)
    if not all_files:
        # the second is of a demo that pretended a later day
        may_return &= Q(asked_at__lt=now - ASK_AGAIN_AFTER) | Q(asked_at__gt=now)
    submitted = Exists(PayoutSubmission.objects.filter(file=OuterRef("pk")))
    files = PayoutFile.objects.filter(submitted, Q(answered_at=None) | may_return, rail_account=account)
    oldest_first = files.order_by(F("asked_at").asc(nulls_first=True), "id")
    return list(oldest_first if all_files else oldest_first[:FILES_MAX])


def note_overdue(*, now: datetime) -> AnswersTaken:
    """Stop waiting for what left longer ago than its rail may take: without a question, nothing could end it."""
    waiting = PayoutAttempt.objects.filter(
        file=OuterRef("pk"), state__in=(PayoutAttempt.State.SUBMITTED, PayoutAttempt.State.ACCEPTED)
    )
    taken = AnswersTaken()
    for manifest in rail_manifests().values():
        late = PayoutSubmission.objects.filter(file=OuterRef("pk"), started_at__lt=now - manifest.answers_within)
        files = PayoutFile.objects.filter(Exists(late), Exists(waiting), rail=manifest.code, answered_at=None)
        for file in files.order_by("id")[:FILES_MAX]:
            taken += book_overdue(file.id, now=now)
    return taken


def _note_files_of_other_accounts(rails: Mapping[str, object]) -> None:
    submitted = Exists(PayoutSubmission.objects.filter(file=OuterRef("pk")))
    open_elsewhere = PayoutFile.objects.filter(submitted, answered_at=None)
    for file in open_elsewhere.exclude(rail_account__in=list(rails))[:FILES_MAX]:
        add_problem(file, OTHER_ACCOUNT)
