"""The one place that writes clicks and outbound clicks: many share a commit, and each is answered only after it.

A set is a list of steps, and the steps are the same whichever way they are sent. The fast path sends them all in one
message (copy_in.py), which needs parts of psycopg beside its documented interface. Where those are missing, or
JOEY_PLAIN_COPY is set, psycopg's documented copy() sends the same steps one by one inside a transaction; on Django's
connection, where a few milliseconds do not matter, it always does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection as django_connection
from django.db import transaction

from joey.sharing.click_rows import CLICK_COLUMNS, OUTBOUND_CLICK_COLUMNS, ClickedDestination, ClickedLink, stream
from joey.sharing.models import Click

try:
    from joey.sharing.copy_in import copy_in
except (ImportError, AttributeError):  # another psycopg, whose inner parts have other names
    copy_in = None  # type: ignore[assignment]

# An outbound click uses its lease. To the hour is exact enough, and keeps a busy lease from being written at every
# click; rows in id order, so that two writers cannot wait for each other.
TOUCH_LEASES = """
    UPDATE sharing_positionlease SET last_used_at = clock_timestamp() WHERE id IN (
        SELECT id FROM sharing_positionlease
        WHERE id = ANY(ARRAY[{leases}]::uuid[]) AND last_used_at < clock_timestamp() - interval '1 hour'
        ORDER BY id FOR UPDATE SKIP LOCKED
    )
"""


@dataclass(frozen=True, slots=True)
class WriteStep:
    """One statement of a set; with `rows` it is a COPY and these bytes are what it reads."""

    statement: str
    rows: bytes | None = None


@dataclass(frozen=True, slots=True)
class NewClick:
    """A link was opened. `at` None: the database's clock at the moment of writing."""

    id: UUID
    shop_id: UUID
    link_id: UUID
    listing_id: UUID
    visitor_key: bytes
    visitor: Click.Visitor
    referrer_host: str = ""
    at: datetime | None = None

    @property
    def row(self) -> bytes:
        link = ClickedLink.of(self.shop_id, self.link_id, self.listing_id)
        if self.at is None:
            return link.row(self.id.bytes, self.visitor_key, self.visitor, self.referrer_host)
        return link.row_at(self.at, self.id.bytes, self.visitor_key, self.visitor, self.referrer_host)


@dataclass(frozen=True, slots=True)
class NewOutboundClick:
    """One visitor going on to the marketplace after a click. `lease_id` None: no lease is used there."""

    id: UUID
    click_id: UUID
    shop_id: UUID
    marketplace: str
    lease_id: UUID | None
    at: datetime | None = None
    by_keeper: bool = False

    @property
    def row(self) -> bytes:
        place = ClickedDestination.of(self.shop_id, self.marketplace, self.lease_id)
        if self.at is None:
            return place.row(self.id.bytes, self.click_id.bytes, by_keeper=self.by_keeper)
        return place.row_at(self.at, self.id.bytes, self.click_id.bytes, by_keeper=self.by_keeper)


async def write_clicks(
    connection: psycopg.AsyncConnection,
    *,
    clicks: list[bytes],
    outbound_clicks: list[bytes],
    leases: Sequence[UUID] = (),
    repeat: bool = False,
) -> None:
    """Write the rows of `click_rows` and touch the leases in one transaction; returns once it is committed.

    `repeat`: some of the rows may be there already, because the answer to an earlier try was lost; they stay as they
    are. Raises what psycopg raises; after an OperationalError the outcome is unknown.
    """
    steps = _steps("sharing_click", CLICK_COLUMNS, clicks, repeat=repeat)
    steps += _steps("sharing_outboundclick", OUTBOUND_CLICK_COLUMNS, outbound_clicks, repeat=repeat)
    if leases:
        listed = ", ".join(f"'{lease}'" for lease in leases)  # UUIDs of ours: nothing to escape in them
        steps.append(WriteStep(TOUCH_LEASES.format(leases=listed)))
    if copy_in is not None and not settings.JOEY_PLAIN_COPY:
        await copy_in(
            connection,
            ";".join(step.statement for step in steps),
            [step.rows for step in steps if step.rows is not None],
        )
        return
    async with connection.transaction(), connection.cursor() as cursor:
        for step in steps:
            if step.rows is None:
                await cursor.execute(step.statement)
            else:
                async with cursor.copy(step.statement) as copy:
                    await copy.write(step.rows)


def record_clicks(batch: Iterable[NewClick]) -> int:
    """Write the clicks on Django's connection; how many were new."""
    return _record("sharing_click", CLICK_COLUMNS, batch)


def record_outbound_clicks(batch: Iterable[NewOutboundClick]) -> int:
    """Write the outbound clicks on Django's connection; how many were new."""
    return _record("sharing_outboundclick", OUTBOUND_CLICK_COLUMNS, batch)


@transaction.atomic
def _record(table: str, columns: str, batch: Iterable[NewClick] | Iterable[NewOutboundClick]) -> int:
    now: list[bytes] = []
    dated: list[bytes] = []
    for each in batch:
        (now if each.at is None else dated).append(each.row)
    steps = _steps(table, columns, now, repeat=True) + _steps(table, f"{columns}, at", dated, repeat=True)
    new = 0
    with django_connection.cursor() as cursor:
        for step in steps:
            if step.rows is None:
                cursor.execute(step.statement)
                new += max(cursor.rowcount, 0) if step.statement.startswith("INSERT") else 0
            else:
                with cursor.copy(step.statement) as copy:
                    copy.write(step.rows)
    return new


def _steps(table: str, columns: str, rows: list[bytes], *, repeat: bool) -> list[WriteStep]:
    """COPY into the table; COPY knows no ON CONFLICT, so a repeated set takes a detour by a temporary table."""
    if not rows:
        return []
    if not repeat:
        return [WriteStep(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)", stream(rows))]
    return [
        WriteStep(f"DROP TABLE IF EXISTS pg_temp.repeat_{table}"),
        WriteStep(f"CREATE TEMP TABLE repeat_{table} (LIKE {table} INCLUDING DEFAULTS) ON COMMIT DROP"),
        WriteStep(f"COPY repeat_{table} ({columns}) FROM STDIN (FORMAT BINARY)", stream(rows)),
        WriteStep(f"INSERT INTO {table} SELECT * FROM repeat_{table} ON CONFLICT DO NOTHING"),
    ]
