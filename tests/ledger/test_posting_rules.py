"""PostgreSQL refuses, from the app role, every posting that the tables of docs/money.md do not allow, and says why."""

import re
from pathlib import Path

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from joey.kit import sql
from joey.kit.ids import new_id
from joey.ledger.chart import CHART, HOUSE_BOOK, AccountKind
from joey.ledger.post import Move, post
from joey.ledger.postings import MAY_OVERDRAW, PAIRS, pair_rows
from joey.money.money import Money
from tests.cast import NOW

pytestmark = pytest.mark.django_db

SHOP, OTHER = new_id(), new_id()
K = AccountKind


def book(kind: str, debit: AccountKind, credit: AccountKind, minor: int = 10, *, shop=SHOP, currency="CNY") -> bool:  # type: ignore[no-untyped-def]
    move = Move(
        debit,
        credit,
        Money(minor, currency),
        debit_party="p" if CHART[debit].party else "",
        credit_party="p" if CHART[credit].party else "",
    )
    return post(shop, kind=kind, reference=str(new_id()), happened_at=NOW, moves=[move])


def account(kind: AccountKind, *, shop=SHOP, currency="CNY") -> int:  # type: ignore[no-untyped-def]
    return int(
        sql.value(
            "SELECT id FROM ledger_account WHERE (book_id, kind, currency) = (%s, %s, %s)", [shop, kind, currency]
        )
    )


def journal(kind: str) -> object:
    return sql.value("SELECT id FROM ledger_journal WHERE kind = %s", [kind])


def insert(journal_id: object, debit: int, credit: int, *, shop=SHOP, currency="CNY") -> None:  # type: ignore[no-untyped-def]
    """A posting written past the program, as the app role."""
    sql.execute(
        "INSERT INTO ledger_posting (journal_id, book_id, debit_id, credit_id, currency, amount_minor)"
        " VALUES (%s, %s, %s, %s, %s, 1)",
        [journal_id, shop, debit, credit, currency],
    )


@pytest.fixture
def earned() -> object:
    """Accounts in two books and two currencies, and a journal that may post expected → pending."""
    book("commission.earned", K.MARKET_EXPECTED, K.SHOP_PENDING)
    book("commission.earned", K.MARKET_EXPECTED, K.SHOP_PENDING, currency="USD")
    book("commission.earned", K.MARKET_EXPECTED, K.SHOP_PENDING, shop=OTHER)
    return sql.value("SELECT id FROM ledger_journal WHERE book_id = %s ORDER BY id LIMIT 1", [SHOP])


def test_what_a_journal_may_post_it_may_post(earned: object) -> None:
    insert(earned, account(K.MARKET_EXPECTED), account(K.SHOP_PENDING))


def test_a_pair_that_the_table_lacks_is_refused(earned: object) -> None:
    with pytest.raises(
        IntegrityError, match=r"not in ledger_pair .*commission.earned, shop:pending -> market:expected"
    ):
        insert(earned, account(K.SHOP_PENDING), account(K.MARKET_EXPECTED))


def test_a_pair_of_another_kind_of_journal_is_refused(earned: object) -> None:
    book("commission.confirmed", K.SHOP_PENDING, K.SHOP_AVAILABLE, 1)
    with pytest.raises(IntegrityError, match=r"not in ledger_pair .*commission.earned, shop:pending -> shop:available"):
        insert(earned, account(K.SHOP_PENDING), account(K.SHOP_AVAILABLE))


def test_a_kind_of_journal_that_no_table_names_posts_nothing() -> None:
    with pytest.raises(IntegrityError, match=r"not in ledger_pair .*kind gift"):
        book("gift", K.MARKET_EXPECTED, K.SHOP_PENDING)


@pytest.mark.parametrize("side", ["debit", "credit", "journal"])
def test_a_posting_across_two_books_is_refused(earned: object, side: str) -> None:
    debit = account(K.MARKET_EXPECTED, shop=OTHER if side == "debit" else SHOP)
    credit = account(K.SHOP_PENDING, shop=OTHER if side == "credit" else SHOP)
    foreign = sql.value("SELECT id FROM ledger_journal WHERE book_id = %s", [OTHER])

    with pytest.raises(IntegrityError, match=r"spans two books"):
        insert(foreign if side == "journal" else earned, debit, credit)


