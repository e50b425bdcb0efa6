"""Keeps what a rail said of a file and books what follows, in one transaction: first the rows, then their consequences.

An answer counts once. One that contradicts an earlier answer or names another amount books nothing: it holds the shop's
payouts and asks a question.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.payouts.file_problems import (
    CAME_BACK,
    FILE_REFUSED,
    FILE_UNKNOWN,
    clear_problems,
    note_strangers,
)
from joey.payouts.judge_answers import AnswerVerdict, judge
from joey.payouts.keep_answers import KnownAnswers, keep_file_answer, keep_transfer_answers, latest_submission
from joey.payouts.models import PayoutAnswer, PayoutAttempt, PayoutFile, PayoutHold
from joey.payouts.move_attempts import AttemptMove, move_attempts
from joey.payouts.overpaid import overpaid
from joey.payouts.questions import ask_question, end_questions
from joey.payouts.rails.port import FileAnswer, TransferAnswer
from joey.payouts.states import IN_TRANSIT, NOT_FINAL

ReasonForPeople = Callable[[TransferAnswer], tuple[Sentence, ...]]
_NOT_TAKEN = (Sentence(_("The bank did not take the file. Request the payout again; an operator is looking into it.")),)
_A = PayoutAttempt.State
_Says = PayoutAnswer.Outcome


@dataclass(frozen=True)
class AnswersTaken:
    """How many transfers were settled, rejected and returned in this run, and how many questions are new."""

    settled: int = 0
    rejected: int = 0
    problems: int = 0
    returned: int = 0

    def __add__(self, other: "AnswersTaken") -> "AnswersTaken":
        return AnswersTaken(
            self.settled + other.settled,
            self.rejected + other.rejected,
            self.problems + other.problems,
            self.returned + other.returned,
        )


@transaction.atomic(durable=True)
def book_receipt(file_id: UUID, content: bytes, *, now: datetime) -> None:
    """The rail confirmed that it has the file: its transfers are accepted."""
    file, attempts = _locked(file_id)
    keep_file_answer(file, content, _Says.RECEIPT, now=now)
    submitted = [attempt for attempt in attempts if attempt.state == _A.SUBMITTED]
    move_attempts([AttemptMove(attempt, _A.ACCEPTED) for attempt in submitted], now=now)
    PayoutFile.objects.filter(pk=file.pk).update(problems="")


@transaction.atomic(durable=True)
def book_file_refused(file_id: UUID, content: bytes, *, words: str, is_final: bool, now: datetime) -> None:
    """The rail refused the file as a whole, in these words of its own.

    If refusing is final at this rail, and nothing else can have reached it, the money is available again. Otherwise
    each transfer is unknown: a gateway may refuse a repeat of a file that it paid.
    """
    file, attempts = _locked(file_id)
    known = KnownAnswers(file)
    keep_file_answer(file, content, _Says.FILE_REFUSED, now=now)
    open_ones = [attempt for attempt in attempts if attempt.state in IN_TRANSIT]
    if is_final and not known.any_sign and known.submissions == 1:
        moves = [AttemptMove(attempt, _A.REJECTED, words[:200], _NOT_TAKEN) for attempt in open_ones]
        move_attempts(moves, now=now)
        _note_asked(file, now)
    else:
        _become_unknown(open_ones, f"{FILE_REFUSED} {words[:200]}", now)


@transaction.atomic(durable=True)
def book_unreadable(file_id: UUID, content: bytes, *, now: datetime) -> None:
    """An answer that names the file cannot be read: nothing follows from it but that the rail knows the file."""
    file, _attempts = _locked(file_id)
    keep_file_answer(file, content, _Says.UNREADABLE, now=now)


@transaction.atomic(durable=True)
def book_not_known(
    file_id: UUID, content: bytes, *, submission_id: int, remembers_keys_for: timedelta, now: datetime
) -> AnswersTaken:
    """The rail, asked after `submission_id`, does not know the file.

    If the rail never showed that it has it and still remembers keys, the same bytes may go again (send_due.py).
    Otherwise it may have paid the file and forgotten it: its open transfers are unknown.
    """
    file, attempts = _locked(file_id)
    if latest_submission(file).id != submission_id:
        return AnswersTaken()  # it was submitted again since the rail was asked
    known = KnownAnswers(file)
    keep_file_answer(file, content, _Says.NOT_KNOWN, now=now)
    open_ones = [attempt for attempt in attempts if attempt.state in IN_TRANSIT]
    new = 0
    if known.any_sign or now - known.first_submitted_at > remembers_keys_for:
        new = _become_unknown(open_ones, f"{FILE_UNKNOWN} the rail does not know this file any more", now)
    _note_asked(file, now)
    return AnswersTaken(problems=new)


@transaction.atomic(durable=True)
def book_overdue(file_id: UUID, *, now: datetime) -> AnswersTaken:
    """The rail has not said in time what became of this file's transfers: an answer or two operators end them."""
    return AnswersTaken(problems=_stop_waiting(file_id, "overdue: {key} was not answered in time", now))


def book_given_up(file_id: UUID, *, now: datetime) -> int:
    """The same before that time is over, in the transaction of the operator who gives up; of how many transfers."""
    return _stop_waiting(file_id, "given_up: {key} is not waited for any more", now)


def book_not_sendable(file_id: UUID, *, now: datetime) -> int:
    """The same of a file that the rail does not know and that must not go again, since it holds other transfers too."""
    return _stop_waiting(file_id, "not_sendable: {key} is in a file with a transfer that must not leave", now)


