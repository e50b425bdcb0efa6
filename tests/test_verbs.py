"""Every verb of operators can be reached: as a command, as an action or a page of the office, and in a journey."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from django.test import RequestFactory
from pytest_django import Settings

from joey.cli.cli import main
from joey.insight.resting_states import all_starts, all_verbs
from joey.kit.rests import Verb
from joey.office.limits_page import PUBLISH_LIMITS
from joey.office.pause_page import PAUSE_PAYOUTS
from joey.office.register_page import REGISTER_POSITIONS
from joey.office.site import office
from joey.office.urls import TABLES
from joey.people.models import Person

assert TABLES  # importing them registered what follows
FORMS = {each.name: each for each in (PAUSE_PAYOUTS, PUBLISH_LIMITS, REGISTER_POSITIONS)}
TESTS = Path(__file__).parent
JOURNEYS = TESTS / "journeys"
VERBS = list(dict.fromkeys([*all_verbs(), *all_starts()]))
# What decides nothing: retrying a failed job, for which the terminal has the command that the job runs, and checking
# the books, as `joey prove`. No command is among them: one that keeps who decided is a verb.
IN_THE_OFFICE_ONLY = {"procrastinate_procrastinatejob:retry", "page:health"}


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


def office_pages() -> set[str]:
    """The pages of the office that take a form, as "page:name"."""
    return {f"page:{each.name}" for each in office.extra_urls() if _takes_a_form(each.callback)}


def _takes_a_form(view: Callable[..., Any]) -> bool:
    """Whether its refusal of another method names POST among those that it takes."""
    request = RequestFactory().generic("TRACE", "/office/")
    request.user = Person(is_staff=True, is_active=True)
    return "POST" in view(request).headers["Allow"]


def named_operator_commands() -> set[str]:
    """The commands that keep which operator decided (`--by`)."""
    return {words for words, command in _commands(main) if any("--by" in each.opts for each in command.params)}


def _commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")
        elif command is not None:
            yield f"{before}{name}", command


def journeys() -> dict[str, set[tuple[str, ...]]]:
    """Of every journey by name: the words that it gives to `joey` (`run`) and to the office (`act`, `fill`)."""
    return {
        function.name: calls_in(function)
        for file in sorted(JOURNEYS.rglob("test_*.py"))
        for function in ast.parse(file.read_text("utf-8")).body
        if isinstance(function, ast.FunctionDef) and function.name.startswith("test_")
    }


def calls_in(tree: ast.AST) -> set[tuple[str, ...]]:
    """The calls of methods with their first two words; not those that must or may be refused (`exit_code`)."""
    return {
        (call.func.attr, *(str(word.value) for word in call.args[:2] if isinstance(word, ast.Constant)))
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if all(isinstance(word.value, ast.Constant) and word.value.value == 0
               for word in call.keywords if word.arg == "exit_code")
    }  # fmt: skip


def journeys_of(verb: Verb) -> list[str]:
    """The journeys that call it, as a command or in the office."""
    table, _colon, action = verb.office.partition(":")
    in_office = ("fill", action) if table == "page" else ("act", table, action)
    called = {("run", *verb.command.split()), in_office}
    return [name for name, calls in journeys().items() if calls & called]


def name_of(verb: Verb) -> str:
    return f"{verb.command}, {verb.office}"


@pytest.mark.parametrize("verb", VERBS, ids=name_of)
def test_every_verb_is_a_command_and_an_action_of_the_office(verb: Verb) -> None:
    assert command_of(verb.command) is not None
    assert bool(verb.terminal_only) != bool(verb.office), "without the office it says why, and only then"
    assert verb.terminal_only or verb.office in office_actions() | office_pages()


def test_every_command_of_an_operator_and_every_action_of_the_office_is_a_verb() -> None:
    given = named_operator_commands() | office_actions() | office_pages()

    assert given - {name for verb in VERBS for name in (verb.command, verb.office)} == IN_THE_OFFICE_ONLY


@pytest.mark.django_db
@pytest.mark.parametrize("verb", [each for each in VERBS if each.office.startswith("page:")], ids=name_of)
def test_a_page_of_the_office_asks_for_everything_that_its_command_takes(verb: Verb, settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": {"credentials": {"app_key": "1", "app_secret": "of the tests"}}}
    command, page = command_of(verb.command), FORMS[verb.office.removeprefix("page:")]
    assert command is not None
    names = {each.name for each in command.params} - {"data", "by", "reason_words"}

    assert names - {each.name for each in page.fields({})} == set()


def test_a_command_that_is_not_there_is_found() -> None:
    assert command_of("payouts no-such-verb") is None
    assert command_of("payouts") is None
    assert command_of("no-such-command at all") is None


@pytest.mark.parametrize("verb", VERBS, ids=name_of)
def test_every_verb_is_called_in_a_journey(verb: Verb) -> None:
    assert journeys_of(verb)


def test_a_verb_without_a_journey_is_found() -> None:
    assert journeys_of(Verb("payouts no-such-verb", "payouts_payout:no_such_action")) == []
    assert journeys_of(Verb("payouts no-such-verb", "page:no_such_page")) == []


def test_a_call_that_is_refused_is_no_journey() -> None:
    written = 'ada.run("lines", "retry", line, exit_code=1); ada.run("lines", "holds", exit_code=None); ada.run("pay")'

    assert calls_in(ast.parse(written)) == {("run", "pay")}
