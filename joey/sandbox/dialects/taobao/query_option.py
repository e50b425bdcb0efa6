"""Reports that are asked by one JSON object. They refuse a question beside an empty answer, not with an error.

Which of the three error codes means what is a guess; only the codes themselves are documented.
"""

from typing import Any

from joey.sandbox.dialects.taobao.arguments import Arguments
from joey.sandbox.dialects.taobao.errors import TopError

BAD_OPTION, BAD_TIME, BAD_POSITION = 101, 102, 103


class BadQuestion(Exception):
    """Why the report does not answer."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)

    @property
    def answer(self) -> dict[str, Any]:
        """What the report gives instead."""
        return {"result_code": 500, "result_msg": "", "biz_error_code": self.code, "biz_error_desc": self.message,
                "data": {}}  # fmt: skip


def read_option(arguments: Arguments, name: str) -> dict[str, Any]:
    """The question. Raises TopError: 40 without one, 41 for anything but a JSON object."""
    option = arguments.json(name)
    if option is None:
        arguments.text(name)
    if not isinstance(option, dict):
        raise TopError(41, f"Invalid arguments:{name}", "isv.invalid-parameter", "a JSON object")
    return option


def whole(option: dict[str, Any], name: str, least: int, most: int) -> int:
    """A number, which has to be there: these reports have no default for any."""
    value = option.get(name)
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
        raise BadQuestion(BAD_OPTION, f"{name} must be a number between {least} and {most}")
    return int(text)
