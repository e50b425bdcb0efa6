"""What shopkeepers, operators and bank do about payouts, each with what must be true after it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from joey.kit.refusals import Refusal
from joey.money.money import Money
from joey.payouts.approve_small import approve_small
from joey.payouts.decide import approve, refuse
from joey.payouts.holds import QUESTIONS, open_holds, place_hold, release_hold
from joey.payouts.models import Payout, PayoutAttempt, PayoutDecision, PayoutFile, PayoutPause, PayoutSubmission
from joey.payouts.prepare_files import prepare_files
from joey.payouts.rails.bank.manifest import MANIFEST
from joey.payouts.request_payout import request_payout
from joey.payouts.resolve import mark_refused, resolve
from joey.payouts.send_due import send_due
from joey.payouts.states import IN_PROGRESS, IN_TRANSIT
from joey.payouts.take_answers import ASK_AGAIN_AFTER, take_answers
from joey.payouts.withdraw import FileHasLeft, withdraw_file
from joey.people.models import Person
from tests.properties.machine.crash import dies, run_with_crash
from tests.properties.machine.line_operator_rules import LineOperatorRules
from tests.properties.machine.market import CURRENCIES, ELSEWHERE, step

FINDINGS = ("settled", "rejected", "returned", "overpaid", "overpaid_again", "not_paid")
LARGEST = 4_900_000  # an operator may approve no more on a day
ASKED_FOR = timedelta(days=55)  # the bank is asked for returns somewhat longer
WORD = {"paid": "settled", "failed": "rejected", "returned": "returned"}  # the answer that ends a payout like this


@dataclass(frozen=True)
class Chance:
    """What the bank does to the next file or question, when the process dies, and which of two things happens."""

    put: str = ""
    get: str = ""
    crash: int = 0
    second: bool = False


FINE = Chance()


class PayoutSteps(LineOperatorRules):
    """Each step leaves the model with what it did."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[tuple[str, str], tuple[Money, object]] = {}
        self.usable_from = dict.fromkeys(self.shops, self.now)
        self.pause: PayoutPause | None = None
        self.decided: set[str] = set()  # payouts that operators decided
        self.overpaid: dict[str, list[str]] = {}  # by payout: the accounts that bear what was overpaid and is still out

    def take_step(self, name: str, payout: Payout, chance: Chance) -> None:
        shop = payout.shop.slug
        steps: dict[str, Callable[[], object]] = {
            "request": lambda: self.ask_for_all(shop),
            "approve": lambda: self.approve_as_both(payout),
            "approve_by_rule": lambda: self.approve_by_rule(chance),
            "refuse": lambda: self.refuse(payout),
            "takes_back": lambda: self.takes_back(payout),
            "send": lambda: self.send(chance),
            "send_and_die": lambda: self.send(chance, again=False),
            "prepare": self.prepare,
            "withdraw": lambda: self.withdraw(payout),
            "block": lambda: self.block(shop, chance),
            "ask": lambda: self.ask(chance),
            "wait": lambda: self.time_passes(24 * (31 if chance.second else 15)),
            "decide": lambda: self.decide(payout, "rejected" if chance.second else "settled"),
            "come_back": lambda: self.decide(payout, "returned", then_ask=True),
            "pay_again": lambda: self.pay_again(payout),
            "find": lambda: self.find(payout, chance),
            "find_anything": lambda: self.find(payout, chance, FINDINGS[chance.crash % len(FINDINGS)]),
            "mark_refused": lambda: self.mark_refused(payout),
            "release": self.release_holds,
        }
        steps[name]()

    # ── shopkeepers ───────────────────────────────────────────────────────────────────────────────────────

    def ask_for_all(self, shop: str) -> None:
        available = self.books.ledger[shop, "CNY", "shop:available"]
        if available < 1_000:
            self.earns_in_full(shop, "CNY", 1_250_000)
            available = self.books.ledger[shop, "CNY", "shop:available"]
        self.ask_for(shop, Money(min(available, LARGEST), "CNY"), f"straight {len(self.keys)}")

    def ask_for(self, shop: str, amount: Money, key: str) -> None:
        known = self.keys.get((shop, key))
        try:
            payout = run_with_crash(lambda: request_payout(
                self.shops[shop], amount=amount, idempotency_key=key, now=self.now), "request",
                self.seed.choice([0, 0, 50]))  # fmt: skip
        except Refusal as refusal:
            self.refused_rightly(refusal.code, shop, amount, known is not None and known[0] != amount)
            return
        if known is not None:
            assert known == (amount, payout.pk), "P5: the same key with another body"
            assert not self.follow_payouts()
            return
        assert 0 < amount.minor <= self.books.ledger[shop, amount.currency, "shop:available"], "P6"
        assert self.now >= self.usable_from[shop]
        self.keys[shop, key] = (amount, payout.pk)
        assert set(self.follow_payouts().values()) == {"requested"}
        others = [Money(amount.minor + 1, amount.currency), Money(amount.minor, ELSEWHERE[amount.currency]), amount]
        self.ask_for(shop, self.seed.choice(others), key)

    def refused_rightly(self, code: str, shop: str, amount: Money, key_is_used: bool) -> None:
        available = self.books.ledger[shop, amount.currency, "shop:available"]
        right = {
            "invalid": amount.minor <= 0,
            "below_floor": amount.minor < 10 ** CURRENCIES[amount.currency],
            "key_used_for_another_payout": key_is_used,
            "insufficient_balance": amount.minor > available,
            "payee_paused": self.now < self.usable_from[shop],
            "payout_in_progress": Payout.objects.filter(
                shop__slug=shop, currency=amount.currency, state__in=IN_PROGRESS
            ).exists(),
            "payouts_held": open_holds().filter(shop__slug=shop, payout=None).exists(),
        }
        assert right.get(code), f"{code}: {amount} of {available}"

    # ── operators ─────────────────────────────────────────────────────────────────────────────────────────

    def approve_as(self, operator: Person, payout: Payout) -> None:
        approve(payout, by=operator, now=self.now)

    def approve_as_both(self, payout: Payout) -> None:
        for operator in self.operators:
            self.by_operator(partial(self.approve_as, operator, payout))

    def approve_by_rule(self, chance: Chance) -> None:
        run_with_crash(lambda: approve_small(now=self.now), "approve", chance.crash)
        assert set(self.follow_payouts().values()) <= {"approved"}

    def refuse(self, payout: Payout) -> None:
        self.by_operator(lambda: refuse(payout, by=self.operators[0], reason="No", now=self.now))

    def by_operator(self, verb: Callable[[], object]) -> None:
        try:
            verb()
        except Refusal:
            assert not self.follow_payouts(), "a refusal moves nothing"
        else:
            assert set(self.follow_payouts().values()) <= {"approved", "refused"}

    def hold_shop(self, shop: str) -> None:
        place_hold(self.shops[shop], reason="Wait", now=self.now)

    def release_holds(self) -> None:
        """Every hold that an operator may release, also those of money that came back."""
        for hold in open_holds().exclude(cause__in=QUESTIONS):
            release_hold(hold, now=self.now)

    def block(self, shop: str, chance: Chance) -> None:
        self.hold_shop(shop)
        self.send(chance)
        self.release_holds()

    def withdraw(self, payout: Payout) -> None:
        """A file that has not left; what was in it is prepared again."""
        attempt = self.attempt(payout)
        if attempt is None:
            return
        has_left = PayoutSubmission.objects.filter(file=attempt.file).exists()
        try:
            withdraw_file(attempt.file, by=self.operators[0], reason="Another bank", now=self.now)
        except FileHasLeft:
            assert has_left
        else:
            assert not has_left, "P8: a file that has left was withdrawn"
            self.seen["files withdrawn"] += 1
        assert not self.follow_payouts()

    def find(self, payout: Payout, chance: Chance, outcome: str = "") -> None:
        attempt = self.attempt(payout)
        if attempt is not None:
            self.find_as(attempt, outcome or self.truth_about(attempt), True, chance)

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

    def find_as(self, attempt: PayoutAttempt, outcome: str, both: bool, chance: Chance) -> None:
        borne_by = "platform" if outcome.startswith("overpaid") and chance.second else "shop"
        for by in self.operators[: 1 + both]:
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

    def mark_refused(self, payout: Payout) -> None:
        """Nothing of a file was paid, as two operators see."""
        attempt = self.attempt(payout)
        for by in self.operators if attempt is not None else ():
            assert attempt is not None
            try:
                decisions = mark_refused(attempt.file, by=by, reason="It refused the file", now=self.now)
            except Refusal:
                continue
            for done in decisions:
                self.carried_out(done)
                self.seen["marked refused"] += done.carried_out
        assert set(self.follow_payouts().values()) <= {"failed"}

    # ── the bank and the marketplace ──────────────────────────────────────────────────────────────────────

    def prepare(self) -> None:
        """A process that dies once its files are written: they wait to be submitted."""
        prepare_files(MANIFEST, now=self.now)
        assert set(self.follow_payouts().values()) <= {"refused"}

    def send(self, chance: Chance, *, again: bool = True) -> None:
        """Everything that is due leaves; without `again` a process that dies is not followed by another."""
        self.bank.fault = chance.put
        before = dict(self.states)
        held = set(open_holds().filter(payout=None).values_list("shop_id", flat=True))
        if again:
            run_with_crash(lambda: send_due(now=self.now), "send", chance.crash)
        else:
            dies(lambda: send_due(now=self.now), "send", chance.crash or 50)
        self.bank.fault = ""
        for key, state in self.follow_payouts().items():
            payout = Payout.objects.get(pk=key)
            assert (before[key], state) in {("approved", "sent"), ("approved", "refused")}
            assert state != "sent" or (self.pause is None and payout.shop_id not in held), "left in spite of a block"

    def ask(self, chance: Chance) -> None:
        """Whatever it answers, a payout ends only as the bank has said with the right amount."""
        self.now += 2 * ASK_AGAIN_AFTER
        self.bank.now, self.bank.fault = self.now, chance.get
        run_with_crash(lambda: take_answers(now=self.now), "ask", chance.crash)
        self.bank.fault = ""
        for key, state in self.follow_payouts().items():
            answered = [said for each in PayoutAttempt.objects.filter(payout__id=key)
                    if (transfer := self.bank.transfers.get(each.rail_key)) for said in transfer.answered]  # fmt: skip
            assert WORD.get(state) in answered, f"a payout is {state}, the bank said {answered}"

    def decide(self, payout: Payout, outcome: str, *, then_ask: bool = False) -> None:
        attempt = self.attempt(payout)
        if attempt is not None and attempt.rail_key in self.bank.transfers:
            self.bank.decide(attempt.rail_key, outcome)
        if then_ask:
            self.ask(FINE)

    def pay_again(self, payout: Payout) -> None:
        """The bank pays it twice and says so: it is a question, and books nothing by itself."""
        attempt = self.attempt(payout)
        if attempt is not None and attempt.rail_key in self.bank.transfers:
            self.bank.pay_again(attempt.rail_key)
            self.ask(FINE)
            again = self.bank.transfers[attempt.rail_key].again
            if again and str(payout.pk) not in self.decided and not self.is_past_asking(attempt):
                self.seen["paid twice by the bank"] += 1
                assert self.is_asked(attempt), "paid twice, and it is not asked"

    def takes_back(self, payout: Payout) -> None:
        """The marketplace takes back what the shop has asked for: available may fall below zero."""
        mine = [row for row in self.rows
                if (line := self.books.lines.get(row.name)) and line.shop == payout.shop.slug and line.released
                and line.currency == payout.currency]  # fmt: skip
        if mine:
            step(mine[0], "back more", 0, self.now)
            self.deliver(mine[0].marketplace, mine[0].reports())
            self.earn()

    # ── helpers ───────────────────────────────────────────────────────────────────────────────────────────

    def payout(self, which: int) -> Payout:
        """A payout, 0 for the last."""
        keys = list(self.states)
        return Payout.objects.select_related("shop").get(pk=keys[-1 - which % len(keys)])

    def attempt(self, payout: Payout) -> PayoutAttempt | None:
        found = PayoutAttempt.objects.filter(payout=payout).exclude(state="withdrawn")
        return found.select_related("file", "payout__shop").first()

    def is_past_asking(self, attempt: PayoutAttempt) -> bool:
        """Whether its file was answered so long ago that Joey may have stopped asking the bank about it."""
        answered = PayoutFile.objects.get(pk=attempt.file_id).answered_at
        return answered is not None and answered < self.now - ASKED_FOR

    def is_asked(self, attempt: PayoutAttempt) -> bool:
        return open_holds().filter(attempt=attempt, cause__in=QUESTIONS).exists()
