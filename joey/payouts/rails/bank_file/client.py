"""Speaking with the bank over HTTP: hand over a file, read what became of its transfers.

A file is put under its message id, so putting it again changes nothing at the bank. An answer that did not come
(timeout, 5xx) means unknown: the same file goes again under the same id, never a new one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid, NotFound, Unavailable
from joey.payouts.rails.bank_file.our_bank import OurBank

if TYPE_CHECKING:
    import httpx

PATIENCE, TO_CONNECT = 10.0, 5.0  # seconds
TYPES = {"pain001": "application/xml", "csv": "text/csv; charset=utf-8"}
SETTLED, REJECTED, WAITING = "settled", "rejected", "accepted"


class BankAway(Unavailable):
    """No answer, or none that says anything: whether the bank has the file is unknown."""

    code = "bank_away"


class FileRefused(Invalid):
    """The bank said no to the file as a whole."""

    code = "file_refused"


class FileUnknown(NotFound):
    """The bank says that it never got this file."""

    code = "file_unknown"


@dataclass(frozen=True)
class Answer:
    """What the bank says of one transfer: `outcome` is SETTLED, REJECTED or WAITING; code and words when rejected."""

    end_to_end_id: str
    outcome: str
    amount_minor: int
    currency: str
    reason_code: str = ""
    reason: str = ""


def hand_over(bank: OurBank, message_id: str, form: str, content: bytes) -> None:
    """Put the file at the bank; done when it returns. Raises BankAway, FileRefused.

    Only an answer that names the file counts: a page from something in between is no receipt.
    """
    answer = _ask(bank, "PUT", message_id, content=content, headers={"Content-Type": TYPES[form]})
    if not answer.is_success:
        raise FileRefused(
            _("The bank refused the file (%(status)s): %(text)s")
            % {"status": answer.status_code, "text": answer.text[:300]}
        )
    with _readable():
        if answer.json()["message_id"] != message_id:
            raise ValueError("another file")


def read_answers(bank: OurBank, message_id: str) -> list[Answer]:
    """What became of each transfer in the file so far. Raises BankAway, FileUnknown, FileRefused."""
    answer = _ask(bank, "GET", message_id)
    if answer.status_code == 404:
        raise FileUnknown(_("The bank does not know this file: it goes to the bank again."))
    if not answer.is_success:
        raise FileRefused(
            _("The bank does not answer for this file (%(status)s): %(text)s")
            % {"status": answer.status_code, "text": answer.text[:300]}
        )
    with _readable():
        return [_read(payment) for payment in answer.json()["payments"]]


@contextmanager
def _readable() -> Iterator[None]:
    """An answer that makes no sense says nothing: unknown."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BankAway(_("The bank's answer cannot be read.")) from None


def _read(payment: dict[str, Any]) -> Answer:
    outcome, amount_minor = payment["state"], payment["amount_minor"]
    if outcome not in (SETTLED, REJECTED, WAITING) or type(amount_minor) is not int:
        raise ValueError(outcome)
    return Answer(
        end_to_end_id=_plain(payment["end_to_end_id"], at_most=70),
        outcome=outcome,
        amount_minor=amount_minor,
        currency=_plain(payment["currency"], at_most=8),
        reason_code=_plain(payment.get("reason_code") or "", at_most=8),
        reason=_plain(payment.get("reason") or "", at_most=140),
    )


def _plain(told: object, *, at_most: int) -> str:
    """One line that a table can hold and an operator's screen shows as it is."""
    return "".join(sign if sign.isprintable() else " " for sign in str(told))[:at_most]


def _ask(bank: OurBank, method: str, message_id: str, **more: Any) -> "httpx.Response":
    import httpx  # heavy, and most processes call nobody

    headers = {"Authorization": f"Bearer {bank.key}", **more.pop("headers", {})}
    try:
        patience = httpx.Timeout(PATIENCE, connect=TO_CONNECT)
        answer = httpx.request(method, f"{bank.gateway}/files/{message_id}", headers=headers, timeout=patience, **more)
    except (httpx.HTTPError, httpx.InvalidURL) as trouble:
        raise BankAway(_("The bank did not answer (%s).") % type(trouble).__name__) from None
    if answer.status_code >= 500 or answer.status_code in (408, 425, 429) or answer.is_redirect:
        raise BankAway(_("The bank is not able to answer now (%s).") % answer.status_code)
    return answer
