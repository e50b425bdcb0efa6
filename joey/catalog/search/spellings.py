"""One spelling for a quantity: 500 ml, 500毫升 and 0.5升 are the same tokens, and so are 180x200 and 1.8米×2米.

Titles and questions pass through here alike after they are folded, so a text that only looks like a quantity is found
by the same text all the same.
"""

import re
from decimal import Decimal

# Each measure's smallest unit, and how many of it the others are. A Han unit that may begin another word says before
# which characters it does: 3升 is a volume, 3升级 is not.
_MEASURES = {
    "ml": "1 毫升 ml cc milliliter milliliters millilitre millilitres"
    " | 1000 公升 升(?![级降温华腾]) l liter liters litre litres",
    "g": "1 公克 克(?![拉力重隆制莱服]) g gram grams | 500 市斤 斤 | 1000 千克 公斤 kg kgs",
    "mm": "1 毫米 mm | 10 厘米 公分 cm"
    " | 1000 公尺 米(?![其饭粉粒线饼糊酒醋色白黄奇兰家字老皮汤糕花面桶箱袋奶菲诺妮]) m",
    "mg": "1 毫克 mg",
    "inch": "1 英寸 寸(?![头照衫]) inch inches \" ″ ′′ ''",
    "w": "1 瓦特 瓦(?![楞罐片斯]) w watt watts | 1000 千瓦 kw",
    "v": "1 伏特 伏 v volt volts",
    "mah": "1 毫安时 毫安 mah",
    "gb": "1 gb | 1024 tb",
    "pcs": "1 pcs pieces",
}  # fmt: skip
_STORAGE = {str(2**power) for power in range(4, 10)}  # 256G is a phone's memory however it is written
_UNITS: dict[str, tuple[str, Decimal]] = {}
_written: list[str] = []
for _smallest, _of_measure in _MEASURES.items():
    for _size in _of_measure.split(" | "):
        _factor, *_names = _size.split()
        for _name in _names:
            _UNITS[_name.partition("(")[0]] = (_smallest, Decimal(_factor))
            _written.append(_name + ("(?![a-z])" if _name.isalpha() and _name.isascii() else ""))
SMALLEST_UNITS = frozenset(_MEASURES)
_ANY_UNIT = "|".join(sorted(_written, key=len, reverse=True))
_NUMBER = r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d+(?:[.,]\d+)?)"
_QUANTITY = re.compile(rf"{_NUMBER}\s?({_ANY_UNIT})")
_LENGTH = r"(?:\s?(mm|cm|m|毫米|厘米|公分|米))?"
_AREA = re.compile(rf"{_NUMBER}{_LENGTH}\s?[x×*✕✖╳]\s?(\d+(?:\.\d+)?){_LENGTH}(?![a-z\d.])")
_METRES_AND = re.compile(r"(\d)米(\d{1,2})(?!\d)")  # 1米8
_LONGEST_BED = 3  # metres: in 1.8x2 the unit that is not said is one
_SHORTEST_BED_MM = 1000  # 1800x2000mm is written 180x200 too, 300x300mm is not written 30x30

_DIGITS = {digit: at for at, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_NUMERAL = re.compile(
    "[一二两三四五六七八九十][零〇一二三四五六七八九十百]*(?=件|只(?![一-鿿])|只[装入组套]|个|支|枝|瓶|包|盒|袋|条|双|片|层|门|人|色|合一|英?寸|米"
    "|岁|段|卷|节|格|孔|枚|颗|粒|块|把|对|套|代|档|级|座|毫?升|公?斤|千?克|抽|提|桶|罐|听|张|页|年级|月|册|星|轮|键|号)"
)  # fmt: skip
_ANYTHING = re.compile("[0-9一二两三四五六七八九十]")


def one_spelling(folded: str) -> str:
    """The folded text with its quantities in their smallest unit and numerals before a measure word as digits."""
    if not _ANYTHING.search(folded):
        return folded
    text = _NUMERAL.sub(_digits, folded)
    text = _METRES_AND.sub(r"\1.\2米", text)
    text = _AREA.sub(_area, text)
    return _QUANTITY.sub(_quantity, text)


def _quantity(found: re.Match[str]) -> str:
    number, written = found[1], found[2]
    smallest, factor = _UNITS[written]
    if smallest == "g" and factor == 1 and number in _STORAGE:
        smallest = "gb"
    return f"{_plain(_decimal(number) * factor)}{smallest}{_gap(found)}"


def _area(found: re.Match[str]) -> str:
    """In centimetres, which is what is meant where no unit is said, but small ones in millimetres."""
    one, other = _decimal(found[1]), _decimal(found[3])
    unit = found[4] or found[2]
    if unit is None:
        is_bed = max(one, other) <= _LONGEST_BED and "." in found[0]
        factor = Decimal(100 if is_bed else 1)
    elif _UNITS[unit][1] == 1:
        factor = Decimal("0.1") if min(one, other) >= _SHORTEST_BED_MM else Decimal(1)
    else:
        factor = _UNITS[unit][1] / 10
    return f"{_plain(one * factor)}×{_plain(other * factor)}{_gap(found)}"


def _gap(found: re.Match[str]) -> str:
    """What parts a unit from letters or digits that follow it at once."""
    return " " if found.string[found.end() : found.end() + 1].isalnum() else ""


def _decimal(number: str) -> Decimal:
    """1,000 is a thousand and 1,5 one and a half, as 1.5 is."""
    return Decimal(re.sub(r",(?=\d{3}(?:,|$))", "", number).replace(",", "."))


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _digits(found: re.Match[str]) -> str:
    """三 is 3, 十二 12, 二十 20, 一百零五 105; what is no number, as 一二, stays."""
    total = digit = 0
    written = found[0]
    for at, character in enumerate(written):
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        elif at and written[at - 1] in _DIGITS and written[at - 1] not in "零〇":
            return written
        else:
            digit = _DIGITS[character]
    return str(total + digit)
