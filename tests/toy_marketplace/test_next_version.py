"""The marketplace changes its interface, and the package that can read it comes later: what was kept meanwhile is read
by the command, by the office and by the hourly jobs, and gets its shop and its money as if it had been read at once.
"""

import os
import shutil
import signal
from pathlib import Path

import psycopg
import pytest

from tests.journeys.at_the_counter import Api, Sandbox
from tests.journeys.at_the_office import Operator
from tests.journeys.running import RunningJoey, until
from tests.toy_marketplace.buying import Customer
from tests.toy_marketplace.installing import install

pytestmark = pytest.mark.long  # an instance of its own that is upgraded

COMMAND, OFFICE, JOB = range(3)
SHARE = 360  # thousandths of a dinar, of Mei in one train: 80 % of 10 % of KWD 4.500


@pytest.fixture(scope="module")
def ada(joey: RunningJoey, sandbox: Sandbox) -> Operator:
    return Operator(joey, sandbox, "ada")


@pytest.fixture(scope="module")
def settled(joey: RunningJoey, sandbox: Sandbox, otto: Customer) -> list[str]:
    """Orders that were known when their settlement came in the second edition, which version 1 cannot read."""
    orders = [otto.buy("tin train") for _ in range(3)]
    joey.run("sync", "toyland")
    assert [otto.line(each)["state"] for each in orders] == ["paid"] * 3
    changed = sandbox.http.post("/control/reports", json={"marketplace": "toyland", "edition": "second"})
    assert changed.status_code == 200, changed.text
    for each in orders:
        sandbox.move(each, "receive", "settle")
    joey.run("sync", "toyland")
    return orders


