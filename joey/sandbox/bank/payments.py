"""Take payment files and let their payments settle or be rejected, each at most once unless a test breaks the bank."""

import hashlib
import re
from sqlite3 import Row
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.bank import troubles
from joey.sandbox.bank.payment_file import Payment, refused
from joey.sandbox.refused import conflict, invalid, missing
from joey.sandbox.world.state import World

ACCEPTED, SETTLED, REJECTED = "accepted", "settled", "rejected"
RIPE_AFTER_SECONDS = 2
REASON_CODE = re.compile(r"[A-Z]{2}\d{2}", re.ASCII)


def take_file(world: World, message_id: str, body: bytes, payments: list[Payment]) -> dict[str, Any]:
    """Accept a new file. Raises Refused 409 for an end-to-end id that any earlier file had, even with the same content,
    because a payer who makes a new file of old payments would pay twice.

    By a trouble raises Refused 422, before the file is kept or after it, and 504 for a file that is paid at once and
    whose answer does not come.
    """
    if troubles.strike(world, troubles.REFUSE_FILES, file=message_id):
        raise refused("file", "the bank takes no files now")
    _keep(world, message_id, _digest(body), payments)
    if troubles.strike(world, troubles.PAY_THEN_TIME_OUT, file=message_id):
        ripen(world, message_id, at_once=True)
        raise refused("file", "the bank did not answer in time", 504)
    _refuse_after_accepting(world, message_id)
    return _accepted(world, message_id)


def take_again(world: World, message_id: str, body: bytes) -> dict[str, Any] | None:
    """The answer that these bytes got before; None for a new id. They move nothing, unless the bank forgot its keys.

    Raises Refused 409 for other bytes under a known id.
    """
    known = world.row("SELECT digest FROM bank_file WHERE message_id = ?", message_id)
    if known is None:
        return None
    if known["digest"] != _digest(body):
        raise refused("MsgId", "this message id was used for another file", 409)
    forgot = troubles.strike(world, troubles.FORGET_KEYS, file=message_id)
    with world.change() as db:
        db.execute("UPDATE bank_file SET times_received = times_received + 1 WHERE message_id = ?", (message_id,))
        if forgot:
            db.execute(
                "UPDATE bank_payment SET times_paid = times_paid + 1 WHERE message_id = ? AND state = 'settled'",
                (message_id,),
            )
    _refuse_after_accepting(world, message_id)
    return _accepted(world, message_id)


def ripen(world: World, message_id: str | None = None, *, at_once: bool = False) -> None:
    """Decide accepted payments that are older than two seconds or, with `message_id`, asked about before.

    Names beginning with "Wrong" and accounts ending in 0000 are rejected; payments on hold wait.
    """
    with world.change() as db:
        due = world.rows(
            "SELECT * FROM bank_payment WHERE state = 'accepted' AND held = 0"
            " AND (accepted_at < ? OR (message_id = ? AND (times_asked > 0 OR ?)))",
            world.now() - RIPE_AFTER_SECONDS,
            message_id,
            at_once,
        )
        for row in due:
            state, code, reason = _fate(row)
            _decide(world, row, state, code, reason)
        db.execute("UPDATE bank_payment SET times_asked = times_asked + 1 WHERE message_id = ?", (message_id,))


def pay_once_more(world: World, end_to_end_id: str) -> None:
    """Pay one transfer whatever was decided before, also a rejected one; what was said by hand is forgotten.

    Raises Refused 404.
    """
    row = find_payment(world, end_to_end_id)
    with world.change() as db:
        db.execute(
            "UPDATE bank_payment SET state = 'settled', held = 0, reason_code = '', reason = '', at = ?,"
            " times_paid = times_paid + 1, said_state = NULL WHERE end_to_end_id = ?",
            (world.now(), row["end_to_end_id"]),
        )


def decide(world: World, end_to_end_id: str, do: str, reason: str | None) -> None:
    """Settle, reject or hold one accepted payment by hand. A reason like AC04 becomes the code. Raises Refused."""
    with world.change() as db:
        row = find_payment(world, end_to_end_id)
        if row["state"] != ACCEPTED:
            raise conflict(f"this payment is {row['state']} and stays so")
        code = reason if reason and REASON_CODE.fullmatch(reason) else "MS03"
        if do == "settle":
            _decide(world, row, SETTLED, "", "")
        elif do == "reject":
            _decide(world, row, REJECTED, code, reason or "rejected by hand")
        elif do == "hold":
            db.execute(
                "UPDATE bank_payment SET held = 1, reason = ?, at = ? WHERE end_to_end_id = ?",
                (reason or "the bank is looking at it", world.now(), end_to_end_id),
            )
        else:
            raise invalid("do", "one of settle, reject, hold")


