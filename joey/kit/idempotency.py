"""A write that carries a key happens once, however often it is sent.

The answer is kept in the transaction of the effect itself: whoever is killed half-way leaves neither, and the same
request may be sent again. Only answers of writes that worked are kept; a refused one moved nothing and may be retried.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import Conflict, Invalid

FIELD = "Idempotency-Key"


class KeyUsedBefore(Invalid):
    """The key belongs to a write with another body."""

    code = "idempotency_key_used_before"


class StillInProgress(Conflict):
    """The same write is being done at this moment, on another connection."""

    code = "still_in_progress"


@dataclass(frozen=True)
class Answer:
    """A status and a JSON body. `replayed`: it was given before, and nothing was done this time."""

    status: int
    body: Any
    replayed: bool = False


def read_key(text: str) -> str:
    """The key as sent: 1 to 200 visible ASCII signs. Raises Invalid naming the header."""
    if not re.fullmatch(r"[!-~]{1,200}", text):
        raise Invalid(
            _("An Idempotency-Key is 1 to 200 plain characters without blanks, new for each write."), field=FIELD
        )
    return text


def answer_once(*, principal: str, route: str, key: str, request: Any, write: Callable[[], Answer]) -> Answer:
    """What `write` answers, or what it answered when this principal sent this key on this route before.

    `request` is the JSON that was sent. Raises KeyUsedBefore for another one under the same key, StillInProgress
    while another connection is at it, and whatever `write` raises (nothing is kept then).

    Two connections with one key: the advisory lock lets one in and ends with its transaction, so the other sees
    either the kept answer or none. Scope and hash as in draft-ietf-httpapi-idempotency-key-header-06.
    """
    digest = hashlib.sha256(json.dumps(request, sort_keys=True, ensure_ascii=False).encode()).digest()
    with _one_transaction():
        mine = sql.value(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"once:{principal}\n{route}\n{key}"]
        )
        if not mine:
            raise StillInProgress(_("This write is being done at this moment. Ask again in a second."))
        kept = sql.one(
            "SELECT request_sha256, status, body::text AS body FROM kit_idempotentanswer"
            " WHERE (principal, route, key) = (%s, %s, %s)",
            [principal, route, key],
        )
        if kept is not None:
            if bytes(kept["request_sha256"]) != digest:
                raise KeyUsedBefore(
                    _("This Idempotency-Key was used for something else. Use a new key for a new write."), field=FIELD
                )
            return Answer(kept["status"], json.loads(kept["body"]), replayed=True)
        answer = write()
        sql.execute(
            "INSERT INTO kit_idempotentanswer (principal, route, key, request_sha256, status, body)"
            " VALUES (%s, %s, %s, %s, %s, %s::jsonb)",
            [principal, route, key, digest, answer.status, json.dumps(answer.body)],
        )
        return answer


@contextmanager
def _one_transaction() -> Iterator[None]:
    """One transaction around an entry verb and the row about it.

    An entry verb is `durable`: it refuses to run inside another `atomic`, since its caller could undo what it
    called done. Here nobody hears of it before the commit below, so the transaction is opened by hand, and the
    verb's own `atomic` is a savepoint in it.
    """
    if connection.in_atomic_block:  # a test's transaction, which is never committed anyway
        yield
        return
    transaction.set_autocommit(False)
    try:
        yield
        transaction.commit()
    except BaseException:
        _undo()
        raise
    finally:
        if connection.connection is not None:
            transaction.set_autocommit(True)


def _undo() -> None:
    try:
        transaction.rollback()
    except Exception:  # noqa: BLE001 (the connection is gone, and the server has undone all of it)
        connection.close()
