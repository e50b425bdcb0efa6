"""Every verb that ends a rest can be reached: as a command, as an action of the office, and in a journey."""

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


@pytest.mark.parametrize("verb", all_verbs(), ids=lambda verb: verb.command)
def test_every_verb_is_a_command_and_an_action_of_the_office(verb: Verb) -> None:
    assert command_of(verb.command) is not None
    assert verb.office in office_actions()


def test_a_command_that_is_not_there_is_found() -> None:
    assert command_of("payouts no-such-verb") is None
    assert command_of("payouts") is None
    assert command_of("no-such-command at all") is None
