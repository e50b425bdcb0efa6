"""What is wrong with a payout file, in words: its notes are lines for the log and the terminal, each with a code."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from joey.money.money import EXPONENTS, Money
from joey.office.words import in_words


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
            "unknown_transfer: (?P<key>.*) is not in this file",
            gettext_noop("The bank answered about the transfer “%(key)s”, which is not in this file."),
        ),
        ("overdue: (?P<key>.*) was not answered in time", gettext_noop("%(key)s: not answered in time.")),
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


def _said(name: str, text: str) -> Any:
    if name == "state":
        return in_words("payoutattempt.state", text)
    if name == "outcome":
        return in_words("payoutanswer.outcome", text)
    if name == "outcomes":
        return " · ".join(str(in_words("payoutanswer.outcome", each)) for each in text.split(" and "))
    if name in ("promised", "named"):
        return _amount(text)
    return text.strip("'\"") if name == "key" else text


def _amount(text: str) -> str:
    minor, _blank, currency = text.partition(" ")
    if minor == "None":
        return _("no amount")
    known = currency in EXPONENTS and re.fullmatch("-?[0-9]+", minor)
    return Money(int(minor), currency).text if known else text
