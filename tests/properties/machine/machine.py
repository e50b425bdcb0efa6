"""All rules together, and what must hold once the last report and the last answer are in."""

import sys
from typing import Any

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.models import PlanVersion
from joey.kit import sql
from joey.marketplaces.port import AnyReport
from joey.orders.models import OrderLine
from joey.payouts.holds import QUESTIONS, open_holds
from joey.payouts.models import PayoutAttempt
from joey.payouts.pause import end_pause
from tests.properties.machine.market import MARKETS, step
from tests.properties.machine.model import too_large
from tests.properties.machine.payout_rules import PayoutRules
from tests.properties.machine.payout_steps import FINE
from tests.properties.machine.world import prove_part

END_OF = {"settled": "paid", "rejected": "failed", "returned": "returned"}
EVERYTHING = {
    "lines": "SELECT external_line, shop_id IS NULL, state, held, commission_minor, returned_commission_minor"
    " FROM orders_orderline ORDER BY 1",
    "commissions": "SELECT l.external_line, c.base_minor, c.penalty_minor, c.amount_minor, c.platform_minor,"
    " c.rounding_minor, c.settled FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id"
    " ORDER BY 1",
}
MOVED = (
    "SELECT (SELECT count(*) FROM ledger_journal), (SELECT count(*) FROM commissions_revision),"
    " (SELECT count(*) FROM record_event)"
)


class Machine(PayoutRules):
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
        self.all_is_reported()
        self.all_is_answered()
        self.a_prefix_comes_again()
        prove_part(0, 1)
        if self.seed.random() < 0.2:  # it takes long
            self.the_same_in_other_polls()

    def all_is_reported(self) -> None:
        """P9, the marketplaces: after the last report each line is what its marketplace has. None waits for another."""
        for marketplace in self.seed.sample(list(MARKETS), len(MARKETS)):
            mine = [row for row in self.rows if row.marketplace == marketplace]
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
            assert (line.state, line.commission_minor) == (row.state, row.commission), f"P9: {row.name}"
            assert (line.shop.slug if line.shop else "") == self.books.lines[row.name].shop, f"P9: {row.name}"
        self.money_is_where_the_model_has_it()

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
            end_pause(self.pause, now=self.now, by=self.operators[0])
            self.pause = None
        self.release_holds()
        self.ask_for_all(self.seed.choice(list(self.shops)))
        if self.states:
            self.approve_as_both(self.payout(0))
        for outcomes in (["settled", "settled", "settled", "rejected"], ["returned", "settled"]):
            self.send(FINE)
            if self.states:
                self.withdraw(self.payout(0))
            if self.bank.transfers and self.seed.random() < 0.3:
                self.pay_again(self.payout(0))
            for key in self.bank.transfers:
                self.bank.decide(key, self.seed.choice(outcomes))
            self.ask(FINE)
            self.each_payout_left_once_at_most()
        for marketplace in MARKETS:
            self.deliver(marketplace, [])
        self.earn()  # what came back may be on hold
        self.confirm()
        self.money_is_where_the_model_has_it()
        asked = set(open_holds().filter(cause__in=QUESTIONS).values_list("attempt_id", flat=True))
        self.seen["transfers in question"] += len(asked)
        for attempt in PayoutAttempt.objects.select_related("payout").exclude(state="withdrawn"):
            transfer, payout = self.bank.transfers.get(attempt.rail_key), attempt.payout
            if attempt.pk not in asked and str(payout.pk) not in self.decided and transfer is not None:
                right = END_OF.get(transfer.state, "sent")
                assert self.is_past_asking(attempt) or payout.state == right, f"P9: {payout.state}, {transfer}"

    def a_prefix_comes_again(self) -> None:
        """P2: whatever was delivered once moves nothing when it comes again, as do the jobs."""
        before = self.everything(), sql.tuples(MOVED)
        prefix = self.delivered[: self.seed.randint(1, len(self.delivered))]
        for marketplace in MARKETS:
            again = [
                each for code, reports in prefix if code == marketplace
                for each in reports if not self.was_seen_once(each)
            ]  # fmt: skip
            if again:
                self.take(marketplace, again)
        earn_due(now=self.now)
        confirm_due(now=self.now)
        assert (self.everything(), sql.tuples(MOVED)) == before, "P2"

    def was_seen_once(self, report: AnyReport) -> bool:
        """What a row was for less than a second: later its gateway never answers with it."""
        return any(
            each.reported_at == report.reported_at and each != report
            for _, reports in self.delivered for each in reports if same_thing(each, report)
        )  # fmt: skip

    def the_same_in_other_polls(self) -> None:
        """P3: the same reports in the same order, a few in a poll, and booked at the end only."""
        if any(line.quarantined for line in self.books.lines.values()) or self.attributed:
            return  # what it was before is booked; who an operator named is not reported
        right = self.everything()
        self.begin()
        for plan in self.books.plans[1:]:
            PlanVersion.objects.create(**vars(plan))
        for marketplace in MARKETS:
            heard: list[AnyReport] = []
            for report in [each for code, reports in self.delivered if code == marketplace for each in reports]:
                # what says two things of one second comes in two polls
                if len(heard) == 9 or any(same_thing(each, report) for each in heard):
                    self.take(marketplace, heard)
                    heard = []
                heard.append(report)
            self.take(marketplace, heard)
        earn_due(now=self.now)
        assert self.everything() == right, "P3"
        self.seen["runs in other polls"] += 1

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        return {name: sql.tuples(query) for name, query in EVERYTHING.items()}


def same_thing(one: AnyReport, other: AnyReport) -> bool:
    """Whether both are about the same line, or the same refund case."""
    return getattr(one, "case_id", one.external_order) == getattr(other, "case_id", other.external_order)
