"""Which bank a Chinese card or a CNAPS code belongs to, so that a keeper sees at once where the money will go.

A CNAPS code begins with the number of its bank. Of cards only the number ranges of large banks are here: of another
one no bank is named, and nothing is refused for it.
"""

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Text

_BANKS: dict[str, tuple[Text, str]] = {
    "102": (_("ICBC"), "621225 621226 621281 621558 621559 621722 621723 622200 622202 622203 622208 622230 622235"),
    "103": (_("Agricultural Bank of China"), "621282 621336 621619 622840 622841 622844 622845 622846 622848 622849"),
    "104": (_("Bank of China"), "62166 62175 62178 621790"),
    "105": (_("China Construction Bank"), "621080 621081 621284 621466 621488 621499 621700 622280 622700 622966"),
    "301": (_("Bank of Communications"), "621002 621069 622258 622259 622260 622261 622262"),
    "302": (_("China CITIC Bank"), "621768 621771 621772 621773 622690 622691 622692 622696 622698"),
    "303": (_("China Everbright Bank"), "62266 620535 621489 621492"),
    "304": (_("Hua Xia Bank"), "621222 622630 622631 622632 622633 623020 623021 623022 623023"),
    "305": (_("China Minsheng Bank"), "621691 622615 622616 622617 622618 622619 622622"),
    "306": (_("China Guangfa Bank"), "621462 622555 622556 622557 622558 622559 622560 622568"),
    "307": (_("Ping An Bank"), "621626 622155 622156 622298 623058"),
    "308": (_("China Merchants Bank"), "621286 621483 621485 621486 622575 622580 622588 622598 622609"),
    "309": (_("Industrial Bank"), "622901 622902 622908 622909"),
    "310": (_("SPD Bank"), "621351 621352 621390 621792 621793 621795 621796 622516 622517 622518 622521 622522"),
    "403": (_("Postal Savings Bank of China"), "621095 621096 621098 621285 621599 621797 621798 621799 622188"),
}
_BY_CARD = {start: name for name, starts in _BANKS.values() for start in starts.split()}


def bank_of_card(number: str) -> Text:
    """The bank that gave out this card; "" where its number range is not known here."""
    return _BY_CARD.get(number[:6]) or _BY_CARD.get(number[:5]) or ""


def bank_of_cnaps(code: str) -> Text:
    """The bank of a CNAPS code that was read; "" of one that is not known here."""
    return _BANKS[code[:3]][0] if code[:3] in _BANKS else ""
