"""Words that distinguish variants of an item: colour, edition, platform, and parts or accessories."""

import re
from collections.abc import Mapping, Set


def _spread(groups: Mapping[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, words in groups.items() for word in words.split()}


COLOURS = _spread(
    {
        "black": "black blk", "white": "white wht", "silver": "silver", "gray": "gray grey graphite titanium",
        "red": "red", "blue": "blue", "pink": "pink", "green": "green", "gold": "gold", "purple": "purple lilac",
        "orange": "orange", "brown": "brown", "yellow": "yellow", "beige": "beige bisque", "steel": "stainless",
    }
)  # fmt: skip
# If only one of two has such a word, they are two items: an upgrade is not the whole program.
EDITIONS = _spread(
    {
        "upgrade": "upgrade upg upgrd upgr upgrad ugrd ug update crossgrade 升级包",
        "school": "academic student students education educational edu teacher 教育版 学生版",
        "subscription": "subscription renewal maintenance", "oem": "oem", "used": "refurbished refurb used 二手 翻新",
        "trial": "trial 试用装 小样 中样", "server": "server", "addon": "addon expansion",
        "kit": "kit bundle 套装 礼盒", "spanish": "spanish", "french": "french",
        "german": "german",
    }
)  # fmt: skip
TIERS = _spread(
    {
        "pro": "professional pro prof 专业版", "standard": "standard std 标准版", "premium": "premium premier 尊享版",
        "deluxe": "deluxe dlx 豪华版", "ultimate": "ultimate 旗舰版 至尊版", "basic": "basic 基础版",
        "enterprise": "enterprise 企业版", "business": "business 商务版", "elements": "elements",
        "extended": "extended", "plus": "plus", "lite": "lite 青春版", "mini": "mini", "max": "max", "ultra": "ultra",
        "essentials": "essentials", "express": "express", "suite": "suite", "starter": "starter",
        "youth": "儿童版", "international": "国际版",
    }
)  # fmt: skip
PLATFORMS = _spread({"mac": "mac macintosh osx macos", "win": "win windows pc", "linux": "linux"})
# A part or accessory is not the item itself.
PARTS = _spread(
    {
        "case": "case cases cover pouch 手机壳 保护壳 保护套 皮套", "film": "钢化膜 贴膜 保护膜",
        "battery": "battery batteries 电池", "charger": "charger adapter 充电器 适配器", "cable": "cable cord 数据线",
        "mount": "mount bracket 支架", "refill": "refill 替换装 替换芯 补充装 滤芯", "remote": "remote 遥控器",
        "strap": "strap 表带", "stand": "stand",
    }
)  # fmt: skip
# Words about the packaging or the company.
SAY_LITTLE = _spread(
    {
        "": "the a an of for and with in to by from on w s or new full version edition ed box jewel case cd dvd rom"
        " retail inc llc corp corporation ltd co company software usa international 98 95 98se se me nt 2000 xp vista"
        " os x higher later ub"
    }
)
PACKAGING = re.compile("jewel case|【[^】]*】|官方旗舰店|旗舰店|正品|包邮|现货|新款|同款")
_HAN_COLOUR = re.compile(r"([\u4e00-\u9fff]{0,3})([黑白红蓝绿粉金银灰紫黄橙棕青])(?=色|[^\u4e00-\u9fff]|$)")
_HAN = "[\u4e00-\u9fff]"
_HAN_TABLES = {
    name: re.compile("|".join(sorted((word for word in table if re.match(_HAN, word)), key=len, reverse=True)))
    for name, table in (("editions", EDITIONS), ("tiers", TIERS), ("parts", PARTS))
}


def meanings(words: Set[str], table: Mapping[str, str]) -> frozenset[str]:
    """The meanings of those words that are in the table."""
    return frozenset(table[word] for word in words & table.keys())


def han_meanings(text: str, name: str, table: Mapping[str, str]) -> frozenset[str]:
    """The same for Chinese, which does not separate its words."""
    return frozenset(table[found] for found in _HAN_TABLES[name].findall(text)) if text else frozenset()


def han_colours(text: str) -> frozenset[str]:
    """Colours as phones and clothes name them: 曜石黑, 深空灰色, or a plain 黑."""
    return frozenset(name + colour for name, colour in _HAN_COLOUR.findall(text))


def colours_differ(here: frozenset[str], there: frozenset[str]) -> bool:
    """Whether both name colours of which no two can be the same.

    曜石黑 may be what another calls 黑, but not 幻夜黑; 玫瑰金 (rose gold) is not 金 (gold).
    """
    return bool(here) and bool(there) and not any(_may_be_one(one, other) for one in here for other in there)


def _may_be_one(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) == 1 and long.endswith(short) and not long.endswith("玫瑰金")
