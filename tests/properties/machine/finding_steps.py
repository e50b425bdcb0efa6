"""Operators find out what became of a transfer, or of a whole file that its bank refused; each finding takes two."""

from joey.kit.refusals import Refusal
from joey.payouts.holds import QUESTIONS, open_holds
from joey.payouts.models import Payout, PayoutAnswer, PayoutAttempt, PayoutDecision
from joey.payouts.resolve import AnotherOperatorNeeded, NothingToResolve, mark_refused, resolve
from joey.payouts.states import IN_TRANSIT
from tests.properties.machine.request_steps import RequestSteps

FINDINGS = ("settled", "rejected", "returned", "overpaid", "overpaid_again", "not_paid")


class FindingSteps(RequestSteps):
    """What they find may be wrong: the books follow them all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.decided: set[str] = set()  # payouts that operators decided
        self.overpaid: dict[str, list[str]] = {}  # by payout: the accounts that bear what was overpaid and is still out

    def find(self, payout: Payout, outcome: str = "", *, borne_by_platform: bool = False) -> None:
        attempt = self.attempt(payout)
        if attempt is not None:
            self.find_as(attempt, outcome or self.truth_about(attempt), borne_by_platform=borne_by_platform)

    def truth_about(self, attempt: PayoutAttempt) -> str:
        """What operators find who know the bank's books."""
        transfer = self.bank.transfers.get(attempt.rail_key)
        came_to = transfer.state if transfer is not None else "rejected"  # it never got there
        if came_to == "accepted":
            self.bank.decide(attempt.rail_key, "settled")
            came_to = "settled"
        if attempt.state in IN_TRANSIT:
            return "rejected" if came_to == "rejected" else "settled"
        if came_to == "settled" and (attempt.state != "settled" or (transfer is not None and transfer.again)):
            return "overpaid"
        return "not_paid" if (attempt.state, came_to) == ("settled", "rejected") else attempt.state

    def find_as(
        self, attempt: PayoutAttempt, outcome: str, *, by_both: bool = True, borne_by_platform: bool = False
    ) -> None:
        borne_by = "platform" if outcome.startswith("overpaid") and borne_by_platform else "shop"
        for by in self.operators[: 1 + by_both]:
            try:
                done = resolve(attempt, outcome=outcome, by=by, reason="The bank says so", now=self.now,
                               borne_by=borne_by)  # fmt: skip
            except Refusal:
                continue
            self.carried_out(done)
        self.follow_payouts()

    def carried_out(self, done: PayoutDecision) -> None:
        """What two operators found is booked: beside the state of the transfer, if it was paid once more than that."""
        if not done.carried_out:
            return
        payout = Payout.objects.select_related("shop").get(pk=done.attempt.payout_id)
        key, where = str(payout.pk), (payout.shop.slug, payout.currency)
        self.decided.add(key)
        self.seen[f"found {done.outcome}"] += 1
        out = self.overpaid.setdefault(key, [])
        if done.outcome == "overpaid_again" or (done.outcome == "overpaid" and not out):
            out.append("shop:available" if done.borne_by == "shop" else "platform:loss")
            self.books.move(where, out[-1], "paid", payout.amount_minor)
        elif done.outcome == "returned" and out:
            self.books.move(where, "paid", out.pop(), payout.amount_minor)

    # ── a file that its bank refused ──────────────────────────────────────────────────────────────────────

    def mark_refused(self, payout: Payout, *, by_both: bool = True) -> None:
        """Operators see that nothing of a file was paid: what is open of it failed once two have said so, also where
        one of them had found something else before, and nothing else moves.
        """
        attempt = self.attempt(payout)
        if attempt is None:
            return
        of_file = PayoutAttempt.objects.filter(file=attempt.file)
        open_ones = {str(each.payout_id): each.rail_key for each in of_file.filter(state="unknown")}
        was_refused = self.is_refused(attempt)
        for by in self.operators[: 1 + by_both]:
            try:
                decisions = mark_refused(attempt.file, by=by, reason="It refused the file", now=self.now)
            except NothingToResolve:
                assert not was_refused or not of_file.filter(state="unknown").exists(), "the bank refused this file"
                continue
            except AnotherOperatorNeeded:
                continue
            assert was_refused, "the bank did not refuse this file"
            assert open_ones, "nothing of this file is open"
            for done in decisions:
                self.carried_out(done)
        failed = self.follow_payouts()
        assert set(failed.items()) <= {(key, "failed") for key in open_ones}
        if was_refused and by_both:
            assert set(failed) == set(open_ones), "two operators saw that nothing of it was paid"
        self.see_refused(open_ones, set(failed), of_file.exclude(state="withdrawn").count())

    def see_refused(self, open_ones: dict[str, str], failed: set[str], in_file: int) -> None:
        self.seen["marked refused"] += len(failed)
        self.seen["marked refused by one"] += bool(open_ones) and not failed
        self.seen["marked refused, of two in a file"] += bool(failed) and in_file > 1
        self.seen["marked refused, though paid"] += sum(self.bank.paid[open_ones[key]] for key in failed)

    def is_refused(self, attempt: PayoutAttempt) -> bool:
        """Whether Joey knows that the bank refused the file, as it did."""
        refused = PayoutAnswer.objects.filter(file=attempt.file, outcome=PayoutAnswer.Outcome.FILE_REFUSED).exists()
        assert not refused or attempt.file.message_id in self.bank.refused, "the bank refused no such file"
        return refused

    # ── helpers ───────────────────────────────────────────────────────────────────────────────────────────

    def attempt(self, payout: Payout) -> PayoutAttempt | None:
        found = PayoutAttempt.objects.filter(payout=payout).exclude(state="withdrawn")
        return found.select_related("file", "payout__shop").first()

    def is_asked(self, attempt: PayoutAttempt) -> bool:
        return open_holds().filter(attempt=attempt, cause__in=QUESTIONS).exists()
