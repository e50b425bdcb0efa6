"""One instance in which each money verb has something to do, and what a reader of its books sees."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

from django.apps import apps
from django.conf import settings
from django.db import connections

from joey.commissions.holds import place_hold as hold_commission
from joey.commissions.models import Commission
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.marketplaces.port import UnreadableReport
from joey.payouts.holds import place_hold
from joey.payouts.models import Payout, PayoutAttempt, PayoutFile
from joey.payouts.pause import pause_payouts
from joey.payouts.prepare_files import prepare_files
from joey.payouts.rails.registry import rail_manifests
from joey.payouts.resolve import mark_refused, resolve
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import ask_file, take_answers
from joey.people.models import Person
from joey.shops.models import Shop
from tests import database
from tests.cast import NOW, ada, leased, report
from tests.orders.polled import take_order_reports
from tests.orders.test_unread import Learnt
from tests.payouts.bank import Bank, running_bank
from tests.payouts.stage import approved, earn, ready_payee, requested, second_operator
from tests.proof import prove

STRANGER = {"end_to_end_id": "NOTOURS", "amount_minor": 9_900, "currency": "CNY", "state": "settled"}
# The schemas that hold the world as it begins, and one in which the bank has answered for what it has.
START, ANSWERED = "start", "answered"
UNREAD = "7002"  # the order of a report that cannot be read
_SHOPS = ("paid", "strangers", "refused", "unknown", "accepted", "small", "asked", "prepared")


@contextmanager
def connected() -> Iterator[None]:
    """One marketplace, whose connector has learnt to read what it could not, and whose positions are registered."""
    learnt = Learnt(lambda unread: replace(report(UNREAD), payload=unread.payload))
    with (
        patch("joey.marketplaces.registry.connectors", lambda: [learnt]),
        patch("joey.sharing.register_positions._connector", lambda *_given: learnt),
    ):
        yield


@contextmanager
def made(postgres: EmbeddedPostgres) -> Iterator[Bank]:
    """The world, kept as it begins; every table is emptied afterwards."""
    before = settings.JOEY_RAILS
    try:
        with running_bank() as bank, connected():
            settings.JOEY_RAILS = bank.settings
            _make(bank)
            prove()
            database.keep_as(postgres, START)
            bank.decide(transfer("accepted").rail_key, "settled")
            take_answers(now=NOW)
            database.keep_as(postgres, ANSWERED)
            del bank.decided[transfer("accepted").rail_key]
            yield bank
    finally:
        settings.JOEY_RAILS = before
        connections.close_all()
        with connections["owner"].cursor() as owner:
            owner.execute(f"DROP SCHEMA IF EXISTS {START}, {ANSWERED} CASCADE")
        connections.close_all()
        database.empty_again(postgres)


def _make(bank: Bank) -> None:
    ada(), second_operator()
    shops = {slug: _shop(slug, number) for number, slug in enumerate(_SHOPS, 1)}
    _sent(shops["paid"])
    bank.decide_all("settled")
    take_answers(now=NOW)
    _sent(shops["strangers"])
    bank.extra = [STRANGER]
    ask_file(transfer("strangers").file, by=ada(), now=NOW)
    bank.extra = []
    bank.faults = ["500"]
    _sent(shops["refused"])
    take_answers(now=NOW)  # the bank does not know it, so it goes again
    bank.faults = ["refuse"]
    send_due(now=NOW)
    mark_refused(transfer("refused").file, by=ada(), reason="The bank's letter says so", now=NOW)
    _sent(shops["unknown"])
    bank.decide(transfer("unknown").rail_key, "dancing")
    take_answers(now=NOW)
    resolve(transfer("unknown"), outcome="settled", by=ada(), reason="On the statement", now=NOW)
    _sent(shops["accepted"])
    requested(shops["small"], 5_000, "small")
    requested(shops["asked"], 200_000, "asked")
    approved(shops["prepared"], 10_000, "prepared")
    prepare_files(rail_manifests()["bank"], now=NOW)
    place_hold(shops["asked"], reason="Checking", now=NOW, by=ada())
    pause_payouts(reason="The bank asked for it", now=NOW, by=ada())
    hold_commission(commission("asked"), reason="Checking", now=NOW)
    unread = UnreadableReport("order", UNREAD, NOW, {"n": 1}, "n is new")
    take_order_reports("taobao", [report("7001", position="no such position"), unread], now=NOW)
    take_answers(now=NOW, all_files=True)  # so that only what a scenario lets the bank say is new


def _shop(slug: str, number: int) -> Shop:
    owner = Person.objects.create(email=f"{slug}@example.com", name=slug)
    shop = Shop.objects.create(slug=slug, owner=owner, name=slug)
    ready_payee(shop)
    position = f"11000000010{number}"
    leased(shop, position)
    earn(400_000, f"600{number}", position=position)
    return shop


def _sent(shop: Shop) -> None:
    approved(shop, 10_000, shop.slug)
    send_due(now=NOW)


def shop(slug: str) -> Shop:
    return Shop.objects.get(slug=slug)


def payout(slug: str) -> Payout:
    return Payout.objects.get(shop__slug=slug)


def transfer(slug: str) -> PayoutAttempt:
    return PayoutAttempt.objects.select_related("file").get(shop__slug=slug)


def file_of(slug: str) -> PayoutFile:
    return transfer(slug).file


def commission(slug: str) -> Commission:
    return Commission.objects.get(shop__slug=slug)


# --- what a reader of the books sees, without ids and times ----------------------------------------------

_APPS = ("ledger", "payouts", "commissions", "orders", "sharing", "record")
_NOT_OF_A_VERB = {"record_eventnumber", "record_unnumbered"}  # a job gives the numbers
_STATES = (
    "SELECT s.slug, a.kind, a.party, a.balance_minor FROM ledger_account a LEFT JOIN shops_shop s ON s.id = a.book_id",
    "SELECT kind, count(*) FROM record_event GROUP BY kind",
    "SELECT kind, count(*) FROM ledger_journal GROUP BY kind",
    "SELECT s.slug, p.state, p.approvals_needed FROM payouts_payout p JOIN shops_shop s ON s.id = p.shop_id",
    "SELECT s.slug, a.state FROM payouts_payoutattempt a JOIN shops_shop s ON s.id = a.shop_id",
    "SELECT message_id, answered_at IS NULL, withdrawn_at IS NULL, problems FROM payouts_payoutfile",
    "SELECT order_line_id, revision, holds_of_all, pending_minor, held_minor, released_minor"
    " FROM commissions_commission",
    "SELECT external_order, state, shop_id, suspense FROM orders_orderline",
    "SELECT shop_id, ended_at IS NULL FROM sharing_positionlease",
)


def books() -> list[tuple[object, ...]]:
    """Every balance and state, and how many rows each table has."""
    tables = [model._meta.db_table for app in _APPS for model in apps.get_app_config(app).get_models()]
    counts = [f"SELECT '{table}', count(*) FROM {table}" for table in tables if table not in _NOT_OF_A_VERB]
    found = [sql.tuples(query) for query in (*_STATES, " UNION ALL ".join(counts))]
    return sorted((row for rows in found for row in rows), key=repr)
