"""Find a rule's words in a folded text, whatever separates their letters, and pass over innocent phrases."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from joey.rules.fold import Folded

ANY_GAP = "[-, ]"
SOFT_GAP = "[- ]"
NEVER = "(?!)"  # a pattern that matches nothing
_MAX_HITS = 50  # more would not change the verdict, and one banned word repeated must not fill a page


@dataclass(frozen=True)
class Exemption:
    """Phrases in which a banned word is innocent, and why. Regular expressions over folded letters.

    A blank in a phrase matches an optional soft gap; without one the letters must be adjacent. A hit that overlaps
    such a phrase is ignored.
    """

    reason: str
    phrases: tuple[str, ...]


class WordSet:
    """Words of one rule, compiled once.

    `han` are Chinese words, which may contain Latin letters and digits; `latin` are words or phrases in Latin
    letters; `pinyin` are those `han` words that are also found when they are spelled entirely in pinyin. Mixed
    spellings (电子yan) are found for every character in `sounds`. `patterns` are regular expressions over folded
    letters for what is no fixed word, such as an amount; between two Chinese characters they take a soft gap.
    """

    def __init__(
        self,
        *,
        han: Iterable[str] = (),
        latin: Iterable[str] = (),
        pinyin: Iterable[str] = (),
        sounds: Mapping[str, str] | None = None,
        patterns: Iterable[str] = (),
        exemptions: tuple[Exemption, ...] = (),
    ) -> None:
        spelled = frozenset(pinyin)
        spellings: dict[str, list[tuple[int, str]]] = {}
        for word in (*han, *spelled - frozenset(han)):
            for first, pattern in _han_patterns(word, sounds or {}, word in spelled):
                spellings.setdefault(first, []).append((len(word), pattern))
        for phrase in latin:
            spellings.setdefault(phrase[0], []).append((len(phrase), _latin_pattern(phrase)))
        self.exemptions = exemptions
        self._by_first = {
            first: re.compile("|".join(pattern for _, pattern in sorted(found, key=_longest_first)))
            for first, found in spellings.items()
        }
        latin_firsts = "".join(re.escape(first) for first in sorted(spellings) if first.isascii())
        other_firsts = "".join(re.escape(first) for first in sorted(spellings) if not first.isascii())
        starts = [f"[{other_firsts}]"] if other_firsts else []
        starts += [f"(?<![a-z])[{latin_firsts}]"] if latin_firsts else []
        self._starts = re.compile("|".join(starts) or NEVER)
        self._patterns = re.compile("|".join(f"(?:{_gapped(pattern)})" for pattern in patterns) or NEVER)
        self._innocent = [
            re.compile("|".join(f"(?:{phrase})" for phrase in exemption.phrases).replace(" ", f"{SOFT_GAP}?"))
            for exemption in exemptions
        ]

    def hits(self, folded: Folded, excused: Iterable[tuple[int, int]] = ()) -> Iterator[tuple[int, int]]:
        """Spans of folded letters that contain a word of this set and overlap no innocent phrase.

        `excused` are further spans, such as registered names: a hit wholly inside one is ignored.
        """
        hits = self._all_hits(folded.letters)
        if not hits:
            return
        innocent = self._innocent_letters(folded.letters)
        named = _covered(len(folded.letters), excused)
        found = 0
        for begin, end in hits:
            if any(innocent[begin:end]) or all(named[begin:end]):
                continue
            yield begin, end
            found += 1
            if found == _MAX_HITS:
                return

    def _all_hits(self, letters: str) -> list[tuple[int, int]]:
        hits: list[tuple[int, int]] = []
        done = 0
        for start in self._starts.finditer(letters):
            if start.start() < done:
                continue
            match = self._by_first[start.group()].match(letters, start.start())
            if match:
                done = match.end()
                hits.append(match.span())
        further = [match.span() for match in self._patterns.finditer(letters)]
        if not further:
            return hits
        taken = _covered(len(letters), hits)
        return sorted([*hits, *(hit for hit in further if not any(taken[slice(*hit)]))])

    def _innocent_letters(self, letters: str) -> bytearray:
        return _covered(
            len(letters), (match.span() for phrases in self._innocent for match in phrases.finditer(letters))
        )


def overlaps(hit: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    """Whether `hit` shares a letter with one of `others`."""
    return any(hit[0] < end and begin < hit[1] for begin, end in others)


def _longest_first(found: tuple[int, str]) -> int:
    return -found[0]


def _covered(length: int, spans: Iterable[tuple[int, int]]) -> bytearray:
    covered = bytearray(length)
    for begin, end in spans:
        covered[begin:end] = b"\x01" * (end - begin)
    return covered


def _han_patterns(word: str, sounds: Mapping[str, str], spelled_out: bool) -> Iterator[tuple[str, str]]:
    """(first letter, pattern) for each possible beginning: k characters in pinyin, then the first Chinese one.

    This way every pattern begins with a known letter and needs at least one Chinese character, unless the word may
    be spelled out in full. `xiang yan` alone may be a name; `xiang烟` is not.
    """
    sounded = [sounds.get(char) for char in word]
    either = [
        re.escape(char) if sound is None else f"(?:{re.escape(char)}|{sound})"
        for char, sound in zip(word, sounded, strict=True)
    ]
    for first_han in range(len(word) + 1):
        before = sounded[:first_han]
        if None in before:
            return
        if first_han == len(word):
            if not spelled_out:
                return
            units = [sound for sound in before if sound]
        else:
            units = [s for s in before if s] + [re.escape(word[first_han])] + either[first_han + 1 :]
        start = "(?<![a-z])" if first_han else ""
        ends_latin = "(?![a-z])" if sounded[-1] or word[-1].isascii() else ""
        first = before[0][0] if before and before[0] else word[0]
        yield first, start + _with_gaps(units) + ends_latin


def _with_gaps(units: list[str]) -> str:
    """Join the units with optional gaps.

    Between three or more any gap matches. Between two, a clause mark ("无烟，草莓") matches only when one of them is
    a word by itself, as in "香，烟，".
    """
    if len(units) != 2:
        return f"{ANY_GAP}?".join(units)
    first, second = units
    one_alone = f"{first},{second}(?={ANY_GAP}|$)|(?<![^-, ]){first},{second}"
    return f"(?:{first}{SOFT_GAP}?{second}|{one_alone})"


def _gapped(pattern: str) -> str:
    """The pattern with a soft gap between each two Chinese characters outside of [...], and for each blank."""
    parts = _CLASS.split(pattern)
    outside = [_BETWEEN_HAN.sub(f"{SOFT_GAP}?", part.replace(" ", f"{SOFT_GAP}?")) for part in parts[::2]]
    inside = [*parts[1::2], ""]
    return "".join(out + within for out, within in zip(outside, inside, strict=True))


_CLASS = re.compile(r"(\[[^\]]*\])")
_BETWEEN_HAN = re.compile("(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])")


def _latin_pattern(phrase: str) -> str:
    """A Latin phrase between word boundaries: whole, joined by punctuation (va-pe), or spaced out (v a pe).

    Words of six letters and more may be broken by blanks anywhere; shorter ones only letter by letter, because
    "be st" may be two real words. A blank in the phrase is an optional gap; a plural s may follow.
    """
    words = [_latin_word(word) for word in phrase.split(" ")]
    end = "(?![a-z0-9])" if phrase[-1].isdigit() else "(?:-?s)?(?![a-z])"
    return "(?<![a-z])" + f"{SOFT_GAP}?".join(words) + end


def _latin_word(word: str) -> str:
    letters = [word[0], *(_DIGIT_FOR.get(letter, re.escape(letter)) for letter in word[1:])]
    if len(word) == 1:
        return letters[0]
    if len(word) >= 6:
        return f"(?:{f'{SOFT_GAP}?'.join(letters)}|{ANY_GAP.join(letters)})"
    apart = [ANY_GAP.join([*letters[:n], letters[n] + letters[n + 1], *letters[n + 2 :]]) for n in range(len(word) - 1)]
    return f"(?:{'-?'.join(letters)}|{'|'.join([ANY_GAP.join(letters), *(apart if len(word) > 3 else ())])})"


# Digits that replace letters inside a word (b3st, t0bacco), but never its first letter.
_DIGIT_FOR = {"a": "[a4]", "e": "[e3]", "i": "[i1]", "o": "[o0]", "s": "[s5]", "t": "[t7]"}
