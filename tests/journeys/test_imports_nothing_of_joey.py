"""Journeys are outside: what they prove must hold for any program that keeps the public contract.

`faults/` is not: it hits the database and looks into it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
ALLOWED = {"axe_playwright_python", "httpx", "PIL", "playwright", "pytest", "zxingcpp"}
STANDARD = {
    "ast", "collections", "concurrent", "contextlib", "dataclasses", "datetime", "html", "io", "json", "os", "pathlib",
    "re", "shutil", "signal", "socket", "subprocess", "sys", "threading", "time", "typing", "urllib", "uuid",
    "zoneinfo",
}  # fmt: skip


def test_journeys_import_nothing_of_joey() -> None:
    files = sorted(HERE.glob("*.py"))
    assert len(files) >= 5

    foreign = {
        f"{file.name}: {module}"
        for file in files
        for module in imported(ast.parse(file.read_text()))
        if module.split(".")[0] not in ALLOWED | STANDARD and not module.startswith("tests.journeys")
    }

    assert foreign == set()


def test_no_journey_reaches_in_by_another_door() -> None:
    """Neither by name at run time nor straight into the database."""
    reaching = ("import" + "lib", "__imp" + "ort__", "psy" + "copg", "run" + "py", "ex" + "ec(")

    found = [f"{file.name}: {way}" for file in HERE.glob("*.py") for way in reaching if way in file.read_text()]

    assert found == []


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module that this file imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module if node.module and not node.level else f"tests.journeys.{node.module}"
