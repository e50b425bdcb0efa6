"""How Chinese words are read, so that 咖啡 is found by kafei and kf, and 面膜 by the same-sounding 面摸.

The index keeps each word's readings; a question only looks for those that are there, and for those of synonyms.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import groupby, product
from typing import TYPE_CHECKING

from joey.catalog.search.brand_names import Name
from joey.catalog.search.synonyms import Synonyms, synonyms

if TYPE_CHECKING:
    from tantivy import Searcher

LONGEST_WORD = 6  # characters; beyond that it is a sentence that was not split
READINGS = 2  # of a character: 长 is zhang and chang, its rarer ones are not typed
MOST_SYLLABLES = 3  # of a word that is kept with all its characters' readings
LONGEST_TYPED = 40
MOST_PIECES = 5
INITIALS = "'"  # before the first letters of a word, which are no reading: 'kf
MOST_GOING_ON = 50  # readings with one beginning
SHORTEST_BEGINNING = 3
# What begins with a whole syllable: kaf, and not zho.
_A_SYLLABLE = re.compile(r"(?:[zcs]h|[^aeiouv])?(?:[aeiuv]|(?<=[bpmfwyl])o|o(?=[un]))")

Reading = tuple[str, ...]  # of one word: each way in which it may go on


@lru_cache(maxsize=100_000)
def sounds_of(word: str) -> tuple[str, ...]:
    """What a word is found by when it is typed as it sounds: its readings, and the first letters of two or more."""
    if len(word) > LONGEST_WORD:
        return ()
    read = [_readings(character) for character in word]
    if not all(read):
        return ()  # not Chinese
    if len(word) > MOST_SYLLABLES:
        read = [each[:1] for each in read]
    whole = ["".join(syllables) for syllables in product(*read)]
    initials = ["".join(letters) for letters in product(*(dict.fromkeys(each[0] for each in one) for one in read))]
    return (*dict.fromkeys(whole), *(INITIALS + each for each in initials if len(each) > 1))


def typed_sounds(letters: str, searcher: "Searcher") -> Iterator[tuple[Reading, ...]]:
    """What these letters may be, the likeliest first: the fewest words whose readings they are, one after the other;
    the one word whose initials they are; words of which the last is still being typed.
    """
    if not letters.isascii() or not letters.isalpha() or len(letters) > LONGEST_TYPED:
        return
    read = _read_as(letters, searcher)
    if whole := read[-1]:
        yield tuple((each,) for each in whole)
    if searcher.doc_freq("sounds", INITIALS + letters):
        yield ((INITIALS + letters,),)
    for start, before in enumerate(read[:-1]):
        typed = letters[start:]
        if before is None or len(typed) < (2 if before else SHORTEST_BEGINNING) or not _A_SYLLABLE.match(typed):
            continue
        found = [term for term, _count in searcher.terms_with_prefix("sounds", typed, limit=MOST_GOING_ON)]
        found += [each for each in synonyms_by_sound() if each.startswith(typed)]
        if found:
            yield (*((each,) for each in before), tuple(dict.fromkeys(found)))
            return


def _read_as(letters: str, searcher: "Searcher") -> list[tuple[str, ...] | None]:
    """For each number of letters, the fewest readings of words that make up the first so many; None for none."""
    best: list[tuple[str, ...] | None] = [(), *[None] * len(letters)]
    for end in range(1, len(letters) + 1):
        for start in range(end):
            before = best[start]
            if before is None or len(before) >= MOST_PIECES:
                continue
            known = best[end]
            if known is not None and len(known) <= len(before) + 1:
                continue
            piece = letters[start:end]
            if searcher.doc_freq("sounds", piece) or piece in synonyms_by_sound():
                best[end] = (*before, piece)
    return best


def synonyms_by_sound() -> Mapping[str, tuple[Name, ...]]:
    """Each reading of a word that has synonyms → these: yusan is 雨伞, so it means 折叠伞 too."""
    known = synonyms()
    if not _latest or _latest[0][0] is not known:
        _latest[:] = [(known, _by_sound(known))]
    return _latest[0][1]


_latest: list[tuple[Synonyms, Mapping[str, tuple[Name, ...]]]] = []


def _by_sound(known: Synonyms) -> Mapping[str, tuple[Name, ...]]:
    found: dict[str, tuple[Name, ...]] = {}
    for name, others in known.items():
        if len(name) == 1 and len(name[0]) > 1:  # one character sounds like many others
            for sound in sounds_of(name[0]):
                if not sound.startswith(INITIALS):
                    found[sound] = tuple(dict.fromkeys((*found.get(sound, ()), *others)))
    return found


def same_sound(words: Sequence[tuple[str, bool]], searcher: "Searcher") -> tuple[str, ...]:
    """For a question's words, each with whether it is Chinese: what the Chinese among them sound like in the index.

    () where a run of them sounds like nothing there, or where none is Chinese.
    """
    found: list[str] = []
    for chinese, run in groupby(words, key=lambda each: each[1]):
        if not chinese:
            continue
        read = [_readings(character) for word, _chinese in run for character in word]
        sounds = _read_as("".join(each[0] for each in read), searcher)[-1] if all(read) else ()
        if not sounds:
            return ()
        found += sounds
    return tuple(found)


@cache
def _readings(character: str) -> tuple[str, ...]:
    """The usual readings of a Chinese character, without tones, the most usual first; none of any other."""
    # Without its phrases the library takes 12 MB instead of 57; readings of single characters are all that is asked.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore", v_to_u=False)
    return tuple(each for each in found[0] if each.isascii())[:READINGS] if found else ()
