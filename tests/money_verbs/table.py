"""Every money verb with what it does in the world of `world.py`, or with the test that has its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg

from joey.commissions import holds as commission_holds
from joey.commissions.models import Hold, QuarantinedLine
from joey.commissions.publish_plan import publish_plan
from joey.commissions.retry_quarantined import retry_quarantined
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.orders.attribute_line import attribute_line
from joey.orders.end_gap import end_gap
from joey.orders.models import OrderLine, SyncCursor, UnreadReport
from joey.orders.retry_unread import retry_unreadable
from joey.payouts import decide, holds
from joey.payouts.approve_small import approve_small
from joey.payouts.cancel_payout import cancel_payout
from joey.payouts.file_problems import dismiss_strangers
from joey.payouts.give_up import give_up
from joey.payouts.left_out import left_out_payouts
from joey.payouts.limits import LimitAmounts, publish_limits
from joey.payouts.models import PayoutHold, PayoutPause
from joey.payouts.pause import end_pause, pause_payouts
from joey.payouts.recover_payouts import recover_payouts
from joey.payouts.resolve import mark_refused, resolve
from joey.payouts.resolve_left_out import resolve_left_out
from joey.payouts.take_answers import ask_file, take_answers
from joey.payouts.withdraw import withdraw_file
from joey.sharing.end_lease import end_lease
from joey.sharing.models import PositionLease
from joey.sharing.register_positions import add_positions
from joey.sharing.withdraw_position import withdraw_position
from tests.cast import DAY, NOW, ada
from tests.money_verbs.world import ANSWERED, commission, file_of, payout, shop, transfer
from tests.payouts.bank import Bank
from tests.payouts.stage import left_out, second_operator


@dataclass(frozen=True)
class World:
    """What a scenario can reach beside the database."""

    postgres: EmbeddedPostgres
    bank: Bank


@dataclass(frozen=True)
class Scenario:
    """`verb` is called as "package.module.function". `before` sets its scene, outside the verb.

    Called twice it has one effect, unless `each` call has its own: two holds, two versions. With `steps` it is
    several transactions, and killed it may have done a part, which the next run goes on from.
    """

    name: str
    does: str
    verb: Callable[[World], object]
    before: Callable[[World], object] = lambda _world: None
    each: bool = False
    steps: bool = False


def says(slug: str, state: str, **more: Any) -> Callable[[World], None]:
    """The bank says this of the shop's transfer from now on."""

    def decide_(world: World) -> None:
        world.bank.decided = {transfer("unknown").rail_key: {"state": "dancing"}}
        world.bank.decide(transfer("paid").rail_key, "settled")
        world.bank.decide(transfer(slug).rail_key, state, **more)

    return decide_


def answers(_world: World) -> object:
    return take_answers(now=NOW + DAY, all_files=True)


def recovered(world: World) -> object:
    with psycopg.connect(world.postgres.urls.owner, options=f"-c search_path={ANSWERED},public") as before:
        return recover_payouts(before, now=NOW + DAY)


def left_out_and_found_once(_world: World) -> None:
    resolve_left_out(left_out(shop("small"), 400), outcome="settled", by=ada(), reason="Seen", now=NOW)


def quarantined(_world: World) -> None:
    line = commission("small").order_line
    QuarantinedLine.objects.create(
        line=line, marketplace="taobao", revision=line.revision, reason="cannot_be_booked", since=NOW
    )


def add_two_positions(_world: World) -> object:
    return add_positions("taobao", ["110000000301", "110000000302"], now=NOW, by=ada())


def missing_reports(_world: World) -> None:
    read = {"read_until": NOW, "gap_since": NOW - 99 * DAY, "gap_until": NOW - 90 * DAY}
    SyncCursor.objects.create(marketplace="taobao", account="gap", question="orders", **read)


LIMITS = LimitAmounts(200, 100_000, 1_000_000, 5_000_000)
PLAN = {"shopkeeper_ppm": 700_000, "platform_ppm": 300_000, "waiting_days": 14}
HELD: dict[str, Any] = {"reason": "Ten orders from one device", "now": NOW}

