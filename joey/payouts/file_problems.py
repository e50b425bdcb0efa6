"""Notes on a payout file for the operator: one line per problem, each written once and kept until it is solved."""

import logging

from joey.payouts.models import PayoutFile

log = logging.getLogger(__name__)

OTHER_ACCOUNT = "other_rail_account: the settings name another rail account; this file waits for its own"
ERASED = "erased: the bytes of this file were erased; it cannot be submitted"


def add_problem(file: PayoutFile, line: str) -> bool:
    """Note the line unless it is there already; whether it is new."""
    lines = file.problems.splitlines()
    if line in lines:
        return False
    log.error("payout file %s: %s", file.message_id, line)
    _save(file, [*lines, line])
    return True


def clear_problem(file: PayoutFile, line: str) -> None:
    """Remove a line that no longer holds."""
    lines = file.problems.splitlines()
    if line in lines:
        _save(file, [each for each in lines if each != line])


def clear_problems_about(file: PayoutFile, *about: str) -> None:
    """Remove the lines that name one of these (a transfer's key, a code), which no longer hold."""
    file.refresh_from_db(fields=["problems"])
    lines = file.problems.splitlines()
    left = [line for line in lines if not any(each in line for each in about)]
    if left != lines:
        _save(file, left)


def _save(file: PayoutFile, lines: list[str]) -> None:
    file.problems = "\n".join(line for line in lines if line)
    PayoutFile.objects.filter(pk=file.pk).update(problems=file.problems)
