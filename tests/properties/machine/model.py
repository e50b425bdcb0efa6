"""The books as they must be: docs/money.md in plain Python.

Nothing here knows a database, a set or a revision. A line takes its reports one by one; `book` moves its money by the
difference between what its newest report gives and what is booked; `release` makes due money available. Money is in
`ledger`, under (shop, currency, account), credits minus debits.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from joey.marketplaces.port import AnyReport, ByPosition, OrderReport, RefundReport, UnreadableReport
from tests.properties.machine.market import MARKETS

CAP = 10**15  # of one line, in minor units
GIVES_NOTHING = ("placed", "closed")
ACCOUNT = {
    "pending": "shop:pending", "held": "shop:held", "released": "shop:available",
    "platform": "platform:pending", "revenue": "platform:revenue", "rounding": "rounding",
}  # fmt: skip
MARKET = ("market:receivable", "market:expected")  # what it owes once it has settled, and before
OF_A_MARKET = (*MARKET, "platform:penalty")  # one account per marketplace
Key = tuple[str, str]  # shop, currency


@dataclass
class Case:
    """A refund case: its newest report with what makes it the newest, and since when any report of it counts."""

    at: tuple[datetime, int]
    report: RefundReport
    counted_from: datetime | None = None

    def is_since(self, settlement: OrderReport) -> bool:
        """Whether it counts and its refund came after this settlement: before, it is inside the settled amount."""
        moment = self.report.refunded_at or self.counted_from
        if not self.report.counts or settlement.state != "settled" or moment is None:
            return False
        return settlement.settled_at is None or moment >= settlement.settled_at


Cases = dict[str, Case]  # by case


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


@dataclass(frozen=True)
class Tenancy:
    """A shop has a position from then on, until another one has it."""

    marketplace: str
    position: str
    shop: str
    since: datetime


@dataclass
class Line:
    """One order line: what was reported of it, and what is booked for it."""

    marketplace: str
    currency: str
    shop: str = ""  # "" while no report named one of our positions
    newest: tuple[tuple[bool, datetime, int], OrderReport] | None = None  # decides state and amounts
    last: tuple[tuple[datetime, int], OrderReport] | None = None  # of all, also with unknown codes: decides the hold
    last_names: str = ""  # the shop that it names
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
    settled: bool = False
    started_again: bool = False  # closed, or un-settled, at some time since it was booked
    payable_on: date | None = None
    report_hold: str = ""  # the class that its reports hold it for, since it was last booked
    unread_hold: bool = False  # the same, for one that cannot be read
    holds: int = 0  # placed by operators on all of it
    hold_minor: int = 0  # and on parts of it
    quarantined: bool = False
    quarantine_holds: bool = False  # what was booked before it could not be any more

    @property
    def report(self) -> OrderReport:
        assert self.newest is not None
        return self.newest[1]

    @property
    def shops_part(self) -> int:
        return self.pending + self.held + self.released

    @property
    def base(self) -> int:
        return self.shops_part + self.platform + self.revenue + self.rounding

    @property
    def back(self) -> int:
        """What is taken back in the line's own currency."""
        return self.back_by_currency[self.currency]

    @property
    def back_by_currency(self) -> Counter[str]:
        back: Counter[str] = Counter()
        for case in self.cases.values():
            if case.is_since(self.report):
                back[case.report.currency or self.currency] += case.report.commission_back_minor
        return back

    @property
    def back_and_elsewhere(self) -> tuple[int, dict[str, int]]:
        """What a case changes of its line."""
        back = self.back_by_currency
        return back.pop(self.currency, 0), dict(back)

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
        if report.currency != self.currency:
            return "currency"
        if report.state == "unknown":
            return "unknown_code"
        if self.last_names not in ("", self.shop) and self.shop:
            return "contradiction"
        return report.held

    @property
    def open_unread(self) -> list[Unread]:
        """Those that nothing newer of the line, or of the same refund case, makes up for."""
        found = []
        for each in self.unread:
            if isinstance(each.report, RefundReport):
                case = self.cases.get(each.report.case_id)
                made_up_for = case is not None and case.at > each.at
            else:
                made_up_for = self.newest is not None and self.newest[0][1:] > each.at
            if not made_up_for:
                found.append(each)
        return found

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


