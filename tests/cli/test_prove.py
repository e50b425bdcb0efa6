"""`joey prove` leaves nothing open behind it."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from click.testing import CliRunner

from joey.cli.cli import main
from joey.insight import prove as proofs
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

    assert said.output == "Does not hold: 1. Each book is zero in each currency. First offender: book 7\n"
    assert (said.exit_code, ended) == (1, [True])
