"""Reading a request without guessing: one JSON object, in UTF-8, each name once; nothing PostgreSQL could not keep."""

from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja.parser import Parser

from joey.kit.json import Fault, NotJson, as_float, read_json

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
        found = read_json(body, fractions=as_float, storable=True)
    except NotJson as broken:
        raise Unreadable(400, "bad_json", str(_FAULTS.get(broken.fault, _NOT_JSON))) from None
    if not isinstance(found, dict):
        raise Unreadable(400, "bad_json", _("The body has to be a JSON object, in curly brackets."))
    return found


_NOT_JSON = gettext_lazy("The body is not JSON that Joey can read.")
_FAULTS: dict[Fault, Promise] = {
    "not_utf8": gettext_lazy("The body is not UTF-8."),
    "name_twice": gettext_lazy("The body holds the same name twice in one object."),
    "not_a_number": gettext_lazy("JSON has no NaN and no Infinity."),
    "too_deep": gettext_lazy("The body is nested too deeply."),
    "unstorable": gettext_lazy("The body holds text that cannot be stored (U+0000 or half a character)."),
}


def _check_type(request: HttpRequest) -> None:
    if request.content_type != "application/json":
        raise Unreadable(415, "media_type")
    if (request.content_params or {}).get("charset", "utf-8").strip("\"'").lower() not in ("utf-8", "utf8"):
        raise Unreadable(415, "media_type", _("Send the body in UTF-8."))
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Unreadable(415, "media_type", _("Send the body without a Content-Encoding."))
