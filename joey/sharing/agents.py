"""Whether a User-Agent names a program, by how agents are written rather than by a list of all that exist.

A browser says which device or system it runs on and which engine it has, and nothing else that is a program's. So what
browsers and devices say of themselves is taken away first: engine, system, and on Android the model and the build, for
a phone may be called Spider. What is left is searched: for an address (a program says there who runs it), for words of
the trade at borders of words, and by two kept lists, crawler-user-agents and CrawlerDetect (both MIT). An agent that
names neither a device nor a browser is a program too: that is how libraries and scripts write theirs.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from crawlerdetect.providers.crawlers import data as crawler_detect
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from joey.sharing.declared_agents import ROBOTS

LONGEST_READ = 600  # characters; what browsers send is shorter, and patterns take longer on more

# What a handheld, a television or an app on one names.
_DEVICE = re.compile(
    r"(?i)iphone|ipad|ipod|\bios\b|apple ?tv|watch ?os|\bwatch\d|audioos|darwin|android|harmony"
    r"|windows ?(?:phone|ce|mobile)|blackberry|bb10|playbook|nokia|symbian|series ?[3-9]0|s60|midp|cldc|j2me"
    r"|up\.(?:browser|link)|openwave|brew|obigo"
    r"|netfront|teleca|jasmine|web[o0]s|hpwos|tizen|kaios|bada|meego|maemo|sailfish|playstation|\bpsp\b|nintendo|xbox"
    r"|hbbtv|kreatv|vizio|smart-?tv|netcast|viera|aquos|bravia|roku|crkey|kindle|nook|silk|sonyericsson|samsung|\bsec-"
    r"|\bs[gpc]h|\bgt-|^lg|\blg[-/e]|mot-|motorola|\bhtc|huawei|\bzte|lenovo|alcatel|philips|panasonic|sagem|siemens"
    r"|\bsie-|sharp|kyocera|sanyo|pantech|toshiba|haier|\btcl|coolpad|gionee|oppo|vivo|xiaomi|micromax|karbonn|\blava"
    r"|spice|\bitel|tecno|infinix|docomo|kddi|j-phone|vodafone|softbank|ucweb|ucbrowser"
    r"|maui|dorado|palm|xiino|blazer|dolfin|iemobile|\[fban/|foma|hybridcast|\bsonos[/;]|\baft[a-z]+\d*\b|\becho[/_]"
    r"|kepler/|^airplay/|homepod|^goggalaxyclient|(?-i:^[A-Z]{3,8}-[A-Z]{0,4}\d{2,4}[A-Z]*(?:/|$))|-k-?touch/|segasaturn"
    r"|\bwap ?[12]\.|^au\.|jig browser|portalmmm|planetweb|dreamcast|garmin|google fiber|\badr \d|andr0id"
    r"|ps ?vita|avantgo"
    r"|\b(?:mt6|msm|sm6|sdm)\d{3}|apple watch|macbook|imac(?:pro)?\d|macmini|macpro\d"  # chips, and models of Macs
    r"|\bsony|^amoi|^asus|^archos|^bird\b|^fly-|^lumia|padfone|^kwc-|^iball|_vlc/|\brim\d{3}"
    r"|device model:|\bhw=|^microsoft office \w+/[\d.]+ \((?:mac os|windows)/"  # what says which device it runs on
)
# What names a browser where no device is named: its engine, or itself at the beginning.
_BROWSER = re.compile(
    r"(?i)applewebkit/|\bgecko/|\bchrome/|firefox/|\bsafari/?\d|\bmsie ?\d|internet explorer|trident/|presto/"
    r"|qtwebengine|konqueror|netscape|\bdillo|^opera[/ ]\d|\buzbl|\bqtver=|^qtwebkit/|^itunes/\d|^windows-media-player/"
    r"|\blibweb\+|^brave browser|^avant browser|^ice browser/"
    r"|^(?:e?links|lynx|w3m|icab|sleipnir|iceweasel|amaya|netsurf|midori|ibrowse|amiga\w*|aweb|hotjava|wannabe|tazweb"
    r"|(?:ncsa|vms)[_ ]mosaic)\b"
)
_SYSTEM = re.compile(
    r"(?i)win(?:dows|nt|32|64|9[58])|macintosh|\bmac(?:os)?\b|mac_|x11|linux|cros|bsd|sunos|solaris|os/2|beos|haiku|inferno"
    r"|amiga|morphos|risc os|syllable|unix|irix|hp-ux|aix|qnx|webtv"
)
# The kind of a device and nothing else: no browser says so little
_ALONE = re.compile(r"(?:ipad|iphone|ipod|android|amiga)", re.IGNORECASE)
_MOZILLA = re.compile(r"""["'(]?(?:user-agent: ?)?mozilla[/ ]?\d""", re.IGNORECASE)

