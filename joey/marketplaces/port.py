"""The contract between Joey and a marketplace. A connector is a folder that implements it; nothing else names one.

Two kinds of failure leave a connector: `MarketplaceUnavailable` (try again later) and `MarketplaceRefused`
(the same call will not work). Amounts are minor units, rates parts per million, times aware and in UTC.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, runtime_checkable

from django.utils.functional import lazystr

from joey.kit.refusals import Invalid, Refusal, Text, Unavailable
from joey.kit.sentences import Sentence, Words
from joey.marketplaces.manifest_shape import Manifest, Question
from joey.marketplaces.unverified import AnswerSample, CheckedFact


class _Answered(Refusal):
    """`words` are what is kept of it for operators (`to_keep`), worded for each reader if it was given a Sentence."""

    def __init__(self, text: Text | Sentence, *, field: str | None = None, **facts: Any) -> None:
        self.words: Words = (text,) if isinstance(text, Sentence) else str(text)
        super().__init__(lazystr(text) if isinstance(text, Sentence) else text, field=field, **facts)


class MarketplaceUnavailable(_Answered, Unavailable):
    """The marketplace did not answer, is busy, or throttles us."""

    code = "marketplace_unavailable"


class MarketplaceRefused(_Answered, Invalid):
    """The marketplace understood and said no; `facts` hold its own code, never a secret."""

    code = "marketplace_refused"


class PositionRefused(MarketplaceRefused):
    """It does not know the position that a link was to carry: no item can be linked on it."""

    code = "position_refused"


class PositionNotFiled(MarketplaceRefused):
    """A person has to open a link of the position once before links can be made on it (FilesPositions)."""

    code = "position_not_filed"


@dataclass(frozen=True)
class OfferFacts:
    """One offer as the marketplace shows it at `as_of`."""

    marketplace: str  # one of the manifest's
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
    # Fields of which this report says nothing, where another call of the marketplace does: what is known of them stays,
    # a coupon until its price is due to be read again. Of brand, seller, seller_kind, list_minor, picture_urls and
    # coupon_minor.
    silent: tuple[str, ...] = ()


# How a search is sorted: as the marketplace ranks it, what sells most, the cheapest, the highest commission rate first.
SearchSort = Literal["relevance", "sales", "price", "rate"]


@dataclass(frozen=True)
class Found:
    """One page of a search. Fewer hits than were asked for: it is the last page."""

    offers: list[OfferFacts]
    without_id: int = 0  # hits that the marketplace named without an id or a link: no offer can be made of them
    unreadable: int = 0  # hits that could not be read

    @property
    def hits(self) -> int:
        """How many the marketplace named."""
        return len(self.offers) + self.without_id + self.unreadable


@dataclass(frozen=True)
class TrackedLink:
    """A link to one offer whose orders are reported to us."""

    url: str
    copy_code: str = ""  # the text that opens the marketplace's own app


@dataclass(frozen=True)
class Tracking:
    """What a tracked link shall carry, so that its orders can be attributed; at least one of the two.

    Which of them a marketplace takes is in its manifest (`capabilities.positions`, `capabilities.sub_ids`).
    """

    position: str | None = None
    sub_id: str | None = None


@dataclass(frozen=True)
class ByPosition:
    """The report names a position. `at` says which time of the report decides who had leased it."""

    key: str
    at: Literal["clicked", "ordered"]  # the report's `clicked_at` or `placed_at`
    # The time has no seconds, as in some exports: it is any of that minute, and `clicked_at` its beginning.
    to_the_minute: bool = False


@dataclass(frozen=True)
class BySubId:
    """The report gives back the sub-id of the link."""

    text: str


Evidence = ByPosition | BySubId

# "unknown": a code that is new to us. Such a report is held, and the line keeps the state it had ("placed" if new).
OrderState = Literal["placed", "paid", "received", "settled", "closed", "unknown"]
# A held line is kept and estimated but never confirmed, until a newer report lifts it. "refunds_unread": as the account
# is configured, no report that is asked for would bring a refund of it. Two more classes follow from the reports of a
# line together: joey/orders/claim_lines.py.
HeldReason = Literal["", "refunds_unread", "unknown_code", "frozen", "risk"]


@dataclass(frozen=True)
class OrderReport:
    """One report of one order line. Money is what the marketplace says, in minor units of `currency`."""

    external_order: str
    external_line: str
    reported_at: datetime  # the marketplace's time of change
    payload: Mapping[str, object]  # the report as it came; what names the buyer is left out of it (read_reports.py)
    state: OrderState
    evidence: tuple[Evidence, ...]  # in the manifest's order of belief; empty when the report carries none
    clicked_at: datetime | None
    quantity: int
    currency: str
    paid_minor: int
    # Both are estimated until the line settles. The fee counts only where the commission is reported before it.
    commission_minor: int  # what the marketplace reports for the line
    service_fee_minor: int  # what it keeps of that
    rate_ppm: int | None  # None: the report has none, and none is worked out from its amounts
    held: HeldReason = ""
    # Why it is closed, in the marketplace's words or as a code of the manifest; or the code of why it earns less.
    reason: str = ""
    protected_minor: int = 0  # given back to the buyer because the price fell; the other amounts are without it
    title: str = ""
    external_item: str = ""  # a hint only
    # What tells its line from others that the marketplace calls by the same `external_line`; "": it has no other.
    external_part: str = ""
    placed_at: datetime | None = None
    paid_at: datetime | None = None
    settled_at: datetime | None = None


MINUTE = timedelta(seconds=59)  # from the first second of a minute to its last

# What the `case_id` begins with of a refund report that names no number; when its case was opened follows.
UNNUMBERED = "@"


@dataclass(frozen=True)
class RefundReport:
    """One report of one after-sale case of an order line. A case of several lines is reported for each of them.

    It names the line as the marketplace does; where several parts have that name, it is not known which it is about.
    """

    # The marketplace's number of the case. Where the report has none: UNNUMBERED and when the case was opened, which is
    # `refunded_at` then, as it is of the report that has the number. So a refund that both bring is taken back once.
    case_id: str
    external_order: str
    external_line: str
    reported_at: datetime
    payload: Mapping[str, object]
    counts: bool  # the marketplace gives the commission back for it, beside the settled amount or inside it
    refund_minor: int
    commission_back_minor: int  # net of the service fee that comes back with it; may be more than the line gave
    currency: str = ""  # of the amounts; "": the line's
    protected_minor: int = 0  # of the refund, because the price fell
    # When the refund happened at the marketplace, which later changes of the case do not move. None where no field says
    # so: then it happened when the first report that counts was changed.
    refunded_at: datetime | None = None
    # The last second that it may have happened in, where that time has none: `refunded_at` and MINUTE. None: it has.
    refunded_by: datetime | None = None


@dataclass(frozen=True)
class HoldReport:
    """One report of whether the marketplace keeps the commission of a trade, or of one part of it, back. It moves no
    state and no amount.

    It has no time of change: of two, the one that a later poll brought counts. So its question is asked again and again
    for as long as an answer may become another one.
    """

    # Holds each line whose `external_line` is this number, or begins with it and a "/": the shares of one trade.
    trade: str
    frozen: bool
    payload: Mapping[str, object]
    placed_at: datetime | None = None  # when the trade was
    # The `external_part` of the lines that it is about, beside those that have none; "": it is about all of the trade.
    part: str = ""


ReportKind = Literal["order", "refund", "hold"]


ANY_SHARE = "/"  # what an `external_line` ends in that may be any line of its trade


@dataclass(frozen=True)
class UnreadableReport:
    """A report that we could not read. It is kept as it came, so that nothing a marketplace said is lost."""

    kind: ReportKind
    external_order: str  # a hint, as far as it could be made out
    # The marketplace's time of change, or the end of the window where even that is unreadable: the same payload is the
    # same report then, though another window brings it.
    reported_at: datetime
    payload: Mapping[str, object]
    problem: str  # which field, and what is wrong with it
    # The same, of the line and its part: the money of each line of the order that it may be about waits until the
    # report is read. Where the trade is known and not which share of it, the trade's number and ANY_SHARE.
    external_line: str = ""
    case_id: str = ""  # the same, of a refund report: a later one of the case makes up for it
    external_part: str = ""  # the same
    evidence: tuple[Evidence, ...] = ()  # the same, of an order report: what a keeper sells elsewhere is not kept


AnyReport = OrderReport | RefundReport | HoldReport | UnreadableReport


@dataclass(frozen=True)
class ReportedRow:
    """One row of a marketplace's answer, not read yet: as it came, or without the buyer where it was kept before."""

    kind: ReportKind
    row: Mapping[str, Any]
    window_end: datetime  # the time of change of a report that names none; of one that was kept, its own


