"""CN-A2: advertising may not say 国家级, 最高级, 最佳 or the like; a guide of 2023 lists the permitted uses.

These words claim a rank above all others. Words of mere degree (极致, 完美) and plain measures (最大载重 50 kg) are
left out on purpose: a rule with many false alarms would be switched off.
"""

import re
from collections.abc import Iterable, Iterator

from joey.rules.fold import Folded, fold
from joey.rules.words import Exemption, WordSet, overlaps

RULE_ID = "CN-A2"

SOUNDS = {
    "最": "zui", "佳": "jia", "好": "hao", "低": "di", "价": "jia", "第": "di", "一": "yi", "顶": "ding",
    "级": "ji",
    "极": "ji", "品": "pin", "国": "guo", "家": "jia", "独": "du", "无": "wu", "二": "er", "网": "wang",
    "全": "quan",
    "史": "shi", "上": "shang", "高": "gao", "优": "you", "强": "qiang", "销": "xiao", "量": "liang",
}  # fmt: skip

_MOST = (
    "佳", "好", "优", "强", "棒", "低价", "低的价", "便宜", "实惠", "划算", "超值", "先进", "科学", "专业",
    "具", "权威", "正宗", "地道", "纯正", "安全", "有效", "环保", "健康", "天然", "舒适", "舒服", "时尚",
    "流行", "热销", "热卖", "畅销", "受欢迎", "受喜爱", "豪华", "奢华", "尊贵", "高级", "高端", "高档",
    "高品质", "高水平", "高质量", "高标准", "顶级", "顶尖", "大牌", "耐用", "结实", "牛", "厉害", "火爆",
    "完美", "漂亮", "好看", "好用", "好吃", "好喝", "好玩", "好听", "好闻", "新科技", "新科学", "先端",
    "优质", "优秀", "优惠", "省钱", "靠谱", "值得信赖", "信得过", "成功", "大规模", "大品牌", "大厂家",
)  # fmt: skip

ABSOLUTE = (
    "国家级", "国家级产品", "世界级", "宇宙级", "国际级", "最最", *(f"最{what}" for what in _MOST),
    "全网最低", "全国最低", "全球最低", "全场最低", "历史最低", "史上最", "史上第一", "有史以来",
    "价格最低", "低价之王",
    "全网底价", "全网最", "全国最", "全球最", "世界最", "行业最", "亚洲最", "中国最", "业内最", "同行最",
    "顶级", "顶尖", "顶极", "极品", "独一无二", "绝无仅有", "史无前例", "前所未有", "首选", "空前绝后", "前无古人",
    "举世无双",
    "盖世无双", "天下无双",
    "无与伦比", "无可比拟", "无人能及", "无出其右", "首屈一指", "数一数二", "独步天下", "登峰造极",
    "至高无上", "万里挑一的极品",
    "世界领先", "全球领先", "国际领先", "国内领先", "行业领先", "全国领先", "领导品牌", "领导者品牌",
    "行业领导者", "领袖品牌",
    "世界一流", "国际一流", "全球一流", "国内一流", "一流品质", "一流品牌", "首选品牌", "不二之选",
    "全国唯一", "全球唯一", "全网唯一",
    "世界唯一", "行业唯一", "国内唯一", "全国首家", "全球首家", "行业首家", "全网首家", "国内首家",
    "世界首家", "全球首创", "全国首创", "世界首创",
    "国家免检", "质量免检", "王者品质", "至尊品质", "至尊享受",
)  # fmt: skip

# Claims of a counted rank; these alone pass when the same text names year and source.
RANKED = (
    "第一", "第1品牌", "第1名", "销量第1", "排名第1", "全国第1", "全网第1", "全球第1", "世界第1", "行业第1",
    "中国第1",
    "销量第一", "排名第一", "销量冠军", "销售冠军", "全网销冠", "销量之王", "销量之冠", "口碑之王",
)  # fmt: skip

