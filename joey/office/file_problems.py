"""What is wrong with a payout file, in words: its notes are lines for the log and the terminal, each with a code."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from joey.office.words import in_words


def problems_in_words(problems: str, *, is_kept_back: bool) -> list[str]:
    """Everything that is wrong with a file, as an operator reads it: its notes, and that it is kept back."""
    said = [problem_in_words(line) for line in problems.splitlines()]
    if is_kept_back:
        said.append(_("The bank says that it does not know this file. It goes again once nothing stops its payouts."))
    return said


def problem_in_words(line: str) -> str:
    """One note as an operator reads it; a line that is new to this page as it is."""
    for pattern, words in NOTES:
        if found := pattern.fullmatch(line):
            return _(words) % {name: _said(name, text) for name, text in found.groupdict().items()}
    return line


NOTES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (
            "other_rail_account: .*",
            gettext_noop("The settings name another bank account; this file waits for its own."),
        ),
        ("erased: .*", gettext_noop("The bytes of this file were erased; it cannot be submitted.")),
        ("file_unknown: .*", gettext_noop("The bank does not know this file any more.")),
        ("file_refused: (?P<words>.*)", gettext_noop("The bank refused the file: %(words)s")),
        (
            r"unknown_transfer: (?P<count>\d+) with an erased name, not in this file",
            gettext_noop(
                "The bank answered about transfers that are not in this file; how it named them was erased: %(count)s."
            ),
        ),
        (
            r"unknown_transfer: (?P<count>\d+) more are not in this file",
            gettext_noop("The bank answered about %(count)s more transfers that are not in this file."),
        ),
        (
            "unknown_transfer: (?P<key>.*) is not in this file",
            gettext_noop("The bank answered about the transfer “%(key)s”, which is not in this file."),
        ),
        ("given_up: (?P<key>.*) is not waited for any more", gettext_noop("%(key)s: an operator gave up waiting.")),
        (
            "not_sendable: (?P<key>.*) is in a file with a transfer that must not leave",
            gettext_noop(
                "%(key)s: the bank does not know this file, and it is not sent again: another transfer in it was left"
                " out by a restore."
            ),
        ),
        ("overdue: (?P<key>.*) was not answered in time", gettext_noop("%(key)s: not answered in time.")),
        (
            "left_out: (?P<key>.*) was not taken over by a restore",
            gettext_noop("%(key)s: a restore could not take over what became of it."),
        ),
        (
            "unknown_word: (?P<key>[^:]*): (?P<words>.*)",
            gettext_noop("%(key)s: the bank's answer cannot be read (%(words)s)."),
        ),
        (
            "other_amount: (?P<key>.*) is (?P<promised>.*), the rail says (?P<named>.*)",
            gettext_noop("%(key)s: the bank names %(named)s instead of %(promised)s."),
        ),
        (
            "contradictory_answer: (?P<key>.*) is reported (?P<outcomes>.*) at once",
            gettext_noop("%(key)s: one answer of the bank says different things: %(outcomes)s."),
        ),
        (
            "contradictory_answer: (?P<key>.*) was (?P<state>.*), now the rail says (?P<outcome>.*)",
            gettext_noop("%(key)s: “%(state)s” is booked, and the bank now says “%(outcome)s”."),
        ),
        ("returned: (?P<key>.*) came back", gettext_noop("%(key)s: paid, and the money came back.")),
    )
)


def _said(name: str, text: str) -> str:
    if name == "state":  # "returned", or "returned and overpaid"
        state, *more = text.split(" and ")
        return _listed([in_words("payoutattempt.state", state), *_outcomes(more)])
    if name in ("outcome", "outcomes"):
        return _listed(_outcomes(text.split(" and ")))
    if name == "named" and text == "none":
        return _("no amount")
    return text.strip("'\"") if name == "key" else text


def _outcomes(outcomes: list[str]) -> list[Any]:
    return [in_words("payoutanswer.outcome", each) for each in outcomes]


def _listed(words: list[Any]) -> str:
    return " · ".join(str(each) for each in words)
