"""Toyland's connector: JSON over HTTP with a key. Amounts are whole minor units already."""

import weakref
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import httpx

from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.pasted import addresses, leads_to
from joey.marketplaces.port import (
    AnyReport,
    BySubId,
    Connector,
    Found,
    HeldReason,
    MarketplaceRefused,
    MarketplaceUnavailable,
    OfferFacts,
    OrderReport,
    OrderState,
    RefundReport,
    ReportedRow,
    SearchSort,
    TrackedLink,
    Tracking,
    UnreadableField,
    UnreadableReport,
)

from .editions import as_first
from .manifest import MANIFEST

STATES = ("placed", "paid", "received", "settled", "closed")
CASES = ("return", "price_protection", "penalty", "refund")


def connect(configuration: Mapping[str, Any]) -> Connector:
    """What the registry calls."""
    return ToylandConnector(configuration)


class ToylandConnector:
    """One account. `configuration` is `{"gateway", "credentials": {"toy_key"}}`."""

    code = MANIFEST.code

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        gateway = str(configuration["gateway"])
        self.manifest = MANIFEST.with_stand_in(urlsplit(gateway).netloc)
        self.account = "toyland"
        key = str(configuration["credentials"]["toy_key"])
        self._http = httpx.Client(base_url=gateway, headers={"x-toy-key": key}, timeout=10, trust_env=False)
        weakref.finalize(self, self._http.close)  # connections close with the connector

    def search(
        self, words: str, *, page: int = 1, size: int = 40, category: str = "", sort: SearchSort = "relevance"
    ) -> Found:
        if category:
            raise MarketplaceRefused("Toyland has no categories", field="category")
        rows = self._call("/items", q=words, page=page, size=size)["items"]
        return Found([_offer(row) for row in rows])

    def look_up(self, external_ids: Sequence[str]) -> dict[str, OfferFacts]:
        rows = self._call("/items", ids=",".join(external_ids))["items"]
        return {row["id"]: _offer(row) for row in rows}

    def recognise(self, pasted: str) -> str | None:
        for address in addresses(pasted):
            words = urlsplit(address).path.split("/")
            if leads_to(address, self.manifest.hosts) and words[1:3] == ["item", "toyland"] and len(words) == 4:
                return words[3]
        return None

    def tracked_link(self, external_id: str, tracking: Tracking) -> TrackedLink:
        if tracking.sub_id is None:
            raise MarketplaceRefused("a link of Toyland carries a sub-id")
        return TrackedLink(self._call("/links", item=external_id, sub=tracking.sub_id)["url"])

    def register_position(self, name: str) -> str:
        raise MarketplaceRefused("Toyland has no positions")

    def rows(
        self, question: Question, since: datetime, until: datetime
    ) -> Iterator[tuple[datetime, Sequence[ReportedRow]]]:
        start = since
        while start < until:
            end = min(start + question.window, until)
            window = {"since": int(start.timestamp()), "until": int(end.timestamp()) + 1}
            rows = self._call(f"/{question.code}", **window)[question.code]
            yield end, [ReportedRow(_KIND[question.code], row, end) for row in rows]
            start = end

    def rows_of_order(self, number: str) -> Sequence[ReportedRow]:
        rows = self._call("/orders", order=number)["orders"]
        return [ReportedRow("order", row, datetime.now(UTC)) for row in rows]

    def read(self, row: ReportedRow) -> AnyReport:
        return _report(as_first(row.row)) if row.kind == "order" else _case(row.row)

    def unreadable(self, row: ReportedRow, problem: str) -> UnreadableReport:
        order, case = (str(row.row.get(name, "")) for name in ("order", "case"))
        try:
            changed_at = _moment(row.row["changed_at"])
        except Exception:  # noqa: BLE001 - the row is unreadable already, and this may be the field that is
            changed_at = row.window_end
        return UnreadableReport(row.kind, order, changed_at, dict(row.row), problem, order, case)

    def _call(self, path: str, **parameters: Any) -> Any:
        try:
            answer = self._http.get(path, params=parameters)
        except httpx.HTTPError as error:
            raise MarketplaceUnavailable(f"Toyland does not answer: {type(error).__name__}") from None
        if answer.status_code >= 500:
            raise MarketplaceUnavailable(f"Toyland answered {answer.status_code}")
        if answer.status_code != 200:
            raise MarketplaceRefused(f"Toyland answered {answer.status_code}")
        return answer.json()


def _offer(row: Mapping[str, Any]) -> OfferFacts:
    return OfferFacts(
        marketplace=MANIFEST.code,
        identity=row["id"],
        external_id=row["id"],
        title=row["title"],
        translations={"zh-hans": row["title_zh"], "en": row["title"]},
        url=row["url"],
        currency=row["currency"],
        now_minor=row["price"],
        as_of=datetime.now(UTC),
        commission_ppm=row["rate_ppm"],
    )


def _report(row: Mapping[str, Any]) -> OrderReport:
    state = row["state"] if row["state"] in STATES else "unknown"
    return OrderReport(
        external_order=row["order"],
        external_line=row["order"],
        reported_at=_moment(row["changed_at"]),
        payload=dict(row),
        state=cast(OrderState, state),
        evidence=(BySubId(row["sub"]),) if row.get("sub") else (),
        clicked_at=_moment(row["clicked_at"]) if row["clicked_at"] else None,
        quantity=row["quantity"],
        currency=row["currency"],
        paid_minor=row["paid"],
        commission_minor=row["commission"],
        service_fee_minor=0,
        rate_ppm=row["rate_ppm"],
        held=_held(row, state),
        reason=row["why"],
        protected_minor=row["price_protection"],
        title=row["title"],
        external_item=row["item"],
        placed_at=_moment(row["placed_at"]),
        paid_at=_moment(row["placed_at"]),
        settled_at=_moment(row["settled_at"]) if row["settled_at"] else None,
    )


def _held(row: Mapping[str, Any], state: str) -> HeldReason:
    if state == "unknown":
        return "unknown_code"
    return "frozen" if row["frozen"] else "risk" if row["risk"] else ""


def _case(row: Mapping[str, Any]) -> RefundReport:
    if row["status"] != "final":
        raise UnreadableField("status is none of ours")
    if row["kind"] not in CASES:
        raise UnreadableField("kind is none of ours")
    return RefundReport(
        case_id=row["case"],
        external_order=row["order"],
        external_line=row["order"],
        reported_at=_moment(row["changed_at"]),
        payload=dict(row),
        counts=True,
        refund_minor=row["refund"],
        commission_back_minor=row["commission"],
        currency=row["currency"],
        protected_minor=row["refund"] if row["kind"] == "price_protection" else 0,
        refunded_at=_moment(row["refunded_at"]),
    )


_KIND: Mapping[str, Literal["order", "refund"]] = {"orders": "order", "cases": "refund"}


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
