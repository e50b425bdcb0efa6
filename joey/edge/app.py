"""The ASGI application in front of Django: /l/, /go/, /static/ and shops without a session are answered here."""

import gc
from typing import Any

from django.conf import settings

from joey.edge import answer
from joey.edge.asked import App, Asked, ChooseLanguage, OpensHere, Receive, Scope, Send, asks_this_host
from joey.edge.go_out import GoOut
from joey.edge.group_commit import GroupCommit
from joey.edge.look_up import LookUp
from joey.edge.make_pages import HeadersOf, MakePages, RenderShop
from joey.edge.open_link import KnownLinks, OpenLink
from joey.edge.pasted import meant
from joey.edge.shop_pages import ShopPages
from joey.edge.static_files import AnswerStatic
from joey.kit.worker_counts import counts

GARBAGE = (20_000, 20, 20)  # objects made until the youngest are looked at; the older ones after so many times


class Edge:
    """`django` is Django's application, `language` the site's rule for choosing one.

    `opens_here` says whether the app that shows the page follows links to a marketplace; `shop_html` and
    `page_headers` make a shop page.
    """

    def __init__(
        self,
        django: App,
        *,
        language: ChooseLanguage,
        opens_here: OpensHere,
        shop_html: RenderShop,
        page_headers: HeadersOf,
    ) -> None:
        self._django = django
        self._language = language
        self._look_up = LookUp(settings.DATABASE_URL)
        self._clicks = GroupCommit(settings.DATABASE_URL)
        pages = MakePages(settings.DATABASE_URL, shop_html, page_headers)
        self._static = AnswerStatic()
        self._shop_pages = ShopPages(django, pages, language=language)
        links = KnownLinks(self._look_up, self._clicks)
        self._open_link = OpenLink(django, links, self._clicks)
        self._go_out = GoOut(
            django, links, self._look_up, self._clicks, opens_here, follow_changes=self._shop_pages.follow_changes
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] == "http" and asks_this_host(scope):  # Django refuses every other one
            path = meant(scope["path"]) if scope["method"] in ("GET", "HEAD") else scope["path"]
            if path != scope["path"]:
                scope = {**scope, "path": path, "raw_path": path.encode()}
            if path.startswith("/s/") and await self._shop_pages(scope, receive, send):
                return
            answers = self._go_out if path.startswith("/go/") else self._open_link if path.startswith("/l/") else None
            if answers is not None:
                asked = Asked(scope, self._language)
                if asked.method not in ("GET", "HEAD"):
                    await answer.page(send, 405, "method", asked.language, (b"allow", b"GET, HEAD"))
                    return
                if await answers(scope, asked, path[path.index("/", 1) + 1 :], send):
                    return
            if path.startswith(settings.STATIC_URL) and await self._static(scope, send):
                return
        await self._django(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Start and stop with the server; at the end every waiting click is written."""
        while True:
            message: Any = await receive()
            if message["type"] == "lifespan.startup":
                _collect_rarely()
                counts.share(settings.DATA / "metrics")
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self._clicks.close()
                await self._shop_pages.close()
                await self._look_up.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _collect_rarely() -> None:
    """Look for garbage in cycles less often, and never in what stays for the life of the process.

    Hundreds of visitors who wait for one commit are thousands of live objects. By Python's own thresholds they, and
    all of Django with them, would be looked through again and again: a fifth of what a visit costs.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
