"""A bank in this process, behind the real rail: it keeps what really happened, whatever it says.

It takes the place of httpx's transport, so that files and answers are the bytes that a real bank would exchange. Its
truth is `transfers`; `fault` strikes the next call. It pays a file again that it has forgotten, as a bank does whose
memory of keys has ended: that Joey never lets this happen is what the machine proves.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import httpx

from joey.payouts.rails.bank.connection import read_connection
from tests.payouts.bank import NS, transfers
from tests.properties.machine.crash import Killed

HOSTS = ("bank.example", "other.example")  # an account at either may be the one that the settings name
REMEMBERS = timedelta(days=30)
PUT_FAULTS = ("silent", "lost", "500", "500 taken", "refuse", "garbage", "portal", "killed")
GET_FAULTS = ("500", "garbage", "forgets", "unknown word", "other amount", "other file", "contradicts", "leaves out")
OPPOSITE = {"settled": "rejected", "rejected": "settled", "returned": "settled", "accepted": "rejected"}


@dataclass
class Transferred:
    """One transfer as the bank has it. `answered` is every state that an answer named with the right amount."""

    key: str
    minor: int
    currency: str
    file: str
    state: str = "accepted"
    again: str = ""  # the state of a second payment, which no one asked the bank for
    answered: list[str] = field(default_factory=list)


@dataclass
class Bank:
    now: datetime
    host: str = HOSTS[0]  # of the account that the settings name
    fault: str = ""
    came_to: dict[str, set[str]] = field(default_factory=dict)  # by file: the accounts that it was sent to or asked of
    files: dict[str, tuple[datetime, bytes]] = field(default_factory=dict)
    transfers: dict[str, Transferred] = field(default_factory=dict)
    paid: Counter[str] = field(default_factory=Counter)  # how often the transfer of a key really was carried out
    refused: set[str] = field(default_factory=set)  # files
    others: dict[str, list[str]] = field(default_factory=dict)  # by file: transfers that answers name beside its own

    @property
    def settings(self) -> dict[str, Any]:
        return _settings(self.host)

    @property
    def account(self) -> str:
        """The rail account that the settings name."""
        return account_at(self.host)

    def decide(self, key: str, state: str) -> None:
        """What really becomes of a transfer: accepted → settled → returned, or accepted → rejected."""
        transfer = self.transfers[key]
        if (transfer.state, state) in (("accepted", "settled"), ("accepted", "rejected"), ("settled", "returned")):
            transfer.state = state

    def pay_again(self, key: str) -> None:
        """The bank pays a transfer a second time, by a mistake of its own."""
        transfer = self.transfers[key]
        if transfer.state == "settled":
            transfer.again = "accepted"

    def name_others(self, file: str, number: int) -> None:
        """From now on each answer about the file names so many more transfers that are none of it: those of other files
        first, in a state that they are not in, then some that are of no file.
        """
        known = self.others.setdefault(file, [])
        elsewhere = [key for key, each in self.transfers.items() if each.file != file and key not in known]
        known += [*elsewhere, *(f"Wages {len(known) + n} of 李小龙's" for n in range(number))][:number]

    def decide_all(self, state: str) -> None:
        for key in self.transfers:
            self.decide(key, state)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """For httpx.MockTransport."""
        fault, self.fault = self.fault, ""
        file = request.url.path.rpartition("/")[2]
        self.came_to.setdefault(file, set()).add(account_at(request.url.host))
        status, body = self._put(file, request.read(), fault) if request.method == "PUT" else self._get(file, fault)
        return httpx.Response(status, content=body if isinstance(body, bytes) else json.dumps(body).encode())

    def _put(self, file: str, content: bytes, fault: str) -> tuple[int, Any]:
        if fault == "lost":
            raise httpx.ConnectError("the bank is not there")
        if fault == "500":
            return 500, b"?"
        if fault == "portal":
            return 200, b"<html>Welcome to the hotel network</html>"
        if fault == "refuse":
            self.refused.add(file)
            return 422, {"title": "not that way"}
        self._take(file, content)
        if fault == "silent":
            raise httpx.ReadTimeout("the bank took it and says nothing")
        if fault == "killed":
            raise Killed
        if fault in ("500 taken", "garbage"):
            return (500, b"?") if fault == "500 taken" else (200, b"\xff?")
        return 200, {"message_id": file, "state": "accepted"}

    def _take(self, file: str, content: bytes) -> None:
        known = self.files.get(file)
        if known is not None and self.now - known[0] <= REMEMBERS:
            assert known[1] == content, f"other bytes under the id of {file}"
            return
        self.files[file] = (self.now, content)
        for element in transfers(content):
            key, amount = element.findtext(f"{NS}PmtId/{NS}EndToEndId") or "", element.find(f"{NS}Amt/{NS}InstdAmt")
            assert amount is not None
            self.paid[key] += 1
            self.transfers[key] = Transferred(key, _minor(amount), amount.get("Ccy") or "", file)

    def _get(self, file: str, fault: str) -> tuple[int, Any]:
        if fault == "500":
            return 500, b"?"
        if fault == "garbage":
            return 200, b"<html>"
        if file not in self.files or fault == "forgets":
            return 404, {"title": "no such file"}
        mine = [each for each in self.transfers.values() if each.file == file]
        listed = mine[1:] if fault == "leaves out" else mine
        payments = [said for each in listed for said in self._say(each, fault)]
        payments += [self._say_of_other(key) for key in self.others.get(file, ())]
        return 200, {"message_id": f"OTHER{file}" if fault == "other file" else file, "payments": payments}

    def _say(self, transfer: Transferred, fault: str) -> list[dict[str, Any]]:
        """A transfer as the answer has it: once, or twice where it was paid twice."""
        state, minor = transfer.state, transfer.minor
        if fault == "contradicts":
            state = OPPOSITE[state]
        elif fault == "unknown word":
            state = "PENDING-REVIEW"
        if fault == "other amount":
            minor += 1
        else:
            transfer.answered.append(state)
        return [
            {
                "end_to_end_id": transfer.key, "amount_minor": minor, "currency": transfer.currency, "state": each,
                "reason_code": "AC04" if each == "rejected" else "", "reason": "",
            }
            for each in (state, transfer.again) if each
        ]  # fmt: skip

    def _say_of_other(self, key: str) -> dict[str, Any]:
        other = self.transfers.get(key, Transferred(key, 100, "CNY", ""))
        return {"end_to_end_id": key, "amount_minor": other.minor, "currency": other.currency,
                "state": OPPOSITE[other.state], "reason_code": "", "reason": ""}  # fmt: skip


def _settings(host: str) -> dict[str, Any]:
    return {"bank": {"gateway": f"http://{host}/bank", "credentials": {"key": "k"}}}


def account_at(host: str) -> str:
    return read_connection(_settings(host)["bank"]).account


def _minor(amount: ET.Element) -> int:
    """Whole minor units: the text has exactly the currency's decimals."""
    return int((amount.text or "").replace(".", ""))
