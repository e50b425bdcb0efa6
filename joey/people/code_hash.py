"""The keyed hashes under which codes and contacts are kept: a copy of the tables opens no account and names no one."""

from joey.kit.keyed_hash import keyed_hash


def code_hash(contact_value: str, code: str, *, browser: str, purpose: str) -> bytes:
    """32 bytes: HMAC-SHA256 (RFC 2104), so that the code is right for this contact, browser and purpose only."""
    return _digest("sign_in_code", contact_value, code, browser, purpose)


def browser_hash(browser: str) -> bytes:
    """What is kept of the random value that a browser has in its cookie."""
    return _digest("browser", browser)


def contact_hash(contact_value: str) -> bytes:
    """Of a contact that may belong to no account."""
    return _digest("contact", contact_value)


def _digest(*parts: str) -> bytes:
    text = "\0".join(("joey.people", *parts))
    return keyed_hash(text.encode("utf-8", "replace"))
