"""The page about limits says what the code has."""

import re
from pathlib import Path

from joey.kit import limits
from joey.kit.rate_limit import Limit

PAGE = Path(__file__).resolve().parents[2] / "docs/limits.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| ([0-9,]+) \| (an hour|a day) \| .+ \|$", re.MULTILINE)
WINDOWS = {limits.HOUR: "an hour", limits.DAY: "a day"}


def test_every_limit_is_on_the_page_with_its_numbers() -> None:
    said = {name: (int(most.replace(",", "")), window) for name, most, window in ROW.findall(PAGE.read_text())}
    known = {name: each for name, each in vars(limits).items() if isinstance(each, Limit)}

    assert said == {name: (each.most, WINDOWS[each.window]) for name, each in known.items()}
    assert len({each.name for each in known.values()}) == len(known), "two limits would count as one"
