"""CN-A3: only medicines and medical devices may be said to treat; all other goods may not, nor use medical wording.

Words of care (温和清洁, 保湿, 舒缓) and names of devices (治疗仪) pass; what a cosmetic may be registered for (祛斑,
防晒, 防脱) is no medical claim. Health food has to say 本品不能代替药物 (sharing/share.py).
"""

from collections.abc import Iterator

from joey.rules.fold import fold
from joey.rules.words import Exemption, WordSet

RULE_ID = "CN-A3"
SAYS = "本品不能代替药物"

_ILLNESS = (
    "痘", "痘痘", "痘印", "暗疮", "湿疹", "皮炎", "脚气", "灰指甲", "鼻炎", "咽炎", "胃病", "胃炎", "失眠", "便秘",
    "痔疮", "近视", "脱发", "白发", "关节炎", "颈椎病", "腰椎病", "风湿", "痛风", "高血压", "糖尿病", "高血脂", "三高",
    "癌", "癌症", "肿瘤", "感冒", "咳嗽", "哮喘", "过敏", "妇科病", "阳痿", "早泄", "不孕", "抑郁", "抑郁症", "癫痫",
    "牛皮癣", "白癜风", "牙周炎", "口臭", "百病", "各种疾病", "疾病",
)  # fmt: skip
HAN = (
    *(f"{verb}{what}" for verb in ("治疗", "治愈", "根治", "医治", "治好") for what in _ILLNESS),
    "治痘", "治斑", "治癣", "治脚气", "治鼻炎", "治痛风", "治失眠", "治脱发",
    "根治", "治愈率", "有效率", "包治", "包好", "药到病除", "疗效", "断根", "去根", "妙手回春", "祖传秘方", "偏方",
    "抗癌", "防癌", "抗肿瘤", "防肿瘤", "降尿酸", "溶解血栓", "软化血管",
    "壮阳", "丰胸", "永久不反弹", "激活细胞", "促进生长发育", "替代药物",
    "代替药物", "代替吃药", "不用吃药", "无需吃药", "告别药物", "处方级", "药用级功效", "活血化瘀", "消炎镇痛",
    "消炎止痛", "消炎杀菌", "快速止痛", "改善睡眠障碍", "没有任何副作用", "毫无副作用", "无任何副作用",
    "防病治病", "修复受损神经", "排毒养颜", "清肠排毒",
)  # fmt: skip
# What a health food may be registered for; of all else the same words are a medical claim.
FUNCTIONS = ("增强免疫力", "提高免疫力", "改善睡眠", "降三高", "辅助降血糖", "辅助降血脂", "降血压", "降血糖", "降血脂")
LATIN = (
    "cures cancer", "cure cancer", "cures acne", "cures diabetes", "cures eczema", "treats acne", "treats eczema",
    "treats diabetes", "treats depression", "heals eczema", "clinically proven to cure", "miracle cure", "instant cure",
    "permanent cure", "lowers blood pressure", "lowers blood sugar", "lowers cholesterol", "prevents cancer",
    "anti cancer", "replaces medication", "no need for medicine", "cure for acne", "cure for cancer", "cures disease",
)  # fmt: skip
_DAYS = "(?<![0-9第])(?:[0-9]{1,3}|[一二三四五六七八九十两几]{1,3})"
PATTERNS = (
    f"{_DAYS}(?:天|日|周|小时|分钟|次|个疗程|疗程)(?:就|即|内|快速|立刻|马上|可)?"
    "(?:见效|起效|治好|治愈|痊愈|根除|断根|去痘|祛痘|祛斑|美白|变白|白一度|退烧|止痛|止痒|消肿|瘦(?:[0-9]|[一二三四五六七八九十]))",
    f"{_DAYS}(?:天|日|周|个月|月)(?:就|内|能|可)?(?:瘦|减|减掉|瘦掉)[0-9一二三四五六七八九十]{{1,3}}(?:斤|公斤|kg)",
)  # fmt: skip

EXEMPTIONS = (
    Exemption(
        "A saying that something is no remedy, which health food has to have.",
        (
            "(?:不能|不可|不得|无法|并非|不是|非|不)(?:用于|用来)?(?:代替|替代|治疗|根治|治愈|治病)[^-,\\s]{0,8}",
            "(?:没有|无|不具|不含)(?:任何)?(?:治疗)?疗效",
        ),
    ),
    Exemption(
        "Books and courses about medicine, and pets and plants in figures of speech.",
        (
            "[^,\\s]{0,8}(?:诊断|诊疗|护理|预防|认知|心理|手册|指南|教程)[^,\\s]{0,4}治疗[^,\\s]{0,6}",
            "治疗[^,\\s]{0,4}(?:学|指南|手册|图谱|师|方案书)", "偏方(?:大全|书|集)",
            "(?:民间|千家)?偏方(?=.{0,6}(?:书|籍))", "疗效(?:评价|标准)", "治愈系[^,\\s]{0,4}", "去根(?=须|茎|部)",
            "包好(?=看|吃|用|的|评|物|礼|包)", "一包好", "大包好", "[书面钱背挎腰]包好", "断根(?=刀|机|铲|锄)",
        ),
    ),
    Exemption(
        "Patience with plants and dough, and machines that work quickly.",
        ("[0-9]{1,3}(?:分钟|小时)(?:速热|加热|快充|出冰|发面)",),
    ),
)  # fmt: skip
_WORDS = WordSet(han=HAN, latin=LATIN, patterns=PATTERNS, exemptions=EXEMPTIONS)
_FUNCTIONS = WordSet(han=FUNCTIONS, exemptions=EXEMPTIONS)

# What goods are medicines or medical devices themselves: their own law says what they may claim, and who sells them.
_MEDICAL = WordSet(
    han=("国药准字", "医疗器械", "械注准", "械备", "处方药", "非处方药", "中西药", "药品", "治疗仪", "理疗仪", "医用"),
    latin=("medical device", "medical devices", "over the counter", "pharmacy", "medicine", "drugs"),
)
_HEALTH_FOOD = WordSet(
    han=("保健食品", "国食健字", "国食健注", "食健备", "蓝帽子", "保健品", "膳食补充剂", "营养补充剂"),
    latin=("dietary supplement", "dietary supplements", "food supplement", "food supplements", "health food"),
)


def find(text: str, *, is_health_food: bool = False) -> Iterator[tuple[int, int]]:
    """Spans of `text`, as written, that claim to treat or use medical wording."""
    folded = fold(text)
    hits = [*_WORDS.hits(folded), *(() if is_health_food else _FUNCTIONS.hits(folded))]
    for begin, end in sorted(hits):
        yield folded.written(begin, end)


def is_medical(*facts: str) -> bool:
    """Whether a title or a category says that the goods are a medicine or a medical device."""
    return any(_has(_MEDICAL, fact) for fact in facts)


def is_health_food(*facts: str) -> bool:
    """Whether a title or a category says that the goods are health food."""
    return any(_has(_HEALTH_FOOD, fact) for fact in facts)


def no_medicine(language: str) -> str:
    """What the law wants said beside health food (CN-A3), in the language of the text that it goes with."""
    return SAYS if language.startswith("zh") else "This product does not replace medicine."


def _has(words: WordSet, text: str) -> bool:
    return next(words.hits(fold(text)), None) is not None
