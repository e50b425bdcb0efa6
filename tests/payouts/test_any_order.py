"""Payouts in any order of happenings, against a model that is plain arithmetic."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from pytest_django import Settings

from joey.kit.refusals import Refusal
from joey.payouts.decide import OperatorLimitReached, approve, refuse
from joey.payouts.holds import place_hold, release_hold
from joey.payouts.models import Payout, PayoutHold
from joey.payouts.request_payout import KeyUsedForAnotherPayout
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import ASK_AGAIN_AFTER, take_answers
from tests.cast import NOW, ada
from tests.payouts.bank import Bank
from tests.payouts.stage import earn, held, money, ready_shop, requested, second_operator
from tests.proof import prove

AMOUNTS = st.sampled_from([99, 100, 4_000, 10_000, 10_001, 999_999, 1_000_000, 2_000_000])
OUTCOMES = st.sampled_from(["settled", "rejected"])


class Undone:
    """A transaction for one run of the machine, undone at its end; durable verbs take it for a test case's."""

    def __init__(self) -> None:
        atomic: Any = transaction.atomic()
        atomic._from_testcase = True
        self.atomic = atomic

    def __enter__(self) -> Self:
        self.atomic.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection.set_rollback(True)
        self.atomic.__exit__(kind, error, trace)


