"""An answer as it may be kept and shown to others: each value that is not known to be harmless is masked."""

import re
from collections.abc import Container, Mapping
from typing import Any

from joey.marketplaces.without_buyer import without_buyer

_LONG_NUMBER = re.compile(r"\d{5,}")


class SampleMask:
    """The masks of one run: a value has the same one in all samples, so that they still show what belongs together.

    `says_nothing` fits what a field may be kept with whatever it is called: an amount, a rate, a code, a time. Fields
    that are `of_goods` keep their words without long numbers. `words` are what was searched for.
    """

    def __init__(self, says_nothing: re.Pattern[str], *, of_goods: Container[str], words: Container[str]) -> None:
        self._says_nothing, self._of_goods, self._words = says_nothing, of_goods, words
        self._masks: dict[str, str] = {}

    def of(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """The answer without the buyer."""
        return self.of_call(without_buyer(answer))

    def of_call(self, parameters: Mapping[str, object]) -> dict[str, object]:
        """What was asked."""
        return {name: self._masked(name, value) for name, value in parameters.items()}

    def _masked(self, name: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {inner: self._masked(inner, each) for inner, each in value.items()}
        if isinstance(value, list):
            return [self._masked(name, each) for each in value]
        if value is None or isinstance(value, bool):
            return value
        found = str(value)
        if found == "" or found in self._words or self._says_nothing.fullmatch(found):
            return value
        if name in self._of_goods:
            return _LONG_NUMBER.sub(lambda number: self._mask(number[0]), found)
        return self._mask(found)

    def _mask(self, found: str) -> str:
        return self._masks.setdefault(found, f"masked-{len(self._masks) + 1}")
