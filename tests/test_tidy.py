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
    packages = {"money", "ledger", "commissions", "payouts", "orders", "rules"}

    assert [
        f"{path.relative_to(ROOT)}:{line}"
        for package, path, text in sources()
        if package in packages
        for line in _floats(text)
    ] == []


def test_a_planted_float_is_found() -> None:
    planted = ("float(minor)", "minor / 2", "minor /= 2", "minor * 0.8", "0.8 * minor", "minor *= 1.1", "minor * -0.8",
               "RATE = 0.8", "def part(minor, rate=0.8): ...", "part(minor, rate=8e-1)")  # fmt: skip
    honest = ("folder / 'name'", "minor // 2", "minor * 8 // 10", "TEXT = '0.8'", "Decimal('0.8') * minor")

    assert [text for text in planted if not _floats(text)] == []
    assert [text for text in honest if _floats(text)] == []


def _floats(text: str) -> list[int]:
    """The lines with a float: the word, a true division, a number with a point."""
    return [
        getattr(node, "lineno", 0)
        for node in ast.walk(ast.parse(text))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div) and not _is_path(node))
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]


def _is_path(node: ast.BinOp | ast.AugAssign) -> bool:
    """`folder / "name"` divides nothing."""
    right = node.right if isinstance(node, ast.BinOp) else node.value
    return isinstance(right, ast.Constant) and isinstance(right.value, str)


def test_no_signals_and_no_save_overrides() -> None:
    found = [
        f"{path.relative_to(ROOT)}"
        for _package, path, text in sources()
        if "django.db.models.signals" in text or re.search(r"def save\(self", text)
    ]

    assert found == []


def test_the_columns_of_a_temporary_table_are_declared() -> None:
    """As a dataclass (kit/sets.py): what a query happens to return is written down nowhere."""
    undeclared = re.compile(r"CREATE TEMP(ORARY)? TABLE [^(\"]*\bAS\b", re.IGNORECASE)
    assert undeclared.search('f"CREATE TEMP TABLE worked_out ON COMMIT DROP AS {_WORK_OUT}"')

    assert [f"{path.relative_to(ROOT)}" for _package, path, text in sources() if undeclared.search(text)] == []


def test_there_is_something_to_be_tidy_about() -> None:
    assert len(list(our_models())) > 20
    assert len(list(our_keys())) > 20
    assert len(list(sources())) > 100


# JSON that Joey wrote itself and that no outsider could change, where neither a file nor a table shows it.
OWN_JSON = {
    "instance/backup/backup_archive.py": "a manifest whose checksum was compared before",
    "kit/sentences.py": "what to_keep wrote; anything else is shown as it is",
    "marketplaces/registry.py": "settings, written a line before to be a key of a cache",
    "orders/read_again.py": "a payload as stage_reports wrote it, whose digest the proof compares",
    "payouts/payee_details.py": "what keep_details wrote",
}


# What the strict reader refused, read to keep it as what it is: no fact.
AT_FAULT = "kit/json_rows.py"


def test_json_from_outside_is_read_by_the_one_strict_reader() -> None:
    assert {name for name, text in _outside_the_sandbox() if _lenient_reads(text)} == {*OWN_JSON, AT_FAULT}


def test_a_lenient_reading_of_an_answer_is_found() -> None:
    assert _lenient_reads("from json import loads\nimport httpx\nloads(answer.content)")
    assert _lenient_reads("import httpx\nhttpx.get(address).json()")
    assert _lenient_reads("import httpx\nfrom joey.kit import sql\njson.loads(answer.content)")
    assert not _lenient_reads("json.loads(path.read_text())")


def test_text_is_made_fit_to_show_in_one_place() -> None:
    replaced = re.compile(r"join\(.*isprintable")

    assert [name for name, text in _outside_the_sandbox() if replaced.search(text)] == []
    assert replaced.search('"".join(each for each in text if each.isprintable())')


def _outside_the_sandbox() -> Iterator[tuple[str, str]]:
    """Without the strict reader itself. The sandbox is a program of its own, which shares no code with Joey."""
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith("sandbox/") and name != "kit/json.py":
            yield name, path.read_text()


def _lenient_reads(text: str) -> list[int]:
    """The lines that read JSON, but for that of a file of ours (`read_text`) and, where no HTTP is spoken, of a row."""
    if "json" not in text:
        return []
    speaks_http = re.search(r"^\s*(import|from) (httpx|urllib\.request)\b", text, re.M) is not None
    of_rows = re.search(r"^from joey\.kit import .*\bsql\b", text, re.M) is not None and not speaks_http
    return [
        call.lineno
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call)
        and (
            ast.unparse(call.func) in ("json.loads", "json.load", "json.JSONDecoder", "loads", "JSONDecoder")
            or (isinstance(call.func, ast.Attribute) and call.func.attr == "json" and not call.args)
        )
        and not (of_rows or "read_text" in ast.unparse(call))
    ]
