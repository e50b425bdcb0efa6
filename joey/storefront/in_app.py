"""Which app's built-in browser shows the page, and whether it opens the links of a marketplace."""

from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import InApp

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


def app_of(user_agent: str) -> str:
    """The app whose web view this is, or "" for a browser of its own."""
    seen = user_agent.lower()
    return next((app for app, mark in APPS if mark in seen), "")


def opens_here(user_agent: str, marketplace: str) -> bool:
    """Whether a link to the marketplace can be followed in the browser with this user agent."""
    return refusal_of(user_agent, marketplace) is None


def refusal_of(user_agent: str, marketplace: str) -> InApp | None:
    """The marketplace's entry about the app it is opened in, with what to offer instead; None where links open."""
    app = app_of(user_agent)
    entries = registry.manifest_of(marketplace).refused_in_apps if app and registry.is_served(marketplace) else ()
    return next((entry for entry in entries if entry.app == app and marketplace in entry.marketplaces), None)
