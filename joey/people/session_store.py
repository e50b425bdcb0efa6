"""Django's sessions in a table of ours that knows whose each is, so that a person can see and end their own."""

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions

from joey.people.models import PersonSession

SIGNED_IN_AT, SEEN_AT, AGENT = "signed_in_at", "seen_at", "agent"


class SessionStore(DatabaseSessions):
    """Settings name this module; Django asks it for a class of this name."""

    @classmethod
    def get_model_class(cls) -> Any:
        return PersonSession

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.person_id = data.get(SESSION_KEY)
        row.signed_in_at, row.seen_at = _time(data.get(SIGNED_IN_AT)), _time(data.get(SEEN_AT))
        row.agent = str(data.get(AGENT, ""))
        return row


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
