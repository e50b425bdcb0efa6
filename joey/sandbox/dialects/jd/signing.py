"""Check a signature of JD. Written from the protocol's text alone, so that no connector's mistake is repeated here."""

import hmac
from collections.abc import Mapping
from hashlib import md5


def signature(secret: str, parameters: Mapping[str, str]) -> str:
    """Upper-case hex: names in ASCII order, each followed by its value, all of it between two secrets."""
    text = "".join(name + parameters[name] for name in sorted(parameters) if name != "sign")
    return md5(f"{secret}{text}{secret}".encode()).hexdigest().upper()  # noqa: S324 the protocol's own


def is_signed(parameters: Mapping[str, str], secret: str) -> bool:
    """Whether `sign` fits exactly what was received: nothing is left out, an empty value neither."""
    return hmac.compare_digest(parameters.get("sign", "").encode(), signature(secret, parameters).encode())
