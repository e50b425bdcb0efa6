"""`joey reports end-gap` as a person types it."""

import pytest
from click.testing import CliRunner, Result

from joey.cli.cli import main
from joey.orders.models import SyncCursor
from joey.orders.queries import read_until
from tests.cast import DAY, NOW, ada

pytestmark = pytest.mark.usefixtures("committed_db", "in_a_folder_of_its_own")


def run(*arguments: str) -> Result:
    """One `joey reports end-gap` in this process, on the tests' database."""
    return CliRunner().invoke(main, ["reports", "end-gap", *arguments])


def test_an_operator_ends_a_gap_once_and_money_waits_for_it_no_more() -> None:
    contact = ada().contact
    SyncCursor.objects.create(
        marketplace="taobao", account="1", question="orders", read_until=NOW, gap_since=NOW - 99 * DAY,
        gap_until=NOW - 90 * DAY,
    )  # fmt: skip
    assert read_until("taobao") == NOW - 99 * DAY
    assert run("jd", "Imported", "--by", contact).exit_code == 1
    without_reason = run("tmall", " ", "--by", contact)
    assert (without_reason.exit_code, "Give a reason" in without_reason.output) == (1, True)
    assert read_until("taobao") == NOW - 99 * DAY

    done = run("tmall", "Both exports are imported", "--by", contact)  # one connector reports for both

    assert (done.exit_code, "The gap is ended" in done.stdout) == (0, True), done.output
    assert read_until("taobao") == NOW
    again = run("taobao", "Again", "--by", contact)
    assert (again.exit_code, "No reports of this marketplace are missing" in again.output) == (1, True)
