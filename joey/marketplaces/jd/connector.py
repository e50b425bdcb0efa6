"""JD as Joey sees it: by an account of its union, or without one by its product file alone."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from joey.marketplaces.account_settings import NUMBER, Known, check_settings, own_rate, required
from joey.marketplaces.feed.connector import FeedConnector
from joey.marketplaces.jd import parse, reports
from joey.marketplaces.jd.ask_union import JdAnswers
from joey.marketplaces.jd.client import NOT_GRANTED, JdAccount, JdClient
from joey.marketplaces.jd.manifest import MANIFEST, QUOTA, SUB_IDS
from joey.marketplaces.jd.parse_offer import item_page, looked_up_offer, searched_offer
from joey.marketplaces.jd.unverified import FACTS
from joey.marketplaces.manifest_shape import Capabilities, Manifest, Question
from joey.marketplaces.pace import Pace
from joey.marketplaces.pasted import addresses_at, leads_to
from joey.marketplaces.port import (
    AnyReport,
    Connector,
    Found,
    MarketplaceRefused,
    OfferFacts,
    PositionRefused,
    ReportedRow,
    SearchSort,
    TrackedLink,
    Tracking,
    UnreadableReport,
)
from joey.marketplaces.read_offers import read_found
from joey.marketplaces.row_values import Row, inner, link, text
from joey.marketplaces.unverified import AnswerSample, CheckedFact

GATEWAY = "https://api.jd.com/routerjson"
REAL_GATEWAY_HOSTS = frozenset({"api.jd.com", "api-dev.jd.com", "router.jd.com"})
COPY_CODE = re.compile(r"！[A-Za-z0-9]{8,20}！")  # what JD's app copies beside a link
ITEM_PATH = re.compile(r"/(?:product/)?(\d{3,20})\.html", re.ASCII)
SEARCH, CHANNEL = "jd.union.open.goods.query", "jd.union.open.goods.jingfen.query"
LOOK_UP = "jd.union.open.goods.promotiongoodsinfo.query"
BY_SITE, BY_SUB_UNION = "jd.union.open.promotion.common.get", "jd.union.open.promotion.bysubunionid.get"
NEW_POSITION = "jd.union.open.position.create"
SCENE = 1  # of a search: what an account may always ask for; 2 needs a permission of its own
MOST_IN_A_CHANNEL = 50
CHANNELS = (22, 2, 1, 10)  # eliteId: hot, picked, good coupons, 9.9 yuan
ASK_AGAIN_SECONDS = 3600.0  # whether searching is granted by now
SORTS: Mapping[SearchSort, Mapping[str, str]] = {
    "relevance": {},
    "sales": {"sortName": "inOrderCount30Days", "sort": "desc"},
    "price": {"sortName": "price", "sort": "asc"},
    "rate": {"sortName": "commissionShare", "sort": "desc"},
}
BOTH_LINKS = 3  # chainType: a long one, which lasts, and a short one, which ends after sixty days
OF_THE_UNION, AS_OWNER = 1, 4  # unionType, and type, of a position of one's own site (unverified.py: kind_of_position)
NO_SITE_CODES = frozenset({"2001701", "1002024"})

SETTINGS: Known = {
    "gateway": (str,), "credentials": (dict,), "calls_per_second": (), "orders": ("file",), "categories": (dict,),
}  # fmt: skip
CREDENTIALS: Known = {
    "app_key": NUMBER, "app_secret": (str,), "access_token": (str,), "union_id": NUMBER, "union_key": (str,),
    "site_id": NUMBER, "links": ("common", "bysubunionid"), "sub_ids": (True, False),
}  # fmt: skip


def connect(configuration: Mapping[str, Any]) -> Connector:
    """What the registry calls. Without credentials the gateway is the address of a product file."""
    if configuration.get("credentials"):
        return UnionConnector(configuration)
    return FeedConnector(_of_a_file(MANIFEST), configuration, item_path=ITEM_PATH)


class UnionConnector:
    """The connector of an account of the union. `configuration` is as the README says."""

    code = MANIFEST.code

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        check_settings(self.code, configuration, SETTINGS)
        credentials = configuration["credentials"]
        check_settings(self.code, credentials, CREDENTIALS)
        gateway = str(configuration.get("gateway") or GATEWAY)
        self.account = required(self.code, credentials, "app_key")
        self._client = JdClient(
            JdAccount(
                gateway=gateway,
                app_key=self.account,
                secret=required(self.code, credentials, "app_secret"),
                access_token=str(credentials.get("access_token") or ""),
                union_key=str(credentials.get("union_key") or ""),
            ),
            Pace(self.code, self.account, own_rate(self.code, configuration, QUOTA)),
        )
        self._site = required(self.code, credentials, "site_id")
        self._union = str(credentials.get("union_id") or "")
        self._union_key = str(credentials.get("union_key") or "")
        self._by_sub_union = credentials.get("links") == "bysubunionid"
        self._sub_ids = credentials.get("sub_ids") is True
        self._categories = {str(number): str(code) for number, code in (configuration.get("categories") or {}).items()}
        # A gateway that is not JD's own is a simulated one: its links and pictures live on its own host.
        host = urlsplit(gateway).netloc.lower()
        self._stand_in = "" if host in REAL_GATEWAY_HOSTS else host
        self.manifest = _as_configured(
            MANIFEST.with_stand_in(self._stand_in) if self._stand_in else MANIFEST,
            free_positions=self._by_sub_union,
            sub_ids=self._sub_ids,
            makes_positions=bool(self._union and self._union_key),
            by_file=configuration.get("orders") == "file",
        )
        self._search_refused_at: float | None = None

    def search(
        self, words: str, *, page: int = 1, size: int = 40, category: str = "", sort: SearchSort = "relevance"
    ) -> Found:
        """Offers for these words. Where the account is not granted the search, those of JD's lists that fit them."""
        if category:
            raise MarketplaceRefused(
                _("JD cannot be searched by Joey's categories. Search by words."), field="category"
            )
        refused_at = self._search_refused_at
        if refused_at is None or time.monotonic() - refused_at > ASK_AGAIN_SECONDS:
            try:
                asked: dict[str, object] = {
                    "keyword": words[:100], "sceneId": SCENE, "pageIndex": page,
                    "pageSize": min(size, MANIFEST.capabilities.found_at_once), **SORTS[sort],
                }  # fmt: skip
                return self._found(self._client.call(SEARCH, {"goodsReqDTO": asked}))
            except MarketplaceRefused as refused:
                if refused.facts.get("code") != NOT_GRANTED:
                    raise
                self._search_refused_at = time.monotonic()
        return self._in_channels(words, sort) if page == 1 else Found([])

    def _in_channels(self, words: str, sort: SearchSort) -> Found:
        wanted = words.casefold().split()
        found: dict[str, OfferFacts] = {}
        unreadable = without_id = 0
        for channel in CHANNELS:
            asked = {"eliteId": channel, "pageIndex": 1, "pageSize": MOST_IN_A_CHANNEL, **SORTS[sort]}
            some = self._found(self._client.call(CHANNEL, {"goodsReq": asked}))
            found |= {
                each.external_id: each for each in some.offers if all(word in each.title.casefold() for word in wanted)
            }
            unreadable, without_id = unreadable + some.unreadable, without_id + some.without_id
        return Found(list(found.values()), without_id=without_id, unreadable=unreadable)

    def look_up(self, external_ids: Sequence[str]) -> dict[str, OfferFacts]:
        """Facts by SKU; one that is gone, or that the union does not promote, is missing."""
        found: dict[str, OfferFacts] = {}
        skus = [each for each in dict.fromkeys(external_ids) if each.isascii() and each.isdigit()]
        at_once = self.manifest.capabilities.look_up_at_once
        for start in range(0, len(skus), at_once):
            asked = skus[start : start + at_once]
            answer = self._client.call(LOOK_UP, {"skuIds": ",".join(asked)})
            offers = self._found(answer, looked_up_offer).offers
            found |= {each.external_id: each for each in offers if each.external_id in asked}
        return found

    def recognise(self, pasted: str) -> str | None:
        """The SKU behind a link of JD; None when the text holds none.

        Raises MarketplaceRefused when it is one and JD does not say to which item it leads.
        """
        ours = addresses_at(self.manifest.hosts, pasted)
        for address in ours:
            if found := ITEM_PATH.fullmatch(urlsplit(address).path):
                return found[1]
        for address in ours:
            asked = {"keyword": address, "sceneId": SCENE, "pageIndex": 1, "pageSize": 1}
            if offers := self._found(self._client.call(SEARCH, {"goodsReqDTO": asked})).offers:
                return offers[0].external_id
        if ours:
            raise MarketplaceRefused(
                _("JD does not know this link any more, or it does not lead to an item. Open the item in the JD app and"
                  " copy its link from “Share”."),
                field="text",
            )  # fmt: skip
        if COPY_CODE.search(pasted):
            raise MarketplaceRefused(
                _("Only JD's own app knows what is behind a code like this one. Open the item there and copy"
                  " its link."),
                field="text",
            )  # fmt: skip
        return None

    def tracked_link(self, external_id: str, tracking: Tracking) -> TrackedLink:
        """A link on a position, with the sub-id where the account may carry one."""
        if tracking.position is None:
            raise MarketplaceRefused(
                _("A link of JD needs a position: its order reports name nothing else for certain.")
            )
        if not self.manifest.capabilities.positions.keys.fits(tracking.position):
            raise PositionRefused(_("A position of JD is a number, which its console shows."))
        asked: dict[str, object] = {
            "materialId": item_page(external_id),
            "siteId": self._site,
            "positionId": int(tracking.position),
        }
        if tracking.sub_id and self._sub_ids:
            asked["subUnionId"] = tracking.sub_id
        if self._by_sub_union:
            asked["chainType"] = BOTH_LINKS
        try:
            answer = self._client.call(BY_SUB_UNION if self._by_sub_union else BY_SITE, {"promotionCodeReq": asked})
        except MarketplaceRefused as refused:
            if "position" in str(refused).casefold() or "推广位" in str(refused):
                raise PositionRefused(refused.text, **refused.facts) from refused
            raise
        data = inner(answer, "data")
        url = link(data, "clickURL")
        if not url:
            raise MarketplaceRefused(_("JD gives no link for this item: it cannot be promoted, or it is gone."))
        return TrackedLink(url=url, copy_code=text(data, "jCommand", longest=500))

    def register_position(self, name: str) -> str:
        """One more position of the configured site; where positions are free, a number that Joey chooses."""
        if self._by_sub_union:
            return free_position(name)
        if not (self._union and self._union_key):
            raise MarketplaceRefused(
                _("New positions need union_id and union_key in the configuration of JD. Add them, or make the position"
                  " in JD's console and register its number."),
                field="union_key",
            )  # fmt: skip
        asked = {
            "unionId": self._union, "key": self._union_key, "unionType": OF_THE_UNION, "type": AS_OWNER,
            "spaceNameList": [name[:64]], "siteId": self._site,
        }  # fmt: skip
        made = inner(self._client.call(NEW_POSITION, {"positionReq": asked}), "data", "resultList")
        position = text(made, name[:64])
        if not position.isdigit():
            raise MarketplaceRefused(_("JD made a position but did not say which. Look it up in its console."))
        return position

    def rows(
        self, question: Question, since: datetime, until: datetime
    ) -> Iterator[tuple[datetime, Sequence[ReportedRow]]]:
        """Orders of [since, until), by the time that the question asks by."""
        now = datetime.now(UTC)
        start, end = max(since.astimezone(UTC), now - question.furthest_back), min(until.astimezone(UTC), now)
        return reports.rows(self._client, question, start, end)

    def rows_of_order(self, number: str) -> Sequence[ReportedRow]:
        """What is reported of the order with this number."""
        return reports.rows_of_order(self._client, number)

    def read(self, row: ReportedRow) -> AnyReport:
        """A row of the order report; there is no other one."""
        return parse.order_report(row.row, with_sub_id=self._sub_ids)

    def unreadable(self, row: ReportedRow, problem: str) -> UnreadableReport:
        """The row as it came, and what it is about."""
        return parse.unreadable(row.row, problem, window_end=row.window_end)

    def check_facts(
        self, *, changed_at: Sequence[datetime], keep: Callable[[AnswerSample], None]
    ) -> Iterator[CheckedFact]:
        """What this account says about each unverified fact that a call can tell (unverified.py)."""
        return JdAnswers(self._client, now=datetime.now(UTC), changed_at=changed_at, keep=keep).checked(FACTS)

    def _found(self, answer: Row, read_one: Callable[..., OfferFacts] = searched_offer) -> Found:
        as_of = datetime.now(UTC)

        def read(row: Row) -> OfferFacts:
            return self._as_it_may_be_shown(read_one(row, as_of=as_of, categories=self._categories))

        return read_found(_rows(answer), read, marketplace=self.code, named_by="skuId")

    def _as_it_may_be_shown(self, facts: OfferFacts) -> OfferFacts:
        """Without links and pictures of other hosts."""
        url = facts.url if leads_to(facts.url, self.manifest.hosts) else item_page(facts.external_id)
        hosts = self.manifest.picture_hosts
        return replace(facts, url=url, picture_urls=tuple(one for one in facts.picture_urls if leads_to(one, hosts)))


