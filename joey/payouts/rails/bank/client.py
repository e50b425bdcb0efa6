"""Talks to the bank over HTTP: submits a file, reads what became of its transfers.

A file is PUT under its message id, so repeating the call changes nothing at a bank that remembers the id. A missing
answer (timeout, 5xx, 429, a page from something in between) says nothing: the bank is asked.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from joey.payouts.rails.bank.connection import BankConnection
from joey.payouts.rails.bank.read_answer import ANSWER_BYTES_MAX, BankAnswer, read_answer, read_file_answer
from joey.payouts.rails.port import (
    LONGEST_CALL,
    NOT_KNOWN,
    RECEIPT,
    REFUSED,
    UNREADABLE,
    FileAnswer,
    FileReceipt,
    FileRefused,
    FileUnknown,
    PreparedFile,
    RailUnavailable,
)

if TYPE_CHECKING:
    import ssl

ANSWER_SECONDS, CONNECT_SECONDS = 10, 5
MOST_SECONDS = LONGEST_CALL.total_seconds()  # for one call in all
CONTENT_TYPES = {"pain001": "application/xml", "csv": "text/csv; charset=utf-8"}


def submit_file(bank: BankConnection, message_id: str, file: PreparedFile) -> FileReceipt:
    """PUT the file; returns once the bank has it. Raises RailUnavailable, FileRefused."""
    answer = _call(
        bank, "PUT", message_id, content=file.content, headers={"Content-Type": CONTENT_TYPES[file.file_format]}
    )
    says = read_file_answer(message_id, answer.content)
    if says == REFUSED:
        words = f"{answer.status} {answer.text}".strip()
        raise FileRefused(_("The bank refused the file."), content=answer.content, words=words)
    if says != RECEIPT:
        raise _unreadable(answer, message_id)
    return FileReceipt(answer.content)


def read_answers(bank: BankConnection, message_id: str) -> FileAnswer:
    """What became of each transfer in the file so far. Raises RailUnavailable, FileUnknown."""
    answer = _call(bank, "GET", message_id)
    if read_file_answer(message_id, answer.content) == NOT_KNOWN:
        raise FileUnknown(_("The bank does not know this file."), content=answer.content)
    if not answer.is_success:
        raise RailUnavailable(_("The bank does not answer for this file (%s).") % answer.status, words=answer.text)
    try:
        return FileAnswer(answer.content, read_answer(message_id, answer.content))
    except ValueError:
        raise _unreadable(answer, message_id) from None


def _unreadable(answer: BankAnswer, message_id: str) -> RailUnavailable:
    return RailUnavailable(_("The bank's answer cannot be read."), content=_sign_of(answer, message_id))


def _sign_of(answer: BankAnswer, message_id: str) -> bytes:
    """What is kept of an answer that cannot be read to its end, if it shows that the bank knows the file; else b""."""
    return answer.content if read_file_answer(message_id, answer.content) == UNREADABLE else b""


def _call(bank: BankConnection, method: str, message_id: str, **more: Any) -> BankAnswer:
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
                    sign = _sign_of(BankAnswer(method, status, bytes(content), is_whole=False), message_id)
                    raise RailUnavailable(_("The bank's answer is too long."), content=sign)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        words = _("The bank's answer broke off (%s).") if status else _("The bank did not answer (%s).")
        sign = _sign_of(BankAnswer(method, status, bytes(content), is_whole=False), message_id)
        raise RailUnavailable(words % type(error).__name__, content=sign) from None
    said = BankAnswer(method, status, bytes(content))
    if not said.is_about_the_file:
        raise RailUnavailable(_("The bank cannot answer at the moment (%s).") % status)
    return said


@cache
def _trusted() -> "ssl.SSLContext":
    """Whom this process believes to be the bank: reading all authorities for each call takes longer than the call."""
    import httpx

    return httpx.create_ssl_context()
