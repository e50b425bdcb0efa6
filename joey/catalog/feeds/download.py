"""Fetch a list into a folder: only if it changed, only whole, and going on where the last attempt ended.

The folder has `list`, the last whole one, and `list.json` with what it was called by its server; and while one comes in
`part` and `part.json`, which stay when the connection ends early.
"""

import hashlib
import json
import os
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from django.utils.translation import gettext_noop

from joey.kit.json import read_json
from joey.kit.safe_address import NotPublic, pinned
from joey.kit.sentences import Sentence

if TYPE_CHECKING:
    import httpx

MOST_REDIRECTS = 2
STEP_SECONDS, CONNECT_SECONDS = 30.0, 10.0
MOVED = (301, 302, 303, 307, 308)
NO_LIST = ("text/html", "application/xhtml+xml", "image/", "video/", "audio/")
_PLACE = re.compile(r"bytes (\d+)-(\d+)/(\d+)", re.ASCII)


@dataclass(frozen=True)
class Downloaded:
    """The whole list. `answer` is the status; 304 says that it is the one that was here before."""

    path: Path
    sha256: str
    answer: str
    bytes: int  # that came in now


class DownloadFailed(Exception):
    """No whole list: why, and what was answered. It never quotes the address, which may hold a secret."""

    def __init__(self, why: Sentence, answer: str = "none", wished: timedelta | None = None) -> None:
        super().__init__(why.english)
        self.why, self.answer, self.wished = why, answer, wished


class _Again(Exception):
    """What was kept of an earlier attempt is of no use any more."""


def download(address: str, folder: Path, *, most_bytes: int, seconds: float) -> Downloaded:
    """Fetch the list at `address` into `folder`. Raises DownloadFailed; then what is whole there stays as it was."""
    folder.mkdir(parents=True, exist_ok=True)
    one = _Attempt(address, folder, most_bytes, monotonic() + seconds)
    try:
        return one.run()
    except _Again:
        one.forget_part()
        return one.run()


