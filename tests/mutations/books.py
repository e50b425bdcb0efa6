"""Books with something of everything, made by the verbs that a running instance calls."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db import connections

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import place_hold as hold_commission
from joey.commissions.models import Commission
from joey.commissions.publish_plan import publish_plan
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.marketplaces.port import AnyReport, ByPosition, BySubId, HoldReport, UnreadableReport
from joey.orders.models import SyncCursor
from joey.orders.take_order_reports import AskedPoll, next_poll_number, take_order_reports
from joey.payouts.decide import approve
from joey.payouts.holds import place_hold, release_hold
from joey.payouts.models import Payout, PayoutAttempt
from joey.payouts.request_payout import request_payout
from joey.payouts.resolve import resolve
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from joey.people.models import Person
from joey.sharing.end_lease import end_lease
from joey.sharing.make_link import make_link
from joey.sharing.models import Position
from joey.sharing.withdraw_position import withdraw_position
from joey.shops.models import Shop
from joey.shops.open_shop import open_shop
from tests import database
from tests.cast import DAY, NOW, ada, flask, leased, listed, lulus_shop, meis_shop, refund, report, sam, settled
from tests.catalog.offers import flask_facts
from tests.payouts.bank import Bank, running_bank
from tests.payouts.stage import cny, ready_payee, second_operator
from tests.proof import prove

MEI, LULU, REUSED = "110000000001", "110000000002", "110000000003"  # the third is Otto's, and was Sam's before
RESTING, FREE, GONE = "110000000004", "110000000005", "110000000006"  # Sam's shop had the first
BIG = "9001"  # Mei's line that her payouts are paid from


@contextmanager
def committed_books(postgres: EmbeddedPostgres) -> Iterator[Bank]:
    """Books that hold, with the bank of their payouts; every table is emptied afterwards."""
    before = settings.JOEY_RAILS
    try:
        with running_bank() as bank:
            settings.JOEY_RAILS = bank.settings
            _make_books(bank)
            prove()
            yield bank
    finally:
        settings.JOEY_RAILS = before
        connections.close_all()
        database.empty_again(postgres)


def _make_books(bank: Bank) -> None:
    """Two shops with lines, refunds, holds and payouts in every state that a corruption needs."""
    mei, lulu = meis_shop(), lulus_shop()
    sams = open_shop(sam(), slug="sam", name="Sam's shop", now=NOW)  # earns nothing, and would like to
    for shop, position in ((mei, MEI), (lulu, LULU)):
        ready_payee(shop)
        leased(shop, position)
    end_lease(leased(sams, RESTING), reason="Not used", now=NOW - 5 * DAY)
    for key in (FREE, GONE):
        Position.objects.create(marketplace="taobao", key=key, free_from=NOW - 60 * DAY)
    withdraw_position(Position.objects.get(key=GONE), reason="Mistyped", now=NOW)
    shown = flask_facts(external_id=report().external_item, commission_ppm=70_000, as_of=NOW - 60 * DAY)
    take_offers([shown], now=NOW - 60 * DAY)
    for shop in (mei, lulu):
        make_link(shop, listing_id=listed(shop, Offer.objects.get()).id, channel="xiaohongshu", now=NOW)
    publish_plan({"shopkeeper_ppm": 700_000, "platform_ppm": 300_000, "waiting_days": 14}, by=ada(), now=NOW)
    _lines()
    earn_due(now=NOW)
    hold_commission(_commission("1006"), reason="Ten orders from one device", now=NOW)
    confirm_due(now=NOW)
    hold_commission(_commission("9002"), reason="Ten orders from one device", amount_minor=700, now=NOW)
    _changes()
    earn_due(now=NOW)
    _contradicted(lulu, bank)
    _payouts(mei, bank)
    _lulus_payouts(lulu)
    SyncCursor.objects.create(
        marketplace="taobao", account="account", question="orders", read_until=NOW, last_success_at=NOW,
        asked_since=NOW - 999 * DAY,
    )  # fmt: skip
    taken(report("1010"))  # reported, not booked yet
    _suspense(lulu)


def taken(*reports: AnyReport) -> None:
    """Take in what one poll brought."""
    number = next_poll_number()
    poll = AskedPoll(number, "account", "orders", NOW - DAY + timedelta(seconds=number), NOW, NOW)
    take_order_reports("taobao", reports, now=NOW, poll=poll)


def _lines() -> None:
    earning = {"commission_minor": 5_000_000, "service_fee_minor": 0, "paid_minor": 100_000_000}
    taken(settled(BIG, **earning))
    taken(settled("9002", position=LULU, **earning))
    taken(report("1001"), settled("1002"), settled("1003", days_ago=2), settled("1005"))
    taken(report("1004", position="no such position"), report("3101", position=FREE))
    taken(settled("1006"), settled("1008", days_ago=8))
    taken(report("1007"), report("2001", position=LULU))
    taken(report("1007", state="received", reported_at=NOW - 9 * DAY))
    taken(settled("1007", days_ago=8))
    taken(report("1009", held="frozen"))
    taken(report("1011"))
    taken(report("1013"))
    taken(report("1013", state="received", clicked_at=NOW - 9 * DAY, reported_at=NOW - 8 * DAY))  # a later click
    taken(settled("1012", days_ago=8))
    taken(UnreadableReport("order", "1012", NOW - DAY, {"n": 1}, "no amount", external_line="1012-1"))
    taken(replace(settled("1012", days_ago=0), external_line="1012-2"))
    taken(report("1013"))
    taken(HoldReport("1014-1", frozen=True, payload={"n": 1}), report("1014"))


def _suspense(lulu: Shop) -> None:
    """Lines without a shop: an unknown sub-id, two shops named, an item that the tenant had no link to."""
    otto = Person.objects.create(email="otto@example.com", name="Otto")
    ottos = open_shop(otto, slug="otto", name="Otto's shop", now=NOW)
    for shop in (lulu, ottos):
        listed(shop, flask())
    before = leased(Shop.objects.get(slug="sam"), REUSED, since=NOW - 300 * DAY)
    end_lease(before, reason="Not used", now=NOW - 200 * DAY)
    leased(ottos, REUSED, since=NOW - 50 * DAY)
    taken(report("3001", evidence=(BySubId("nosuchcode1"),)))
    taken(report("3002", evidence=(ByPosition(MEI, "clicked"), ByPosition(LULU, "clicked"))))
    taken(report("3003", position=REUSED))


def _changes() -> None:
    taken(refund("1002", case="1", back=100, refund_minor=2_000))
    taken(settled("1005", days_ago=3, state="closed"))
    taken(refund("1008", case="2", back=5_000))
    taken(settled("1011", days_ago=1, position=LULU))  # names another shop than before
    taken(settled("1013", days_ago=2))


def _contradicted(shop: Shop, bank: Bank) -> None:
    """One paid, of which the bank said another amount once, and then the right one again."""
    key = PayoutAttempt.objects.get(payout=_sent(shop, 3_000, "contradicted")).rail_key
    for answer in ({}, {"amount_minor": 2_999}, {}):
        bank.decide(key, "settled", **answer)
        take_answers(now=NOW, all_files=True)


def _payouts(shop: Shop, bank: Bank) -> None:
    """One paid, one rejected and overpaid, one large and paid with two approvals, one with the bank."""
    _sent(shop, 4_000, "paid")
    bank.decide_all("settled")
    take_answers(now=NOW)
    rejected = _sent(shop, 1_000, "rejected")
    bank.decide(PayoutAttempt.objects.get(payout=rejected).rail_key, "rejected", reason_code="AC04")
    take_answers(now=NOW)
    _overpaid(PayoutAttempt.objects.get(payout=rejected), bank)
    release_hold(place_hold(shop, reason="Checking", now=NOW), now=NOW, reason="Looked into it")
    _sent(shop, 1_200_000, "large")
    bank.decide_all("settled")
    take_answers(now=NOW)
    _sent(shop, 2_000, "under-way")


def _overpaid(attempt: PayoutAttempt, bank: Bank) -> None:
    """Rejected, and then paid after all: two operators find that the shop has the money twice."""
    bank.decide(attempt.rail_key, "settled")
    take_answers(now=NOW, all_files=True)
    for operator in (ada(), second_operator()):
        resolve(attempt, outcome="overpaid", by=operator, reason="The bank's statement has it", now=NOW)


def _sent(shop: Shop, minor: int, key: str) -> Payout:
    payout = request_payout(shop, amount=cny(minor), idempotency_key=key, now=NOW)
    payout = approve(payout, by=ada(), now=NOW)
    if payout.state != "approved":
        payout = approve(payout, by=second_operator(), now=NOW)
    send_due(now=NOW)
    return payout


def _lulus_payouts(shop: Shop) -> None:
    """One approved, and kept here by a hold."""
    payout = request_payout(shop, amount=cny(50_000), idempotency_key="approved", now=NOW)
    approve(payout, by=ada(), now=NOW)
    place_hold(shop, reason="Ten orders from one device", now=NOW, payout=payout)


def _commission(order: str) -> Commission:
    found = sql.value(
        "SELECT c.id FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id"
        " WHERE l.external_order = %s",
        [order],
    )
    return Commission.objects.get(pk=found)
