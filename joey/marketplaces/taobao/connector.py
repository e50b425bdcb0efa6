"""Taobao and Tmall as Joey sees them: one account at the Taobao Union serves both."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal, get_args
from urllib.parse import parse_qs, urlencode, urlsplit

from django.utils.translation import gettext_lazy as _

from joey.marketplaces.account_settings import NUMBER, Known, check_settings, own_rate, required
from joey.marketplaces.manifest_shape import Manifest, Question
from joey.marketplaces.pace import Pace
from joey.marketplaces.pasted import addresses_at, copy_codes
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
from joey.marketplaces.read_offers import read_found, read_offer
from joey.marketplaces.row_values import Row, inner, listed, text
from joey.marketplaces.sign_form import SignMethod
from joey.marketplaces.taobao import ask_account, parse, reports
from joey.marketplaces.taobao.ask_account import UnionAnswers
from joey.marketplaces.taobao.client import NO_RESULT, Client, UnionAccount, as_json
from joey.marketplaces.taobao.counted_pages import Answer, counted_rows
from joey.marketplaces.taobao.manifest import (
    ADZONES,
    CHANNEL_ORDERS,
    CHANNEL_REFUNDS,
    ITEM_HOSTS,
    MANIFEST,
    ORDERS,
    ORDERS_BY_RELATION,
    ORDERS_OF_RELATIONS,
    QUOTA,
    REFUNDS,
)
from joey.marketplaces.taobao.parse_offer import converted_link, offer_facts
from joey.marketplaces.taobao.unverified import FACTS
from joey.marketplaces.unverified import AnswerSample, CheckedFact

log = logging.getLogger(__name__)

GATEWAY = "https://eco.taobao.com/router/rest"
INVITATION = "https://mos.m.taobao.com/inviter/register"  # where a person becomes a channel, with an own Taobao login
MOST_RELATIONS_AT_ONCE = 100
REAL_GATEWAY_HOSTS = frozenset({"eco.taobao.com", "gw.api.taobao.com", "api.taobao.com"})
LOOK_UP_AT_ONCE = MANIFEST.capabilities.look_up_at_once
PROMOTE = 2  # promotion_type: promoted to others, not bought for oneself; asked in agent mode only
ROTATING_IDS = 1  # biz_scene_id: the ids are those that rotate
ITEM = 1  # material_type of a parsed link
MOST_CATEGORIES = 10  # of one search
SORTS: Mapping[SearchSort, str] = {
    "relevance": "match_des", "sales": "total_sales_des", "price": "final_promotion_price_asc", "rate": "tk_rate_des",
}  # fmt: skip
RELATION = parse.RELATION
FILING = {"relation_app": "common"}  # the kind of channel that is not bound to a shop on a street
CHANNEL = 1  # code_type of an invitation, and info_type of what is listed: not a member

# What can be set, with its choices where it has some; the README says what each is for.
SETTINGS: Known = {
    "gateway": (str,), "credentials": (dict,), "calls_per_second": (), "orders": ("file",), "categories": (dict,),
}  # fmt: skip
CREDENTIALS: Known = {
    "app_key": NUMBER, "app_secret": (str,), "session": (str,), "publisher_id": NUMBER, "site_id": NUMBER,
    "adzone_id": NUMBER, "pid": (str,), "adzones": (list,), "tool_provider": (True, False),
    "agent_mode": (True, False), "sign_method": get_args(SignMethod), "positions": ("relations",),
    "refunds": ("relations",),
}  # fmt: skip

_OF_A_POSITION = ("isv.", "isp.relation-id-", "isp.pid-check-")  # sub-codes that may refuse one
_POSITION = re.compile(r"adzone|relation_?id|\bpid\b|推广位", re.IGNORECASE)  # what Taobao calls one when it refuses it


def connect(configuration: Mapping[str, Any]) -> Connector:
    """What the registry calls."""
    return TaobaoConnector(configuration)


class TaobaoConnector:
    """The connector of the Taobao Union. `configuration` is `{"gateway"?, "credentials": {…}}` as the README says."""

    code = MANIFEST.code

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        check_settings(self.code, configuration, SETTINGS)
        credentials = configuration.get("credentials") or {}
        check_settings(self.code, credentials, CREDENTIALS)
        gateway = str(configuration.get("gateway") or GATEWAY)
        self._client = Client(
            UnionAccount(
                gateway=gateway,
                app_key=required(self.code, credentials, "app_key"),
                secret=required(self.code, credentials, "app_secret"),
                session=str(credentials.get("session") or ""),
                sign_method=credentials.get("sign_method") or "hmac-sha256",
            ),
            Pace(self.code, str(credentials["app_key"]), own_rate(self.code, configuration, QUOTA)),
        )
        self._site = str(credentials.get("site_id") or "")
        self._adzone = _own_adzone(credentials)
        self._categories = {str(number): str(code) for number, code in (configuration.get("categories") or {}).items()}
        self._by_relation = credentials.get("positions") == "relations"
        channel_refunds = credentials.get("refunds") == "relations"
        if channel_refunds and not self._by_relation:
            raise MarketplaceRefused(
                _("“refunds” may be “relations” in Taobao's configuration only where “positions” is: the refunds of all"
                  " other orders would never be reported."),
                field="refunds",
            )  # fmt: skip
        # Each scope is granted for itself: the publisher's own calls, or those of a tool provider in his session.
        self._party: Literal["", "sc."] = "sc." if credentials.get("tool_provider") is True else ""
        self._working = reports.Working(self._by_relation, party=self._party)
        self._promotes = {"promotion_type": PROMOTE} if credentials.get("agent_mode") is True else {}
        # A gateway that is not Taobao's own is a simulated one: its links and pictures live on its own host.
        host = urlsplit(gateway).netloc.lower()
        self._stand_in = "" if host in REAL_GATEWAY_HOSTS else host
        manifest = MANIFEST.with_stand_in(host) if self._stand_in else MANIFEST
        by_file = configuration.get("orders") == "file"
        self.manifest = _by_file(manifest) if by_file else _asking(manifest, self._by_relation, channel_refunds)
        self.account = str(credentials["app_key"])

    def search(
        self, words: str, *, page: int = 1, size: int = 40, category: str = "", sort: SearchSort = "relevance"
    ) -> Found:
        """Offers for these words, up to 100 a page. A whole title that only one item has is answered without its id."""
        asked = {
            "q": words[:100],
            "cat": ",".join(self._category_numbers(category)),
            "sort": SORTS[sort],
            "adzone_id": self._need_adzone(),
            "page_no": page,
            "page_size": min(size, 100),
        }
        try:
            answer = self._client.call("taobao.tbk.dg.material.optional.upgrade", asked, for_rows=True)
        except MarketplaceRefused as refused:
            if refused.facts.get("sub_code") == NO_RESULT:
                return Found([])
            raise
        rows = listed(answer, "result_list", "map_data")
        return read_found(rows, self._reader(), marketplace=self.code, named_by="item_id", beside="item_basic_info")

    def look_up(self, external_ids: Sequence[str]) -> dict[str, OfferFacts]:
        """Facts by the id that was asked for; an id that the union does not know any more is missing.

        Those that are missing may only have gone stale: they are renewed once.
        """
        found: dict[str, OfferFacts] = {}
        ids = list(dict.fromkeys(external_ids))
        for start in range(0, len(ids), LOOK_UP_AT_ONCE):
            asked = ids[start : start + LOOK_UP_AT_ONCE]
            found |= self._look_up([each for each in asked if not each.isdigit()])
            if stale := [each for each in asked if each not in found]:
                today = {old: new for old, new in self._renewed(stale).items() if old != new}
                facts = self._look_up(list(today.values()))
                found |= {old: facts[new] for old, new in today.items() if new in facts}
        return found

    def _look_up(self, ids: Sequence[str]) -> dict[str, OfferFacts]:
        """The same of at most LOOK_UP_AT_ONCE ids of today."""
        if not ids:
            return {}
        answer = self._client.call(
            "taobao.tbk.item.info.upgrade.get",
            {"item_id": ",".join(ids), "biz_scene_id": ROTATING_IDS},
            for_rows=True,
        )
        read = self._reader()
        found: dict[str, OfferFacts] = {}
        for row in listed(answer, "results", "tbk_item_detail"):
            name = text(row, "input_item_iid") or text(row, "item_id")
            if name in ids and (facts := read_offer(row, read, marketplace=self.code, named_by="item_id")):
                found[name] = facts
        return found

    def recognise(self, pasted: str) -> str | None:
        """The item id behind a link or copy-code of Taobao or Tmall; None when the text holds none.

        Raises MarketplaceRefused when it is one and Taobao does not know it any more (an expired copy-code).
        """
        ours = self._ours(pasted)
        if not ours:
            return None
        refused: MarketplaceRefused | None = None
        for material in ours:
            try:
                found = self._parse_material(material) or _id_in_address(material)
                if found.isdigit():
                    found = self._renewed([found]).get(found) or self._only_an_old_number()
                if found:
                    return found
            except MarketplaceRefused as no:
                refused = refused or no
                if (found := _id_in_address(material)) and not found.isdigit():
                    return found
        if refused:
            raise refused
        raise MarketplaceRefused(
            _("Taobao does not know this link or copy-code any more, or it does not lead to an item. Copy it again."),
            field="text",
        )

    def _renewed(self, ids: Sequence[str]) -> dict[str, str]:
        """Today's ids for those that went stale, as far as the union tells them; none where it does not let us ask."""
        try:
            answer = self._client.call(
                "taobao.tbk.itemid.ineffective.transform", {"item_ids": ",".join(ids)}, for_rows=True
            )
        except MarketplaceRefused as refused:
            log.warning("Taobao renews no item ids: %s", refused)
            return {}
        rows = listed(answer, "results", "item_id_transform_d_t_o")
        today = {text(row, "original_item_id"): text(row, "item_id", longest=120) for row in rows}
        return {old: new for old, new in today.items() if old in ids and new and not new.isdigit()}

    def _only_an_old_number(self) -> str:
        raise MarketplaceRefused(
            _("This link names the item by an old number that Taobao takes no more. Open the item in the Taobao app and"
              " copy its link or copy-code from “Share”."),
            field="text",
        )  # fmt: skip

    def tracked_link(self, external_id: str, tracking: Tracking) -> TrackedLink:
        """A link on a position: of the item's coupon while one runs."""
        position = self._position(tracking)
        asked = {"item_id_list": external_id, "biz_scene_id": ROTATING_IDS} | self._promotes
        try:
            answer = self._client.call("taobao.tbk.dg.general.link.convert", asked | position)
        except MarketplaceRefused as refused:  # an item is refused inside an answer, with a code of its own
            if str(refused.facts.get("sub_code")).startswith(_OF_A_POSITION) and _POSITION.search(str(refused)):
                raise PositionRefused(refused.text, **refused.facts) from refused
            raise
        entry: Row = next(iter(listed(inner(answer, "data"), "item_url_list", "item_url_list")), {})
        code = text(entry, "code")
        found = converted_link(entry, now=datetime.now(UTC)) if code in ("", "0") else None
        if found is None:
            words = _("Taobao gives no link for this item: it cannot be promoted, or it is gone (%s).")
            raise MarketplaceRefused(words % (text(entry, "msg", longest=100) or code or "—"), sub_code=code)
        return found

    def register_position(self, name: str) -> str:
        """One more ad zone of the configured site."""
        if not self._site:
            raise MarketplaceRefused(_("New ad zones need a site_id in the configuration of Taobao. Add it."))
        answer = self._client.call(
            f"taobao.tbk.{self._party}adzone.create",
            {"site_id": self._site, "adzone_name": name[:64]},
            with_session=bool(self._party),
        )
        adzone = text(inner(answer, "data"), "model").rpartition("_")[2]
        if not adzone.isdigit():
            raise MarketplaceRefused(_("Taobao made an ad zone but did not say which. Look it up in its console."))
        return adzone

    def invitation(self) -> str:
        """The address at which a keeper becomes a channel of ours. The same for everyone."""
        self._need_relations()
        answer = self._client.call("taobao.tbk.sc.invitecode.get", FILING | {"code_type": CHANNEL}, with_session=True)
        code = text(inner(answer, "data"), "inviter_code", longest=40)
        if not code:
            raise MarketplaceRefused(_("Taobao gave no invitation. Look it up in its console."))
        return f"{INVITATION}?{urlencode({'inviterCode': code, 'src': 'pub', 'app': FILING['relation_app']})}"

    def granted_positions(self) -> list[str]:
        """`relation:…` of each channel that accepted an invitation."""
        self._need_relations()

        def ask(page: int) -> Answer:
            asked = FILING | {"info_type": CHANNEL, "page_no": page, "page_size": MOST_RELATIONS_AT_ONCE}
            data = inner(self._client.call("taobao.tbk.sc.publisher.info.get", asked, with_session=True), "data")
            return data, listed(data, "inviter_list", "map_data")

        rows = counted_rows(ask, first=0, named_by=("relation_id",))
        found = [f"{RELATION}{relation}" for row in rows if (relation := text(row, "relation_id")).isdigit()]
        return list(dict.fromkeys(found))

    def rows(
        self, question: Question, since: datetime, until: datetime
    ) -> Iterator[tuple[datetime, Sequence[ReportedRow]]]:
        """Orders, refund cases or punished orders of [since, until), by the time that the question asks by."""
        now = datetime.now(UTC)
        start, end = max(since.astimezone(UTC), now - question.furthest_back), min(until.astimezone(UTC), now)
        return reports.rows(self._client, question, start, end, working=self._working)

    def read(self, row: ReportedRow) -> AnyReport:
        """A row of one of the reports."""
        match row.kind:
            case "order":
                return parse.order_report(
                    row.row, by_relation=self._by_relation, needs_relation=self.manifest.refunds_only_of is not None
                )
            case "refund":
                of_a_channel = parse.is_of_a_channel(row.row)
                return (parse.channel_refund_report if of_a_channel else parse.refund_report)(row.row)
            case "hold":
                return parse.hold_report(row.row)

    def unreadable(self, row: ReportedRow, problem: str) -> UnreadableReport:
        """The row as it came, and what it is about."""
        return parse.unreadable(row.kind, row.row, problem, window_end=row.window_end, by_relation=self._by_relation)

    def check_facts(
        self, *, changed_at: Sequence[datetime], keep: Callable[[AnswerSample], None]
    ) -> Iterator[CheckedFact]:
        """What this account says about each unverified fact that a call can tell (unverified.py)."""
        account = UnionAnswers(
            self._client,
            adzone=self._need_adzone(),
            party=self._party,
            never_called=self._never_called(),
            now=datetime.now(UTC),
            changed_at=changed_at,
            keep=keep,
        )
        return account.checked(FACTS)

    def _never_called(self) -> frozenset[str]:
        """Reports that this account, as it is configured, is asked for by no question, and needs no permission for."""
        asked = self.manifest.questions
        are_called = {
            ask_account.ORDERS: bool(asked),
            ask_account.PUNISHED.format(self._party or "dg."): bool(asked),
            ask_account.REFUNDS: REFUNDS in asked,
            ask_account.CHANNEL_REFUNDS: CHANNEL_REFUNDS in asked,
            ask_account.CHANNEL_LIST: self._by_relation,
        }
        return frozenset(method for method, is_called in are_called.items() if not is_called)

    def _category_numbers(self, category: str) -> list[str]:
        if not category:
            return []
        found = sorted(number for number, code in self._categories.items() if code == category)
        if not found:
            words = _("Taobao's configuration gives no number of its categories for “%s”. Add it under “categories”.")
            raise MarketplaceRefused(words % category[:60], field="category")
        if len(found) > MOST_CATEGORIES:
            words = _(
                "Taobao searches in %(most)s of its categories at once at most, and its configuration gives %(given)s"
                " numbers for “%(category)s”. Leave those that matter under “categories”."
            )
            given = {"most": MOST_CATEGORIES, "given": len(found), "category": category[:60]}
            raise MarketplaceRefused(words % given, field="category")
        return found

    def _reader(self) -> Callable[[Row], OfferFacts]:
        """What reads the offers of an answer that came just now."""
        return partial(offer_facts, as_of=datetime.now(UTC), categories=self._categories)

    def _ours(self, pasted: str) -> list[str]:
        """Copy-codes and links of Taobao's in a text, the copy-codes first: they are what the app itself reads."""
        codes = [f"￥{code}￥" for code in copy_codes(pasted)]
        return [*codes, *addresses_at(self.manifest.hosts, pasted)]

    def _parse_material(self, material: str) -> str:
        """The id that the union sees in a link or copy-code; empty when it sees no item."""
        answer = self._client.call(
            f"taobao.tbk.{self._party or 'dg.'}general.link.parse",
            {"adzone_id": self._need_adzone(), "material_dto": as_json([{"material_url": material}])},
            with_session=bool(self._party),
        )
        entry: Row = next(iter(listed(inner(answer, "data"), "material_url_list", "material_url_list")), {})
        link = inner(entry, "link_info_dto")
        if text(entry, "code") not in ("", "0") or text(link, "material_type") not in ("", str(ITEM)):
            return ""
        return text(link, "material_id", longest=120)

    def _position(self, tracking: Tracking) -> dict[str, str]:
        key = tracking.position
        if key is None:
            raise MarketplaceRefused(_("A link of Taobao needs a position: its order reports name nothing else."))
        if key.startswith(RELATION):
            return {"adzone_id": self._need_adzone(), "relation_id": key.removeprefix(RELATION)}
        return {"adzone_id": key}

    def _need_relations(self) -> None:
        if not self._by_relation:
            raise MarketplaceRefused(
                _("Taobao's configuration does not work by relations. Set “positions” to “relations” there first.")
            )

    def _need_adzone(self) -> str:
        if not self._adzone:
            raise MarketplaceRefused(
                _("Taobao's configuration names no ad zone. Add one as adzone_id; searching needs it too.")
            )
        return self._adzone


