"""Reads what the bank answered, from the bytes that are kept of it alone: when they come, and in every later proof.

Kept is what arrived, after a line that says to which call and with which status: a refusal and the word that the bank
does not know a file may have the same body.
"""

import re
from dataclasses import dataclass
from typing import Any

from joey.kit.json import read_json
from joey.kit.text import printable
from joey.payouts.rails.port import (
    ACCEPTED,
    NOT_KNOWN,
    RECEIPT,
    REFUSED,
    REJECTED,
    RETURNED,
    SETTLED,
    UNREADABLE,
    TransferAnswer,
)

ANSWER_BYTES_MAX = 8 * 1024 * 1024
# The bank does not answer about the file but about the caller or the moment. The file was not refused.
NOT_ABOUT_THE_FILE = (401, 403, 407, 408, 425, 429)
_KEPT = re.compile(rb"(GET|PUT) ([0-9]+)( broken off)?\n(.*)", re.DOTALL)


@dataclass(frozen=True)
class BankAnswer:
    """One answer over HTTP; `is_whole` unless it broke off."""

    method: str
    status: int
    body: bytes
    is_whole: bool = True

    @property
    def content(self) -> bytes:
        """What is kept of it."""
        end = "" if self.is_whole else " broken off"
        return f"{self.method} {self.status}{end}\n".encode() + self.body

    @classmethod
    def from_content(cls, content: bytes) -> "BankAnswer":
        """Read what `content` wrote. Raises ValueError."""
        found = _KEPT.fullmatch(content)
        if found is None:
            raise ValueError("no answer of this bank")
        return cls(found[1].decode(), int(found[2]), found[4], is_whole=found[3] is None)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_about_the_file(self) -> bool:
        """Whether it says something of the file, if only that the bank will not have it."""
        return self.is_success or (400 <= self.status < 500 and self.status not in NOT_ABOUT_THE_FILE)

    @property
    def text(self) -> str:
        return printable(self.body[:300].decode("utf-8", "replace"), at_most=300)


def read_answer(message_id: str, content: bytes) -> list[TransferAnswer]:
    """The transfers in an answer about this file. Raises ValueError when there is no list of them."""
    return _transfers(BankAnswer.from_content(content), message_id)


def read_file_answer(message_id: str, content: bytes) -> str:
    """What an answer says of the file as a whole: receipt, refused, not known, unreadable; "" for nothing.

    Only an answer that names the file is a receipt: a proxy or a login page may answer 200 as well. An unreadable one
    that names it comes from a bank that knows it. A login page that repeats the address that was asked for counts too,
    since a bank's own link to the file looks the same: then nothing is sent again by itself, which is the safe side,
    and operators end it.
    """
    answer = BankAnswer.from_content(content)
    if not answer.is_success:
        if not (answer.is_about_the_file and answer.is_whole):
            return ""
        if answer.method == "PUT":
            return REFUSED
        return NOT_KNOWN if answer.status == 404 else ""
    try:
        if answer.method == "PUT":
            _body(answer, message_id)
            return RECEIPT
        return "" if _transfers(answer, message_id) else RECEIPT
    except ValueError:
        return UNREADABLE if _names(answer.body, message_id) else ""


def _transfers(answer: BankAnswer, message_id: str) -> list[TransferAnswer]:
    payments = _body(answer, message_id).get("payments") if answer.method == "GET" else None
    if not isinstance(payments, list):
        raise ValueError("no list of payments")
    return [_read(payment) for payment in payments]


def _body(answer: BankAnswer, message_id: str) -> dict[str, Any]:
    """The object in its bytes; one that two readers could take for two things is refused with ValueError.

    A receipt has to name its file; where the bank was asked, it may leave the name out.
    """
    if not (answer.is_success and answer.is_whole):
        raise ValueError("no answer about the file to its end")
    body = read_json(answer.body, largest=ANSWER_BYTES_MAX)
    if not isinstance(body, dict):
        raise ValueError("not an object")
    if body.get("message_id", message_id if answer.method == "GET" else None) != message_id:
        raise ValueError("another file")
    return body


def _names(body: bytes, message_id: str) -> bool:
    """Whether these bytes have the message id as a word of its own: "OTHER-" before it makes another id."""
    return re.search(rf"(?<![\w.\-]){re.escape(message_id)}(?![\w.\-])".encode(), body) is not None


def _read(payment: Any) -> TransferAnswer:
    """One entry. What is unknown or missing in it makes this entry UNREADABLE and no other."""
    if not isinstance(payment, dict):
        return TransferAnswer("", UNREADABLE, None, "", reason=printable(payment, at_most=140))
    outcome, amount_minor = payment.get("state"), payment.get("amount_minor")
    reason = printable(payment.get("reason") or "", at_most=140)
    if outcome not in (ACCEPTED, SETTLED, REJECTED, RETURNED) or type(amount_minor) is not int:
        reason = printable(f"state {outcome!r}: {reason}", at_most=140)
        outcome = UNREADABLE
    return TransferAnswer(
        key=printable(payment.get("end_to_end_id") or "", at_most=70),
        outcome=str(outcome),
        amount_minor=amount_minor if type(amount_minor) is int and abs(amount_minor) < 2**63 else None,
        currency=printable(payment.get("currency") or "", at_most=8),
        reason_code=printable(payment.get("reason_code") or "", at_most=8),
        reason=reason,
    )
