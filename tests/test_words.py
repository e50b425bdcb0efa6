"""The field's own words, in names, comments and messages alike: what `old_words.txt` lists is not written any more."""

from pathlib import Path

import pytest

from tests.plain_words import ROOT, files, offences, old_words


def test_no_old_word_is_written_anywhere() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {word!r}, write: {instead}"
        for path in files()
        for line, word, instead in offences(path)
    ]

    assert found == []


def test_an_old_word_is_found_in_a_name_a_comment_and_a_message(tmp_path: Path) -> None:
    for word in old_words():
        name = word.example.replace(" ", "_").replace("-", "_")
        broken = '"\n    "'.join(word.example.replace(" ", " \n").split("\n"))
        planted = tmp_path / "planted.py"
        planted.write_text(
            f"def {name}(): ...\n"
            f"class {name.title().replace('_', '')}: ...\n"
            f"# It says: {word.example}.\n"
            f'raise ValueError("It says: {word.example}.")\n'
            f'TEXT = "{broken}"\n'
        )

        lines = {line for line, _word, _instead in offences(planted)}

        assert {1, 2, 3, 4} <= lines, f"{word.example}: only on {lines}"
        assert max(lines) > 4, f"{word.example}: not across lines"


@pytest.mark.parametrize("name", ["WAY!OUT", "hot!lane", "hot!lanes", "filed!position_of", "MAX_HOT!LANE", "Way!outOf"])
def test_an_old_word_of_two_words_is_found_in_a_name_that_writes_it_as_one(tmp_path: Path, name: str) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(f"{name.replace('!', '')} = 1\n")

    assert list(offences(planted))


def test_honest_uses_are_not_refused(tmp_path: Path) -> None:
    honest = tmp_path / "honest.md"
    honest.write_text("Throw the page away right away; a retelling of /way-out, untold, in a courtroom.\n")

    assert list(offences(honest)) == []


def test_the_list_is_read_and_so_are_the_files() -> None:
    read = {path.relative_to(ROOT).parts[0] for path in files()}

    assert len(old_words()) > 15
    assert {"joey", "tests", "docs", "bench", "README.md", "Makefile"} <= read
