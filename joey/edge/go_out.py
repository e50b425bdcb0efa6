"""/go/<token>: the outbound click, to allow-listed marketplace hosts only, recorded before the visitor leaves.

A token is the id of a committed click, or the code of a listing's own link (channel "shop"), which then records
the click itself. It holds no address, so there is none to tamper with.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import DatabaseError

from joey.edge import answer
from joey.edge.ask_marketplace import AskMarketplace, Untracked
from joey.edge.asked import App, Asked, Message, OpensHere, Scope, Send
from joey.edge.django_page import page_of, send_page
from joey.edge.group_commit import GroupCommit, PendingClick, QueueFull
from joey.edge.know_keeper import KnowKeeper
from joey.edge.look_up import DatabaseUnavailable, LookUp
from joey.edge.open_link import KnownLinks
from joey.edge.remember import Remembered
from joey.kit.close_connection import close_connection
from joey.kit.ids import new_id_bytes
from joey.marketplaces import imported, registry
from joey.marketplaces.imported import is_feed
from joey.sharing.click_rows import ClickedDestination, ClickedLink
from joey.sharing.make_link import OWN
from joey.sharing.outbound_url import may_lead_to
from joey.sharing.queries import DESTINATION_OF_CLICK, DESTINATION_OF_LINK, OutboundTarget
from joey.sharing.visitor import EMBEDDED, PERSON, PREFETCH
from joey.shops.connected import reports_orders

logger = logging.getLogger(__name__)

DESTINATIONS_KEPT = 50_000
DESTINATION_FRESH_SECONDS = 10.0  # a listing that is taken down leads nowhere after this
AGENTS_KEPT, AGENT_CHARACTERS = 5_000, 600


@dataclass(frozen=True, slots=True)
class OutboundAddress:
    """Where a visitor is led. `settled`: the next one is led there too."""

    url: str
    lease_id: UUID | None
    settled: bool


@dataclass(frozen=True, slots=True)
class OutboundRoute:
    """An outbound click with everything worked out that is the same for all visitors who take it."""

    destination: OutboundTarget
    link: ClickedLink | None  # the listing's own link, on which a click is still to be written
    packed: ClickedDestination
    lease_id: UUID | None
    redirect: Message
    until: float  # time.monotonic; worked out again after it


class GoOut:
    """Answers /go/<token>."""

    def __init__(
        self,
        django: App,
        links: KnownLinks,
        look_up: LookUp,
        clicks: GroupCommit,
        opens_here: OpensHere,
        *,
        follow_changes: Callable[[], None],
    ) -> None:
        self._opens_here = lru_cache(AGENTS_KEPT)(opens_here)
        self._django = django
        self._follow_changes = follow_changes
        self._links = links
        self._look_up = look_up
        self._clicks = clicks
        self._destinations: Remembered[UUID, OutboundTarget] = Remembered(  # by link
            DESTINATIONS_KEPT, DESTINATION_FRESH_SECONDS
        )
        self._routes: Remembered[str, OutboundRoute] = Remembered(DESTINATIONS_KEPT)  # by a listing's own code
        self._clicked: Remembered[UUID, UUID] = Remembered(DESTINATIONS_KEPT)  # click → link
        self._keeper = KnowKeeper(look_up)
        self._marketplace = AskMarketplace()
        self._known_hosts: dict[str, frozenset[str]] = {}

    async def __call__(self, scope: Scope, asked: Asked, token: str, send: Send) -> bool:
        """False when the token leads nowhere: Django's own "not found" answers then."""
        visitor = asked.visitor
        if visitor is PREFETCH:
            await answer.page(send, 503, "prefetch", asked.language)
            return True
        if visitor is EMBEDDED:
            await answer.page(send, 403, "framed", asked.language)  # cookie stuffing: no person tapped
            return True
        route = self._routes.stale(token)
        if route is not None and route.until > time.monotonic():
            await self._leave(scope, asked, send, route, new_id_bytes())
            return True
        try:
            found = await self._find(token)
        except DatabaseUnavailable:
            logger.error("outbound click not found, the database is unavailable")
            await answer.page(send, 503, "unavailable", asked.language, answer.NOT_RECORDED, (b"retry-after", b"10"))
            return True
        if found is None:
            return False
        destination, link, click_id = found
        address = await self._address(destination, asked)
        if isinstance(address, Untracked):
            await self._let_visitor_choose(scope, asked, send, found, address)
            return True
        route = await self._route(destination, link, address, token)
        if route is None:
            logger.error("refused to lead to %r: not a host of %s", address.url, destination.marketplace)
            await answer.page(send, 403, "refused", asked.language)
            return True
        await self._leave(scope, asked, send, route, click_id)
        return True

    async def _leave(self, scope: Scope, asked: Asked, send: Send, route: OutboundRoute, click_id: bytes) -> None:
        pending = PendingClick()
        if route.link is not None:
            pending.click = asked.click_on(route.link, click_id)
        if asked.visitor is PERSON:  # a program may follow the link, but only a person goes out
            session = asked.session if route.lease_id is not None else None
            by_keeper = session is not None and await self._keeper.is_signed_in(session, route.destination.keeper_id)
            pending.outbound_click = route.packed.row(new_id_bytes(), click_id, by_keeper=by_keeper)
            pending.lease_id = route.lease_id
        more: tuple[answer.Header, ...] = ()
        if pending.click or pending.outbound_click:
            try:
                recorded = await self._clicks.send(pending)
            except QueueFull:
                await answer.page(send, 503, "busy", asked.language, answer.NOT_RECORDED, (b"retry-after", b"3"))
                return
            if not recorded:
                logger.error("outbound click not recorded, the database is unavailable: %s", asked.path)
                more = (answer.NOT_RECORDED,)
        destination = route.destination
        if asked.asks_for_ways or not self._opens_here(asked.agent[:AGENT_CHARACTERS], destination.marketplace):
            path = f"/s/{destination.slug}/{destination.listing_id}/way-out"
            page = await page_of(self._django, scope, asked, path, click=str(UUID(bytes=click_id)), query=b"")
            if page is not None and page.status == 200:
                await send_page(send, page, asked, (b"referrer-policy", b"no-referrer"), *more)
                return
        await send(answer.also(route.redirect, *more) if more else route.redirect)
        await send(answer.NOTHING_MORE)

    async def _let_visitor_choose(
        self, scope: Scope, asked: Asked, send: Send, found: "FoundDestination", why: Untracked
    ) -> None:
        """No link here would be counted for the shop, so the visitor is not led on: the page says why, and offers to
        retry, or to continue by a plain link from which the shop earns nothing."""
        destination, link, click_id = found
        more: tuple[answer.Header, ...] = ()
        if link is not None:  # opened by the listing's own link: this is the click, and the page leads on from it
            try:
                recorded = await self._clicks.send(PendingClick(asked.click_on(link, click_id)))
            except QueueFull:
                recorded = False
            if not recorded:
                await answer.page(
                    send, 503, "unavailable", asked.language, answer.NOT_RECORDED, (b"retry-after", b"10")
                )
                return
        path = f"/s/{destination.slug}/{destination.listing_id}/not-tracked"
        token = str(UUID(bytes=click_id))
        query = b"ways=1" if asked.asks_for_ways else b""
        page = await page_of(self._django, scope, asked, path, click=token, query=query, why=why.value)
        if page is None or page.status != 200:
            await answer.page(send, 503, "unavailable", asked.language, (b"retry-after", b"10"))
            return
        if why is Untracked.LATE:
            page, more = replace(page, status=503), ((b"retry-after", b"3"),)
        await send_page(send, page, asked, (b"referrer-policy", b"no-referrer"), *more)

    async def _find(self, token: str) -> "FoundDestination | None":
        """The destination, the listing's own link when the click is still to be written, and the click's id."""
        click_id = _click_id(token)
        if click_id is not None:
            link_id = self._clicked.stale(click_id)
            query, key = (DESTINATION_OF_LINK, link_id) if link_id else (DESTINATION_OF_CLICK, click_id)
            destination = await self._destination(query, key)
            if destination is None:
                return None
            self._clicked.put(click_id, destination.link_id)
            return destination, None, click_id.bytes
        link = await self._links.find(token)
        if link is None or link.channel != OWN:
            return None
        destination = await self._destination(DESTINATION_OF_LINK, link.id)
        if destination is None:
            return None
        return destination, ClickedLink.of(link.shop_id, link.id, link.listing_id), new_id_bytes()

    async def _route(
        self, destination: OutboundTarget, link: ClickedLink | None, address: OutboundAddress, token: str
    ) -> OutboundRoute | None:
        """The way there; None when it is not allowed. Kept for a listing's own link on a settled address."""
        allowed = may_lead_to(address.url, await self._hosts(destination.marketplace))
        if allowed is None and is_feed(destination.marketplace):  # what it may lead to can have been imported just now
            imported.forget()
            allowed = may_lead_to(address.url, await self._hosts(destination.marketplace))
        if allowed is None:
            return None
        route = OutboundRoute(
            destination=destination,
            link=link,
            packed=ClickedDestination.of(
                destination.shop_id, registry.code_for(destination.marketplace), address.lease_id
            ),
            lease_id=address.lease_id,
            redirect=answer.redirect(allowed),
            until=self._destinations.fresh_until(destination.link_id),
        )
        if address.settled and link is not None:
            self._routes.put(token, route)
        return route

    async def _destination(self, query: str, key: UUID) -> OutboundTarget | None:
        known = self._destinations.fresh(key)
        if known is not None:
            return known
        old = self._destinations.stale(key)
        if old is not None and self._clicks.unavailable:  # no visitor has to wait to find that out again
            return old
        try:
            found = await self._look_up.one(OutboundTarget, query, [key])
        except DatabaseUnavailable:
            if old is None:
                raise
            return old
        if found is None:
            self._destinations.forget(key)
        else:
            self._destinations.put(found.link_id, found)
        return found

    async def _hosts(self, marketplace: str) -> frozenset[str]:
        """Where an outbound click may lead; nowhere while the package of its marketplace is not installed.

        Settings do not change while the process runs, so this is kept; feeds change with an import.
        """
        if is_feed(marketplace):
            self._follow_changes()
            if not imported.are_fresh():
                await sync_to_async(_refresh_feeds, thread_sensitive=False)()
            return registry.manifest_of(marketplace).hosts
        if marketplace not in self._known_hosts:
            manifest = registry.find_manifest(marketplace)
            self._known_hosts[marketplace] = manifest.hosts if manifest else frozenset()
        return self._known_hosts[marketplace]

    async def _address(self, destination: OutboundTarget, asked: Asked) -> OutboundAddress | Untracked:
        """Where this visitor is led, or why there is no tracked address.

        It is plain without a question only where no order is reported to this instance at all, which the listing's
        page says, or where the visitor has chosen it. A position is leased, and a marketplace asked, for a person only.
        """
        if destination.tracked_url is not None:
            return OutboundAddress(destination.tracked_url, destination.lease_id, settled=True)
        if not reports_orders(destination.marketplace):
            # Where a feed may lead can change at any moment, and the change counts from then on.
            return OutboundAddress(destination.plain_url, None, settled=not is_feed(destination.marketplace))
        if asked.chooses_plain:
            return OutboundAddress(destination.plain_url, None, settled=False)
        if asked.visitor is not PERSON:
            return Untracked.NO_PERSON
        if self._clicks.unavailable:
            return Untracked.LATE
        given = await self._marketplace.address_of(destination.link_id, destination.marketplace)
        if given is Untracked.NOT_HERE:
            return OutboundAddress(destination.plain_url, None, settled=False)
        if isinstance(given, Untracked):
            return given
        self._destinations.forget(destination.link_id)
        return OutboundAddress(given.url, given.lease_id, settled=False)


# The destination, the listing's own link when the click is still to be written, and the click's id.
FoundDestination = tuple[OutboundTarget, ClickedLink | None, bytes]


def _refresh_feeds() -> None:
    """In a thread of its own with a connection of its own. Without a database, what was known still counts."""
    try:
        imported.refresh()
    except DatabaseError as error:
        logger.warning("where feeds may lead is unknown: %s", error)
    finally:
        close_connection()


def _click_id(token: str) -> UUID | None:
    """A token in the one way a click id is written, else None."""
    if len(token) != 36:
        return None
    try:
        found = UUID(token)
    except ValueError:
        return None
    return found if str(found) == token else None
