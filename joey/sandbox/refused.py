"""Why a control call, a page or the bank says no. The simulated gateway has error codes of its own."""


class Refused(Exception):
    """A refusal with its HTTP status; `field` names the input where one is at fault."""

    def __init__(self, status: int, text: str, field: str | None = None) -> None:
        self.status = status
        self.text = text
        self.field = field
        super().__init__(text)


def invalid(field: str, text: str) -> Refused:
    """422 naming the field."""
    return Refused(422, text, field)


def conflict(text: str) -> Refused:
    """409: it clashes with what is there."""
    return Refused(409, text)


def missing(text: str) -> Refused:
    """404."""
    return Refused(404, text)
