"""Whether it is the keeper of a shop who goes on from it: by the session that they sent, and for this moment only."""

import logging
import re
from uuid import UUID

from django.contrib.auth import SESSION_KEY

from joey.edge.look_up import DatabaseUnavailable, LookUp
from joey.people.queries import OPEN_SESSION, OpenSession
from joey.people.session_store import SessionStore

logger = logging.getLogger(__name__)

_KEY = re.compile(r"[a-z0-9]{32}")  # as Django makes them


class KnowKeeper:
    """Compares the person of a session with the keeper of a shop. Who any other visitor is is read, and dropped."""

    def __init__(self, look_up: LookUp) -> None:
        self._look_up = look_up

    async def is_signed_in(self, session: str, keeper_id: UUID) -> bool:
        """Whether the session is the keeper's. One query; False where the database does not answer in time."""
        if not _KEY.fullmatch(session):
            return False
        try:
            found = await self._look_up.one(OpenSession, OPEN_SESSION, [session])
        except DatabaseUnavailable:
            logger.warning("not known whether a shop's keeper went on: the database is unavailable")
            return False
        return found is not None and SessionStore().decode(found.session_data).get(SESSION_KEY) == str(keeper_id)
