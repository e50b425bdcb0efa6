"""The fresh code that money asks for: a session may be weeks old, the hand on the phone may be another's."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Forbidden

FRESH_FOR = timedelta(minutes=15)


class FreshCodeNeeded(Forbidden):
    """The person must prove their contact again before this step."""

    code = "fresh_code_needed"


def needs_fresh_code(session_time: datetime | None, now: datetime) -> bool:
    """Whether the last code (entered at `session_time`, None: unknown) is too old for steps that move money.

    A time in the future does not count either: nobody entered a code then.
    """
    return session_time is None or not timedelta(0) <= now - session_time <= FRESH_FOR


def require_fresh_code(session_time: datetime | None, now: datetime) -> None:
    """Raise FreshCodeNeeded when `needs_fresh_code`."""
    if needs_fresh_code(session_time, now):
        raise FreshCodeNeeded(_("To protect your money, please confirm with a new code first."))
