"""What the README lets a reader type does in the demo what it says."""

import re

from tests.journeys.running import CHECKOUT, RunningJoey

FETCH = re.compile(r"`\.venv/bin/joey (fetch [^`]+)`")


def test_the_search_of_the_readme_finds_goods(joey: RunningJoey) -> None:
    (command,) = FETCH.findall((CHECKOUT / "README.md").read_text("utf-8"))

    said = joey.run(*command.split(), "--again")

    found = re.search(r", page 1: (\d+) found: 0 new, 0 changed, (\d+) unchanged", said)
    assert found, said
    assert found[1] == found[2] > "0"
