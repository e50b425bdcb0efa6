"""Talks to the bank over HTTP: submits a file, reads what became of its transfers.

A file is PUT under its message id, so repeating the call changes nothing at the bank. A missing answer (timeout, 5xx)
means unknown: the same file is sent again under the same id, never a new one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from joey.payouts.rails.bank.connection import BankConnection
from joey.payouts.rails.port import (
    ACCEPTED,
    REJECTED,
    SETTLED,
    FileRefused,
    FileUnknown,
    PreparedFile,
    RailUnavailable,
    TransferAnswer,
)

if TYPE_CHECKING:
    import httpx

ANSWER_SECONDS, CONNECT_SECONDS = 10.0, 5.0
CONTENT_TYPES = {"pain001": "application/xml", "csv": "text/csv; charset=utf-8"}


def submit_file(bank: BankConnection, message_id: str, file: PreparedFile) -> None:
    """PUT the file; returns once the bank has it. Raises RailUnavailable, FileRefused.

    Only an answer that names the file is a receipt: a proxy or a login page may answer 200 as well.
    """
    answer = _ask(
        bank, "PUT", message_id, content=file.content, headers={"Content-Type": CONTENT_TYPES[file.file_format]}
    )
    if not answer.is_success:
        raise FileRefused(
            _("The bank refused the file (%(status)s): %(text)s")
            % {"status": answer.status_code, "text": answer.text[:300]}
        )
    with _readable():
        if answer.json()["message_id"] != message_id:
            raise ValueError("another file")


def read_answers(bank: BankConnection, message_id: str) -> list[TransferAnswer]:
    """What became of each transfer in the file so far. Raises RailUnavailable, FileUnknown, FileRefused."""
    answer = _ask(bank, "GET", message_id)
    if answer.status_code == 404:
        raise FileUnknown(_("The bank does not know this file."))
    if not answer.is_success:
        raise FileRefused(
            _("The bank does not answer for this file (%(status)s): %(text)s")
            % {"status": answer.status_code, "text": answer.text[:300]}
        )
    with _readable():
        return [_read(payment) for payment in answer.json()["payments"]]


@contextmanager
def _readable() -> Iterator[None]:
    """An unreadable answer says nothing: the outcome is unknown."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RailUnavailable(_("The bank's answer cannot be read.")) from None


def _read(payment: dict[str, Any]) -> TransferAnswer:
    outcome, amount_minor = payment["state"], payment["amount_minor"]
    if outcome not in (SETTLED, REJECTED, ACCEPTED) or type(amount_minor) is not int:
        raise ValueError(outcome)
    return TransferAnswer(
        key=_plain(payment["end_to_end_id"], at_most=70),
        outcome=outcome,
        amount_minor=amount_minor,
        currency=_plain(payment["currency"], at_most=8),
        reason_code=_plain(payment.get("reason_code") or "", at_most=8),
        reason=_plain(payment.get("reason") or "", at_most=140),
    )


def _plain(received: object, *, at_most: int) -> str:
    """One printable line, so that a table can hold it and an operator's screen shows it unchanged."""
    return "".join(character if character.isprintable() else " " for character in str(received))[:at_most]


def _ask(bank: BankConnection, method: str, message_id: str, **more: Any) -> "httpx.Response":
    import httpx  # slow to import, and most processes never call a bank

    headers = {"Authorization": f"Bearer {bank.key}", **more.pop("headers", {})}
    try:
        limits = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        answer = httpx.request(method, f"{bank.gateway}/files/{message_id}", headers=headers, timeout=limits, **more)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise RailUnavailable(_("The bank did not answer (%s).") % type(error).__name__) from None
    if answer.status_code >= 500 or answer.status_code in (408, 425, 429) or answer.is_redirect:
        raise RailUnavailable(_("The bank cannot answer at the moment (%s).") % answer.status_code)
    return answer
