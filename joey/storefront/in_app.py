"""Which app's built-in browser shows the page, how one leaves it, and whether it opens the links of a marketplace.

Where the menus are was not checked on a phone: it is what makers of web pages report of these apps.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import InApp

OPEN_IN_BROWSER = _("Open in browser")


@dataclass(frozen=True)
class App:
    """An app that shows pages itself: what gives it away, and where its menu has the way to a browser."""

    code: str
    name: Promise
    marks: tuple[str, ...]  # in its user agent, in lower case
    corner: Literal["top", "bottom"] = "top"  # on the right, where the dots of its menu are
    entry: Promise = OPEN_IN_BROWSER


# An app is known by the first mark that is found: those that carry the marks of others come first.
APPS = (
    App("wechat", _("WeChat"), ("micromessenger",)),
    App("dingtalk", _("DingTalk"), ("dingtalk",)),
    App("alipay", _("Alipay"), ("alipayclient",)),
    App("weibo", _("Weibo"), ("weibo",)),
    App("qq", _("QQ"), (" qq/", "qzone/")),
    App("tiktok", _("TikTok"), ("musical_ly", "trill_", "tiktok")),
    App("douyin", _("Douyin"), ("aweme",)),
    App("xiaohongshu", _("Xiaohongshu"), ("xhsdiscover", "xiaohongshu")),
    App("kuaishou", _("Kuaishou"), ("kwai", "kuaishou")),
    App("bilibili", _("Bilibili"), ("biliapp", "bilibili")),
    App("feishu", _("Feishu"), ("lark/", "feishu")),
    App("whatsapp", _("WhatsApp"), ("whatsapp",)),
    App("telegram", _("Telegram"), ("telegram",), entry=_("Open in…")),
    App("line", _("LINE"), (" line/",), "bottom", _("Open in default browser")),
    App("kakaotalk", _("KakaoTalk"), ("kakaotalk",), "bottom", _("Open in other browser")),
    App("instagram", _("Instagram"), ("instagram",), entry=_("Open in external browser")),
    App("messenger", _("Messenger"), ("fban/messenger", "fb_iab/messenger"), entry=_("Open in external browser")),
    App("facebook", _("Facebook"), ("fban/", "fbav/", "fb_iab/"), entry=_("Open in external browser")),
    App("snapchat", _("Snapchat"), ("snapchat",)),
    App("x", _("X"), ("twitter for",)),
)
LONGEST_READ = 600  # characters of a user agent


def app_of(user_agent: str) -> App | None:
    """The app whose web view this is, or None for a browser of its own."""
    return _app_of(user_agent[:LONGEST_READ])


@lru_cache(maxsize=2048)
def _app_of(user_agent: str) -> App | None:
    seen = user_agent.lower()
    return next((app for app in APPS if any(mark in seen for mark in app.marks)), None)


def opens_here(user_agent: str, marketplace: str) -> bool:
    """Whether a link to the marketplace can be followed in the browser with this user agent."""
    return refusal_of(user_agent, marketplace) is None


def refusal_of(user_agent: str, marketplace: str) -> InApp | None:
    """The marketplace's entry about the app it is opened in, with what to offer instead; None where links open."""
    app = app_of(user_agent)
    if app is None or not registry.is_served(marketplace):
        return None
    entries = registry.manifest_of(marketplace).refused_in_apps
    return next((entry for entry in entries if entry.app == app.code and marketplace in entry.marketplaces), None)
