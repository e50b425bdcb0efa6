"""The frame of the machine: a clean database, the model beside it, and what must hold after every step."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import connection
from hypothesis.stateful import RuleBasedStateMachine, invariant

from joey.commissions.models import PlanVersion
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.marketplaces.port import AnyReport
from joey.orders.models import SyncCursor
from joey.orders.take_order_reports import AskedPoll, keep_poll, next_poll_number
from joey.payouts.models import Payout
from joey.shops.models import Shop
from tests.cast import NOW, ada, leased, lulus_shop, meis_shop
from tests.database import empty_again
from tests.payouts.stage import ready_payee, second_operator
from tests.proof import prove
from tests.properties.machine.bank import Bank
from tests.properties.machine.market import Row
from tests.properties.machine.model import Books, Plan

MARKET = "taobao"
PROVE_EVERY = 13  # steps; a proof takes as long as several of them
LONG_AGO = NOW - timedelta(days=200)
PLACE_OF_MONEY = {
    "requested": "shop:reserved", "approved": "shop:reserved", "sent": "rail:in_transit", "paid": "paid",
    "failed": "shop:available", "returned": "shop:available", "refused": "shop:available",
}  # fmt: skip


class World(RuleBasedStateMachine):
    """Two shops, one marketplace, one bank, two operators. What the rules do to Joey they do to `books` as well."""

    postgres: ClassVar[EmbeddedPostgres]
    bank_settings: ClassVar[Any]
    seen: ClassVar[Counter[str]] = Counter()  # how far all runs together got

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        self.steps = 0
        self.bank = Bank(NOW)
        self.bank_settings(self.bank)
        self.rows: list[Row] = []
        self.delivered: list[list[AnyReport]] = []  # every poll's reports
        self.reached = NOW  # up to when reports were read
        self.states: dict[str, str] = {}  # of each payout, as last seen
        self.begin()
        plans = [Plan(p.from_at, p.shopkeeper_ppm, p.platform_ppm, p.waiting_days)
                 for p in PlanVersion.objects.order_by("from_at", "id")]  # fmt: skip
        self.books = Books(plans)

    def begin(self) -> None:
        """An empty database, and in it what there is before the first step."""
        connection.close()
        empty_again(self.postgres)
        self.shops: dict[str, Shop] = {"mei": meis_shop(), "lulu": lulus_shop()}
        self.operators = [ada(), second_operator()]
        for number, shop in enumerate(self.shops.values(), start=1):
            ready_payee(shop)
            leased(shop, f"11000000000{number}", since=LONG_AGO)
        keep_poll(MARKET, AskedPoll(next_poll_number(), "a", "orders", LONG_AGO, NOW, NOW))
        SyncCursor.objects.create(marketplace=MARKET, account="a", question="orders", read_until=NOW)

    # ── what must hold ────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def all_holds(self) -> None:
        """P1: every rule of prove after some of the steps, and at the end."""
        self.money_is_where_the_model_has_it()
        self.each_payout_left_once_at_most()
        self.steps += 1
        self.seen["steps"] += 1
        if self.steps % PROVE_EVERY == 0:
            prove()

    def money_is_where_the_model_has_it(self) -> None:
        found = sql.tuples(
            "SELECT s.slug, a.currency, a.kind, sum(a.balance_minor)::bigint FROM ledger_account a"
            " JOIN shops_shop s ON s.id = a.book_id GROUP BY 1, 2, 3 HAVING sum(a.balance_minor) <> 0"
        )
        assert {(slug, currency, kind): minor for slug, currency, kind, minor in found} == self.books.balances()

    def each_payout_left_once_at_most(self) -> None:
        """P8, whatever the bank says."""
        owners = dict(sql.tuples("SELECT rail_key, payout_id FROM payouts_payoutattempt"))
        assert set(self.bank.paid) <= set(owners), "a transfer of no payout"
        left: dict[object, int] = {}
        for key, times in self.bank.paid.items():
            left[owners[key]] = left.get(owners[key], 0) + times
        assert all(times == 1 for times in left.values()), left

    # ── helpers ───────────────────────────────────────────────────────────────────────────────────────────

    def follow_payouts(self) -> dict[str, str]:
        """Move the model's money as payouts changed their state; what changed, by payout."""
        changed = {}
        for payout in Payout.objects.select_related("shop"):
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
