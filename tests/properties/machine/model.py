"""The books as they must be: docs/money.md in plain Python.

Nothing here knows a database, a set or a revision. A line takes its reports one by one (model_heard.py). `book` moves
its money by the difference between what its newest report gives and what is booked; `release` makes due money
available. Money is in `ledger`, under (shop, currency, account), credits minus debits.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.properties.machine.market import MARKETS
from tests.properties.machine.model_heard import Heard
from tests.properties.machine.model_line import UNREADABLE, Line, Plan

ACCOUNT = {
    "pending": "shop:pending", "held": "shop:held", "released": "shop:available",
    "platform": "platform:pending", "revenue": "platform:revenue", "rounding": "rounding",
}  # fmt: skip
MARKET = ("market:receivable", "market:expected")  # what it owes once it has settled, and before
OF_A_MARKET = (*MARKET, "platform:penalty")  # one account per marketplace
Key = tuple[str, str]  # shop, currency


@dataclass
class Books(Heard):
    """The lines that were heard of, and where all money is."""

    ledger: Counter[tuple[str, str, str]] = field(default_factory=Counter)

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
            line.causes = line.causes_now
            line.decided &= line.causes
            asked = line.is_something and line.is_undecided(line.hold_class)
            line.report_hold = line.hold_class if asked else ""
            line.unread_hold = line.is_something and line.is_undecided(UNREADABLE)
            line.quarantine_holds = False

    def _book(self, line: Line) -> None:
        """The difference between what the line should have and what is booked, then what is owed."""
        report, is_new, first = line.report, line.plan is None, line.said[0][1]
        line.plan = line.plan or self.plan_at(first.clicked_at or first.placed_at or first.paid_at or first.reported_at)
        line.bought = (max(line.bought[0], report.quantity), max(line.bought[1], report.paid_minor))
        line.protected_first = min(line.protected if is_new else line.protected_first or 0, line.protected)
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
