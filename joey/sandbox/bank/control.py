"""Control calls of the bank: break it, read what really left it, and get its statement."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from joey.sandbox import beijing
from joey.sandbox.answers import json_answer, read_json, take
from joey.sandbox.bank import troubles
from joey.sandbox.bank.file_answer import RETURNED, true_state
from joey.sandbox.bank.payments import (
    ACCEPTED,
    REASON_CODE,
    REJECTED,
    SETTLED,
    decide,
    find_payment,
    pay_once_more,
    ripen,
)  # fmt: skip
from joey.sandbox.bank.statement import statement_xml
from joey.sandbox.callers import check_caller, world_of
from joey.sandbox.refused import conflict, invalid, missing
from joey.sandbox.world.state import World

# What each call may carry besides `do`.
OF_FILES, OF_TRANSFERS = frozenset({"file", "times"}), frozenset({"transfer", "times"})
FIELDS: dict[str, frozenset[str]] = {
    "forget": OF_FILES,
    "remember": frozenset({"file"}),
    "forget_keys": OF_FILES,
    "refuse_files": OF_FILES,
    "refuse_after_accepting": OF_FILES,
    "refuse_answers": OF_FILES,
    "accept_files": frozenset({"file"}),
    "pay_then_time_out": OF_FILES,
    "pay_twice": frozenset({"transfer"}),
    "answer_for_other": OF_FILES | {"other"},
    "slow": OF_FILES,
    "garble": OF_FILES | {"transfer"},
    "leave_out": OF_TRANSFERS,
    "contradict": OF_TRANSFERS,
    "say": OF_TRANSFERS | {"state", "reason", "amount", "currency"},
    "pay": frozenset({"transfer"}),
    "recover": frozenset(),
}
ENDS = {
    "remember": (troubles.FORGET, troubles.FORGET_KEYS),
    "accept_files": (troubles.REFUSE_FILES, troubles.REFUSE_AFTER_ACCEPTING, troubles.REFUSE_ANSWERS),
}
OF_ONE_TRANSFER = ("say", "pay", "leave_out", "contradict")
DECISIONS = {SETTLED: "settle", REJECTED: "reject", ACCEPTED: "hold"}
RETURN_DAYS = 60
LONGEST_WORD = 60
MOST_TIMES = 1000


async def trouble(request: Request) -> Response:
    """`{"do", …}`; ../README.md lists what can be done. `FIELDS` says which fields each takes."""
    check_caller(request)
    world = world_of(request)
    body = take(
        await read_json(request),
        do=str, transfer_=str, state_=str, reason_=str, file_=str, other_=str, times_=int, amount_=int, currency_=str,
    )  # fmt: skip
    given = {name: value for name, value in body.items() if value is not None}
    _check(world, given)
    do, transfer = body["do"], body["transfer"]
    if do in ENDS:
        troubles.end(world, *ENDS[do], file=body["file"])
    elif do == "recover":
        troubles.end_all(world)
    elif do == "say":
        say(world, given)
    elif do == "pay":
        pay_once_more(world, transfer)
    elif do == "pay_twice" and transfer is not None:
        pay_twice(world, transfer)
    else:
        named = {name: body[name] for name in ("file", "transfer", "times", "other")}
        troubles.begin(world, do, **named)
    return json_answer(given)


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


async def truth(request: Request) -> Response:
    """Everything the bank knows of every transfer it was ever asked for, paid or not, and of every file."""
    check_caller(request)
    world = world_of(request)
    ripen(world)
    payments = world.rows("SELECT * FROM bank_payment ORDER BY accepted_at, message_id, line")
    files = world.rows("SELECT * FROM bank_file ORDER BY received_at, message_id")
    items = [
        {
            "transfer": row["end_to_end_id"],
            "file": row["message_id"],
            "amount_minor": row["amount_minor"],
            "currency": row["currency"],
            "account": row["creditor_account"],
            "holder": row["creditor_name"],
            "state": true_state(row),
            "times_paid": row["times_paid"],
            "returned_at": None if row["returned_at"] is None else beijing.utc_text(row["returned_at"]),
            "times_asked": row["times_asked"],
        }
        for row in payments
    ]
    received = [{"file": row["message_id"], "times_received": row["times_received"]} for row in files]
    return json_answer({"items": items, "files": received})


async def statement_file(request: Request) -> Response:
    """The statement as camt.053: an entry for each time a transfer was paid, and one for each that came back."""
    check_caller(request)
    return Response(statement_xml(world_of(request)), media_type="application/xml")


def say(world: World, given: dict[str, Any]) -> None:
    """Let the bank answer any word or amount for one transfer: from now on, or `times` times.

    A transfer that is not decided yet really settles, is rejected or is put on hold when the word says so; of one that
    is settled `returned` is true for 60 days. Any other word is only said. Raises Refused 404, and 409 for a return
    that comes too late.
    """
    transfer, state, reason = given["transfer"], given.get("state"), given.get("reason")
    row = find_payment(world, transfer)
    if row["state"] == ACCEPTED and state in DECISIONS:
        decide(world, transfer, DECISIONS[state], reason)
    if state == RETURNED and row["state"] == SETTLED:
        _bring_back(world, transfer, row["at"], reason)
    now = find_payment(world, transfer)
    is_true = state is None or true_state(now) == state
    with world.change() as db:
        db.execute(
            "UPDATE bank_payment SET said_state = ?, said_reason = ?, said_amount_minor = ?, said_currency = ?,"
            " said_times = ? WHERE end_to_end_id = ?",
            (
                state,
                reason or (now["reason"] if is_true else ""),
                given.get("amount"),
                given.get("currency"),
                given.get("times"),
                transfer,
            ),
        )


def pay_twice(world: World, transfer: str) -> None:
    """Pay one transfer twice. Raises Refused 404, and 409 for a rejected one."""
    row = find_payment(world, transfer)
    if row["state"] == REJECTED:
        raise conflict("this transfer was rejected")
    with world.change() as db:
        db.execute(
            "UPDATE bank_payment SET pays_twice = 1, times_paid = CASE WHEN times_paid > 0 THEN 2 ELSE 0 END"
            " WHERE end_to_end_id = ?",
            (transfer,),
        )


def _bring_back(world: World, transfer: str, settled_at: int, reason: str | None) -> None:
    if world.now() - settled_at > RETURN_DAYS * 86_400:
        raise conflict(f"a transfer returns within {RETURN_DAYS} days or not at all")
    code = reason if reason and REASON_CODE.fullmatch(reason) else ""
    with world.change() as db:
        db.execute(
            "UPDATE bank_payment SET returned_at = ?, reason = ?, reason_code = ? WHERE end_to_end_id = ?",
            (world.now(), reason or "the receiving bank sent it back", code, transfer),
        )


def _check(world: World, given: dict[str, Any]) -> None:
    """Raises Refused 422 naming the field that this call does not take, lacks or cannot have, 404 for no transfer."""
    do = given["do"]
    if do not in FIELDS:
        raise invalid("do", f"one of {', '.join(FIELDS)}")
    for name in given:
        if name != "do" and name not in FIELDS[do]:
            raise invalid(name, f"{do} takes no {name}")
    if do in OF_ONE_TRANSFER and "transfer" not in given:
        raise invalid("transfer", "this field is needed")
    if do == "say":
        word = given.get("state")
        if word == "" or (word is None and "amount" not in given and "currency" not in given):
            raise invalid("state", "a word, an amount or a currency is needed")
        if len(word or "") > LONGEST_WORD:
            raise invalid("state", f"at most {LONGEST_WORD} characters")
    if not 1 <= given.get("times", 1) <= MOST_TIMES:
        raise invalid("times", f"between 1 and {MOST_TIMES}")
    if abs(given.get("amount", 0)) >= 2**63:
        raise invalid("amount", "an amount has at most 63 bits")
    if "transfer" in given:
        find_payment(world, given["transfer"])
    if "other" in given and not world.row("SELECT 1 FROM bank_file WHERE message_id = ?", given["other"]):
        raise missing("the bank knows no such file")
