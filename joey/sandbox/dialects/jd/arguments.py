"""Read the argument object of a call, refusing by the name of the argument."""

import re
from collections.abc import Mapping
from typing import Any

from joey.sandbox.amounts import read_decimal
from joey.sandbox.dialects.jd.demo_account import DemoAccount
from joey.sandbox.dialects.jd.errors import wrong_argument

_WORD = re.compile(r"[A-Za-z0-9_]*", re.ASCII)
MOST_NUMBER = 2**63 - 1


def is_word(text: str) -> bool:
    """Whether it has letters, digits and underscores only."""
    return _WORD.fullmatch(text) is not None


class JsonArguments:
    """The arguments of one call, and who calls. Numbers may be texts; null, an empty text and an empty list are not
    there.
    """

    def __init__(self, values: Mapping[str, Any], caller: DemoAccount) -> None:
        self._values = values
        self.caller = caller

    def text(self, name: str, default: str | None = None, *, longest: int = 4000) -> str:
        """A text; without a default it is required."""
        value = self._values.get(name)
        if value in (None, "", []):
            if default is None:
                raise wrong_argument(f"{name} is needed")
            return default
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise wrong_argument(f"{name} is not a text")
        if len(str(value)) > longest:
            raise wrong_argument(f"{name} is longer than {longest} characters")
        return str(value)

    def word(self, name: str, *, longest: int) -> str:
        """Letters, digits and underscores; empty when it is not there."""
        value = self.text(name, "", longest=longest)
        if not is_word(value):
            raise wrong_argument(f"{name} is made of letters, digits and underscores")
        return value

    def integer(self, name: str, default: int | None = None, *, least: int = 0, most: int = MOST_NUMBER) -> int:
        """A whole number within bounds; without a default it is required."""
        value = self.text(name, None if default is None else str(default))
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):
            raise wrong_argument(f"{name} is not a number")
        if not least <= int(value) <= most:
            raise wrong_argument(f"{name} must be between {least} and {most}")
        return int(value)

    def maybe_integer(self, name: str) -> int | None:
        """A whole number, or None when it is not there."""
        return self.integer(name) if self._values.get(name) not in (None, "") else None

    def maybe_yuan(self, name: str) -> int | None:
        """An amount or a rate in hundredths, or None when it is not there."""
        value = self.text(name, "")
        if not value:
            return None
        try:
            return read_decimal(value)
        except ValueError:
            raise wrong_argument(f"{name} is not an amount") from None

    def listed(self, name: str, *, most: int) -> list[str]:
        """Several values, as a JSON list or with commas between them; empty when it is not there."""
        value = self._values.get(name)
        if isinstance(value, list):
            if not all(isinstance(each, (str, int)) and not isinstance(each, bool) for each in value):
                raise wrong_argument(f"{name} is a list of texts or numbers")
            found = [str(each).strip() for each in value]
        else:
            found = self.text(name, "", longest=20_000).split(",")
        found = [each.strip() for each in found if each.strip()]
        if len(found) > most:
            raise wrong_argument(f"{name} takes at most {most} at a time")
        return found
