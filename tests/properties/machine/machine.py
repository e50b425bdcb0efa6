"""All rules together, and what must hold once the last report and the last answer are in."""

import sys

from joey.commissions.queries import orders_of
from joey.kit import sql
from joey.money.money import Money
from joey.orders.models import OrderLine
from joey.payouts.holds import QUESTIONS, open_holds
from joey.payouts.models import Payout, PayoutAttempt
from joey.payouts.pause import end_pause
from tests.properties.machine.bank import HOSTS
from tests.properties.machine.market import CASE_STEPS, LESS, MARKETS, NEXT_STEPS, Row, step
from tests.properties.machine.model_line import too_large
from tests.properties.machine.payout_steps import FINE, Chance
from tests.properties.machine.reported_again import ReportedAgain
from tests.properties.machine.world import prove_part

READS_THAT_IT_OWES = (
    "SELECT s.slug FROM record_event e JOIN shops_shop s ON s.id = e.shop_id"
    " WHERE e.kind = 'commission.adjusted' AND e.happened_at = %s AND e.facts ->> 'below_zero_minor' IS NOT NULL"
)
END_OF = {"settled": "paid", "rejected": "failed", "returned": "returned"}


class Machine(ReportedAgain):
    """See the files of the rules."""

    def teardown(self) -> None:
        try:
            if (failure := sys.exc_info()[1]) is not None:
                if isinstance(failure, Exception):  # and not that Hypothesis stops a run
                    self.note_failure()
            elif self.rows:  # not before the first step
                self.the_end()
        except Exception:
            self.note_failure()
            raise
        finally:
            super().teardown()

    def the_end(self) -> None:
        self.seen["runs"] += 1
        if self.seed.random() < 0.6:
            self.all_is_frozen()
        self.one_shop_owes()
        self.currency_changes_at_the_end()
        self.evidence_changes_at_the_end()
        self.position_changes_hands_at_the_end()
        self.all_is_reported()
        self.all_is_answered()
        self.a_prefix_comes_again()
        prove_part(0, 1)
        self.the_same_in_other_polls()
        if self.seed.random() < 0.5:
            self.the_same_without_the_other()

    def all_is_frozen(self) -> None:
        """P7: a marketplace freezes everything at once, and thaws it: each shop is held with its own money."""
        for shop in self.shops:
            self.sells(shop, "CNY", 1_250_000)
        self.wait_for_money()
        mine = [row for row in self.rows if row.marketplace == "taobao"]
        for what in ("freeze", "thaw"):
            for row in mine:
                step(row, what, 0, self.now)
            self.deliver("taobao", [row.report() for row in mine])
            self.earn()
            self.money_is_where_the_model_has_it()
            self.a_second_passes()
        self.seen["all of a marketplace frozen"] += 1

    def one_shop_owes(self) -> None:
        """P7: something comes back of both shops' lines, and only a shop that has less reads that it owes it."""
        self.sells(self.seed.choice(list(self.shops)), "CNY", 12_500)
        for shop in self.shops:
            self.sells(shop, "JPY", 1_250_000)
        self.wait_for_money()
        for rows, what, amount in ((self.rows[2:3], "back elsewhere", 10**9), (self.rows[:2], "back", 12_345)):
            self.a_second_passes()
            for row in rows:
                step(row, what, amount, self.now)
            self.deliver("taobao", [each for row in rows for each in row.reports()])
            self.earn()
        readers = {slug for (slug,) in sql.tuples(READS_THAT_IT_OWES, [self.now])}
        assert all(self.available(slug, "JPY") < 0 for slug in readers), f"P7: {readers} read that they owe"
        self.seen["owes, beside one that does not"] += 0 < len(readers) < len(self.shops)

    def currency_changes_at_the_end(self) -> None:
        """A line is refunded in another currency, in which the order itself is reported for a time."""
        self.sells(self.seed.choice(list(self.shops)), "CNY", 1_250_000)
        row = self.rows[0]
        more = self.seed.choices(("currency", "own currency", "back elsewhere", "other back"), k=3)
        steps = self.seed.sample(("currency", "back elsewhere", *more), 5)
        self.deliver("taobao", row.reports())
        for what in steps:
            self.a_second_passes()
            step(row, what, self.seed.randint(1, 10**6), self.now)
            if self.seed.random() < 0.7:
                self.deliver("taobao", row.reports())
                self.earn()
        self.deliver("taobao", row.reports())
        self.earn()
        self.money_is_where_the_model_has_it()
        line = self.books.lines[row.name]
        self.seen["refunds of what is not booked"] += any(
            case.is_since(line.report) and line.is_of_what_is_not_booked(case) for case in line.cases.values()
        )

    def evidence_changes_at_the_end(self) -> None:
        """A line names something else each second, and what it named earlier may become visible later."""
        row = self.row("taobao", MARKETS["taobao"].positions[0], "CNY", 12_500)
        for what in ("evidence", "settle", "evidence", "evidence", "evidence"):
            self.a_second_passes()
            step(row, what, self.seed.randint(1, 999), self.now)
        reports = [*row.past, row.report()]
        for report in self.seed.sample(reports, len(reports)):
            self.deliver("taobao", [report])
        self.earn()
        line = self.books.lines[row.name]
        self.seen["disputed lines of a shop"] += bool(line.shop and line.last_names.shops - {line.shop})
        self.seen["disputed lines of none"] += not line.shop and len(line.last_names.shops) > 1

    def position_changes_hands_at_the_end(self) -> None:
        if self.seed.random() < 0.5:
            shop = self.seed.choice(list(self.shops))
            self.change_hands(shop, both=True, rests=True, then=True, amount=12_500)

    def all_is_reported(self) -> None:
        """P9, the marketplaces: after the last report each line is what its marketplace has. None waits for another."""
        for marketplace in self.seed.sample(list(MARKETS), len(MARKETS)):
            mine = [row for row in self.rows if row.marketplace == marketplace]
            self.rows_change(marketplace, mine)
            step(mine[0], "settle", 0, self.now)
            self.time_passes(24 * self.seed.choice([1, 40, 40]))
            self.deliver(marketplace, [each for row in mine for each in row.reports()])
            self.earn()
            self.confirm()
            self.money_is_where_the_model_has_it()
        self.see_lines()
        lines = {line.external_line: line for line in OrderLine.objects.select_related("shop")}
        for row in self.rows:
            report = row.report()
            if report.state == "unknown" or row.says_currency or too_large(report) or row.name not in lines:
                continue
            line = lines[row.name]
            if line.currency != row.currency:
                continue  # it keeps the one in which it was reported first, and is held since
            assert (line.state, line.commission_minor) == (row.state, row.commission), f"P9: {row.name}"
            assert (line.shop.slug if line.shop else "") == self.books.lines[row.name].shop, f"P9: {row.name}"
        self.money_is_where_the_model_has_it()
        self.shopkeepers_read_it()

    def shopkeepers_read_it(self) -> None:
        """What a shop's page says of each order: how much of it came back, and where its money is."""
        for shop in self.shops.values():
            for row in orders_of(shop.pk, limit=1000):
                line = self.books.lines[row.external_line]
                if line.quarantined or line.plan is None:
                    continue
                shown = (row.quantity, row.bought, row.bought_for, row.refunded, row.protected, row.commission,
                         row.pending, row.on_hold, row.released, row.taken_back, row.penalty)  # fmt: skip
                refunded, protected = line.buyer_has_back()
                right = (line.bought[1], refunded, protected, line.shops_part, line.pending,
                         line.held + line.blocked, line.released, line.back, line.penalty)  # fmt: skip
                money = tuple(Money(minor, line.currency) for minor in right)
                as_it_is = (line.report.quantity, line.bought[0], *money)
                assert shown == as_it_is, f"{row.external_line} is shown as {shown}, and is {as_it_is}"
                self.seen["pieces that came back"] += line.bought[0] - line.report.quantity
                self.seen["lines with price protection"] += protected > 0

    def rows_change(self, marketplace: str, mine: list[Row]) -> None:
        """A piece of some rows comes back, or their price falls; then they are other ones; at last something changes in
        their refund cases.
        """
        rows = self.seed.sample(mine, min(5, len(mine)))
        for amount, what in ((0, "less"), (12_500, "next"), (1_234, "case")):
            for row in rows:
                steps = (
                    LESS if what == "less" else CASE_STEPS if row.cases and what == "case" else NEXT_STEPS[row.state]
                )
                step(row, self.seed.choice(steps), amount, self.now)
            self.deliver(marketplace, [each for row in mine for each in row.reports()])
            self.a_second_passes()

    def see_lines(self) -> None:
        lines = self.books.lines.values()
        self.seen["lines released"] += sum(line.released > 0 for line in lines)
        self.seen["lines quarantined"] += sum(line.quarantined for line in lines)
        self.seen["penalties"] += sum(line.penalty > 0 for line in lines)
        self.seen["lines held"] += sum(line.is_held for line in lines)
        self.seen["lines held in part"] += sum(0 < line.hold_minor < line.shops_part for line in lines)
        self.seen["lines in suspense"] += sum(not line.shop for line in lines)

    def all_is_answered(self) -> None:
        """P9, the bank: after the last answer each payout is what really became of it, or waits for operators."""
        if self.pause is not None:
            end_pause(self.pause, now=self.now, by=self.operators[0], reason="The statement agrees")
            self.pause = None
        self.open_all()
        self.release_holds()
        self.other_bank(FINE)
        first, second = self.seed.sample(list(self.shops), 2)
        self.ask_at_once(first, equal=self.seed.random() < 0.5)
        self.ask_for_all(second)
        self.approve_all()
        self.operator_leaves(FINE)
        for outcomes in (["settled", "settled", "settled", "rejected"], ["returned", "settled"]):
            self.send(Chance(put=self.seed.choice(["", "", "refuse", "silent", "silent"])))
            if self.states:
                self.withdraw(self.payout(0))
                self.file_is_refused(self.payout(0))
                self.name_others(self.payout(0), Chance(crash=self.seed.choice([0, 50])))
            if self.bank.transfers and self.seed.random() < 0.3:
                self.pay_again(self.payout(0))
            for key in self.bank.transfers:
                self.bank.decide(key, self.seed.choice(outcomes))
            for _ in HOSTS:
                self.ask(FINE)
                self.change_bank()
            self.each_payout_left_once_at_most()
        for attempt in PayoutAttempt.objects.filter(file__message_id__in=self.bank.files).select_related("file"):
            self.dismiss_others(attempt)
        for payout in Payout.objects.select_related("shop").order_by("-requested_at", "id")[:4]:
            self.ask_as_before(payout, as_other_shop=self.seed.random() < 0.2)
        for marketplace in MARKETS:
            self.deliver(marketplace, [])
        for _ in range(2):  # what came back may be on hold, and so may what is confirmed then
            self.earn()
            self.confirm()
        self.earn()
        self.money_is_where_the_model_has_it()
        asked = set(open_holds().filter(cause__in=QUESTIONS).values_list("attempt_id", flat=True))
        self.seen["files at the bank"] += len(self.bank.files)
        self.seen["two banks"] += len(set().union(*self.bank.came_to.values())) > 1
        self.seen["transfers in question"] += len(asked)
        for attempt in PayoutAttempt.objects.select_related("payout").exclude(state="withdrawn"):
            transfer, payout = self.bank.transfers.get(attempt.rail_key), attempt.payout
            if attempt.pk not in asked and str(payout.pk) not in self.decided and transfer is not None:
                right = END_OF.get(transfer.state, "sent")
                assert self.is_past_asking(attempt) or payout.state == right, f"P9: {payout.state}, {transfer}"

    def file_is_refused(self, payout: Payout) -> None:
        """A file of which the bank has not said that it has it may be refused when it comes again."""
        attempt = self.attempt(payout)
        if attempt is not None and attempt.state == "submitted":
            self.refuse_repeat()
        if self.where(payout) == "file refused":
            for by_both in self.seed.choice([(False,), (False, True), (True,)]):
                self.mark_refused(payout, by_both=by_both)
