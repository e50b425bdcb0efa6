"""Find words that the project does not use (old_words.txt) in names, comments, messages and pages alike.

`python -m tests.plain_words [PATH …]` prints file:line: word for the paths given, or for everything.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = Path(__file__).with_name("old_words.txt")
READ = {".py", ".html", ".js", ".css", ".sql", ".po", ".md", ".toml", ".in", ".xml", ".svg", ".sh", ".yml"}
# A phrase may run over the end of a line: of a comment, of a paragraph, of two string literals in a row. A name may
# also write it as one word.
GAP = r"""(?:[\s"'#*/]+(?:f["'])?)?"""


@dataclass(frozen=True)
class OldWord:
    """A pattern to refuse, what to write instead, and an example that holds it."""

    pattern: re.Pattern[str]
    instead: str
    example: str


@cache
def old_words() -> tuple[OldWord, ...]:
    """The list, from `old_words.txt`."""
    lines = [line for line in LIST.read_text("utf-8").splitlines() if line and line[0] not in "#+"]
    rows = [[cell.strip() for cell in re.split(r" \| ", line)] for line in lines]
    return tuple(
        OldWord(re.compile(rf"\b(?:{pattern.replace(' ', GAP)})\b"), instead, example)
        for pattern, instead, example in rows
    )


@cache
def honest() -> re.Pattern[str]:
    """What is taken out first: "throw it away" is honest, "the database is ..." is not."""
    lines = [line[1:].strip() for line in LIST.read_text("utf-8").splitlines() if line.startswith("+")]
    return re.compile("|".join(lines))


def files(paths: Iterable[Path] = ()) -> list[Path]:
    """Every file of the project that people read, below the paths given."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *paths],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in found if path.is_file() and (path.suffix in READ or path.name == "Makefile")]


def offences(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, what was found there, what to write instead."""
    text = as_words(path.read_text("utf-8"))
    for word in old_words():
        for found in word.pattern.finditer(text):
            yield text.count("\n", 0, found.start()) + 1, re.sub(r"\s+", " ", found[0]), word.instead


def as_words(text: str) -> str:
    """Names as words, in small letters, the honest uses taken out; no line moves."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text).replace("_", " ").lower()
    return honest().sub(lambda found: "\n" * found[0].count("\n"), text)


def main(arguments: list[str]) -> None:
    """Print what is found, and how much of it each package has."""
    total: Counter[str] = Counter()
    for path in files(Path(argument) for argument in arguments):
        name = path.relative_to(ROOT)
        for line, word, instead in sorted(offences(path)):
            print(f"{name}:{line}: {word!r} (write: {instead})")
            total["/".join(name.parts[: 2 if name.parts[0] in ("joey", "tests") else 1])] += 1
    for package, count in total.most_common():
        print(f"{count:6} {package}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
