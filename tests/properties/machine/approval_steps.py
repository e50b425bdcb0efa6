"""Operators approve payouts and refuse them, or the rule approves small ones."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from joey.kit.refusals import Refusal
from joey.payouts.approve_small import approve_small
from joey.payouts.decide import approve, refuse
from joey.payouts.models import Payout
from joey.people.models import Person
from tests.properties.machine.crash import run_with_crash
from tests.properties.machine.finding_steps import FindingSteps

TWO_FROM = {"CNY": 1_000_000, "JPY": 200_000, "KWD": 10_000_000}  # what two operators have to approve
BY_RULE = "rule"


class ApprovalSteps(FindingSteps):
    """Who approved what is remembered: it counts while they may sign in."""

    def __init__(self) -> None:
        super().__init__()
        self.approvals: dict[str, set[str]] = {}  # by payout: the contacts of who approved it
        self.needed: dict[str, int] = {}  # how many it needed when they did

    def approve_as(self, operator: Person, payout: Payout) -> None:
        needed = 2 if self.requested_with(payout) >= TWO_FROM[payout.currency] else 1
        approve(payout, by=operator, now=self.now)
        if payout.state == "requested":
            self.needed[str(payout.pk)] = needed
        self.approvals.setdefault(str(payout.pk), set()).add(operator.contact)

    def requested_with(self, payout: Payout) -> int:
        """What its shop requested within 24 hours, but for what came back before it was paid."""
        own = Payout.objects.filter(shop=payout.shop_id, currency=payout.currency)
        counted = own.exclude(state__in=("failed", "refused"))
        since = payout.requested_at - timedelta(hours=24)
        return sum(each.amount_minor for each in counted if each.requested_at > since)

    def lacks_approval(self, payout: Payout) -> bool:
        """By operators who are here now; the rule needs none."""
        here = {operator.contact for operator in self.operators if operator.is_active}
        needed = self.needed.get(str(payout.pk), 1)
        approved = self.approvals.get(str(payout.pk), set())
        return BY_RULE not in approved and len(approved & here) < needed

    def approve_all(self) -> None:
        for payout in Payout.objects.filter(state__in=("requested", "approved")).order_by("requested_at", "id"):
            self.approve_as_both(payout)

    def approve_as_both(self, payout: Payout) -> None:
        for operator in self.operators:
            self.by_operator(partial(self.approve_as, operator, payout))

    def approve_by_rule(self, crash: int) -> None:
        run_with_crash(lambda: approve_small(now=self.now), "approve", crash)
        approved = self.follow_payouts()
        assert set(approved.values()) <= {"approved"}
        self.approvals |= {key: {BY_RULE} for key in approved}

    def refuse(self, payout: Payout) -> None:
        self.by_operator(lambda: refuse(payout, by=self.operators[0], reason="No", now=self.now))

    def by_operator(self, verb: Callable[[], object]) -> None:
        try:
            verb()
        except Refusal:
            assert not self.follow_payouts(), "a refusal moves nothing"
        else:
            assert set(self.follow_payouts().values()) <= {"approved", "refused"}
