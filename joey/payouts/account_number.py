"""Reading payout details as people type them: a name, an account number or IBAN, a bank's code."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid

NAME_MAX = 70
_GROUPING = re.compile(r"[ \-]")
_ACCOUNT = re.compile(r"[0-9A-Z]{6,34}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")  # ISO 9362
_CNAPS = re.compile(r"[0-9]{12}")


def read_holder_name(text: str) -> str:
    """1 to 70 visible characters, as the bank knows the holder. Raises Invalid ("holder_name")."""
    name = unicodedata.normalize("NFC", text).strip() if isinstance(text, str) else ""
    if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
        raise Invalid(
            _("Write the account holder's name as the bank knows it, at most 70 characters."), field="holder_name"
        )
    return name


def read_account_number(text: str) -> str:
    """Digits and capital letters without grouping, 6 to 34. What looks like an IBAN must pass its check digits.

    Raises Invalid ("account_number").
    """
    number = _plain(text)
    if not _ACCOUNT.fullmatch(number) or not any(sign.isdigit() for sign in number):
        raise Invalid(
            _("This is not an account number Joey can read: 6 to 34 digits, or an IBAN."), field="account_number"
        )
    if is_iban_shaped(number) and not _iban_adds_up(number):
        raise Invalid(_("This IBAN has a typing error: its check digits do not fit."), field="account_number")
    return number


def read_bank_code(text: str) -> str:
    """A BIC (8 or 11 signs), a CNAPS code (12 digits) or "". Raises Invalid ("bank_code")."""
    code = _plain(text)
    if code and not is_bic(code) and not is_cnaps(code):
        raise Invalid(
            _("This is neither a BIC (8 or 11 letters and digits) nor a CNAPS code (12 digits)."), field="bank_code"
        )
    return code


def is_iban_shaped(number: str) -> bool:
    return _IBAN.fullmatch(number) is not None


def is_bic(code: str) -> bool:
    return _BIC.fullmatch(code) is not None


def is_cnaps(code: str) -> bool:
    return _CNAPS.fullmatch(code) is not None


def _iban_adds_up(number: str) -> bool:
    """ISO 13616: country and check digits moved to the end, letters as 10…35, the whole leaves 1 modulo 97."""
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def _plain(text: str) -> str:
    """Without grouping, capitals, full-width signs as plain ones."""
    if not isinstance(text, str):
        return "?"
    return _GROUPING.sub("", unicodedata.normalize("NFKC", text[:200])).upper()
