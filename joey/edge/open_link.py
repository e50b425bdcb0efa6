"""/l/<code>: the click is committed, then the listing page is shown; without the database, the last cached page."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from joey.edge import answer
from joey.edge.asked import App, Asked, Scope, Send
from joey.edge.django_page import RenderedPage, page_of, send_page
from joey.edge.group_commit import GroupCommit, PendingClick, QueueFull
from joey.edge.look_up import DatabaseUnavailable, LookUp
from joey.edge.pasted import codes_in
from joey.edge.remember import Remembered
from joey.kit.ids import new_id
from joey.sharing.click_rows import ClickedLink
from joey.sharing.queries import LINK_BY_CODE, LinkFacts

logger = logging.getLogger(__name__)

LINKS_KEPT = 50_000
LINK_FRESH_SECONDS = 30.0
PAGES_KEPT = 500  # of some 50 KB each


class KnownLinks:
    """Links by code, remembered for half a minute, and for longer while the database is unavailable."""

    def __init__(self, look_up: LookUp, clicks: GroupCommit) -> None:
        self._look_up = look_up
        self._clicks = clicks
        self._known: Remembered[str, LinkFacts] = Remembered(LINKS_KEPT, LINK_FRESH_SECONDS)

    async def find(self, text: str) -> LinkFacts | None:
        """The link with whose code the text begins; None when there is none.

        Raises DatabaseUnavailable for one that was not looked up before.

        A link's facts never change once its listing has a link of its own, so an old answer is still right.
        """
        for code in codes_in(text):
            found = await self._by_code(code)
            if found is not None:
                return found
        return None

    async def _by_code(self, code: str) -> LinkFacts | None:
        known = self._known.fresh(code)
        if known is not None:
            return known
        old = self._known.stale(code)
        if old is not None and self._clicks.unavailable:  # no visitor has to wait to find that out again
            return old
        try:
            return await self._ask(code)
        except DatabaseUnavailable:
            if old is None:
                raise
            return old

    async def _ask(self, code: str) -> LinkFacts | None:
        found = await self._look_up.one(LinkFacts, LINK_BY_CODE, [code])
        if found is not None:
            self._known.put(code, found)
        return found


@dataclass(frozen=True)
class CachedPage:
    """A listing page as it was last rendered, its outbound click pointing to the listing's own link."""

    page: RenderedPage
    code: str  # of the link by which it was rendered; its card leads back there

    def showable(self, now: datetime) -> bool:
        """Whether every price on it may still be shown."""
        return self.page.prices_until is None or now < self.page.prices_until


class OpenLink:
    """Answers /l/<code>."""

    def __init__(self, django: App, links: KnownLinks, clicks: GroupCommit) -> None:
        self._django = django
        self._links = links
        self._clicks = clicks
        self._cached: Remembered[tuple[str, str], CachedPage] = Remembered(PAGES_KEPT)  # by listing and language

    async def __call__(self, scope: Scope, asked: Asked, code: str, send: Send) -> bool:
        """False when there is no such link: Django's own "not found" answers then."""
        try:
            link = await self._links.find(code)
        except DatabaseUnavailable:
            await self._without_database(asked, None, code, send)
            return True
        if link is None:
            return False
        click_id = new_id()
        click = asked.click_on(ClickedLink.of(link.shop_id, link.id, link.listing_id), click_id.bytes)
        try:
            recorded = await self._clicks.send(PendingClick(click))
        except QueueFull:
            await answer.page(send, 503, "busy", asked.language, answer.NOT_RECORDED, (b"retry-after", b"3"))
            return True
        if not recorded:
            await self._without_database(asked, link, code, send)
            return True
        path = f"/s/{link.slug}/{link.listing_id}"
        page = await page_of(self._django, scope, asked, path, click=str(click_id), code=code)
        if page is None:
            await self._show_cached(asked, link, code, send)
            return True
        self._keep(asked, link, page, code, str(click_id))
        await send_page(send, page, asked)
        return True

    async def _without_database(self, asked: Asked, link: LinkFacts | None, code: str, send: Send) -> None:
        logger.error("click not recorded, the database is unavailable: link %s", link.id if link else "not known")
        await self._show_cached(asked, link, code, send, answer.NOT_RECORDED)

    async def _show_cached(
        self, asked: Asked, link: LinkFacts | None, code: str, send: Send, *more: answer.Header
    ) -> None:
        cached = self._cached.stale((str(link.listing_id), asked.language)) if link else None
        if cached is None or not cached.showable(datetime.now(UTC)):
            await answer.page(send, 503, "unavailable", asked.language, (b"retry-after", b"10"), *more)
        else:
            await send_page(send, cached.page.with_text(f"/l/{cached.code}", f"/l/{code}"), asked, *more)

    def _keep(self, asked: Asked, link: LinkFacts, page: RenderedPage, code: str, click_id: str) -> None:
        key = (str(link.listing_id), asked.language)
        if page.status != 200:  # what is no longer shown is not shown without a database either
            self._cached.forget(key)
        if asked.method != "GET" or asked.asks_for_language or not page.keepable or link.own_code is None:
            return
        self._cached.put(key, CachedPage(page.with_text(click_id, link.own_code), code))
