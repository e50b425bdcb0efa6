"""Check a signature of the gateway. Written from the protocol's text alone, so that no connector's mistake is here."""

import hmac
from collections.abc import Mapping
from hashlib import md5


def text_to_sign(parameters: Mapping[str, str]) -> str:
    """Every parameter but `sign` in ASCII order, each name followed by its value as it was sent, empty ones too."""
    return "".join(name + parameters[name] for name in sorted(parameters) if name != "sign")


def signature(secret: str, parameters: Mapping[str, str]) -> str:
    """Upper-case hex of the text between the secret and the secret."""
    return md5(f"{secret}{text_to_sign(parameters)}{secret}".encode()).hexdigest().upper()  # noqa: S324 the protocol's


def is_signed(parameters: Mapping[str, str], secret: str) -> bool:
    """Whether `sign` fits exactly what was received."""
    return hmac.compare_digest(parameters.get("sign", "").encode(), signature(secret, parameters).encode())