def _stop_waiting(file_id: UUID, note: str, now: datetime) -> int:
    _file, attempts = _locked(file_id)
    waiting = [attempt for attempt in attempts if attempt.state in (_A.SUBMITTED, _A.ACCEPTED)]
    move_attempts([AttemptMove(attempt, _A.UNKNOWN) for attempt in waiting], now=now)
    cause = PayoutHold.Cause.UNKNOWN
    return sum(ask_question(each, cause, note.format(key=each.rail_key), now=now) for each in waiting)


@transaction.atomic(durable=True)
def book_answers(
    file_id: UUID, answer: FileAnswer, *, reason_for_people: ReasonForPeople, now: datetime
) -> AnswersTaken:
    """Book what the rail answered for the transfers of a file. Locks the file: two processes take turns."""
    file, attempts = _locked(file_id)
    by_key = {attempt.rail_key: attempt for attempt in attempts}
    entries: dict[str, list[TransferAnswer]] = defaultdict(list)
    for entry in answer.transfers:
        entries[entry.key].append(entry)
    new = _new_entries(file, by_key, entries)
    keep_transfer_answers(file, answer.content, _outcomes(by_key, new), now=now)
    if answered := {by_key[key].id for key in entries if key in by_key}:
        clear_problems(file, FILE_UNKNOWN, FILE_REFUSED)
    paid_after_all = overpaid(attempt.id for attempt in attempts)
    verdicts = [
        (by_key[key], judge(by_key[key], found, overpaid=by_key[key].id in paid_after_all))
        for key, found in new.items()
        if key in by_key
    ]
    taken = _follow(verdicts, reason_for_people, now)
    strangers = note_strangers(file, (key for key in new if key not in by_key))
    named = [attempt for attempt in attempts if attempt.state == _A.SUBMITTED and attempt.id not in answered]
    if named and not entries:  # no transfer's row keeps what follows
        keep_file_answer(file, answer.content, _Says.RECEIPT, now=now)
    move_attempts([AttemptMove(attempt, _A.ACCEPTED) for attempt in named], now=now)  # the rail has the file
    _note_asked(file, now)
    return taken + AnswersTaken(problems=strangers)


def _locked(file_id: UUID) -> tuple[PayoutFile, list[PayoutAttempt]]:
    """The file, locked, and its attempts as they are after that."""
    file = PayoutFile.objects.select_for_update().get(pk=file_id)
    attempts = PayoutAttempt.objects.filter(file=file).exclude(state=_A.WITHDRAWN).order_by("id")
    found = list(attempts.select_related("payout__shop__owner"))
    for attempt in found:
        attempt.file = file
    return file, found


def _new_entries(
    file: PayoutFile, by_key: Mapping[str, PayoutAttempt], entries: Mapping[str, list[TransferAnswer]]
) -> dict[str, list[TransferAnswer]]:
    """The entries that say something else than the last one about the same transfer."""
    known = KnownAnswers(file)
    return {key: found for key, found in entries.items() if not known.says_the_same(by_key.get(key), key, found)}


def _outcomes(
    by_key: Mapping[str, PayoutAttempt], new: Mapping[str, Sequence[TransferAnswer]]
) -> list[tuple[PayoutAttempt | None, TransferAnswer]]:
    return [(by_key.get(key), entry) for key, found in new.items() for entry in found]


def _follow(
    verdicts: Iterable[tuple[PayoutAttempt, AnswerVerdict]], reason_for_people: ReasonForPeople, now: datetime
) -> AnswersTaken:
    """Carry the verdicts out: one move of all, then the questions that end and those that begin."""
    verdicts = list(verdicts)
    moves = [_move(attempt, verdict, reason_for_people) for attempt, verdict in verdicts if verdict.to]
    came_back = [attempt for attempt, verdict in verdicts if verdict.to == _A.RETURNED]
    move_attempts(moves, now=now)
    end_questions([attempt for attempt, verdict in verdicts if verdict.question is None], by=None, now=now)
    problems = sum(
        ask_question(attempt, verdict.question, verdict.problem, now=now)
        for attempt, verdict in verdicts
        if verdict.question
    )
    for attempt in came_back:
        ask_question(attempt, PayoutHold.Cause.RETURNED, f"{CAME_BACK}: {attempt.rail_key} came back", now=now)
    to = [move.to for move in moves]
    return AnswersTaken(to.count(_A.SETTLED), to.count(_A.REJECTED), problems, to.count(_A.RETURNED))


def _move(attempt: PayoutAttempt, verdict: AnswerVerdict, reason_for_people: ReasonForPeople) -> AttemptMove:
    assert verdict.to is not None
    answer = verdict.answer
    if answer is None or verdict.to not in (_A.REJECTED, _A.RETURNED):
        return AttemptMove(attempt, verdict.to)
    bank_reason = f"{answer.reason_code} {answer.reason}".strip()
    return AttemptMove(attempt, verdict.to, bank_reason, reason_for_people(answer))


def _become_unknown(attempts: Sequence[PayoutAttempt], problem: str, now: datetime) -> int:
    """Nothing of these is sent again; how many questions are new."""
    moves = [AttemptMove(attempt, _A.UNKNOWN) for attempt in attempts if attempt.state != _A.UNKNOWN]
    move_attempts(moves, now=now)
    return sum(ask_question(attempt, PayoutHold.Cause.UNKNOWN, problem, now=now) for attempt in attempts)


def _note_asked(file: PayoutFile, now: datetime) -> None:
    still_open = PayoutAttempt.objects.filter(file=file, state__in=NOT_FINAL).exists()
    PayoutFile.objects.filter(pk=file.pk).update(
        asked_at=now, answered_at=None if still_open else file.answered_at or now
    )
