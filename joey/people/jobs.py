"""Once a day: what was kept of people who signed in, or only asked for a code, is deleted when it is not needed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from procrastinate.contrib.django import app

from joey.kit.clock import now as database_now
from joey.people.models import PersonSession, SignInCode

UNUSED_DAYS = 2  # codes.py counts those of a day


@app.periodic(cron="27 19 * * *")
@app.task(queueing_lock="people.forget_codes_and_sessions")
def forget_codes_and_sessions(timestamp: int) -> None:
    """Contacts that never became an account are forgotten with their codes."""
    forget(now=database_now())


def forget(*, now: datetime) -> tuple[int, int]:
    """Delete codes and sessions that are over; how many of each.

    A used code is kept for as long as its browser is known by it.
    """
    known = timedelta(days=settings.JOEY_KNOWN_BROWSER_DAYS)
    over = Q(used_at=None, sent_at__lt=now - timedelta(days=UNUSED_DAYS)) | Q(used_at__lt=now - known)
    codes, _each = SignInCode.objects.filter(over).delete()
    sessions, _each = PersonSession.objects.filter(expire_date__lt=now).delete()
    return codes, sessions
