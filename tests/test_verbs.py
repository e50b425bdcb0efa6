"""Every verb that ends a rest can be reached: as a command, as an action of the office, and in a journey."""

import ast
from pathlib import Path

import click
import pytest
from django.test import RequestFactory

from joey.cli.cli import main
from joey.insight.resting_states import all_verbs
from joey.kit.rests import Verb
from joey.office.site import office
from joey.office.urls import TABLES
from joey.people.models import Person

assert TABLES  # importing them registered what follows
JOURNEYS = Path(__file__).parent / "journeys"


def command_of(words: str) -> click.Command | None:
    """What `joey …` runs; None when there is no such command."""
    command: click.Command | None = main
    for word in words.split():
        if not isinstance(command, click.Group):
            return None
        command = command.get_command(click.Context(command), word)
    return None if isinstance(command, click.Group) else command


def office_actions() -> set[str]:
    """All actions of all tables, as "table:action"."""
    request = RequestFactory().get("/office/")
    request.user = Person(is_staff=True, is_active=True)
    return {
        f"{model._meta.app_label}_{model._meta.model_name}:{action}"
        for model, table in office._registry.items()
        for action in table.get_actions(request)
    }


def journeys() -> dict[str, set[tuple[str, ...]]]:
    """Of every journey by name: the words that it gives to `joey` (`run`) and to the office (`act`)."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for file in sorted(JOURNEYS.glob("test_*.py")):
        for function in ast.parse(file.read_text("utf-8")).body:
            if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
                found[function.name] = {
                    (call.func.attr, *(str(word.value) for word in call.args[:2] if isinstance(word, ast.Constant)))
                    for call in ast.walk(function)
                    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
                }
    return found


def journeys_of(verb: Verb) -> list[str]:
    """The journeys that call it, as a command or in the office."""
    called = {("run", *verb.command.split()), ("act", *verb.office.split(":"))}
    return [name for name, calls in journeys().items() if calls & called]


@pytest.mark.parametrize("verb", all_verbs(), ids=lambda verb: verb.command)
def test_every_verb_is_a_command_and_an_action_of_the_office(verb: Verb) -> None:
    assert command_of(verb.command) is not None
    assert verb.office in office_actions()


def test_a_command_that_is_not_there_is_found() -> None:
    assert command_of("payouts no-such-verb") is None
    assert command_of("payouts") is None
    assert command_of("no-such-command at all") is None


@pytest.mark.parametrize("verb", all_verbs(), ids=lambda verb: verb.command)
def test_every_verb_is_called_in_a_journey(verb: Verb) -> None:
    assert journeys_of(verb)


def test_a_verb_without_a_journey_is_found() -> None:
    assert journeys_of(Verb("payouts no-such-verb", "payouts_payout:no_such_action")) == []
