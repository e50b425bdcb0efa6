"""Rules of shopkeepers who want their money, operators who decide, and a bank that says what it likes."""

from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from joey.kit.refusals import Refusal
from joey.money.money import Money
from joey.payouts.approve_small import approve_small
from joey.payouts.decide import approve, refuse
from joey.payouts.holds import place_hold, release_hold
from joey.payouts.models import Payout, PayoutAttempt, PayoutHold, PayoutPause
from joey.payouts.pause import end_pause, pause_payouts
from joey.payouts.payee import set_payee
from joey.payouts.request_payout import request_payout
from joey.payouts.resolve import resolve
from joey.payouts.send_due import send_due
from joey.payouts.states import IN_PROGRESS
from joey.payouts.take_answers import ASK_AGAIN_AFTER, take_answers
from tests.payouts.stage import ACCOUNT
from tests.properties.machine.bank import GET_FAULTS, PUT_FAULTS
from tests.properties.machine.crash import run_with_crash
from tests.properties.machine.market import CURRENCIES
from tests.properties.machine.market_rules import CRASH, WHICH, MarketRules

SHOPS = st.sampled_from(["mei", "lulu"])
CURRENCY = st.sampled_from(list(CURRENCIES))
OFTEN_FINE = st.one_of(st.just(""), st.just(""), st.sampled_from(PUT_FAULTS))
MAYBE_FINE = st.one_of(st.just(""), st.just(""), st.sampled_from(GET_FAULTS))
DECIDED = st.sampled_from(["settled", "settled", "rejected", "returned"])
ACCOUNTS = [ACCOUNT, "6222020200112243452", "6222020200112243460"]
OPERATORS_DO = ("approve", "approve as second", "approve by rule", "refuse", "hold", "release", "release", "pause",
                "resume", "resume")  # fmt: skip
FINDINGS = st.sampled_from(["settled", "rejected", "returned", "overpaid", "overpaid_again", "not_paid"])


