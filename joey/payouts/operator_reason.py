"""The reason that an operator gives for stopping money. It is kept with what it stopped."""

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid

REASON_MAX = 200


def read_reason(text: str) -> str:
    """One printable line of 1 to 200 characters. Raises Invalid ("reason")."""
    reason = text.strip()
    if not 1 <= len(reason) <= REASON_MAX or not reason.isprintable():
        raise Invalid(_("Give a reason, in one line of at most 200 characters."), field="reason")
    return reason
