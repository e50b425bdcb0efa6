"""/go/<token>: the outbound click, to allow-listed marketplace hosts only, recorded before the visitor leaves.

A token is the id of a committed click, or the code of a listing's own link (channel "shop"), which then records
the click itself. There is no address in it that anybody could change.
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection

from joey.edge import answer
from joey.edge.asked import App, Asked, Message, OpensHere, Scope, Send
from joey.edge.django_page import page_of, send_page
from joey.edge.group_commit import GroupCommit, QueueFull, Visit
from joey.edge.look_up import DatabaseAway, LookUp
from joey.edge.open_link import Links
from joey.edge.remember import Remembered
from joey.kit import clock
from joey.kit.ids import new_id_bytes
from joey.kit.refusals import Refusal
from joey.marketplaces import registry
from joey.marketplaces.imported import is_feed
from joey.marketplaces.manifest_shape import Manifest
from joey.sharing.make_link import OWN
from joey.sharing.models import Click, TrackedUrl
from joey.sharing.outbound_url import may_lead_to
from joey.sharing.queries import WAY_OF_CLICK, WAY_OF_LISTING, Way
from joey.sharing.tracked_url import tracked_url
from joey.sharing.visit_rows import ClickedLink, WayTo
from joey.sharing.visitor import EMBEDDED, PERSON, PREFETCH
from joey.shops.models import Listing

logger = logging.getLogger(__name__)

WAYS_KEPT = 50_000
WAY_FRESH = 10.0  # seconds; a listing taken down leads nowhere after this
NO_TRACKED_URL_FOR = 60.0  # seconds until a marketplace that gave no address is asked again
ASKING_TAKES = 3.0  # seconds a visitor waits for the marketplace to give its address
AGENTS_KEPT, AGENT_READ = 5_000, 600  # answers about apps; characters of an agent that they are about


@dataclass(frozen=True, slots=True)
class Departure:
    """An outbound click with everything worked out that is the same for all who take it."""

    way: Way
    link: ClickedLink | None  # the listing's own link, on which a click is still to be written
    way_to: WayTo
    lease_id: UUID | None
    redirect: Message
    until: float  # time.monotonic; asked anew after it


class GoOut:
    """Answers /go/<token>."""

    def __init__(self, django: App, links: Links, look_up: LookUp, visits: GroupCommit, opens_here: OpensHere) -> None:
        self._opens_here = lru_cache(AGENTS_KEPT)(opens_here)
        self._django = django
        self._links = links
        self._look_up = look_up
        self._visits = visits
        self._ways: Remembered[UUID, Way] = Remembered(WAYS_KEPT, WAY_FRESH)  # by listing
        self._departures: Remembered[str, Departure] = Remembered(WAYS_KEPT)  # by the code of the listing's own link
        self._clicked: Remembered[UUID, UUID] = Remembered(WAYS_KEPT)  # click → listing
        self._none_given: Remembered[UUID, bool] = Remembered(WAYS_KEPT, NO_TRACKED_URL_FOR)
        self._policies: dict[str, Manifest] = {}
        self._asking: dict[UUID, asyncio.Task[tuple[str, str, UUID] | None]] = {}

    async def __call__(self, scope: Scope, asked: Asked, token: str, send: Send) -> bool:
        """False when the token leads nowhere: Django's own "not found" answers then."""
        visitor = asked.visitor
        if visitor is PREFETCH:
            await answer.page(send, 503, "prefetch", asked.language)
            return True
        if visitor is EMBEDDED:
            await answer.page(send, 403, "framed", asked.language)  # cookie stuffing: nobody tapped
            return True
        departure = self._departures.stale(token)
        if departure is not None and departure.until > time.monotonic():
            await self._leave(scope, asked, send, departure, new_id_bytes())
            return True
        try:
            found = await self._find(token)
        except DatabaseAway:
            logger.error("outbound click not found, the database is away")
            await answer.page(send, 503, "away", asked.language, answer.NOT_RECORDED, (b"retry-after", b"10"))
            return True
        if found is None:
            return False
        way, link, click_id = found
        departure = await self._departure(way, link, asked, token)
        if departure is None:
            logger.error("refused to lead to %r: not a host of %s", way.tracked_url or way.plain_url, way.marketplace)
            await answer.page(send, 403, "refused", asked.language)
            return True
        await self._leave(scope, asked, send, departure, click_id)
        return True

    async def _leave(self, scope: Scope, asked: Asked, send: Send, departure: Departure, click_id: bytes) -> None:
        visit = Visit()
        if departure.link is not None:
            visit.click = asked.click_on(departure.link, click_id)
        if asked.visitor is PERSON:  # a program may follow the link, but only a person goes out
            visit.outbound_click = departure.way_to.row(new_id_bytes(), click_id)
            visit.lease_id = departure.lease_id
        more: tuple[answer.Header, ...] = ()
        if visit.click or visit.outbound_click:
            try:
                recorded = await self._visits.send(visit)
            except QueueFull:
                await answer.page(send, 503, "busy", asked.language, answer.NOT_RECORDED, (b"retry-after", b"3"))
                return
            if not recorded:
                logger.error("outbound click not recorded, the database is away: %s", asked.path)
                more = (answer.NOT_RECORDED,)
        way = departure.way
        if not self._opens_here(asked.agent[:AGENT_READ], way.marketplace):
            token = str(UUID(bytes=click_id))
            page = await page_of(
                self._django,
                scope,
                asked,
                f"/s/{way.slug}/{way.listing_id}/way-out",
                click=token,
                query=f"t={token}".encode(),
            )
            if page is not None and page.status == 200:
                await send_page(send, page, asked, (b"referrer-policy", b"no-referrer"), *more)
                return
        await send(answer.also(departure.redirect, *more) if more else departure.redirect)
        await send(answer.NOTHING_MORE)

    async def _find(self, token: str) -> tuple[Way, ClickedLink | None, bytes] | None:
        """The way, the listing's own link when the click is still to be written, and the click's id."""
        click_id = _click_id(token)
        if click_id is not None:
            listing_id = self._clicked.stale(click_id)
            way = await self._way(WAY_OF_LISTING, listing_id) if listing_id else await self._way(WAY_OF_CLICK, click_id)
            if way is None:
                return None
            self._clicked.put(click_id, way.listing_id)
            return way, None, click_id.bytes
        link = await self._links.find(token)
        if link is None or link.channel != OWN:
            return None
        way = await self._way(WAY_OF_LISTING, link.listing_id)
        if way is None:
            return None
        return way, ClickedLink.of(link.shop_id, link.id, link.listing_id), new_id_bytes()

    async def _departure(self, way: Way, link: ClickedLink | None, asked: Asked, token: str) -> Departure | None:
        """Where this way leads; None when it may not lead there. Kept for a listing's own link on a known address."""
        url, lease_id, settled = await self._target(way, asked)
        if url is None:
            return None
        marketplace = registry.SERVED_BY.get(way.marketplace, way.marketplace)
        departure = Departure(
            way=way,
            link=link,
            way_to=WayTo.of(way.shop_id, marketplace, lease_id),
            lease_id=lease_id,
            redirect=answer.redirect(url),
            until=self._ways.fresh_until(way.listing_id),
        )
        if settled and link is not None:
            self._departures.put(token, departure)
        return departure

    async def _way(self, query: str, key: UUID) -> Way | None:
        known = self._ways.fresh(key)
        if known is not None:
            return known
        old = self._ways.stale(key)
        if old is not None and self._visits.away:  # nobody waits to find that out again
            return old
        try:
            found = await self._look_up.one(Way, query, [key])
        except DatabaseAway:
            if old is None:
                raise
            return old
        if found is None:
            self._ways.forget(key)
        else:
            self._ways.put(found.listing_id, found)
        return found

    async def _target(self, way: Way, asked: Asked) -> tuple[str | None, UUID | None, bool]:
        """(the address when it may be led to, the lease it is on, whether another visitor would be led there, too).

        A plain address earns nothing.
        """
        policy = self._policies.get(way.marketplace)
        if policy is None:
            policy = registry.manifest_of(way.marketplace)
            if not is_feed(way.marketplace):  # settings do not change while the process lives; feeds do
                self._policies[way.marketplace] = policy
        url, lease_id = way.tracked_url, way.lease_id
        if url is None and policy.reports_orders and asked.visitor != Click.Visitor.PREVIEW:
            given = await self._given(way)
            if given is not None:
                url, lease_id = given[0], given[2]
        # Where a feed may lead can change at any moment, and counts from then on.
        settled = way.tracked_url is not None or not (policy.reports_orders or is_feed(way.marketplace))
        if url is None:
            return may_lead_to(way.plain_url, policy.hosts), None, settled
        return may_lead_to(url, policy.hosts), lease_id, settled

    async def _given(self, way: Way) -> tuple[str, str, UUID] | None:
        """(address, copy-code, lease) from the marketplace, asked once however many visitors wait for it."""
        if self._visits.away or self._none_given.fresh(way.listing_id):
            return None
        asking = self._asking.get(way.listing_id)
        if asking is None:
            asking = asyncio.create_task(self._ask(way.listing_id))
            self._asking[way.listing_id] = asking
            asking.add_done_callback(lambda _done: self._asking.pop(way.listing_id, None))
        await asyncio.wait({asking}, timeout=ASKING_TAKES)
        return asking.result() if asking.done() else None

    async def _ask(self, listing_id: UUID) -> tuple[str, str, UUID] | None:
        given = None
        try:
            given = await sync_to_async(_ask_marketplace, thread_sensitive=False)(listing_id)
        except Refusal as refusal:
            logger.warning("no tracked address for listing %s: %s", listing_id, refusal)
        except Exception:
            logger.exception("no tracked address for listing %s", listing_id)
        if given is None:
            self._none_given.put(listing_id, True)
        else:
            self._ways.forget(listing_id)
        return given


def _ask_marketplace(listing_id: UUID) -> tuple[str, str, UUID] | None:
    """The verb, in a thread of its own with a connection of its own."""
    try:
        now: datetime = clock.now()
        listing = Listing.objects.select_related("offer", "shop").get(pk=listing_id)
        found: TrackedUrl | None = tracked_url(listing, now=now)
        return None if found is None else (found.url, found.copy_code, found.lease_id)
    finally:
        connection.close()


def _click_id(token: str) -> UUID | None:
    """A token in the one way a click id is written, else None."""
    if len(token) != 36:
        return None
    try:
        found = UUID(token)
    except ValueError:
        return None
    return found if str(found) == token else None
