"""The keyed hash under which a sign-in code is kept: a copy of the table alone opens no account."""

import hashlib
import hmac

from django.conf import settings


def code_hash(contact_value: str, code: str) -> bytes:
    """32 bytes: HMAC-SHA256 (RFC 2104) over contact and code, keyed by the instance's secret."""
    text = f"joey.people.sign_in_code\0{contact_value}\0{code}"
    return hmac.digest(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256)
