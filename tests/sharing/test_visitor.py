"""People in their apps are people; what fetches for a card, a crawl or a frame is not."""

import re
from datetime import datetime
from typing import Any

import pytest

from joey.kit.client_address import network_of
from joey.sharing.declared_agents import PREVIEWS, ROBOTS
from joey.sharing.visitor import classify, referrer_host, salt_at, visitor_key

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 14; V2307A Build/UP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"

PEOPLE = [
    IPHONE + " Version/17.5 Mobile/15E148 Safari/604.1",
    ANDROID + " Chrome/126.0.6478.188 Mobile Safari/537.36 MMWEBSDK/20240501 MicroMessenger/8.0.50 WeChat/arm64 Weixin",
    IPHONE + " Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN",
    IPHONE + " Mobile/15E148 Weibo (iPhone15,2__weibo__14.6.0__iphone__os17.5)",
    IPHONE + " Mobile/15E148 QQ/9.0.60.614 V1_IPH_SQ_9.0.60_1_APP_A Pixel/1170 Core/WKWebView Device/Apple",
    ANDROID + " Chrome/99.0 MQQBrowser/6.2 TBS/046295 Mobile Safari/537.36 V1_AND_SQ_9.0 QQ/9.0.60.17095",
    IPHONE + " Mobile/15E148 aweme_30.1.0 JsSdk/2.0 NetType/WIFI BytedanceWebview/d8a21c6 AppTheme/light",
    ANDROID + " Chrome/120.0 Mobile Safari/537.36 xiaohongshu XHS/8.40 NetType/WiFi xhsdiscover/8.40",
    IPHONE + " Mobile/15E148 [FBAN/FBIOS;FBAV/468.0.0.44.108;FBBV/610053458;FBDV/iPhone15,2]",
    IPHONE + " Mobile/15E148 Instagram 336.0.6.24.94 (iPhone15,2; iOS 17_5)",
    IPHONE + " Safari Line/14.8.0",
    IPHONE + " Mobile/15E148 Zalo iOS/600 ZaloTheme/light",
    "Mozilla/5.0 (Linux; Android 10; CUBOT) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    IPHONE + " Mobile/15E148 AliApp(AP/10.5.96) AlipayClient/10.5.96 Language/zh-Hans",
    IPHONE + " Mobile/15E148 TikTok 34.5.0 BytedanceWebview/d8a21c6",
    IPHONE + " Mobile/15E148 Snapchat/12.87.0.40 (like Safari/8617.3.9, panda)",
    ANDROID + " Chrome/109.0 Mobile Safari/537.36 baiduboxapp/13.20 (Baidu; P1 13)",
    ANDROID + " Chrome/100.0 UCBrowser/15.4 Mobile Safari/537.36",
    ANDROID + " SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36",
    ANDROID + " Chrome/130.0 Mobile Safari/537.36 DingTalk/7.6.0 wxwork/4.1.22 MicroMessenger/7.0.1",
]
PEOPLE += [  # what the lists and the words of the trade would take for a program (case C7, the other way)
    # the model of a phone is no name of a program, whatever it is called
    *(
        f"Mozilla/5.0 (Linux; Android 13; {model}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile"
        for model in (
            "Spider 8",
            "Robot X2 Build/TP1A.220905",
            "CUBOT_NOTE_S",
            "Monitor Pro",
            "Googlebot Phone",
            "en-us; curl 5G",
            "M bot 52",
            "Crawler (Lite) Build/Spider.1; wv",
            "WhatsApp/2 Edition",
            "SM-X; Build/AP3A.240617.008",
            "Ruby; wv",
            "Fetch Scan 3",
        )
    ),
    "Mozilla/5.0 (Linux; U; Android 9; zh-cn; Preview One Build/PKQ1) AppleWebKit/537.36 MQQBrowser/9 Mobile",
    # apps of people: on a phone, and a browser of Sogou or Seznam, which have crawlers too
    ANDROID + " Chrome/99.0 Mobile Safari/537.36 AWP/2.0 SogouMSE,SogouMobileBrowser/5.28.7",
    ANDROID + " Chrome/120.0 Mobile Safari/537.36 Viber/21.0.0",
    ANDROID + " Chrome/146.0 Mobile Safari/537.36 MetaIAB Facebook",
    IPHONE + " Mobile/15E148 NAVER(inapp; search; 1000; 12.1.0; 15)",
    ANDROID + " Chrome/150.0.0.0 Mobile Safari/537.36 (Ecosia android@150.0.0.0)",
    "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/43.0 Safari/537.36 Seznam.cz/2.0.5",
    "Shopping%20App/12.4 CFNetwork/1496.0.7 Darwin/23.5.0",
    "com.example.browser/66 (Linux; U; Android 12; en; TV Box; Build/STT2; Cronet/114.0.5735.33)",
    "Dalvik/2.1.0 (Linux; U; Android 14; V2307A Build/UP1A)",
    # televisions, consoles, feature phones, old browsers and those of a terminal
    "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/87.0 WebAppManager",
    "Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4",
    "Nokia6300/2.0 (05.50) Profile/MIDP-2.0 Configuration/CLDC-1.1",
    "UCWEB/2.0 (Java; U; MIDP-2.0; en-US; nokiac3-00) U2/1.0.0 UCBrowser/9.5.0.449 U2/1.0.0 Mobile",
    "Opera/9.80 (Series 60; Opera Mini/7.1/28.3445; U; en) Presto/2.8.119 Version/11.10",
    "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0; .NET CLR 2.0.50727)",
    "Mozilla/5.0 (compatible; Konqueror/4.5; Linux) KHTML/4.5.4 (like Gecko)",
    "Lynx/2.9.0 libwww-FM/2.14 SSL-MM/1.4.1",
    "Mozilla/5.0 (Mobile; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
]
NO_PERSON = [
    ("WhatsApp/2.23.20.0 A", "preview"),
    ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "preview"),
    (
        "Mozilla/5.0 (Macintosh) Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "preview",
    ),
    ("TelegramBot (like TwitterBot)", "preview"),
    ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "preview"),
    ("Twitterbot/1.0", "preview"),
    ("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "preview"),
    ("WeChatShareExtensionNew/8.0.50.33 CFNetwork/1496.0.7 Darwin/23.5.0", "preview"),
    ("LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)", "preview"),
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "robot"),
    ("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", "robot"),
    ("Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 Mobile Safari/537.36 (compatible; Bytespider)", "robot"),
    ("Sogou web spider/4.0", "robot"),
    ("Mozilla/5.0 (compatible; YisouSpider/5.0)", "robot"),
    ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0 Safari/537.36", "robot"),
    ("curl/8.5.0", "robot"),
    ("python-requests/2.32.3", "robot"),
    ("Go-http-client/2.0", "robot"),
    ("okhttp/4.12.0", "robot"),
    ("Wget/1.21.3", "robot"),
    ("Mozilla/5.0 (Windows NT 9.9) AppleWebKit/999 (KHTML, like Gecko) BingPreview/9.9", "robot"),
    ("Mozilla/5.0 (compatible; archive.org_bot; Wayback)", "robot"),
    ("Scrapy/2.11", "robot"),
    ("GuzzleHttp/7", "robot"),
    ("reqwest/0.11", "robot"),
    # names of no one, made up: what makes them programs is how they say it
    ("Quillbrook/2.1 (+https://quillbrook.example/about)", "robot"),
    ("Mozilla/5.0 (compatible; Quillbrook/1.0)", "robot"),
    ("Mozilla/5.0 (compatible;Quillbrook)", "robot"),
    ("Quillbrook", "robot"),
    ("Quillbrook-Index 4", "robot"),
    ("Mozilla/5.0", "robot"),
    ("Mozilla/5.0 (Quillbrook)", "robot"),
    ("Mozilla/5.0 (X11; Linux x86_64) Quillbrook (ops at quillbrook dot example)", "robot"),
    ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 quill@brook.example", "robot"),
    (ANDROID + " Chrome/120.0 Mobile Safari/537.36 (compatible; Quillbot/1.0)", "robot"),
    ("Mozilla/5.0 (Linux; Android 13; SM-G991B; compatible; QuillBot/1) AppleWebKit/537.36 Chrome/120.0", "robot"),
    (IPHONE + " Version/17.5 Safari/604.1 QuillSpider", "robot"),
    ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 QuillScreenshots/2", "robot"),
    ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 LinkChecker", "robot"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 QuillAgent", "robot"),
    ("Quill-Uptime-Monitor/3 (Linux)", "robot"),
    ("Java/17.0.2", "robot"),
    ("node-fetch", "robot"),
    ("GET /", "robot"),
    ("Viber/21.0.0 CFNetwork/1496.0.7 Darwin/23.5.0", "preview"),
    ("Snapchat/99.1.0 (iPhone99,1; iOS 17.5; gzip)", "preview"),
    ("Mozilla/5.0 (" * 400, "robot"),
    ("", "robot"),
    ("   ", "robot"),
]


