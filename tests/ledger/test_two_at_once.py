"""Booking beside itself: the same journal on two connections, the same reference with other content, one killed."""

import psycopg
import pytest
from django.db import transaction

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.kit.ids import new_id
from joey.kit.sets import SetTable
from joey.ledger.chart import AccountKind
from joey.ledger.post import Move, MoveRow, OtherContent, post, post_set
from joey.ledger.queries import balances_of
from joey.money.money import Money
from tests.at_once import die_after, outcomes
from tests.cast import NOW

pytestmark = pytest.mark.usefixtures("committed_db")

SHOP = new_id()
EXPECTED, PENDING, ROUNDING = AccountKind.MARKET_EXPECTED, AccountKind.SHOP_PENDING, AccountKind.ROUNDING


def earn(minor: int, *, rounding: int = 0, party: str = "taobao", reference: str = "1", currency: str = "CNY") -> bool:
    moves = [Move(EXPECTED, PENDING, Money(minor, currency), debit_party=party)]
    if rounding:
        moves.append(Move(EXPECTED, ROUNDING, Money(rounding, currency), debit_party=party))
    with transaction.atomic():
        return post(SHOP, kind="commission.earned", reference=reference, happened_at=NOW, moves=moves)


def pending() -> int:
    return balances_of(SHOP)["CNY"].pending.minor


def test_the_same_journal_on_two_connections_is_booked_once() -> None:
    came = outcomes(*[lambda: earn(100, rounding=1)] * 4)

    assert sorted(map(str, came)) == ["False", "False", "False", "True"]
    assert pending() == 100


def test_other_content_under_one_reference_is_refused_on_the_connection_that_comes_second() -> None:
    came = outcomes(lambda: earn(100), lambda: earn(101))

    assert sum(each is True for each in came) == 1
    assert sum(isinstance(each, OtherContent) for each in came) == 1
    assert pending() in (100, 101)
    assert sql.value("SELECT count(*) FROM ledger_posting") == 1


@pytest.mark.parametrize(
    "other",
    [
        {"minor": 99},
        {"minor": 100},  # one posting less
        {"minor": 100, "rounding": 2},
        {"minor": 100, "rounding": 1, "party": "jd"},
        {"minor": 100, "rounding": 1, "currency": "USD"},
    ],
)
def test_the_same_reference_with_other_content_is_refused_and_changes_nothing(other: dict[str, object]) -> None:
    earn(100, rounding=1)
    before = sql.rows("SELECT * FROM ledger_account ORDER BY id"), sql.rows("SELECT * FROM ledger_posting ORDER BY id")

    with pytest.raises(OtherContent) as refused:
        earn(**other)  # type: ignore[arg-type]

    assert refused.value.facts == {"kind": "commission.earned", "reference": "1"}
    assert before == (
        sql.rows("SELECT * FROM ledger_account ORDER BY id"),
        sql.rows("SELECT * FROM ledger_posting ORDER BY id"),
    )


def test_one_other_journal_in_a_set_refuses_the_whole_set() -> None:
    earn(10, reference="7")
    rows = [
        MoveRow(SHOP, "commission.earned", str(n), NOW, EXPECTED, "taobao", PENDING, "", "CNY", 11) for n in range(50)
    ]

    with pytest.raises(OtherContent), transaction.atomic():
        post_set(SetTable("moves", MoveRow).create().fill(rows))

    assert pending() == 10
    assert sql.value("SELECT count(*) FROM ledger_journal") == 1


def test_the_same_moves_twice_in_one_journal_are_two_moves() -> None:
    def twice(times: int) -> bool:
        moves = [Move(EXPECTED, PENDING, Money(5, "CNY"), debit_party="taobao")] * times
        with transaction.atomic():
            return post(SHOP, kind="commission.earned", reference="1", happened_at=NOW, moves=moves)

    assert twice(2)
    assert not twice(2)
    with pytest.raises(OtherContent):
        twice(1)
    assert pending() == 10


@pytest.mark.parametrize(
    "moment", ["INSERT INTO new_journal", "INSERT INTO ledger_account", "INSERT INTO ledger_posting"]
)
def test_a_booking_killed_midway_leaves_its_reference_free(moment: str) -> None:
    die_after(moment, lambda: earn(100))

    assert sql.value("SELECT count(*) FROM ledger_journal") == 0
    assert earn(99)
    assert pending() == 99
    with pytest.raises(OtherContent):
        earn(100)


def test_a_set_that_overdraws_on_two_connections_leaves_what_there_was(committed_db: EmbeddedPostgres) -> None:
    """Two requests for the whole balance: the database itself lets one through."""
    with transaction.atomic():
        earn(100)
        move = Move(PENDING, AccountKind.SHOP_AVAILABLE, Money(100, "CNY"))
        post(SHOP, kind="commission.confirmed", reference="1", happened_at=NOW, moves=[move])

    def reserve(reference: str) -> bool:
        move = Move(AccountKind.SHOP_AVAILABLE, AccountKind.SHOP_RESERVED, Money(100, "CNY"))
        with transaction.atomic():
            return post(SHOP, kind="payout.reserved", reference=reference, happened_at=NOW, moves=[move])

    came = outcomes(lambda: reserve("a"), lambda: reserve("b"))

    assert sum(each is True for each in came) == 1
    assert sum("below zero" in str(each) for each in came) == 1
    assert (balances_of(SHOP)["CNY"].available.minor, balances_of(SHOP)["CNY"].reserved.minor) == (0, 100)


def test_not_even_the_owner_turns_an_account_into_another(committed_db: EmbeddedPostgres) -> None:
    earn(10)

    for change in ("UPDATE ledger_account SET party = 'other'", "DELETE FROM ledger_account"):
        with psycopg.connect(committed_db.urls.owner) as owner, pytest.raises(psycopg.Error, match="an account stays"):
            owner.execute(change.encode())
