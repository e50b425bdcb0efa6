"""Text out of HTML: what comes from outside may be marked up, and escaped any number of times."""

import html
import re

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


def _tag(names: str) -> re.Pattern[str]:
    """A tag of these names: "<br/>", "</p>", "<a href=…>"; "1 <b" and "a <i and b>c" are none."""
    return re.compile(rf"</?(?:{names.replace(' ', '|')})(?:\s+[^<>]*=[^<>]*|\s*/?)>", re.IGNORECASE)


_BLOCK_TAG, _INLINE_TAG = _tag(_BLOCKS), _tag(_INLINE)
_UNSEEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[|\]\]>|<!doctype[^<>]*>|<(script|style)\b[^<>]*>.*?</\1\s*>|</?(?:script|style)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)


def unescape(text: str) -> str:
    """HTML entities decoded once; an ampersand that begins none stays."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text)


def may_be_marked_up(text: str) -> bool:
    """Whether `without_markup` could change it."""
    return "&" in text or "<" in text or "]]>" in text


def without_markup(text: str) -> str:
    """What a browser would show of it, on one line or more. A "<" or "&" that is no mark-up stays."""
    if not may_be_marked_up(text):
        return text
    text = text[:LONGEST]
    for _time in range(MOST_TIMES):
        shown = _INLINE_TAG.sub("", _BLOCK_TAG.sub(" ", _UNSEEN.sub(" ", text)))
        decoded = unescape(shown)
        if decoded == text:
            break
        text = decoded
    return text