_SURE = ("100%", "百分百", "百分之百", "百分之一百", "百分之100")
_CERTAIN = (
    "有效", "安全", "无害", "无副作用", "治愈", "根治", "满意", "成功", "见效", "有用", "好评", "祛斑",
    "祛痘", "去除", "杀菌", "美白", "显瘦", "纯天然", "天然", "无添加", "不反弹", "中奖", "赚钱", "放心",
    "可靠", "抑菌", "除菌", "除螨", "保证",
)  # fmt: skip
SURE = tuple(f"{how}{what}" for how in _SURE for what in _CERTAIN)

LATIN = (
    "best", "the best", "worlds best", "best ever", "worlds finest", "the finest", "finest quality",
    "worlds greatest",
    "the greatest", "worlds leading", "worlds fastest", "worlds strongest", "worlds cheapest",
    "worlds safest",
    "cheapest ever", "the cheapest", "cheapest price", "cheapest online", "lowest price ever",
    "lowest price guaranteed",
    "lowest price online", "the lowest price", "lowest price", "lowest ever", "unbeatable", "unrivalled",
    "unrivaled",
    "unparalleled", "unsurpassed", "second to none", "most advanced", "most effective", "world class",
    "national level",
    "100% effective", "100% safe", "top quality in the world", "like no other", "market leading",
    "industry leading",
)  # fmt: skip
LATIN_RANKED = ("no 1", "no1", "number one", "number 1", "#1", "top1", "top 1", "most popular", "worlds no 1")

PINYIN = (
    "国家级", "最高级", "最佳", "最低价", "全网最低", "全网最低价", "独一无二", "史上最低",
)  # fmt: skip
RANKED_PINYIN = ("全国第一", "全网第一", "销量第一")

_SERVICE = "(?:服务|顾客|客户|用户|买家|宾客|信誉|信用|诚信|质量|品质|安全|健康|友谊|生命|环保|卫生|责任)"
_OWN = (
    "(?:本店|本品牌|本牌|本公司|本厂|本系列|同系列|系列|我家|我们家|自家|店内|店里|旗下|家里|我店|小店)"
    "(?:里|内|中|里面)?(?:所有)?(?:商品|产品|款)?(?:中|里)?的?"
)
_FIRST_OF = (
    "次|步|章|代|季|册|辑|卷|课|页|届|批|集|部|本|天|年|月|周|日|晚|排|层|节|"
    "时间|眼|口|夜|桶|件|双|台|张|只|位|条|支|瓶|阶|人称|视角|单元|学期|中学|小学|"
    "高中|医院|人民|附属|师范|机床|汽车|印象|反应|夫人|军团|大道|财经|书记|方阵|杯|对|"
    "套|块|场|轮|行|列|线|产业|推动|性征|国际|工业|制药|三共|颗|胎|回|手|版|弹|段|"
    "期|级|类|组|分册|分钟|期刊|季度|编|篇|幕|首|封|份|盘|碗|顿|堂|站|路|炉|街|"
    "街区|炮|枪|现场|象限|滴|句|站点|字|号|茬|道|等|声|序列|世界|少年|朵|抹|缕|束|"
    "棵|株|匹|栋|辆|架|间|楼|健康|山|乐章|食品|副|幅|根|盒|包|袋|罐|筒|所"
)  # fmt: skip

