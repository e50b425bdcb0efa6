"""Our own ids and public codes: time-ordered for us, unguessable for strangers."""

import secrets
from datetime import datetime
from uuid import UUID

import uuid_utils
from django.db.models import Func, UUIDField

# No vowels and no look-alikes (0/o, 1/l/i): a code can be read out and never spells a word.
CODE_ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): the day is in the id, so rows are in time order."""
    return UUID(int=uuid_utils.uuid7().int)


def new_id_bytes() -> bytes:
    """The same as its 16 bytes, for code that makes thousands a second and never reads them."""
    raw: bytes = uuid_utils.uuid7().bytes
    return raw


def id_at(moment: datetime) -> UUID:
    """A UUIDv7 as it would have been made at `moment`, for rows that are written later than they happened."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62))


def new_code(length: int = 12) -> str:
    """A public code of `length` characters, about 4.8 bits each, from the system's random source."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


class RowId(Func):
    """The database's own UUIDv7 for rows whose id is never shown: ordered to the microsecond, cheap, not secret."""

    function = "joey_row_id"
    arity = 0
    output_field = UUIDField()
