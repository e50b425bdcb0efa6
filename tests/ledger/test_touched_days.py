"""With 90 days of postings, each hot query touches the days it must and no other."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import transaction

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.kit.ids import new_id
from joey.ledger.chart import AccountKind
from joey.ledger.post import Move, post
from joey.ledger.queries import balances_of, lock_account
from joey.money.money import Money
from tests.cast import NOW
from tests.plans import days_of, days_scanned, ninety_days, own_days, touched_by
from tests.slow import slow

SHOP = new_id()
# A journal a day with its postings, whatever their number.
POSTINGS = """
WITH journal AS (
    INSERT INTO ledger_journal (id, book_id, kind, reference, happened_at)
    SELECT overlay(joey_first_id_of(%(day)s)::text PLACING '01' FROM 35)::uuid, book_id, 'commission.earned',
           %(day)s, now()
    FROM ledger_account LIMIT 1
    RETURNING id, book_id
)
INSERT INTO ledger_posting (journal_id, book_id, debit_id, credit_id, currency, amount_minor)
SELECT j.id, j.book_id, min(a.id), max(a.id), 'CNY', 1 FROM journal j, ledger_account a, generate_series(1, {rows}) AS n
GROUP BY j.id, j.book_id, n
"""


@pytest.fixture(scope="module", autouse=True)
def days(postgres: EmbeddedPostgres, django_db_setup: None) -> Iterator[None]:
    with own_days(postgres, "ledger_posting"):
        yield


@pytest.fixture(params=[200, slow(20_000)])
def ninety(committed_db: EmbeddedPostgres, request: pytest.FixtureRequest) -> EmbeddedPostgres:
    book("first")
    ninety_days(committed_db, "ledger_posting", POSTINGS.format(rows=request.param))
    return committed_db


def book(reference: str) -> None:
    move = Move(AccountKind.MARKET_EXPECTED, AccountKind.SHOP_PENDING, Money(1, "CNY"), debit_party="taobao")
    with transaction.atomic():
        post(SHOP, kind="commission.earned", reference=reference, happened_at=NOW, moves=[move])


def test_a_balance_is_read_without_its_postings(ninety: EmbeddedPostgres) -> None:
    assert touched_by(lambda: balances_of(SHOP)) == {"ledger_account"}
    with transaction.atomic():
        touched = touched_by(lambda: lock_account(SHOP, AccountKind.SHOP_PENDING, "CNY"))
    assert touched == {"ledger_account"}


def test_booking_a_journal_again_compares_it_with_its_own_day(ninety: EmbeddedPostgres) -> None:
    with transaction.atomic(), days_scanned("ledger_posting") as scanned:
        book("first")
    assert scanned == days_of("ledger_posting", 0)


def test_booking_reads_no_day_and_writes_today(ninety: EmbeddedPostgres) -> None:
    with transaction.atomic(), days_scanned("ledger_posting") as scanned:
        book("second")
    assert scanned == set()

    journal = sql.value("SELECT id FROM ledger_journal WHERE reference = 'second'")
    where = sql.value("SELECT tableoid::regclass::text FROM ledger_posting WHERE journal_id = %s", [journal])
    assert {where} == days_of("ledger_posting", 0)


def test_a_journal_is_booked_once_across_days(ninety: EmbeddedPostgres) -> None:
    """Its reference is unique in a table without partitions."""
    with psycopg.connect(ninety.urls.owner) as owner:
        (kind,) = owner.execute("SELECT relkind FROM pg_class WHERE relname = 'ledger_journal'").fetchone() or ("",)
    assert kind == "r"
    before = sql.value("SELECT count(*) FROM ledger_posting")

    book("first")

    assert sql.value("SELECT count(*) FROM ledger_posting") == before