@pytest.mark.parametrize("side", ["debit", "credit", "posting"])
def test_a_posting_in_two_currencies_is_refused(earned: object, side: str) -> None:
    debit = account(K.MARKET_EXPECTED, currency="USD" if side == "debit" else "CNY")
    credit = account(K.SHOP_PENDING, currency="USD" if side == "credit" else "CNY")

    with pytest.raises(IntegrityError, match=r"spans two currencies"):
        insert(earned, debit, credit, currency="USD" if side == "posting" else "CNY")


def test_a_posting_of_no_journal_or_no_account_is_refused(earned: object) -> None:
    debit, credit = account(K.MARKET_EXPECTED), account(K.SHOP_PENDING)

    with pytest.raises(IntegrityError, match=r"its journal does not exist"), transaction.atomic():
        insert(sql.value("SELECT joey_row_id()"), debit, credit)
    with pytest.raises(IntegrityError, match=r"an account does not exist"), transaction.atomic():
        insert(earned, debit, credit + 1_000_000)


def test_one_wrong_posting_among_many_refuses_the_whole_statement(earned: object) -> None:
    rows = sql.value("SELECT count(*) FROM ledger_posting")

    with pytest.raises(IntegrityError, match=r"not in ledger_pair"), transaction.atomic():
        sql.execute(
            "INSERT INTO ledger_posting (journal_id, book_id, debit_id, credit_id, currency, amount_minor)"
            " SELECT %(journal)s, %(shop)s, CASE n WHEN 500 THEN %(credit)s ELSE %(debit)s END,"
            " CASE n WHEN 500 THEN %(debit)s ELSE %(credit)s END, 'CNY', n FROM generate_series(1, 1000) AS n",
            {"journal": earned, "shop": SHOP, "debit": account(K.MARKET_EXPECTED), "credit": account(K.SHOP_PENDING)},
        )

    assert sql.value("SELECT count(*) FROM ledger_posting") == rows


def test_a_table_of_the_same_name_in_the_session_changes_nothing(earned: object) -> None:
    sql.execute("CREATE TEMP TABLE ledger_pair AS SELECT * FROM public.ledger_pair")
    sql.execute("INSERT INTO pg_temp.ledger_pair VALUES ('commission.earned', 'shop:pending', 'market:expected', true)")

    with pytest.raises(IntegrityError, match=r"not in ledger_pair"):
        insert(earned, account(K.SHOP_PENDING), account(K.MARKET_EXPECTED))


