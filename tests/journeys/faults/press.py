"""A client that presses on Joey and keeps, on disk, what was acknowledged before it counts it.

It runs as a program of its own, knows HTTP only, and imports nothing of Joey. It goes on until its standard input
ends, then prints what it saw. Journal: a line `asked KIND MARKER` before a request leaves, `acked KIND MARKER` (synced
to the disk) when it was acknowledged. A marker is a host name in Referer (visits) or a shelf's name (writes).
"""

import argparse
import http.client
import json
import os
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile"
ANSWER_SECONDS = 40.0  # nothing may take that long
TRIES_AFTER_THE_END = 60.0  # seconds in which a write that is still open is repeated
LETTERS = str.maketrans("0123456789abcdef", "ghijklmnopabcdef")  # so that no rule sees a telephone number


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


class Journal:
    """Lines on disk; what is acknowledged is synced before it counts."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115 -- open as long as the program runs
        self._one = threading.Lock()

    def asked(self, kind: str, marker: str) -> None:
        self._file.write(f"asked {kind} {marker}\n".encode())

    def acked(self, kind: str, marker: str) -> None:
        with self._one:
            self._file.write(f"acked {kind} {marker}\n".encode())
            os.fsync(self._file.fileno())


class Press:
    """Visitors and writers, each in a thread of its own."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.site = urlsplit(asked.url)
        self.journal = Journal(asked.journal)
        self.over = threading.Event()
        self.seen: Counter[str] = Counter()
        self.odd: list[str] = []
        self.longest = 0.0
        self.shelves, self.token = f"/api/v1/shops/{asked.slug}/shelves", asked.token
        self.threads = [
            *(self._thread(self._visits, "page", f"/l/{asked.page}", 200) for _ in range(asked.visitors)),
            *(self._thread(self._visits, "way", f"/go/{asked.go}", 302) for _ in range(asked.visitors)),
            *(self._thread(self._writes) for _ in range(asked.writers)),
        ]

    def run(self) -> None:
        for thread in self.threads:
            thread.start()
        sys.stdin.read()
        self.over.set()
        for thread in self.threads:
            thread.join(TRIES_AFTER_THE_END + 2 * ANSWER_SECONDS)
        print(json.dumps({"seen": self.seen, "longest": round(self.longest, 2), "odd": self.odd[:20]}), flush=True)

    def _visits(self, kind: str, path: str, good: int) -> None:
        while not self.over.is_set():
            marker = f"{uuid.uuid4().hex}.example"
            self.journal.asked(kind, marker)
            answer = self._ask("GET", path, {"User-Agent": PHONE, "Referer": f"https://{marker}/"})
            if answer is None:
                self._count(kind, "broken")
            elif "x-click-recorded" in answer.headers:
                self._count(kind, f"{answer.status} not recorded")
                if answer.status not in (good, 503):
                    self.odd.append(f"{path}: {answer.status} {answer.body[:200]!r}")
            elif answer.status == good:
                self.journal.acked(kind, marker)
                self._count(kind, "acked")
            else:
                self._count(kind, str(answer.status))
                self.odd.append(f"{path}: {answer.status} {answer.body[:200]!r}")

    def _writes(self) -> None:
        while not self.over.is_set():
            marker = uuid.uuid4().hex[:24].translate(LETTERS)
            self.journal.asked("shelf", marker)
            deadline = None
            while not self._write(marker):
                if self.over.is_set():
                    deadline = deadline or time.monotonic() + TRIES_AFTER_THE_END
                    if time.monotonic() > deadline:
                        break
                time.sleep(0.2)

    def _write(self, marker: str) -> bool:
        """Whether it was acknowledged. The same key each time, so that repeating does no harm."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": marker,
        }
        answer = self._ask("POST", self.shelves, headers, json.dumps({"name": marker}).encode())
        if answer is None:
            self._count("shelf", "broken")
        elif answer.status == 201:
            self.journal.acked("shelf", marker)
            self._count("shelf", "acked")
            return True
        else:
            self._count("shelf", str(answer.status))
            kind = answer.headers.get("content-type", "")
            busy = answer.status == 409 and b"still_in_progress" in answer.body
            if not (answer.status == 503 or busy) or kind != "application/problem+json":
                self.odd.append(f"{self.shelves}: {answer.status} {kind} {answer.body[:300]!r}")
        return False

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer | None:
        """None when the connection broke or nothing came back."""
        assert self.site.hostname
        connection = http.client.HTTPConnection(self.site.hostname, self.site.port, timeout=ANSWER_SECONDS)
        began = time.monotonic()
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read())
        except TimeoutError:
            self.odd.append(f"{method} {path}: no answer within {ANSWER_SECONDS:.0f} s")
            return None
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
            return None
        finally:
            self.longest = max(self.longest, time.monotonic() - began)
            connection.close()

    def _count(self, kind: str, what: str) -> None:
        self.seen[f"{kind} {what}"] += 1

    @staticmethod
    def _thread(what: Callable[..., None], *given: object) -> threading.Thread:
        return threading.Thread(target=what, args=given, daemon=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--journal", "--url", "--page", "--go", "--slug", "--token"):
        parser.add_argument(name, required=True)
    parser.add_argument("--visitors", type=int, default=3, help="of pages, and as many who go out")
    parser.add_argument("--writers", type=int, default=2)
    Press(parser.parse_args()).run()


if __name__ == "__main__":
    main()