class UnreadableField(ValueError):
    """A field of a row does not say what it should. The message names the field, and never what is in it."""


class Connector(Protocol):
    """What Joey asks of a marketplace."""

    code: str  # positions, reports, order lines and accounts carry it
    manifest: Manifest
    account: str  # names our account there without any secret; a sync cursor belongs to it and a question

    def search(
        self, words: str, *, page: int = 1, size: int = 40, category: str = "", sort: SearchSort = "relevance"
    ) -> Found:
        """Offers for these words and, with `category`, in one of Joey's categories; then there may be no words.

        Raises MarketplaceRefused (field category) where the marketplace cannot be asked for that category.
        """
        ...

    def look_up(self, external_ids: Sequence[str]) -> dict[str, OfferFacts]:
        """Facts by the id that was asked for; an id that is gone is missing from the answer."""
        ...

    def recognise(self, text: str) -> str | None:
        """The external id behind a pasted link or copy-code of this marketplace; None when it is not one."""
        ...

    def tracked_link(self, external_id: str, tracking: Tracking) -> TrackedLink:
        """A link that carries `tracking`. Raises MarketplaceRefused where the marketplace grants none for the offer,
        PositionRefused where it says that the position is the reason."""
        ...

    def register_position(self, name: str) -> str:
        """Register one more position under `name`; its key."""
        ...

    def rows(
        self, question: Question, since: datetime, until: datetime
    ) -> Iterator[tuple[datetime, Sequence[ReportedRow]]]:
        """The answer to one of the manifest's questions for [since, until), in windows the marketplace allows.

        Yields (window end, rows) in the order of time: once the rows are taken in, the caller may remember the window
        end and resume from there. It reads no row: `read_reports.py` does, one at a time.
        """
        ...

    def read(self, row: ReportedRow) -> AnyReport:
        """What a row says, asking no one. Whatever it raises, UnreadableField or not, makes this row unreadable.

        A row that was kept as unreadable comes again: a later version of a connector may know how to read it.
        """
        ...

    def unreadable(self, row: ReportedRow, problem: str) -> UnreadableReport:
        """The row as it came, and what it is about as far as that can be made out.

        `read` has failed on this row, so each field is to be taken as one that may fail too.
        """
        ...


