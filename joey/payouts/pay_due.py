"""One payout run: approve what the rule allows, book what the rails answered, send what is approved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from joey.payouts.approve_small import approve_small
from joey.payouts.by_rule import to_decide
from joey.payouts.file_problems import in_our_words
from joey.payouts.licensed_channels import money_without_channel
from joey.payouts.models import Payout, PayoutFile
from joey.payouts.pause import open_pauses
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from joey.record.kept_texts import kept_text

FILES_NAMED = 20


@dataclass(frozen=True)
class PayoutRun:
    """What the run did; `sent` payouts were put into files, `files` were taken by a rail, `files_again` of them had
    left before; `waiting` payouts need an operator, `problems` are open questions with a rail, and
    currencies whose licensed channel is not named.
    """

    approved: int
    sent: int
    files: int
    files_again: int
    paid: int
    failed: int
    returned: int
    waiting: int
    paused: str  # why nothing is sent, or ""
    problems: tuple[str, ...]


def pay_due(*, now: datetime, ask_all: bool = False) -> PayoutRun:
    """Run each step once; with `ask_all` every file that may still be answered is asked about now.

    Safe at any time, twice, and beside itself, as each of its steps is.
    """
    approved = approve_small(now=now)
    # first: a payout that cannot be sent must not delay answers to earlier ones
    taken = take_answers(now=now, all_files=ask_all)
    sent = send_due(now=now)
    return PayoutRun(
        approved=approved,
        sent=sent.payouts,
        files=sent.handed_over,
        files_again=sent.handed_again,
        paid=taken.settled,
        failed=taken.rejected,
        returned=taken.returned,
        waiting=to_decide(Payout.objects.all()).count(),
        paused=next((kept_text(pause, "reason") for pause in open_pauses()), ""),
        problems=(*map(str, money_without_channel()), *_problems()),
    )


def _problems() -> Iterator[str]:
    """For a terminal or a log: by file, without what the rail wrote."""
    for file in PayoutFile.objects.exclude(problems="").order_by("id")[:FILES_NAMED]:
        for line in dict.fromkeys(in_our_words(line) for line in file.problems.splitlines()):
            yield f"{file.message_id}: {line}"
