"""CN-A9: no shop passes for a marketplace, for this site, for a payment service or for an authority.

A name may not be one of theirs, nor call itself official or customer service. In a longer text such a word is refused
beside one of their names only: 雅诗兰黛官方旗舰店有售 says where something is sold. Letters are compared as they look
(fold.py), digits for letters too.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from joey.rules.fold import fold
from joey.rules.words import ANY_GAP, NEVER, SOFT_GAP, Exemption, WordSet

RULE_ID = "CN-A9"

# Services and authorities that are no marketplace of this instance; those names come from the manifests.
OTHERS = (
    "微信", "微信支付", "支付宝", "银联", "云闪付", "抖音", "快手", "小红书", "微博", "公安局", "公安部", "派出所",
    "工商局", "市场监管局", "市场监督管理局", "消费者协会", "消协", "税务局", "海关", "法院", "人民银行", "中国政府",
    "wechat", "wechat pay", "weixin", "whatsapp", "alipay", "unionpay", "douyin", "tiktok", "kuaishou", "facebook",
    "instagram", "xiaohongshu", "weibo", "telegram", "paypal", "visa", "mastercard", "police",
)  # fmt: skip
# Words that leave a name what it was: a shop called “X shop” is still called X.
_FILLER = (
    "的|之|在|中国|中华|国际|全球|官方|官网|正品|百亿补贴|自营|直营|旗舰|旗舰店|专营店|专卖店|小店|小铺|铺子|店铺|商店|商城|店|铺|网|网站|平台|"
    "客服|客户服务|服务|中心|售后|运营|团队|人员|小二|小助手|助手|在线|认证|授权|指定|合作|支付|安全|活动|福利|优选|严选|"
    "the|of|by|at|in|official|officials|store|shop|shops|mall|outlet|market|online|website|site|app|team|staff|support|"
    "help|helpdesk|service|services|customer|care|center|centre|admin|administrator|security|safety|verify|verified|"
    "payment|payments|pay|refund|refunds|china|global|inc|ltd|com|cn|net|org|kefu|guanfang"
)
_CLAIMS_HAN = (
    "官方", "官网", "官旗", "客服", "客户服务", "客户经理", "售后中心", "自营旗舰", "管理员", "工作人员", "平台运营",
    "平台小二", "官方认证",
)  # fmt: skip
_CLAIMS_LATIN = (
    "official", "officials", "customer service", "customer support", "customer care", "admin", "administrator",
    "moderator", "help desk", "helpdesk", "support team", "service team", "kefu", "guanfang",
)  # fmt: skip
# Beside one of their names these pass for its people, in any text …
_PEOPLE = (
    "官方(?!旗舰|店|商城|正品|自营|直售|直营|发货|有售|补贴|授权)|客服|客户服务|小二|工作人员|管理员|"
    "运营(?:团队|人员|中心)|售后(?:中心|客服)|支付中心|活动中心|official(?! (?:store|shop|flagship))|support|"
    "customer service|admin|team|staff|help desk|security|kefu|guanfang"
)
# … and these for its shop, in a name.
_SHOP = "官方|官网|自营|百亿补贴|旗舰店|直营店|授权店|认证|official|flagship|verified|refund|service"
EXEMPTIONS = (
    Exemption(
        "Said not to be official, and words in which these letters only meet.",
        (
            "非 (?:官方|官网|客服)", "(?:un|non|not) official", "official looking", "客服(?=饰|装|帖)", "五官方",
            "教官方", "器官方", "长官方", "官方(?=舟|糖|块|言|形)", "侠客服", "会客服(?=饰|装)", "好客服(?=饰|装)",
            "admin(?=ton)",
        ),
    ),
)  # fmt: skip
_CLAIMS = WordSet(han=_CLAIMS_HAN, latin=_CLAIMS_LATIN, exemptions=EXEMPTIONS)


def find(text: str, theirs: frozenset[str], *, is_name: bool) -> Iterator[tuple[int, int]]:
    """Spans of `text`, as written, that pass for someone else. `theirs`: names of marketplaces and of this site."""
    folded = fold(text)
    patterns = _patterns(theirs)
    if is_name and _SPACED_OUT.fullmatch(folded.letters):  # 京 东 自 营
        if any(find("".join(_GAPS.split(folded.letters)), theirs, is_name=True)):
            yield folded.written(0, len(folded.letters))
        return
    alone = patterns.alone.fullmatch(folded.letters) if is_name else None
    if alone:
        yield folded.written(*alone.span("name"))
        return
    hits = {match.span() for match in patterns.people.finditer(folded.letters)}
    if is_name:
        hits |= {match.span() for match in patterns.shop.finditer(folded.letters)}
        hits |= set(_CLAIMS.hits(folded))
    for begin, end in sorted(hits):
        yield folded.written(begin, end)


_GAPS = re.compile(ANY_GAP)
_SPACED_OUT = re.compile(f"[^-, ](?:{ANY_GAP}[^-, ])+")


def is_address_of_theirs(slug: str, names: Iterable[str], words: Iterable[str]) -> bool:
    """Whether an address of a shop reads as one of theirs: their name with any of the words that leave it what it was.

    `words` are names of theirs that also mean something else (tao, duoduo): these only beside a claim to an office.
    """
    looks = _as_it_looks(slug)
    name, word, claim, filler = map(_any_of, (names, words, _SLUG_CLAIMS, (*_SLUG_FILLER, *_SLUG_CLAIMS)))
    theirs = f"{name}|{word}{claim}|{claim}{word}|{claim}"
    return re.fullmatch(f"{filler}*(?:{theirs}){filler}*", looks) is not None


def without_digits(slug: str) -> set[str]:
    """An address, and what it reads as where digits pass for letters."""
    return {slug, *(slug.translate(digits) for digits in _DIGITS)}


_DIGITS = (str.maketrans("013457", "oieast"), str.maketrans("013457", "oleast"))
_SLUG_FILLER = (
    "the", "of", "by", "at", "in", "my", "store", "shop", "shops", "mall", "outlet", "market", "online", "web", "site",
    "app", "china", "global", "inc", "ltd", "com", "cn", "net", "org",
)  # fmt: skip
_SLUG_CLAIMS = (
    "official", "officials", "support", "customerservice", "customercare", "customersupport", "admin", "administrator",
    "moderator", "helpdesk", "helpcenter", "serviceteam", "supportteam", "kefu", "guanfang", "zhifu",
)  # fmt: skip


def _any_of(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(map(_as_it_looks, words), key=len, reverse=True)) or NEVER})"


def _as_it_looks(slug: str) -> str:
    """Letters and digits that pass for one another made one, without hyphens."""
    return slug.replace("-", "").translate(_ALIKE).replace("rn", "m").replace("vv", "w")


_ALIKE = str.maketrans("01i3457", "olleast")


class _Patterns(NamedTuple):
    alone: re.Pattern[str]  # one of the names and nothing else that means something
    people: re.Pattern[str]
    shop: re.Pattern[str]


@lru_cache(maxsize=16)
def _patterns(theirs: frozenset[str]) -> _Patterns:
    names = sorted({fold(name).letters for name in (*theirs, *OTHERS)} - {""}, key=len, reverse=True)
    spelled = "(?:" + "|".join(_spelling(name) for name in names) + ")"
    filler = "|".join(sorted((*_FILLER.split("|"), "[-, ]"), key=len, reverse=True))
    return _Patterns(
        # Possessive: no way back into what was passed over, so the time is linear.
        re.compile(f"(?:(?!{spelled})(?:{filler}))*+(?P<name>{spelled})(?:{filler}|s)*+"),
        re.compile(f"{_beside(spelled, _PEOPLE)}|官方客服|官方(?:工作)?人员"),
        re.compile(_beside(spelled, _SHOP)),
    )


def _beside(names: str, claims: str) -> str:
    gap, claims = f"{SOFT_GAP}?的?{SOFT_GAP}?", claims.replace(" ", SOFT_GAP)
    return f"(?:{names}){gap}(?:{claims})(?![a-z])|(?<![a-z非])(?:{claims}){gap}(?:{names})"


def _spelling(name: str) -> str:
    """The name's letters with digits that pass for them; a Latin name only as a word of its own."""
    gap = f"{SOFT_GAP}?" if len(name) > 2 else ""
    letters = gap.join(_LOOKS_LIKE.get(letter, re.escape(letter)) for letter in name if letter not in "-, ")
    return f"(?<![a-z0-9]){letters}(?![a-z0-9])" if name.isascii() else letters


_LOOKS_LIKE = {"o": "[o0]", "i": "[i1l]", "l": "[l1i]", "e": "[e3]", "a": "[a4]", "s": "[s5]", "m": "(?:m|rn)"}
