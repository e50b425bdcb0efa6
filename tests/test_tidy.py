"""What import-linter cannot see: foreign keys point down, reverse names are off, each package reads its own tables."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parent.parent / "joey"
LAYERS = (
    ("site",),
    ("storefront", "studio", "office", "api", "cli", "edge"),
    ("instance", "synthetic"),
    ("insight",),
    ("cases",),
    ("integrity",),
    ("books",),
    ("payouts",),
    ("commissions",),
    ("orders",),
    ("sharing",),
    ("shops",),
    ("catalog",),
    ("people",),
    ("rules", "marketplaces", "ledger", "record"),
    ("money",),
    ("kit",),
)
RANK = {package: rank for rank, packages in enumerate(LAYERS) for package in packages}


def our_models() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        if model.__module__.startswith("joey."):
            yield model


def our_keys() -> Iterator[tuple[type[models.Model], models.ForeignKey[Any, Any], type[models.Model]]]:
    """Every foreign key of ours to a model of ours."""
    for model in our_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey):
                target = field.remote_field.model
                assert isinstance(target, type)
                if target.__module__.startswith("joey."):
                    yield model, field, target


def package_of(model: type[models.Model]) -> str:
    return model.__module__.split(".")[1]


def sources() -> Iterator[tuple[str, Path, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        package = path.relative_to(ROOT).parts[0]
        if "migrations" not in path.parts and package in RANK:
            yield package, path, path.read_text()


def test_foreign_keys_point_down_the_layers() -> None:
    upwards = [
        f"{model.__name__}.{field.name}"
        for model, field, target in our_keys()
        if package_of(model) != package_of(target) and RANK[package_of(model)] >= RANK[package_of(target)]
    ]

    assert upwards == []


def test_no_package_adds_attributes_on_another() -> None:
    named = [
        f"{model.__name__}.{field.name}"
        for model, field, _target in our_keys()
        if field.model is model and not field.remote_field.hidden
    ]

    assert named == []


def test_a_packages_tables_are_named_in_sql_by_itself_or_in_queries() -> None:
    tables = {model._meta.db_table: package_of(model) for model in our_models()}
    pattern = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+(" + "|".join(map(re.escape, tables)) + r")\b")
    abroad = [
        f"{path.relative_to(ROOT)}: {table}"
        for package, path, text in sources()
        if path.name != "queries.py" and not path.name.startswith("prove")
        for table in pattern.findall(text)
        if tables[table] != package
    ]

    assert abroad == []


def test_only_sites_look_models_up_by_name() -> None:
    assert [str(path) for package, path, text in sources() if package != "site" and "get_model(" in text] == []


def test_every_module_says_why_it_exists() -> None:
    silent = [str(path) for _package, path, text in sources() if not ast.get_docstring(ast.parse(text))]

    assert silent == []


def test_packages_hold_a_docstring_only() -> None:
    busy = [
        str(path)
        for path in ROOT.rglob("__init__.py")
        if "migrations" not in path.parts and len(ast.parse(path.read_text()).body) > 1
    ]

    assert busy == []


def test_no_float_touches_money() -> None:
    packages = {"money", "ledger", "commissions", "payouts", "orders"}
    floats = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package, path, text in sources()
        if package in packages
        for node in ast.walk(ast.parse(text))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not _is_path(node))
    ]

    assert floats == []


def _is_path(node: ast.BinOp) -> bool:
    """`folder / "name"` divides nothing."""
    return isinstance(node.right, ast.Constant) and isinstance(node.right.value, str)


def test_no_signals_and_no_save_overrides() -> None:
    found = [
        f"{path.relative_to(ROOT)}"
        for _package, path, text in sources()
        if "django.db.models.signals" in text or re.search(r"def save\(self", text)
    ]

    assert found == []


def test_there_is_something_to_be_tidy_about() -> None:
    assert len(list(our_models())) > 20
    assert len(list(our_keys())) > 20
    assert len(list(sources())) > 100
