"""The frame of the machine: a clean database, the model beside it, and what must hold after every step."""

import time
from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

from django.db import connection
from hypothesis.stateful import RuleBasedStateMachine, invariant

from joey.commissions.models import PlanVersion
from joey.insight.prove import all_checks
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.orders.models import SyncCursor
from joey.orders.prove import CLOCK
from joey.orders.take_order_reports import AskedPoll, keep_poll, next_poll_number
from joey.payouts.models import Payout, PayoutFile
from joey.sharing.models import Position, PositionLease, TrackedUrl
from joey.shops.models import Shop
from tests.cast import NOW, ada, flask, lease_on, listed, lulus_shop, meis_shop, shared
from tests.database import empty_again
from tests.payouts.stage import ready_payee, second_operator
from tests.proof import prove_some
from tests.properties.machine.bank import Bank
from tests.properties.machine.market import LINKS, MARKETS, Reported, Row
from tests.properties.machine.model import Books
from tests.properties.machine.model_line import Plan, Tenancy

LONG_AGO = NOW - timedelta(days=200)
PLACE_OF_MONEY = {
    "requested": "shop:reserved", "approved": "shop:reserved", "sent": "rail:in_transit", "paid": "paid",
    "failed": "shop:available", "returned": "shop:available", "refused": "shop:available",
}  # fmt: skip


class TimeIsOver(KeyboardInterrupt):
    """No run begins any more. It ends the search at once, which no other exception would."""


