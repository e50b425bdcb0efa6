"""The JSON around an answer: a misspelt root key, and inside it the answer of the union as one JSON text."""

import json
import secrets
import time
from dataclasses import dataclass
from itertools import count
from typing import Any

from joey.sandbox.dialects.jd.errors import GatewayRefusal, UnionRefusal

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_WITHOUT_CODE = 3  # every third answer has no `code` beside the text, as some documented ones
_answers = count(1)


@dataclass(frozen=True)
class Hundredths:
    """An amount in yuan or a rate in percent, written as a JSON number: 7900 is `79.0`, 267 is `2.67`."""

    number: int

    def __str__(self) -> str:
        whole, part = divmod(abs(self.number), 100)
        text = f"{'-' if self.number < 0 else ''}{whole}.{part:02d}"
        return text.removesuffix("0")


def success(method: str, key: str, answer: dict[str, Any]) -> str:
    """The whole body of an answer of the union; an empty list is left out."""
    if answer.get("data") == []:
        answer = {name: value for name, value in answer.items() if name != "data"}
    return _around(method, key, {"code": 200, "message": "success", "requestId": _request_id()} | answer)


def refused(method: str, key: str, refusal: UnionRefusal) -> str:
    """The whole body of a refusal of the union: at the gateway it is a good answer like any other."""
    return _around(method, key, {"code": refusal.code, "message": refusal.message, "requestId": _request_id()})


def failure(refusal: GatewayRefusal) -> str:
    """The whole body of a refusal of the gateway."""
    error = {"code": refusal.code, "zh_desc": refusal.zh_desc, "en_desc": refusal.en_desc}
    return json_text({"error_response": error})


def json_text(value: Any) -> str:
    """JSON without spaces, in which `Hundredths` are numbers."""
    if isinstance(value, Hundredths):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{json_text(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _around(method: str, key: str, inner: dict[str, Any]) -> str:
    code = {} if next(_answers) % _WITHOUT_CODE == 0 else {"code": "0"}
    return json_text({method.replace(".", "_") + "_responce": code | {key: json_text(inner)}})


def _request_id() -> str:
    """`o_`, some text, and the time in base 36."""
    number, digits = time.time_ns() // 1_000_000, ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return f"o_{secrets.token_hex(4)}_{digits}"
