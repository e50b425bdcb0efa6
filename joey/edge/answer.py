"""Answers that the fast path gives itself: the headers of all of them, and small pages for errors and refusals."""

from functools import lru_cache
from html import escape

from django.conf import settings

from joey.edge.asked import Message, Send
from joey.kit.worker_counts import REFUSED, counts

Header = tuple[bytes, bytes]

NOT_RECORDED: Header = (b"x-click-recorded", b"0")
NOT_FOUND_BY_SEARCH: Header = (b"x-robots-tag", b"noindex, nofollow")
STRICT: tuple[Header, ...] = (
    (b"cache-control", b"private, no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


@lru_cache(maxsize=1)
def needed() -> tuple[Header, ...]:
    """What no response may lack. One that says something else of its own keeps that (every_response.py)."""
    if not settings.SECURE:
        return STRICT
    subdomains = "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
    preload = "; preload" if settings.SECURE_HSTS_PRELOAD else ""
    value = f"max-age={settings.SECURE_HSTS_SECONDS}{subdomains}{preload}"
    return (*STRICT, (b"strict-transport-security", value.encode()))


# (title, what to do), by language. Two languages, a handful of sentences, needed when nothing else works.
WORDS = {
    "zh-hans": {
        "unavailable": (
            "页面暂时打不开",
            "我们这边暂时没有响应。链接没有失效，请过一会儿再打开。",
        ),
        "busy": ("现在打开的人太多", "请过几秒再试。链接没有失效。"),
        "method": ("这个链接只能打开", "请直接在浏览器里打开它。"),
        "refused": ("没有继续前往", "这个地址不属于已登记的平台，为了安全没有跳转。请告诉店主这个商品的链接有问题。"),
        "framed": ("请直接打开", "购买链接不能放在别的页面里打开。请直接点开链接。"),
        "prefetch": ("尚未打开", "这只是预加载，还没有真正打开。点一下即可继续。"),
    },
    "en": {
        "unavailable": (
            "This page cannot be shown right now",
            "Something on our side does not answer. The link still works: please open it again in a moment.",
        ),
        "busy": ("Too many visitors at once", "Please try again in a few seconds. The link still works."),
        "method": ("This link can only be opened", "Please open it in a browser."),
        "refused": (
            "We stopped here",
            "This address does not belong to a marketplace we know, so to keep you safe we did not open it. Please let"
            " the shop know that the link of this item is broken.",
        ),
        "framed": (
            "Please open this directly",
            "A link to a marketplace does not open inside another page. Please tap the link itself.",
        ),
        "prefetch": ("Not opened yet", "This was prefetched, not opened. Tap to continue."),
    },
}


NOTHING_MORE: Message = {"type": "http.response.body", "body": b""}


def redirect(url: str, *more: Header) -> Message:
    """The start of a 302 to an address that was checked: plain ASCII, no control characters. NOTHING_MORE follows.

    The same message may be sent any number of times.
    """
    return _start(302, 0, (b"location", url.encode("ascii")), *more)


def also(start: Message, *more: Header) -> Message:
    """The same start with more headers."""
    return {**start, "headers": [*start["headers"], *more]}


async def page(send: Send, status: int, what: str, language: str, *more: Header) -> None:
    """A small page in the visitor's language, one of WORDS."""
    counts.add(REFUSED[what])
    title, text = WORDS.get(language, WORDS["en"])[what]
    html = (
        f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><h1>{escape(title)}</h1><p>{escape(text)}</p></html>"
    )
    await _send(send, status, html.encode(), (b"content-type", b"text/html; charset=utf-8"), *more)


async def _send(send: Send, status: int, body: bytes, *more: Header) -> None:
    await send(_start(status, len(body), *more))
    await send({"type": "http.response.body", "body": body})


def _start(status: int, length: int, *more: Header) -> Message:
    headers = [*needed(), NOT_FOUND_BY_SEARCH, *more, (b"content-length", str(length).encode())]
    return {"type": "http.response.start", "status": status, "headers": headers}
