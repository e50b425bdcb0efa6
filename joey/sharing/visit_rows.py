"""Clicks and outbound clicks as rows of PostgreSQL's binary COPY, for the fast path: made once, sent as they are.

COPY costs the server half of an INSERT of the same set and Joey a third, and what is the same for every visit of a
link is packed once (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"). COPY knows no ON
CONFLICT: a set that may be there already is sent by AGAIN_*, which takes the way round by a temporary table. Time is
the column's default: a stable function, so that COPY may write many rows to a page at once.
"""

from typing import NamedTuple
from uuid import UUID

from joey.sharing.models import Click

_CLICK = "(id, shop_id, link_id, listing_id, visitor_key, visitor, referrer_host)"
_OUTBOUND_CLICK = "(id, click_id, shop_id, marketplace, lease_id)"
_IN = "FROM STDIN (FORMAT BINARY)"

COPY_CLICKS = f"COPY sharing_click {_CLICK} {_IN}"
COPY_OUTBOUND_CLICKS = f"COPY sharing_outboundclick {_OUTBOUND_CLICK} {_IN}"


def _again(table: str, columns: str) -> str:
    return (
        f"CREATE TEMP TABLE again_{table} (LIKE {table} INCLUDING DEFAULTS) ON COMMIT DROP;"
        f" COPY again_{table} {columns} {_IN};"
        f" INSERT INTO {table} SELECT * FROM again_{table} ON CONFLICT (id) DO NOTHING"
    )


AGAIN_CLICKS = _again("sharing_click", _CLICK)
AGAIN_OUTBOUND_CLICKS = _again("sharing_outboundclick", _OUTBOUND_CLICK)

_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_UUID = b"\0\0\0\x10"  # every field stands after its length in bytes; -1 is NULL
_NULL = b"\xff\xff\xff\xff"
_CLICK_FIELDS, _OUTBOUND_CLICK_FIELDS = b"\0\7" + _UUID, b"\0\5" + _UUID


def _text(value: str) -> bytes:
    told = value.encode()
    return len(told).to_bytes(4, "big") + told


_VISITORS = {visitor: _text(visitor.value) for visitor in Click.Visitor}
_NO_REFERRER = _text("")


class ClickedLink(NamedTuple):
    """What all clicks on one link have in common, packed."""

    packed: bytes

    @classmethod
    def of(cls, shop_id: UUID, link_id: UUID, listing_id: UUID) -> "ClickedLink":
        return cls(_UUID + shop_id.bytes + _UUID + link_id.bytes + _UUID + listing_id.bytes + _UUID)

    def row(self, click_id: bytes, visitor_key: bytes, visitor: Click.Visitor, referrer_host: str = "") -> bytes:
        """One click. `click_id` and `visitor_key` are 16 bytes."""
        referrer = _text(referrer_host) if referrer_host else _NO_REFERRER
        return b"".join((_CLICK_FIELDS, click_id, self.packed, visitor_key, _VISITORS[visitor], referrer))


class WayTo(NamedTuple):
    """What all outbound clicks to one place have in common, packed. `lease_id` None: visits there earn nothing."""

    packed: bytes

    @classmethod
    def of(cls, shop_id: UUID, marketplace: str, lease_id: UUID | None) -> "WayTo":
        lease = _NULL if lease_id is None else _UUID + lease_id.bytes
        return cls(_UUID + shop_id.bytes + _text(marketplace) + lease)

    def row(self, outbound_click_id: bytes, click_id: bytes) -> bytes:
        """One outbound click; both ids are 16 bytes."""
        return b"".join((_OUTBOUND_CLICK_FIELDS, outbound_click_id, _UUID, click_id, self.packed))


def stream(rows: list[bytes]) -> bytes:
    """What COPY reads: its signature, the rows, its end."""
    return b"".join((_BEGIN, *rows, _END))
