"""Money: integer minor units with a currency, never a float."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from joey.kit.reader import reads_chinese
from joey.kit.refusals import Invalid, Text

# ISO 4217 exponents of the currencies that marketplaces and feeds sell in: two digits except for those below.
_TWO = (
    "CNY USD EUR GBP HKD AED ARS AUD BGN BRL CAD CHF COP CZK DKK EGP HUF IDR ILS INR KES KZT LKR MAD MOP MXN MYR NGN "
    "NOK NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TRY TWD UAH ZAR"
)
_OTHERS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3, "TND": 3}
EXPONENTS = dict.fromkeys(_TWO.split(), 2) | _OTHERS
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "JPY": "JP¥", "KRW": "₩", "VND": "₫"}
BIGINT_MAX = 2**63 - 1

# What people write around an amount of a currency, beside its code and its symbol; as NFKC leaves it, in capitals.
_WRITTEN = {"CNY": "CN¥|RMB|人民币|元|块|圆", "USD": "US\\$", "EUR": "EURO?S?", "JPY": "¥|円"}
_GROUPED = re.compile(r"(-?\d{1,3})((?:[, ']\d{3})+)((?:\.\d{1,3})?)")
_AMOUNT = re.compile(r"(?P<sign>-?)(?P<whole>\d{1,16})(?:\.(?P<part>\d{1,3}))?")


def symbol_of(currency: str, language: str = "") -> str:
    """What is written before an amount: its symbol, or its code and a blank; `language` is the active one if not given.

    Who does not read Chinese may read a mere ¥ as yen.
    """
    if currency == "CNY" and not reads_chinese(language):
        return "CN¥"
    return SYMBOLS.get(currency, currency + " ")


@dataclass(frozen=True, order=False)
class Money:
    """`minor` units (fen, cents) of one currency. Arithmetic within a currency only; overflow is refused."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are whole numbers, not {type(self.minor).__name__}")
        if self.currency not in EXPONENTS:
            raise Invalid(_("Joey does not know the currency “%s”.") % self.currency[:8], field="currency")
        if abs(self.minor) > BIGINT_MAX:
            raise Invalid(_("This amount is larger than any account can hold."), field="amount")

    @property
    def text(self) -> str:
        """For people, in the active language: ¥19.90 or CN¥19.90, −$3.00. The minus is a real minus sign."""
        return self.text_in("")

    def text_in(self, language: str) -> str:
        """The same in another language than the active one, as what is shared may be."""
        sign = "−" if self.minor < 0 else ""
        return f"{sign}{symbol_of(self.currency, language)}{self._digits(grouped=True)}"

    @property
    def decimal_text(self) -> str:
        """For protocols: 19.90, -3.00."""
        return f"{'-' if self.minor < 0 else ''}{self._digits(grouped=False)}"

    def _digits(self, *, grouped: bool) -> str:
        exponent = EXPONENTS[self.currency]
        whole, part = divmod(abs(self.minor), 10**exponent)
        shown = f"{whole:,}" if grouped else str(whole)
        return f"{shown}.{part:0{exponent}d}" if exponent else shown

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise TypeError(f"{self.currency} and {other.currency} do not add up")


def parse_amount(text: str, currency: str, *, field: str = "amount") -> Money:
    """Read a plain decimal ("19.90", "19.9", "19"). No comma, exponent, NaN, blank or sign but a leading minus.

    Raises Invalid naming `field`: a price that cannot be read is refused, never guessed.
    """
    exponent = EXPONENTS.get(currency)
    if exponent is None:
        raise Invalid(_("Joey does not know the currency “%s”.") % currency[:8], field="currency")
    found = _AMOUNT.fullmatch(text) if isinstance(text, str) and text.isascii() else None
    part = (found["part"] or "") if found else ""
    if found is None or len(part.rstrip("0")) > exponent:
        raise Invalid(_unreadable(currency, exponent), field=field)
    part = part[:exponent].ljust(exponent, "0")
    minor = int(found["whole"]) * 10**exponent + (int(part) if part else 0)
    return Money(-minor if found["sign"] else minor, currency)


def read_amount(text: str, currency: str, *, field: str = "amount") -> Money:
    """Read what a person types into a field: "１０", "¥10", "10元" and "1,000.00" too.

    A comma is read between groups of three digits only, and another currency's symbol is refused. Raises Invalid like
    parse_amount.
    """
    plain = unicodedata.normalize("NFKC", text[:60]).upper().strip()
    mark = "|".join(filter(None, (currency, re.escape(SYMBOLS.get(currency, "")), _WRITTEN.get(currency, ""))))
    plain = re.sub(f"^(?:{mark})\\s*|\\s*(?:{mark})$", "", plain)
    if grouped := _GROUPED.fullmatch(plain):
        plain = grouped[1] + re.sub("[, ']", "", grouped[2]) + grouped[3]
    return parse_amount(plain, currency, field=field)


def _unreadable(currency: str, exponent: int) -> Text:
    if not exponent:
        return _("This is not an amount Joey can read. %s has no parts: write digits only, like 1990.") % currency
    like = f"19.{'90'.ljust(exponent, '0')}"
    return _("This is not an amount Joey can read. Write digits and a point, like %s.") % like