def test_the_app_role_writes_no_partition_by_its_own_name(earned: object) -> None:
    name = sql.value("SELECT tableoid::regclass::text FROM ledger_posting LIMIT 1")
    for partition in (name, "ledger_posting_default"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            sql.execute(f"INSERT INTO {partition} SELECT * FROM ledger_posting LIMIT 1")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_account SET kind = 'shop:available'",
        "UPDATE ledger_account SET book_id = gen_random_uuid()",
        "UPDATE ledger_account SET currency = 'USD'",
        "DELETE FROM ledger_account",
        "DELETE FROM ledger_pair",
        "UPDATE ledger_pair SET overdraws = true",
        "INSERT INTO ledger_pair VALUES ('gift', 'platform:revenue', 'shop:available', true)",
    ],
)
def test_what_postings_were_checked_against_stays(earned: object, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        sql.execute(change)


# --- below zero ----------------------------------------------------------------------------------------


TAKEN = [(row.journal_kind, K(row.credit_kind)) for row in pair_rows() if row.debit_kind == K.SHOP_AVAILABLE]


@pytest.fixture
def ten_available() -> None:
    book("commission.earned", K.MARKET_EXPECTED, K.SHOP_PENDING, 10)
    book("commission.confirmed", K.SHOP_PENDING, K.SHOP_AVAILABLE, 10)
    book("penalty.taken", K.PLATFORM_PENALTY, K.MARKET_RECEIVABLE, 100)


@pytest.mark.usefixtures("ten_available")
@pytest.mark.parametrize(("kind", "credit"), TAKEN, ids=lambda part: str(part))
def test_available_falls_below_zero_only_by_the_kinds_that_may(kind: str, credit: AccountKind) -> None:
    if kind in MAY_OVERDRAW:
        assert book(kind, K.SHOP_AVAILABLE, credit, 11)
    else:
        assert book(kind, K.SHOP_AVAILABLE, credit, 10)
        with pytest.raises(IntegrityError, match=r"may not leave shop:available below zero"), transaction.atomic():
            book(kind, K.SHOP_AVAILABLE, credit, 1)


def test_what_may_overdraw_is_what_the_design_names() -> None:
    assert {kind for kind, _credit in TAKEN if kind not in MAY_OVERDRAW} == {"hold.placed", "payout.reserved"}
    assert {kind for kind, _credit in TAKEN} >= MAY_OVERDRAW


# --- the data ------------------------------------------------------------------------------------------


def test_the_database_has_the_pairs_of_the_code() -> None:
    kept = set(sql.tuples("SELECT journal_kind, debit_kind, credit_kind, overdraws FROM ledger_pair"))

    assert kept == {(row.journal_kind, row.debit_kind, row.credit_kind, row.overdraws) for row in pair_rows()}


def test_the_documentation_names_every_kind_of_journal_and_of_account() -> None:
    written = (Path(__file__).parents[2] / "docs/money.md").read_text()

    assert [kind for kind in (*PAIRS, *AccountKind) if f"`{kind}`" not in written] == []


def test_every_pair_is_within_one_kind_of_book() -> None:
    for kind, pairs in PAIRS.items():
        for debit, credit in pairs:
            in_shops = CHART[debit].shop and CHART[credit].shop
            in_the_house = CHART[debit].house and CHART[credit].house
            assert in_shops or in_the_house, (kind, debit, credit)


def test_each_pair_can_be_posted_in_its_book() -> None:
    """Nothing in the table is refused by the chart's own checks."""
    for kind, pairs in PAIRS.items():
        for debit, credit in pairs:
            book_id = new_id() if CHART[debit].shop and CHART[credit].shop else HOUSE_BOOK
            fill(book_id, debit)
            if credit == K.PLATFORM_LOSS:  # never above zero: only what was lost comes back
                fill(book_id, credit)
            assert book(kind, debit, credit, 1, shop=book_id)


def fill(book_id: object, kind: AccountKind) -> None:
    """Let an account that may not fall below zero have something to give, however it came there."""
    sql.execute(
        "INSERT INTO ledger_account (book_id, kind, party, currency, balance_minor) VALUES (%s, %s, %s, 'CNY', %s)"
        " ON CONFLICT DO NOTHING",
        [book_id, kind, "p" if CHART[kind].party else "", -1_000 if kind == K.PLATFORM_LOSS else 1_000],
    )


@pytest.mark.parametrize(
    ("book_id", "kind", "party", "currency", "broken"),
    [
        (SHOP, "gift", "", "CNY", "kind_of_its_book"),
        (SHOP, "house:bank", "p", "CNY", "kind_of_its_book"),
        (HOUSE_BOOK, "shop:available", "", "CNY", "kind_of_its_book"),
        (SHOP, "shop:available", "p", "CNY", "party_of_its_kind"),
        (SHOP, "market:expected", "", "CNY", "party_of_its_kind"),
        (SHOP, "shop:available", "", "cny", "currency"),
    ],
)
def test_an_account_is_of_the_chart(book_id: object, kind: str, party: str, currency: str, broken: str) -> None:
    with pytest.raises(IntegrityError, match=re.escape(broken)):
        sql.execute(
            "INSERT INTO ledger_account (book_id, kind, party, currency) VALUES (%s, %s, %s, %s)",
            [book_id, kind, party, currency],
        )


@pytest.mark.parametrize(
    ("kind", "minor", "broken"),
    [
        *((kind, -1, "not_below_zero") for kind in ("shop:pending", "shop:held", "shop:reserved", "rounding", "paid")),
        ("platform:loss", 1, "not_above_zero"),
    ],
)
def test_a_balance_stays_on_its_side(kind: str, minor: int, broken: str) -> None:
    party = "p" if CHART[AccountKind(kind)].party else ""
    with pytest.raises(IntegrityError, match=broken):
        sql.execute(
            "INSERT INTO ledger_account (book_id, kind, party, currency, balance_minor) VALUES (%s, %s, %s, 'CNY', %s)",
            [SHOP, kind, party, minor],
        )
