"""Reads payout details as people type them: a name, an account number, card or IBAN, a bank code.

Whatever a published standard lets us check is checked at once. A typing error found here costs a second; found by the
bank it costs the pause of 72 hours and days of waiting.
"""

import re
import unicodedata
from contextlib import suppress

from django.utils.translation import gettext_lazy as _
from stdnum import bic, iban, luhn
from stdnum.exceptions import InvalidComponent, InvalidFormat, ValidationError
from stdnum.iso7064 import mod_11_10

from joey.kit.refusals import Invalid, Text
from joey.kit.text import read_line
from joey.payouts.bank_names import bank_of_card, bank_of_cnaps

NAME_MAX = 70
_GROUPING = re.compile(r"[ \-]")
_ACCOUNT = re.compile(r"[0-9A-Z]{6,34}")
_IBAN_START = re.compile(r"[A-Z]{2}[0-9]{2}")
# Number ranges of bank cards: UnionPay (GB/T 20547.1), Visa and Mastercard (ISO/IEC 7812). Account numbers that are
# no cards have no common check digit, and some Chinese ones of 19 digits begin with 4 as well.
_CARD = re.compile(r"62[0-9]{14,17}|4[0-9]{15}|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)[0-9]{12}")
# What no holder is called, while 3D科技有限公司 and 7-Eleven are.
_NO_NAME = re.compile(r"<[A-Za-z/!]|&#?[A-Za-z0-9]+;|[{}\\@]|://|[0-9](?:[ -]?[0-9]){4}")
_NO_ACCOUNT = re.compile(r"([0-9])\1*")  # one digit throughout
_CNAPS = re.compile(r"[0-9]{12}")


def read_holder_name(text: str) -> str:
    """1 to 70 characters on one line, a letter among them, as the bank knows the holder.

    Raises Invalid ("holder_name").
    """
    name = read_line(text, field="holder_name", at_most=NAME_MAX)
    if not name:
        raise Invalid(
            _("Enter the account holder's name as the bank knows it, at most 70 characters."), field="holder_name"
        )
    if not any(character.isalpha() for character in name):
        raise Invalid(_("This is no name: it has no letter. Enter the name that the bank knows."), field="holder_name")
    if _NO_NAME.search(name):
        raise Invalid(
            _("A name has no address, no mark-up and no long number in it. Enter the name that the bank knows."),
            field="holder_name",
        )
    return name


def read_account_number(text: str) -> str:
    """Digits and capital letters without grouping, 6 to 34. Check digits and lengths of IBANs and cards must be right.

    Raises Invalid ("account_number").
    """
    number = _plain(text)
    if not _ACCOUNT.fullmatch(number) or not any(character.isdigit() for character in number):
        raise _wrong(_("Enter an account number of 6 to 34 digits, or an IBAN."))
    if _NO_ACCOUNT.fullmatch(number):
        raise _wrong(_("No account has the same digit throughout. Enter the number that the bank gave you."))
    if is_iban(number):
        _check_iban(number)
    elif _CARD.fullmatch(number) and not luhn.is_valid(number):
        if bank := bank_of_card(number):
            raise _wrong(_("This card number of %s has a typing error: its check digit does not match.") % bank)
        raise _wrong(_("This card number has a typing error: its check digit does not match."))
    return number


def read_bank_code(text: str) -> str:
    """A BIC (8 or 11 characters), a CNAPS code (12 digits) or "". Raises Invalid ("bank_code")."""
    code = _plain(text)
    if code and not is_bic(code) and not is_cnaps(code):
        if _CNAPS.fullmatch(code):
            reason = _("This CNAPS code has a typing error: its check digit does not match.")
        else:
            reason = _("This is neither a BIC (8 or 11 letters and digits) nor a CNAPS code (12 digits).")
        raise Invalid(reason, field="bank_code")
    return code


def check_same_country(number: str, bank_code: str) -> None:
    """An IBAN and a BIC that were read name the same country. Raises Invalid ("bank_code").

    Territories share the IBANs of their country, or the BICs (ISO 13616, registry of SWIFT).
    """
    if not is_iban(number) or not is_bic(bank_code):
        return
    of_account, of_bank = number[:2], bank_code[4:6]
    if of_account != of_bank and of_bank not in _TERRITORIES.get(of_account, "").split():
        raise Invalid(
            _("This BIC is of a bank in %(of_bic)s, and the IBAN of an account in %(of_iban)s. Check both.")
            % {"of_bic": of_bank, "of_iban": of_account},
            field="bank_code",
        )


_TERRITORIES = {
    "FR": "BL GF GP MF MQ NC PF PM RE TF WF YT MC",
    "GB": "GG IM JE",
    "FI": "AX",
    "MC": "FR",
    "XK": "RS",
}


def is_iban(number: str) -> bool:
    """Whether the number is written as an IBAN. One that was read has passed its checks."""
    return _IBAN_START.match(number) is not None


def is_bic(code: str) -> bool:
    """ISO 9362, with a country that exists."""
    return bool(bic.is_valid(code))


def is_cnaps(code: str) -> bool:
    """Twelve digits of the Chinese payment system, the last a check digit (GB/T 17710, ISO 7064 MOD 11,10)."""
    return _CNAPS.fullmatch(code) is not None and bool(mod_11_10.is_valid(code))


def bank_name(number: str, code: str) -> Text:
    """The bank of an account that was read, by its card number or by its bank code; "" where neither names it."""
    known = bank_of_card(number) if _CARD.fullmatch(number) else ""
    return known or (bank_of_cnaps(code) if is_cnaps(code) else "")


def _check_iban(number: str) -> None:
    """Length and structure as ISO 13616 registers them for the country, its check digits and the country's own."""
    try:
        iban.validate(number, check_country=False)
        with suppress(InvalidComponent):  # a library's list of banks lacks the newest ones
            iban.validate(number)
    except InvalidFormat:
        raise _wrong(
            _("No IBAN of %(country)s is built like this; it has %(count)s characters. Check it for typing errors.")
            % {"country": number[:2], "count": len(number)}
        ) from None
    except InvalidComponent:
        raise _wrong(_("No IBANs begin with %s. Check it for typing errors.") % number[:2]) from None
    except ValidationError:
        raise _wrong(_("This IBAN has a typing error: its check digits do not match.")) from None


def _wrong(reason: Text) -> Invalid:
    return Invalid(reason, field="account_number")


def _plain(text: str) -> str:
    """Without grouping, in capitals, full-width characters as ASCII."""
    if not isinstance(text, str):
        return "?"
    return _GROUPING.sub("", unicodedata.normalize("NFKC", text[:200])).upper()
