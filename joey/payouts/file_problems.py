"""Notes on a payout file for the operator: one line per problem, each written once and kept until it is solved."""

import logging
import re
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict
from joey.kit.text import read_reason
from joey.payouts.models import PayoutFile
from joey.payouts.rail_key import has_our_form
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.shops.operators import check_operator

log = logging.getLogger(__name__)

OTHER_ACCOUNT = "other_rail_account: the settings name another rail account; this file waits for its own"
ERASED = "erased: the bytes of this file were erased; it cannot be submitted"
FILE_UNKNOWN, FILE_REFUSED = "file_unknown:", "file_refused:"
NOT_OURS = "unknown_transfer:"  # the rail answered about a transfer that is not in the file
MOST_STRANGERS = 20  # noted by name, the rest by number; the answers keep all of them
_MORE_STRANGERS = re.compile(rf"{NOT_OURS} (\d+) more are not in this file")
_COUNTED_STRANGERS = re.compile(rf"{NOT_OURS} (\d+) (?:more are|with an erased name,) not in this file")
ABOUT_THE_WHOLE_FILE = (FILE_UNKNOWN, FILE_REFUSED, OTHER_ACCOUNT)  # they hold no more once all transfers are final
OF_A_QUESTION = (
    "overdue", "given_up", "not_sendable", "left_out", "unknown_word", "other_amount", "contradictory_answer",
)  # fmt: skip
CAME_BACK = "returned"
# What ends a note, by its code. Each has an end, so none is kept for ever; those of a question are listed by its hold.
ENDED_BY = {
    "other_rail_account": "the settings name its account, it is withdrawn, or its transfers are final",
    "erased": "it is withdrawn",
    **dict.fromkeys(("file_unknown", "file_refused"), "an answer about one of its transfers, or all are final"),
    "unknown_transfer": "an operator dismisses it",
    **dict.fromkeys(OF_A_QUESTION, "the question about its transfer ends"),
    CAME_BACK: "the hold that it placed is released",
}

# Notes that quote the rail, as logs and terminals have them: what it wrote may name people, and there it could not be
# erased. It is on the file's page in the office.
IN_OUR_WORDS = {
    "file_refused": "the rail refused this file",
    "unknown_transfer": "the rail answered about a transfer that is not in this file",
    "unknown_word": "what the rail answered about {key} cannot be read",
    "other_amount": "the rail names another amount for {key}",
}

# a condition on files: a line begins with it, for what a rail says may hold it anywhere
NAMES_STRANGERS = ~Q(problems="") & (Q(problems__startswith=NOT_OURS) | Q(problems__contains=f"\n{NOT_OURS}"))


@transaction.atomic(durable=True)
def dismiss_strangers(file: PayoutFile, *, by: Person, reason: str, now: datetime) -> int:
    """An operator has looked into the rail's answers about transfers that are not in this file; how many there were.

    The answers stay, and repeated they are not noted again. Raises Invalid ("reason"), Forbidden, Conflict when none
    is noted.
    """
    reason = read_reason(reason)
    check_operator(by)
    file = PayoutFile.objects.select_for_update().get(pk=file.pk)
    noted = sum(_strangers_in(line) for line in file.problems.splitlines())
    if not noted:
        raise Conflict(_("No answer about a transfer that is not ours is noted on this file."))
    clear_problems(file, NOT_OURS)
    append(
        "payout_file.strangers_dismissed",
        f"payout_file:{file.message_id}",
        {"by": str(by.id), "reason": keep_text(reason, shop_id=None).fact, "answers": noted},
        happened_at=now,
    )
    return noted


def stranger_note(named: str) -> str:
    """The note about a transfer that the rail named and that is not in the file: another for each name."""
    return f"{NOT_OURS} {named!r} is not in this file"


def erased_strangers_note(count: int) -> str:
    """The note about so many transfers that are not in the file, of which it was erased how the rail named them."""
    return f"{NOT_OURS} {count} with an erased name, not in this file"


