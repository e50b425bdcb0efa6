"""Read what a call sends: the query and a form or JSON body, as one set of parameters in the texts that are signed."""

import json
import re
from urllib.parse import parse_qsl

from starlette.requests import Request

from joey.sandbox.answers import read_body
from joey.sandbox.dialects.pinduoduo.errors import TOO_BIG, PddError, unreadable
from joey.sandbox.refused import Refused

MOST_BODY = 1_000_000
_BETWEEN = re.compile(r"[\s,:]*")


async def read_call(request: Request) -> dict[str, str]:
    """The parameters; the body wins where both name one. Raises PddError."""
    try:
        body = (await read_body(request, MOST_BODY)).decode("utf-8")
        found = dict(parse_qsl(request.url.query, keep_blank_values=True, errors="strict"))
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            found |= texts_of(body)
        else:
            found |= dict(parse_qsl(body, keep_blank_values=True, errors="strict"))
        "".join([*found, *found.values()]).encode()  # half a surrogate pair cannot be signed
    except Refused as refused:
        raise PddError(TOO_BIG, refused.text) from None
    except (ValueError, RecursionError):
        raise unreadable("body", "the parameters must be a form or a JSON object, in UTF-8") from None
    return found


def texts_of(body: str) -> dict[str, str]:
    """Each member of a JSON object as it is signed: a text without its quotes, anything else as it was written.

    What is null was not sent. ValueError for any other JSON and for none.
    """
    if not isinstance(json.loads(body), dict):
        raise ValueError(body)
    decode = json.JSONDecoder().raw_decode
    found = {}
    at = _skip(body, body.index("{") + 1)
    while body[at] != "}":
        name, at = decode(body, at)
        begin = _skip(body, at)
        value, at = decode(body, begin)
        if value is not None:
            found[str(name)] = value if isinstance(value, str) else body[begin:at]
        at = _skip(body, at)
    return found


def _skip(body: str, at: int) -> int:
    """The place behind spaces, commas and colons; what is between two values is nothing else in JSON that was read."""
    between = _BETWEEN.match(body, at)
    assert between is not None
    return between.end()
