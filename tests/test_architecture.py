"""`docs/architecture.md` is true to the tree: it names every folder with code, and no folder that is not there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENT = (ROOT / "docs" / "architecture.md").read_text()

# Folders of which the document speaks as one: a folder per marketplace, a dialect per marketplace, a folder per rail.
ONE_PER = {ROOT / "joey" / name for name in ("marketplaces", "sandbox/dialects", "payouts/rails")}


def folders() -> list[Path]:
    """Every folder that holds code of ours, but for migrations and for the tests of one package, which mirror it."""
    inside = {path.parent for top in ("joey", "tests", "bench") for path in (ROOT / top).rglob("*.py")}
    mirrored = {ROOT / "tests" / path.relative_to(ROOT / "joey") for path in inside if (ROOT / "joey") in path.parents}
    return sorted(
        folder
        for folder in inside - mirrored - {ROOT / "joey", ROOT / "tests"}
        if folder.name != "migrations" and folder.parent not in ONE_PER
    )


def named() -> set[Path]:
    """The folders in the document's tables: those that begin a row, and those that its text names inside of them."""
    found = set()
    for row in re.findall(r"^\| `.*", DOCUMENT, re.M):
        _empty, begin, text, *_rest = row.split("|")
        for path in re.findall(r"`([a-z_0-9/]+)`", begin):
            top = "" if path.partition("/")[0] in ("joey", "tests", "bench") else "joey"
            folder = ROOT / top / path
            found |= {folder, *(folder / inside for inside in re.findall(r"`([a-z_0-9/]+)/`", text))}
    return found


def test_every_folder_with_code_is_named() -> None:
    assert [str(folder.relative_to(ROOT)) for folder in folders() if folder not in named()] == []
    assert len(folders()) > 40


def test_every_folder_of_the_tables_is_there() -> None:
    assert [str(folder) for folder in named() if not folder.is_dir()] == []


def test_every_folder_and_file_that_is_named_is_there() -> None:
    there = {path.name for top in ("joey", "tests", "bench", "docs") for path in (ROOT / top).rglob("*")}
    named = re.findall(r"`(?:[a-z_0-9]+/)*([a-z_0-9-]+(?:\.(?:py|md|txt)|(?=/`)))", DOCUMENT)

    assert [name for name in named if name not in there] == []
    assert len(named) > 20