def note_strangers(file: PayoutFile, named: Iterable[str]) -> int:
    """Note that the rail answered about transfers that are not in this file; how many of them are new."""
    lines = file.problems.splitlines()
    new = [note for note in dict.fromkeys(map(stranger_note, named)) if note not in lines]
    if not new:
        return 0
    words = "payout file %s: the rail answered about transfers that are not in this file: %d"
    log.error(words, file.message_id, len(new))
    singly = [line for line in lines if not _MORE_STRANGERS.fullmatch(line)]
    room = max(0, MOST_STRANGERS - sum(map(_strangers_in, singly)))
    more = sum(map(_strangers_in, lines)) - sum(map(_strangers_in, singly)) + len(new[room:])
    _save(file, [*singly, *new[:room], *([f"{NOT_OURS} {more} more are not in this file"] if more else [])])
    return len(new)


def is_noted(named: str | None, lines: Collection[str]) -> bool:
    """Whether one of the lines notes this stranger or counts it; None: how the rail named it was erased."""
    if named is None:
        return any(_COUNTED_STRANGERS.fullmatch(line) for line in lines)
    return stranger_note(named) in lines or any(_MORE_STRANGERS.fullmatch(line) for line in lines)


def _strangers_in(line: str) -> int:
    """How many strangers the line notes."""
    counted = _COUNTED_STRANGERS.fullmatch(line)
    return int(counted[1]) if counted else int(line.startswith(NOT_OURS))


def in_our_words(line: str) -> str:
    """The note without anything that the rail wrote."""
    code, _colon, said = line.partition(":")
    if code not in IN_OUR_WORDS:
        return line
    key = said.strip().partition(" ")[0].rstrip(":")  # that of our own transfer, where the words name one
    return f"{code}: {IN_OUR_WORDS[code].format(key=key)}"


def add_problem(file: PayoutFile, line: str) -> bool:
    """Note the line unless it is there already; whether it is new."""
    assert line.partition(":")[0] in ENDED_BY, "a note says what is wrong by a code whose end is declared"
    line = " ".join(line.splitlines())
    lines = file.problems.splitlines()
    if line in lines:
        return False
    log.error("payout file %s: %s", file.message_id, in_our_words(line))
    _save(file, [*lines, line])
    return True


def clear_problem(file: PayoutFile, line: str) -> None:
    """Remove a line that no longer holds, as far as this object of the file knows it."""
    lines = file.problems.splitlines()
    if line in lines:
        _save(file, [each for each in lines if each != line])


def clear_problems(file: PayoutFile, *starts: str) -> None:
    """Remove the lines that begin with one of these and no longer hold."""
    file.refresh_from_db(fields=["problems"])
    lines = file.problems.splitlines()
    left = [line for line in lines if not line.startswith(starts)]
    if left != lines:
        _save(file, left)


def clear_problems_about(file: PayoutFile, rail_key: str, codes: Iterable[str]) -> None:
    """Remove the lines with one of these codes about the transfer with this key, which comes first in each."""
    clear_problems(file, *(f"{code}: {rail_key}" for code in codes))


def clear_notes(file: PayoutFile) -> None:
    """Remove all notes on a file that is over, as its texts are erased.

    Those that wait for an operator to dismiss them stay, as their number where they say what the rail calls a transfer.
    """
    strangers = [line for line in file.problems.splitlines() if line.startswith(NOT_OURS)]
    harmless = [line for line in strangers if _names_a_key(line) or _MORE_STRANGERS.fullmatch(line)]
    erased = sum(map(_strangers_in, strangers)) - sum(map(_strangers_in, harmless))
    _save(file, [*([erased_strangers_note(erased)] if erased else []), *harmless])


def _names_a_key(line: str) -> bool:
    _code, _quote, named = line.partition("'")
    return line == stranger_note(named.partition("'")[0]) and has_our_form(named.partition("'")[0])


def _save(file: PayoutFile, lines: list[str]) -> None:
    file.problems = "\n".join(line for line in lines if line)
    PayoutFile.objects.filter(pk=file.pk).update(problems=file.problems)
