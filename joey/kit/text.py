"""Text from outside, made fit to keep and to show: the one place that knows which characters are not what they seem.

Three callers, three answers. Evidence is kept as it came, but for what PostgreSQL cannot hold (`storable`). What a file
or a marketplace says is cleaned (`clean_line`). What a person types is refused with a reason, so that the person sees
what is stored (`read_line`).
"""

import re
import unicodedata
from collections.abc import Mapping
from math import isfinite
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid

MOST_BITS = 8192  # of a whole number in JSON: about 2,500 digits; Python writes up to 4,300

# PostgreSQL keeps neither NUL nor half of a surrogate pair.
_NEVER_STORED = re.compile("[\x00\ud800-\udfff]")

# What takes no space or only looks like a space, and can make one text pass for another: control characters other than
# white space, soft hyphen, zero-width characters, marks that change the direction of writing, invisible operators,
# blank letters of Hangul, Khmer, Mongolian and Braille, annotations, language tags, lone surrogates.
_INVISIBLE = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff"
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # between two words, like a line break or a picture
# A zero-width joiner makes one picture of two (families, professions); between letters it hides.
_JOINER = r"(?<![^\w\s])\u200d|\u200d(?![^\w\s])"
_HIDING_JOINER = re.compile(_JOINER)
INVISIBLE = re.compile(f"[{_INVISIBLE}]|{_JOINER}")
# Of these str.isprintable() says that they can be seen.
_SEEM_PRINTABLE = ("\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\u3164", "\uffa0")
# Selectors of a picture's style, of which only the one for colour is in use, can carry a hidden message.
_SELECTORS = re.compile("[\ufe00-\ufe0e\U000e0100-\U000e01ef]")
_PICTURES = range(0x1F000, 0x1FC00)  # pictures younger than this Python's Unicode tables are not unassigned


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can keep it: no U+0000, no half of a surrogate pair."""
    return not _NEVER_STORED.search(text)


def storable(text: str) -> str:
    """The text without NUL; half a character (titles get cut in the middle of an emoji) becomes U+FFFD."""
    if is_storable(text):
        return text
    return _NEVER_STORED.sub("\ufffd", text.replace("\x00", ""))


def storable_json(value: Any) -> Any:
    """A JSON value, all its texts storable; what JSON has no form for, such as NaN or a time, becomes its text.

    So does a whole number of thousands of digits, which Python refuses to write in decimals.
    """
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(name)): storable_json(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable_json(inner) for inner in value]
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return hex(value)
    if value is None or isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return value
    return storable(str(value))


def without_invisible(text: str) -> str:
    """The text with what cannot be seen taken out; words on both sides of it grow together, as they look."""
    if _is_visible(text):
        return text
    return _HIDING_JOINER.sub("", INVISIBLE.sub("", text))  # what is beside it may only be seen now


def clean_line(text: str, longest: int) -> str:
    """On one line without invisible characters, white space collapsed, cut to `longest` characters."""
    if len(text) <= longest and is_clean(text):
        return text
    return " ".join(without_invisible(_CONTROLS.sub(" ", text)).split())[:longest].rstrip()


def is_clean(text: str) -> bool:
    """Whether `clean_line` would leave it as it is, its length aside; False may also mean that this is not known."""
    return _is_visible(text) and "  " not in text and text == text.strip()


def printable(found: object, *, at_most: int) -> str:
    """As text to show beside our own: white space as a blank, what else cannot be seen as "?", cut to `at_most`.

    Nothing is taken out before the cut, so that no two of these become one, as an id with a zero-width space would.
    """
    text = str(found)[:at_most]
    if _is_visible(text):
        return text
    return "".join(each if _is_visible(each) else " " if each.isspace() else "?" for each in text)


_PASTED = ("/l/", "/go/", "/p/")  # people paste these out of messages, with the words around them
_OF_AN_ADDRESS = re.compile(r"[A-Za-z0-9/._-]*")


def loggable_path(path: str) -> str:
    """The path of a request as a log may have it: no more than addresses of ours consist of, and of a link that it is
    one, for what comes behind may be a message to someone."""
    for beginning in _PASTED:
        if path.startswith(beginning):
            return f"{beginning}…"
    found = _OF_AN_ADDRESS.match(path)
    return path if found and found[0] == path else f"{found[0] if found else ''}…"


def read_line(text: str, *, field: str, at_most: int, needed: bool = False) -> str:
    """What a person typed, in NFC on one line. Raises Invalid naming `field`: invisible, private, empty, too long."""
    if not isinstance(text, str):
        raise Invalid(_("This has to be text."), field=field)
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if INVISIBLE.search(line) or _SELECTORS.search(line) or any(map(_is_unassigned, line)):
        raise Invalid(_("This text contains invisible characters. Type it instead of pasting it."), field=field)
    if needed and not line:
        raise Invalid(_("This is empty. Write something people can read."), field=field)
    if len(line) > at_most:
        raise Invalid(
            ngettext(
                "This is too long: at most %(most)d character, and it has %(has)d.",
                "This is too long: at most %(most)d characters, and it has %(has)d.",
                at_most,
            )
            % {"most": at_most, "has": len(line)},
            field=field,
        )
    return line


REASON_MAX = 200


def read_reason(text: str, *, needed: bool = True) -> str:
    """Why an operator does something: one line, kept with what it did. Raises Invalid ("reason")."""
    reason = read_line(text, field="reason", at_most=REASON_MAX)
    if needed and not reason:
        raise Invalid(_("Give a reason, in one line of at most %d characters.") % REASON_MAX, field="reason")
    return reason


def _is_visible(text: str) -> bool:
    """Quickly; False may mean that it only was not seen at once."""
    return text.isprintable() and (text.isascii() or not any(character in text for character in _SEEM_PRINTABLE))


def _is_unassigned(character: str) -> bool:
    """For private use, or no character at all."""
    return unicodedata.category(character) in ("Co", "Cn") and ord(character) not in _PICTURES


def sentences(*parts: object) -> str:
    """Whole sentences one after the other: with a blank between them, except in Chinese."""
    gap = "" if (get_language() or "").startswith("zh") else " "
    return gap.join(text for text in map(str, parts) if text)
