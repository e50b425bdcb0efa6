"""What a form of the office asks for."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from joey.kit.text import REASON_MAX


@dataclass(frozen=True)
class AskedField:
    """A field of a form: a choice if it has `choices` (value, label), a text area if it has `rows`, else a line."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    value: str = ""  # what it is filled with at first
    at_most: int = REASON_MAX  # characters
    rows: int = 0
    is_needed: bool = True


def reason_field(*, keeper_reads: bool = False, label: str = "") -> AskedField:
    """The reason of an operator's decision: a line of text that may not be empty, and it says who reads it. With
    `label` it is called so.
    """
    return AskedField("reason", label or (_("Reason (the shopkeeper reads it)") if keeper_reads else _("Reason")))
