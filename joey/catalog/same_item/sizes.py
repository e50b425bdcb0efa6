"""What the numbers in a title measure: “500 ml” and “0.5 l” are one size, “6 GB + 64 GB” and “6 GB + 128 GB” two."""

import re
from collections.abc import Mapping

# What is measured → unit as written → its size in the smallest unit.
UNITS: Mapping[str, Mapping[str, float]] = {
    "volume": {"ml": 1, "毫升": 1, "cl": 10, "l": 1000, "liter": 1000, "litre": 1000, "升": 1000},
    "weight": {"mg": 0.001, "毫克": 0.001, "g": 1, "克": 1, "kg": 1000, "公斤": 1000, "千克": 1000, "斤": 500},
    "ounces": {"oz": 1, "lb": 16, "lbs": 16},
    "length": {"mm": 1, "毫米": 1, "cm": 10, "厘米": 10, "m": 1000, "米": 1000},
    "feet": {"ft": 1, "feet": 1, "foot": 1},
    "inches": {"in": 1, "inch": 1, "inches": 1, "英寸": 1, "寸": 1, "'": 1, '"': 1},
    "memory": {"mb": 1, "gb": 1024, "g内存": 1024, "tb": 1024 * 1024},
    "power": {"w": 1, "watt": 1, "watts": 1, "瓦": 1, "kw": 1000},
    "charge": {"mah": 1, "毫安": 1},
    "voltage": {"v": 1, "伏": 1},
    "pixels": {"mp": 1, "megapixel": 1, "万像素": 0.01},
    "heat": {"btu": 1},
    "pieces": {
        "pk": 1, "pack": 1, "packs": 1, "pcs": 1, "pc": 1, "piece": 1, "pieces": 1, "count": 1, "ct": 1,
        "件": 1, "只": 1, "个": 1, "支": 1, "片": 1, "包": 1, "袋": 1, "盒": 1, "瓶": 1, "双": 1, "条": 1, "罐": 1,
        "枚": 1, "本": 1, "册": 1, "套": 1, "卷": 1, "块": 1, "粒": 1,
    },
    "users": {"u": 1, "user": 1, "users": 1, "seat": 1, "seats": 1, "license": 1, "licenses": 1, "clients": 1,
              "agents": 1},
    "months": {"month": 1, "months": 1, "个月": 1, "yr": 12, "year": 12, "years": 12},
    "days": {"day": 1, "days": 1, "天": 1},
    "discs": {"disc": 1, "discs": 1},
    "ports": {"port": 1, "ports": 1},
}  # fmt: skip

_BY_UNIT = {unit: (measured, factor) for measured, units in UNITS.items() for unit, factor in units.items()}


def _one_of(units: list[str]) -> str:
    return "|".join(map(re.escape, sorted(units, key=len, reverse=True)))


_SIZE = re.compile(
    r"(?<![a-z0-9.])(\d{1,9}(?:\.\d{1,4})?|\.\d{1,4})\s?-?\s?(?:"
    rf"({_one_of([unit for unit in _BY_UNIT if unit[0].isascii() and unit.isalpha()])})(?![a-z0-9])"
    rf"|({_one_of([unit for unit in _BY_UNIT if not unit.isascii()])})"
    r"""|(['"])['"]?(?![a-z]))"""
)

# Phones: 6GB+64GB, 4G+64G, 3+32GB, 4RAM+64ROM, 2G RAM+16G ROM; and the 4G of a network, which is no size.
_MEMORIES = re.compile(
    r"(?<![a-z0-9.])(\d{1,2})\s?(gb?)?\s?(?:ram)?\s?\+\s?(\d{2,4})"
    r"(?:\s?(?:gb?\s?(?:rom)?|rom)|(?(2)|(?!)))(?![a-z0-9])"
)
_MEMORY = re.compile(r"(?<![a-z0-9.])(\d{1,4})\s?g\s?(?:ram|rom|内存|运行|存储)")
_NETWORK = re.compile(
    r"(?<![a-z0-9.+])[2-5]g\+?(?=\s?(?:手机|全网通|网络|全面屏|智能|版|lte|[(（]|$))|(?<=通)[2-5]g\+?(?![a-z0-9])"
)

Sizes = Mapping[str, frozenset[float]]


def take_sizes(folded: str) -> tuple[Sizes, str]:
    """The sizes of a folded text by what they measure, and the text without them."""
    found: dict[str, set[float]] = {}
    if "g" in folded or "+" in folded:
        folded = _MEMORY.sub(r"\1gb ", _NETWORK.sub(" ", _MEMORIES.sub(r" \1gb \3gb ", folded)))

    def take(size: re.Match[str]) -> str:
        measured, factor = _BY_UNIT[size[2] or size[3] or size[4]]
        found.setdefault(measured, set()).add(round(float(size[1]) * factor, 4))
        return " "

    rest = _SIZE.sub(take, folded)
    return {measured: frozenset(sizes) for measured, sizes in found.items()}, rest


def sizes_differ(one: Sizes, other: Sizes) -> bool:
    """Whether both have a size of the same kind and each names one that the other does not."""
    return any(
        one[measured] - other[measured] and other[measured] - one[measured] for measured in one.keys() & other.keys()
    )
