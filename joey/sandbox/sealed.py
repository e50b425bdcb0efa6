"""Seal a few numbers into opaque text that only this sandbox can read and no one else can forge.

The text is deterministic: the tag is an HMAC of the numbers and doubles as the nonce that hides them, so the same
numbers give the same text and a changed character is found out.
"""

import base64
import hmac
from hashlib import sha256

_KEY = b"joey sandbox: simulated, not a secret"
_TAG = 8


def seal(purpose: str, *numbers: tuple[int, int]) -> str:
    """Opaque text for (value, width in bytes) pairs."""
    plain = b"".join(value.to_bytes(width, "big") for value, width in numbers)
    tag = _mac(purpose, b"tag", plain)[:_TAG]
    return base64.urlsafe_b64encode(tag + _mask(purpose, tag, plain)).rstrip(b"=").decode("ascii")


def unseal(purpose: str, text: str, *widths: int) -> tuple[int, ...] | None:
    """The numbers again; None for text that was not sealed here for this purpose."""
    size = _TAG + sum(widths)
    if not text.isascii() or len(text) != (size * 8 + 5) // 6:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    tag, hidden = raw[:_TAG], raw[_TAG:]
    plain = _mask(purpose, tag, hidden)
    if not hmac.compare_digest(tag, _mac(purpose, b"tag", plain)[:_TAG]):
        return None
    numbers = []
    at = 0
    for width in widths:
        numbers.append(int.from_bytes(plain[at : at + width], "big"))
        at += width
    # base64 has spare bits at the end: only the one spelling that was given out is good
    return tuple(numbers) if seal(purpose, *zip(numbers, widths, strict=True)) == text else None


def short_code(purpose: str, text: str, length: int) -> str:
    """A short code of letters and digits that belongs to `text`."""
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789"
    number = int.from_bytes(_mac(purpose, b"code", text.encode()), "big")
    code = ""
    for _ in range(length):
        number, index = divmod(number, len(alphabet))
        code += alphabet[index]
    return code


def _mac(purpose: str, label: bytes, plain: bytes) -> bytes:
    return hmac.new(_KEY, purpose.encode() + b"\0" + label + b"\0" + plain, sha256).digest()


def _mask(purpose: str, tag: bytes, text: bytes) -> bytes:
    stream = b""
    while len(stream) < len(text):
        stream += _mac(purpose, b"mask%d" % len(stream), tag)
    return bytes(a ^ b for a, b in zip(text, stream, strict=False))