class Payouts(RuleBasedStateMachine):
    """One shop, one bank. The model: four amounts, the one payout in progress, and what was sent to the bank."""

    bank: Bank

    def __init__(self) -> None:
        super().__init__()
        self.undone = Undone().__enter__()
        self.bank.files.clear()
        self.bank.decided.clear()
        self.bank.faults.clear()
        self.shop = ready_shop(20_000)
        self.have = money(available=20_000)
        self.now = NOW
        self.orders = 0
        self.keys: dict[str, tuple[int, object]] = {}
        self.live: Payout | None = None
        self.hold: PayoutHold | None = None
        self.approvals: set[object] = set()
        self.sent = 0

    def teardown(self) -> None:
        try:
            prove()
        finally:
            self.undone.__exit__(None, None, None)

    def state(self) -> str:
        if self.live is None:
            return "none"
        self.live.refresh_from_db()
        return self.live.state

    @rule(share=st.sampled_from([4, 4_000, 1_200_000]))
    def earn_more(self, share: int) -> None:
        self.orders += 1
        earn(share, str(5_000_000_000_000_000_000 + self.orders))
        self.have["available"] += share

    @rule(minor=AMOUNTS, key=st.sampled_from("abcdef"))
    def request(self, minor: int, key: str) -> None:
        self.ask(minor, key)

    def ask(self, minor: int, key: str) -> None:
        before = self.state()
        known = self.keys.get(key)
        possible = (
            100 <= minor <= self.have["available"]
            and before not in ("requested", "approved", "sent")
            and self.hold is None
        )
        try:
            payout = requested(self.shop, minor, key)
        except KeyUsedForAnotherPayout:
            assert known is not None
            assert known[0] != minor
        except Refusal:
            assert not possible or known is not None
            assert known is None or minor < 100
        else:
            if known is not None:
                assert known == (minor, payout.pk)
                return
            assert possible
            self.keys[key] = (minor, payout.pk)
            self.live, self.approvals = payout, set()
            self.have["available"] -= minor
            self.have["reserved"] += minor

    @precondition(lambda self: self.have["available"] >= 100)
    @rule(part=st.sampled_from([1, 2, 3]), steps=st.integers(2, 5), outcome=OUTCOMES)
    def go_straight_on(self, part: int, steps: int, outcome: str) -> None:
        """Random steps rarely get far: request what is available, and take the first steps that pay it."""
        self.ask(max(100, self.have["available"] // part), f"straight {len(self.keys)}")
        following: list[Callable[[], None]] = [
            lambda: self.give_consent(False),
            lambda: self.give_consent(True),
            lambda: self.hand_on(""),
            lambda: self.hear(outcome),
        ]
        for step in following[: steps - 1]:
            if self.live is not None:
                step()

    @precondition(lambda self: self.live is not None)
    @rule(second=st.booleans())
    def approve(self, second: bool) -> None:
        self.give_consent(second)

    def give_consent(self, second: bool) -> None:
        assert self.live is not None
        by = second_operator() if second else ada()
        before, large = self.state(), self.live.amount_minor >= 1_000_000
        try:
            after = approve(self.live, by=by, now=self.now)
        except OperatorLimitReached:
            assert before == "requested"
        except Refusal:
            assert before != "requested" or (large and self.approvals == {by.pk})
        else:
            assert before == "requested"
            self.approvals.add(by.pk)
            assert (after.state == "approved") == (not large or len(self.approvals) == 2)

    @precondition(lambda self: self.live is not None)
    @rule()
    def refuse(self) -> None:
        assert self.live is not None
        before = self.state()
        try:
            refuse(self.live, by=ada(), reason="No", now=self.now)
        except Refusal:
            assert before not in ("requested", "approved")
        else:
            assert before in ("requested", "approved")
            self.have["reserved"] -= self.live.amount_minor
            self.have["available"] += self.live.amount_minor

    @precondition(lambda self: self.hold is None)
    @rule()
    def place(self) -> None:
        self.hold = place_hold(self.shop, reason="Wait", now=self.now)

    @precondition(lambda self: self.hold is not None)
    @rule()
    def release(self) -> None:
        assert self.hold is not None
        release_hold(self.hold, now=self.now)
        self.hold = None

    @rule(fault=st.sampled_from(["", "", "silent", "500", "garbage", "portal"]))
    def send(self, fault: str) -> None:
        self.hand_on(fault)

    def hand_on(self, fault: str) -> None:
        before = self.state()
        self.now += 2 * ASK_AGAIN_AFTER
        take_answers(now=self.now)  # what the bank does not have goes again
        self.bank.faults = [fault] if fault else []
        send_due(now=self.now)
        self.bank.faults = []
        if before == "approved" and self.hold is None:
            assert self.live is not None
            self.sent += 1
            self.have["reserved"] -= self.live.amount_minor
            self.have["in_transit"] += self.live.amount_minor
        if not fault and self.hold is None:
            assert len(self.bank.instructions()) == self.sent

    @precondition(lambda self: bool(self.bank.files))
    @rule(outcome=OUTCOMES)
    def answer(self, outcome: str) -> None:
        self.hear(outcome)

    def hear(self, outcome: str) -> None:
        """The bank decides what it has not decided."""
        for key in self.bank.instructions().keys() - self.bank.decided.keys():
            self.bank.decide(key, outcome, reason_code="AC04")
        before = self.state()
        self.now += 2 * ASK_AGAIN_AFTER
        take_answers(now=self.now)
        after = self.state()
        if before == "sent" and after != "sent":
            assert self.live is not None
            assert after == {"settled": "paid", "rejected": "failed"}[outcome]
            self.have["in_transit"] -= self.live.amount_minor
            self.have["paid" if outcome == "settled" else "available"] += self.live.amount_minor
        else:
            assert after == before

    @invariant()
    def the_ledger_holds_what_the_model_holds(self) -> None:
        assert held(self.shop.pk) == self.have

    @invariant()
    def the_bank_received_each_once(self) -> None:
        assert len(self.bank.instructions()) <= self.sent


@pytest.mark.django_db
def test_any_order_of_happenings_keeps_every_invariant(bank: Bank, settings: Settings) -> None:
    settings.JOEY_RAILS = bank.settings
    Payouts.bank = bank

    run_state_machine_as_test(Payouts, settings=_a_few())


def _a_few() -> settings:
    return settings(
        max_examples=10,
        stateful_step_count=40,
        deadline=None,
        phases=(Phase.generate,),  # shrinking a failure would take minutes
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
