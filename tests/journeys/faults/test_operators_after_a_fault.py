"""What only a fault brings about, ended by operators over the real processes: a line that cannot be booked, a file
that was prepared and never left, reports that were not asked for in time.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.journeys.at_the_counter import Api
from tests.journeys.at_the_office import Operator
from tests.journeys.faults.town import Town
from tests.journeys.paying_out import (
    approved,
    available,
    files_at_the_bank,
    in_days,
    order,
    payout,
    settled,
    sold,
)
from tests.journeys.running import RunningJoey, until
from tests.journeys.running import joey as command

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

AMOUNT = 1_000


@pytest.fixture
def mei(town: Town) -> Api:
    """Mei of the demo, with enough to pay out."""
    api = Api(town.joey.url, town.joey.token("--shop", "mei"))
    sold(town.joey, town.sandbox, api, 30)
    town.joey.run("settle", "--as-of", in_days(120))
    assert available(api) >= AMOUNT
    return api


@pytest.fixture
def ada(town: Town) -> Operator:
    return Operator(town.joey, town.sandbox, "ada")


@contextmanager
def owner(town: Town) -> Iterator[psycopg.Connection]:
    with psycopg.connect(town.joey.note()["database_owner_url"], autocommit=True) as database:
        yield database


@contextmanager
def commission_refused(town: Town, line: str) -> Iterator[None]:
    """As if a fault of the program kept what this line earns from being written."""
    with owner(town) as database:
        database.execute(
            f"""
            CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE 'a fault that is not found yet'; END $$;
            CREATE TRIGGER fault BEFORE INSERT OR UPDATE OF base_minor ON commissions_commission FOR EACH ROW
            WHEN (NEW.order_line_id = '{line}') EXECUTE FUNCTION fault();
            """
        )
        try:
            yield
        finally:
            database.execute("DROP FUNCTION fault() CASCADE")


def sync(joey: RunningJoey) -> bool:
    """It tells of the fault in the log, as it should."""
    return command("sync", timeout=120, JOEY_DATA=str(joey.data)).returncode == 0


def test_a_line_that_cannot_be_booked_is_set_aside_alone_and_booked_once_the_fault_is_gone(
    town: Town, mei: Api, ada: Operator
) -> None:
    joey, sandbox = town.joey, town.sandbox
    line = sold(joey, sandbox, mei, 1)
    before = order(mei, line)["commission"]
    with commission_refused(town, line["id"]):
        sandbox.move(line["number"], "correct", commission=4_321)
        listed = until(
            lambda: sync(joey) and ada.rows("commissions_quarantinedline"), "the line, set aside", seconds=180, pause=1
        )
        assert listed == [line["id"]]
        assert "Order lines that cannot be booked" in ada.waiting()
        assert "a fault that is not found yet" in ada.run("lines", "quarantine")
        refused = ada.run("lines", "retry", line["id"], exit_code=1)
        assert "still cannot be booked: a fault that is not found yet" in refused
        assert order(mei, line)["commission"] == before
        assert sold(joey, sandbox, mei, 1)["commission"]["minor"] > 0, "it stops no other"

    assert "Booked" in ada.run("lines", "retry", line["id"])

    assert ada.rows("commissions_quarantinedline") == []
    assert "Every order line can be booked" in ada.run("lines", "quarantine")
    assert "Order lines that cannot be booked" not in ada.waiting()
    assert order(mei, line)["commission"] != before
    assert "All" in joey.run("prove")


def test_a_file_that_was_prepared_and_never_left_is_withdrawn_and_its_payout_is_paid_once(
    town: Town, mei: Api, ada: Operator
) -> None:
    joey, sandbox = town.joey, town.sandbox
    before = len(files_at_the_bank(sandbox))
    with owner(town) as database, database.transaction():
        database.execute("LOCK TABLE payouts_submission IN EXCLUSIVE MODE")  # it cannot be written that a file leaves
        wish = approved(mei, ada, AMOUNT)
        joey.run("pay", exit_code=None)
        (file,) = until(lambda: ada.rows("payouts_payoutfile", "?waits=to-leave"), "the file", seconds=120)
        ada.run("payouts", "pause", "We change the bank")
    listed = ada.run("files", "list")
    assert "has not left" in listed
    named = listed.split()[0]
    assert "All" in joey.run("prove")

    assert "reason" in ada.run("files", "withdraw", named, " ", exit_code=1)
    assert "prepared again within a minute" in ada.run("files", "withdraw", named, "We change the bank")
    assert "withdrawn already" in ada.run("files", "withdraw", named, "Again", exit_code=1)
    assert ada.rows("payouts_payoutfile", "?waits=to-leave") == []
    assert "We change the bank" in ada.run("payouts", "status")
    assert payout(mei, wish)["state"] == "approved"
    assert len(files_at_the_bank(sandbox)) == before

    ada.run("payouts", "resume", "The other bank knows nothing of us")
    settled(joey, mei, wish)
    received = files_at_the_bank(sandbox)
    assert len(received) == before + 1
    assert named not in received
    assert file not in ada.rows("payouts_payoutfile", "?waits=for-answers")
    assert "All" in joey.run("prove")


def test_what_was_not_asked_for_in_time_is_listed_until_an_operator_ends_the_gap(town: Town, ada: Operator) -> None:
    missing = "answers for that time no more"
    for ended in ("in the office", "in the terminal"):
        with owner(town) as database:  # as if the instance had been off then
            database.execute(
                "UPDATE orders_synccursor SET gap_since = now() - interval '99 days', gap_ended_at = NULL,"
                " gap_until = now() - interval '90 days' WHERE (marketplace, question) = ('taobao', 'orders')"
            )
        (gap,) = ada.rows("orders_synccursor")
        assert missing in town.joey.run("sync")
        assert "Gaps in the reports" in ada.waiting()
        assert "Give a reason" in ada.run("reports", "end-gap", "taobao", " ", exit_code=1)

        if ended == "in the office":
            assert "Done: 1" in ada.act("orders_synccursor", "end_gap", gap, reason="Both exports are imported")
        else:
            assert "The gap is ended" in ada.run("reports", "end-gap", "taobao", "Both exports are imported")

        assert ada.rows("orders_synccursor") == []
        assert "Gaps in the reports" not in ada.waiting()
        assert missing not in town.joey.run("sync")
    assert "No reports of this marketplace are missing" in ada.run("reports", "end-gap", "taobao", "Again", exit_code=1)
    assert "All" in town.joey.run("prove")
