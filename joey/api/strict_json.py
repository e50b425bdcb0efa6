"""Reading a request without guessing: one JSON object, in UTF-8, each name once; nothing PostgreSQL could not keep."""

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja.parser import Parser

LARGEST = 1_000_000  # bytes; the longest honest body is a pasted text


class Unreadable(Exception):
    """The body cannot be read: `status` 400, 413 or 415, `code` a problem kind, the text for people."""

    def __init__(self, status: int, code: str, text: str | None = None) -> None:
        self.status, self.code, self.text = status, code, text
        super().__init__(code)


class StrictJson(Parser):
    """ninja's way to a body, with everything refused that two programs could read differently."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The object in the body. Raises Unreadable."""
        _check_type(request)
        return read_object(request.body)

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """The query as a dictionary; names that come twice are refused before, by `query_trouble`."""
        return {name: data[name] for name in data}


def read_object(body: bytes) -> dict[str, Any]:
    """Raises Unreadable (400) for what is not exactly one JSON object."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable(400, "bad_json", _("The body is not UTF-8.")) from None
    try:
        found = json.loads(text, object_pairs_hook=_no_name_twice, parse_constant=_no_constant)
        _check_text(found)
    except RecursionError:
        raise Unreadable(400, "bad_json", _("The body is nested too deeply.")) from None
    except ValueError:  # also numbers of thousands of digits
        raise Unreadable(400, "bad_json", _("The body is not JSON that Joey can read.")) from None
    if not isinstance(found, dict):
        raise Unreadable(400, "bad_json", _("The body has to be a JSON object, in curly brackets."))
    return found


def storable(text: str) -> bool:
    """Whether PostgreSQL can keep it: no U+0000, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _check_type(request: HttpRequest) -> None:
    if request.content_type != "application/json":
        raise Unreadable(415, "media_type")
    if (request.content_params or {}).get("charset", "utf-8").strip("\"'").lower() not in ("utf-8", "utf8"):
        raise Unreadable(415, "media_type", _("Send the body in UTF-8."))
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Unreadable(415, "media_type", _("Send the body without a Content-Encoding."))


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable(400, "bad_json", _("The body holds the same name twice in one object."))
    return found


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(400, "bad_json", _("JSON has no NaN and no Infinity."))


def _check_text(value: Any) -> None:
    if isinstance(value, str):
        if not storable(value):
            raise Unreadable(400, "bad_json", _("The body holds text that cannot be stored (U+0000 or half a sign)."))
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name)
            _check_text(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_text(inner)