@pytest.fixture(scope="module")
def version_1(site: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where version 1 stays installed for commands that are still to run with it."""
    return str(shutil.copytree(site, tmp_path_factory.mktemp("toy") / "version_1"))


def suspended(joey: RunningJoey, otto: Customer, version_1: str) -> str:
    """An order in the second edition, where version 1 does not find the sub-id."""
    order = otto.buy("tin train")
    joey.run("sync", "toyland", PYTHONPATH=version_1)
    assert order not in otto.lines()
    return order


@pytest.fixture(scope="module")
def version_2(joey: RunningJoey, site: Path, settled: list[str], version_1: str) -> None:
    """Installed; the worker still runs with version 1, so that no job is faster than a person."""
    install(site, version=2)
    web = joey.children()["web"]
    os.kill(web, signal.SIGTERM)
    until(lambda: joey.children().get("web", web) != web and joey.answers(), "the web process with version 2", 60)


def test_what_version_1_cannot_read_holds_its_line_and_says_so_in_both_languages(
    joey: RunningJoey, otto: Customer, ada: Operator, settled: list[str]
) -> None:
    for order in settled:
        line = otto.line(order)
        assert (line["state"], line["held"], line["commission"]["minor"]) == ("paid", True, SHARE)
    assert "the marketplace reported something new about it that cannot be read yet" in otto.story_of(settled[0])
    chinese = Api(joey.url, joey.token("--shop", "mei"), "zh")
    steps = chinese.get(f"/shops/mei/orders/{otto.line(settled[0])['id']}/trace")["steps"]
    assert "平台对它有新的报告，但暂时读不懂" in str(steps)

    listed = ada.run("reports", "unreadable")
    assert all(f"order {order}  poll " in listed for order in settled)
    assert "commission_minor is of the wrong kind" in listed
    assert "Order reports that cannot be read" in ada.waiting()
    assert "0 could be read" in ada.run("reports", "retry", report_of(ada, settled[COMMAND]))
    assert "1 report still cannot be read" in ada.act("orders_unreadreport", "retry", report_of(ada, settled[OFFICE]))


def test_an_order_whose_sub_id_version_1_does_not_find_waits_for_its_shop(
    joey: RunningJoey, otto: Customer, ada: Operator, settled: list[str], version_1: str
) -> None:
    order = suspended(joey, otto, version_1)

    assert f"{order}  KWD 4.500  no_evidence" in ada.run("lines", "suspense")
    assert "0 order lines found their shop" in ada.run("lines", "retry-suspense", "toyland")
    line = waiting_line(ada, order)
    assert "The report names neither a position nor a link." in ada.row("orders_orderline", line)
    assert "0 order lines found their shop" in ada.act("orders_orderline", "retry_suspense", line)


@pytest.mark.usefixtures("version_2")
def test_the_command_and_the_office_read_with_version_2_what_was_kept(
    joey: RunningJoey, otto: Customer, ada: Operator, settled: list[str]
) -> None:
    assert "1 tried, 1 could be read" in ada.run("reports", "retry", report_of(ada, settled[COMMAND]))
    assert "1 report was read." in ada.act("orders_unreadreport", "retry", report_of(ada, settled[OFFICE]))
    joey.run("settle")

    for order in settled[:JOB]:
        is_read(otto, order)
    assert otto.line(settled[JOB])["held"]
    joey.run("prove")


@pytest.mark.usefixtures("version_2")
def test_the_command_and_the_office_find_the_shop_with_version_2(
    joey: RunningJoey, otto: Customer, ada: Operator, version_1: str
) -> None:
    ada.run("lines", "retry-suspense", "toyland")  # what other tests left
    by_command = suspended(joey, otto, version_1)
    assert "1 order lines found their shop" in ada.run("lines", "retry-suspense", "toyland")

    in_the_office = suspended(joey, otto, version_1)
    line = waiting_line(ada, in_the_office)
    assert "1 order lines found their shop" in ada.act("orders_orderline", "retry_suspense", line)
    joey.run("settle")

    for order in (by_command, in_the_office):
        is_found(otto, order)
    joey.run("prove")


@pytest.mark.usefixtures("version_2")
def test_the_hourly_jobs_do_both_with_version_2(
    joey: RunningJoey, sandbox: Sandbox, otto: Customer, ada: Operator, settled: list[str], version_1: str
) -> None:
    new = suspended(joey, otto, version_1)
    silent = {"seconds": 3600, "kind": "500", "where": "toyland"}  # so that it is not the sync that reads them
    assert sandbox.http.post("/control/outage", json=silent).status_code == 200
    assert joey.interrupt() == 0
    joey.start()

    for task in ("retry_unread_reports", "retry_suspended_lines"):
        comes_now(joey, f"joey.orders.jobs.{task}")

    until(lambda: new in otto.lines() and not otto.line(settled[JOB])["held"], "what the jobs do", 90)
    until(lambda: otto.line(new)["commission"]["minor"], "the booking", 90)
    is_read(otto, settled[JOB])
    is_found(otto, new)
    assert "Every report could be read" in ada.run("reports", "unreadable")
    assert "Order reports that cannot be read" not in ada.waiting()
    joey.run("prove")


def report_of(operator: Operator, order: str) -> str:
    """The unreadable report's id, as the office lists it."""
    (report,) = operator.rows("orders_unreadreport", f"?q={order}")
    return report


def waiting_line(operator: Operator, order: str) -> str:
    """The id of a line in suspense, as the office lists it."""
    (line,) = operator.rows("orders_orderline", f"?suspended=yes&q={order}")
    return line


def is_read(otto: Customer, order: str) -> None:
    """It settled, Mei has her part and nothing holds it."""
    line, story = otto.line(order), otto.story_of(order)
    assert (line["state"], line["held"], line["commission"]["minor"]) == ("settled", False, SHARE)
    assert "The marketplace settled the order" in story
    assert "Hold ended | No longer so: the marketplace reported something new about it" in story


def is_found(otto: Customer, order: str) -> None:
    """It is Mei's by the sub-id of her link, and booked."""
    line, story = otto.line(order), otto.story_of(order)
    assert (line["state"], line["held"], line["commission"]["minor"]) == ("paid", False, SHARE)
    assert "The order found its shop | The report gave back the code of your link" in story


def comes_now(joey: RunningJoey, task: str) -> None:
    """The hour of a job."""
    with psycopg.connect(joey.note()["database_owner_url"]) as database:
        database.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', %s, '{\"timestamp\": 0}')",
            [task],
        )
