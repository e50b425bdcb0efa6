"""Control calls of the bank: break it, look at what really left it, and get its statement."""

from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.requests import Request
from starlette.responses import Response

from joey.sandbox import beijing
from joey.sandbox.amounts import decimal_text, decimals_of
from joey.sandbox.answers import json_answer, read_json, take
from joey.sandbox.bank import troubles
from joey.sandbox.bank.payments import ACCEPTED, REJECTED, SETTLED, decide, find_payment, ripen
from joey.sandbox.callers import check_caller, world_of
from joey.sandbox.refused import conflict, invalid
from joey.sandbox.world.state import World

SWITCHES = {
    "forget": (troubles.FORGET, True),
    "remember": (troubles.FORGET, False),
    "refuse_files": (troubles.REFUSE_FILES, True),
    "accept_files": (troubles.REFUSE_FILES, False),
    "pay_then_time_out": (troubles.PAY_THEN_TIME_OUT, True),
    "answer_for_other": (troubles.ANSWER_FOR_OTHER, True),
}
DECISIONS = {SETTLED: "settle", REJECTED: "reject", ACCEPTED: "hold"}
RETURNED = "returned"
RETURN_DAYS = 60
LONGEST_WORD = 60
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


async def trouble(request: Request) -> Response:
    """`{"do", "transfer"?, "state"?, "reason"?}`. `pay_then_time_out`, `answer_for_other` and, without a transfer,
    `pay_twice` strike the next file or answer.
    """
    check_caller(request)
    world = world_of(request)
    body = take(await read_json(request), do=str, transfer_=str, state_=str, reason_=str)
    do, transfer = body["do"], body["transfer"]
    for name, allowed in {"transfer": ("say", "pay_twice"), "state": ("say",), "reason": ("say",)}.items():
        if body[name] is not None and do not in allowed:
            raise invalid(name, f"{do[:40]} takes no {name}")
    if do in SWITCHES:
        troubles.switch(world, *SWITCHES[do])
    elif do == "pay_twice":
        pay_twice(world, transfer)
    elif do == "say":
        if transfer is None or not body["state"] or len(body["state"]) > LONGEST_WORD:
            raise invalid("transfer" if transfer is None else "state", f"needed, at most {LONGEST_WORD} characters")
        say(world, transfer, body["state"], body["reason"])
    else:
        raise invalid("do", f"one of {', '.join([*SWITCHES, 'pay_twice', 'say'])}")
    return json_answer({name: value for name, value in body.items() if value is not None})


async def transfers(request: Request) -> Response:
    """What really left the bank, whatever it answers."""
    check_caller(request)
    world = world_of(request)
    ripen(world)
    rows = world.rows("SELECT * FROM bank_payment WHERE times_paid > 0 ORDER BY at, message_id, line")
    items = [
        {
            "transfer": row["end_to_end_id"],
            "amount_minor": row["amount_minor"],
            "currency": row["currency"],
            "account": row["creditor_account"],
            "times_paid": row["times_paid"],
        }
        for row in rows
    ]
    return json_answer({"items": items})


async def statement_file(request: Request) -> Response:
    """The statement as camt.053: an entry for each time a transfer was paid, and one for each that came back."""
    check_caller(request)
    return Response(statement_xml(world_of(request)), media_type="application/xml")


def say(world: World, transfer: str, state: str, reason: str | None) -> None:
    """Let the bank answer any word for one transfer, from now on.

    A transfer that is not decided yet really settles, is rejected or is put on hold when the word says so; of one that
    is settled `returned` is true for 60 days. Any other word is only said. Raises Refused 404, and 409 for a return
    that comes too late.
    """
    row = find_payment(world, transfer)
    if row["state"] == ACCEPTED and state in DECISIONS:
        decide(world, transfer, DECISIONS[state], reason)
    returned_at = None
    if state == RETURNED and row["state"] == SETTLED:
        if world.now() - row["at"] > RETURN_DAYS * 86_400:
            raise conflict(f"a transfer returns within {RETURN_DAYS} days or not at all")
        returned_at = world.now()
    is_true = find_payment(world, transfer)["state"] == state
    with world.change() as db:
        db.execute(
            "UPDATE bank_payment SET said_state = ?, said_reason = ?, returned_at = coalesce(?, returned_at)"
            " WHERE end_to_end_id = ?",
            (state, reason or (find_payment(world, transfer)["reason"] if is_true else ""), returned_at, transfer),
        )


def pay_twice(world: World, transfer: str | None) -> None:
    """Pay one transfer twice, or every transfer of the next file. Raises Refused 404, and 409 for a rejected one."""
    if transfer is None:
        troubles.switch(world, troubles.PAY_TWICE, on=True)
        return
    row = find_payment(world, transfer)
    if row["state"] == REJECTED:
        raise conflict("this transfer was rejected")
    with world.change() as db:
        db.execute(
            "UPDATE bank_payment SET pays_twice = 1, times_paid = CASE WHEN times_paid > 0 THEN 2 ELSE 0 END"
            " WHERE end_to_end_id = ?",
            (transfer,),
        )


def statement_xml(world: World) -> bytes:
    """A minimal camt.053.001.08 with everything that was booked, oldest first."""
    ripen(world)
    rows = world.rows("SELECT * FROM bank_payment WHERE times_paid > 0 ORDER BY at, message_id, line")
    root = Element("Document", xmlns=CAMT)
    message = SubElement(root, "BkToCstmrStmt")
    header = SubElement(message, "GrpHdr")
    created = beijing.utc_text(world.now())
    _texts(header, MsgId=f"STATEMENT-{world.now()}", CreDtTm=created)
    statement = SubElement(message, "Stmt")
    _texts(statement, Id=f"STATEMENT-{world.now()}", CreDtTm=created)
    identity = SubElement(SubElement(SubElement(statement, "Acct"), "Id"), "Othr")
    _texts(identity, Id="JOEY-DEMO")
    for row in rows:
        for time in range(row["times_paid"]):
            _entry(statement, row, f"{row['end_to_end_id']}/{time + 1}", "DBIT", row["at"])
        if row["returned_at"] is not None:
            _entry(statement, row, f"{row['end_to_end_id']}/R", "CRDT", row["returned_at"])
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _entry(statement: Element, row: Any, reference: str, direction: str, at: int) -> None:
    entry = SubElement(statement, "Ntry")
    _texts(entry, NtryRef=reference)
    amount = SubElement(entry, "Amt", Ccy=row["currency"])
    amount.text = decimal_text(row["amount_minor"], decimals_of(row["currency"]))
    _texts(entry, CdtDbtInd=direction)
    _texts(SubElement(entry, "Sts"), Cd="BOOK")
    _texts(SubElement(entry, "BookgDt"), DtTm=beijing.utc_text(at))
    details = SubElement(SubElement(entry, "NtryDtls"), "TxDtls")
    _texts(SubElement(details, "Refs"), EndToEndId=row["end_to_end_id"])
    parties = SubElement(details, "RltdPties")
    _texts(SubElement(SubElement(parties, "Cdtr"), "Pty"), Nm=row["creditor_name"])
    _texts(SubElement(SubElement(SubElement(parties, "CdtrAcct"), "Id"), "Othr"), Id=row["creditor_account"])


def _texts(element: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(element, name).text = text