class _Attempt:
    def __init__(self, address: str, folder: Path, most_bytes: int, until: float) -> None:
        self._address, self._most, self._until = address, most_bytes, until
        self._list, self._list_facts = folder / "list", folder / "list.json"
        self._part, self._part_facts = folder / "part", folder / "part.json"
        self._called = hashlib.sha256(address.encode()).hexdigest()  # another address is another list
        self._came = 0

    def forget_part(self) -> None:
        self._part.unlink(missing_ok=True)
        self._part_facts.unlink(missing_ok=True)

    def run(self) -> Downloaded:
        import httpx  # heavy, and most processes make no requests

        try:
            return self._ask(self._address, MOST_REDIRECTS)
        except httpx.TimeoutException:
            raise DownloadFailed(Sentence(gettext_noop("The list did not come within the time allowed."))) from None
        except (httpx.HTTPError, httpx.InvalidURL) as trouble:
            why = gettext_noop("The connection ended before the list was whole (%(kind)s).")
            raise DownloadFailed(Sentence(why, {"kind": type(trouble).__name__})) from None

    def _ask(self, address: str, redirects: int) -> Downloaded:
        from joey.kit.http_in_time import client_in_time

        try:
            at = pinned(address)
        except NotPublic:
            why = gettext_noop("The address may not be fetched: it has to be https, on port 443 of a public host.")
            raise DownloadFailed(Sentence(why)) from None
        except OSError:
            raise DownloadFailed(Sentence(gettext_noop("The host of the address is not known."))) from None
        headers = {"accept": "*/*", "accept-encoding": "identity", "host": at.netloc, **self._wishes()}
        if _origin(address) == _origin(self._address):  # a password is not for the host that one is sent on to
            headers |= _password(self._address)
        left = max(0.1, self._until - monotonic())
        with (
            client_in_time(seconds=left, each=STEP_SECONDS, connect=CONNECT_SECONDS) as client,
            client.stream("GET", at.url, headers=headers, extensions={"sni_hostname": at.host}) as response,
        ):
            if response.status_code in MOVED and "location" in response.headers:
                if not redirects:
                    raise DownloadFailed(Sentence(gettext_noop("The address leads on too often.")), _status(response))
                moved_to = urljoin(address, response.headers["location"])
            else:
                return self._answered(response)
        return self._ask(moved_to, redirects - 1)

    def _wishes(self) -> Mapping[str, str]:
        """Headers: only what is newer than the list that is here, and only what the part lacks."""
        wishes: dict[str, str] = {}
        if (whole := self._facts(self._list, self._list_facts)) is not None:
            wishes |= {"if-none-match": whole["etag"]} if whole["etag"] else {}
            wishes |= {"if-modified-since": whole["modified"]} if whole["modified"] else {}
        part = self._facts(self._part, self._part_facts)
        if part is not None and (known := _strong(part)):
            wishes |= {"range": f"bytes={self._part.stat().st_size}-", "if-range": known}
        return wishes

    def _facts(self, file: Path, facts: Path) -> dict[str, Any] | None:
        try:
            found = read_json(facts.read_bytes())
            return found if file.stat().st_size and found["called"] == self._called else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _answered(self, response: "httpx.Response") -> Downloaded:
        status = response.status_code
        if status == 304 and (whole := self._facts(self._list, self._list_facts)) is not None:
            self.forget_part()
            return Downloaded(self._list, whole["sha256"], "304", 0)
        if status == 416 and self._part.exists():
            raise _Again
        if status not in (200, 206):
            why = gettext_noop("The address answered HTTP %(status)s.")
            raise DownloadFailed(Sentence(why, {"status": str(status)}), str(status), _wished(response))
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind.startswith(NO_LIST):
            why = gettext_noop("The address answered with %(kind)s, which is no list of goods.")
            raise DownloadFailed(Sentence(why, {"kind": kind[:40]}), str(status))
        if response.headers.get("content-encoding", "identity").lower() not in ("identity", "gzip", "x-gzip"):
            why = gettext_noop("The answer is packed in a way that was not asked for.")
            raise DownloadFailed(Sentence(why), str(status))
        self._write(response, self._begin(response))
        return self._finish(response)

    def _begin(self, response: "httpx.Response") -> int:
        """At which byte the answer begins; what it is called is kept before the first byte is."""
        facts = {
            "called": self._called,
            "etag": response.headers.get("etag", ""),
            "modified": response.headers.get("last-modified", ""),
        }
        if response.status_code == 206:
            part = self._facts(self._part, self._part_facts)
            place = _PLACE.fullmatch(response.headers.get("content-range", ""))
            if part is None or place is None or int(place[1]) != self._part.stat().st_size:
                raise _Again
            if facts["etag"] != part["etag"] or facts["modified"] not in ("", part["modified"]):
                raise _Again  # the list changed in between, and the server did not mind
            return int(place[1])
        self.forget_part()
        self._part_facts.write_text(json.dumps(facts), encoding="utf-8")
        return 0

    def _write(self, response: "httpx.Response", start: int) -> None:
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and start + int(announced) > self._most:
            self._too_large(response)
        with self._part.open("ab" if start else "wb") as file:
            for piece in response.iter_raw():  # raw: what is packed is unpacked by the reader, which notices a bomb
                file.write(piece)
                self._came += len(piece)
                if start + self._came > self._most:
                    self._too_large(response)
            file.flush()
            os.fsync(file.fileno())

    def _too_large(self, response: "httpx.Response") -> None:
        self.forget_part()
        why = gettext_noop("The list is larger than the %(most)s MB that JOEY_FEED_MB allows.")
        raise DownloadFailed(Sentence(why, {"most": str(self._most >> 20)}), _status(response))

    def _finish(self, response: "httpx.Response") -> Downloaded:
        place = _PLACE.fullmatch(response.headers.get("content-range", ""))
        if response.status_code == 206 and place is not None and int(place[3]) != self._part.stat().st_size:
            raise _Again
        with self._part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        facts = read_json(self._part_facts.read_bytes()) | {"sha256": digest}
        self._list_facts.unlink(missing_ok=True)  # killed in between, the list is one without a name, and asked again
        os.replace(self._part, self._list)
        self._list_facts.write_text(json.dumps(facts), encoding="utf-8")
        self._part_facts.unlink(missing_ok=True)
        return Downloaded(self._list, digest, _status(response), self._came)


def _status(response: "httpx.Response") -> str:
    return str(response.status_code)


def _strong(facts: Mapping[str, str]) -> str:
    """By what a server may send the rest of the same bytes: a weak tag only says that they mean the same."""
    return facts["etag"] if facts["etag"] and not facts["etag"].startswith("W/") else facts["modified"]


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.rpartition("@")[2].lower()


def _password(address: str) -> Mapping[str, str]:
    parts = urlsplit(address)
    if not parts.username and not parts.password:
        return {}
    known = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return {"authorization": f"Basic {b64encode(known.encode()).decode()}"}


def _wished(response: "httpx.Response") -> timedelta | None:
    text = response.headers.get("retry-after", "")
    return timedelta(seconds=int(text)) if text.isdecimal() and len(text) < 7 else None
