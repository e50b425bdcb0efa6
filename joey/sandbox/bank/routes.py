"""The simulated bank over HTTP: files go in by PUT, their fate is asked for by GET, a key opens both."""

import asyncio
import hmac
import re
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from joey.sandbox import beijing
from joey.sandbox.answers import json_answer, read_body
from joey.sandbox.bank import troubles
from joey.sandbox.bank.demo_key import KEY
from joey.sandbox.bank.file_answer import answer_of
from joey.sandbox.bank.pain001 import read_pain001
from joey.sandbox.bank.payment_csv import read_csv
from joey.sandbox.bank.payments import statement, take_again, take_file
from joey.sandbox.callers import world_of
from joey.sandbox.outages import BANK, suffer
from joey.sandbox.refused import Refused, invalid
from joey.sandbox.world.state import World

MOST_BODY = 8 * 1024 * 1024
_MESSAGE_ID = re.compile(r"[0-9A-Za-z._\-]{1,35}", re.ASCII)


async def put_file(request: Request) -> Response:
    """`PUT /bank/files/<message id>` with pain.001 XML or CSV → 200, the same for the same bytes."""
    broken = await suffer(world_of(request), BANK)
    if isinstance(broken, Response):
        return broken
    if broken:
        raise Refused(429, "the bank is busy; try again in a second")
    _check_key(request)
    message_id = request.path_params["message_id"]
    if not _MESSAGE_ID.fullmatch(message_id):
        raise invalid("message_id", "1 to 35 letters, digits, points, lines and underscores")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/xml", "text/csv"):
        raise Refused(415, "a payment file is application/xml (pain.001.001.09) or text/csv", "Content-Type")
    body = await read_body(request, MOST_BODY)
    await _be_slow(world_of(request), message_id)
    known = take_again(world_of(request), message_id, body)
    if known:
        return json_answer(known)
    # reading eight megabytes takes a while: not on the loop that answers everyone
    if kind == "text/csv":
        payments = await asyncio.to_thread(read_csv, body)
    else:
        payments = await asyncio.to_thread(read_pain001, body, message_id)
    try:
        return json_answer(take_file(world_of(request), message_id, body, payments))
    except Refused as refused:
        if refused.status == 504:
            await asyncio.sleep(world_of(request).slow_seconds)
        raise


async def get_file(request: Request) -> Response:
    """`GET /bank/files/<message id>`: what became of each payment."""
    broken = await suffer(world_of(request), BANK)
    if isinstance(broken, Response):
        return broken
    if broken:
        raise Refused(429, "the bank is busy; try again in a second")
    _check_key(request)
    world, message_id = world_of(request), request.path_params["message_id"]
    await _be_slow(world, message_id)
    answer = json_answer(answer_of(world, message_id))
    if troubles.strike(world, troubles.GARBLE, file=message_id):
        answer = Response(bytes(answer.body)[:-20], media_type="application/json")
    return answer


async def get_statement(request: Request) -> Response:
    """`GET /bank/statement?from=2026-11-22` (or a full time): the settled payments since then."""
    _check_key(request)
    text = request.query_params.get("from", "")
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
        since = beijing.end_of_day(day) - 86_399 if day else beijing.read_any(text) if text else 0
    except ValueError:
        raise invalid("from", "a day like 2026-11-22 or a time like 2026-11-22T01:00:00Z") from None
    return json_answer({"items": statement(world_of(request), since), "next": None})


async def _be_slow(world: World, message_id: str) -> None:
    if troubles.strike(world, troubles.SLOW, file=message_id):
        await asyncio.sleep(world.slow_seconds)


def _check_key(request: Request) -> None:
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {KEY}".encode()):
        raise Refused(401, "send Authorization: Bearer with the key of /control/marketplaces", "Authorization")
