"""Text out of HTML: what comes from outside may be marked up, and escaped any number of times."""

import html
import re
from collections import Counter

MOST_TIMES = 4  # that a text is escaped; each program on its way may have done so once
LONGEST = 8_000  # characters that are looked at; a line that people read is shorter, with all its mark-up

# With a semicolon; the usual ones also without. "?a=1&copy=2" is an address, and "Rock&region" a name.
_ENTITY = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|&(?:nbsp|amp|lt|gt|quot)(?![A-Za-z0-9=])"
)
_BLOCKS = (
    "address article blockquote br center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header"
)
_BLOCKS += " hr iframe img li main nav object ol option p pre section select table tbody td tfoot th thead tr ul video"
_INLINE = (
    "a abbr acronym b bdi bdo big body button cite code del dfn em embed font head html i input ins kbd label link mark"
)
_INLINE += " meta q s samp small source span strike strong sub sup svg textarea time title tt u var wbr"

_BLOCK_NAMES, _INLINE_NAMES = frozenset(_BLOCKS.split()), frozenset(_INLINE.split())
_VOID = frozenset({"wbr", "input", "link", "meta"})
# "<br/>", "< br >", "</p>", "<a href=…>", "<svg/onload=…>", "<o:p>", and an end without its ">" where the text ends;
# "1 <b" and "a <i and b>c" are none.
_TAG = re.compile(
    r"<(?P<gap>\s{0,3})(?P<end>/?)\s{0,3}(?P<name>[a-z][a-z0-9]*(?:[:-][a-z0-9]+)*)(?:[\s/][^<>]*=[^<>]*|\s*/?)>",
    re.IGNORECASE | re.ASCII,
)
_CUT_END = re.compile(r"(</[a-z][a-z0-9:-]*)\s*\Z", re.IGNORECASE | re.ASCII)
_BB_PICTURE = re.compile(r"\[img(?:=[^\[\]]*)?\][^\[\]]*\[/img\]", re.IGNORECASE)
_BB_TAG = re.compile(
    r"\[(?P<end>/?)(?P<name>b|i|u|s|color|size|font|url|email|center|left|right|quote|list|code|sub|sup)(?:=[^\[\]]*)?\]",
    re.IGNORECASE,
)
_UNSEEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[|\]\]>|<!doctype[^<>]*>|<(script|style)\b[^<>]*>.*?</\1\s*>|</?(?:script|style)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)


def unescape(text: str) -> str:
    """HTML entities decoded once; an ampersand that begins none stays."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text)


def may_be_marked_up(text: str) -> bool:
    """Whether `without_markup` could change it."""
    return "&" in text or "<" in text or "]]>" in text or "[/" in text


def without_markup(text: str) -> str:
    """What a browser would show of it, on one line or more. A "<" or "&" that is no mark-up stays."""
    if not may_be_marked_up(text):
        return text
    text = text[:LONGEST]
    for _time in range(MOST_TIMES):
        shown = _without_bb(_without_tags(_UNSEEN.sub(" ", text)))
        decoded = unescape(shown)
        if decoded == text:
            break
        text = decoded
    return text


def _without_tags(text: str) -> str:
    """Without tags: a blank replaces one that parts words, or that is alone, so that no words are glued."""
    text = _CUT_END.sub(r"\1>", text)
    ends = _counted(text, _TAG)

    def shown(tag: re.Match[str]) -> str:
        name = tag["name"].lower()
        is_known = name in _BLOCK_NAMES or name in _INLINE_NAMES
        if tag["gap"] and not (is_known and len(name) > 1):  # "A < B > C"
            return tag[0]
        if name in _VOID or (name in _INLINE_NAMES and ends[name] == ends[f"/{name}"]):
            return ""
        is_tag = is_known or tag["end"] or ends[f"/{name}"] or not name.isalnum()
        return " " if is_tag else tag[0]  # "<NEW>" may be a word

    return _TAG.sub(shown, text)


def _without_bb(text: str) -> str:
    """Without the tags of forums, "[b]…[/b]", where each has its end: "[S]" alone is a size."""
    if "[/" not in text:
        return text
    text = _BB_PICTURE.sub(" ", text)
    ends = _counted(text, _BB_TAG)

    def shown(tag: re.Match[str]) -> str:
        name = tag["name"].lower()
        return "" if ends[name] == ends[f"/{name}"] else tag[0]

    return _BB_TAG.sub(shown, text)


def _counted(text: str, tag: re.Pattern[str]) -> Counter[str]:
    """How often each name of a tag begins, and with a "/" in front, how often it ends."""
    return Counter(("/" if found["end"] else "") + found["name"].lower() for found in tag.finditer(text))
