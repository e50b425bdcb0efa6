"""docs/security.md names tests that exist, and every requirement that it is about."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/security.md").read_text("utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)?(?:::(?:\w+::)?(test_\w+))?`")


def test_every_test_that_it_names_is_there() -> None:
    file, missing, named = "", [], 0
    for path, test in NAMED.findall(PAGE):
        file = path or file
        if not (ROOT / file).is_file() or (test and f"def {test}(" not in (ROOT / file).read_text("utf-8")):
            missing.append(f"{file}::{test}")
        named += bool(test)

    assert not missing
    assert named > 40


def test_each_of_the_forty_has_an_answer() -> None:
    rows = re.findall(r"^\| (\d+) \| \S.*? \| (yes|partly|no|untested) \| \S.* \|$", PAGE, re.MULTILINE)

    assert [int(number) for number, _passed in rows] == list(range(1, 41))
