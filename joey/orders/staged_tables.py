"""The temporary tables in which a set of reports is worked on, from its staging to the events of the lines it moved."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from joey.kit.sets import Int, JsonText, SetTable
from joey.sharing.attribute import Attributed, Attribution, EvidencePiece


@dataclass(frozen=True)
class OrderFacts:
    """One order report but its payload. `report` is its place in the set, which its evidence refers to."""

    report: int
    external_order: str
    external_line: str
    external_part: str
    reported_at: datetime  # no later than its poll
    digest: bytes  # of the payload
    poll: int
    state: str
    reason: str
    held: str
    clicked_at: datetime | None
    quantity: Int
    currency: str
    paid_minor: int
    commission_minor: int
    service_fee_minor: int
    protected_minor: int
    rate_ppm: Int | None
    title: str
    external_item: str
    placed_at: datetime | None
    paid_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True)
class OrderIn(OrderFacts):
    """An order report as it came. `stamped_at`, here and below, is the marketplace's time of change."""

    stamped_at: datetime
    payload: str
    evidence: JsonText
    rereads: UUID | None
    received_at: datetime


@dataclass(frozen=True)
class NamedOrder(OrderFacts, Attributed):
    """An order report with what its evidence came to."""


@dataclass(frozen=True)
class NewestOrder(NamedOrder):
    """The newest report of a line in the set. `held_*` are of the one that says whether the line is held."""

    held_at: datetime
    held_poll: int
    held_digest: bytes


@dataclass(frozen=True)
class StagedHold:
    """What the most recent report of a line in the set says of its hold."""

    external_order: str
    external_line: str
    external_part: str
    held: str
    held_at: datetime
    held_poll: int
    held_digest: bytes


@dataclass(frozen=True)
class RefundIn:
    report: int
    case_id: str
    external_order: str
    external_line: str
    reported_at: datetime
    stamped_at: datetime
    payload: str
    digest: bytes
    poll: int
    rereads: UUID | None
    received_at: datetime
    counts: bool
    refund_minor: int
    commission_back_minor: int
    protected_minor: int
    currency: str  # "": the line's
    refunded_at: datetime | None
    refunded_by: datetime | None


@dataclass(frozen=True)
class TradeHoldIn:
    """A hold report as it came: `external_line` is the trade, `external_part` "" where it is about all lines of it."""

    report: int
    external_order: str
    external_line: str
    external_part: str
    reported_at: datetime
    stamped_at: datetime
    payload: str
    digest: bytes
    poll: int
    rereads: UUID | None
    received_at: datetime
    frozen: bool
    placed_at: datetime | None


@dataclass(frozen=True)
class UnreadableIn:
    report: int
    kind: str
    external_order: str
    external_line: str
    external_part: str
    case_id: str
    reported_at: datetime
    stamped_at: datetime
    payload: str
    digest: bytes
    poll: int
    rereads: UUID | None
    received_at: datetime
    problem: str


@dataclass(frozen=True)
class OtherOrder:
    """A trade that reports of the set name under another order than the one it is known under."""

    trade: str
    named: str
    external_order: str


@dataclass(frozen=True)
class GivenDigest:
    """The digest of one report of the set."""

    report: int
    own_digest: bytes


@dataclass(frozen=True)
class KeptReport:
    """A report of the set that is kept: a new one, or one that the marketplace went back to."""

    report: int
    id: UUID
    own_digest: bytes
    again: bool


@dataclass(frozen=True)
class OrderOffTheList:
    """The order of a report that is on the list of unreadable ones no more."""

    external_order: str


@dataclass(frozen=True)
class Contradiction:
    """A report of the set that names another shop than its line's."""

    report: int


@dataclass(frozen=True)
class ReturnedElsewhere:
    """What cases took back of a line in another currency than its own."""

    line_id: UUID
    currency: str
    back_minor: int


@dataclass(frozen=True)
class MovedLine:
    """A line that the set made or changed, and the kind of event that says so."""

    id: UUID
    shop_id: UUID | None
    event: str


# A set is taken in within this time, in one transaction: its reports first, then its lines and its poll.
TAKEN_WITHIN = timedelta(hours=1)
ORDERS = SetTable("order_in", OrderIn)
EVIDENCE = SetTable("evidence_in", EvidencePiece)
VERDICTS = SetTable("verdict_in", Attribution)
NAMED = SetTable("named_order", NamedOrder)
NEWEST = SetTable("newest_order", NewestOrder)
HOLDS = SetTable("staged_hold", StagedHold)
REFUNDS = SetTable("refund_in", RefundIn)
TRADE_HOLDS = SetTable("trade_hold_in", TradeHoldIn)
UNREADABLE = SetTable("unreadable_in", UnreadableIn)
OTHER_ORDERS = SetTable("other_order", OtherOrder)
GIVEN = SetTable("given_digest", GivenDigest)
KEPT = SetTable("kept_report", KeptReport)
LEFT_LIST = SetTable("left_list", OrderOffTheList)
CONTRADICTIONS = SetTable("contradiction", Contradiction)
ELSEWHERE = SetTable("returned_elsewhere_of", ReturnedElsewhere)
MOVED = SetTable("moved_line", MovedLine)
