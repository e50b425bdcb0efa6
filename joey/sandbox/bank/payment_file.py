"""What a payment file asks for, whichever form it came in, and why it is refused."""

import re
from dataclasses import dataclass

from joey.sandbox.amounts import decimal_text, decimals_of
from joey.sandbox.refused import Refused

LONGEST_ID = 35
LONGEST_NAME = 140
LONGEST_ACCOUNT = 34
MOST_PAYMENTS = 10_000

_AMOUNT = re.compile(r"(\d{1,15})(?:\.(\d+))?", re.ASCII)
_ID = re.compile(r"[0-9A-Za-z/\-?:().,'+ _]{1,35}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


@dataclass(frozen=True)
class Payment:
    """One transfer that a file asks for."""

    end_to_end_id: str
    amount_minor: int
    currency: str
    creditor_name: str
    creditor_account: str
    creditor_bank: str
    reference: str


def refused(element: str, text: str, status: int = 422) -> Refused:
    """A refusal of the file that names the element at fault."""
    return Refused(status, f"{element}: {text}", element)


def read_amount(element: str, text: str, currency: str) -> int:
    """`12.50` CNY → 1250, `12` JPY → 12; exactly the decimals of the currency, 18 digits at most, and above zero."""
    decimals = decimals_of(currency)
    found = _AMOUNT.fullmatch(text)
    if not found or len(found[2] or "") != decimals:
        like = decimal_text(12 * 10**decimals, decimals)
        raise refused(element, f"an amount of {currency[:3]} has exactly {decimals} decimals, like {like}")
    minor = int(found[1] + (found[2] or ""))
    if minor == 0:
        raise refused(element, "an amount must be above zero")
    return minor


def check_payment(payment: Payment, where: dict[str, str]) -> None:
    """Raises Refused naming the element; `where` says what each field is called in this kind of file."""
    if not _ID.fullmatch(payment.end_to_end_id):
        raise refused(where["end_to_end_id"], f"1 to {LONGEST_ID} characters of the bank's set")
    if not _CURRENCY.fullmatch(payment.currency):
        raise refused(where["currency"], "three capital letters, like CNY")
    if not 1 <= len(payment.creditor_name.strip()) <= LONGEST_NAME:
        raise refused(where["creditor_name"], f"1 to {LONGEST_NAME} characters")
    if not 1 <= len(payment.creditor_account.strip()) <= LONGEST_ACCOUNT:
        raise refused(where["creditor_account"], f"1 to {LONGEST_ACCOUNT} characters")
    if len(payment.reference) > LONGEST_NAME:
        raise refused(where["reference"], f"at most {LONGEST_NAME} characters")


def check_file(payments: list[Payment], element: str) -> None:
    """A file has something in it, not too much, and no end-to-end id twice."""
    if not payments:
        raise refused(element, "the file asks for no payment")
    if len(payments) > MOST_PAYMENTS:
        raise refused(element, f"at most {MOST_PAYMENTS} payments in a file")
    seen: set[str] = set()
    for payment in payments:
        if payment.end_to_end_id in seen:
            raise refused(element, f"the id {payment.end_to_end_id} is there twice")
        seen.add(payment.end_to_end_id)
