"""Pinduoduo as Joey sees it: by an account of Duoduo Jinbao."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.utils.translation import gettext_lazy as _

from joey.marketplaces.account_settings import NUMBER, Known, check_settings, own_rate, required
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.pace import Pace
from joey.marketplaces.pasted import addresses_at, leads_to
from joey.marketplaces.pinduoduo import parse, reports
from joey.marketplaces.pinduoduo.ask_jinbao import JinbaoAnswers
from joey.marketplaces.pinduoduo.client import NOT_FILED, WRONG_PARAMETER, JinbaoAccount, JinbaoClient
from joey.marketplaces.pinduoduo.custom_parameters import custom_parameters
from joey.marketplaces.pinduoduo.manifest import MANIFEST, QUOTA, SUB_IDS
from joey.marketplaces.pinduoduo.parse_offer import item_page, offer_facts
from joey.marketplaces.pinduoduo.unverified import FACTS
from joey.marketplaces.port import (
    AnyReport,
    Connector,
    Found,
    MarketplaceRefused,
    OfferFacts,
    PositionNotFiled,
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

GATEWAY = "https://gw-api.pinduoduo.com/api/router"
REAL_GATEWAY_HOSTS = frozenset({"gw-api.pinduoduo.com"})
SEARCH = "pdd.ddk.goods.search"
LEAST_FOUND, MOST_FOUND = 10, 100
FILING = 10  # channel_type of the link that files a pid
SORTS: Mapping[SearchSort, int] = {"relevance": 0, "sales": 6, "price": 3, "rate": 2}

SETTINGS: Known = {
    "gateway": (str,), "credentials": (dict,), "calls_per_second": (), "orders": ("file",), "categories": (dict,),
}  # fmt: skip
CREDENTIALS: Known = {
    "client_id": (str,), "client_secret": (str,), "media_id": NUMBER, "pid": (str,), "sub_ids": (True, False),
}  # fmt: skip


def connect(configuration: Mapping[str, Any]) -> Connector:
    """What the registry calls."""
    return JinbaoConnector(configuration)


class JinbaoConnector:
    """The connector of an account of Duoduo Jinbao. `configuration` is as the README says."""

    code = MANIFEST.code

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        check_settings(self.code, configuration, SETTINGS)
        credentials = configuration.get("credentials") or {}
        check_settings(self.code, credentials, CREDENTIALS)
        gateway = str(configuration.get("gateway") or GATEWAY)
        self.account = required(self.code, credentials, "client_id")
        secret = required(self.code, credentials, "client_secret")
        pace = Pace(self.code, self.account, own_rate(self.code, configuration, QUOTA))
        self._client = JinbaoClient(JinbaoAccount(gateway, self.account, secret), pace)
        self._media = str(credentials.get("media_id") or "")
        self._pid = str(credentials.get("pid") or "")
        self._sub_ids = credentials.get("sub_ids") is True
        self._categories = {str(number): str(code) for number, code in (configuration.get("categories") or {}).items()}
        # A gateway that is not Pinduoduo's own is a simulated one: its links and pictures live on its own host.
        host = urlsplit(gateway).netloc.lower()
        self._stand_in = "" if host in REAL_GATEWAY_HOSTS else host
        manifest = MANIFEST.with_stand_in(host) if self._stand_in else MANIFEST
        if configuration.get("orders") == "file":
            able = replace(manifest.capabilities, report="file")
            manifest = replace(manifest, questions=(), order_look_up=None, capabilities=able)
        if self._sub_ids:
            able = replace(manifest.capabilities, sub_ids=SUB_IDS)
            manifest = replace(manifest, evidence=("position", "sub_id"), capabilities=able)
        self.manifest = manifest

    def search(
        self, words: str, *, page: int = 1, size: int = 40, category: str = "", sort: SearchSort = "relevance"
    ) -> Found:
        """Offers for these words, or of a category that the configuration has numbers for."""
        asked: dict[str, object] = {
            "keyword": words[:100], "page": page, "page_size": min(max(size, LEAST_FOUND), MOST_FOUND),
            "sort_type": SORTS[sort],
        }  # fmt: skip
        if category:
            numbers = [number for number, code in self._categories.items() if code == category]
            if len(numbers) != 1:
                raise MarketplaceRefused(_("Pinduoduo has no category of its own for this one."), field="category")
            asked["opt_id"] = numbers[0]
        return self._found(self._client.call(SEARCH, asked))

    def look_up(self, external_ids: Sequence[str]) -> dict[str, OfferFacts]:
        """Facts by sign; one that is gone is missing.

        Many are asked for at once. Among them an item that has another sign by now looks like one that is gone, so each
        of these is asked for by itself.
        """
        found: dict[str, OfferFacts] = {}
        asked_for = list(dict.fromkeys(external_ids))
        at_once = self.manifest.capabilities.look_up_at_once
        for start in range(0, len(asked_for), at_once):
            asked = {
                "goods_sign_list": json.dumps(asked_for[start : start + at_once]),
                "page": 1,
                "page_size": MOST_FOUND,
            }
            found |= {each.external_id: each for each in self._found(self._client.call(SEARCH, asked)).offers}
        return {each: facts for each in asked_for if (facts := found.get(each) or self._looked_up(each))}

    def _looked_up(self, sign: str) -> OfferFacts | None:
        try:
            answer = self._client.call("pdd.ddk.goods.detail", {"goods_sign": sign})
        except MarketplaceRefused as refused:
            if refused.facts.get("code") not in WRONG_PARAMETER:
                raise
            return None
        return next(iter(self._found(answer, "goods_details").offers), None)

    def recognise(self, pasted: str) -> str | None:
        """The sign of the item behind a link of Pinduoduo; None when the text holds none.

        Raises MarketplaceRefused when it is one and Pinduoduo does not say to which item it leads.
        """
        ours = addresses_at(self.manifest.hosts, pasted)
        for address in ours:
            if named := parse_qs(urlsplit(address).query).get("goods_sign", [""])[0]:
                return named
        for address in ours:
            answer = self._client.call(SEARCH, {"keyword": address, "page": 1, "page_size": LEAST_FOUND})
            if offers := self._found(answer).offers:
                return offers[0].external_id
        if ours:
            raise MarketplaceRefused(
                _("Pinduoduo does not know this link any more, or it does not lead to an item. Open the item in the"
                  " Pinduoduo app and copy its link again."),
                field="text",
            )  # fmt: skip
        return None

    def tracked_link(self, external_id: str, tracking: Tracking) -> TrackedLink:
        """A link on a pid, through the item's coupon while one runs. Raises PositionNotFiled."""
        if tracking.position is None:
            raise MarketplaceRefused(_("A link of Pinduoduo needs a position: its order reports name nothing else."))
        asked = {"p_id": tracking.position, "goods_sign_list": json.dumps([external_id])}
        asked |= self._custom(tracking.position, tracking.sub_id)
        try:
            answer = self._client.call("pdd.ddk.goods.promotion.url.generate", asked)
        except MarketplaceRefused as refused:
            if refused.facts.get("code") == NOT_FILED:
                raise PositionNotFiled(refused.text, **refused.facts) from refused
            if "pid" in str(refused) or "p_id" in str(refused) or "推广位" in str(refused):
                raise PositionRefused(refused.text, **refused.facts) from refused
            raise
        entry = next(iter(_rows(answer, "goods_promotion_url_list")), {})
        url = link(entry, "mobile_url") or link(entry, "url")
        if not url:
            raise MarketplaceRefused(_("Pinduoduo gives no link for this item: it cannot be promoted, or it is gone."))
        return TrackedLink(url=url)

    def register_position(self, name: str) -> str:
        """One more pid."""
        asked = {"number": 1, "p_id_name_list": json.dumps([name[:64]], ensure_ascii=False), "media_id": self._media}
        made = next(iter(_rows(self._client.call("pdd.ddk.goods.pid.generate", asked), "p_id_list")), {})
        if not (pid := text(made, "p_id", longest=80)):
            raise MarketplaceRefused(_("Pinduoduo made a pid but did not say which. Look it up in its console."))
        return pid

    def filing_link(self, position: str) -> str:
        """The address that the person who will use the pid opens once."""
        asked = {"channel_type": FILING, "p_id_list": json.dumps([position]), **self._custom(position)}
        found = next(iter(_rows(self._client.call("pdd.ddk.rp.prom.url.generate", asked), "url_list")), {})
        url = link(found, "mobile_url") or link(found, "url")
        if not url:
            raise MarketplaceRefused(_("Pinduoduo gave no link to file the pid by. Try again later."))
        return url

    def is_filed(self, position: str) -> bool:
        """Whether someone opened it."""
        answer = self._client.call("pdd.ddk.member.authority.query", {"pid": position, **self._custom(position)})
        return text(answer, "bind") == "1"

    def _custom(self, position: str, sub_id: str | None = None) -> dict[str, str]:
        """The custom parameters of a call: what is filed is their pair with the pid."""
        return {"custom_parameters": custom_parameters(position, sub_id)} if self._sub_ids else {}

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
        """A row of the order report, or what a look-up says of an order's after-sale."""
        if row.kind == "hold":
            return parse.after_sale(row.row)
        return parse.order_report(row.row, with_sub_id=self._sub_ids)

    def unreadable(self, row: ReportedRow, problem: str) -> UnreadableReport:
        """The row as it came, and what it is about."""
        return parse.unreadable(row, problem)

    def check_facts(
        self, *, changed_at: Sequence[datetime], keep: Callable[[AnswerSample], None]
    ) -> Iterator[CheckedFact]:
        """What this account says about each unverified fact that a call can tell (unverified.py)."""
        return JinbaoAnswers(
            self._client, pid=self._pid, item_page=lambda sign: item_page(sign, self._stand_in),
            now=datetime.now(UTC), changed_at=changed_at, keep=keep,
        ).checked(FACTS)  # fmt: skip

    def _found(self, answer: Row, name: str = "goods_list") -> Found:
        as_of = datetime.now(UTC)

        def read(row: Row) -> OfferFacts:
            facts = offer_facts(row, as_of=as_of, categories=self._categories)
            pictures = tuple(each for each in facts.picture_urls if leads_to(each, self.manifest.picture_hosts))
            return replace(facts, url=item_page(facts.external_id, self._stand_in), picture_urls=pictures)

        return read_found(_rows(answer, name), read, marketplace=self.code, named_by="goods_sign")


def _rows(answer: Row, name: str) -> list[Row]:
    found = answer.get(name) or inner(answer, "data").get(name)
    return [each if isinstance(each, Mapping) else {} for each in found] if isinstance(found, list) else []
