"""Whose built-in browser shows the page, and which marketplaces it will not open: those need another outbound click."""

APPS = (
    ("wechat", "micromessenger"),
    ("weibo", "weibo"),
    ("qq", " qq/"),
    ("douyin", "aweme"),
    ("xiaohongshu", "xhsdiscover"),
    ("whatsapp", "whatsapp"),
    ("instagram", "instagram"),
    ("facebook", "fban/"),
    ("facebook", "fbav/"),
)

# Who refuses whom, as seen from a phone; last looked at 2026-11.
_ALIBABA = frozenset({"taobao", "tmall", "1688"})
CLOSED_DOORS = {
    "wechat": _ALIBABA,
    "qq": _ALIBABA,
    "douyin": _ALIBABA | {"jd"},
    "xiaohongshu": _ALIBABA | {"jd"},
}


def app_of(user_agent: str) -> str:
    """The app whose web view this is, or "" for a browser of its own."""
    seen = user_agent.lower()
    return next((app for app, mark in APPS if mark in seen), "")


def opens_here(user_agent: str, marketplace: str) -> bool:
    """Whether a link to the marketplace can be followed in the browser that calls itself so."""
    return marketplace not in CLOSED_DOORS.get(app_of(user_agent), frozenset())
