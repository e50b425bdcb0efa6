"""JOEY-1: no shop leads buyers off the page: no address, messenger, phone number or promise of money back.

A buyer who pays at the marketplace is protected there. One who is asked to write to a stranger first, or to collect
money afterwards, is not, and marketplaces close the orders of those who ask. A rule of this site, and of no law.
"""

import re
import unicodedata
from collections.abc import Iterator

from joey.rules.fold import fold
from joey.rules.words import Exemption, WordSet

RULE_ID = "JOEY-1"

HAN = (
    "加微信", "加微", "加薇", "加威信", "加v信", "加vx", "加wx", "加扣扣", "加qq", "加好友领", "加群", "进群领",
    "扫码加", "扫码领", "微信同号", "私聊", "私信我", "私信领", "私下交易", "线下交易", "线下付款", "直接转账",
    "绕过平台", "返现", "返利", "返红包", "好评返", "晒图返", "刷单", "刷好评", "添加微信", "搜微信", "联系微信",
    "微信联系", "微信私", "加我微信", "加店主微信", "加个微信", "留微信", "关注公众号", "关注微信公众号", "加我领",
    "vx同号", "v信同号",
)  # fmt: skip
LATIN = (
    "cash back", "cashback", "dm me", "whatsapp me", "text me", "call me at", "contact me on", "message me on",
    "add my wechat", "add me on wechat", "pay me directly", "rebate after review",
)  # fmt: skip
_APP = (
    "(?:微信|薇信|威信|维信|徽信|溦信|v信|vx|wx|(?:weixin|wechat|whatsapp|telegram|qq|snapchat|skype)(?![a-z])|扣扣|企鹅号|电报|"
    "抖音|快手|小红书)"
)
_NAMED = "[a-z][a-z0-9]{0,18}[0-9][a-z0-9]{0,12}"
_ID = f"(?:(?=[a-z0-9]{{6,20}}(?![a-z0-9-])){_NAMED}|[0-9]{{6,12}}(?![a-z0-9]))"  # a name with a digit, or a number
PATTERNS = (
    "(?:加|添加) ?(?:v|薇|溦)(?![a-z0-9领型形脸字波])",
    f"(?<![a-z]){_APP}[-, ]?(?:号|id|账号|帐号|联系方式|群号|群|名)[-, ]?(?:是|为)?[-, ]?[a-z0-9][a-z0-9-]{{4,19}}",
    f"(?<![a-z0-9]){_APP}[-, ]?(?:是|为)?{_ID}",
    f"(?<![a-z0-9])(?:v|薇|溦)[-, ](?:是|为)?{_ID}",
    "(?<![a-z0-9\u4e00-\u9fff])(?:威|微|薇|溦)-[a-z][a-z0-9-]{2,19}(?![a-z0-9])",  # 威❤️abc, by itself
    "(?:返|退)(?:你|您)?(?:现金)?[0-9一二三五十]{1,3}(?:元|块)(?!.{0,2}(?:券|优惠))",
)  # fmt: skip
EXEMPTIONS = (
    Exemption(
        "Goods and services named after an app, and words in which these letters only meet.",
        (
            "微信(?:读书|支付|小程序|表情|公开课|编程|营销|运营|小游戏)[^,]{0,6}",
            "qq (?:糖|弹|堂|音乐|飞车|炫舞|农场|企鹅)[^,]{0,6}", "奇瑞 qq",
            "加微(?=量|波|辣|甜|距|糖|米|克|胖|笑|软)", "加群(?=[众像岛])", "增加群", "参加群",
            "line (?:friends?|布朗熊|熊)[^,]{0,6}", "ins (?:风|款|北欧)[^,]{0,6}", "返利(?=商)", "五加威",
            "返现(?=代|象)", "(?:不|无|拒绝|从不|绝不)(?:刷单|返现|返利|私聊|加微信|刷好评|私下交易)",
        ),
    ),
)  # fmt: skip
_WORDS = WordSet(han=HAN, latin=LATIN, patterns=PATTERNS, exemptions=EXEMPTIONS)

_TLD = "com|cn|net|org|top|xyz|vip|cc|info|site|club|link|app|online|icu|wang|mobi|shop|store|ltd|biz"
_SHORT_TLD = "me|co|io|tv|ly|gl|gd|ru|hk|tw|jp|de|uk|fr|eu|tk|ws"  # also ends of names (Dr.Me): only before a path
_ADDRESSES = re.compile(
    r"(?:https?|hxxps?|ftp)\s?[:：]\s?/{0,2}\s?\S+"
    r"|(?<![a-z0-9])www\s?[.．。]\s?[a-z0-9-]+"
    r"|(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[a-z0-9-]{1,40}(?:\s?[.．。]\s?[a-z0-9-]{1,40})+"
    rf"|(?!(?:asp|vb|ado)\.net)(?<![a-z0-9])[a-z0-9-]{{1,40}}\s?[.．。｡]\s?(?:{_TLD})(?![a-z0-9-])"
    rf"|[a-z0-9-]{{1,40}}\.(?:{_SHORT_TLD})/\S*"
    r"|(?<![a-z0-9])[a-z0-9-]{2,40}\s?(?:点|\bdot\b|\(dot\)|\[dot\])\s?(?:com|cn|net|org)(?![a-z0-9])"
)
_PHONES = re.compile(
    r"(?<![0-9.])(?:(?:\+|00)86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?![0-9-])"  # a Chinese mobile
    r"|(?<![0-9])1(?:[- ,][0-9]){10}(?![0-9])"  # the same, letter by letter
    r"|(?<![0-9])(?:400|800)-[0-9]{3,4}-?[0-9]{3,4}(?![0-9])"
    r"|(?<![0-9])0[1-9][0-9]{1,2}-[0-9]{7,8}(?![0-9])"  # a landline
    r"|\+[1-9][0-9]{0,2}(?:[- ()]{0,2}[0-9]{2,4}){3,4}(?![0-9])"
    r"|[+加][- ]?[v薇微威溦](?:信)?[:： ]{0,2}[a-z0-9_-]{5,20}"  # a plus is no letter, so not in `folded`
    r"|(?:微信|qq|telegram|whatsapp|line|ins|instagram|抖音|小红书) ?[:：] ?@?[a-z0-9_.-]{4,30}"
    r"|(?:微信|qq|telegram|whatsapp|line|ins|instagram|snapchat) ?@[a-z0-9_.-]{3,30}"
    r"|(?:电话|手机号?|热线|致电|tel|phone|whatsapp|call)[-:：, ]{0,3}\+?[0-9](?:[- ]?[0-9]){6,13}"
)
_SPOKEN = str.maketrans("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789")


def find(text: str) -> Iterator[tuple[int, int]]:
    """Spans of `text`, as written, that lead off the page."""
    folded = fold(text)
    found = {folded.written(begin, end) for begin, end in _WORDS.hits(folded)}
    plain = _plain(text)
    found |= {match.span() for match in _ADDRESSES.finditer(plain)}
    found |= {match.span() for match in _PHONES.finditer(plain)}
    found |= {folded.written(*match.span()) for match in _PHONES.finditer(folded.letters.translate(_SPOKEN))}
    yield from _apart(sorted(found))


def _plain(text: str) -> str:
    """The text in lower case with plain letters and digits, each character in its place."""
    return "".join(
        each if len(each) == 1 else char for char in text for each in (unicodedata.normalize("NFKC", char).casefold(),)
    )


def _apart(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Of spans that overlap the first."""
    done = 0
    for begin, end in spans:
        if begin >= done:
            yield begin, end
            done = end