def find_payment(world: World, end_to_end_id: str) -> Row:
    """One payment. Raises Refused 404."""
    row = world.row("SELECT * FROM bank_payment WHERE end_to_end_id = ?", end_to_end_id)
    if row is None:
        raise missing("the bank knows no such payment")
    return row


def payments_of(world: World, message_id: str) -> list[Row]:
    """The payments of a file in its order; none for an unknown file."""
    return world.rows("SELECT * FROM bank_payment WHERE message_id = ? ORDER BY line", message_id)


def statement(world: World, since: int) -> list[dict[str, Any]]:
    """What left the payer's account, oldest first."""
    ripen(world)
    rows = world.rows(
        "SELECT * FROM bank_payment WHERE state = 'settled' AND at >= ? ORDER BY at, message_id, line", since
    )
    return [
        {
            "end_to_end_id": row["end_to_end_id"],
            "message_id": row["message_id"],
            "amount_minor": row["amount_minor"],
            "currency": row["currency"],
            "creditor_name": row["creditor_name"],
            "reference": row["reference"],
            "settled_at": beijing.utc_text(row["at"]),
        }
        for row in rows
    ]


def newest_payments(world: World, limit: int = 200) -> list[Row]:
    """For the bank's page: the latest payments first."""
    ripen(world)
    return world.rows("SELECT * FROM bank_payment ORDER BY accepted_at DESC, message_id, line LIMIT ?", limit)


def _decide(world: World, row: Row, state: str, code: str, reason: str) -> None:
    """Settle or reject one payment; a settled one leaves the bank, once or twice."""
    times = (2 if row["pays_twice"] else 1) if state == SETTLED else 0
    world.db.execute(
        "UPDATE bank_payment SET state = ?, held = 0, reason_code = ?, reason = ?, at = ?, times_paid = ?"
        " WHERE end_to_end_id = ?",
        (state, code, reason, world.now(), times, row["end_to_end_id"]),
    )


def _keep(world: World, message_id: str, digest: str, payments: list[Payment]) -> None:
    now = world.now()
    pays_twice = int(troubles.strike(world, troubles.PAY_TWICE, file=message_id) is not None)
    with world.change() as db:
        for payment in payments:
            used = world.row("SELECT message_id FROM bank_payment WHERE end_to_end_id = ?", payment.end_to_end_id)
            if used:
                raise refused(
                    "EndToEndId", f"{payment.end_to_end_id} is a duplicate: {used['message_id']} had it before", 409
                )
        db.execute(
            "INSERT INTO bank_file (message_id, digest, received_at) VALUES (?, ?, ?)", (message_id, digest, now)
        )
        db.executemany(
            "INSERT INTO bank_payment (end_to_end_id, message_id, line, amount_minor, currency, creditor_name,"
            " creditor_account, creditor_bank, reference, state, pays_twice, accepted_at, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'accepted', ?, ?, ?)",
            [
                (
                    p.end_to_end_id, message_id, line, p.amount_minor, p.currency, p.creditor_name,
                    p.creditor_account, p.creditor_bank, p.reference, pays_twice, now, now,
                )
                for line, p in enumerate(payments, start=1)
            ],
        )  # fmt: skip


def _refuse_after_accepting(world: World, message_id: str) -> None:
    if troubles.strike(world, troubles.REFUSE_AFTER_ACCEPTING, file=message_id):
        raise refused("file", "the bank does not take this file")


def _accepted(world: World, message_id: str) -> dict[str, Any]:
    rows = payments_of(world, message_id)
    return {"message_id": message_id, "state": ACCEPTED, "count": len(rows), "sums": _sums(rows)}


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _fate(row: Row) -> tuple[str, str, str]:
    if row["creditor_account"].endswith("0000"):
        return REJECTED, "AC01", "the account number is not right"
    if row["creditor_name"].startswith("Wrong"):
        return REJECTED, "BE01", "the name does not belong to the account"
    return SETTLED, "", ""


def _sums(rows: list[Row]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in rows:
        sums[row["currency"]] = sums.get(row["currency"], 0) + row["amount_minor"]
    return sums
