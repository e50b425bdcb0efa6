"""Bodies in the encodings that browsers accept: Brotli, else gzip, else as they are (RFC 9110, 8.4 and 12.5.3)."""

import gzip
from functools import lru_cache

import brotli

BROTLI, GZIP, IDENTITY = b"br", b"gzip", b""
LEAST = 256  # bytes; a smaller body gains nothing
PAGE_QUALITY, FILE_QUALITY, LARGE_FILE_QUALITY = 5, 11, 5  # of Brotli: a page of 40 KB takes 1 ms at 5, 50 ms at 11
LARGE_FILE = 200_000  # bytes


@lru_cache(maxsize=256)
def encoding_for(accept_encoding: bytes) -> bytes:
    """What to send to a client with this Accept-Encoding header; IDENTITY when it names neither of ours."""
    weights: dict[bytes, bool] = {}
    for part in accept_encoding[:500].lower().split(b","):
        name, _, parameters = part.strip().partition(b";")
        weight = parameters.replace(b" ", b"").partition(b"q=")[2]
        weights[name.strip()] = not weight or weight.strip(b"0.") != b""
    otherwise = weights.get(b"*", False)
    return next((each for each in (BROTLI, GZIP) if weights.get(each, otherwise)), IDENTITY)


def encode(body: bytes, encoding: bytes, *, quality: int = PAGE_QUALITY) -> bytes:
    """The body in that encoding; the same bytes for the same body."""
    if encoding == BROTLI:
        return bytes(brotli.compress(body, quality=quality))
    if encoding == GZIP:
        return gzip.compress(body, 9 if quality == FILE_QUALITY else 6, mtime=0)
    return body
