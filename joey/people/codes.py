"""What is known of the codes that were sent: the one a browser waits for, and how long a new one has to be.

docs/decisions/0029-a-code-belongs-to-its-browser.md has the arithmetic behind the numbers.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from joey.kit.limits import DAY, HALF_MINUTE, HOUR
from joey.people.code_hash import browser_hash
from joey.people.contact import Contact
from joey.people.models import SignInCode

Purpose = SignInCode.Purpose

LIFE = timedelta(minutes=10)
WRONG_TRIES_MAX = 3
DIGITS, DIGITS_IN_A_FLOOD = 6, 9
# So many codes of six digits that were not entered rightly make the next one longer: a stranger who asks for codes only
# to guess them gets too few guesses at six digits, and no one is refused a code.
SHORT_CODES_OF_CONTACT, SHORT_CODES_IN_ALL = 8, 250


@dataclass(frozen=True)
class WaitingCode:
    """The newest code of a browser, for a page: whom it went to, until when it works, from when on there is another."""

    contact: str
    expires_at: datetime
    again_at: datetime
    is_over: bool  # expired, or its tries are used up


def waiting_code(browser: str, purpose: str, *, now: datetime) -> WaitingCode | None:
    """The newest code that was sent to this browser within a day and not used. One query."""
    newest = (
        SignInCode.objects.filter(browser_hash=browser_hash(browser), purpose=purpose, sent_at__gt=now - DAY)
        .order_by("-sent_at")
        .first()
    )
    if newest is None or newest.used_at is not None:
        return None
    is_over = newest.expires_at <= now or newest.wrong_tries >= WRONG_TRIES_MAX
    again_at = newest.sent_at if newest.was_not_sent else newest.sent_at + HALF_MINUTE
    return WaitingCode(newest.contact, newest.expires_at, again_at, is_over)


def is_known(contact: Contact, browser: str, *, now: datetime) -> bool:
    """Whether this browser signed in with this contact before: a stranger's requests are not counted with its own."""
    return SignInCode.objects.filter(
        contact=contact.value,
        browser_hash=browser_hash(browser),
        purpose=Purpose.SIGN_IN,
        used_at__gt=now - timedelta(days=settings.JOEY_KNOWN_BROWSER_DAYS),
    ).exists()


def digits_of_next(contact: Contact, *, now: datetime) -> int:
    """How long the next code for this contact is. Two queries."""
    of_contact = _short(now - DAY - LIFE).filter(contact=contact.value)[:SHORT_CODES_OF_CONTACT].count()
    is_flood = of_contact >= SHORT_CODES_OF_CONTACT or is_flooded(now=now)
    return DIGITS_IN_A_FLOOD if is_flood else DIGITS


def is_flooded(*, now: datetime) -> bool:
    """Whether so many codes of the last hour were not entered that all new ones are long."""
    return bool(_short(now - HOUR - LIFE)[:SHORT_CODES_IN_ALL].count() >= SHORT_CODES_IN_ALL)


def _short(since: datetime) -> QuerySet[SignInCode]:
    """The codes of six digits since then that were not used: each could be guessed at WRONG_TRIES_MAX times."""
    return SignInCode.objects.filter(sent_at__gt=since, used_at=None, is_long=False)
