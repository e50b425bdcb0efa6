"""/go/<token>: the way out to the marketplace, to allow-listed hosts only, written down before the visitor leaves.

A token is the id of a committed click, or the code of a listing's own link (channel "shop"), which then records
the click itself. There is no address in it that anybody could change.
"""

import asyncio
import logging
from datetime import datetime
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection

from joey.edge import answer
from joey.edge.asked import App, Asked, OpensHere, Scope, Send
from joey.edge.django_page import page_of, send_page
from joey.edge.group_commit import GroupCommit, NoRoom, Visit
from joey.edge.look_up import DatabaseAway, LookUp
from joey.edge.open_link import Links
from joey.edge.remember import Remembered
from joey.kit import clock
from joey.kit.ids import new_id
from joey.kit.refusals import Refusal
from joey.marketplaces import registry
from joey.marketplaces.imported import is_feed
from joey.marketplaces.port import Policy
from joey.sharing.make_link import OWN
from joey.sharing.models import Click, TrackedUrl
from joey.sharing.queries import WAY_OF_CLICK, WAY_OF_LISTING, Way
from joey.sharing.record_click import NewClick, NewWayOut
from joey.sharing.tracked_url import tracked_url
from joey.sharing.way_out_url import may_lead_to
from joey.shops.models import Listing

logger = logging.getLogger(__name__)

WAYS_KEPT = 50_000
WAY_FRESH = 10.0  # seconds; a listing taken down leads nowhere after this
NO_TRACKED_URL_FOR = 60.0  # seconds until a marketplace that gave no address is asked again
ASKING_TAKES = 3.0  # seconds a visitor waits for the marketplace to give its address


class GoOut:
    """Answers /go/<token>."""

    def __init__(self, django: App, links: Links, look_up: LookUp, visits: GroupCommit, opens_here: OpensHere) -> None:
        self._opens_here = opens_here
        self._django = django
        self._links = links
        self._look_up = look_up
        self._visits = visits
        self._ways: Remembered[UUID, Way] = Remembered(WAYS_KEPT, WAY_FRESH)  # by listing
        self._clicked: Remembered[UUID, UUID] = Remembered(WAYS_KEPT)  # click → listing
        self._none_given: Remembered[UUID, bool] = Remembered(WAYS_KEPT, NO_TRACKED_URL_FOR)
        self._policies: dict[str, Policy] = {}
        self._asking: dict[UUID, asyncio.Task[tuple[str, str, UUID] | None]] = {}

    async def __call__(self, scope: Scope, asked: Asked, token: str, send: Send) -> bool:
        """False when the token leads nowhere: Django's own "not found" answers then."""
        if asked.visitor == Click.Visitor.PREFETCH:
            await answer.page(send, 503, "prefetch", asked.language)
            return True
        if asked.visitor == Click.Visitor.EMBEDDED:
            await answer.page(send, 403, "framed", asked.language)  # cookie stuffing: nobody tapped
            return True
        try:
            found = await self._find(asked, token)
        except DatabaseAway:
            logger.error("way out not found, the database is away")
            await answer.page(send, 503, "away", asked.language, answer.NOT_RECORDED, (b"retry-after", b"10"))
            return True
        if found is None:
            return False
        way, click, click_id = found
        url, lease_id = await self._target(way, asked)
        if url is None:
            logger.error("refused to lead to %r: not a host of %s", way.tracked_url or way.plain_url, way.marketplace)
            await answer.page(send, 403, "refused", asked.language)
            return True
        await self._leave(scope, asked, send, way, url, lease_id, click, click_id)
        return True

    async def _leave(
        self,
        scope: Scope,
        asked: Asked,
        send: Send,
        way: Way,
        url: str,
        lease_id: UUID | None,
        click: NewClick | None,
        click_id: UUID,
    ) -> None:
        way_out = NewWayOut(
            new_id(), click_id, way.shop_id, registry.SERVED_BY.get(way.marketplace, way.marketplace), lease_id
        )
        # A program may follow the link, but only a person goes out.
        visit = Visit(click, way_out if asked.visitor == Click.Visitor.PERSON else None)
        more: tuple[answer.Header, ...] = ()
        if visit.click is not None or visit.way_out is not None:
            try:
                recorded = await self._visits.write(visit)
            except NoRoom:
                await answer.page(send, 503, "busy", asked.language, answer.NOT_RECORDED, (b"retry-after", b"3"))
                return
            if not recorded:
                logger.error("way out not recorded, the database is away: %s", asked.path)
                more = (answer.NOT_RECORDED,)
        if not self._opens_here(asked.agent, way.marketplace):
            page = await page_of(
                self._django,
                scope,
                asked,
                f"/s/{way.slug}/{way.listing_id}/way-out",
                click=str(click_id),
                query=f"t={click_id}".encode(),
            )
            if page is not None and page.status == 200:
                await send_page(send, page, asked, (b"referrer-policy", b"no-referrer"), *more)
                return
        await answer.redirect(send, url, *more)

    async def _find(self, asked: Asked, token: str) -> tuple[Way, NewClick | None, UUID] | None:
        """The way, the click still to be written (for a listing's own link), and the click's id."""
        click_id = _click_id(token)
        if click_id is not None:
            listing_id = self._clicked.any_age(click_id)
            way = await self._way(WAY_OF_LISTING, listing_id) if listing_id else await self._way(WAY_OF_CLICK, click_id)
            if way is None:
                return None
            self._clicked.put(click_id, way.listing_id)
            return way, None, click_id
        link = await self._links.find(token)
        if link is None or link.channel != OWN:
            return None
        way = await self._way(WAY_OF_LISTING, link.listing_id)
        if way is None:
            return None
        click = asked.click_on(link)
        return way, click, click.id

    async def _way(self, query: str, key: UUID) -> Way | None:
        known = self._ways.fresh(key)
        if known is not None:
            return known
        try:
            found = await self._look_up.one(Way, query, [key])
        except DatabaseAway:
            old = self._ways.any_age(key)
            if old is None:
                raise
            return old
        if found is None:
            self._ways.forget(key)
        else:
            self._ways.put(found.listing_id, found)
        return found

    async def _target(self, way: Way, asked: Asked) -> tuple[str | None, UUID | None]:
        """(the address when it may be led to, the lease it is on). A plain address earns nothing."""
        policy = self._policies.get(way.marketplace)
        if policy is None:
            policy = registry.policy_of(way.marketplace)
            if not is_feed(way.marketplace):  # settings do not change while the process lives; feeds do
                self._policies[way.marketplace] = policy
        url, lease_id = way.tracked_url, way.lease_id
        if url is None and policy.reports_orders and asked.visitor != Click.Visitor.PREVIEW:
            given = await self._given(way)
            if given is not None:
                url, lease_id = given[0], given[2]
        if url is None:
            return may_lead_to(way.plain_url, policy.hosts), None
        return may_lead_to(url, policy.hosts), lease_id

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
