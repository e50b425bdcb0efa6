"""Stylesheets, scripts and fonts under /static/: named by their content, kept by browsers for a year, sent compressed.

Nothing has to be collected before a start: a file is found and hashed when a page first names it, and compressed when
a browser first asks for it. Each worker keeps them in memory; all of them together are a few megabytes.
"""

import asyncio
import mimetypes
import re
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.exceptions import SuspiciousFileOperation

from joey.edge.answer import Header
from joey.edge.asked import Scope, Send
from joey.edge.encoded import FILE_QUALITY, LARGE_FILE, LARGE_FILE_QUALITY, LEAST, encode, encoding_for

HASHED = re.compile(r"(.+)\.([0-9a-f]{12})(\.[A-Za-z0-9]+)")
FOR_EVER = b"public, max-age=31536000, immutable"
FOR_AN_HOUR = b"public, max-age=3600"  # asked for without its hash, as stylesheets of libraries name their fonts
COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml")


@dataclass(frozen=True)
class StaticFile:
    """One file with its hash and the encodings that were asked for."""

    content: bytes
    digest: str
    content_type: str
    encoded: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def compressible(self) -> bool:
        return self.content_type.startswith(COMPRESSED) and len(self.content) >= LEAST


class HashedNames(StaticFilesStorage):
    """Django's `static` with the file's hash in its name: joey.css becomes /static/joey.0123456789ab.css."""

    def url(self, name: str | None, force: bool = False) -> str:
        found = _file(name or "")
        if found is None:
            return str(super().url(name))
        path = Path(name or "")
        return str(super().url(str(path.with_name(f"{path.stem}.{found.digest}{path.suffix}"))))


class AnswerStatic:
    """Answers GET and HEAD under STATIC_URL."""

    async def __call__(self, scope: Scope, send: Send) -> bool:
        """False when there is no such file: Django's own "not found" answers then."""
        if scope["method"] not in ("GET", "HEAD"):
            return False
        name = str(scope["path"]).removeprefix(settings.STATIC_URL)
        hashed = HASHED.fullmatch(name)
        found = _file(hashed[1] + hashed[3]) if hashed else None
        current = found is not None and hashed is not None and hashed[2] == found.digest
        found = found or _file(name)
        if found is None:
            return False
        accepts = none_match = b""
        for header, value in scope["headers"]:
            if header == b"accept-encoding":
                accepts = value
            elif header == b"if-none-match":
                none_match = value
        encoding = encoding_for(accepts) if found.compressible else b""
        body = await _body(found, encoding)
        etag = f'"{found.digest}{"-" if encoding else ""}{encoding.decode()}"'.encode()
        headers: list[Header] = [
            (b"cache-control", FOR_EVER if current else FOR_AN_HOUR),
            (b"etag", etag),
            (b"vary", b"accept-encoding"),
        ]
        if etag in none_match:
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return True
        headers.append((b"content-type", found.content_type.encode()))
        headers.append((b"content-length", str(len(body)).encode()))
        if encoding:
            headers.append((b"content-encoding", encoding))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
        return True


async def _body(file: StaticFile, encoding: bytes) -> bytes:
    """Compressed once, beside the event loop: the best Brotli can do takes tens of milliseconds."""
    if not encoding:
        return file.content
    found = file.encoded.get(encoding)
    if found is None:
        quality = FILE_QUALITY if len(file.content) < LARGE_FILE else LARGE_FILE_QUALITY
        found = file.encoded[encoding] = await asyncio.to_thread(encode, file.content, encoding, quality=quality)
    return found


_files: dict[str, StaticFile] = {}  # only names of files that exist, so strangers cannot fill it


def _file(name: str) -> StaticFile | None:
    """The file that Django's finders know by this name."""
    known = _files.get(name)
    if known is None:
        try:
            path: Any = finders.find(name) if name and "\0" not in name else None
        except (SuspiciousFileOperation, ValueError):  # an address that climbs out of the folder
            return None
        if path is None or not Path(path).is_file():
            return None
        content = Path(path).read_bytes()
        known = _files[name] = StaticFile(content, blake2b(content, digest_size=6).hexdigest(), _type_of(name))
    return known


def _type_of(name: str) -> str:
    found = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") else found
