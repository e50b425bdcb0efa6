"""JOEY-2: nothing that a shop says insults people or is obscene. Titles are the marketplaces': this rule skips them.

Only words without another honest use in a shop: 草泥马 is a toy, and a rule with many false alarms is switched off.
"""

from collections.abc import Iterator

from joey.rules.fold import fold
from joey.rules.words import Exemption, WordSet

RULE_ID = "JOEY-2"

HAN = (
    "傻逼", "傻比", "傻屄", "煞笔", "沙比", "傻叉", "二逼", "装逼", "操你", "草你妈", "日你妈", "你妈逼", "尼玛逼",
    "他妈的", "妈了个逼", "狗日的", "狗娘养", "王八蛋", "婊子", "贱人", "贱货", "骚货", "荡妇", "滚你妈", "去死吧",
    "死全家", "狗杂种", "小杂种", "畜生", "人渣", "脑残", "死胖子", "死肥婆", "小日本鬼子", "黑鬼", "支那人",
    "支那猪", "约炮", "裸聊", "援交妹", "一夜情", "招嫖", "卖淫", "强奸", "色情片", "色情网", "色情服务", "色情直播",
    "成人视频", "看毛片",
)  # fmt: skip
SOUNDS = {
    "傻": "sha",
    "逼": "bi",
    "操": "cao",
    "你": "ni",
    "妈": "ma",
    "草": "cao",
    "贱": "jian",
    "煞": "sha",
    "笔": "bi",
}
LATIN = (
    "fuck", "fucking", "fucker", "motherfucker", "bullshit", "asshole", "bitch", "cunt", "whore", "slut", "wanker",
    "nigger", "nigga", "faggot", "retard", "retarded", "chink", "kike", "spic", "tranny", "kill yourself", "go die",
    "escort girls", "porn", "porno", "rapist", "nazi scum", "subhuman",
)  # fmt: skip
EXEMPTIONS = (
    Exemption(
        "Words in which these letters only meet, and help that is offered.",
        (
            "沙比(?=尔|利)", "(?:反|防|预防|拒绝)(?:强奸|卖淫)", "spic(?= and span)", "畜生(?=产|态|长|物|肖|活)",
            "脑残(?=片|含片)", "[装套][你]?逼(?=真)", "逼真",
        ),
    ),
)  # fmt: skip
_WORDS = WordSet(han=HAN, latin=LATIN, sounds=SOUNDS, exemptions=EXEMPTIONS)


def find(text: str) -> Iterator[tuple[int, int]]:
    """Spans of `text`, as written, that insult or are obscene."""
    folded = fold(text)
    for begin, end in _WORDS.hits(folded):
        yield folded.written(begin, end)
