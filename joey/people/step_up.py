"""Steps that move money require a fresh code: a session may be weeks old, and another person may hold the phone."""

from datetime import datetime, timedelta

FRESH_FOR = timedelta(minutes=15)


def needs_fresh_code(session_time: datetime | None, now: datetime) -> bool:
    """Whether the last code (entered at `session_time`, None: unknown) is too old for steps that move money.

    A time in the future does not count either: no code was entered then.
    """
    return session_time is None or not timedelta(0) <= now - session_time <= FRESH_FOR
