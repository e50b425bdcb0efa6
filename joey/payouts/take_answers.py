"""Asks the rails what became of submitted files and books the answers.

One file without an answer stops no other, and one rail account stops no other.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import F, Q

from joey.payouts.book_answers import AnswersTaken, book_answers
from joey.payouts.file_problems import OTHER_ACCOUNT, add_problem, clear_problem
from joey.payouts.models import PayoutFile
from joey.payouts.rails.port import FileRefused, FileUnknown, Rail, RailManifest, RailUnavailable
from joey.payouts.rails.registry import connect_rail, connected_rails, rail_manifests

log = logging.getLogger(__name__)

FILES_MAX = 100  # asked about in one run and rail account, those not asked for longest first
ASK_AGAIN_AFTER = timedelta(hours=6)  # a settled transfer may still be returned: answered files are read again


def take_answers(*, now: datetime) -> AnswersTaken:
    """Ask about every file that may still be answered, at its own rail account, and book what is new.

    Safe twice and beside itself.
    """
    rails: dict[str, tuple[Rail, RailManifest]] = {}
    for code in connected_rails():
        rail = connect_rail(code)
        rails[rail.account] = (rail, rail_manifests()[code])
    _note_files_of_other_accounts(rails)
    taken = AnswersTaken()
    for rail, manifest in rails.values():
        for file in _files_to_ask(rail.account, manifest.may_return_for, now):
            try:
                taken += _ask(rail, manifest, file, now)
            except RailUnavailable as error:
                log.warning("no answer for payout file %s: %s", file.message_id, error)
                # counts as asked: if only this file's answer is broken, the other files come first next time
                PayoutFile.objects.filter(pk=file.pk).update(asked_at=now)
                break
    return taken


def _ask(rail: Rail, manifest: RailManifest, file: PayoutFile, now: datetime) -> AnswersTaken:
    try:
        answers = rail.ask(file.message_id)
    except FileUnknown as refusal:
        log.error("payout file %s: %s", file.message_id, refusal)
        _submit_again_or_report(manifest, file, now)
        return AnswersTaken()
    except FileRefused as refusal:
        log.error("payout file %s: %s", file.message_id, refusal)
        PayoutFile.objects.filter(pk=file.pk).update(asked_at=now, problems=f"no_answer: {refusal}")
        return AnswersTaken()
    clear_problem(file, OTHER_ACCOUNT)
    return book_answers(file.id, answers, reason_for_people=rail.reason_for_people, now=now)


def _files_to_ask(account: str, may_return_for: timedelta, now: datetime) -> list[PayoutFile]:
    open_or_recent = Q(answered_at=None) | Q(answered_at__gt=now - may_return_for, asked_at__lt=now - ASK_AGAIN_AFTER)
    files = PayoutFile.objects.filter(open_or_recent, handed_over_at__isnull=False, rail_account=account)
    return list(files.order_by(F("asked_at").asc(nulls_first=True), "id")[:FILES_MAX])


def _note_files_of_other_accounts(rails: Mapping[str, object]) -> None:
    open_elsewhere = PayoutFile.objects.filter(answered_at=None, handed_over_at__isnull=False)
    for file in open_elsewhere.exclude(rail_account__in=list(rails))[:FILES_MAX]:
        add_problem(file, OTHER_ACCOUNT)


def _submit_again_or_report(manifest: RailManifest, file: PayoutFile, now: datetime) -> None:
    """The rail lost the file. While it remembers keys, the next send_due submits the same bytes under the same id.

    Afterwards the rail could have paid the file and forgotten it: then only an operator may decide. A file whose
    transfers were all answered has nothing left to send.
    """
    if file.answered_at is None and now - file.made_at <= manifest.remembers_keys_for:
        problem, handed_over_at = "file_unknown: the rail does not know this file; it is submitted again", None
    else:
        problem = "file_unknown: the rail does not know this file any more; it is not submitted again"
        handed_over_at = file.handed_over_at
    PayoutFile.objects.filter(pk=file.pk).update(handed_over_at=handed_over_at, asked_at=now, problems=problem)
