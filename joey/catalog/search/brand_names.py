"""Brands with names in two scripts: a search for one name means the other too.

Kept by hand, from what the makers themselves print on their goods; only names in daily use. The brands of the catalogue
itself are known without this list, see split_words.know_brands.
"""

from functools import cache

from joey.catalog.search.fold import fold, tokens

Name = tuple[str, ...]  # the tokens of a folded name: ("new", "balance")

NAMES = """
小米 xiaomi | 红米 redmi | 华为 huawei | 荣耀 honor | 苹果 apple | 三星 samsung | 索尼 sony | 联想 lenovo
戴尔 dell | 惠普 hp | 华硕 asus | 宏碁 acer | 松下 panasonic | 飞利浦 philips | 西门子 siemens | 博世 bosch
戴森 dyson | 海尔 haier | 美的 midea | 格力 gree | 海信 hisense | 九阳 joyoung | 苏泊尔 supor
摩飞 morphyrichards | 德龙 delonghi | 佳能 canon | 尼康 nikon | 富士 fujifilm | 大疆 dji | 罗技 logitech
雷蛇 razer | 安克 anker | 绿联 ugreen | 倍思 baseus | 漫步者 edifier | 森海塞尔 sennheiser | 微软 microsoft
任天堂 nintendo | 乐高 lego | 美泰 mattel | 一加 oneplus | 魅族 meizu | 耐克 nike | 阿迪达斯 adidas | 彪马 puma
匡威 converse | 李宁 lining | 安踏 anta | 特步 xtep | 新百伦 newbalance | 斯凯奇 skechers | 亚瑟士 asics
安德玛 underarmour | 迪卡侬 decathlon | 北面 thenorthface | 哥伦比亚 columbia | 优衣库 uniqlo | 无印良品 muji
李维斯 levis | 欧莱雅 loreal | 兰蔻 lancome | 雅诗兰黛 esteelauder | 倩碧 clinique | 资生堂 shiseido
海蓝之谜 lamer | 科颜氏 kiehls | 理肤泉 larocheposay | 薇姿 vichy | 雅漾 avene | 妮维雅 nivea | 多芬 dove
玉兰油 olay | 丝芙兰 sephora | 香奈儿 chanel | 迪奥 dior | 古驰 gucci | 花王 kao | 高露洁 colgate
帮宝适 pampers | 雀巢 nestle | 星巴克 starbucks | 可口可乐 cocacola | 百事 pepsi | 费列罗 ferrero | 奥利奥 oreo
膳魔师 thermos | 象印 zojirushi | 虎牌 tiger | 双立人 zwilling | 宜家 ikea | 吉列 gillette | 得力 deli
百乐 pilot | 斑马 zebra | 派克 parker
"""


@cache
def other_names() -> dict[Name, tuple[Name, ...]]:
    """Each name → the other names of the same brand. Latin names also as the several words that some write."""
    found: dict[Name, tuple[Name, ...]] = {}
    for brand in NAMES.replace("\n", "|").split("|"):
        names = [tuple(token.text for token in tokens(fold(name))) for name in brand.split()]
        for name in names:
            found[name] = tuple(other for other in names if other != name)
    return found


@cache
def chinese_names() -> frozenset[str]:
    """Names that a splitter of Chinese text must keep whole."""
    return frozenset(name[0] for name in other_names() if len(name) == 1 and not name[0].isascii() and len(name[0]) > 1)
