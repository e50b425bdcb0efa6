"""An address as it was pasted, typed or copied, as the one that was meant.

Messengers take the full stop that ended the sentence, or the word that follows, for a part of a link; keyboards begin
it with a capital, copies carry characters that nothing shows. The addresses that people pass on consist of small
letters, digits, hyphens, slashes and the dot of a picture, so it is plain where one ends. The page is answered there,
not by a redirect: a click is one request and counts once.
"""

import re
import unicodedata

from joey.kit.ids import CODE_ALPHABET
from joey.sharing.make_link import CODE_CHARACTERS

_AS_MADE = re.compile(r"/|(?!.*//)/(?!s/[^/]+/.{37}|go/.{37})[a-z0-9/.-]*[a-z0-9]")  # 37: something behind an id
_PASSED_ON = re.compile(r"/*(?:s|l|go|p|rules)(?![a-z0-9.-])")
# Unicode's default ignorable code points, as far as keyboards and copies bring them
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff]"
)
_BEFORE = re.compile(r"(/(?:s|l|go|p)/)[^a-z0-9]+")
_FOREIGN = re.compile(r"[^a-z0-9/.-]")
_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MEANT = re.compile(
    rf"(?P<listing>/s/[a-z0-9-]+/{_ID})(?:(?P<page>/[a-z-]+)|[a-z0-9.-]*)"
    rf"|(?P<click>/go/{_ID})[a-z0-9.-]*"
    r"|(?P<other>/s/[a-z0-9-]+|/(?:l|go)/[a-z0-9.-]+|/p/[a-z0-9]+\.png|/rules)"
)
_CODE = re.compile(rf"[{CODE_ALPHABET}]{{8,}}")
LONGEST_CODE = 16


def meant(path: str) -> str:
    """The path that this one was copied from; itself where it is as we make them, or nothing that people pass on."""
    if _AS_MADE.fullmatch(path):
        return path
    said = unicodedata.normalize("NFKC", _INVISIBLE.sub("", path)).lower()
    if not _PASSED_ON.match(said):
        return path
    said = _BEFORE.sub(r"\1", re.sub("/{2,}", "/", said), count=1)
    found = _MEANT.fullmatch(_FOREIGN.split(said, maxsplit=1)[0].rstrip("/.-"))
    if found is None:
        return path
    return (found["listing"] or "") + (found["page"] or "") or found["click"] or found["other"]


def codes_in(text: str) -> list[str]:
    """The codes with which the text may begin, the likeliest first: a word behind it may have letters of codes too."""
    found = _CODE.match(text)
    if found is None:
        return []
    run = found[0]
    return [run] * (len(run) <= LONGEST_CODE) + [run[:CODE_CHARACTERS]] * (len(run) > CODE_CHARACTERS)