@dataclass
class Books:
    """All lines, and where all money is."""

    plans: list[Plan]
    tenancies: list[Tenancy] = field(default_factory=list)  # the earliest first
    lines: dict[str, Line] = field(default_factory=dict)
    cases: dict[str, Cases] = field(default_factory=dict)
    unread: dict[str, list[Unread]] = field(default_factory=dict)
    heard_unread: list[OrderReport | RefundReport] = field(default_factory=list)  # also those that were given up
    ledger: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    # ── what the marketplaces report ──────────────────────────────────────────────────────────────────────

    def take(self, marketplace: str, reports: Sequence[AnyReport], poll: int) -> None:
        """A poll's reports. The newest counts, by the second of its change and then by the poll; one that is larger
        than any order can be is only kept, and its line waits until something newer is read.
        """
        waited = {name for name, line in self.lines.items() if line.open_unread}
        for report in sorted(reports, key=lambda each: each.reported_at):
            assert not isinstance(report, UnreadableReport)
            if too_large(report):
                self._take_unread(report, poll)
            elif isinstance(report, RefundReport):
                self._take_case(report, poll)
            else:
                self._take_order(marketplace, report, poll)
        for name, line in self.lines.items():
            line.changed |= (name in waited) != bool(line.open_unread)

    def _take_unread(self, report: OrderReport | RefundReport, poll: int) -> None:
        if report not in self.heard_unread:
            self.heard_unread.append(report)
            at = (second(report.reported_at), poll)
            self.unread.setdefault(report.external_line, []).append(Unread(at, report))

    def give_up(self, payload: object) -> None:
        """The report with this payload is not waited for any more."""
        for name, unread in self.unread.items():
            line = self.lines.get(name)
            waited = bool(line and line.open_unread)
            unread[:] = [each for each in unread if each.report.payload != payload]
            if line and waited and not line.open_unread:
                line.changed = True

    def _take_order(self, marketplace: str, report: OrderReport, poll: int) -> None:
        line = self.lines.get(report.external_line)
        if line is None:
            line = self.lines[report.external_line] = Line(marketplace, report.currency)
            line.cases = self.cases.setdefault(report.external_line, {})
            line.unread = self.unread.setdefault(report.external_line, [])
        at, names = (second(report.reported_at), poll), self.named(marketplace, report)
        if line.last is None or at > line.last[0]:
            line.changed = line.changed or line.last is None or report != line.last[1]
            line.last, line.last_names = (at, report), names
        if not line.shop and names:
            line.shop, line.changed = names, True
        known, waited = (report.state != "unknown", *at), line.open_unread
        if report.currency == line.currency and (line.newest is None or known > line.newest[0]):
            line.changed = line.changed or line.newest is None or report != line.newest[1]
            line.newest = (known, report)
            line.changed |= line.open_unread != waited

    def _take_case(self, report: RefundReport, poll: int) -> None:
        cases = self.cases.setdefault(report.external_line, {})
        at = (second(report.reported_at), poll)
        line = self.lines.get(report.external_line)
        was = line.back_and_elsewhere if line else None
        case = cases.setdefault(report.case_id, Case(at, report))
        if at > case.at:
            case.at, case.report = at, report
        if report.counts:
            case.counted_from = min(case.counted_from or report.reported_at, report.reported_at)
        if line and line.back_and_elsewhere != was:
            line.changed = True

    def named(self, marketplace: str, report: OrderReport) -> str:
        """The shop that had the position at the click. Who has it after another shop has nothing without a link of its
        own, and no one has made one here; "" for none.
        """
        for piece in report.evidence:
            if isinstance(piece, ByPosition) and report.clicked_at is not None:
                had = [each for each in self.tenancies if (each.marketplace, each.position) == (marketplace, piece.key)]
                before = [each.shop for each in had if each.since <= report.clicked_at]
                return before[-1] if len(set(before)) == 1 else ""
        return ""

    # ── what the verbs do ─────────────────────────────────────────────────────────────────────────────────

    def earn(self, order: Sequence[str] = ()) -> None:
        """Hold what cannot be booked, book every other changed line of a shop, then bring what is held up to the holds.

        Lines are held in `order`.
        """
        for marketplace in MARKETS:
            own = [line for line in self.lines.values() if line.marketplace == marketplace and line.shop]
            in_order = [line for name in order if (line := self.lines[name]).marketplace == marketplace]
            due = [line for line in own if line.changed or line.retried]
            for line in due:
                line.quarantined = line.is_too_large
            poor = [each for each in in_order if each in due and each.quarantined and each.shops_part]
            poor = [each for each in poor if not each.quarantine_holds]  # one that was released waits for a report
            for line in poor:
                line.quarantine_holds = True
            self.hold(poor)
            for line in due:
                self.book(line)
                line.retried = False
            self.hold(in_order)

    def book(self, line: Line) -> None:
        """The line as its reports have it, or in quarantine."""
        line.quarantined = line.is_too_large
        line.changed = False
        if not line.quarantined:
            self._book(line)
            line.report_hold, line.quarantine_holds = line.hold_class, False
            line.unread_hold = bool(line.open_unread)

    def _book(self, line: Line) -> None:
        """The difference between what the line should have and what is booked, then what is owed."""
        report, is_new = line.report, line.plan is None
        line.plan = line.plan or self.plan_at(
            report.clicked_at or report.placed_at or report.paid_at or report.reported_at
        )
        was_settled, line.settled = line.settled, report.state == "settled"
        market, other = MARKET if was_settled else MARKET[::-1]
        base = max(0, line.net)
        shop, platform = (base * ppm // 1_000_000 for ppm in (line.plan.shopkeeper_ppm, line.plan.platform_ppm))
        up = self._part(line, shop, ("pending", "held", "released"), market)
        self._part(line, platform, ("platform", "revenue"), market)
        self._part(line, base - shop - platform, ("rounding",), market)
        before, line.penalty = line.penalty, max(0, -line.net)
        self._move(line, market, "platform:penalty", before)
        if was_settled != line.settled:
            self._move(line, other, market, base)
            market = other
        self._move(line, "platform:penalty", market, line.penalty)
        if was_settled and not line.settled:  # the settlement was withdrawn: all of it waits again
            for name, account in (("held", "shop:held"), ("released", "shop:available")):
                self._move(line, account, "shop:pending", getattr(line, name))
                line.pending += getattr(line, name)
                setattr(line, name, 0)
            self._move(line, "platform:revenue", "platform:pending", line.revenue)
            line.platform, line.revenue = line.platform + line.revenue, 0
        self._book_elsewhere(line)
        self._set_day(line, was_settled=was_settled, raised=up > 0 and not is_new)
        line.started_again |= report.state == "closed" or (was_settled and not line.settled)

    def _book_elsewhere(self, line: Line) -> None:
        """What was taken in another currency comes out of what is available there, and is never converted."""
        assert line.plan is not None
        before, line.elsewhere = line.elsewhere, line.back_by_currency
        del line.elsewhere[line.currency]
        for currency in before | line.elsewhere:
            parts = [amount[currency] * line.plan.shopkeeper_ppm // 1_000_000 for amount in (line.elsewhere, before)]
            shop = parts[0] - parts[1]
            for account, more in (
                ("shop:available", shop),
                ("platform:revenue", line.elsewhere[currency] - before[currency] - shop),
            ):
                pair = (account, MARKET[0]) if more > 0 else (MARKET[0], account)
                self._move(line, *pair, abs(more), currency)

    def _part(self, line: Line, should: int, places: Sequence[str], market: str) -> int:
        """Up goes to the first place, down is taken from the first that has it. How much it went up."""
        change: int = should - sum(getattr(line, place) for place in places)
        if change > 0:
            self._move(line, market, ACCOUNT[places[0]], change)
            setattr(line, places[0], getattr(line, places[0]) + change)
            return change
        for place in places:
            taken = min(-change, getattr(line, place))
            self._move(line, ACCOUNT[place], market, taken)
            setattr(line, place, getattr(line, place) - taken)
            change += taken
        return 0

    def _set_day(self, line: Line, *, was_settled: bool, raised: bool) -> None:
        """Settlement day and waiting days; what was raised later, or counts again, waits from its own day."""
        assert line.plan is not None
        waiting = timedelta(days=line.plan.waiting_days)
        report = line.report
        settlement = line.day(report.settled_at or line.changed_at) + waiting
        change = line.day(line.changed_at) + waiting
        if not line.settled:
            line.payable_on = None
        elif (was_settled and raised) or (not was_settled and line.started_again):
            line.payable_on = max(change, settlement)
        elif was_settled and line.payable_on is not None:
            line.payable_on = max(line.payable_on, settlement) if report.settled_at else line.payable_on
        else:
            line.payable_on = settlement

    def release(self, marketplace: str, until: date) -> None:
        """Make available what is settled now, due, and not held; the platform's part once nothing of the shop's is."""
        for line in self.lines.values():
            if line.marketplace != marketplace or line.payable_on is None or line.payable_on > until:
                continue
            if line.settled and not line.changed and not line.quarantined and not line.is_held:
                blocked = line.blocked
                self._move(line, "shop:pending", "shop:available", line.pending - blocked)
                line.released, line.pending = line.released + line.pending - blocked, blocked
                if not blocked:
                    self._move(line, "platform:pending", "platform:revenue", line.platform)
                    line.revenue, line.platform = line.revenue + line.platform, 0

    def hold(self, lines: Iterable[Line]) -> None:
        """Move what is available to held while a hold lasts, as far as the shop still has it, and back afterwards. The
        first are served first, and what one gives back serves no other this time.
        """
        have = self.ledger.copy()
        for line in lines:
            key = (line.shop, line.currency, "shop:available")
            less = max(0, line.held - line.to_hold)
            more = min(line.released, max(0, line.to_hold - line.held - line.pending))
            moved = min(more, max(0, have[key])) - less
            have[key] -= more
            self._move(line, "shop:available", "shop:held", max(0, moved))
            self._move(line, "shop:held", "shop:available", less)
            line.released, line.held = line.released - moved, line.held + moved

    # ── helpers ───────────────────────────────────────────────────────────────────────────────────────────

    def plan_at(self, moment: datetime) -> Plan:
        """The version in force; the first one also before it began."""
        return next((plan for plan in reversed(self.plans) if plan.from_at <= moment), self.plans[0])

    def move(self, key: Key, debit: str, credit: str, minor: int) -> None:
        assert minor >= 0
        self.ledger[(*key, debit)] -= minor
        self.ledger[(*key, credit)] += minor

    def _move(self, line: Line, debit: str, credit: str, minor: int, currency: str = "") -> None:
        pair = [f"{side}:{line.marketplace}" if side in OF_A_MARKET else side for side in (debit, credit)]
        self.move((line.shop, currency or line.currency), pair[0], pair[1], minor)

    def balances(self) -> dict[tuple[str, str, str], int]:
        return {account: minor for account, minor in self.ledger.items() if minor}
