"""Writes answers of rails down as rows that never change, and reads them back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from joey.payouts.models import PayoutAnswer, PayoutAttempt, PayoutFile, PayoutSubmission
from joey.payouts.rail_key import has_our_form, key_to_keep
from joey.payouts.rails.port import TransferAnswer
from joey.record.erasable import keep_text, keep_texts
from joey.record.kept_texts import refer

_Says = PayoutAnswer.Outcome
_ABOUT_THE_FILE = (_Says.NOT_KNOWN, _Says.FILE_REFUSED)  # what a transfer was said to be before holds no more


class KnownAnswers:
    """The submissions of a file and everything that its rail has said of it so far."""

    def __init__(self, file: PayoutFile) -> None:
        submitted = list(PayoutSubmission.objects.filter(file=file).order_by("id"))
        self.submissions = len(submitted)
        self.first_submitted_at = submitted[0].started_at if submitted else file.made_at
        self.latest_submission_id = submitted[-1].id if submitted else None
        self._rows = list(PayoutAnswer.objects.filter(file=file).order_by("id"))
        self._strangers = {row.key for row in self._rows if row.outcome == _Says.NOT_OURS}
        about_the_file = [number for number, row in enumerate(self._rows, 1) if row.outcome in _ABOUT_THE_FILE]
        self._newest: dict[UUID | None, list[PayoutAnswer]] = {}  # of each attempt, the rows of its last answer
        for row in self._rows[max(about_the_file, default=0) :]:
            last = self._newest.setdefault(row.attempt_id, [row])
            if last[0].content_id != row.content_id:
                self._newest[row.attempt_id] = [row]
            elif last[-1] is not row:
                last.append(row)

    @property
    def any_sign(self) -> bool:
        """Whether a receipt or any answer but "not known" was ever seen: then nothing is sent again."""
        return any(row.outcome != _Says.NOT_KNOWN for row in self._rows)

    @property
    def may_go_again(self) -> bool:
        """Whether the rail did not know the file when it was asked after the latest submission, and never did."""
        not_known = {row.submission_id for row in self._rows if row.outcome == _Says.NOT_KNOWN}
        return not self.any_sign and self.latest_submission_id in not_known

    def says_the_same(self, attempt: PayoutAttempt | None, key: str, entries: Sequence[TransferAnswer]) -> bool:
        """Whether the last answer about this transfer, with nothing about the whole file after it, said the same."""
        if attempt is None:
            return key_to_keep(key) in self._strangers
        said = {(row.outcome, row.amount_minor, row.currency) for row in self._newest.get(attempt.id, ())}
        return said == {(entry.outcome, entry.amount_minor, entry.currency_code) for entry in entries}


def keep_file_answer(file: PayoutFile, content: bytes, outcome: PayoutAnswer.Outcome, *, now: datetime) -> None:
    """Keep an answer about the whole file, unless the last row says the same of the same submission."""
    submission = latest_submission(file)
    last = PayoutAnswer.objects.filter(file=file).order_by("-id").first()
    if last is not None and (last.outcome, last.submission_id) == (outcome, submission.id):
        return
    PayoutAnswer.objects.create(
        file=file,
        submission=submission,
        asked_at=now,
        outcome=outcome,
        **refer("content", keep_text(content, shop_id=None)),
    )


def keep_transfer_answers(
    file: PayoutFile,
    content: bytes,
    entries: Sequence[tuple[PayoutAttempt | None, TransferAnswer]],
    *,
    now: datetime,
) -> None:
    """Keep the bytes of one answer once, and a row for each of its entries that says something new.

    What a rail calls a transfer that is not ours is a text of its own, beside the row that refers to it.
    """
    if not entries:
        return
    common = {"file": file, "submission": latest_submission(file), "asked_at": now}
    common |= refer("content", keep_text(content, shop_id=None))
    strangers = [answer.key for _attempt, answer in entries if not has_our_form(answer.key)]
    words = dict(zip(strangers, keep_texts((None, named) for named in strangers), strict=True))
    PayoutAnswer.objects.bulk_create(
        PayoutAnswer(
            attempt=attempt,
            key=key_to_keep(answer.key),
            **(refer("words", words[answer.key]) if answer.key in words else {}),
            outcome=answer.outcome if attempt else _Says.NOT_OURS,
            amount_minor=answer.amount_minor,
            currency=answer.currency_code,
            **common,
        )
        for attempt, answer in entries
    )


def latest_submission(file: PayoutFile) -> PayoutSubmission:
    """The newest submission of a submitted file. Raises DoesNotExist."""
    return PayoutSubmission.objects.filter(file=file).latest("id")
