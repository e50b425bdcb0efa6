"""Rules of the marketplace, the clock, the plan and the jobs that turn reports into commission."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import place_hold, release_hold
from joey.commissions.models import Commission, Hold
from joey.commissions.publish_plan import NOTICE, publish_plan
from joey.marketplaces.port import AnyReport
from joey.orders.models import SyncCursor
from joey.orders.take_order_reports import AskedPoll, keep_poll, next_poll_number, take_order_reports
from tests.cast import ada
from tests.properties.machine.crash import run_with_crash
from tests.properties.machine.market import CURRENCIES, STEPS, Row, stale, step
from tests.properties.machine.model import Plan, day
from tests.properties.machine.world import MARKET, World

AMOUNTS = st.one_of(
    st.sampled_from([0, 1, 99, 12_500, 1_250_000, 2**53 + 1, 10**15, 10**15 + 1]), st.integers(0, 10**7)
)
WHICH = st.integers(0, 5)
CRASH = st.one_of(st.just(0), st.integers(1, 60))
HOURS = st.sampled_from([0, 1, 7, 24, 24 * 8, 24 * 40])


class MarketRules(World):
    """Orders are placed and changed at the marketplace; Joey hears of it when it polls."""

    def __init__(self) -> None:
        super().__init__()
        self.line_holds: list[tuple[str, Hold]] = []

    @initialize()
    def both_shops_have_money(self) -> None:
        """Random steps rarely get far: without it few runs would pay anything."""
        for shop in ("mei", "lulu"):
            self.order(shop, "CNY", 1_250_000)
            step(self.rows[-1], "settle", 0, self.now)
        self.wait_for_money()

    @rule(shop=st.sampled_from(["mei", "mei", "lulu", ""]), currency=st.sampled_from(list(CURRENCIES)), amount=AMOUNTS)
    def order(self, shop: str, currency: str, amount: int) -> None:
        at = self.now.replace(microsecond=0)
        self.rows.append(Row(f"L{len(self.rows)}", shop, currency, amount, made_at=at, changed_at=at))

    @precondition(lambda self: self.rows)
    @rule(which=WHICH, what=st.sampled_from(STEPS), amount=AMOUNTS, booked=st.booleans())
    def happens(self, which: int, what: str, amount: int, booked: bool) -> None:
        """Often it is reported and booked at once: random steps seldom meet otherwise."""
        row = self.rows[which % len(self.rows)]
        step(row, what, amount, self.now)
        if booked:
            self.deliver(row.reports())
            self.earn(0)

    @precondition(lambda self: self.rows)
    @rule(which=st.sets(WHICH, max_size=4), late=st.booleans(), twice=st.booleans(), crash=CRASH)
    def poll(self, which: set[int], late: bool, twice: bool, crash: int) -> None:
        """Some rows as they are now: others become visible late. Or rows as they were in an earlier second."""
        rows = [self.rows[number % len(self.rows)] for number in sorted(which)] or self.rows
        reports: list[AnyReport] = [report for row in rows if late and (report := stale(row))]
        if not late:
            reports = [each for row in rows for each in row.reports()]
        self.deliver(reports * (1 + twice), crash)

    def deliver(self, reports: Sequence[AnyReport], crash: int = 0) -> None:
        self.take(reports, crash)
        self.delivered.append(list(reports))
        self.books.take(reports, len(self.delivered))
        self.reached = self.now

    def take(self, reports: Sequence[AnyReport], crash: int = 0) -> None:
        """A poll's reports, kept as the sync does. A process that is killed asks again, in a poll of its own."""

        def ask() -> None:
            with transaction.atomic():
                poll = AskedPoll(next_poll_number(), "a", "orders", self.reached, self.now, self.now)
                if not take_order_reports(MARKET, reports, now=self.now, poll=poll).reports:
                    keep_poll(MARKET, poll)
                SyncCursor.objects.filter(marketplace=MARKET).update(read_until=self.now)

        run_with_crash(ask, crash)

    @rule(confirming=st.booleans(), crash=CRASH)
    def jobs(self, confirming: bool, crash: int) -> None:
        if confirming:
            self.confirm(crash)
        else:
            self.earn(crash)

    def earn(self, crash: int) -> None:
        run_with_crash(lambda: earn_due(now=self.now), crash)
        self.books.earn(self.commissions_by_id())

    def confirm(self, crash: int) -> None:
        run_with_crash(lambda: confirm_due(now=self.now), crash)
        self.books.release(day(min(self.now, self.reached)))

    @rule(which=WHICH, hold=st.booleans(), crash=CRASH)
    def operator_and_line(self, which: int, hold: bool, crash: int) -> None:
        """A hold on all of a line's commission, or the end of one."""
        booked = [name for name, line in self.books.lines.items() if line.base]
        if hold and booked:
            name = booked[which % len(booked)]
            commission = Commission.objects.get(order_line__external_line=name)
            self.line_holds.append((name, place_hold(commission, reason="Looking into it", now=self.now)))
            self.books.lines[name].holds += 1
            self.books.hold(self.books.lines[name])
        elif not hold and self.line_holds:
            name, placed = self.line_holds.pop()
            run_with_crash(lambda: release_hold(placed, now=self.now), crash)
            self.books.lines[name].holds -= 1
            self.books.hold(self.books.lines[name])

    @rule(hours=HOURS)
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours, seconds=1)
        self.bank.now = self.now

    @rule(share=st.sampled_from([0, 1, 333_333, 900_000, 1_000_000]), waiting=st.integers(0, 90))
    def plan_changes(self, share: int, waiting: int) -> None:
        given = {"shopkeeper_ppm": share, "platform_ppm": 1_000_000 - share, "waiting_days": waiting}
        publish_plan(given, by=ada(), now=self.now)
        self.books.plans.append(Plan(self.now + NOTICE, share, 1_000_000 - share, waiting))

    @rule(shop=st.sampled_from(["mei", "lulu"]), currency=st.sampled_from(list(CURRENCIES)), amount=AMOUNTS)
    def earns_in_full(self, shop: str, currency: str, amount: int) -> None:
        """An order that settles and waits long enough."""
        self.order(shop, currency, amount)
        step(self.rows[-1], "settle", amount, self.now)
        self.wait_for_money()

    def wait_for_money(self) -> None:
        self.deliver([row.report() for row in self.rows])
        self.earn(0)
        self.time_passes(24 * 40)
        self.deliver([])
        self.confirm(0)
