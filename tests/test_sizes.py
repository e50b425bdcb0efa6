"""Bounds the tree keeps while it grows: short files and functions, no import circle, each class name once."""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent
FILE_P95, FILE_MAX = 250, 511
FUNCTION_LINES, LONGER_SHARE = 60, 0.001


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "joey").rglob("*.py")):
        if "migrations" not in path.parts:
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def test_files_are_short() -> None:
    lines = {
        str(path.relative_to(ROOT)): path.read_text("utf-8").count("\n")
        for path in (ROOT / "joey").rglob("*.py")
        if "migrations" not in path.parts
    }
    ranked = sorted(lines.values())

    assert [name for name, count in lines.items() if count > FILE_MAX] == []
    assert ranked[len(ranked) * 95 // 100] <= FILE_P95


def test_functions_are_short() -> None:
    lengths = {
        f"{name}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    longer = [name for name, length in lengths.items() if length > FUNCTION_LINES]

    assert len(longer) <= len(lengths) * LONGER_SHARE, longer


def test_no_import_circle() -> None:
    assert circle("joey") is None


def test_an_import_circle_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "planted_circle"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.py").write_text("import planted_circle.two\n")
    (package / "two.py").write_text("def later():\n    import planted_circle.one\n")
    monkeypatch.syspath_prepend(tmp_path)

    assert set(circle("planted_circle") or ()) == {"planted_circle.one", "planted_circle.two"}


def circle(package: str) -> list[str] | None:
    """Modules that import each other, imports inside of functions included; None when there are none."""
    graph = grimp.build_graph(package, cache_dir=None, exclude_type_checking_imports=True)
    try:
        TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return None


def test_the_layers_know_no_exception() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]

    assert [contract["name"] for contract in contracts if contract.get("ignore_imports")] == []


def test_a_class_name_is_used_once() -> None:
    """A class inside of another is found by its owner (Shop.State), but may not have the name of one that is not."""
    places = defaultdict(list)
    for name, module in modules():
        for node in module.body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{name}:{node.lineno}")
    for name, module in modules():
        inner = {each for node in ast.walk(module) if isinstance(node, ast.ClassDef) for each in node.body}
        for each in inner:
            if isinstance(each, ast.ClassDef) and each.name in places:
                places[each.name].append(f"{name}:{each.lineno}")

    assert {name: where for name, where in places.items() if len(where) > 1} == {}
