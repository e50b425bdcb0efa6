"""A bank over real HTTP for one test: it keeps files, answers as the test decides, and can drop an answer."""

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from xml.etree import ElementTree as ET

KEY = "test-bank-key"
NS = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


def transfers(content: bytes) -> list[ET.Element]:
    """The single transfers of a pain.001 file."""
    return list(ET.fromstring(content).iter(f"{NS}CdtTrfTxInf"))  # noqa: S314 (Joey's own file)


@dataclass
class Bank:
    """`files` by message id as first received, `received` every request body, `asked` every file asked
    about. `faults` hit the next calls in turn.

    Faults: "silent" (takes the file, hangs up), "500" (takes nothing), "garbage" (takes the file, answers rubbish),
    "cut" (takes the file, its answer lacks the end), "broken" (the same, and the connection breaks before the promised
    length), "broken 500" (takes nothing, and an error that names the file breaks off like that), "refuse" (422), "401"
    and the like, "410" (when asked), "portal" (200 from something in between, takes nothing), "login" (the same, and
    repeats the address).
    """

    url: str = ""
    host: str = "bank.example"  # for the identity of the rail account; the port changes with each test
    files: dict[str, bytes] = field(default_factory=dict)
    received: list[tuple[str, bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    decided: dict[str, dict[str, Any]] = field(default_factory=dict)
    extra: list[dict[str, Any]] = field(default_factory=list)
    stumbles_over: Collection[str] = ()  # message ids: it takes nothing of these files, each time
    before_answer: Callable[[], object] = lambda: None  # runs once a file was received
    rewrite: Callable[[bytes], bytes] = bytes  # of the body of each answer that it means
    message_prefix: str = ""  # before the message id in its answers: it answers for another file

    @property
    def settings(self) -> dict[str, Any]:
        return {"bank": {"gateway": self.url, "credentials": {"key": KEY}, "host": self.host}}

    def instructions(self) -> dict[str, str]:
        """What the bank has to pay: amount by end-to-end id, over all files. The same transfer in two files fails."""
        found: dict[str, str] = {}
        for content in self.files.values():
            for transfer in transfers(content):
                key = transfer.findtext(f"{NS}PmtId/{NS}EndToEndId") or ""
                assert key not in found, "the same instruction in two files"
                found[key] = transfer.findtext(f"{NS}Amt/{NS}InstdAmt") or ""
        return found

    def decide(self, end_to_end_id: str, state: str, **more: Any) -> None:
        self.decided[end_to_end_id] = {"state": state, **more}

    def decide_all(self, state: str, **more: Any) -> None:
        for key in self.instructions():
            self.decide(key, state, **more)

    def answer(self, message_id: str) -> dict[str, Any]:
        payments = []
        for transfer in transfers(self.files[message_id]):
            key = transfer.findtext(f"{NS}PmtId/{NS}EndToEndId") or ""
            amount = transfer.find(f"{NS}Amt/{NS}InstdAmt")
            assert amount is not None
            payment = {
                "end_to_end_id": key,
                "amount_minor": int((amount.text or "").replace(".", "")),
                "currency": amount.get("Ccy"),
                "state": "accepted",
                "reason_code": "",
                "reason": "",
            }
            payments.append(payment | self.decided.get(key, {}))
        return {"message_id": self.message_prefix + message_id, "state": "accepted", "payments": payments + self.extra}


@contextmanager
def running_bank() -> Iterator[Bank]:
    bank = Bank()

    class Gateway(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            message_id = self.path.rpartition("/")[2]
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Authorization"] != f"Bearer {KEY}":
                self._answer(401, {})
                return
            fault = bank.faults.pop(0) if bank.faults else ""
            fault = "500" if message_id in bank.stumbles_over else fault
            bank.received.append((message_id, body))
            bank.before_answer()
            if fault in ("", "silent", "garbage", "cut", "broken"):
                bank.files.setdefault(message_id, body)
            if fault == "silent":
                self.close_connection = True
            elif fault == "500":
                self._answer(500, {})
            elif fault in ("401", "403", "429"):
                self._answer(int(fault), {})
            elif fault == "refuse":
                self._answer(422, {"title": "not that way"})
            elif fault in ("cut", "broken", "broken 500"):
                self._cut(message_id, fault)
            elif fault == "login":
                self._send(200, f'<form action="/login?next={self.path}"></form>'.encode())
            elif fault in ("garbage", "portal"):
                self._send(200, b"<html>Welcome to the hotel network</html>")
            else:
                self._answer(200, {"message_id": message_id, "state": "accepted"})

        def do_GET(self) -> None:
            message_id = self.path.rpartition("/")[2]
            bank.asked.append(message_id)
            fault = bank.faults.pop(0) if bank.faults else ""
            if fault in ("cut", "broken", "broken 500"):
                self._cut(message_id, fault)
            elif fault == "410":
                self._answer(410, {"title": "not that way"})
            elif fault:
                self._send(500 if fault == "500" else 200, b"?")
            elif message_id in bank.files:
                self._answer(200, bank.answer(message_id))
            else:
                self._answer(404, {"title": "no such file"})

        def _cut(self, message_id: str, fault: str) -> None:
            body = json.dumps({"message_id": message_id, "state": "accepted"}).encode()[:-8]
            self._send(500 if fault.endswith("500") else 200, body, missing=0 if fault == "cut" else 8)

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            self._send(status, bank.rewrite(json.dumps(body).encode()))

        def _send(self, status: int, body: bytes, *, missing: int = 0) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) + missing))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    bank.url = f"http://127.0.0.1:{server.server_port}/bank"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield bank
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
