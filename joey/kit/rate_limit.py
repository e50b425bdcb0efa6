"""How often something may be done: one row for each limit and key, counted by one upsert.

A window opens with the first hit and admits `most` hits; the first hit after its end opens the next one. Two
connections count on the same row, so its lock makes the limit exact.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from joey.kit import sql
from joey.kit.keyed_hash import keyed_hash
from joey.kit.refusals import Text, TooMany
from joey.kit.security_log import note_refused

HIT = """
INSERT INTO kit_ratewindow AS w (digest, hits, ends_at)
SELECT digest, 1, ends_at FROM unnest(%(digests)s::bytea[], %(ends)s::timestamptz[]) AS hit (digest, ends_at)
ORDER BY digest  -- everyone locks in the same order
ON CONFLICT (digest) DO UPDATE SET
  hits = CASE WHEN w.ends_at <= %(now)s THEN 1 ELSE w.hits + 1 END,
  ends_at = CASE WHEN w.ends_at <= %(now)s THEN excluded.ends_at ELSE w.ends_at END
RETURNING digest, hits, ends_at
"""

HIT_ALONE = """
INSERT INTO kit_ratewindow AS w (digest, hits, ends_at)
VALUES (%(digest)s, 1, clock_timestamp() + %(window)s)
ON CONFLICT (digest) DO UPDATE SET
  hits = CASE WHEN w.ends_at <= clock_timestamp() THEN 1 ELSE w.hits + 1 END,
  ends_at = CASE WHEN w.ends_at <= clock_timestamp() THEN excluded.ends_at ELSE w.ends_at END
WHERE w.hits < %(most)s OR w.ends_at <= clock_timestamp()
RETURNING 1
"""
WAIT = """
SELECT ceil(extract(epoch FROM ends_at - clock_timestamp()))::int, ends_at FROM kit_ratewindow WHERE digest = %s
"""
FULL = "SELECT digest, hits, ends_at FROM kit_ratewindow WHERE digest = ANY(%(digests)s::bytea[]) AND ends_at > %(now)s"


@dataclass(frozen=True)
class Limit:
    """At most `most` hits within `window` for each key. `name` keeps one limit's keys apart from another's."""

    name: str
    most: int
    window: timedelta

    def digest(self, key: str) -> bytes:
        """What is stored instead of the key, which may be an address or a contact, and could be guessed from a hash."""
        text = f"joey.kit.rate_limit\0{self.name}\n{key}"
        return keyed_hash(text.encode("utf-8", "replace"))


def hit(*counted: tuple[Limit, str], now: datetime, text: Text, field: str | None = None) -> None:
    """Count one hit for each (limit, key). Raises TooMany with `text` and `retry_after` when one is over its limit.

    Call it inside the transaction of what is counted: a refusal, or whatever undoes the transaction, undoes the count,
    so a refused attempt neither counts nor makes the wait longer. One statement.
    """
    assert sql.inside_transaction(), "a refusal has to undo what was counted beside it"
    limits = {limit.digest(key): limit for limit, key in counted}
    ends = [now + limit.window for limit in limits.values()]
    found = sql.tuples(HIT, {"digests": list(limits), "ends": ends, "now": now})
    over = [(bytes(digest), ends_at) for digest, hits, ends_at in found if hits > limits[bytes(digest)].most]
    for digest, ends_at in over:
        _note(limits[digest], digest, ends_at)
    if over:
        longest = max(ends_at - now for _digest, ends_at in over)
        raise TooMany(text, field=field, retry_after=max(1, -(-longest // timedelta(seconds=1))))


def hit_alone(limit: Limit, key: str, *, text: Text) -> None:
    """Count one hit where no transaction is open, before what is counted is known. One statement. Raises TooMany."""
    if not sql.tuples(HIT_ALONE, {"digest": limit.digest(key), "window": limit.window, "most": limit.most}):
        digest = limit.digest(key)
        seconds, ends_at = next(iter(sql.tuples(WAIT, [digest])), (1, None))  # None: it has ended since
        if ends_at is not None:
            _note(limit, digest, ends_at)
        raise TooMany(text, retry_after=max(1, seconds))


def _note(limit: Limit, digest: bytes, ends_at: datetime) -> None:
    """Into the security log, once in a window."""
    facts = {"limit": limit.name, "until": ends_at.isoformat()}
    note_refused("limit.reached", facts=facts, once=f"{digest.hex()} {int(ends_at.timestamp())}")


def used_up(counted: Iterable[tuple[Limit, str]], *, now: datetime) -> list[tuple[Limit, str, datetime]]:
    """Of these (limit, key), those that admit no more now, with the end of their window. One query."""
    asked = {limit.digest(key): (limit, key) for limit, key in counted}
    found = sql.tuples(FULL, {"digests": list(asked), "now": now})
    return [(*asked[bytes(digest)], ends_at) for digest, hits, ends_at in found if hits >= asked[bytes(digest)][0].most]
