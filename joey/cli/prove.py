"""Check every invariant of the ledger and the record; exit code 1 when one does not hold."""

import json
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from joey.cli.data_option import data_option
from joey.cli.not_installed import faults
from joey.cli.without_database import without_database
from joey.instance.errors import CommandFailed

if TYPE_CHECKING:
    from joey.kit.prove import JudgedRule

GONE = (
    "its package is not installed, so its zone is not known. Its days are judged to within one day (rules 17, 18), its"
    " estimates of days and what should be booked or confirmed by now (rules 12, 18, 33) not at all."
)


LIST = "`joey prove --rules` lists the rules and says what their numbers are about."


@click.command()
@click.option("--rules", is_flag=True, help="Print every rule by its number, and check nothing.")
@click.option("--json", "as_json", is_flag=True, help="Every rule with its seconds and first offender, as JSON.")
@data_option
def prove(rules: bool, as_json: bool, data: Path) -> None:
    """Check that no money is lost, created or silently changed; the first offender ends it."""
    if rules:
        _print_rules()
        return
    from joey.instance.open_instance import instance

    with instance(data, "prove"):
        from joey.insight.prove import prove as judge
        from joey.orders.not_installed import not_installed
        from joey.record.erasable import erased_count

        gone = not_installed()
        found = faults()
        for line in () if as_json else (*found, *(f"{marketplace}: {GONE}" for marketplace in gone)):
            click.echo(line)
        with closing(judge()) as verdicts:  # or the traceback of an interrupt would keep it, and its statements, open
            held = _as_json(verdicts, gone, found) if as_json else _in_words(verdicts)
        erased = erased_count()
    if not as_json:
        click.echo(f"All {held} rules hold. Texts erased so far: {erased}.")


def _in_words(verdicts: "Iterable[JudgedRule]") -> int:
    """A line for each rule that holds; how many. Raises CommandFailed at the first that does not."""
    held = 0
    for verdict in verdicts:
        if verdict.offender is not None:
            raise CommandFailed(f"Does not hold: {verdict.rule}. First offender: {verdict.facts}\n{LIST}")
        click.echo(f"holds  {verdict.rule} ({verdict.seconds:.2f} s)")
        held += 1
    return held


def _as_json(verdicts: "Iterable[JudgedRule]", gone: list[str], faults: list[str]) -> int:
    """One object with every rule, also after one that does not hold; how many hold. Raises CommandFailed then."""
    began = time.monotonic()
    judged = list(verdicts)
    broken = [verdict.rule for verdict in judged if verdict.offender is not None]
    found = {
        "holds": not broken,
        "seconds": round(time.monotonic() - began, 3),
        "not_installed": gone,
        "faults": faults,
        "rules": [{"rule": each.rule, "seconds": each.seconds, "offender": each.offender} for each in judged],
    }
    click.echo(json.dumps(found, default=str, indent=1, ensure_ascii=False))
    if broken:
        raise CommandFailed(f"Does not hold: {'; '.join(broken)}. {LIST}")
    return len(judged)


def _print_rules() -> None:
    without_database()
    from joey.insight.rule_numbers import rules_by_number

    lines = []
    for number, about, found in rules_by_number():
        lines.append(f"{number}. {about[0].upper()}{about[1:]}" if number else f"Without a number: {about}")
        lines += [f"    - {rule}" for rule in found]
    click.echo("\n".join(lines))
