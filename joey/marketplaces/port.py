"""The contract between Joey and a marketplace. A connector is a folder that implements it; nothing else names one.

Two kinds of failure leave a connector: `MarketplaceUnavailable` (try again later) and `MarketplaceRefused`
(the same call will not work). Amounts are minor units, rates parts per million, times aware and in UTC.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from joey.kit.refusals import Invalid, Unavailable
from joey.money.split import PPM


class MarketplaceUnavailable(Unavailable):
    """The marketplace did not answer, is busy, or throttles us."""

    code = "marketplace_unavailable"


class MarketplaceRefused(Invalid):
    """The marketplace understood and said no; `facts` hold its own code, never a secret."""

    code = "marketplace_refused"


@dataclass(frozen=True)
class OfferFacts:
    """One offer as the marketplace shows it at `as_of`."""

    marketplace: str  # "taobao", "tmall", "jd" …
    identity: str  # what stays the same when ids rotate; unique within the marketplace
    external_id: str  # today's id
    title: str
    url: str
    currency: str
    now_minor: int | None  # None: price unknown
    as_of: datetime
    translations: Mapping[str, str] = field(default_factory=dict)  # "zh-hans" / "en" → title
    list_minor: int | None = None
    coupon_minor: int | None = None  # price with the coupon applied
    coupon_until: datetime | None = None
    commission_ppm: int = 0
    brand: str = ""
    model: str = ""  # the maker's own number for it
    gtin: str = ""  # GTIN-8, -12, -13 or -14 as the source writes it; one with a wrong check digit counts as none
    category: str = ""
    seller: str = ""
    seller_kind: str = ""
    ships_from: str = ""
    picture_urls: tuple[str, ...] = ()
    volume: int | None = None
    in_stock: bool = True
    history: tuple[tuple[datetime, int], ...] = ()  # (from when, price minor), oldest first, where the source has it


@dataclass(frozen=True)
class TrackedLink:
    """A way to one offer through one of our positions."""

    url: str
    copy_code: str = ""  # the text that opens the marketplace's own app


@dataclass(frozen=True)
class PositionKey:
    """A place at the marketplace that its order reports will name."""

    key: str


OrderState = Literal["placed", "paid", "received", "settled", "closed"]


@dataclass(frozen=True)
class OrderReport:
    """One report of one order line. Money is what the marketplace says, in minor units of `currency`."""

    external_order: str
    external_line: str
    reported_at: datetime  # the marketplace's time of change
    payload: Mapping[str, object]  # the report as it came, minus anything that names the buyer
    state: OrderState
    position_key: str
    clicked_at: datetime | None
    quantity: int
    currency: str
    paid_minor: int
    commission_minor: int  # what we get for the line, estimated until it settles, gross of the service fee
    service_fee_minor: int  # what the marketplace keeps of it (estimated until it settles)
    rate_ppm: int
    reason: str = ""  # why it is closed, in the marketplace's words
    title: str = ""
    external_item: str = ""  # a hint only
    placed_at: datetime | None = None
    paid_at: datetime | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True)
class RefundReport:
    """One report of one after-sale case of an order line."""

    case_id: str
    external_order: str
    external_line: str
    reported_at: datetime
    payload: Mapping[str, object]
    counts: bool  # the marketplace takes commission back for it
    refund_minor: int
    commission_back_minor: int  # net of the service fee that comes back with it


@dataclass(frozen=True)
class UnreadableReport:
    """A report that we could not read. It is kept as it came, so that nothing a marketplace said is lost."""

    kind: Literal["order", "refund"]
    external_order: str  # a hint, as far as it could be made out
    reported_at: datetime  # the marketplace's time of change, or the end of the window where even that is unreadable
    payload: Mapping[str, object]
    problem: str  # which field, and what is wrong with it


AnyReport = OrderReport | RefundReport | UnreadableReport


@dataclass(frozen=True)
class Policy:
    """What a marketplace allows, as data."""

    reports_orders: bool  # False: nothing comes back, a share earns nothing
    window_days: int  # how long after a click an order still counts
    refund_days: int  # how long after that money may still be taken back
    usual_settle_days: int  # from payment to settlement, for the estimate only
    price_life: timedelta  # how long a price may be shown after it was read
    zone: str  # the marketplace's time zone
    hosts: frozenset[str]  # where an outbound click may lead, and where pictures may come from
    look_up_at_once: int  # offers per look-up call
    picture_hosts: frozenset[str] = frozenset()  # where pictures may come from besides, and no outbound click may lead
    service_fee_ppm: int = 0  # what the marketplace keeps of a commission before it pays it

    def worth(self, price_minor: int, commission_ppm: int) -> int:
        """What one sale at this price leaves of its commission after the service fee, in minor units.

        The commission is floored and the fee rounded up, so that a page never promises more than will be booked.
        """
        commission = price_minor * commission_ppm // PPM
        return commission - -(-commission * self.service_fee_ppm // PPM)


class Connector(Protocol):
    """What Joey asks of a marketplace."""

    code: str  # positions, reports, order lines and accounts carry it
    marketplaces: tuple[str, ...]  # the offers it brings
    policy: Policy

    def search(self, words: str, *, page: int = 1, size: int = 40) -> list[OfferFacts]:
        """Offers for these words, as the marketplace ranks them."""
        ...

    def look_up(self, external_ids: Sequence[str]) -> dict[str, OfferFacts]:
        """Facts by the id that was asked for; an id that is gone is missing from the answer."""
        ...

    def recognise(self, text: str) -> str | None:
        """The external id behind a pasted link or copy-code of this marketplace; None when it is not one."""
        ...

    def tracked_link(self, external_id: str, position: PositionKey) -> TrackedLink:
        """A link on a position. Raises MarketplaceRefused where the marketplace grants none for the offer."""
        ...

    def register_position(self, name: str) -> PositionKey:
        """File one more position under `name`."""
        ...

    def reports_since(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, list[AnyReport]]]:
        """Everything reported as changed in [since, until), in windows the marketplace allows.

        Yields (window end, reports): after taking in a yield, the caller may remember the window end and go on
        from there if it is stopped.
        """
        ...