def free_position(name: str) -> str:
    """A number of our own for a name, the same always: eighteen digits of its hash, which JD reports back."""
    return str(10**17 + int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % (9 * 10**17))


def _of_a_file(manifest: Manifest) -> Manifest:
    """The manifest of a product file, which finds offers and reports nothing."""
    able = Capabilities(search="file", look_up="file", recognise=True, look_up_at_once=1000)
    return replace(
        manifest, capabilities=able, questions=(), order_look_up=None, evidence=(), row_fields={}, quota=None,
    )  # fmt: skip


def _as_configured(
    manifest: Manifest, *, free_positions: bool, sub_ids: bool, makes_positions: bool, by_file: bool
) -> Manifest:
    """The manifest of an account: what it was granted decides how it works."""
    able = manifest.capabilities
    if free_positions:
        able = replace(able, positions=replace(able.positions, granted="api", registered=False))
    elif not makes_positions:
        able = replace(able, positions=replace(able.positions, granted="manual", registered=True))
    if sub_ids:
        able = replace(able, sub_ids=SUB_IDS)
        manifest = replace(manifest, evidence=("position", "sub_id"))
    if by_file:
        able = replace(able, report="file")
        manifest = replace(manifest, questions=(), order_look_up=None)
    return replace(manifest, capabilities=able)


def _rows(answer: Row) -> list[Row]:
    data = answer.get("data")
    return [each if isinstance(each, Mapping) else {} for each in data] if isinstance(data, list) else []
