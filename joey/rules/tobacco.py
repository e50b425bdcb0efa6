"""CN-G1: tobacco, cigars, heated tobacco and e-cigarettes may not be sold or advertised online.

Only the state platform may sell e-cigarettes, and no shop may sell either kind online, so whether an offer is genuine
does not matter. Smokers' accessories without tobacco (ashtray, lighter, case) are not blocked.
"""

from collections.abc import Iterator

from joey.rules.fold import fold
from joey.rules.words import Exemption, WordSet, overlaps

RULE_ID = "CN-G1"

SOUNDS = {
    "电": "dian", "子": "zi", "烟": "yan", "香": "xiang", "草": "cao", "弹": "dan", "雪": "xue", "茄": "jia",
    "卷": "juan", "油": "you", "杆": "gan", "蒸": "zheng", "汽": "qi", "丝": "si",
    "加": "jia", "热": "re", "悦": "yue", "刻": "ke", "尼": "ni", "古": "gu", "丁": "ding",
}  # fmt: skip

PRODUCTS = (
    "香烟", "卷烟", "烟草", "烟丝", "烟叶", "烟卷", "旱烟", "土烟", "莫合烟", "水烟", "鼻烟", "嚼烟",
    "口含烟", "唇烟",
    "鼻吸烟", "雪茄", "细支烟", "中支烟", "粗支烟", "爆珠烟", "薄荷烟", "手卷烟", "散烟", "外烟", "洋烟",
    "免税烟", "名烟",
    "走私烟", "整条烟", "口粮烟", "正品烟", "真烟", "假烟", "越南烟", "尼古丁", "烟碱", "烤烟",
    "烟弹", "烟杆", "烟油", "🚬",
)  # fmt: skip

# Kept apart: here 烟 before 机, 味 or 管 is no excuse (电子烟机), so these have exemptions of their own.
ELECTRONIC = (
    "电子烟", "雾化烟", "蒸汽烟", "电烟", "一次性小烟", "换弹烟", "加热烟", "加热卷烟",
    "加热不燃烧",
    "低温烟", "低温不燃烧", "低温卷烟", "雾化弹", "雾化杆", "雾化油", "电子雾化器", "换弹式雾化", "通配弹",
    "通配烟", "注油烟",
    "果味小烟", "奶茶杯小烟", "可乐罐小烟", "悦刻", "铂德", "喜雾", "魔笛烟", "柚子烟", "雪加烟", "小野烟",
    "福禄烟", "非我烟",
    "唯它烟", "刻米烟", "绿萝烟",
)  # fmt: skip

# Names that stand for tobacco alone, and names that do so with 烟 behind: they also name other things
# (骆驼 is outdoor wear, 七匹狼 clothing, 红双喜 table tennis, 黄山 a mountain).
BRANDS = (
    "万宝路", "软中华", "硬中华", "炫赫门", "芙蓉王", "黄鹤楼1916", "软珍", "高希霸", "帕特加斯",
    "煊赫门", "南京九五", "和天下烟", "大前门烟", "红塔山烟", "红塔山香",
)  # fmt: skip
BRANDS_WITH_YAN = (
    "中华", "软中", "硬中", "利群", "玉溪", "黄鹤楼", "红塔山", "南京", "双喜", "红双喜", "白沙", "七匹狼",
    "黄山", "苏",
    "泰山", "黄金叶", "骆驼", "中南海", "牡丹", "熊猫", "贵", "娇子", "好猫", "钻石", "长白山", "阿诗玛",
    "红河", "红梅",
    "真龙", "宽窄", "荷花", "冬虫夏草", "爱喜", "七星", "百乐门", "三五", "健牌", "登喜路", "大卫杜夫",
    "帝豪", "和平",
    "玉喜", "芙蓉", "1916",
)  # fmt: skip

LATIN = (
    "tobacco", "cigarette", "cigar", "cigarillo", "cheroot", "nicotine", "nic salt", "snus", "snuff",
    "hookah", "shisha",
    "marlboro", "lucky strike", "pall mall", "cohiba", "mevius", "zyn", "velo pouch",
)  # fmt: skip
ELECTRONIC_LATIN = (
    "e cigarette", "ecigarette", "e cig", "ecig", "electronic cigarette", "electronic cig", "vape",
    "vaping", "vaper", "vaped",
    "vape pen", "vapor pen", "vapour pen", "vape juice", "e liquid", "eliquid", "e juice", "ejuice",
    "heat not burn",
    "heatsticks", "heets", "e shisha", "disposable pod", "pod kit", "pod mod", "juul", "iqos", "relx",
    "yooz", "vuse",
    "vaporesso", "voopoo", "geekvape", "elf bar", "elfbar", "puff bar", "lost mary", "njoy",
)  # fmt: skip

