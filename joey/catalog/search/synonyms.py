"""Words that mean the same: a file of ours, names of brands in two scripts, and an operator's own file.

They widen a question and are not in the index, so an operator's file counts from the next question on, without
a restart.
"""

import logging
import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from joey.catalog.search.brand_names import Name, other_names
from joey.catalog.search.fold import fold, tokens
from joey.catalog.search.spellings import one_spelling

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).with_name("synonyms.txt")
OPERATORS = "synonyms.txt"  # in the data folder
LARGEST = 1_000_000  # bytes
Synonyms = Mapping[Name, tuple[Name, ...]]


class _Read(NamedTuple):
    stamp: tuple[int, int]
    synonyms: Synonyms


_operators: dict[str, _Read] = {}


def synonyms() -> Synonyms:
    """Each word → what else it may be called. Costs one stat of a file when nothing is new."""
    path = f"{settings.DATA}/{OPERATORS}"
    try:
        found = os.stat(path)
    except OSError:
        return _shipped()
    stamp = (found.st_mtime_ns, found.st_size)
    read = _operators.get(path)
    if read is None or read.stamp != stamp:
        read = _operators[path] = _Read(stamp, _with_operators(Path(path)))
    return read.synonyms


def words_of(text: str) -> Name:
    """A word as questions are looked up by: its tokens, of which Chinese ones are not split."""
    return tuple(token.text for token in tokens(one_spelling(fold(text))))


@cache
def _shipped() -> Synonyms:
    return _put_together([other_names(), _read(SHIPPED.read_text(encoding="utf-8"), str(SHIPPED))])


def _with_operators(path: Path) -> Synonyms:
    """Ours and the operator's; ours alone while theirs cannot be read, which the log says."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        log.warning("%s cannot be read, so its synonyms do not count: %s", path, error)
        return _shipped()
    return _put_together([_shipped(), _read(text, str(path))])


def _read(text: str, name: str) -> Synonyms:
    found: dict[Name, tuple[Name, ...]] = {}
    for number, written in enumerate(text.splitlines(), start=1):
        line = written.partition("#")[0].strip()
        wide, is_wider, narrow = line.partition(">")
        one, *others = [words_of(each) for each in (wide if is_wider else line).split("=")]
        also = [words_of(each) for each in narrow.split(",")] if is_wider else []
        if not line:
            continue
        if not all([one, *others, *also]) or not (others or also):
            log.warning("%s, line %d is no synonym and is ignored: %s", name, number, line[:80])
            continue
        same = [one, *others]
        for each in same:
            found[each] = (*found.get(each, ()), *(other for other in same if other != each), *also)
    return found


def _put_together(parts: Iterable[Synonyms]) -> Synonyms:
    found: dict[Name, tuple[Name, ...]] = {}
    for part in parts:
        for name, others in part.items():
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *others)))
    return found