SCENARIOS = [
    # payouts
    Scenario("approve", "payouts.decide.approve", lambda _: decide.approve(payout("asked"), by=ada(), now=NOW)),
    Scenario(
        "refuse a prepared payout",
        "payouts.decide.refuse",
        lambda _: decide.refuse(payout("prepared"), by=ada(), reason="No", now=NOW),
    ),
    Scenario(
        "a keeper cancels a payout that waits",
        "payouts.cancel_payout.cancel_payout",
        lambda _: cancel_payout(shop("small"), payout("small").id, by=shop("small").owner, now=NOW),
        lambda _: end_pause(PayoutPause.objects.get(), by=ada(), reason="They agree", now=NOW),
    ),
    Scenario("approve by rule", "payouts.approve_small.approve_small", lambda _: approve_small(now=NOW)),
    Scenario(
        "the second operator resolves",
        "payouts.resolve.resolve",
        lambda _: resolve(transfer("unknown"), outcome="settled", by=second_operator(), reason="Seen", now=NOW),
    ),
    Scenario(
        "the second operator finds a file refused",
        "payouts.resolve.mark_refused",
        lambda _: mark_refused(file_of("refused"), by=second_operator(), reason="Seen", now=NOW),
    ),
    Scenario(
        "the second operator finds that what a restore left out was paid",
        "payouts.resolve_left_out.resolve_left_out",
        lambda _: resolve_left_out(
            left_out_payouts()[0], outcome="settled", by=second_operator(), reason="Seen", now=NOW
        ),
        left_out_and_found_once,
    ),
    Scenario(
        "hold a prepared payout",
        "payouts.holds.place_hold",
        lambda _: holds.place_hold(shop("prepared"), by=ada(), **HELD),
    ),
    Scenario(
        "release a payout hold",
        "payouts.holds.release_hold",
        lambda _: holds.release_hold(
            PayoutHold.objects.get(shop__slug="asked"), by=second_operator(), reason="All is well", now=NOW
        ),
    ),
    Scenario("pause", "payouts.pause.pause_payouts", lambda _: pause_payouts(reason="Stop", by=ada(), now=NOW)),
    Scenario(
        "resume",
        "payouts.pause.end_pause",
        lambda _: end_pause(PayoutPause.objects.get(), by=ada(), reason="They agree", now=NOW),
    ),
    Scenario(
        "withdraw a file",
        "payouts.withdraw.withdraw_file",
        lambda _: withdraw_file(file_of("prepared"), by=ada(), reason="Another bank", now=NOW),
    ),
    Scenario(
        "give up waiting for a file",
        "payouts.give_up.give_up",
        lambda _: give_up(file_of("accepted"), by=ada(), reason="They do not answer", now=NOW),
    ),
    Scenario(
        "dismiss strangers",
        "payouts.file_problems.dismiss_strangers",
        lambda _: dismiss_strangers(file_of("strangers"), by=ada(), reason="Mixed up", now=NOW),
    ),
    Scenario(
        "publish limits",
        "payouts.limits.publish_limits",
        lambda _: publish_limits("CNY", LIMITS, from_at=NOW + DAY, by=ada(), now=NOW, reason="As the bank asks"),
    ),
    Scenario("recover payouts", "payouts.recover_payouts.recover_payouts", recovered),
    # answers
    Scenario("settled", "payouts.take_answers.take_answers", answers, says("accepted", "settled")),
    Scenario("unknown", "payouts.take_answers.take_answers", answers, says("accepted", "singing")),
    Scenario("rejected", "payouts.take_answers.take_answers", answers, says("accepted", "rejected")),
    Scenario("returned", "payouts.take_answers.take_answers", answers, says("paid", "returned")),
    Scenario("contradicted", "payouts.take_answers.take_answers", answers, says("paid", "rejected")),
    Scenario("another amount", "payouts.take_answers.take_answers", answers, says("accepted", "settled",
                                                                                  amount_minor=1)),
    Scenario(
        "overdue",
        "payouts.take_answers.take_answers",
        lambda _: take_answers(now=NOW + timedelta(days=15)),
        says("accepted", "accepted"),
        steps=True,
    ),
    Scenario(
        "ask about one file",
        "payouts.take_answers.ask_file",
        lambda _: ask_file(file_of("accepted"), by=ada(), now=NOW + DAY),
        says("accepted", "settled"),
    ),
    # commissions
    Scenario(
        "hold a commission",
        "commissions.holds.place_hold",
        lambda _: commission_holds.place_hold(commission("small"), **HELD),
        each=True,
    ),
    Scenario(
        "release a commission",
        "commissions.holds.release_hold",
        lambda _: commission_holds.release_hold(Hold.objects.get(), reason="All is well", now=NOW),
    ),
    Scenario(
        "retry a line in quarantine",
        "commissions.retry_quarantined.retry_quarantined",
        lambda _: retry_quarantined(commission("small").order_line_id, by="ada", now=NOW),
        quarantined,
    ),
    Scenario(
        "publish a plan",
        "commissions.publish_plan.publish_plan",
        lambda _: publish_plan(PLAN, by=ada(), now=NOW),
        each=True,
    ),
    # lines and positions
    Scenario(
        "attribute a line",
        "orders.attribute_line.attribute_line",
        lambda _: attribute_line(
            OrderLine.objects.get(external_order="7001").pk, shop("small"), reason="The receipt", by=ada(), now=NOW
        ),
    ),
    Scenario("read a report again", "orders.retry_unread.retry_unreadable",
             lambda _: retry_unreadable(UnreadReport.objects.get().pk, by=ada(), now=NOW)),
    Scenario(
        "withdraw a position",
        "sharing.withdraw_position.withdraw_position",
        lambda _: withdraw_position(
            PositionLease.objects.get(shop__slug="small").position, reason="Mistyped", by=ada(), now=NOW
        ),
    ),
    Scenario(
        "end a lease",
        "sharing.end_lease.end_lease",
        lambda _: end_lease(PositionLease.objects.get(shop__slug="small"), reason="Gone", by=ada(), now=NOW),
    ),
    Scenario(
        "end a gap in the reports",
        "orders.end_gap.end_gap",
        lambda _: end_gap("taobao", reason="All of it is imported", by=ada(), now=NOW),
        before=missing_reports,
    ),
    Scenario("add positions", "sharing.register_positions.add_positions", add_two_positions, steps=True),
]  # fmt: skip

