"""What a form of the office asks for."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from joey.kit.text import REASON_MAX


@dataclass(frozen=True)
class AskedField:
    """What an action or a page asks for: one of `choices` (value, label), or text: one line, or `rows` of it."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    value: str = ""  # what is written in already
    at_most: int = REASON_MAX  # characters
    rows: int = 0
    is_needed: bool = True


def reason_field() -> AskedField:
    """What every decision asks for."""
    return AskedField("reason", _("Reason"))
