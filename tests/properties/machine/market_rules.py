"""Rules of the marketplaces, the clock, the plan and the jobs that turn reports into commission."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.publish_plan import NOTICE, publish_plan
from joey.orders.models import SyncCursor
from joey.orders.take_order_reports import AskedPoll, keep_poll, next_poll_number, take_order_reports
from joey.sharing.models import PositionLease
from tests.cast import ada
from tests.properties.machine.crash import run_with_crash
from tests.properties.machine.market import (
    CURRENCIES,
    MARKETS,
    NEXT_STEPS,
    NONE_OF_OURS,
    STEPS,
    Reported,
    Row,
    stale,
    step,
)
from tests.properties.machine.model_line import Plan, Tenancy, day
from tests.properties.machine.world import World

AMOUNTS = st.one_of(
    st.sampled_from([0, 1, 99, 12_500, 1_250_000, 2**53 + 1, 10**15, 10**15 + 1]), st.integers(0, 10**7)
)
MARKETPLACES = st.sampled_from(["taobao", "taobao", "amazon"])
WHICH = st.one_of(st.just(0), st.integers(0, 7))  # counted from the newest: what was touched last is touched again
CRASH = st.one_of(st.just(0), st.just(0), st.integers(1, 99))
HOURS = st.sampled_from([0, 1, 7, 24, 24 * 8, 24 * 40])


class MarketRules(World):
    """Orders are placed and changed at the marketplaces; Joey hears of it when it polls."""

    @initialize(seed=st.integers(0, 2**16))
    def both_shops_have_money(self, seed: int) -> None:
        """Random steps rarely get far: without it few runs would pay anything."""
        self.seed = Random(seed)
        self.row("amazon", MARKETS["amazon"].positions[seed % 2], "CNY", 7_777)
        for position in MARKETS["taobao"].positions[:2]:
            self.row("taobao", position, "CNY", 1_250_000)
            step(self.rows[0], "settle", 0, self.now)
        self.wait_for_money()

    @rule(marketplace=MARKETPLACES, position=st.integers(0, 3), currency=st.sampled_from(list(CURRENCIES)),
          amount=AMOUNTS, ago=st.sampled_from([0, 0, 0, 7, 24 * 20, 24 * 60]),
          back=st.sampled_from([False, False, False, True]),
          evidence=st.one_of(st.just(0), st.integers(0, 999)))  # fmt: skip
    def order(
        self, marketplace: str, position: int, currency: str, amount: int, ago: int, back: bool, evidence: int
    ) -> None:
        """Through any position, also one that is free, unknown, or was another shop's at the time of the click; or by
        other evidence. With `back` it is settled and taken back at once, and the marketplace says that before it shows
        the order.
        """
        keys = [*MARKETS[marketplace].positions, NONE_OF_OURS]
        row = self.row(marketplace, keys[position % len(keys)], currency, amount, ago=ago)
        if evidence:
            step(row, "evidence", evidence, self.now)
        if back:
            step(row, "settle", 0, self.now)
            step(row, "back", amount // 2, self.now)
            self.deliver(marketplace, list(row.cases.values()))

    def row(self, marketplace: str, position: str, currency: str, amount: int, *, ago: int = 0) -> Row:
        at = self.now.replace(microsecond=0)
        clicked_at = at - timedelta(hours=ago, minutes=5)
        row = Row(f"L{len(self.rows)}", marketplace, position, currency, amount, at, at, clicked_at)
        self.rows.insert(0, row)
        return row

    @rule(which=WHICH, what=st.integers(0, 35), amount=AMOUNTS, crash=CRASH, again=st.booleans())
    def line_goes_on(self, which: int, what: int, amount: int, crash: int, again: bool) -> None:
        """What a line in its state does next, reported and booked at once: random steps seldom meet otherwise.

        The process that takes the reports, books or confirms may die. Often the row is another one a second later, or
        even within the second, and is reported in a poll of its own.
        """
        row = self.touched(which)
        choices = NEXT_STEPS[row.state]
        step(row, choices[what % len(choices)], amount, self.now)
        self.deliver(row.marketplace, row.reports(), crash if what % 2 else 0)
        if again:
            step(row, choices[what // 2 % len(choices)], amount // 2, self.now)
            self.deliver(row.marketplace, row.reports())
        self.earn(crash)
        if what % 3 == 0:
            self.time_passes(24 * 40)
            self.deliver(row.marketplace, [])
            self.confirm(crash)

    lines_go_on = and_it_goes_on = line_goes_on  # a rule that is there more than once is drawn more often

    @rule(which=WHICH, what=st.sampled_from(STEPS), amount=AMOUNTS)
    def happens(self, which: int, what: str, amount: int) -> None:
        step(self.touched(which), what, amount, self.now)

    @rule(which=st.sets(WHICH, max_size=4), late=st.booleans(), twice=st.booleans(), crash=CRASH)
    def poll(self, which: set[int], late: bool, twice: bool, crash: int) -> None:
        """Some rows as they are now: others become visible late. Or rows as they were in an earlier second."""
        rows = [self.rows[number % len(self.rows)] for number in sorted(which)] or self.rows
        for marketplace in MARKETS:
            mine = [row for row in rows if row.marketplace == marketplace]
            reports: list[Reported] = [report for row in mine if late and (report := stale(row))]
            if not late:
                reports = [each for row in mine for each in row.reports()]
            if mine:
                self.deliver(marketplace, reports * (1 + twice), crash)

    @rule(confirming=st.booleans(), crash=CRASH)
    def jobs(self, confirming: bool, crash: int) -> None:
        if confirming:
            self.confirm(crash)
        else:
            self.earn(crash)

    @rule()
    def a_second_passes(self) -> None:
        """Also what the simplest run does over and over, so it costs little."""
        self.now += timedelta(seconds=1)
        self.bank.now = self.now

    @rule(hours=HOURS)
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours, seconds=1)
        self.bank.now = self.now

    @rule(share=st.sampled_from([0, 1, 333_333, 900_000, 1_000_000]), waiting=st.integers(0, 90))
    def plan_changes(self, share: int, waiting: int) -> None:
        given = {"shopkeeper_ppm": share, "platform_ppm": 1_000_000 - share, "waiting_days": waiting}
        publish_plan(given, by=ada(), now=self.now)
        self.books.plans.append(Plan(self.now + NOTICE, share, 1_000_000 - share, waiting))

    # ── helpers ───────────────────────────────────────────────────────────────────────────────────────────

    def touched(self, which: int) -> Row:
        """A row, 0 for the one that was touched last; it is the last one now."""
        row = self.rows.pop(which % len(self.rows))
        self.rows.insert(0, row)
        return row

    def deliver(self, marketplace: str, reports: Sequence[Reported], crash: int = 0) -> None:
        self.take(marketplace, reports, crash)
        self.delivered.append((marketplace, list(reports)))
        self.books.take(marketplace, reports, len(self.delivered))
        self.reached[marketplace] = self.now

    def take(self, marketplace: str, reports: Sequence[Reported], crash: int = 0) -> None:
        """A poll's reports, kept as the sync does. A process that is killed asks again, in a poll of its own."""

        def ask() -> None:
            with transaction.atomic():
                poll = AskedPoll(next_poll_number(), "a", "orders", self.reached[marketplace], self.now, self.now)
                if not take_order_reports(marketplace, reports, now=self.now, poll=poll).reports:
                    keep_poll(marketplace, poll)
                SyncCursor.objects.filter(marketplace=marketplace).update(read_until=self.now)

        run_with_crash(ask, "take", crash)

    def earn(self, crash: int = 0) -> None:
        run_with_crash(lambda: earn_due(now=self.now), "earn", crash)
        self.books.earn(self.commissions_by_id())

    def confirm(self, crash: int = 0) -> None:
        run_with_crash(lambda: confirm_due(now=self.now), "confirm", crash)
        for marketplace, reached in self.reached.items():
            self.books.release(marketplace, day(marketplace, min(self.now, reached)))

    def earns_in_full(self, shop: str, currency: str, amount: int) -> None:
        """An order that settles and waits long enough."""
        self.sells(shop, currency, amount)
        self.wait_for_money()

    def sells(self, shop: str, currency: str, amount: int) -> None:
        """An order that settles."""
        tenancy = self.tenancy_of(shop)
        if tenancy is not None and self.books.is_reused(tenancy):
            self.sold_by_link(tenancy, currency, amount)
        else:
            self.row("taobao", self.position_of(shop), currency, amount)
        step(self.rows[0], "settle", amount, self.now)

    def sold_by_link(self, tenancy: Tenancy, currency: str, amount: int) -> Row:
        """An order of what the tenant has a link to on its position."""
        item = f"{tenancy.shop} on {tenancy.position} since {tenancy.since}"
        if item not in tenancy.links:
            tenancy.links[item] = self.now
            self.write_link(PositionLease.objects.get(position__key=tenancy.position, ended_at=None), item, self.now)
        row = self.row(tenancy.marketplace, tenancy.position, currency, amount)
        row.item, row.clicked_at = item, row.made_at
        return row

    def tenancy_of(self, shop: str) -> Tenancy | None:
        """The one at Taobao that the shop has a lease of now."""
        leases = PositionLease.objects.filter(marketplace="taobao", shop__slug=shop, ended_at=None)
        key = leases.values_list("position__key", flat=True).first()
        return next((each for each in reversed(self.tenancies) if (each.shop, each.position) == (shop, key)), None)

    def position_of(self, shop: str) -> str:
        """The position at Taobao that names the shop now, or one that names none."""
        keys = MARKETS["taobao"].positions
        mine = [each for each in self.tenancies if each.marketplace == "taobao"]
        last = {each.position: each.shop for each in mine}
        return next((key for key in keys if last.get(key) == shop), NONE_OF_OURS)

    def wait_for_money(self) -> None:
        self.deliver("taobao", [row.report() for row in self.rows if row.marketplace == "taobao"])
        self.earn()
        self.time_passes(24 * 40)
        self.deliver("taobao", [])
        self.confirm()
