"""Money verbs beside themselves: two connections at once, and one killed midway."""

import time
from collections.abc import Callable

import pytest

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import place_hold, release_hold
from joey.commissions.models import Commission, QuarantinedLine
from joey.commissions.retry_quarantined import retry_quarantined
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.ledger.queries import balances_of
from joey.orders.models import OrderLine
from tests.at_once import claiming_slowly, die_after, outcomes
from tests.cast import NOW, leased, meis_shop, refund, report, settled
from tests.orders.polled import take_order_reports
from tests.proof import prove
from tests.slow import but_every

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
@pytest.mark.parametrize("moment", but_every(2, ["ledger_journal", "ledger_posting", "record_event"]))
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


# ── Holds, withdrawn settlements and retries ──────────────────────────────────────────────────────────────


@pytest.fixture
def available_lines(reported: None) -> None:
    """The three hundred lines, available."""
    earn_due(now=NOW)
    confirm_due(now=NOW)


def held() -> int:
    return balances_of(meis_shop().pk)["CNY"].held.minor


@pytest.mark.usefixtures("available_lines")
def test_holds_and_releases_at_once_leave_what_is_open_and_nothing_else() -> None:
    lines = list(Commission.objects.order_by("id")[:10])
    holds = [place_hold(line, reason="Checking", now=NOW) for line in lines]

    at_once(
        lambda: [release_hold(hold, now=NOW, reason="Looked into it") for hold in holds[:5]],
        lambda: [release_hold(hold, now=NOW, reason="Looked into it") for hold in holds[:5]],
        lambda: [place_hold(line, reason="Again", now=NOW) for line in lines[:2]],
        lambda: earn_due(now=NOW),
    )

    assert held() == 7 * 273
    assert available() == (LINES - 7) * 273
    prove()


@pytest.mark.usefixtures("available_lines")
def test_holds_of_a_part_partial_returns_and_releases_at_once_leave_what_is_open() -> None:
    lines = list(Commission.objects.order_by("id")[:6])
    holds = [place_hold(line, reason="Checking", amount_minor=100, now=NOW) for line in lines]
    returns = [refund(line.order_line.external_order, back=171, reported_at=NOW) for line in lines]
    take_order_reports("taobao", returns, now=NOW)

    at_once(
        lambda: [place_hold(line, reason="Again", amount_minor=30, now=NOW) for line in lines],
        lambda: [release_hold(hold, now=NOW, reason="Looked into it") for hold in holds[:3]],
        lambda: [release_hold(hold, now=NOW, reason="Looked into it") for hold in holds[:3]],
        lambda: earn_due(now=NOW, batch=2),
    )

    assert held() == 3 * 30 + 3 * 130  # 136 are left of each
    assert available() == (LINES - 6) * 273 + 3 * (136 - 30) + 3 * (136 - 130)
    prove()


@pytest.mark.usefixtures("available_lines")
def test_settlements_withdrawn_while_holds_are_placed_lose_nothing() -> None:
    lines = list(Commission.objects.order_by("id")[:6])
    again = [report(line.order_line.external_order, reported_at=NOW) for line in lines]
    take_order_reports("taobao", again, now=NOW)

    at_once(
        lambda: earn_due(now=NOW, batch=2),
        lambda: earn_due(now=NOW, batch=3),
        lambda: [place_hold(line, reason="Checking", now=NOW) for line in lines],
    )

    assert held() == 0
    assert balances_of(meis_shop().pk)["CNY"].pending.minor == 6 * 273
    prove()


@pytest.mark.usefixtures("available_lines")
@pytest.mark.parametrize(
    "moment", but_every(2, ["commissions_hold", "record_event", "ledger_posting", "commissions_revision"])
)
def test_placing_a_hold_killed_midway_leaves_all_or_nothing(moment: str, committed_db: EmbeddedPostgres) -> None:
    line = Commission.objects.order_by("id")[0]

    die_after(f"INSERT INTO {moment}" if moment != "commissions_hold" else 'INSERT INTO "commissions_hold"',
              lambda: place_hold(line, reason="Checking", now=NOW))  # fmt: skip

    assert held() == 0
    prove()
    place_hold(line, reason="Checking", now=NOW)
    assert held() == 273
    prove()


@pytest.mark.usefixtures("available_lines")
@pytest.mark.parametrize("moment", but_every(2, ["commissions_revision", "ledger_posting", "record_event"]))
def test_a_withdrawn_settlement_killed_midway_is_booked_whole_afterwards(
    moment: str, committed_db: EmbeddedPostgres
) -> None:
    take_order_reports("taobao", [report(str(1000 + n), reported_at=NOW) for n in range(LINES)], now=NOW)

    die_after(f"INSERT INTO {moment}", lambda: earn_due(now=NOW))
    killed = available()
    earn_due(now=NOW)

    assert (killed, available()) == (LINES * 273, 0)
    assert balances_of(meis_shop().pk)["CNY"].pending.minor == LINES * 273
    prove()


def test_a_line_retried_twice_at_once_is_booked_once(committed_db: EmbeddedPostgres) -> None:
    leased(meis_shop())
    take_order_reports("taobao", [settled("1001")], now=NOW)
    earn_due(now=NOW)
    line = OrderLine.objects.get()
    QuarantinedLine.objects.create(
        line=line, marketplace="taobao", revision=line.revision, reason="cannot_be_booked", since=NOW
    )

    came = outcomes(
        lambda: retry_quarantined(line.pk, by="ada", now=NOW), lambda: retry_quarantined(line.pk, by="ada", now=NOW)
    )

    assert sorted(type(each).__name__ for each in came) == ["NoneType", "NotFound"]
    assert balances_of(meis_shop().pk)["CNY"].pending.minor == 273
    prove()
