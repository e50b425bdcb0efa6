"""The words that go with a shared link: the advert label first, then what it is, what it costs and since when.

Facts only, in no person's voice: no "I use it every day", which a program cannot know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import regex

from joey.kit.zone import offset_name, zone
from joey.money.money import Money
from joey.rules.caption import check_caption, labelled
from joey.shops.shown_price import RecentLow

BRIEF, SHORT, FULL = "brief", "short", "full"
LENGTH_OF: Mapping[str, str] = {
    "sms": BRIEF,  # 70 characters are one Chinese message
    "print": BRIEF,
    "moments": SHORT,  # WeChat folds what is longer than six lines
    "weibo": SHORT,  # 140 characters before "read more"
    "douyin": SHORT,
    "shop": SHORT,
}
TITLE_MOST = {BRIEF: 24, SHORT: 60, FULL: 120}
TITLE_MOST_LATIN = {BRIEF: 48, SHORT: 100, FULL: 200}

WORDS = {
    "zh": {
        "coupon": "券后 {price}",
        "plain": "{price}",
        "struck": "{price}，此前 {struck}",
        "low": "{price}，近 {days} 天最低 {low}",
        "as_of": "{price}（截至 {time}，以{place}页面为准）",
        "brief_as_of": "{price}（{time}）",
        "ask": "价格见{place}页面",
        "copy_code": "复制这一行，打开{place}也能看到：{code}",
    },
    "en": {
        "coupon": "{price} with coupon",
        "plain": "{price}",
        "struck": "{price}, before {struck}",
        "low": "{price}, {days}-day low {low}",
        "as_of": "{price} (as of {time}; {place}'s page is what counts)",
        "brief_as_of": "{price} (as of {time})",
        "ask": "Price: see {place}",
        "copy_code": "Or copy this line and open {place}: {code}",
    },
}


@dataclass(frozen=True)
class CaptionFacts:
    """What a caption may say. `pays` None: no price may be shown now."""

    title: str
    place: str  # the marketplace, as people call it
    url: str
    pays: Money | None
    with_coupon: bool
    as_of: datetime
    struck: Money | None = None  # what it cost before, where that may be compared
    low: RecentLow | None = None
    copy_code: str = ""
    labels: tuple[str, ...] = ()  # what the marketplace wants said beside its offers


def caption(facts: CaptionFacts, *, channel: str, language: str) -> str:
    """The text for this channel, its label in front. Its length follows what the channel shows unfolded."""
    length = LENGTH_OF.get(channel, FULL)
    chinese = language.startswith("zh")
    words = WORDS["zh" if chinese else "en"]
    most = (TITLE_MOST if chinese else TITLE_MOST_LATIN)[length]
    lines = [labelled(_shortened(facts.title, most), language), _price(facts, words, length, language), facts.url]
    lines += facts.labels
    if facts.copy_code and length == FULL:
        lines.append(words["copy_code"].format(place=facts.place, code=facts.copy_code))
    text = (" " if length == BRIEF else "\n").join(lines)
    return check_caption(text, language)


def shop_caption(name: str, intro: str, url: str, *, language: str) -> str:
    """The text for a whole shop, its label in front."""
    lines = [labelled(name, language), *([intro] if intro else []), url]
    return check_caption("\n".join(lines), language)


def _price(facts: CaptionFacts, words: Mapping[str, str], length: str, language: str) -> str:
    if facts.pays is None:
        return words["ask"].format(place=facts.place)
    price = words["coupon" if facts.with_coupon else "plain"].format(price=facts.pays.text_in(language))
    when = facts.as_of.astimezone(zone())
    if length == BRIEF:
        return words["brief_as_of"].format(price=price, time=f"{when.month}-{when.day} {when:%H:%M}")
    if facts.struck is not None:
        price = words["struck"].format(price=price, struck=facts.struck.text_in(language))
    elif facts.low is not None:
        price = words["low"].format(price=price, days=facts.low.days, low=facts.low.price.text_in(language))
    chinese = language.startswith("zh")
    time = (
        f"{when.month}月{when.day}日 {when:%H:%M}" if chinese else f"{when.day} {when:%b %Y, %H:%M} {offset_name(when)}"
    )
    return words["as_of"].format(price=price, time=time, place=facts.place)


def _shortened(title: str, most: int) -> str:
    plain = " ".join(title.split())
    if len(plain) <= most:
        return plain
    kept = ""
    for letter in regex.findall(r"\X", plain):  # a flag or a family of emoji is not cut in two
        if len(kept) + len(letter) >= most:
            break
        kept += letter
    return kept.rstrip(" ，,、-") + "…"