def test_a_person_in_any_app_is_a_person() -> None:
    taken = {agent: classify("GET", {"user-agent": agent, "sec-fetch-dest": "document"}) for agent in PEOPLE}

    assert [(agent, kind) for agent, kind in taken.items() if kind != "person"] == []


def test_a_declared_program_is_no_person() -> None:
    taken = [(agent, classify("GET", {"user-agent": agent})) for agent, _kind in NO_PERSON]

    assert [each for each, expected in zip(taken, NO_PERSON, strict=True) if each != expected] == []


def test_no_user_agent_is_a_robot() -> None:
    assert classify("GET", {}) == "robot"


@pytest.mark.parametrize(
    "header",
    [
        {"sec-purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "Prefetch"},
        {"x-purpose": "preview"},
        {"x-moz": "prefetch"},
    ],
)
def test_reading_ahead_is_a_prefetch(header: dict[str, str]) -> None:
    assert classify("GET", {"user-agent": PEOPLE[0], **header}) == "prefetch"


@pytest.mark.parametrize("destination", ["iframe", "image", "frame", "embed", "object", "script", "empty"])
def test_what_no_person_tapped_is_embedded(destination: str) -> None:
    assert classify("GET", {"user-agent": PEOPLE[0], "sec-fetch-dest": destination}) == "embedded"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST"])
def test_only_get_is_a_person(method: str) -> None:
    assert classify(method, {"user-agent": PEOPLE[0]}) == "robot"


def test_every_listed_mark_has_a_reason_and_is_listed_once() -> None:
    marks = [mark.lower() for mark, why in (*PREVIEWS, *ROBOTS) if why]
    assert all(re.compile(mark) for mark, _why in ROBOTS)

    assert len(marks) == len(set(marks)) == len(PREVIEWS) + len(ROBOTS)


def key(moment: str, address: str = "203.0.113.7", agent: str = "agent") -> bytes:
    return visitor_key(salt_at(datetime.fromisoformat(moment)), network_of(address), agent)


def test_the_key_knows_a_browser_for_one_day_only() -> None:
    today = key("2026-11-23T12:00+08:00")

    assert len(today) == 16
    assert key("2026-11-23T12:00+08:00", "203.0.113.200") == today, "the last part of the address is not looked at"
    assert key("2026-11-24T12:00+08:00") != today
    assert key("2026-11-23T12:00+08:00", "203.0.114.7") != today
    assert key("2026-11-23T12:00+08:00", agent="other") != today


@pytest.mark.parametrize(
    ("zone", "offset"), [("Asia/Shanghai", "+08:00"), ("America/New_York", "-05:00"), ("Asia/Kathmandu", "+05:45")]
)
def test_a_day_begins_at_midnight_of_the_zone_and_nowhere_else(settings: Any, zone: str, offset: str) -> None:
    settings.JOEY_ZONE = zone
    hours = [f"2026-11-23T{hour:02}:{minute}{offset}" for hour in range(24) for minute in ("00", "59")]

    assert {key(moment) for moment in hours} == {key(hours[0])}, "07:59 and 08:01 too"
    assert key(f"2026-11-22T23:59{offset}") != key(hours[0]) != key(f"2026-11-24T00:01{offset}")


def test_the_key_depends_on_the_instances_secret(settings: Any) -> None:
    before = key("2026-11-23T12:00+08:00")
    settings.SECRET_KEY = "another"

    assert key("2026-11-23T12:00+08:00") != before


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        ("https://Weibo.com/u/1?x=y", "weibo.com"),
        ("https://user:secret@t.co:443/x", "t.co"),
        ("android-app://com.tencent.mm/", "com.tencent.mm"),
        ("", ""),
        ("not an address", ""),
        ("https://[::1", ""),
        ("https://" + "a" * 200 + ".com/", ""),
        ("https://微博.com/", ""),
        ("https://evil\x00.com/", ""),
        ("https://a.com\nb", "a.comb"),
        ("https://wang wei, call 13800138000/", ""),
        ("https://<b>buy</b>", ""),
        ("https://[2001:db8::1]:8000/", "2001:db8::1"),
    ],
)
def test_only_the_host_of_a_referrer_is_kept(referrer: str, host: str) -> None:
    assert referrer_host(referrer) == host