PINYIN = ("烟弹", "尼古丁")
ELECTRONIC_PINYIN = ("电子烟", "蒸汽烟", "加热烟")

EXEMPTIONS = (
    Exemption(
        "Help to stop smoking: quit aids and signs against smoking are not tobacco. An e-cigarette sold as"
        " one is still named by its own word.",
        (
            "戒烟 ?(?:草本|糖|贴|茶|口香糖|喷雾|油|棒|神器|弹?力)", "戒(?:香|卷)烟",
            "(?:代替|替代|远离|拒绝)香烟",
            "尼古丁 (?:贴|口香糖|咀嚼胶|咀嚼片|替代|戒断|含片|依赖|检测|试纸)", "(?:去|除|分解|清除)尼古丁",
            "nicotine (?:gum|patch|lozenge|replacement|withdrawal|stain|test)(?:es|s)?",
            "(?:no|anti|quit|stop|against) (?:tobacco|cigarettes?)", "tobacco free(?! nicotine)",
        ),
    ),
    Exemption(
        "Smokers' ware without tobacco: cases, ashtrays, lighters, holders, cutters. Their sale is open.",
        (
            "(?:香烟|卷烟)(?:盒(?!装)|夹|包?收纳|套(?!装)|过滤嘴?|滤嘴|托|灰|火机|打火|点火|点烟|真假|显微)",
            "香烟充电宝",
            "(?:(?<![盒软硬整散简精套包袋])装|放|夹|点)香烟", "香烟夹",
            "雪茄 ?(?:剪|盒(?!装)|柜|套(?!装)|刀|打火|点火|火机|烟灰|灰缸|保湿|钻|通针|开孔|架|收纳|烟具|皮套|工具|"
            "色|吊|椅|沙发|吧)",
            "水烟(?:壶|袋|筒|斗|枪|嘴)(?!烟膏|烟草)", "烟(?:盒|斗|嘴|柜|架)(?!装|烟草|香)", "卷烟[器机]",
            "鼻烟(?:壶|盒)", "烟草柄", "烟丝(?:盒|袋|罐)(?!装)", "旱烟(?:袋|杆|锅)", "烟杆(?:老式|收藏)",
            "雪茄(?:一体|恒温|恒湿|红酒){1,2}柜",
            "cigar (?:cutter|case|humidor|lighter|ashtray|punch|box guitar|holder|tube|stand)e?s?",
            "cigarette (?:lighter|case|holder|pants?|jeans?|trousers?|leg|ashtray|socket|plug|"
            "adapter|adaptor|bin)e?s?",
            "snuff (?:bottle|box)(?:es|s)?", "(?:leather|empty) tobacco (?:pouch|jar|tin)(?:es|s)?",
        ),
    ),
    Exemption(
        "烟 as smoke, soot or vapour: kitchens, chimneys, alarms, stage fog, smoked food, fireworks.",
        (
            "烟(?:灰|熏|囱|道|尘|感|筒|管|火(?!机)|花(?!香|味)|囪|罩|机|渍|味|垢|幕|波|雨|霞|云)",
            "烟雾(?!化|弹|油)",
            "油烟", "(?:吸|抽|排|除|净|挡|消|防|无|低|少|冒|发)烟油", "烟油 ?(?:净|污|渍|垢|清|去|克星|分离)",
            "(?:吸|抽|排|除|净|挡|消|防|无|冒|发)大?烟雾", "[蚊檀沉艾线盘流塔藏熏焚燃]香烟", "香烟味",
            "香烟雾",
        ),
    ),
    Exemption(
        "烟 in other words: niacinamide, cities, tea, clothes, names of colours and plays.",
        (
            "烟酰", "烟酸", "异烟肼", "烟台", "烟紫", "烟粉", "烟蓝", "烟青", "烟绿", "烟棕", "烟色",
            "云南烟(?:花|台)", "炊烟", "狼烟", "硝烟", "人烟", "土烟囱", "香烟(?:灰|熏|囱|台|酰|花)",
            "南京烟(?:雨|花)",
            "真烟(?:火|花|雨)", "名烟(?:雨|花)", "贵烟(?:花|台)", "苏烟(?:雨|花)",
        ),
    ),
    Exemption(
        "Leaf before letters: 无烟 or 戒烟 followed by a word that begins with 草, 丝, 叶, 卷, 弹.",
        (
            "烟 草(?:本|莓|帽|编|原|药|席|绿|图|坪)", "烟 丝(?:绒|绸|巾|袜|瓜|滑)", "烟 叶(?:酸|黄|绿)",
            "烟 卷(?:发|帘|尺|纸|边|心)", "烟 弹(?:力|簧|性|幕)",
        ),
    ),
    Exemption(
        "Tobacco as a scent or a colour: perfume notes and shades hold none.",
        (
            "烟草(?:香(?:水|氛|薰|熏|调|型|膏|草)|调|色|棕|木质|花|玫瑰|香草|乌木|味 ?(?:香水|香氛|香薰|蜡烛))",
            "tobacco (?:vanille|vanilla|oud|brown|leather|flower|colou?r|scent|candle|honey)s?",
            "tobacco (?:sunburst|burst)",
        ),
    ),
    Exemption(
        "Words that look alike: embroidery, a liquor, a medical tube, and lists in which the blocked goods"
        " are one member.",
        (
            "shisha (?:mirror|embroidery|work)s?", "水烟波", "小烟雨", "[炫煊]赫门酒", "烟卷流管",
            "foods?[-,\\s]+beverages?[-,\\s]+(?:and )?tobacco(?!,? ?products)",
            "costume tobacco products?",
        ),
    ),
)  # fmt: skip

