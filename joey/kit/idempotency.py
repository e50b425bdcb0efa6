"""A write that carries a key happens once, however often it is sent. Only answers of writes that worked are kept.

A write that touches nothing but the database keeps its answer in the transaction of its effect (`answer_once`): a
process killed midway leaves neither. A write that calls a marketplace must not hold a transaction open during the
call, so its key is claimed and committed first (`answer_once_outside`); it has to be safe to repeat.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import Error, connection, transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import Conflict, Invalid

FIELD = "Idempotency-Key"
CLAIMED_FOR = timedelta(seconds=60)  # longer than any request may take (site/time_bound.py, clients' own time limits)


class KeyUsedBefore(Invalid):
    """The key belongs to a write with another body."""

    code = "idempotency_key_used_before"


class StillInProgress(Conflict):
    """The same write is in progress on another connection."""

    code = "still_in_progress"


class AnswerErased(Conflict):
    """The write was answered, and the answer was erased. It is not done again; `status` is what it was answered."""

    code = "answer_erased"


@dataclass(frozen=True)
class Answer:
    """A status and a JSON body. `replayed`: the answer of an earlier request; nothing was done for this one."""

    status: int
    body: Any
    replayed: bool = False


def principal_of(person_id: UUID, shop_id: UUID | None) -> str:
    """A token for one shop is a caller of its own: it learns nothing of what the person did beyond that shop."""
    return person_id.hex + (shop_id.hex if shop_id else "")


def erase_answers(*, person_id: UUID | None = None, about: Iterable[UUID] = ()) -> None:
    """Erase what this person was answered, and what anyone was about these ids. Their keys stay."""
    sql.execute(
        "UPDATE kit_idempotentanswer SET body = NULL WHERE body IS NOT NULL"
        " AND (left(principal, 32) = %s OR body ->> 'id' = ANY(%s))",
        [person_id.hex if person_id else None, [str(each) for each in about]],
    )


def read_key(text: str, *, field: str = FIELD) -> str:
    """The key as sent: 1 to 200 visible ASCII characters. Raises Invalid naming `field`."""
    if not re.fullmatch(r"[!-~]{1,200}", text):
        raise Invalid(
            _("An Idempotency-Key is 1 to 200 plain characters without blanks, new for each write."), field=field
        )
    return text


def key_digest(owner_id: UUID, key: str) -> bytes:
    """What a row that is never deleted keeps of a key: its writer chose the characters, so they may name a person."""
    return hashlib.sha256(f"{owner_id} {key}".encode()).digest()


def answer_once(*, principal: str, route: str, key: str, request: Any, write: Callable[[], Answer]) -> Answer:
    """What `write` answers, or what it answered when this principal sent this key on this route before.

    `request` is the JSON that was sent. Raises KeyUsedBefore for another one under the same key, StillInProgress
    while another connection runs the write, AnswerErased, and whatever `write` raises (nothing is kept then).

    Two connections with one key: the advisory lock lets one in and ends with its transaction, so the other sees
    either the kept answer or none. Scope and hash as in draft-ietf-httpapi-idempotency-key-header-06.
    """
    digest = _digest(request)
    with _one_transaction():
        mine = sql.value(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"once:{principal}\n{route}\n{key}"]
        )
        if not mine:
            raise _still_in_progress()
        kept = _kept(principal, route, key, digest)
        if kept is not None:
            return kept
        answer = write()
        sql.execute(
            "INSERT INTO kit_idempotentanswer (principal, route, key, request_sha256, status, body)"
            " VALUES (%s, %s, %s, %s, %s, %s::jsonb)",
            [principal, route, key, digest, answer.status, json.dumps(answer.body)],
        )
        return answer


CLAIM = """
INSERT INTO kit_idempotentanswer AS kept (principal, route, key, request_sha256, claim, claimed_until)
VALUES (%(principal)s, %(route)s, %(key)s, %(digest)s, %(claim)s, clock_timestamp() + %(for)s)
ON CONFLICT (principal, route, key) DO UPDATE SET claim = excluded.claim, claimed_until = excluded.claimed_until
WHERE kept.status IS NULL AND kept.claimed_until < clock_timestamp() AND kept.request_sha256 = excluded.request_sha256
"""


def answer_once_outside(*, principal: str, route: str, key: str, request: Any, write: Callable[[], Answer]) -> Answer:
    """The same for a `write` that calls the outside world: no transaction is open while it runs.

    The key is claimed in a transaction of its own. When `write` raises, the claim is given back. A process killed
    midway leaves the claim, which ends after CLAIMED_FOR: then the same key may be sent again and runs `write` again,
    so only a write that finds what it made before may be called this way. Money never is.
    """
    assert not connection.in_atomic_block, "the claim must be committed before the call"
    digest, claim = _digest(request), uuid4()
    named = {"principal": principal, "route": route, "key": key, "digest": digest, "claim": claim}
    if not sql.execute(CLAIM, named | {"for": CLAIMED_FOR}):
        kept = _kept(principal, route, key, digest)
        if kept is None:
            raise _still_in_progress()
        return kept
    try:
        answer = write()
    except BaseException:
        with suppress(Error):  # a database that is gone keeps the claim, which ends by itself
            sql.execute("DELETE FROM kit_idempotentanswer WHERE claim = %(claim)s AND status IS NULL", named)
        raise
    sql.execute(
        "UPDATE kit_idempotentanswer SET status = %(status)s, body = %(body)s::jsonb"
        " WHERE claim = %(claim)s AND status IS NULL",
        named | {"status": answer.status, "body": json.dumps(answer.body)},
    )
    return answer


def _kept(principal: str, route: str, key: str, digest: bytes) -> Answer | None:
    """The answer kept under the key; None when there is none yet. Raises KeyUsedBefore, AnswerErased."""
    kept = sql.one(
        "SELECT request_sha256, status, body::text AS body FROM kit_idempotentanswer"
        " WHERE (principal, route, key) = (%s, %s, %s)",
        [principal, route, key],
    )
    if kept is None:
        return None
    if bytes(kept["request_sha256"]) != digest:
        raise KeyUsedBefore(
            _("This Idempotency-Key was used for something else. Use a new key for a new write."), field=FIELD
        )
    if kept["status"] is None:
        return None
    if kept["body"] is None:
        text = _("This write was answered before, and the answer was erased. Nothing was done again.")
        raise AnswerErased(text, status=kept["status"])
    return Answer(kept["status"], json.loads(kept["body"]), replayed=True)


def _digest(request: Any) -> bytes:
    return hashlib.sha256(json.dumps(request, sort_keys=True, ensure_ascii=False).encode()).digest()


def _still_in_progress() -> StillInProgress:
    return StillInProgress(_("This write is in progress. Send it again in a second."))


@contextmanager
def _one_transaction() -> Iterator[None]:
    """One transaction around an entry verb and the row about it.

    An entry verb is `durable`: it refuses to run inside another `atomic`, since its caller could undo what it
    called done. Here no answer leaves before the commit below, so the transaction is opened by hand, and the
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
