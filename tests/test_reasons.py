"""Every verb that takes an operator's reason reads it by the one rule, before it does anything."""

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from joey.kit.refusals import Invalid
from joey.kit.text import REASON_MAX, read_reason
from joey.people.models import Person

ROOT = Path(__file__).resolve().parent.parent / "joey"
# `reason` is a code there, which the form of the buyer's page offers, and no text.
A_CODE = {"joey.shops.report_listing.report_listing"}
UNFIT = {
    "too long": "x" * (REASON_MAX + 1),
    "control": "looks\x07odd",
    "zero-width": "looks\u200bodd",
    "bidi": "looks \u202eddo",
    "blank letter": "\u3164",
    "private use": "looks \ue000",
    "tag": "looks \U000e0041",
}


def verbs() -> Iterator[tuple[str, Callable[..., Any]]]:
    """All public functions with `reason` and `now` as keywords, whatever decorators they have."""
    for path in sorted(ROOT.rglob("*.py")):
        if "reason: str" not in path.read_text() or path.parts[len(ROOT.parts)] in ("sandbox", "site"):
            continue
        module = import_module(".".join(("joey", *path.relative_to(ROOT).with_suffix("").parts)))
        for name, verb in inspect.getmembers(module, inspect.isfunction):
            if verb.__module__ == module.__name__ and not name.startswith("_"):
                given = inspect.signature(verb).parameters
                keywords = {key for key, each in given.items() if each.kind is inspect.Parameter.KEYWORD_ONLY}
                if {"reason", "now"} <= keywords and f"{module.__name__}.{name}" not in A_CODE:
                    yield f"{module.__name__}.{name}", verb


VERBS = dict(verbs())


def call(verb: Callable[..., Any], reason: str) -> None:
    """With an operator, and for the rest what stands for anything: the reason is looked at before it."""
    given = inspect.signature(verb).parameters
    needed: dict[str, Any] = {
        name: MagicMock() for name, each in given.items() if each.default is inspect.Parameter.empty
    }
    positional = [needed.pop(name) for name in list(needed) if given[name].kind is not inspect.Parameter.KEYWORD_ONLY]
    if "by" in needed:
        needed["by"] = Person(is_staff=True, is_active=True)
    verb(*positional, **needed | {"reason": reason})


def test_the_verbs_are_found() -> None:
    packages = {name.split(".")[1] for name in VERBS}

    assert packages == {"commissions", "insight", "orders", "payouts", "sharing", "shops"}
    assert len(VERBS) >= 14


@pytest.mark.django_db
@pytest.mark.parametrize("name", VERBS)
def test_every_verb_refuses_what_the_one_rule_refuses_in_its_words(name: str) -> None:
    optional = inspect.signature(VERBS[name]).parameters["reason"].default == ""
    for unfit in [*UNFIT.values(), *([] if optional else ["", " \n"])]:
        with pytest.raises(Invalid) as by_rule:
            read_reason(unfit)
        with pytest.raises(Invalid) as refused:
            call(VERBS[name], unfit)

        assert (refused.value.field, str(refused.value)) == ("reason", str(by_rule.value))


def test_a_reason_is_one_line_without_what_only_takes_space() -> None:
    assert read_reason(" The bank\tasked\nfor it  ") == "The bank asked for it"
    assert read_reason("x" * REASON_MAX) == "x" * REASON_MAX
    assert read_reason(" ", needed=False) == ""