EXEMPTIONS = (
    Exemption(
        "Service attitude and company ideals say nothing about the goods.",
        (
            f"{_SERVICE}第一(?!的|名|品牌)", "顾客至上", "第一时间",
            "(?:竭诚|用心|尽力|努力|全力|致力)[^-,\\s]{0,6}最(?:好|佳|优)",
            "最(?:好|佳|优质?|优秀)的?(?:服务|售后|体验服务|态度)",
            "追求(?:最|极)[^-,\\s]{1,4}", "力求最[^-,\\s]{1,4}", "(?:做|成为)最(?:好|棒)的自己",
            "our best(?: service| to)?", "(?:try|do|tried|doing|trying) (?:our|my|your|their) best",
            "best (?:service|regards|wishes)(?:es)?",
        ),
    ),
    Exemption(
        "Comparison within one's own range, as in 本店最新款.",
        (
            f"{_OWN}(?:有史以来)?最[^-,\\s]{{1,3}}", f"{_OWN}销量(?:第[一1]|冠军)", f"{_OWN}第[一1]",
            "(?:our|my) (?:own )?(?:best|finest|lowest prices?|cheapest|greatest|most popular|"
            "most advanced|no 1|number one)",
            "best (?:of|in) (?:our|the|this) (?:range|shop|store|series|collection)",
        ),
    ),
    Exemption(
        "Tips for use, storage and shelf life.",
        (
            "最佳 (?:赏味|食用|饮用|品尝|品饮|品鉴|口感|风味|使用|保存|保质|储存|贮存|存放|观赏|观看|"
            "观影|种植|播种|采摘|采收|施肥|浇水|服用|摄入|冲泡|"
            "浸泡|发酵|烹饪|烹调|烘焙|温度|水温|油温|湿度|时间|时机|时段|时期|期限|期|距离|方法|方式|"
            "姿势|角度|位置|比例|配比|穿着|佩戴|"
            "测量|测温|工作|充电|睡眠|运动|学习|更换|安装|阅读|听音|用量|剂量|年龄|适用|效期|燃脂|心率)",
            "最好 (?:在|不要|别|于|先|能够|提前|尽快|尽早|每|避免|饭|冷藏|手洗|干洗|搭配|不超过|放在|"
            "使用前|隔|请|将|把|是在|选择|咨询|由|穿|戴)",
            "最(?:优|佳)(?:化|解)", "最高级别", "最优(?:控制|二|理论|算法|质量)",
            "best (?:before|by|if used|used|use by|served|serve|kept|stored|enjoyed|consumed|eaten|with|"
            "when|practices?|fit|fits|time)",
        ),
    ),
    Exemption(
        "Grades set by standards, and awards given under state rules.",
        (
            "(?:特级初榨|顶级初榨)", "最高(?:安全|能效|防护|防水|防火|环保)等级",
            "国家级(?:非物质|非遗|自然保护|地质公园|森林公园|湿地|风景|文物|检测|实验室|"
            "贫困|开发区|高新|重点|一级|二级|三级|标准|奖|赛|运动员|教练|评委|大师|工艺美术|传承|期刊|"
            "证书|出版|规划|教材|高级)",
            "世界级(?:遗产|非遗|自然)",
            "最佳(?:男|女|导演|影片|编剧|新人|动画|剧本|摄影|配乐|原创|歌手|专辑|员工|教师|老师|学员|"
            "贡献|射手|球员|队员|辩手|选手|组织|团队|奖)",
            "(?:best) (?:actor|actress|director|picture|album|animated)",
            "第[一1]名(?:奖|证书|奖牌|奖状|奖杯)", "(?:考试|比赛|竞赛|跑步|年级|全班|班级)第[一1]",
            "第[一1]名 (?:第[二2]名|[二2])",
        ),
    ),
    Exemption(
        "第一 as a plain ordinal: first time, first volume, first generation.",
        (
            f"第一(?:{_FIRST_OF})(?!品牌|名牌)",
            "第一(?:人民|财|高级中学|实验|农|商|军医|师|学府|生产力|大学|本能|章节|基本|顺位)",
            "宝宝的?第一", "人生的?第一", "我的第一", "(?<![国球网界业内下])第一(?:家|款|个|座)",
            "top 1(?: ?[0-9]|-|米|斤|kg|l\\b)", "no 1(?:-[0-9]| of [0-9])",
            "top1(?=[0-9])", "no 1(?= (?:op|in [a-g]|major|minor|色|号色))",
            "(?:op|sonata|symphony|concerto|suite|ballade|etude|waltz|prelude|opus) ?[0-9]* ?,? ?no 1",
            "op-?[0-9]+[-,\\s]*no-?1", "number one:? (?:fan|dad|mum|mom|son|birthday|balloon|candle|cake)",
            "number ones",
        ),
    ),
    Exemption(
        "Well-known names that contain these words: titles of books, plays and games, persons, figures of speech.",
        (
            "最强(?:大脑|战舰|王者|蜗牛|音|声|光|开界)",
            "最好的(?:我们|朋友|自己|时光|告别|年纪|安排|遇见|礼物|老师|修行|地球|英语|爱|青春|未来|季节)",
            "最好不过", "最佳(?:搭档|拍档|搭配|伴侣)", "首选咖啡", "最牛(?:速写|创业)",
            "最具(?:体|有)?(?:危险|争议|挑战)", "极品(?:飞车|芝麻官|家丁|老妈|公主)",
            "顶级(?:云|域名|玩家|机密)", "天下第一(?:楼|关|泉|坊|山|锅|府|庄)",
            "第一(?:夫人|滴血|序列|狂|侯|炉|现场)",
            "最流行音乐", "最火的星", "最优价?比", "the best of (?![a-z]*quality)",
            "best (?:friend|man|men|of|buy|western|boy|girl|dad|mom|mum|teacher|grandpa|grandma|wishes|"
            "loved|selling|seller|known|foot)(?:s|es)?",
            "(?:worlds|the) (?:best|greatest|no 1|number one) (?:dad|mom|mum|mother|father|teacher|"
            "grandpa|grandma|boss|friend|brother|sister|showman|uncle|aunt|nurse|coach)",
            "greatest hits",
            "(?:very|all the|all time|personal|next|second|at|to the) best(?= (?:of|wishes|man))",
            "(?:my|your|his|her) best (?:friend|life)s?",
            "the greatest (?:show|showman|hits|story|commandment)",
            "(?:合金|回转|活动|车床|防滑|机床|死)顶尖", "顶尖(?:头|打印)", "finest hour", "the finest hours?",
        ),
    ),
    Exemption(
        "Composition and authenticity stated as 100% are facts that a label or a receipt can prove.",
        ("100% (?:天然(?:乳胶|橡胶|棉|羊|蚕|桑|亚麻|皮|石|水晶|彩|玉|竹|原木|木)|防(?:伪码|伪))",),
    ),
)  # fmt: skip

