"""Double entry: what can be written, what cannot, and that balances are what the postings say."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from joey.kit import sql
from joey.kit.ids import new_id
from joey.kit.sets import SetTable
from joey.ledger.chart import CHART, AccountKind, Side
from joey.ledger.post import Move, MoveRow, post, post_set
from joey.ledger.postings import PAIRS
from joey.ledger.prove import CHECKS
from joey.ledger.queries import balances_of, lock_account
from joey.money.money import Money
from tests.cast import NOW

pytestmark = pytest.mark.django_db

SHOP = new_id()
EXPECTED, PENDING = AccountKind.MARKET_EXPECTED, AccountKind.SHOP_PENDING


def yuan(minor: int) -> Money:
    return Money(minor, "CNY")


def earn(reference: str, minor: int) -> bool:
    move = Move(EXPECTED, PENDING, yuan(minor), debit_party="taobao")
    return post(SHOP, kind="commission.earned", reference=reference, happened_at=NOW, moves=[move])


def moved(debit: AccountKind, credit: AccountKind, minor: int) -> Move:
    """A move between accounts of one marketplace and one rail account."""

    def party(kind: AccountKind) -> str:
        return "taobao" if CHART[kind].party else ""

    return Move(debit, credit, yuan(minor), debit_party=party(debit), credit_party=party(credit))


def move_row(reference: str, minor: int) -> MoveRow:
    return MoveRow(SHOP, "commission.earned", reference, NOW, EXPECTED, "taobao", PENDING, "", "CNY", minor)


def holds() -> None:
    for check in CHECKS:
        assert check.first_offender() is None, check.rule


def pending() -> int:
    return balances_of(SHOP)["CNY"].pending.minor


def test_a_journal_is_booked_once_however_often_it_comes() -> None:
    first, again = earn("a", 100), earn("a", 100)

    assert (first, again) == (True, False)
    assert pending() == 100
    holds()


def test_a_set_books_what_is_new_and_passes_over_what_is_not() -> None:
    earn("1", 10)
    moves = SetTable("moves", MoveRow).create().fill(move_row(str(n), 10) for n in range(1, 51))

    assert post_set(moves) == 49
    assert post_set(moves) == 0
    assert pending() == 500
    holds()


def test_a_select_with_parameters_is_booked_like_a_set() -> None:
    select = """
        SELECT %(shop)s::uuid AS book_id, 'commission.earned' AS kind, n::text AS reference, %(now)s AS happened_at,
               'market:expected' AS debit_kind, 'taobao' AS debit_party, 'shop:pending' AS credit_kind,
               '' AS credit_party, 'CNY' AS currency, 10 AS amount_minor
        FROM generate_series(1, 3) AS n
    """

    assert post_set(select, {"shop": SHOP, "now": NOW}) == 3
    assert post_set(select, {"shop": SHOP, "now": NOW}) == 0
    assert pending() == 30
    holds()


def test_an_account_that_must_not_fall_below_zero_does_not() -> None:
    earn("a", 100)

    move = Move(PENDING, EXPECTED, yuan(101), credit_party="taobao")
    with pytest.raises(IntegrityError), transaction.atomic():
        post(SHOP, kind="commission.adjusted", reference="b", happened_at=NOW, moves=[move])

    assert pending() == 100
    holds()


@pytest.mark.parametrize("minor", [0, -1])
def test_an_amount_that_is_not_above_zero_is_no_posting(minor: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        earn("a", minor)


def test_money_does_not_move_from_an_account_to_itself() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        post(SHOP, kind="commission.adjusted", reference="a", happened_at=NOW, moves=[Move(PENDING, PENDING, yuan(1))])


@pytest.mark.parametrize("table", ["ledger_journal", "ledger_posting", "record_event", "orders_report"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_app_role_cannot_change_what_is_append_only(table: str, change: str) -> None:
    earn("a", 1)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        sql.execute(change.format(table))


def test_a_shop_that_never_earned_has_no_balances() -> None:
    assert balances_of(new_id()) == {}
    with transaction.atomic():
        assert lock_account(new_id(), PENDING, "CNY") == 0


def test_reading_a_balance_is_one_query_however_long_the_history() -> None:
    for n in range(30):
        earn(str(n), 1)

    with connection.execute_wrapper(counting := Counting()):
        assert pending() == 30

    assert counting.statements == 1


class Counting:
    """Counts statements."""

    statements = 0

    def __call__(self, execute, statement, params, many, context):  # type: ignore[no-untyped-def]
        self.statements += 1
        return execute(statement, params, many, context)


FREE = [  # either side of these may end anywhere
    (debit, credit)
    for debit, credit in PAIRS["commission.adjusted"]
    if CHART[debit].shop in (Side.DEBIT, Side.CREDIT, Side.BELOW_ZERO_BY_SOME)
]
MOVES = st.lists(st.tuples(st.sampled_from(FREE), st.integers(1, 2**40)), min_size=1, max_size=12)


@given(MOVES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_set_of_moves_leaves_all_balances_together_at_zero(
    moves: list[tuple[tuple[AccountKind, AccountKind], int]],
) -> None:
    shop = new_id()

    post(
        shop,
        kind="commission.adjusted",
        reference="x",
        happened_at=NOW,
        moves=[moved(debit, credit, minor) for (debit, credit), minor in moves],
    )

    assert sql.value("SELECT sum(balance_minor) FROM ledger_account WHERE book_id = %s", [shop]) == 0
    holds()
