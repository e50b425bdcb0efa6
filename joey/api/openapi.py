"""What ninja's OpenAPI document leaves out: the problem documents, the idempotency header, one name per money."""

from typing import Any

from joey.api.problems import KINDS, MEDIA_TYPE
from joey.api.scopes import SCOPE_OF

PROBLEM = {
    "title": "Problem",
    "description": "RFC 9457. `type` is the address of a page that explains it; `errors` names each field.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": sorted(KINDS)},
        "request_id": {"type": "string"},
        "field": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail", "code"],
                "properties": {
                    "field": {"type": "string"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
                "additionalProperties": False,
            },
        },
        "facts": {"type": "object"},
    },
    "additionalProperties": False,
}
EVERYWHERE = {
    400: "Unreadable",
    401: "No valid token",
    403: "Not allowed, or not with this token",
    404: "Not found, or not yours",
    503: "Unavailable",
}
WRITING = {409: "It clashes", 413: "Too large", 415: "Not JSON", 422: "Not valid", 429: "Too many"}
READING = {422: "Not valid"}
KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "New for each write; the same one again repeats the answer instead of the write.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
SCOPES = (
    "A token made in the studio’s settings or by `joey token create`, with scopes and an end. `read`: all that its"
    " person may see. `list`: change the shop. `share`: make links. `money`: payouts, where they go, and deciding on"
    " them. The security of each operation names the scope that it needs."
)
KEY_NEEDED = frozenset({"create_payout"})


def complete(schema: dict[str, Any]) -> None:
    """Add to the document, in place."""
    schema["components"]["schemas"]["Problem"] = PROBLEM
    schema["components"]["securitySchemes"]["BearerToken"]["description"] = SCOPES
    for path in schema["paths"].values():
        for method, operation in path.items():
            operation["security"] = [{"BearerToken": [SCOPE_OF[operation["operationId"]].value]}]
            more = EVERYWHERE | (READING if method == "get" else WRITING)
            for status, description in more.items():
                operation["responses"].setdefault(status, _problem(description))
            if method == "post":
                key = KEY | {"required": operation["operationId"] in KEY_NEEDED}
                operation["parameters"] = [*operation["parameters"], key]


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
