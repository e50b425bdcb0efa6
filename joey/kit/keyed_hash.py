"""A hash that only this instance can make: of what could be guessed from a plain one, such as a phone number."""

import hashlib
import hmac

from django.conf import settings


def keyed_hash(content: bytes) -> bytes:
    """32 bytes: HMAC-SHA256 (RFC 2104) with the instance's secret. The caller's content begins with what it is for."""
    return hmac.digest(settings.SECRET_KEY.encode(), content, hashlib.sha256)
