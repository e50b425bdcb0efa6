"""Each money verb twice at once and killed midway: it has its effect once, nothing is half done, repeating finishes it.

`make test` kills each once, in its middle; `make test-long` at every statement.
"""

import ast
import inspect
from collections.abc import Callable, Iterator
from functools import reduce
from pathlib import Path
from pydoc import locate

import pytest
from pytest_django import DjangoDbBlocker

from joey.insight.resting_states import all_verbs
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.refusals import Refusal
from joey.kit.rests import Verb
from joey.ledger.prove import CHECKS as LEDGER
from tests.at_once import die_at, outcomes, statements_of
from tests.database import bring_back
from tests.money_verbs.table import ELSEWHERE, NO_MONEY_VERB, SCENARIOS, Scenario, World
from tests.money_verbs.world import START, books, made
from tests.proof import prove
from tests.test_verbs import command_of

pytestmark = pytest.mark.commits
TESTS = Path(__file__).resolve().parents[1]
JOEY = TESTS.parent / "joey"
MONEY_VERBS = {scenario.does for scenario in SCENARIOS} | ELSEWHERE.keys()


@pytest.fixture(scope="module")
def world(postgres: EmbeddedPostgres, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once; each run begins with it as it was."""
    with django_db_blocker.unblock(), made(postgres) as bank:
        yield World(postgres, bank)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
def test_killed_midway_nothing_is_half_done_and_two_at_once_finish_it(world: World, scenario: Scenario) -> None:
    verb = begun(world, scenario)
    before = books()
    points = statements_of(verb)
    once = books()
    assert once != before, "the verb does nothing here"
    begun(world, scenario)

    die_at(points // 2 + 1, verb)

    assert scenario.steps or books() in (before, once), "something is half done"
    came = outcomes(verb, verb)
    assert all(isinstance(each, Refusal) for each in came if isinstance(each, BaseException)), came
    assert any(not isinstance(each, BaseException) for each in came), came
    if not scenario.each:
        assert books() == once, came
    assert [check.rule for check in LEDGER if check.first_offender()] == []


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
def test_killed_at_any_statement_it_is_as_if_never_killed(world: World, scenario: Scenario) -> None:
    verb = begun(world, scenario)
    before = books()
    points = statements_of(verb)
    once = books()
    prove()

    for point in range(1, points + 1):
        begun(world, scenario)
        die_at(point, verb)
        left = books()
        assert scenario.steps or left in (before, once), f"killed at statement {point}: something is half done"
        if left != once:
            verb()
        assert books() == once, f"killed at statement {point}"
    prove()


def begun(world: World, scenario: Scenario) -> Callable[[], object]:
    """The world as it begins, with the scene of the scenario set; its verb."""
    bring_back(world.postgres, START)
    scenario.before(world)
    return lambda: scenario.verb(world)


def test_every_money_verb_is_in_the_table() -> None:
    known = MONEY_VERBS | NO_MONEY_VERB.keys()

    assert transactions() - known == set()
    assert [name for name in known if not callable(locate(f"joey.{name}"))] == [], "these are no more"


OF_MONEY = [verb for verb in all_verbs() if not verb.command.startswith(("shops ", "feed "))]  # they move none


@pytest.mark.parametrize("verb", OF_MONEY, ids=lambda verb: verb.command)
def test_every_command_of_an_operator_calls_a_verb_of_the_table(verb: Verb) -> None:
    command = command_of(verb.command)
    assert command is not None
    assert command.callback is not None

    called = called_by(inspect.unwrap(command.callback))

    assert called & MONEY_VERBS, f"{verb.command} calls {sorted(called)}"


def test_what_is_tested_elsewhere_is_tested_there() -> None:
    for verb, file in ELSEWHERE.items():
        text = (TESTS / file).read_text("utf-8")
        assert f"{verb.rpartition('.')[2]}(" in text, verb
        assert "die_after(" in text


def transactions() -> set[str]:
    """The public functions of the money packages that are one transaction, as "package.module.function".

    What erases words moves no money.
    """
    return {
        f"{package}.{file.stem}.{function.name}"
        for package in ("payouts", "commissions", "orders", "sharing", "ledger")
        for file in (JOEY / package).glob("*.py")
        for function in ast.parse(file.read_text("utf-8")).body
        if isinstance(function, ast.FunctionDef) and not function.name.startswith(("_", "erase_"))
        and any("transaction.atomic" in ast.unparse(each) for each in function.decorator_list)
    }  # fmt: skip


def called_by(function: Callable[..., object]) -> set[str]:
    """The functions of Joey that this one calls, as "package.module.function"."""
    source = ast.parse(inspect.getsource(function))
    names = dict(function.__globals__)
    for part in ast.walk(source):
        if isinstance(part, ast.ImportFrom) and part.module:
            names |= {each.asname or each.name: locate(f"{part.module}.{each.name}") for each in part.names}
    found = set()
    for call in ast.walk(source):
        if isinstance(call, ast.Call):
            start, *rest = ast.unparse(call.func).split(".")
            named = reduce(lambda owner, name: getattr(owner, name, None), rest, names.get(start))
            found.add(f"{getattr(named, '__module__', '')}.{getattr(named, '__name__', '')}".removeprefix("joey."))
    return found
