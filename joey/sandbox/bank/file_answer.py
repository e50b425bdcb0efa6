"""What the bank answers about a file: the truth, what was said by hand, or what a trouble makes of it.

Transfers are answered in an order of the bank's own, which is the same at every question.
"""

from hashlib import sha256
from sqlite3 import Row
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.bank import troubles
from joey.sandbox.bank.payment_file import refused
from joey.sandbox.bank.payments import ACCEPTED, REJECTED, SETTLED, payments_of, ripen
from joey.sandbox.refused import missing
from joey.sandbox.world.state import World

RETURNED = "returned"
ANOTHER_BANKS = "OTHER-"  # before ids that only another bank's file could have

Element = dict[str, Any] | str | None


def answer_of(world: World, message_id: str) -> dict[str, Any]:
    """The state of a file and its payments. Asking lets time pass: see `ripen`.

    Raises Refused 404 for an unknown file, 422 while the bank refuses to answer. A bank that forgets knows no file but
    those of which something was said.
    """
    ripen(world, message_id)
    if troubles.strike(world, troubles.REFUSE_ANSWERS, file=message_id):
        raise refused("file", "the bank does not answer for this file")
    rows = payments_of(world, message_id)
    if troubles.strike(world, troubles.FORGET, file=message_id):
        rows = [row for row in rows if _is_said(row)]
    if not rows:
        raise missing("the bank knows no such file")
    prefix = ""
    swapped = troubles.strike(world, troubles.ANSWER_FOR_OTHER, file=message_id)
    if swapped and swapped["other"]:
        rows = payments_of(world, swapped["other"])
    elif swapped:
        prefix = ANOTHER_BANKS
    elements = [element for row in sorted(rows, key=_place) for element in _elements(world, row, prefix)]
    states = {element["state"] for element in elements if isinstance(element, dict) and "state" in element}
    return {
        "message_id": prefix + message_id,
        "state": ACCEPTED if ACCEPTED in states else states.pop() if len(states) == 1 else "partly_settled",
        "payments": elements,
    }


def true_state(row: Row) -> str:
    """What really became of a payment; a returned one left the bank first."""
    return RETURNED if row["returned_at"] is not None else str(row["state"])


def _elements(world: World, row: Row, prefix: str) -> list[Element]:
    """A payment as the answer has it: once, not at all, twice with two outcomes, or as something unreadable."""
    transfer = row["end_to_end_id"]
    if troubles.strike(world, troubles.LEAVE_OUT, transfer=transfer):
        return []
    element = _element(world, row, prefix)
    if troubles.strike(world, troubles.CONTRADICT, transfer=transfer):
        return [element | {"state": SETTLED}, element | {"state": REJECTED, "reason_code": "AC01"}]
    if troubles.strike(world, troubles.GARBLE, transfer=transfer):
        return [_garbled(element)]
    return [element]


def _element(world: World, row: Row, prefix: str) -> dict[str, Any]:
    """What was said by hand counts more than the truth, as often as it was to be said."""
    said = _is_said(row)
    element = {
        "end_to_end_id": prefix + row["end_to_end_id"],
        "amount_minor": row["amount_minor"] if row["said_amount_minor"] is None else row["said_amount_minor"],
        "currency": row["said_currency"] or row["currency"],
        "state": row["said_state"] or true_state(row),
        "reason_code": row["reason_code"],
        "reason": row["said_reason"] if said else row["reason"],
        "at": beijing.utc_text(row["at"]),
    }
    if said and row["said_times"] is not None:
        with world.change() as db:
            db.execute(
                "UPDATE bank_payment SET said_times = said_times - 1,"
                " said_state = iif(said_times > 1, said_state, NULL),"
                " said_amount_minor = iif(said_times > 1, said_amount_minor, NULL),"
                " said_currency = iif(said_times > 1, said_currency, NULL) WHERE end_to_end_id = ?",
                (row["end_to_end_id"],),
            )
    return element


def _garbled(element: dict[str, Any]) -> Element:
    """The element as no document describes it; always the same for one transfer."""
    transfer = element["end_to_end_id"]
    forms: tuple[Element, ...] = (
        None,
        transfer,
        {"end_to_end_id": transfer},
        element | {"amount_minor": f"{element['amount_minor']},00"},
        element | {"amount_minor": None, "currency": 156},
        element | {"state": {"code": "ACSC"}},
    )
    return forms[sha256(transfer.encode()).digest()[1] % len(forms)]


def _is_said(row: Row) -> bool:
    return row["said_state"] is not None or row["said_amount_minor"] is not None or row["said_currency"] is not None


def _place(row: Row) -> bytes:
    return sha256(row["end_to_end_id"].encode()).digest()
