"""CN-A5, US-P3: no text promises what a shop earns. Such a claim has to be typical and proved, and no shop can.

The figures of all shops are public instead (insight/public_earnings.py).
"""

import re
from collections.abc import Iterator

from joey.rules.fold import fold
from joey.rules.words import Exemption, WordSet

RULE_ID = "CN-A5"

HAN = (
    "躺赚", "躺着赚", "躺着挣", "稳赚", "包赚", "只赚不赔", "保赚", "必赚", "零投入高回报", "零投资高回报",
    "保本高息", "保证收益", "保底收入", "保底收益", "轻松赚钱", "在家赚钱", "带你赚钱", "教你赚钱", "带你致富",
    "一夜暴富", "日结工资", "兼职日结", "月入过万", "月入上万", "月入十万", "月入百万", "月入万元", "年入百万",
    "年入千万", "日入过千", "日赚", "月赚", "睡后收入", "被动收入", "管道收入", "高额回报", "投资回报", "人人都能赚",
    "一部手机就能赚", "拉人头", "发展下线", "招募下线", "加盟赚钱", "代理赚钱",
    "招代理", "招募代理", "招总代", "招分销", "诚招加盟",
)  # fmt: skip
LATIN = (
    "get rich quick", "get rich fast", "passive income", "guaranteed income", "guaranteed earnings",
    "guaranteed profit", "guaranteed returns", "money while you sleep", "quit your job", "risk free profit",
    "easy money", "fast cash", "make money from home", "make money online", "earn money from home",
    "earn money online", "earn from home", "unlimited income", "unlimited earnings", "six figure income",
    "6 figure income",
)  # fmt: skip
_TIME = "(?:每|一)?个?(?:天|日|周|月|年|小时)"
_GAINS = "(?:入|赚|挣|收入|收益|进账|到账|净赚|净入|躺赚|能赚|可赚|能挣)"
_AMOUNT = (
    "(?:过|超过|超|达|近|约|上|破|几|数|至少)?(?:[0-9一二三四五六七八九十百千两][0-9,一二三四五六七八九十]*|[百千万])"
)
_EARN = "(?<![a-z])(?:earn|make|get paid|take home)(?:s|ing)?"
_UP_TO = "(?: (?:up to|over|more than|at least|easily|around|about|a|an extra))?"
PATTERNS = (
    f"{_TIME} (?:轻松|稳定|就|也)?(?:能|可以|可|都能)? {_GAINS} {_AMOUNT}"
    " (?:元|块|千|万|百|k|w|[+]|以上|多|不是梦|轻松|起步|不等|$|[- ,])",
    f"{_TIME} (?:轻松|稳定|就|也)?(?:能|可以|可|都能)? {_GAINS} (?:过|超过|超|破|上|几|数) (?:w|k|个)(?![a-z])",
    f"{_EARN}{_UP_TO} [0-9][0-9,]{{0,9}} ?(?:k|usd|dollars?|bucks|euros?|pounds|rmb|yuan)?"
    " (?:a|an|per|each|every) (?:day|week|month|year|hour)(?![a-z])",
)  # fmt: skip
_SIGNED = re.compile(
    r"\b(?:earn|make)(?:s|ing)?(?: up to| over| more than| at least)? ?[$€£¥￥] ?[0-9][0-9,.]* ?k?"
    r"(?: ?/ ?| a | an | per | each | every )?(?:day|week|month|year|hour|daily|weekly|monthly)\b"
    r"|\b(?:earn|earning)(?: up to| over| more than| at least)? ?[$€£¥￥] ?[0-9]",
    re.IGNORECASE,
)

EXEMPTIONS = (
    Exemption(
        "Titles of books and games, and words that only look like an amount earned.",
        (
            "被动收入 (?:的|之)?(?:书|秘密|密码|指南|思维)", "稳赚(?=头|取)", "日赚(?=头)",
            "(?:大富翁|桌游|小说|漫画|绘本|理财书)[^,]{0,12}(?:躺赚|稳赚|赚)",
        ),
    ),
    Exemption(
        "A saying about what is not promised.",
        ("(?:别信|远离|拒绝|小心|警惕)[^,]{0,4}(?:稳赚|躺赚|包赚|日赚|月赚|一夜暴富)[^,]{0,6}",),
    ),
)  # fmt: skip
_WORDS = WordSet(han=HAN, latin=LATIN, patterns=PATTERNS, exemptions=EXEMPTIONS)


def find(text: str) -> Iterator[tuple[int, int]]:
    """Spans of `text`, as written, that promise an income."""
    folded = fold(text)
    found = [folded.written(begin, end) for begin, end in _WORDS.hits(folded)]
    signed = [match.span() for match in _SIGNED.finditer(text)]
    yield from sorted({*found, *signed})
