"""What the simulated JD refuses with: the gateway around its methods, and the union behind it."""


class GatewayRefusal(Exception):
    """An `error_response`; the code is a text."""

    def __init__(self, code: str, zh_desc: str, en_desc: str) -> None:
        self.code = code
        self.zh_desc = zh_desc
        self.en_desc = en_desc
        super().__init__(en_desc)


class UnionRefusal(Exception):
    """A code other than 200 inside a good answer of the gateway."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


def wrong_argument(message: str) -> UnionRefusal:
    """A parameter that the method cannot use; its number is from memory and not from a recorded answer."""
    return UnionRefusal(400, message)


def not_granted() -> UnionRefusal:
    """A method or data that this account may not have, in the words of a recorded answer."""
    return UnionRefusal(403, "无访问权限")