class World(RuleBasedStateMachine):
    """Two shops, two marketplaces, a bank, two operators. What the rules do to Joey they do to `books` as well."""

    postgres: ClassVar[EmbeddedPostgres]
    bank_settings: ClassVar[Any]
    seen: ClassVar[Counter[str]] = Counter()  # how far all runs together got
    ends: ClassVar[float] = float("inf")  # by time.monotonic(): none begins after it
    failed_at: ClassVar[float] = 0.0
    prove_in: ClassVar[int]  # steps in which every rule of prove is asked once; all are at the end

    def __init__(self) -> None:
        super().__init__()
        if not self.failed_at and time.monotonic() > self.ends:
            raise TimeIsOver
        self.now: datetime = NOW
        self.steps = 0
        self.seed = Random(0)  # decides what no rule draws
        self.bank = Bank(NOW)
        self.bank_settings(self.bank)
        self.rows: list[Row] = []
        self.delivered: list[tuple[str, list[Reported]]] = []  # every poll's marketplace and reports
        self.reached = dict.fromkeys(MARKETS, NOW)  # up to when reports were read
        self.states: dict[str, str] = {}  # of each payout, as last seen
        self.tenancies: list[Tenancy] = []
        self.begin()
        plans = [Plan(p.from_at, p.shopkeeper_ppm, p.platform_ppm, p.waiting_days)
                 for p in PlanVersion.objects.order_by("from_at", "id")]  # fmt: skip
        self.books = Books(plans, self.tenancies)

    def begin(self) -> None:
        """An empty database, and in it what there is before the first step, or before P3 tells all of it again."""
        connection.close()
        empty_again(self.postgres)
        self.shops: dict[str, Shop] = {"mei": meis_shop(), "lulu": lulus_shop()}
        self.operators = [ada(), second_operator()]
        for shop in self.shops.values():
            ready_payee(shop)
            shared(listed(shop, flask(identity=shop.slug)), LINKS[shop.slug])
        if not self.tenancies:
            self.tenancies += [
                Tenancy(market.code, position, slug, LONG_AGO)
                for market in MARKETS.values() for position, slug in zip(market.positions, self.shops, strict=False)
            ]  # fmt: skip
        for code in MARKETS:
            keep_poll(code, AskedPoll(next_poll_number(), "a", "orders", LONG_AGO, NOW, NOW))
            SyncCursor.objects.create(marketplace=code, account="a", question="orders", read_until=NOW)
        self.lease()

    def lease(self) -> None:
        """The positions and their tenants. A shop leaves a position for another one, or another shop takes it over."""
        for market in MARKETS.values():
            here = [each for each in self.tenancies if each.marketplace == market.code]
            for key in market.positions:
                mine = [each for each in here if each.position == key]
                ends = [
                    next((later.since for later in here[here.index(each) + 1 :]
                          if key == later.position or each.shop == later.shop), None)
                    for each in mine
                ]  # fmt: skip
                position = Position.objects.create(
                    marketplace=market.code, key=key, was_leased=bool(mine),
                    free_from=None if None in ends else max([LONG_AGO, *filter(None, ends)]),
                )  # fmt: skip
                for each, end in zip(mine, ends, strict=True):
                    lease = lease_on(position, self.shops[each.shop], since=each.since, ended_at=end)
                    for item, made_at in each.links.items():
                        self.write_link(lease, item, made_at)

    def write_link(self, lease: PositionLease, item: str, at: datetime) -> None:
        """A link of the shop to the item, on its position."""
        listing = listed(lease.shop, flask(external_id=item, identity=item))
        TrackedUrl.objects.create(
            shop=lease.shop, listing=listing, lease=lease, item=item, url="http://localhost:1/item", made_at=at
        )

    # ── what must hold ────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def all_holds(self) -> None:
        """P1: all money is where the model has it, and of prove another part of its rules after each step."""
        self.money_is_where_the_model_has_it()
        self.each_payout_left_once_at_most()
        self.steps += 1
        self.seen["steps"] += 1
        prove_part(self.steps % self.prove_in, self.prove_in)

    def money_is_where_the_model_has_it(self) -> None:
        found = sql.tuples(
            "SELECT s.slug, a.currency, CASE WHEN left(a.kind, 7) = 'market:' OR a.kind = 'platform:penalty'"
            " THEN a.kind || ':' || a.party ELSE a.kind END, sum(a.balance_minor)::bigint FROM ledger_account a"
            " JOIN shops_shop s ON s.id = a.book_id GROUP BY 1, 2, 3 HAVING sum(a.balance_minor) <> 0"
        )
        real = {(slug, currency, kind): minor for slug, currency, kind, minor in found}
        assert real == self.books.balances(), set(real.items()) ^ set(self.books.balances().items())

    def each_payout_left_once_at_most(self) -> None:
        """P8, whatever the bank says."""
        owners = dict(sql.tuples("SELECT rail_key, payout_id FROM payouts_payoutattempt"))
        assert set(self.bank.paid) <= set(owners), "a transfer of no payout"
        left: dict[object, int] = {}
        for key, times in self.bank.paid.items():
            left[owners[key]] = left.get(owners[key], 0) + times
        assert all(times == 1 for times in left.values()), f"P8: {left}"
        for file, account in PayoutFile.objects.values_list("message_id", "rail_account"):
            assert self.bank.came_to.get(file, set()) <= {account}, (
                "P8: a file was sent to another bank, or asked of it"
            )

    # ── helpers ───────────────────────────────────────────────────────────────────────────────────────────

    def follow_payouts(self) -> dict[str, str]:
        """Move the model's money as payouts changed their state; what changed, by payout."""
        changed = {}
        for payout in Payout.objects.select_related("shop").order_by("requested_at", "id"):
            key, before = str(payout.pk), self.states.get(str(payout.pk), "")
            if before == payout.state:
                continue
            place = PLACE_OF_MONEY[before] if before else "shop:available"
            if place != PLACE_OF_MONEY[payout.state]:
                self.books.move((payout.shop.slug, payout.currency), place, PLACE_OF_MONEY[payout.state],
                                payout.amount_minor)  # fmt: skip
            self.states[key] = changed[key] = payout.state
            self.seen[f"payout {payout.state}"] += 1
        return changed

    def commissions_by_id(self) -> list[str]:
        return [name for (name,) in sql.tuples(
            "SELECT l.external_line FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id"
            " ORDER BY c.id")]  # fmt: skip

    def teardown(self) -> None:
        connection.close()

    @classmethod
    def note_failure(cls) -> None:
        cls.failed_at = cls.failed_at or time.monotonic()


def prove_part(part: int, of: int) -> None:
    """Every `of`-th rule of prove, from this one on."""
    prove_some([each for each in all_checks() if each is not CLOCK][part::of])  # its time is pretended