# What a browser says of its engine and its system.
_ORDINARY = re.compile(
    r"Mozilla/\d\.\d+|AppleWebKit/[\d.]+\+?|\(KHTML,? [Ll]ike Gecko\)|(?:like )?Gecko(?:/[\d.]+)?"
    r"|\b(?:Chrome|Chromium|CriOS|Safari|Version|Firefox|FxiOS|Edge|EdgA?|EdgiOS|OPR|OPT|OPX|Opera(?: Mini| Mobi)?|MSIE"
    r"|Trident|Presto|SamsungBrowser|MiuiBrowser|UCBrowser|MQQBrowser|QQBrowser|YaBrowser|Vivaldi|GSA|(?<=.)DuckDuckGo"
    r"|Mobile|Tablet)(?:[/ ][\w.]+)?"
    r"|\b(?:Windows NT [\d.]+|Win64|x64|WOW64|Win32|X11|Linux(?: (?:x86_64|i686|armv\w+|aarch64))?|Macintosh"
    r"|(?:Intel|PPC) Mac OS X[\d_. ]*|iPhone|iPad|iPod(?: touch)?|CPU (?:iPhone )?OS [\d_]+ like Mac OS X|rv:[\d.]+\w*"
    r"|\.NET[\w. ]*|Ubuntu|compatible(?=; MSIE \d)|CrOS x86_64 [\d.]+)(?!\w)"
)
# Apps and makes of people whose names contain those of programs, and which the lists would take for them.
_OF_PEOPLE = re.compile(
    r"cubot\w*|botech|\bcaboto?\b|(?<=;) ?(?:m|b|id|power) ?bot\b|htc[_ ](?:ruby|butterfly)\w*"  # makes and models
    r"|\(\+drm;[^()]*\)|(?<=\w)008/|\bdomain/@"  # what can be played; digits that end like a name; an account
    r"|(?<!@)\b(?=[a-z+/=-]*\d)[a-z\d+/=]{40,}"  # a code of one device, in which any letters may meet
    r"|\bandroid \(\d+/[^()]*\)|_account:[^;)]*"  # the model once more; whose device it is
    r"|technology(?:%20| )preview"  # a browser before its release
    r"|_vlc/\S+ libvlc/\S+|fubotv/"  # televisions
    r"|sogou(?:mse|mobilebrowser|search)|ya(?:ndex)?search\w*|(?:com|ru)\.yandex\.\w+|bropp"
    r"|(?:microsoft office )?\w+/(?=[^(]*\((?:ios|mac os|windows)/[\d.]+; \w)|blackboard/|metaiab \w+"  # apps
    r"|(?<=.)(?:viber|snapchat)\S*|(?<!-)cronet/"  # in a browser's agent; at its beginning the app fetches a card
    r"|whatsapp\+?/(?=\S+ \S+ device/)|camscanner/|libhttp/[\d.]+ \(ps|reader(?= android)"
    r"|seznam\.cz/\d|coccoc\w*|\bfluid/|firephp|esobisubscriber|amigavoyager|qword/|qqdownload"
    r"|intel-domain\w*|http://(?:www\.)?(?:bsalsa|qtweb|avantbrowser|xbmc)\.\w+"  # on desktops
    r"|ubuntu/\w+-security|google ?wap|user-agent: ?|libwww-fm|libwww/2\.12\w*",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"https?:/|\bwww\.[a-z]|mailto:|\w(?:@|\(at\)|\[at\]| at )[\w-]+(?:(?:\.|\[?dot\]?| dot )[\w-]+)*"
    r"(?:\.|\[?dot\]?| dot )[a-z]{2,}",
    re.IGNORECASE,
)
# Internet Explorer of a firm, which may have the address of its own pages among the words
_OF_A_FIRM = re.compile(r"Mozilla/5\.0 \([^()]*Trident/7[^()]*rv:11\.0\) like Gecko")
# "compatible;" is followed by the old browser it is compatible with, or by a program's name
_COMPATIBLE = re.compile(
    r"(?-i:compatible); *(?!msi[ed] ?\d|msp?ie|linux|windows|win|u;|x11|i686|konqueror|polaris|teleca|netfront"
    r"|opera|icab|omniweb|avantgo|android|[an]?\w*browse|netpositive|fw \d|powermarks"
    r"|mozilla/\d|intel mac|nokia|oss/|tablet|mc68|yospace"
    r"|antgalio|dillo|offbyone|sonyericsson|amiga|[^()]*trident/\d[^()]*(?:\.net|rv:11))[\w!]",
    re.IGNORECASE,
)
_NAMED = re.compile("|".join(f"(?:{mark})" for mark, _why in ROBOTS))  # of small letters: twice as fast
_LOCALE_OR_KIND = re.compile(
    r"(?:linux|u|wv|k|mobile|tablet|arm\w*|x86\w*|[a-z]{2}(?:[-_]\w{2,4})?|rv:.*)", re.IGNORECASE
)
_ANDROID = re.compile(r"(?:linux\W+)?android\b[ /-]*[\w.]*", re.IGNORECASE)
_NO_MODEL = re.compile(r"catchpoint$|seznam |compatible|\+?https?:|[\w-]*bot/|build/", re.IGNORECASE)
_PART = re.compile(r"[();]|[^();]+")


