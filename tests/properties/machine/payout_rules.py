"""Rules of shopkeepers who want their money, operators who decide, and a bank that says what it likes.

What each step does is in payout_steps.py; here is when.
"""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from joey.money.money import Money
from joey.payouts.models import Payout, PayoutAttempt
from joey.payouts.pause import end_pause, pause_payouts
from joey.payouts.payee import set_payee
from tests.payouts.stage import ACCOUNT
from tests.properties.machine.bank import GET_FAULTS, PUT_FAULTS
from tests.properties.machine.finding_steps import FINDINGS
from tests.properties.machine.market_rules import CRASH, WHICH
from tests.properties.machine.payout_steps import Chance, PayoutSteps
from tests.properties.machine.position_rules import SHOPS

CURRENCY = st.sampled_from(["CNY", "CNY", "JPY", "KWD"])
PUT = st.one_of(st.just(""), st.sampled_from(PUT_FAULTS))
GET = st.one_of(st.just(""), st.sampled_from(GET_FAULTS))
CHANCES = st.builds(Chance, put=PUT, get=GET, crash=CRASH, second=st.booleans())
DECIDED = st.sampled_from(["settled", "settled", "rejected", "returned"])
ACCOUNTS = [ACCOUNT, "6222020200112243452", "6222020200112243460"]

# What keeps a file from leaving, for a moment or for good.
STOPS = ("refuse", "block", "close", "other_bank", "operator_leaves", "takes_back")
# What comes next for a payout, by where it is. The same faults and deaths that are rare at random meet here the verbs
# that have to live with them.
WALK = {
    "requested": (*["approve"] * 6, "approve_by_rule", "refuse", "takes_back"),
    "approved": (*["send"] * 6, "send_and_die", "prepare", "prepare", *STOPS),
    "prepared": (*["send"] * 3, "send_and_die", "withdraw", "close", *STOPS),
    "submitted": (*["ask", "send"] * 3, "refuse_repeat", "wait", "decide", "withdraw", "name_others", *STOPS),
    "accepted": ("decide", "decide", "decide", "ask", "other_bank", "send", "wait", "withdraw", "name_others"),
    "asked": ("find", "find", "find_anything", "ask", "decide", "send", "wait", "name_others"),
    "file refused": (*["mark_refused"] * 3, "mark_refused_once", "find_anything", "ask", "send", "wait"),
    "paid": ("come_back", "come_back", "ask", "pay_again", "pay_again", "request", "wait", "name_others"),
    "over": (
        "request",
        "both_request",
        "both_request",
        "request_at_once",
        "request_as_before",
        "release",
        "ask",
        "send",
    ),
}


