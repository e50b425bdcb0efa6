"""Talks to the bank over HTTP: submits a file, reads what became of its transfers.

A file is PUT under its message id, so repeating the call changes nothing at a bank that remembers the id. A missing
answer (timeout, 5xx, 429, a page from something in between) says nothing: the bank is asked.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from joey.kit.json import read_json
from joey.kit.text import printable
from joey.payouts.rails.bank.connection import BankConnection
from joey.payouts.rails.port import (
    ACCEPTED,
    REJECTED,
    RETURNED,
    SETTLED,
    UNREADABLE,
    FileAnswer,
    FileReceipt,
    FileRefused,
    FileUnknown,
    PreparedFile,
    RailUnavailable,
    TransferAnswer,
)

if TYPE_CHECKING:
    import ssl

ANSWER_SECONDS, CONNECT_SECONDS = 10, 5
MOST_SECONDS = 20  # for one call in all: a hold waits for it, 45 seconds at most (sending_lock.py)
ANSWER_BYTES_MAX = 8 * 1024 * 1024
CONTENT_TYPES = {"pain001": "application/xml", "csv": "text/csv; charset=utf-8"}
# The bank does not answer about the file but about the caller or the moment. The file was not refused.
NOT_ABOUT_THE_FILE = (401, 403, 407, 408, 425, 429)


@dataclass(frozen=True)
class _BankAnswer:
    status: int
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        return printable(self.content[:300].decode("utf-8", "replace"), at_most=300)


def submit_file(bank: BankConnection, message_id: str, file: PreparedFile) -> FileReceipt:
    """PUT the file; returns once the bank has it. Raises RailUnavailable, FileRefused.

    Only an answer that names the file is a receipt: a proxy or a login page may answer 200 as well.
    """
    answer = _call(
        bank, "PUT", message_id, content=file.content, headers={"Content-Type": CONTENT_TYPES[file.file_format]}
    )
    if not answer.is_success:
        refused = _("The bank refused the file (%(status)s): %(text)s") % {
            "status": answer.status, "text": answer.text,
        }  # fmt: skip
        raise FileRefused(refused, content=answer.content)
    with _readable(answer, message_id):
        if _read_body(answer.content)["message_id"] != message_id:
            raise ValueError("another file")
    return FileReceipt(answer.content)


def read_answers(bank: BankConnection, message_id: str) -> FileAnswer:
    """What became of each transfer in the file so far. Raises RailUnavailable, FileUnknown."""
    answer = _call(bank, "GET", message_id)
    if answer.status == 404:
        raise FileUnknown(_("The bank does not know this file."), content=answer.content)
    if not answer.is_success:
        raise RailUnavailable(_("The bank does not answer for this file (%s).") % answer.status, words=answer.text)
    with _readable(answer, message_id):
        if _read_body(answer.content).get("message_id", message_id) != message_id:
            raise ValueError("another file")
        return FileAnswer(answer.content, read_answer(answer.content))


def read_answer(content: bytes) -> list[TransferAnswer]:
    """The transfers in an answer's bytes. Raises ValueError when there is no list of them."""
    payments = _read_body(content).get("payments")
    if not isinstance(payments, list):
        raise ValueError("no list of payments")
    return [_read(payment) for payment in payments]


def _read_body(content: bytes) -> dict[str, Any]:
    """The object in an answer's bytes; one that two readers could take for two things is refused with ValueError."""
    body = read_json(content, largest=ANSWER_BYTES_MAX)
    if not isinstance(body, dict):
        raise ValueError("not an object")
    return body


@contextmanager
def _readable(answer: _BankAnswer, message_id: str) -> Iterator[None]:
    """An unreadable answer says nothing of the outcome; one that names the file came from a bank that knows it."""
    try:
        yield
    except (ValueError, KeyError):
        raise RailUnavailable(_("The bank's answer cannot be read."), content=_sign_of(answer, message_id)) from None


def _sign_of(answer: _BankAnswer, message_id: str) -> bytes:
    """The answer's bytes if they show that the bank knows the file, though they cannot be read to the end; else b"".

    A login page that answers 200 and repeats the address that was asked for counts as well, since a bank's own link to
    the file looks the same: then nothing is sent again by itself, which is the safe side, and operators end it.
    """
    return answer.content if answer.is_success and _names(answer.content, message_id) else b""


def _names(content: bytes, message_id: str) -> bool:
    """Whether these bytes have the message id as a word of its own: "OTHER-" before it makes another id."""
    return re.search(rf"(?<![\w.\-]){re.escape(message_id)}(?![\w.\-])".encode(), content) is not None


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


def _call(bank: BankConnection, method: str, message_id: str, **more: Any) -> _BankAnswer:
    """One request, ended after ANSWER_SECONDS for each step and MOST_SECONDS in all.

    Raises RailUnavailable, with what had arrived of an answer that broke off, if that is a sign.
    """
    import httpx  # slow to import, and most processes never call a bank

    from joey.kit.http_in_time import client_in_time

    headers = {"Authorization": f"Bearer {bank.key}", **more.pop("headers", {})}
    status, content = 0, bytearray()
    try:
        url = f"{bank.gateway}/files/{message_id}"
        with (
            client_in_time(
                seconds=MOST_SECONDS, each=ANSWER_SECONDS, connect=CONNECT_SECONDS, verify=_trusted()
            ) as client,
            client.stream(method, url, headers=headers, **more) as answer,
        ):
            status = answer.status_code
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > ANSWER_BYTES_MAX:
                    sign = _sign_of(_BankAnswer(status, bytes(content)), message_id)
                    raise RailUnavailable(_("The bank's answer is too long."), content=sign)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        words = _("The bank's answer broke off (%s).") if status else _("The bank did not answer (%s).")
        sign = _sign_of(_BankAnswer(status, bytes(content)), message_id)
        raise RailUnavailable(words % type(error).__name__, content=sign) from None
    if status >= 500 or status in NOT_ABOUT_THE_FILE or answer.is_redirect:
        raise RailUnavailable(_("The bank cannot answer at the moment (%s).") % status)
    return _BankAnswer(status, bytes(content))


@cache
def _trusted() -> "ssl.SSLContext":
    """Whom this process believes to be the bank: reading all authorities for each call takes longer than the call."""
    import httpx

    return httpx.create_ssl_context()
