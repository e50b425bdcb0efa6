"""Read a method's parameters, refusing with the gateway's own codes and naming the parameter.

Guessed: which code an empty and an impossible value have. Known is 10000 for what cannot be read.
"""

import json
from collections.abc import Mapping
from typing import Any

from joey.sandbox.dialects.pinduoduo.errors import EMPTY, PddError, impossible, unreadable


class PddArguments:
    """The parameters of one call. A missing one is 21002, an unreadable one 10000, an impossible one 21001."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str, default: str | None = None, *, longest: int = 4000) -> str:
        """A text; without a default it is required."""
        value = self._values.get(name, "")
        if not value:
            if default is None:
                raise PddError(EMPTY, f"{name} is needed")
            return default
        if len(value) > longest:
            raise impossible(f"{name} is longer than {longest} characters")
        return value

    def integer(self, name: str, default: int | None = None, *, least: int = 0, most: int = 2**63 - 1) -> int:
        """A whole number within bounds; without a default it is required."""
        value = self.text(name, None if default is None else str(default))
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):
            raise unreadable(name, f"{name} is not a number")
        if not least <= int(value) <= most:
            raise impossible(f"{name} must be between {least} and {most}")
        return int(value)

    def maybe_integer(self, name: str) -> int | None:
        """A whole number, or None when it is not there."""
        return self.integer(name) if self._values.get(name) else None

    def boolean(self, name: str, default: bool = False) -> bool:
        """`true` or `false`, as JSON writes them."""
        value = self._values.get(name, "")
        if value not in ("", "true", "false"):
            raise unreadable(name, f"{name} is true or false")
        return value == "true" if value else default

    def json_list(self, name: str) -> list[Any] | None:
        """A JSON array, or None when it is not there. `['x']` is none: that is how a program prints its list."""
        value = self._values.get(name, "")
        if not value:
            return None
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list):
            raise unreadable(name, f"{name} is not a JSON array")
        return found

    def texts(self, name: str, *, most: int) -> list[str]:
        """A JSON array of texts; empty when it is not there."""
        found = self.json_list(name) or []
        if not all(isinstance(each, str) for each in found):
            raise unreadable(name, f"{name} is not a JSON array of texts")
        if len(found) > most:
            raise impossible(f"{name} takes at most {most} at a time")
        return found