ELECTRONIC_EXEMPTIONS = (
    Exemption(
        "Electronic fireworks, ashtrays, chimneys and alarms; low-temperature smoking of food.",
        (
            "电子? 烟(?:火(?!机)|花(?![香味果茶])|灰缸|囱|熏|雾 ?(?:报警|探测|感应|机)|感 ?(?:报警|探测|"
            "器)|道止)",
            "电烟(?:道|罩|管|机|筒|感)",
            "(?:低温|加热|蒸汽)烟(?:熏|囱|道|管|筒)",
            "(?:医用|医疗|儿童|婴儿|加湿|香薰)电子雾化器", "电子雾化器 ?(?:医用|哮喘|加湿|香薰)",
        ),
    ),
    Exemption(
        "Warnings and detectors name the thing in order to keep it away.",
        (
            "(?:no|anti|quit|stop|against) (?:vaping|vape|e cig(?:arette)?s?)",
            "vap(?:e|ing) (?:detector|sensor|alarm)s?",
            "(?:禁止|拒绝|远离|请勿吸|禁吸|检测)电子烟", "电子烟(?:检测|探测|报警)",
        ),
    ),
    Exemption(
        "VAPE is also a maker of mosquito repellent.",
        (
            "vape ?(?:未来|驱蚊|蚊香|电蚊|电子驱蚊|mosquito|fumakilla)", "(?:未来|fumakilla) vape",
            "驱蚊[^-,\\s]{0,4} vape",
        ),
    ),
)  # fmt: skip

_WORDS = WordSet(
    han=(*PRODUCTS, *BRANDS, *(f"{brand}烟" for brand in BRANDS_WITH_YAN)),
    latin=LATIN,
    pinyin=PINYIN,
    sounds=SOUNDS,
    exemptions=EXEMPTIONS,
)
_ELECTRONIC_WORDS = WordSet(
    han=ELECTRONIC,
    latin=ELECTRONIC_LATIN,
    pinyin=ELECTRONIC_PINYIN,
    sounds=SOUNDS,
    exemptions=ELECTRONIC_EXEMPTIONS,
)


def find(text: str) -> Iterator[tuple[int, int]]:
    """Spans of `text`, as written, that name tobacco goods. A registered name is no excuse here."""
    folded = fold(text)
    hits = list(_ELECTRONIC_WORDS.hits(folded))
    hits += [hit for hit in _WORDS.hits(folded) if not overlaps(hit, hits)]
    for begin, end in sorted(hits):
        yield folded.written(begin, end)
