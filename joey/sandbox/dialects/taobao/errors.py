"""The gateway's refusals, with the codes and words of the real one."""


class TopError(Exception):
    """An `error_response`."""

    def __init__(self, code: int, msg: str, sub_code: str = "", sub_msg: str = "") -> None:
        self.code = code
        self.msg = msg
        self.sub_code = sub_code
        self.sub_msg = sub_msg
        super().__init__(msg)


def remote(sub_code: str, sub_msg: str) -> TopError:
    """Code 15: the method itself refused, and `sub_code` says why."""
    return TopError(15, "Remote service error", sub_code, sub_msg)


def invalid_parameter(sub_msg: str) -> TopError:
    """A value that the method cannot use."""
    return remote("isv.invalid-parameter", sub_msg)
