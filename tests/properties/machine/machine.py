"""All rules together, and what must hold once the last report and the last answer are in."""

import sys
from datetime import timedelta
from typing import Any

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.models import PlanVersion
from joey.kit import sql
from joey.marketplaces.port import AnyReport
from joey.orders.models import OrderLine
from joey.payouts.holds import QUESTIONS, open_holds
from joey.payouts.models import PayoutAttempt
from tests.proof import prove
from tests.properties.machine.model import too_large
from tests.properties.machine.payout_rules import PayoutRules

ASKED_FOR = timedelta(days=55)  # the bank is asked for returns somewhat longer
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
            if sys.exc_info()[0] is None:  # no step failed
                self.seen["runs"] += 1
                self.all_is_reported()
                self.all_is_answered()
                self.a_prefix_comes_again()
                prove()
                if len(self.delivered) % 3 == 0:  # it takes as long as the run itself
                    self.the_same_in_other_polls()
        finally:
            super().teardown()

    def all_is_reported(self) -> None:
        """P9, the marketplace: after the last report each line is what the marketplace has."""
        self.time_passes(24)
        self.deliver([each for row in self.rows for each in row.reports()])
        self.earn(0)
        self.confirm(0)
        self.seen["lines released"] += sum(line.released > 0 for line in self.books.lines.values())
        self.seen["lines quarantined"] += sum(line.quarantined for line in self.books.lines.values())
        self.seen["penalties"] += sum(line.penalty > 0 for line in self.books.lines.values())
        self.seen["lines held"] += sum(line.is_held for line in self.books.lines.values())
        lines = {line.external_line: line for line in OrderLine.objects.select_related("shop")}
        for row in self.rows:
            report = row.report()
            if report.state == "unknown" or row.says_currency or too_large(report) or row.name not in lines:
                continue
            line = lines[row.name]
            assert (line.state, line.commission_minor) == (row.state, row.commission), row.name
            assert (line.shop.slug if line.shop else "") == self.books.lines[row.name].shop, row.name
        self.money_is_where_the_model_has_it()

    def all_is_answered(self) -> None:
        """P9, the bank: after the last answer each payout is what really became of it, or waits for operators."""
        if self.pause is not None:
            self.operator("resume", 0, "", 0)
        for _ in range(3):
            self.send("", 0)
            self.bank.decide_all("settled")
            self.ask_bank("", 0)
            self.each_payout_left_once_at_most()
        self.money_is_where_the_model_has_it()
        asked = set(open_holds().filter(cause__in=QUESTIONS).values_list("attempt_id", flat=True))
        self.seen["transfers in question"] += len(asked)
        for attempt in PayoutAttempt.objects.select_related("payout", "file").exclude(state="withdrawn"):
            transfer, payout = self.bank.transfers.get(attempt.rail_key), attempt.payout
            if attempt.pk not in asked and str(payout.pk) not in self.decided and transfer is not None:
                answered = attempt.file.answered_at
                late = answered is not None and answered < self.now - ASKED_FOR  # it may have come back since
                assert late or payout.state == END_OF[transfer.state], (payout.state, transfer)

    def a_prefix_comes_again(self) -> None:
        """P2: whatever was delivered once moves nothing when it comes again, as do the jobs."""
        before = self.everything(), sql.tuples(MOVED)
        for reports in self.delivered[: len(self.delivered) // 2 + 1]:
            self.take([each for each in reports if not self.was_seen_once(each)])
            earn_due(now=self.now)
        confirm_due(now=self.now)
        assert (self.everything(), sql.tuples(MOVED)) == before, "P2"

    def was_seen_once(self, report: AnyReport) -> bool:
        """What a row was for less than a second: later its gateway never answers with it."""
        return any(
            each.reported_at == report.reported_at and each != report
            for reports in self.delivered for each in reports if same_thing(each, report)
        )  # fmt: skip

    def the_same_in_other_polls(self) -> None:
        """P3: the same reports one by one, and booked at the end only."""
        if any(line.quarantined for line in self.books.lines.values()):
            return  # what it was before is booked
        right = self.everything()
        self.begin()
        for plan in self.books.plans[1:]:
            PlanVersion.objects.create(**vars(plan))
        for report in [each for reports in self.delivered for each in reports]:
            self.take([report])
        earn_due(now=self.now)
        assert self.everything() == right, "P3"
        self.seen["runs in other polls"] += 1

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        return {name: sql.tuples(query) for name, query in EVERYTHING.items()}


def same_thing(one: AnyReport, other: AnyReport) -> bool:
    """Whether both are about the same line, or the same refund case."""
    return getattr(one, "case_id", one.external_order) == getattr(other, "case_id", other.external_order)
