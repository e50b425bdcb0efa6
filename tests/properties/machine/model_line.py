"""A line of the model, and what its marketplace gives for it: docs/money.md in plain Python."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from joey.marketplaces.port import ByPosition, OrderReport, RefundReport
from tests.properties.machine.market import CURRENCIES, MARKETS

CAP = 10**15  # of one line, in minor units
GIVES_NOTHING = ("placed", "closed")


@dataclass
class Case:
    """A refund case: its newest report with what makes it the newest, and since when any report of it counts."""

    at: tuple[datetime, int]
    report: RefundReport
    counted_from: datetime | None = None

    @property
    def happened_at(self) -> datetime | None:
        return self.report.refunded_at or self.counted_from

    def is_since(self, settlement: OrderReport) -> bool:
        """Whether it counts and its refund came after this settlement: before, it is inside the settled amount."""
        if not self.report.counts or settlement.state != "settled" or self.happened_at is None:
            return False
        return settlement.settled_at is None or self.happened_at >= settlement.settled_at


Cases = dict[str, Case]  # by case
Newest = tuple[tuple[bool, datetime, int], OrderReport]  # with what makes it the newest


@dataclass(frozen=True)
class Unread:
    """A report that cannot be read, and when it came for the first time."""

    at: tuple[datetime, int]
    report: OrderReport | RefundReport


@dataclass(frozen=True)
class Plan:
    """A version of the plan, in force from a moment on."""

    from_at: datetime
    shopkeeper_ppm: int
    platform_ppm: int
    waiting_days: int


@dataclass
class Tenancy:
    """A shop has a position from then on, until another one has it."""

    marketplace: str
    position: str
    shop: str
    since: datetime
    links: dict[str, datetime] = field(default_factory=dict)  # by item: since when the shop has a link to it there


@dataclass(frozen=True)
class Named:
    """What the evidence of a report comes to: the shop that it decides for, "" for none, and all that it names."""

    shop: str
    shops: frozenset[str]

    def contradicts(self, shop: str, *, given: bool) -> bool:
        """Of a line of this shop; where it names several, an operator who gave the line has decided that already."""
        return self.shop != shop if self.shop else bool(self.shops - {shop}) and not given


Cause = tuple[str, str]  # the class of the hold, and what makes it the same one
UNREADABLE = "unreadable"
NO_SHOP = Named("", frozenset())


@dataclass
class Line:
    """One order line: what was reported of it, and what is booked for it."""

    marketplace: str
    currency: str
    shop: str = ""  # "" while no report named one of our positions
    newest: Newest | None = None  # decides state and amounts
    last: tuple[tuple[datetime, int], OrderReport] | None = None  # of all, also with unknown codes: decides the hold
    last_names: Named = NO_SHOP
    given: bool = False  # to its shop by an operator
    said: list[tuple[tuple[datetime, int], OrderReport]] = field(default_factory=list)  # all that can be read
    cases: Cases = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)  # without those that were given up
    changed: bool = False
    retried: bool = False  # booked by an operator's retry, and read once more by the next booking
    plan: Plan | None = None
    pending: int = 0
    held: int = 0
    released: int = 0
    platform: int = 0  # waiting
    revenue: int = 0
    rounding: int = 0
    penalty: int = 0
    elsewhere: Counter[str] = field(default_factory=Counter)  # taken back in other currencies
    bought: tuple[int, int] = (0, 0)  # the most pieces, and the most that the buyer paid, of all that was booked
    protected_first: int | None = None  # the least price protection of that
    settled: bool = False
    started_again: bool = False  # closed, or un-settled, at some time since it was booked
    payable_on: date | None = None
    report_hold: str = ""  # the class that its reports hold it for, since it was last booked; "" while it gives nothing
    unread_hold: bool = False  # the same, for one that cannot be read
    causes: frozenset[Cause] = frozenset()  # why its reports held it when it was last booked
    decided: frozenset[Cause] = (
        frozenset()
    )  # those of them that were there when an operator released it, and ever since
    holds: int = 0  # placed by operators on all of it
    hold_minor: int = 0  # and on parts of it
    quarantined: bool = False
    quarantine_holds: bool = False  # what was booked before it could not be any more

    @property
    def report(self) -> OrderReport:
        assert self.newest is not None
        return self.newest[1]

    def in_its_currency(self, report: OrderReport) -> OrderReport | None:
        """What moves the line, if it can: one that gives nothing does in any currency."""
        if report.currency == self.currency:
            return report
        if report.state not in GIVES_NOTHING:
            return None
        return replace(
            report, currency=self.currency, paid_minor=0, commission_minor=0, service_fee_minor=0, protected_minor=0
        )

    @property
    def shops_part(self) -> int:
        return self.pending + self.held + self.released

    @property
    def base(self) -> int:
        return self.shops_part + self.platform + self.revenue + self.rounding

    @property
    def is_something(self) -> bool:
        """Whether a hold of it stops anything."""
        return self.base > self.rounding

    @property
    def back(self) -> int:
        """What is taken back in the line's own currency."""
        return self.back_by_currency[self.currency]

    @property
    def back_by_currency(self) -> Counter[str]:
        back: Counter[str] = Counter()
        for case in self.cases.values():
            if case.is_since(self.report) and not self.is_of_what_is_not_booked(case):
                back[case.report.currency or self.currency] += case.report.commission_back_minor
        return back

    def is_of_what_is_not_booked(self, case: Case) -> bool:
        """Whether the order was reported in the case's currency when the refund happened, or is now, and not before."""
        then = [each for each in self.said if case.happened_at and each[1].reported_at <= case.happened_at]
        reported = {max(some, key=lambda each: each[0])[1].currency for some in (then, self.said) if some}
        return case.report.currency in reported - {self.currency}

    @property
    def refunds(self) -> list[RefundReport]:
        """Those that are taken back in the line's own currency."""
        counting = [case.report for case in self.cases.values() if case.is_since(self.report)]
        return [each for each in counting if each.currency in ("", self.currency)]

    @property
    def protected(self) -> int:
        return self.report.protected_minor + sum(each.protected_minor for each in self.refunds)

    def buyer_has_back(self) -> tuple[int, int]:
        """What was refunded, and apart from it what came back because the price fell since it was first booked."""
        refunded = sum(each.refund_minor for each in self.refunds)
        protected = max(0, self.protected - (self.protected_first or 0))
        return max(0, self.bought[1] - self.report.paid_minor + refunded - protected), protected

    @property
    def back_and_elsewhere(self) -> tuple[int, ...]:
        """What a case changes of its line."""
        back = self.back_by_currency
        return (*(back[currency] for currency in CURRENCIES), sum(each.refund_minor for each in self.refunds),
                self.protected)  # fmt: skip

    @property
    def is_too_large(self) -> bool:
        return any(back > CAP for back in self.back_by_currency.values())

    @property
    def net(self) -> int:
        """What the marketplace gives for the line, all in all; below zero when it takes more than it gave."""
        if self.report.state in GIVES_NOTHING:
            return 0
        fee = self.report.service_fee_minor if MARKETS[self.marketplace].fee_comes_off else 0
        return self.report.commission_minor - fee - self.back

    @property
    def hold_class(self) -> str:
        """What the newest report of all holds the line for."""
        assert self.last is not None
        report = self.last[1]
        if self.in_its_currency(report) is None:
            return "currency"
        if report.state == "unknown":
            return "unknown_code"
        if self.shop and self.last_names.contradicts(self.shop, given=self.given):
            return "contradiction"
        return report.held

    @property
    def open_unread(self) -> list[Unread]:
        return still_open(self.unread, self.newest, self.cases)

    @property
    def causes_now(self) -> frozenset[Cause]:
        """What makes each reason to hold it the same one: what the report says but for when, or that cannot be read."""
        assert self.last is not None
        report = self.last[1]
        said = (report.state, report.reason, report.currency, report.evidence, report.quantity, report.paid_minor,
                report.commission_minor, report.service_fee_minor)  # fmt: skip
        unread = {(UNREADABLE, repr(each.report.payload)) for each in self.open_unread}
        return frozenset(unread | ({(self.hold_class, repr(said))} if self.hold_class else set()))

    def is_undecided(self, hold_class: str) -> bool:
        return any(cause[0] == hold_class for cause in self.causes - self.decided)

    def decide(self, hold_class: str) -> None:
        """An operator released it: that is about the causes of then."""
        self.decided |= {cause for cause in self.causes if cause[0] == hold_class}

    @property
    def is_held(self) -> bool:
        """All of it."""
        return bool(self.report_hold) or self.unread_hold or self.quarantine_holds or self.holds > 0

    @property
    def to_hold(self) -> int:
        return self.shops_part if self.is_held else min(self.hold_minor, self.shops_part)

    @property
    def blocked(self) -> int:
        """How much of what is pending is on hold."""
        return self.pending if self.is_held else min(self.pending, max(0, self.hold_minor - self.held))

    @property
    def changed_at(self) -> datetime:
        return max([self.report.reported_at, *(case.report.reported_at for case in self.cases.values())])

    def day(self, moment: datetime) -> date:
        return day(self.marketplace, moment)


def still_open(unread: Sequence[Unread], newest: Newest | None, cases: Cases) -> list[Unread]:
    """Those that nothing newer of the line, or of the same refund case, makes up for."""
    found = []
    for each in unread:
        if isinstance(each.report, RefundReport):
            case = cases.get(each.report.case_id)
            made_up_for = case is not None and case.at > each.at
        else:
            made_up_for = newest is not None and newest[0][1:] > each.at
        if not made_up_for:
            found.append(each)
    return found


def moment_of(piece: ByPosition, report: OrderReport) -> datetime | None:
    """The time that decides whose the position was."""
    return report.clicked_at if piece.at == "clicked" else report.placed_at


def second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def day(marketplace: str, moment: datetime) -> date:
    return moment.astimezone(MARKETS[marketplace].zone).date()


def too_large(report: OrderReport | RefundReport) -> bool:
    """Larger than any order can be, or below zero."""
    if isinstance(report, RefundReport):
        amounts = [report.refund_minor, report.commission_back_minor]
    else:
        amounts = [report.paid_minor, report.commission_minor, report.service_fee_minor]
    return not all(0 <= amount <= CAP for amount in amounts)