@runtime_checkable
class ChecksFacts(Protocol):
    """What a connector may offer beside: it asks its account about what its folder's `unverified.py` lists."""

    def check_facts(
        self, *, changed_at: Sequence[datetime], keep: Callable[[AnswerSample], None]
    ) -> Iterator[CheckedFact]:
        """Each fact that a call can tell about. Only calls that read, in bounded number, at the usual pace.

        `changed_at` are times at which an order or refund case of the account is known to have changed, newest first.
        Each answer goes to `keep` once, without the buyer and with the ids of orders masked. Raises MarketplaceRefused
        where no call of this account is taken.
        """
        ...


class KnowsOrdersByNumber(Protocol):
    """What a connector has as well whose manifest says that orders are looked up by "number"."""

    def rows_of_order(self, number: str) -> Sequence[ReportedRow]:
        """What is reported of the order that its buyer knows by this number; empty where nothing is."""
        ...


@runtime_checkable
class GrantsByInvitation(Protocol):
    """Beside the contract, what a connector offers whose marketplace grants positions to people who are invited."""

    def invitation(self) -> str:
        """The address to send to them. Raises MarketplaceRefused where the account grants none."""
        ...

    def granted_positions(self) -> list[str]:
        """The keys of all positions that were granted so. Raises MarketplaceRefused as above."""
        ...


@runtime_checkable
class FilesPositions(Protocol):
    """What a connector has as well whose manifest says that positions are filed."""

    def filing_link(self, position: str) -> str:
        """The address that the person who will use the position opens once."""
        ...

    def is_filed(self, position: str) -> bool:
        """Whether someone did."""
        ...
