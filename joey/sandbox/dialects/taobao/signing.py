"""Check a TOP signature. Written from the protocol's text alone, so that no connector's mistake is repeated here."""

import hmac
from collections.abc import Mapping
from hashlib import md5

SIGN_METHODS = ("md5", "hmac", "hmac-sha256")


def signature(secret: str, sign_method: str, text: str) -> str:
    """Upper-case hex of the text to sign. ValueError for an unknown method.

    md5 wraps the text in the secret; the two others use the secret as the key and wrap nothing.
    """
    if sign_method == "md5":
        return md5(f"{secret}{text}{secret}".encode()).hexdigest().upper()  # noqa: S324 the protocol's own
    if sign_method == "hmac":
        return hmac.new(secret.encode(), text.encode(), "md5").hexdigest().upper()
    if sign_method == "hmac-sha256":
        return hmac.new(secret.encode(), text.encode(), "sha256").hexdigest().upper()
    raise ValueError(sign_method)


def text_to_sign(parameters: Mapping[str, str], *, with_empty: bool) -> str:
    """Keys in ASCII order, each followed by its value, nothing between; `sign` itself stays out."""
    return "".join(
        key + parameters[key] for key in sorted(parameters) if key != "sign" and (with_empty or parameters[key])
    )


def is_signed(parameters: Mapping[str, str], secret: str) -> bool:
    """Whether `sign` fits; the official clients disagree on empty values, so either text will do."""
    given = parameters.get("sign", "").encode()
    return any(
        hmac.compare_digest(
            given, signature(secret, parameters["sign_method"], text_to_sign(parameters, with_empty=empty)).encode()
        )
        for empty in (True, False)
    )