class PayoutRules(MarketRules):
    """Money moves as payouts change state (World.follow_payouts), and states change as bank or operators said."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[tuple[str, str], tuple[Money, object]] = {}
        self.usable_from = dict.fromkeys(self.shops, self.now)
        self.holds: list[PayoutHold] = []
        self.pause: PayoutPause | None = None
        self.decided: set[str] = set()  # payouts that operators decided

    # ── shopkeepers ───────────────────────────────────────────────────────────────────────────────────────

    @rule(shop=SHOPS, currency=CURRENCY, part=st.sampled_from([1, 2, 3, 0, -1]), key=st.sampled_from("abcdef"))
    def request(self, shop: str, currency: str, part: int, key: str) -> None:
        """All that is available, or a part of it; 0 asks for one unit more than there is, -1 for the least unit."""
        available = self.books.ledger[shop, currency, "shop:available"]
        minor = available // part if part > 0 else available + 1 if part == 0 else 1
        self.ask_for(shop, Money(minor, currency), key)

    def ask_for(self, shop: str, amount: Money, key: str) -> None:
        known = self.keys.get((shop, key))
        try:
            payout = run_with_crash(lambda: request_payout(
                self.shops[shop], amount=amount, idempotency_key=key, now=self.now))  # fmt: skip
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
        self.ask_for(shop, amount, key)
        self.ask_for(shop, Money(amount.minor + 1, amount.currency), key)

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
            "payouts_held": True,  # automatic holds: whether they are right is for prove
        }
        assert right.get(code), f"{code}: {amount} of {available}"

    @rule(shop=SHOPS, account=st.sampled_from(ACCOUNTS))
    def other_payee(self, shop: str, account: str) -> None:
        payee = set_payee(self.shops[shop], holder_name="李小美", account_number=account,
                          bank_code="102100099996", now=self.now)  # fmt: skip
        self.usable_from[shop] = payee.usable_from

    # ── operators ─────────────────────────────────────────────────────────────────────────────────────────

    @rule(what=st.sampled_from(OPERATORS_DO), which=WHICH, shop=SHOPS, crash=CRASH)
    def operator(self, what: str, which: int, shop: str, crash: int) -> None:
        if what in ("approve", "approve as second", "refuse") and self.states:
            by = self.operators[what == "approve as second"]
            if what == "refuse":
                self.by_operator(lambda: refuse(self.payout(which), by=by, reason="No", now=self.now))
            else:
                self.by_operator(lambda: approve(self.payout(which), by=by, now=self.now))
        elif what == "approve by rule":
            run_with_crash(lambda: approve_small(now=self.now), crash)
            assert set(self.follow_payouts().values()) <= {"approved"}
        elif what == "hold":
            self.holds.append(place_hold(self.shops[shop], reason="Wait", now=self.now))
        elif what == "release" and self.holds:
            release_hold(self.holds.pop(), now=self.now)
        elif what == "pause" and self.pause is None:
            self.pause = pause_payouts(reason="Wait", now=self.now)
        elif what == "resume" and self.pause is not None:
            end_pause(self.pause, now=self.now, by=self.operators[0])
            self.pause = None

    @precondition(lambda self: self.bank.transfers)
    @rule(which=WHICH, outcome=FINDINGS, both=st.booleans())
    def resolve(self, which: int, outcome: str, both: bool) -> None:
        """Operators write down what became of a transfer, which may be wrong: books follow them, and prove holds."""
        key = self.transfer(which)
        for by in self.operators[: 1 + both]:
            attempt = PayoutAttempt.objects.select_related("payout__shop").exclude(state="withdrawn").get(rail_key=key)
            try:
                done = resolve(attempt, outcome=outcome, by=by, reason="The bank says so", now=self.now)
            except Refusal:
                continue
            if done.carried_out:
                payout = attempt.payout
                self.decided.add(str(payout.pk))
                if done.overpayment is not None:
                    way = ("shop:available", "paid")
                    self.books.move((payout.shop.slug, payout.currency), *(way[::-1] if outcome == "returned" else way),
                                    payout.amount_minor)  # fmt: skip
        self.follow_payouts()

    def by_operator(self, verb: Callable[[], object]) -> None:
        try:
            verb()
        except Refusal:
            assert not self.follow_payouts(), "a refusal moves nothing"
        else:
            assert set(self.follow_payouts().values()) <= {"approved", "refused"}

    # ── the bank ──────────────────────────────────────────────────────────────────────────────────────────

    @rule(fault=OFTEN_FINE, crash=CRASH)
    def send(self, fault: str, crash: int) -> None:
        self.bank.fault = fault
        before = dict(self.states)
        run_with_crash(lambda: send_due(now=self.now), crash)
        self.bank.fault = ""
        for key, state in self.follow_payouts().items():
            payout = Payout.objects.select_related("shop").get(pk=key)
            assert (before[key], state) in {("approved", "sent"), ("approved", "refused")} or state == "failed"
            held = {hold.shop_id for hold in self.holds}
            assert state != "sent" or (self.pause is None and payout.shop_id not in held), "left in spite of a block"

    @precondition(lambda self: self.bank.transfers)
    @rule(which=WHICH, state=DECIDED)
    def bank_decides(self, which: int, state: str) -> None:
        self.bank.decide(self.transfer(which), state)

    @rule(fault=MAYBE_FINE, crash=CRASH)
    def ask_bank(self, fault: str, crash: int) -> None:
        """Whatever it answers, a payout ends only as the bank has said with the right amount."""
        self.now += 2 * ASK_AGAIN_AFTER
        self.bank.now, self.bank.fault = self.now, fault
        run_with_crash(lambda: take_answers(now=self.now), crash)
        self.bank.fault = ""
        word = {"paid": "settled", "failed": "rejected", "returned": "returned"}
        for key, state in self.follow_payouts().items():
            answered = [said for each in PayoutAttempt.objects.filter(payout__id=key)
                    if (transfer := self.bank.transfers.get(each.rail_key)) for said in transfer.answered]  # fmt: skip
            assert word.get(state) in answered, f"a payout is {state}, the bank said {answered}"

    @rule(shop=SHOPS, currency=CURRENCY, amount=st.sampled_from([12_500, 1_250_000, 10**8]), steps=st.integers(2, 6),
          fault=OFTEN_FINE, outcome=DECIDED)  # fmt: skip
    def straight_on(self, shop: str, currency: str, amount: int, steps: int, fault: str, outcome: str) -> None:
        """Random steps rarely get far: earn, ask for everything, and take the first steps that pay it."""
        if self.books.ledger[shop, currency, "shop:available"] < amount // 2:
            self.earns_in_full(shop, currency, amount)
        available = self.books.ledger[shop, currency, "shop:available"]
        self.ask_for(shop, Money(min(available, 4_900_000), currency), f"straight {len(self.keys)}")
        payout = Payout.objects.filter(shop__slug=shop, currency=currency, state="requested").first()
        if payout is None:
            return
        following: list[Callable[[], object]] = [
            lambda: self.approve_as_both(payout),
            lambda: self.send(fault, 0),
            lambda: self.ask_bank("", 0),
            lambda: self.bank.decide_all(outcome),
            lambda: self.ask_bank("", 0),
        ]
        for step in following[: steps - 1]:
            step()

    # ── helpers ───────────────────────────────────────────────────────────────────────────────────────────

    def approve_as_both(self, payout: Payout) -> None:
        for operator in self.operators:
            self.by_operator(partial(approve, payout, by=operator, now=self.now))

    def payout(self, which: int) -> Payout:
        return Payout.objects.get(pk=list(self.states)[which % len(self.states)])

    def transfer(self, which: int) -> str:
        return list(self.bank.transfers)[which % len(self.bank.transfers)]
