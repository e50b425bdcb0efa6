"""What the numbers before the rules mean: rules about the same thing share one. docs/money.md has this table too."""

import re
from collections.abc import Iterator

from joey.insight.prove import all_checks

NUMBERED = re.compile(r"([0-9]+)\. (.+)")

# 30 is kept for bank statements: none are read yet. 3, 20, 28 and 29 are not in use.
NUMBERS = {
    1: "the sum of each book",
    2: "each balance",
    4: "journals and their postings",
    5: "polls: what a marketplace was asked, and what it brought",
    6: "order reports, kept as they came",
    7: "that each report has its line, refund case or trade, or is listed as unreadable",
    8: "order lines, as their newest reports say",
    9: "refund cases, and what they took from a line",
    10: "whose an order line, a link, a position and a lease is",
    11: "lines in suspense",
    12: "that each line of a shop is booked once, in time, or is in quarantine",
    13: "the plan and the rate that a commission is computed with",
    14: "the revisions of a commission, and the reports that they follow from",
    15: "the journals of a commission",
    16: "what the commissions of a book add up to",
    17: "what was made available: settled, due, not held, its reports read",
    18: "the day on which a commission is payable",
    19: "holds and pauses",
    21: "what the payouts of a book add up to",
    22: "a payout, its transfers and its journals",
    23: "where a payout goes",
    24: "approvals",
    25: "payout files",
    26: "what may have been sent, and what became of it",
    27: "what the rails answered",
    31: "versions of the plan and of the limits",
    32: "how positions are leased",
    33: "that nothing waits longer than it may, and nothing is passed over",
}


def rules_by_number() -> Iterator[tuple[int | None, str, list[str]]]:
    """Each number with what it is about and its rules, in order; None at the end for rules without a number."""
    rules: dict[int | None, list[str]] = {}
    for check in all_checks():
        found = NUMBERED.fullmatch(check.rule)
        rules.setdefault(int(found[1]) if found else None, []).append(found[2] if found else check.rule)
    for number, about in NUMBERS.items():
        yield number, about, rules.pop(number)
    yield None, "the record, kept texts, shops, sharing and the catalog", rules.pop(None)
    assert not rules, f"say in NUMBERS what these are about: {sorted(map(str, rules))}"
