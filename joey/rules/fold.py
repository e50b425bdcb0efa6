"""Fold a text to the letters that a reader sees, so that v.a.p.e, ＶＡＰＥ and 電 子 煙 are the words they spell.

Every folded letter keeps its place in the source, so that a finding quotes the text as it was written."""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from confusable_homoglyphs.confusables import confusables_data
from opencc import OpenCC

# The three kinds of gap that stay in a folded text, weakest first; a run of gaps becomes its strongest.
JOINER, SPACE, CLAUSE = "-", " ", ","
_STRENGTH = {"": 0, JOINER: 1, SPACE: 2, CLAUSE: 3}
_INVISIBLE = ""


@dataclass(frozen=True)
class Folded:
    """`letters[i]` comes from `source[starts[i]:ends[i]]`; a gap has the place of the first character of its run."""

    source: str
    letters: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def written(self, begin: int, end: int) -> tuple[int, int]:
        """The place in the source of the folded span [begin, end), which begins and ends with a letter."""
        return self.starts[begin], self.ends[end - 1]


@lru_cache(maxsize=4)  # every rule folds the same text
def fold(source: str) -> Folded:
    """Fold `source` in one pass, in time linear in its length. Accepts any string, lone surrogates too.

    Letters become NFKD without marks, casefolded, with traditional and look-alike characters replaced. Invisible
    characters are dropped; white space, punctuation and pictures become gaps (`-` joins, ` ` separates words, `,`
    separates clauses).
    """
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    gap, gap_at = "", 0
    for at, char in enumerate(source):
        folded = _fold_char(char)
        if folded == _INVISIBLE:
            continue
        if folded in _AMONG_LETTERS and not _means_a_letter(folded, source, at, letters, gap):
            folded = JOINER
        if folded in _STRENGTH:
            gap_at = gap_at if gap else at
            gap = max(gap, folded, key=_STRENGTH.__getitem__)
            continue
        if gap and letters:
            letters.append(gap)
            starts.append(gap_at)
            ends.append(at)
        gap = ""
        for letter in _AMONG_LETTERS.get(folded, folded):
            letters.append(letter)
            starts.append(at)
            ends.append(at + 1)
    return Folded(source, "".join(letters), tuple(starts), tuple(ends))


# Characters that replace a letter inside a Latin word (v@pe, ci$gar) or mean something beside a number (100%, #1).
_AMONG_LETTERS = {"@": "a", "$": "s", "%": "%", "#": "#"}


def _means_a_letter(char: str, source: str, at: int, letters: list[str], gap: str) -> bool:
    before = letters[-1] if letters and not gap else ""
    if char == "%":
        return before.isdigit()
    after = _fold_char(source[at + 1])[:1] if at + 1 < len(source) else ""
    if char == "#":
        return after.isdigit()
    return _is_latin(before) and _is_latin(after)


def _is_latin(letter: str) -> bool:
    return "a" <= letter <= "z"


@lru_cache(maxsize=65536)
def _fold_char(char: str) -> str:
    """The letters, the gap or the empty string that one character becomes."""
    if char in _APOSTROPHES or char in _BLANK_LETTERS:
        return _INVISIBLE
    if char in "\t\n\r\v\f\x85\u2028\u2029":
        return CLAUSE if char in "\n\r\u2028\u2029" else SPACE
    if char in _LOOKALIKES:
        return _LOOKALIKES[char]
    kept = "".join(part for part in unicodedata.normalize("NFKD", char) if unicodedata.category(part)[0] != "M")
    folded = "".join(_LOOKALIKES.get(part) or _looks_like(part) for part in kept.casefold())
    named = "".join(part for part in folded if part.isalnum() or part in _KEPT_CHARS)
    return named or _gap_of(char, kept)


def _looks_like(char: str) -> str:
    """A simplified Chinese character for a traditional one; for a letter of another script the Latin one that it is
    taken for by the confusables of Unicode (UTS 39), if there is one. Characters as wide as Chinese ones are no
    Latin letters to any reader.
    """
    if char.isascii() or not char.isalpha():
        return char
    if unicodedata.east_asian_width(char) in "WF":
        simplified = _to_simplified().convert(char)
        return simplified if len(simplified) == 1 else char
    latin = (each["c"] for each in confusables_data.get(char, ()))
    return next((each.casefold() for each in latin if len(each) == 1 and each.isascii() and each.isalpha()), char)


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def _gap_of(char: str, kept: str) -> str:
    category = unicodedata.category(kept[0] if kept else char)
    if category in ("Cc", "Cf", "Cs") or category[0] == "M":
        return _INVISIBLE
    if category[0] == "Z" or char == "\u2800":
        return SPACE
    if category in ("Ps", "Pe", "Pi", "Pf") or (kept or char) in _CLAUSE_CHARS:
        return CLAUSE
    return JOINER


_KEPT_CHARS = frozenset("%#@$🚬")
_CLAUSE_CHARS = frozenset(",;:!?、。，；：！？")
_APOSTROPHES = frozenset("'’‘ʼ`´＇")
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u180e")


def _pairs(chars: str, letters: str) -> dict[str, str]:
    return dict(zip(chars, letters, strict=True))


def _ranges(*blocks: int) -> dict[str, str]:
    """Blocks of 26 enclosed capitals, which Unicode does not decompose."""
    return {chr(first + n): chr(ord("a") + n) for first in blocks for n in range(26)}


# What OpenCC and the confusables of Unicode lack, or see otherwise than a reader of these rules' words.
_HAN = _pairs(
    "電煙菸國級獨無雙絕對極頂銷價網業歷優強專實領導萬幣霧彈桿葉貴熱燃燒絲捲龍雲瑪華黃貝爾換"
    "質類區縣舉與倫創僅壹弌佔術規質產點賣購買場後種時間溫飲賞儲駱駝寶長紅鑽軟來蠶廣發齊淨燻菓",
    "电烟烟国级独无双绝对极顶销价网业历优强专实领导万币雾弹杆叶贵热燃烧丝卷龙云玛华黄贝尔换"
    "质类区县举与伦创仅一一占术规质产点卖购买场后种时间温饮赏储骆驼宝长红钻软来蚕广发齐净熏果",
) | _pairs("孑孒蕞朂㝡", "子子最最最")
# Cyrillic, Greek, Armenian, small capitals and other letters that look like Latin ones.
_LATIN = _pairs(
    "авекмнорстухіјѕԁһӏԛԝѵгпиьꙇαβεηικνορτυχωγζϲѡⅼΝΗΥᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıɑɡɩⅰⅴⅹøłđħŧƅɛʋօոսց",
    "abekmhopctyxijsdhlqwvrnubiabenikvoptuxwyzcwlnhyabcdefghijklmnoprstuvwyziagiivxoldhtbevonug",
) | {"æ": "ae", "œ": "oe"}
_LOOKALIKES = _HAN | _LATIN | _ranges(0x1F150, 0x1F170, 0x1F1E6)
