"""How long a session lasts, and a person's own: each ends when it is not used, after a month, or when they end it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import NotFound
from joey.kit.security_log import note
from joey.people.actors import name_of
from joey.people.models import Person, PersonSession
from joey.people.session_store import AGENT, SEEN_AT, SIGNED_IN_AT

NOTED_EVERY = timedelta(minutes=5)  # a page is no reason to write each time
AGENT_MOST = 300


@dataclass(frozen=True)
class SessionRow:
    """One session for its person's eyes. `id` names it without opening it."""

    id: str
    agent: str
    signed_in_at: datetime | None
    seen_at: datetime | None
    is_this: bool


def begin_session(session: SessionBase, person: Person, *, agent: str, now: datetime) -> None:
    """Note in a session that just began whose browser it is and since when."""
    session[SIGNED_IN_AT] = session[SEEN_AT] = now.isoformat()
    session[AGENT] = agent[:AGENT_MOST]
    _keep_until(session, person, now)


def note_use(session: SessionBase, person: Person, *, now: datetime) -> None:
    """A page was opened in it: the time without use counts from now on, and the month goes on."""
    seen = session.get(SEEN_AT)
    if seen and now - datetime.fromisoformat(seen) >= NOTED_EVERY:
        session[SEEN_AT] = now.isoformat()
        _keep_until(session, person, now)


def idle_hours(person: Person) -> int:
    """After how many hours without use a session of theirs ends."""
    return int(settings.JOEY_OFFICE_IDLE_HOURS if person.is_operator else settings.JOEY_IDLE_HOURS)


def _keep_until(session: SessionBase, person: Person, now: datetime) -> None:
    end = datetime.fromisoformat(session[SIGNED_IN_AT]) + timedelta(days=settings.JOEY_SESSION_DAYS)
    session.set_expiry(max(1, int(min(timedelta(hours=idle_hours(person)), end - now).total_seconds())))


def sessions_of(person: Person, *, this_key: str | None, now: datetime) -> list[SessionRow]:
    """The person's open sessions, the last used first. One query."""
    rows = PersonSession.objects.filter(person=person, expire_date__gt=now).order_by("-seen_at")
    return [
        SessionRow(_id(row.session_key), row.agent, row.signed_in_at, row.seen_at, row.session_key == this_key)
        for row in rows
    ]


@transaction.atomic
def end_session_of(person: Person, session_id: str) -> None:
    """End one of the person's sessions: its next page asks for a code. Raises NotFound."""
    for row in PersonSession.objects.filter(person=person):
        if _id(row.session_key) == session_id:
            row.delete()
            _note_ended(row, by=person)
            return
    raise NotFound(_("There is no such session; it may have ended already."))


@transaction.atomic
def end_sessions_of(person: Person, *, by: Person | None, but: str | None = None) -> int:
    """End all of the person's sessions, or all but the one with this key; how many. `by` None: from the terminal."""
    ended = list(PersonSession.objects.filter(person=person).exclude(session_key=but or ""))
    PersonSession.objects.filter(pk__in=[row.pk for row in ended]).delete()
    for row in ended:
        _note_ended(row, by=by)
    return len(ended)


@transaction.atomic
def sign_out(request: HttpRequest) -> None:
    """End the session of this request, where someone is signed in; with none, nothing happens."""
    row = PersonSession.objects.filter(pk=request.session.session_key).exclude(person=None).first()
    logout(request)
    if row is not None:
        _note_ended(row, by=row.person)


def _note_ended(row: PersonSession, *, by: Person | None) -> None:
    facts = {"by": name_of(by), "of": str(row.person_id)}
    note("session.ended", person=by.pk if by else None, about=f"session:{_id(row.session_key)}", facts=facts)


def _id(session_key: str) -> str:
    return hashlib.sha256(f"joey.people.session\0{session_key}".encode()).hexdigest()[:32]