_PLAIN = WordSet(han=(*ABSOLUTE, *SURE), latin=LATIN, pinyin=PINYIN, sounds=SOUNDS, exemptions=EXEMPTIONS)
_RANKS = WordSet(han=RANKED, latin=LATIN_RANKED, pinyin=RANKED_PINYIN, sounds=SOUNDS, exemptions=EXEMPTIONS)

_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")
_SOURCE = re.compile(
    r"(?:(?:数据|资料|统计)(?:来源|出处)|(?<![a-z])(?:source|according to)(?![a-z]))[-, ]?\w{2}"
    r"|据[^-,\s]{2,16}(?:统计|数据|报告|监测)|尼尔森|欧睿|nielsen|euromonitor"
)


def find(text: str, names: Iterable[str] = ()) -> Iterator[tuple[int, int]]:
    """Spans of `text`, as written, that claim a rank above all others. `names` are registered names and marks."""
    folded = fold(text)
    named = list(_name_spans(folded, names))
    hits = list(_PLAIN.hits(folded, named))
    if not is_dated_fact(folded):
        hits += [hit for hit in _RANKS.hits(folded, named) if not overlaps(hit, hits)]
    for begin, end in sorted(hits):
        yield folded.written(begin, end)


def is_dated_fact(folded: Folded) -> bool:
    """Whether the text names a year and a source, so that a reader can check the rank."""
    return bool(_YEAR.search(folded.letters) and _SOURCE.search(folded.letters))


def _name_spans(folded: Folded, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where a whole registered name occurs. A single character is no name: it would excuse every word with it."""
    for name in names:
        letters = fold(name).letters
        at = folded.letters.find(letters) if len(letters) > 1 else -1
        while at >= 0:
            yield at, at + len(letters)
            at = folded.letters.find(letters, at + len(letters))
