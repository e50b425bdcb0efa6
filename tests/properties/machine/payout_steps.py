"""What operators, bank and marketplace do about payouts, each with what must be true after it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from joey.kit.refusals import Conflict
from joey.payouts.file_problems import dismiss_strangers
from joey.payouts.holds import QUESTIONS, open_holds, place_hold, release_hold
from joey.payouts.models import Payout, PayoutAttempt, PayoutFile, PayoutPause, PayoutSubmission
from joey.payouts.prepare_files import prepare_files
from joey.payouts.rails.bank.manifest import MANIFEST
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import ASK_AGAIN_AFTER, take_answers
from joey.payouts.withdraw import FileHasLeft, withdraw_file
from joey.people.models import Person
from joey.shops.models import Shop
from tests.properties.machine.approval_steps import ApprovalSteps
from tests.properties.machine.bank import HOSTS
from tests.properties.machine.crash import dies, run_with_crash
from tests.properties.machine.finding_steps import FINDINGS
from tests.properties.machine.market import step

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


class PayoutSteps(ApprovalSteps):
    """Each step leaves the model with what it did."""

    def __init__(self) -> None:
        super().__init__()
        self.pause: PayoutPause | None = None
        self.dismissed: Counter[str] = Counter()  # by file: transfers of others that an operator has looked into
        self.closed: set[str] = set()  # shops that are closed, or whose keeper may not sign in any more

    def take_step(self, name: str, payout: Payout, chance: Chance) -> None:
        shop = payout.shop.slug
        steps: dict[str, Callable[[], object]] = {
            "request": lambda: self.ask_for_all(shop),
            "request_at_once": lambda: self.ask_at_once(shop, equal=chance.second),
            "request_as_before": lambda: self.ask_as_before(payout, as_other_shop=chance.second),
            "both_request": self.both_ask,
            "approve": self.approve_all,
            "approve_by_rule": lambda: self.approve_by_rule(chance.crash),
            "refuse": lambda: self.refuse(payout),
            "takes_back": lambda: self.takes_back(payout),
            "send": lambda: self.send(chance),
            "send_and_die": lambda: self.send(chance, again=False),
            "prepare": self.prepare,
            "withdraw": lambda: self.withdraw(payout),
            "block": lambda: self.block(shop, chance),
            "close": lambda: self.close(shop, chance),
            "ask": lambda: self.ask(chance),
            "wait": lambda: self.time_passes(24 * (31 if chance.second else 15)),
            "decide": lambda: self.decide(payout, "rejected" if chance.second else "settled"),
            "come_back": lambda: self.decide(payout, "returned", then_ask=True),
            "pay_again": lambda: self.pay_again(payout),
            "refuse_repeat": self.refuse_repeat,
            "find": lambda: self.find(payout, borne_by_platform=chance.second),
            "find_anything": lambda: self.find(payout, FINDINGS[chance.crash % len(FINDINGS)]),
            "mark_refused": lambda: self.mark_refused(payout),
            "mark_refused_once": lambda: self.mark_refused(payout, by_both=False),
            "operator_leaves": lambda: self.operator_leaves(chance),
            "other_bank": lambda: self.other_bank(chance),
            "name_others": lambda: self.name_others(payout, chance),
            "release": self.release_holds,
        }
        steps[name]()

    # ── operators ─────────────────────────────────────────────────────────────────────────────────────────

    def operator_leaves(self, chance: Chance) -> None:
        """What an operator approved does not count while they may not sign in; the other may approve it meanwhile."""
        gone = self.operators[chance.crash % 2]
        self.may_sign_in(gone, is_active=False)
        self.send(chance)
        if chance.second:
            self.approve_all()
            self.send(FINE)
        self.may_sign_in(gone, is_active=True)

    def may_sign_in(self, person: Person, *, is_active: bool) -> None:
        person.is_active = is_active
        Person.objects.filter(pk=person.pk).update(is_active=is_active)

    def both_ask(self) -> None:
        """Payouts that leave in one file."""
        for shop in self.shops:
            self.ask_for_all(shop)
        self.approve_all()

    def hold_shop(self, shop: str) -> None:
        place_hold(self.shops[shop], reason="Wait", now=self.now)

    def release_holds(self) -> None:
        """Every hold that an operator may release, also those of money that came back."""
        for hold in open_holds().exclude(cause__in=QUESTIONS):
            release_hold(hold, now=self.now, reason="Looked into it")

    def block(self, shop: str, chance: Chance) -> None:
        self.hold_shop(shop)
        self.send(chance)
        self.release_holds()

    def close(self, shop: str, chance: Chance) -> None:
        """The shop, or its keeper's account, is closed before a file leaves (again); often for a moment only."""
        if chance.crash % 2:
            Shop.objects.filter(slug=shop).update(closed_at=self.now)
        else:
            self.may_sign_in(self.shops[shop].owner, is_active=False)
        self.closed.add(shop)
        self.send(chance)
        if not chance.second:
            self.open_all()

    def open_all(self) -> None:
        Shop.objects.update(closed_at=None)
        Person.objects.update(is_active=True)
        self.closed.clear()

    def other_bank(self, chance: Chance) -> None:
        """The settings name the other account, often for a moment only. Files of the first wait for their own."""
        self.change_bank()
        self.send(chance)
        if not chance.second:
            self.ask(chance)
            self.change_bank()

    def change_bank(self) -> None:
        self.bank.host = HOSTS[self.bank.host == HOSTS[0]]
        self.bank_settings(self.bank)

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

    # ── the bank and the marketplace ──────────────────────────────────────────────────────────────────────

    def prepare(self) -> None:
        """A process that dies once its files are written: they wait to be submitted."""
        unpayable = self.unpayable()
        prepare_files(MANIFEST, now=self.now)
        changed = self.follow_payouts()
        assert set(changed.values()) <= {"refused"}
        assert set(changed) <= unpayable

    def unpayable(self) -> set[str]:
        """Payouts of a shop that is closed, or that owes something since it asked for them: they are given back."""
        return {
            str(payout.pk) for payout in Payout.objects.select_related("shop")
            if payout.shop.slug in self.closed or self.available(payout.shop.slug, payout.currency) < 0
        }  # fmt: skip

    def send(self, chance: Chance, *, again: bool = True) -> None:
        """Everything that is due leaves; without `again` a process that dies is not followed by another."""
        self.bank.fault = chance.put
        before, at_bank, unpayable = dict(self.states), set(self.bank.paid), self.unpayable()
        held = set(open_holds().filter(payout=None).values_list("shop_id", flat=True))
        if again:
            run_with_crash(lambda: send_due(now=self.now), "send", chance.crash)
        else:
            dies(lambda: send_due(now=self.now), "send", chance.crash or 50)
        self.bank.fault = ""
        lacking = {str(payout.pk) for payout in Payout.objects.all() if self.lacks_approval(payout)}
        blocked = {str(payout.pk) for payout in Payout.objects.all() if self.pause or payout.shop_id in held} | lacking
        for key, state in self.follow_payouts().items():
            assert (before[key], state) in {("approved", "sent"), ("approved", "refused")}
            assert (state == "refused") == (key in unpayable), f"{state}, in spite of what the shop has"
            assert state != "sent" or key not in blocked, "left in spite of a block"
            self.seen["given back by the gate"] += state == "refused"
        for attempt in PayoutAttempt.objects.filter(rail_key__in=set(self.bank.paid) - at_bank):
            assert str(attempt.payout_id) not in unpayable | blocked, "at the bank, in spite of a block"
            self.seen["left while the other shop was closed"] += bool(self.closed)
        if again and self.pause is None:
            held |= set(open_holds().values_list("shop_id", flat=True))
            elsewhere = PayoutAttempt.objects.filter(state="prepared").exclude(file__rail_account=self.bank.account)
            stopped = Payout.objects.filter(state="approved").exclude(shop__in=held)
            stopped = stopped.exclude(pk__in=elsewhere.values("payout")).exclude(pk__in=lacking)
            assert not stopped.exists(), "P7: no hold of its own keeps it from leaving"

    def refuse_repeat(self) -> None:
        """The bank says that it does not know what it may have, and refuses it when it comes again."""
        self.ask(Chance(get="forgets"))
        self.send(Chance(put="refuse"))

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
            if again and str(payout.pk) not in self.decided and not self.is_asked_no_more(attempt):
                self.seen["paid twice by the bank"] += 1
                assert self.is_asked(attempt), "paid twice, and it is not asked"

    def name_others(self, payout: Payout, chance: Chance) -> None:
        """Answers about its file name transfers that are none of it. They move nothing, and are noted once each."""
        attempt = self.attempt(payout)
        if attempt is not None and attempt.file.message_id in self.bank.files:
            self.bank.name_others(attempt.file.message_id, 1 + chance.crash % 24)
            self.ask(Chance(crash=chance.crash))
            if chance.second:
                self.dismiss_others(attempt)

    def dismiss_others(self, attempt: PayoutAttempt) -> None:
        """An operator looks into them; the bank goes on naming them, which is no news."""
        file = attempt.file.message_id
        try:
            noted = dismiss_strangers(attempt.file, by=self.operators[0], reason="Of no one here", now=self.now)
        except Conflict:
            noted = 0
        self.dismissed[file] += noted
        named = len(self.bank.others.get(file, ()))
        assert self.dismissed[file] == named or (self.is_asked_no_more(attempt) and self.dismissed[file] <= named), (
            named
        )
        self.seen["transfers of others"] += noted

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

    def is_asked_no_more(self, attempt: PayoutAttempt) -> bool:
        return attempt.file.rail_account != self.bank.account or self.is_past_asking(attempt)

    def is_past_asking(self, attempt: PayoutAttempt) -> bool:
        """Whether its file was answered so long ago that Joey may have stopped asking the bank about it."""
        answered = PayoutFile.objects.get(pk=attempt.file_id).answered_at
        return answered is not None and answered < self.now - ASKED_FOR