class PayoutRules(PayoutSteps):
    """Money moves as payouts change state (World.follow_payouts), and states change as bank or operators said."""

    # ── shopkeepers ───────────────────────────────────────────────────────────────────────────────────────

    @rule(shop=SHOPS, currency=CURRENCY, part=st.sampled_from([1, 2, 3, 0, -1]), key=st.sampled_from("abcdef"))
    def request(self, shop: str, currency: str, part: int, key: str) -> None:
        """All that is available, or a part of it; 0 asks for one unit more than there is, -1 for the least unit."""
        available = self.books.ledger[shop, currency, "shop:available"]
        minor = available // part if part > 0 else available + 1 if part == 0 else 1
        self.ask_for(shop, Money(minor, currency), key)

    @rule(which=WHICH, what=st.integers(0, 47), chance=CHANCES)
    def payout_goes_on(self, which: int, what: int, chance: Chance) -> None:
        """A payout, mostly the last one, goes one step on. Without any the shops ask for what they have."""
        if not self.states:
            self.both_ask()
            return
        payout = self.payout(which)
        choices = WALK[self.where(payout)]
        self.take_step(choices[what % len(choices)], payout, chance)

    @rule(which=WHICH, whats=st.lists(st.integers(0, 47), min_size=4, max_size=8), chance=CHANCES)
    def payout_goes_far(self, which: int, whats: list[int], chance: Chance) -> None:
        """Several steps with one fault and one death: what they lead to shows only later."""
        for what in whats:
            self.payout_goes_on(which, what, chance)
            which = 0

    payouts_go_on = and_on = payout_goes_on
    payouts_go_far = and_far = payout_goes_far

    @rule(shop=SHOPS, account=st.sampled_from(ACCOUNTS), currency=CURRENCY)
    def other_payee(self, shop: str, account: str, currency: str) -> None:
        payee = set_payee(self.shops[shop], holder_name="李小美", account_number=account,
                          bank_code="102100099996", now=self.now)  # fmt: skip
        self.usable_from[shop] = payee.usable_from
        self.ask_for(shop, Money(self.books.ledger[shop, currency, "shop:available"], currency), "new-account")
        self.time_passes(80)

    @rule(shop=SHOPS, currency=st.sampled_from(["JPY", "KWD"]), amount=st.sampled_from([12_500, 1_250_000, 10**8]))
    def earns_elsewhere(self, shop: str, currency: str, amount: int) -> None:
        self.earns_in_full(shop, currency, amount)
        self.ask_for(shop, Money(min(self.books.ledger[shop, currency, "shop:available"], 4_900_000), currency),
                     f"straight-{len(self.keys)}")  # fmt: skip

    # ── operators ─────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.states)
    @rule(which=WHICH, second=st.booleans())
    def approve_once(self, which: int, second: bool) -> None:
        self.by_operator(lambda: self.approve_as(self.operators[second], self.payout(which)))

    @rule(ends=st.booleans(), shop=SHOPS, chance=CHANCES)
    def stop(self, ends: bool, shop: str, chance: Chance) -> None:
        """A pause or a hold; nothing leaves. It may stay for a while."""
        if self.pause is None:
            self.pause = pause_payouts(reason="Wait", now=self.now)
            self.send(chance)
        if ends:
            end_pause(self.pause, now=self.now, by=self.operators[0], reason="The statement agrees")
            self.pause = None
        self.hold_shop(shop)
        self.send(chance)

    @rule(chance=CHANCES)
    def go_on(self, chance: Chance) -> None:
        """No pause, no hold but those that ask a question, and no closed shop."""
        self.open_all()
        if self.pause is not None:
            end_pause(self.pause, now=self.now, by=self.operators[0], reason="The statement agrees")
            self.pause = None
        self.release_holds()
        self.send(chance)

    @precondition(lambda self: self.bank.transfers)
    @rule(which=WHICH, outcome=st.sampled_from(FINDINGS), both=st.booleans(), chance=CHANCES)
    def resolve(self, which: int, outcome: str, both: bool, chance: Chance) -> None:
        """Operators write down what became of a transfer, which may be wrong: books follow them, and prove holds."""
        attempt = PayoutAttempt.objects.exclude(state="withdrawn").filter(rail_key=self.transfer(which)).first()
        if attempt is not None:
            self.find_as(attempt, outcome, by_both=both, borne_by_platform=chance.second)

    # ── the bank ──────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.bank.transfers)
    @rule(which=WHICH, state=DECIDED)
    def bank_decides(self, which: int, state: str) -> None:
        self.bank.decide(self.transfer(which), state)

    @rule(chance=CHANCES)
    def bank_is_asked(self, chance: Chance) -> None:
        self.ask(chance)

    # ── helpers ───────────────────────────────────────────────────────────────────────────────────────────

    def where(self, payout: Payout) -> str:
        attempt = self.attempt(payout)
        if attempt is not None and self.is_asked(attempt):
            return "file refused" if attempt.state == "unknown" and self.is_refused(attempt) else "asked"
        if payout.state == "approved":
            return "approved" if attempt is None else "prepared"
        if payout.state == "sent":
            assert attempt is not None
            return attempt.state
        return payout.state if payout.state in WALK else "over"

    def transfer(self, which: int) -> str:
        return list(self.bank.transfers)[-1 - which % len(self.bank.transfers)]
