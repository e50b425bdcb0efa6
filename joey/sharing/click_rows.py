"""Clicks and outbound clicks as rows of PostgreSQL's binary COPY: packed once, sent as they are.

COPY costs the server half of an INSERT of the same set and this process a third, and what is the same for every click
on a link is packed once (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"). Without a time of
its own a row takes the column's default, a stable function, so that COPY may write many rows to a page at once.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from joey.sharing.models import Click

CLICK_COLUMNS = "id, shop_id, link_id, listing_id, visitor_key, visitor, referrer_host"
OUTBOUND_CLICK_COLUMNS = "id, click_id, shop_id, marketplace, lease_id, by_keeper"

_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_UUID = b"\0\0\0\x10"  # every field follows its length in bytes; -1 is NULL
_TIME = b"\0\0\0\x08"
_NULL = b"\xff\xff\xff\xff"
_NO, _YES = b"\0\0\0\1\0", b"\0\0\0\1\1"
_CLICK_FIELDS, _CLICK_FIELDS_WITH_TIME = b"\0\7" + _UUID, b"\0\x08" + _UUID
_OUTBOUND_FIELDS, _OUTBOUND_FIELDS_WITH_TIME = b"\0\6" + _UUID, b"\0\7" + _UUID
_EPOCH, _MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)  # PostgreSQL's own


def _text(value: str) -> bytes:
    encoded = value.encode()
    return len(encoded).to_bytes(4, "big") + encoded


def _time(moment: datetime) -> bytes:
    return _TIME + ((moment - _EPOCH) // _MICROSECOND).to_bytes(8, "big", signed=True)


_VISITORS = {visitor: _text(visitor.value) for visitor in Click.Visitor}
_NO_REFERRER = _text("")


class ClickedLink(NamedTuple):
    """What all clicks on one link have in common, packed."""

    packed: bytes

    @classmethod
    def of(cls, shop_id: UUID, link_id: UUID, listing_id: UUID) -> "ClickedLink":
        return cls(_UUID + shop_id.bytes + _UUID + link_id.bytes + _UUID + listing_id.bytes + _UUID)

    def row(self, click_id: bytes, visitor_key: bytes, visitor: Click.Visitor, referrer_host: str = "") -> bytes:
        """One click at the database's time. `click_id` and `visitor_key` are 16 bytes."""
        referrer = _text(referrer_host) if referrer_host else _NO_REFERRER
        return b"".join((_CLICK_FIELDS, click_id, self.packed, visitor_key, _VISITORS[visitor], referrer))

    def row_at(
        self, at: datetime, click_id: bytes, visitor_key: bytes, visitor: Click.Visitor, referrer_host: str = ""
    ) -> bytes:
        """One click at a time of its own."""
        fields = (click_id, self.packed, visitor_key, _VISITORS[visitor], _text(referrer_host), _time(at))
        return b"".join((_CLICK_FIELDS_WITH_TIME, *fields))


class ClickedDestination(NamedTuple):
    """What all outbound clicks to one place have in common, packed. `lease_id` None: no lease is used there."""

    packed: bytes

    @classmethod
    def of(cls, shop_id: UUID, marketplace: str, lease_id: UUID | None) -> "ClickedDestination":
        lease = _NULL if lease_id is None else _UUID + lease_id.bytes
        return cls(_UUID + shop_id.bytes + _text(marketplace) + lease)

    def row(self, outbound_click_id: bytes, click_id: bytes, *, by_keeper: bool = False) -> bytes:
        """One outbound click at the database's time; both ids are 16 bytes."""
        mark = _YES if by_keeper else _NO
        return b"".join((_OUTBOUND_FIELDS, outbound_click_id, _UUID, click_id, self.packed, mark))

    def row_at(self, at: datetime, outbound_click_id: bytes, click_id: bytes, *, by_keeper: bool = False) -> bytes:
        """One outbound click at a time of its own."""
        mark = _YES if by_keeper else _NO
        fields = (outbound_click_id, _UUID, click_id, self.packed, mark, _time(at))
        return b"".join((_OUTBOUND_FIELDS_WITH_TIME, *fields))


def stream(rows: list[bytes]) -> bytes:
    """What COPY reads: its signature, the rows, its end."""
    return b"".join((_BEGIN, *rows, _END))
