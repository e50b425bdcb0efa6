"""Money verbs beside themselves: two connections at once, and one killed midway."""

import time
from collections.abc import Callable

import pytest

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import place_hold
from joey.commissions.models import Commission
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.ledger.queries import balances_of
from joey.orders.take_order_reports import take_order_reports
from tests.at_once import claiming_slowly, die_after, outcomes
from tests.cast import NOW, leased, meis_shop, refund, settled
from tests.proof import prove

LINES = 300


@pytest.fixture
def reported(committed_db: EmbeddedPostgres) -> None:
    """Three hundred settled order lines, reported and not yet booked."""
    leased(meis_shop())
    take_order_reports("taobao", [settled(str(1000 + n)) for n in range(LINES)], now=NOW)


def at_once(*verbs: Callable[[], object]) -> None:
    """Run each verb on a connection of its own, all at the same time; the first trouble is raised here."""
    for came in outcomes(*verbs):
        if isinstance(came, BaseException):
            raise came


def available() -> int:
    return balances_of(meis_shop().pk)["CNY"].available.minor


@pytest.mark.usefixtures("reported")
def test_earning_on_two_connections_books_each_line_once() -> None:
    at_once(lambda: earn_due(now=NOW, batch=50), lambda: earn_due(now=NOW, batch=70))

    assert Commission.objects.count() == LINES
    assert balances_of(meis_shop().pk)["CNY"].pending.minor == LINES * 273
    prove()


@pytest.mark.usefixtures("reported")
def test_confirming_on_two_connections_confirms_each_once() -> None:
    earn_due(now=NOW)

    at_once(lambda: confirm_due(now=NOW, batch=40), lambda: confirm_due(now=NOW, batch=30))
    confirm_due(now=NOW)

    assert available() == LINES * 273
    prove()


@pytest.mark.usefixtures("reported")
def test_returns_booked_while_confirming_lose_nothing() -> None:
    earn_due(now=NOW)
    take_order_reports("taobao", [refund(str(1000 + n), case=str(n)) for n in range(0, LINES, 2)], now=NOW)

    at_once(lambda: confirm_due(now=NOW, batch=20), lambda: earn_due(now=NOW, batch=15))
    confirm_due(now=NOW)

    assert available() == LINES // 2 * 273
    prove()


def test_a_hold_placed_while_confirming_takes_its_locks_holds(committed_db: EmbeddedPostgres) -> None:
    leased(meis_shop())
    take_order_reports("taobao", [settled("1001"), settled("1002")], now=NOW)
    earn_due(now=NOW)
    later = Commission.objects.order_by("id")[1]

    def hold() -> None:
        for _look in range(200):
            if sql.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"):
                break
            time.sleep(0.02)
        place_hold(later, reason="Ten orders from one device in an hour", now=NOW)

    at_once(confirm_slowly, hold)

    assert Commission.objects.get(pk=later.pk).state == "earned"
    assert balances_of(meis_shop().pk)["CNY"].pending.minor == 273
    prove()


def confirm_slowly() -> None:
    """Confirm with a second between taking the lock of one commission and of the next."""

    with claiming_slowly():
        confirm_due(now=NOW, batch=2)


def test_two_syncs_taking_in_the_same_reports_make_each_line_once(committed_db: EmbeddedPostgres) -> None:
    leased(meis_shop())
    reports = [settled(str(1000 + n)) for n in range(LINES)]

    at_once(
        lambda: take_order_reports("taobao", reports, now=NOW),
        lambda: take_order_reports("taobao", list(reversed(reports)), now=NOW),
    )
    earn_due(now=NOW)

    assert Commission.objects.count() == LINES
    assert sql.value("SELECT count(*) FROM orders_report") == LINES
    prove()


@pytest.mark.usefixtures("reported")
@pytest.mark.parametrize("moment", ["ledger_journal", "ledger_posting", "record_event"])
def test_earning_killed_midway_leaves_all_or_nothing(moment: str, committed_db: EmbeddedPostgres) -> None:
    die_after(f"INSERT INTO {moment} ", lambda: earn_due(now=NOW))

    assert Commission.objects.count() == 0
    earn_due(now=NOW)
    confirm_due(now=NOW)
    assert available() == LINES * 273
    prove()


@pytest.mark.usefixtures("reported")
@pytest.mark.parametrize("moment", ["ledger_posting", "record_event"])
def test_confirming_killed_midway_leaves_all_or_nothing(moment: str, committed_db: EmbeddedPostgres) -> None:
    earn_due(now=NOW)

    die_after(f"INSERT INTO {moment} ", lambda: confirm_due(now=NOW))

    assert available() == 0
    confirm_due(now=NOW)
    assert available() == LINES * 273
    prove()
