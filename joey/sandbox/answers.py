"""Read bodies within bounds and answer in JSON; refusals are RFC 9457 problem documents naming the field."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from joey.sandbox.refused import Refused, invalid

TITLES = {
    401: "Unauthorized", 403: "Forbidden", 404: "Not found", 405: "Method not allowed", 409: "Conflict",
    413: "Too large", 422: "Invalid",
}  # fmt: skip


async def read_body(request: Request, most: int) -> bytes:
    """The whole body. Raises Refused 413 as soon as it is larger than `most` bytes."""
    kept = bytearray()
    async for part in request.stream():
        kept += part
        if len(kept) > most:
            raise Refused(413, f"the body is larger than {most:,} bytes")
    return bytes(kept)


async def read_json(request: Request, most: int = 100_000) -> Any:
    """The body as JSON. Raises Refused 422; NaN, doubled keys and half a surrogate pair are no JSON here."""
    body = await read_body(request, most)
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_doubles)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise invalid("body", f"this is not JSON: {error}".encode(errors="replace").decode()) from None
    return value


def json_answer(value: Any, status: int = 200) -> Response:
    """A JSON body."""
    return Response(json.dumps(value, ensure_ascii=False), status, media_type="application/json")


def problem(refused: Refused) -> Response:
    """The refusal as `application/problem+json`."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(refused.status, "Refused"),
        "status": refused.status,
        "detail": refused.text,
    }
    if refused.field:
        body["field"] = refused.field
    return Response(json.dumps(body, ensure_ascii=False), refused.status, media_type="application/problem+json")


def take(body: Any, **kinds: type | tuple[type, ...]) -> dict[str, Any]:
    """The named fields of a JSON object with their kinds checked; an unknown field is refused by name.

    A field whose name ends in `_` in `kinds` is optional and comes back without the mark, None when absent.
    """
    if not isinstance(body, dict):
        raise invalid("body", "a JSON object is needed")
    wanted = {name.rstrip("_"): (kind, name.endswith("_")) for name, kind in kinds.items()}
    for name in body:
        if name not in wanted:
            raise invalid(str(name)[:60], "there is no such field here")
    taken: dict[str, Any] = {}
    for name, (kind, optional) in wanted.items():
        value = body.get(name)
        if value is None:
            if not optional:
                raise invalid(name, "this field is needed")
        elif not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            raise invalid(name, "this value is of the wrong kind")
        taken[name] = value
    return taken


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found
