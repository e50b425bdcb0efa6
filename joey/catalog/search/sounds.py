"""How Chinese words are read, so that 咖啡 is found by kafei and kf, and 面膜 by the same-sounding 面摸.

The index keeps each word's readings; a question only looks for those that are there.
"""

import os
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import groupby, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tantivy import Searcher

LONGEST_WORD = 6  # characters; beyond that it is a sentence that was not split
READINGS = 2  # of a character: 长 is zhang and chang, its rarer ones are not typed
MOST_SYLLABLES = 3  # of a word that is kept with all its characters' readings
LONGEST_TYPED = 40
MOST_PIECES = 5
INITIALS = "'"  # before the first letters of a word, which are no reading: 'kf


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


def typed_sounds(letters: str, searcher: "Searcher") -> tuple[str, ...]:
    """The fewest words of the index whose readings, one after the other, are these letters; () if there are none.

    Else the one word whose initials they are.
    """
    if not letters.isascii() or not letters.isalpha() or len(letters) > LONGEST_TYPED:
        return ()
    initials = INITIALS + letters
    return _read_as(letters, searcher) or ((initials,) if searcher.doc_freq("sounds", initials) else ())


def _read_as(letters: str, searcher: "Searcher") -> tuple[str, ...]:
    best: list[tuple[str, ...] | None] = [(), *[None] * len(letters)]
    for end in range(1, len(letters) + 1):
        for start in range(end):
            before = best[start]
            if before is None or len(before) >= MOST_PIECES:
                continue
            known = best[end]
            if known is not None and len(known) <= len(before) + 1:
                continue
            if searcher.doc_freq("sounds", letters[start:end]):
                best[end] = (*before, letters[start:end])
    return best[-1] or ()


def same_sound(words: Sequence[tuple[str, bool]], searcher: "Searcher") -> tuple[str, ...]:
    """For a question's words, each with whether it is Chinese: what the Chinese among them sound like in the index.

    () where a run of them sounds like nothing there, or where none is Chinese.
    """
    found: list[str] = []
    for chinese, run in groupby(words, key=lambda each: each[1]):
        if not chinese:
            continue
        read = [_readings(character) for word, _chinese in run for character in word]
        sounds = _read_as("".join(each[0] for each in read), searcher) if all(read) else ()
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
