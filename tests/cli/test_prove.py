"""`joey prove` leaves nothing open behind it, and says what its rules are."""

import os
import re
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner

from joey.cli.cli import main
from joey.insight import prove as proofs
from joey.insight.rule_numbers import NUMBERS, rules_by_number
from joey.instance import open_instance
from joey.kit.prove import JudgedRule


@pytest.mark.django_db
def test_the_first_offender_ends_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[bool] = []

    def judging() -> Iterator[JudgedRule]:
        try:
            yield JudgedRule("1. Each book is zero in each currency", 0.01, {"book": 7})
            yield JudgedRule("2. Each balance is that of its postings", 0.01, None)
        finally:
            ended.append(True)

    monkeypatch.setattr(proofs, "prove", judging)
    monkeypatch.setattr(open_instance, "instance", lambda *_: nullcontext())

    said = CliRunner().invoke(main, ["prove"])  # it keeps the traceback, as an interrupt does

    assert said.output == (
        "Does not hold: 1. Each book is zero in each currency. First offender: book 7\n"
        "`joey prove --rules` lists the rules and says what their numbers are about.\n"
    )
    assert (said.exit_code, ended) == (1, [True])


def test_every_rule_is_listed_under_its_number_with_what_that_is_about() -> None:
    kept = {"JOEY_NO_POOL": os.environ.get("JOEY_NO_POOL")}  # the command sets it, and other tests start processes
    said = CliRunner().invoke(main, ["prove", "--rules"], env=kept).output

    rules = [re.sub(r"^[0-9]+[.] ", "", check.rule) for check in proofs.all_checks()]
    assert [rule for rule in rules if f"    - {rule}\n" not in said] == []
    assert "13. The plan and the rate that a commission is computed with\n    - A commission's plan is" in said
    assert [number for number, _about, _rules in rules_by_number()] == [*sorted(NUMBERS), None]


def test_the_numbers_in_the_docs_are_those_of_the_rules() -> None:
    docs = (Path(__file__).resolve().parents[2] / "docs/money.md").read_text("utf-8")

    table = "| rule | is about |\n|---|---|\n" + "".join(f"| {each} | {NUMBERS[each]} |\n" for each in NUMBERS)
    assert table + "\n" in docs
    named = {int(number) for number in re.findall(r"\b[Rr]ules? ([0-9]+)", docs)}
    assert named - set(NUMBERS) == {30}  # which is said not to exist
