"""The JSON around an answer: root key, list wrappers and what `simplify` removes."""

import secrets
from collections.abc import Sequence
from typing import Any

from joey.sandbox.dialects.taobao.errors import TopError


class ElementList:
    """A list under its element's type name: `{"map_data": [...]}`."""

    def __init__(self, element: str, rows: Sequence[Any]) -> None:
        self.element = element
        self.rows = rows


def success(method: str, answer: dict[str, Any], *, simplify: bool) -> dict[str, Any]:
    """The whole body of a good answer. Empty lists are left out, as the real gateway may."""
    inner: dict[str, Any] = _plain(answer, simplify=simplify) | {"request_id": _request_id()}
    if simplify:
        return inner
    return {method.removeprefix("taobao.").replace(".", "_") + "_response": inner}


def failure(error: TopError) -> dict[str, Any]:
    """The whole body of a refusal; the same with and without `simplify`, as far as is known."""
    body: dict[str, Any] = {"code": error.code, "msg": error.msg}
    if error.sub_code:
        body["sub_code"] = error.sub_code
    if error.sub_msg:
        body["sub_msg"] = error.sub_msg
    return {"error_response": body | {"request_id": _request_id()}}


def _plain(value: Any, *, simplify: bool) -> Any:
    if isinstance(value, ElementList):
        rows = [_plain(row, simplify=simplify) for row in value.rows]
        return rows if simplify else {value.element: rows}
    if isinstance(value, dict):
        return {
            key: _plain(inner, simplify=simplify)
            for key, inner in value.items()
            if inner is not None and not (isinstance(inner, ElementList) and not inner.rows)
        }
    return value


def _request_id() -> str:
    return secrets.token_hex(6)
