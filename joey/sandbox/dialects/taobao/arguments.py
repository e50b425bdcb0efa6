"""Read a method's parameters, refusing with the gateway's own codes and naming the parameter."""

import json
from collections.abc import Mapping
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.amounts import read_decimal
from joey.sandbox.dialects.taobao.errors import TopError, invalid_parameter


class Arguments:
    """The parameters of one call. A missing one is code 40, an unreadable one 41, an impossible one 15."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str, default: str | None = None, *, longest: int = 4000) -> str:
        """A text; without a default it is required."""
        value = self._values.get(name, "")
        if not value:
            if default is None:
                raise TopError(40, f"Missing required arguments:{name}", "isv.missing-parameter:" + name)
            return default
        if len(value) > longest:
            raise invalid_parameter(f"{name} is longer than {longest} characters")
        return value

    def integer(self, name: str, default: int | None = None, *, least: int = 0, most: int = 2**63 - 1) -> int:
        """A whole number within bounds; without a default it is required."""
        value = self.text(name, None if default is None else str(default))
        if not (value.isascii() and value.isdigit() and len(value) <= 19):
            raise TopError(41, f"Invalid arguments:{name}", "isv.invalid-parameter", f"{name} is not a number")
        if not least <= int(value) <= most:
            raise invalid_parameter(f"{name} must be between {least} and {most}")
        return int(value)

    def maybe_integer(self, name: str) -> int | None:
        """A whole number, or None when it is not there."""
        return self.integer(name) if self._values.get(name) else None

    def maybe_yuan(self, name: str) -> int | None:
        """An amount in fen, or None when it is not there."""
        value = self.text(name, "")
        if not value:
            return None
        try:
            return read_decimal(value)
        except ValueError:
            raise TopError(
                41, f"Invalid arguments:{name}", "isv.invalid-parameter", f"{name} is not an amount"
            ) from None

    def boolean(self, name: str) -> bool:
        """`true` or `false`; false when it is not there."""
        value = self.text(name, "false")
        if value not in ("true", "false"):
            raise TopError(41, f"Invalid arguments:{name}", "isv.invalid-parameter", f"{name} is true or false")
        return value == "true"

    def listed(self, name: str, *, most: int) -> list[str]:
        """Comma-separated texts; empty when it is not there."""
        value = self.text(name, "", longest=20_000)
        found = [part.strip() for part in value.split(",") if part.strip()]
        if len(found) > most:
            raise invalid_parameter(f"{name} takes at most {most} at a time")
        return found

    def json(self, name: str) -> Any:
        """A JSON text, or None when it is not there."""
        value = self.text(name, "", longest=20_000)
        if not value:
            return None
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise TopError(41, f"Invalid arguments:{name}", "isv.invalid-parameter", f"{name} is not JSON") from None


def read_time(text: str) -> int | None:
    """A Beijing time, or None when it cannot be read."""
    try:
        return beijing.read(text)
    except ValueError:
        return None
