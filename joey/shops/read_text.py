"""Text that a person typed, made fit to keep and to show: one line, no invisible tricks, within its length."""

import unicodedata

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from joey.kit.refusals import Invalid


def read_line(text: str, *, field: str, at_most: int, needed: bool = False) -> str:
    """`text` in NFC on one line without control, direction or private signs; raises Invalid naming `field`."""
    if not isinstance(text, str):
        raise Invalid(_("This has to be text."), field=field)
    line = " ".join(unicodedata.normalize("NFC", text).split())
    # Cc and Cf would let a name look like another one (zero width, right-to-left); Cs cannot be stored at all.
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn") and sign not in _JOINERS for sign in line):
        raise Invalid(_("This text holds invisible signs. Type it again instead of pasting it."), field=field)
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


_JOINERS = "\u200d\ufe0f"  # families and coloured hearts are made with these
