"""Read amounts as people write them, with groups of thousands and signs of currencies, by a decimal mark."""

import re

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid, Text

# A sign → the currencies it may mean. One that means a single currency names it.
SIGNS = {
    "¥": ("CNY", "JPY"), "￥": ("CNY", "JPY"), "元": ("CNY",), "RMB": ("CNY",), "人民币": ("CNY",), "円": ("JPY",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN"), "US$": ("USD",), "HK$": ("HKD",), "NT$": ("TWD",),
    "€": ("EUR",), "£": ("GBP",), "₩": ("KRW",), "₽": ("RUB",), "ZŁ": ("PLN",), "KČ": ("CZK",),
    "KR": ("SEK", "NOK", "DKK"),
}  # fmt: skip

_MARK = r"[^\d\s.,+-]{0,4}"  # of a currency
_AMOUNT = re.compile(
    rf"(?P<before>{_MARK})\s*(?P<sign>-?)\s*(?P<after>{_MARK})\s*"
    rf"(?P<digits>[\d.,\u00a0\u202f ]*\d)\s*(?P<behind>{_MARK})"
)
_IN_DOUBT = re.compile(r"[1-9]\d{0,2}\.\d{3}", re.ASCII)
_WITH_MARKS = re.compile(r"\D*\d[\d ]*([.,])[\d., ]*\D*")


def marked(text: str, decimal: str) -> tuple[str, set[str]]:
    """(a plain decimal, the signs and codes beside it) of "1.234,50 €" with "," as the decimal mark."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise Invalid(not_an_amount(decimal))
    beside = {found[part].strip().upper() for part in ("before", "after", "behind")} - {""}
    return found["sign"] + plain(found["digits"], decimal), beside


def currency_beside(beside: set[str], given: str) -> str:
    """The currency that signs and codes beside an amount mean, where `given` is that of its row; "" for none."""
    for mark in beside:
        meant = SIGNS.get(mark, (mark,))
        if given not in meant and len(meant) > 1:
            raise Invalid(_("“%s” stands for several currencies: name the right one in the mapping.") % mark)
        given = given if given in meant else meant[0]
    return given


def plain(digits: str, decimal: str) -> str:
    """Digits and a point, and no zeros that say nothing: 3.80 in a text and 3.8 in a workbook are one row.

    Groups of thousands have to be groups of three, and none begins with a zero: 0.345 is no 345.
    """
    grouping = r"[.\u00a0\u202f ]" if decimal == "," else r"[,\u00a0\u202f ]"
    whole = rf"(?:\d+|[1-9]\d{{0,2}}(?:{grouping}\d{{3}})+)"
    found = re.fullmatch(rf"({whole})(?:{re.escape(decimal)}(\d+))?", digits, re.ASCII)
    if found is None:
        raise Invalid(not_an_amount(decimal))
    fraction = (found[2] or "").rstrip("0")
    return (re.sub(r"\D", "", found[1]).lstrip("0") or "0") + (f".{fraction}" if fraction else "")


def is_in_doubt(digits: str) -> bool:
    """Whether 1.200 may be a thousand and two hundred: nothing says which mark is the decimal one."""
    return _IN_DOUBT.fullmatch(digits) is not None


def which_mark(text: str) -> Text:
    """Why an amount was not read while no decimal mark is known, with what to add to the mapping."""
    if _WITH_MARKS.fullmatch(text) is None:
        return _("This is not an amount Joey can read. Write digits and a point, like %s.") % "19.90"
    return _(
        "The decimal mark of this amount is in doubt. Add decimal = \",\" to the mapping if 1,50 is one and a half, or"
        " decimal = \".\" if 1.50 is."
    )  # fmt: skip


def not_an_amount(decimal: str) -> Text:
    """Why an amount was not read by a decimal mark."""
    return _("This is not a number that Joey can read with “%s” as the decimal mark.") % decimal
