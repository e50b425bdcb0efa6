"""Every state in which a row can rest has a declared exit; docs/money.md lists them as the code declares them."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Field, Model
from procrastinate.contrib.django import app

from joey.insight.resting_states import PACKAGES, all_rests, all_subjects, as_markdown
from joey.kit.rests import Rest, Subject
from joey.payouts.file_problems import add_problem
from joey.payouts.models import PayoutFile
from tests.insight.rows_at_rest import rows_of

MONEY = Path(__file__).resolve().parents[2] / "docs" / "money.md"


def models_of(package: ModuleType) -> list[type[Model]]:
    return list(apps.get_app_config(package.__name__.split(".")[1]).get_models())


def columns_with_choices(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.get_fields() if isinstance(field, Field) and field.choices]


def undeclared(package: ModuleType) -> list[str]:
    """Models, and columns with choices, that the package declares neither as a subject nor as never resting."""
    subjects: list[Subject] = package.SUBJECTS
    missing = []
    for model in models_of(package):
        if model not in {subject.model for subject in subjects}:
            missing.append(model.__name__)
        known = {subject.column for subject in subjects if subject.model is model}
        missing += [f"{model.__name__}.{name}" for name in columns_with_choices(model) if name not in known]
    return sorted(set(missing) - set(package.NEVER_REST))


def without_exit(subject: Subject, rests: list[Rest]) -> set[str]:
    """States of the subject that are neither final nor declared with an exit."""
    field = subject.model._meta.get_field(subject.column)
    assert isinstance(field, Field)
    states = {str(value) for value, _label in getattr(field, "output_field", field).choices or ()}
    assert states, f"{subject.name}: {subject.column} has no choices"
    return states - set(subject.final) - {rest.state for rest in rests if rest.of == subject and rest.exits}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_every_model_and_every_state_column_is_declared(package: ModuleType) -> None:
    assert undeclared(package) == []


@pytest.mark.parametrize("subject", [each for each in all_subjects() if each.column], ids=lambda each: each.name)
def test_every_state_is_final_or_has_an_exit(subject: Subject) -> None:
    assert without_exit(subject, all_rests()) == set()


def test_a_new_state_without_an_exit_is_found() -> None:
    subject = next(each for each in all_subjects() if each.column)
    gone = next(rest for rest in all_rests() if rest.of == subject)

    assert without_exit(subject, [rest for rest in all_rests() if rest != gone]) == {str(gone.state)}


def test_a_subject_without_a_column_of_states_has_a_condition_for_each() -> None:
    assert [rest.state for rest in all_rests() if not rest.of.column and rest.rows is None] == []
    assert {subject.name for subject in all_subjects()} == {rest.of.name for rest in all_rests()}


def test_every_rest_has_an_exit_and_one_that_needs_an_operator_has_a_verb() -> None:
    assert [f"{rest.of.name}: {rest.state}" for rest in all_rests() if not rest.exits] == []
    assert [f"{rest.of.name}: {rest.state}" for rest in all_rests() if rest.due is not None and not rest.label] == []


def test_every_job_that_moves_rows_on_runs_periodically() -> None:
    named = {job.task for rest in all_rests() for job in rest.jobs}

    assert named <= {periodic.task.name for periodic in app.periodic_registry.periodic_tasks.values()}


def lost(subject: Subject, rests: list[Rest]) -> list[dict[str, Any]]:
    """Of one row of each kind that the database takes, those that are not over and that no rest knows."""
    with transaction.atomic():
        assert rows_of(subject, rests), f"{subject.name}: the database takes no row"
        known = {pk for rest in rests if rest.of == subject for pk in rest.resting().values_list("pk", flat=True)}
        rows = list(subject.model._default_manager.filter(subject.at_rest).values())
        transaction.set_rollback(True)
    name = subject.model._meta.pk.attname
    assert known <= {row[name] for row in rows}, f"{subject.name}: a rest knows rows that are over"
    return [row for row in rows if row[name] not in known]


@pytest.mark.django_db
@pytest.mark.parametrize("subject", [each for each in all_subjects() if not each.column], ids=lambda each: each.name)
def test_every_row_that_the_database_takes_is_over_or_in_a_declared_state(subject: Subject) -> None:
    assert lost(subject, all_rests()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("commission hold", "opened by a report"),
        ("payout file", "names a transfer that is not ours"),
        ("payout hold", "returned"),
        ("position", "free later"),
    ],
)
def test_rows_that_no_rest_knows_are_found(name: str, state: str) -> None:
    subject = next(each for each in all_subjects() if each.name == name)
    others = [rest for rest in all_rests() if (rest.of, rest.state) != (subject, state)]

    assert len(others) == len(all_rests()) - 1
    assert lost(subject, others) != []


def test_every_rest_is_listed_for_operators_or_says_what_shows_it() -> None:
    listed = {rest.of.name for rest in all_rests() if rest.due is not None}
    for rest in all_rests():
        assert (rest.due is None) == bool(rest.unlisted), f"{rest.of.name}: {rest.state}"
        if rest.unlisted.startswith("listed by"):
            assert any(name in rest.unlisted for name in listed), f"{rest.of.name}: {rest.unlisted}"


def test_what_is_listed_can_be_ended_whatever_the_outside_does() -> None:
    """A verb that only tries again is no exit."""
    for rest in all_rests():
        if rest.due is not None:
            is_sure = any(each.sure for each in rest.exits)
            assert is_sure != bool(rest.endless), f"{rest.of.name}: {rest.state}"


def test_a_note_on_a_payout_file_whose_end_is_not_declared_is_refused() -> None:
    """Notes are text: no choice and no CHECK constraint tells which there are."""
    with pytest.raises(AssertionError):
        add_problem(PayoutFile(), "full_moon: it ends some day")


@pytest.mark.django_db
@pytest.mark.parametrize("rest", all_rests(), ids=lambda rest: f"{rest.of.name}: {rest.state}")
def test_the_rows_of_every_rest_can_be_read(rest: Rest) -> None:
    assert list(rest.resting().order_by(rest.of.since)[:1]) == []


def test_the_table_in_the_docs_is_the_one_made_from_the_code() -> None:
    assert as_markdown() in MONEY.read_text("utf-8"), "put what `joey waiting --states` prints into docs/money.md"