# Verbs that have such tests of their own: where.
ELSEWHERE = {
    "payouts.payee.set_payee": "payouts/test_two_at_once.py",
    "payouts.request_payout.request_payout": "payouts/test_two_at_once.py",
    "payouts.send_due.send_due": "payouts/test_two_at_once.py",
    "commissions.earn_due.earn_due": "commissions/test_two_at_once.py",
    "commissions.confirm_due.confirm_due": "commissions/test_two_at_once.py",
    "orders.take_order_reports.take_order_reports": "orders/test_two_at_once.py",
    "orders.intake.import_orders.import_orders": "orders/intake/test_at_once.py",
    "orders.answer_lost_orders.ask_again": "orders/test_lost_orders_at_once.py",
    "orders.close_dispute.close_dispute": "orders/test_disputes_at_once.py",
    "orders.dismiss_unread.dismiss_poll": "orders/test_two_at_once.py",
    "orders.dismiss_unread.dismiss_unreadable": "orders/test_two_at_once.py",
    "orders.retry_suspense.retry_suspense": "orders/test_two_at_once.py",
    "orders.retry_unread.retry_marketplace": "orders/test_two_at_once.py",
}

# Public functions that are one transaction and no verb that moves money or decides about it, with the reason.
NO_MONEY_VERB = {
    **dict.fromkeys(
        ("payouts.book_answers." + name for name in (
            "book_receipt", "book_file_refused", "book_unreadable", "book_not_known", "book_overdue", "book_answers")),
        "a part of take_answers and send_due",
    ),
    "payouts.prepare_files.prepare_files": "a part of send_due",
    "orders.request_lost_order.request_lost_order": "asks; what is reported moves the money",
    "orders.appeal_line.appeal_line": "asks an operator; twice at once: orders/test_disputes_at_once.py",
    "sharing.make_link.make_link": "gives an address",
    "sharing.restore_leases.restore_leases": "before an instance runs",
    "sharing.end_lease.return_idle": "end_lease of a set",
}  # fmt: skip
