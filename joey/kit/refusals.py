"""Refusals: what happened, why, and what to do, in words for a person. Only a face knows HTTP."""

from typing import Any

from django.utils.functional import Promise

Text = str | Promise


class Refusal(Exception):
    """Base of all refusals. `code` is stable for programs, `text` is for people, `field` names the input."""

    code = "refused"

    def __init__(self, text: Text, *, field: str | None = None, **facts: Any) -> None:
        self.text = text
        self.field = field
        self.facts = facts
        super().__init__(text)

    def __str__(self) -> str:
        return str(self.text)


class NotFound(Refusal):
    """It is not there, or not yours to see: the two look the same on purpose."""

    code = "not_found"


class Gone(NotFound):
    """It was there, and it is no longer shown."""

    code = "gone"


class Forbidden(Refusal):
    """You are known, and this is not yours to do."""

    code = "forbidden"


class Conflict(Refusal):
    """It clashes with what is there: a name taken, a state already left, a balance too low."""

    code = "conflict"


class Invalid(Refusal):
    """The input cannot be used; `field` says which part."""

    code = "invalid"


class TooMany(Refusal):
    """Slow down: `retry_after` seconds are in the facts."""

    code = "too_many"


class Unavailable(Refusal):
    """Something we depend on is unavailable; the same request may work later."""

    code = "unavailable"