def _by_file(manifest: Manifest) -> Manifest:
    """The manifest of an account without the order call, which is by invitation: its exports are imported."""
    by_file = replace(manifest.capabilities, report="file")
    return replace(manifest, questions=(), order_look_up=None, capabilities=by_file)


def _asking(manifest: Manifest, by_relation: bool, channel_refunds: bool) -> Manifest:
    """The manifest with the questions that this account asks, and the keys that their answers name."""
    if not by_relation:
        able = manifest.capabilities
        return replace(manifest, capabilities=replace(able, positions=replace(able.positions, keys=ADZONES)))
    others = {ORDERS: ORDERS_BY_RELATION}
    if channel_refunds:
        others = {ORDERS: ORDERS_OF_RELATIONS, REFUNDS: CHANNEL_REFUNDS}
    return replace(
        manifest,
        questions=tuple(others.get(question, question) for question in manifest.questions),
        refunds_only_of=CHANNEL_ORDERS if channel_refunds else None,
    )


def _own_adzone(credentials: Mapping[str, Any]) -> str:
    """The ad zone that searches and parses name: `adzone_id`, the last part of `pid`, or the first of `adzones`."""
    adzones = credentials.get("adzones") or [""]
    return str(credentials.get("adzone_id") or str(credentials.get("pid") or "").rpartition("_")[2] or adzones[0])


def _id_in_address(material: str) -> str:
    """The id that an item page's own address names: the union's, or an old one where it is all digits."""
    parts = urlsplit(material)
    if parts.netloc.lower() not in ITEM_HOSTS:
        return ""
    found = parse_qs(parts.query).get("id", [""])[0]
    return found if re.fullmatch(r"[A-Za-z0-9_-]{10,120}", found, re.ASCII) else ""