def _by_first_letter(patterns: Iterable[str]) -> list[re.Pattern[str]]:
    """Small alternations that begin alike: one of 1,500 patterns in any case takes 20 times as long."""
    alike: dict[str, list[str]] = defaultdict(list)
    for pattern in patterns:
        alike[pattern[0] if pattern[0].isalnum() else ""].append(pattern)
    return [re.compile("|".join(each)) for each in alike.values()]


_LISTED = _by_first_letter(pattern.lower() for pattern in crawler_detect)
_LISTED_AS_WRITTEN = _by_first_letter(crawler["pattern"] for crawler in CRAWLER_USER_AGENTS_DATA)


def names_a_device_or_browser(agent: str) -> bool:
    read = agent.strip()[:LONGEST_READ]
    if _ALONE.fullmatch(read):
        return False
    return bool((_MOZILLA.match(read) and _SYSTEM.search(read)) or _BROWSER.search(read) or _DEVICE.search(read))


def names_a_program(agent: str, rest: str) -> bool:
    """Whether the agent names a program among `rest`, its own words."""
    read, said = agent.strip()[:LONGEST_READ], rest.lower()
    return bool(
        (_ADDRESS.search(rest) and not _OF_A_FIRM.fullmatch(read))
        or _COMPATIBLE.search(read)
        or _NAMED.search(said)
        or any(each.search(said) for each in _LISTED)
        or any(each.search(rest) for each in _LISTED_AS_WRITTEN)
    )


def own_words(agent: str, *, of_people: bool = True) -> str:
    """What the agent says beyond engine, system, and the model and build of an Android device.

    Without what is `of_people`, apps and makes that are called like programs are left out too.
    """
    rest = _without_model(agent.strip()[:LONGEST_READ])
    rest = _ORDINARY.sub(" ", rest if of_people else _OF_PEOPLE.sub(" ", rest))
    return " ".join(rest.replace(";", "; ").split())


def _without_model(agent: str) -> str:
    """On Android the part after the version, and after a locale, is the model; it may have brackets of its own."""
    if "ndroid" not in agent and "NDROID" not in agent:
        return agent
    kept: list[str] = []
    depth, on_android, model = 0, False, False
    for part in _PART.findall(agent):
        if part in "();":
            depth += (part == "(") - (part == ")")
            on_android, model = on_android and depth > 0, model and depth > 0
            kept.append(part)
            continue
        said = part.strip()
        if depth == 0 or not said:
            kept.append(part)
        elif _ANDROID.match(said):
            on_android = True
            kept.append(_ANDROID.sub("", said, count=1))
        elif not on_android or depth > 1:
            kept.append("" if on_android and model else part)
        elif _LOCALE_OR_KIND.fullmatch(said) or said.lower().startswith("build/"):
            continue
        elif not model and not _NO_MODEL.match(said):
            model = True
        else:
            kept.append(part)
    return "".join(kept)
