"""A day that is not in the backup: what the outside world remembers comes back, and nothing is paid twice."""

import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.journeys.at_the_counter import PHONE, Api, Json, Sandbox, Visitor, client
from tests.journeys.paying_out import in_days
from tests.journeys.running import RunningJoey, until

ADA = "ada@example.com"
GO = re.compile(r'href="/go/([^"]+)"')


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningJoey]:
    """An instance for this story alone: it is stopped, set back and started again."""
    running = RunningJoey(tmp_path_factory.mktemp("restored") / "data")
    try:
        yield running.start()
    finally:
        running.kill()
        for kept in running.data.glob("before-*"):
            RunningJoey(kept).forget()
        running.forget()


@pytest.mark.long
def test_orders_and_payouts_since_the_backup_come_back_and_are_booked_once(town: RunningJoey, tmp_path: Path) -> None:
    sandbox, mei = Sandbox(town.sandbox_url), Api(town.url, town.token("--shop", "mei"))
    link = mei.get("/shops/mei/links")["items"][0]["code"]
    known = bought(town, sandbox, link)
    synced(town, mei, known)
    town.run("operator", "create", ADA)

    with clicking(town, link) as acknowledged:
        said = town.run("backup", str(tmp_path / "backup"))
    assert "It was tried:" in said
    assert len(acknowledged) > 3

    # What is not in the backup: an order, its money and what was waiting, a payout of all that, a shop.
    later = bought(town, sandbox, link)
    synced(town, mei, later)
    had = mei.get("/shops/mei/balance")["CNY"]["available"]["minor"]
    sandbox.move(later, "receive", "settle")
    available = confirmed(town, mei, later)
    assert available > had
    booked = synced(town, mei, later)
    key = uuid.uuid4().hex
    amount = {"minor": available, "currency": "CNY"}
    payout = mei.post("/shops/mei/payouts", {"amount": amount}, key=key)
    paid_once = until(lambda: paid(town, mei, payout["id"]), "the bank's answer", 60)
    statement = bank_statement(town)
    paid_before = mei.get("/shops/mei/balance")["CNY"]["paid"]["minor"]
    newcomer = Visitor(town.url)
    newcomer.sign_in(f"{uuid.uuid4().hex[:8]}@example.com", sandbox)
    assert newcomer.open_shop("late", "Late").status_code == 302

    refused = town.run("restore", str(tmp_path / "backup"), "--replace", exit_code=1)
    assert "Joey is running" in refused
    assert town.interrupt() == 0
    warned = town.run("restore", str(tmp_path / "backup"), exit_code=1)
    assert "1 payout, 1 order line, 1 commission, 1 shop, 1 person" in warned
    assert f"1 payout was sent to the bank since: {paid_once['amount']['text']}." in warned
    restored = town.run("restore", str(tmp_path / "backup"), "--replace")
    assert "All payouts are paused" in restored
    assert "What was here before is kept in" in restored

    town.start()
    assert client(town.url).get("/s/late").status_code == 404
    assert Visitor(town.url).see("/s/mei").status_code == 200
    assert mei.get("/shops/mei/balance")["CNY"]["available"]["minor"] < 0  # paid from money that the backup lacks
    again = synced(town, mei, later)  # the sandbox simulates the outside world: it remembers
    assert confirmed(town, mei, later) == 0
    again = synced(town, mei, later)
    assert (again["paid"], again["commission"]) == (booked["paid"], booked["commission"])
    assert mei.get(f"/shops/mei/payouts/{payout['id']}")["state"] == "paid"
    assert mei.get("/shops/mei/balance")["CNY"]["paid"]["minor"] == paid_before
    assert mei.post("/shops/mei/payouts", {"amount": amount}, key=key)["id"] == payout["id"]
    assert "Payouts are paused" in town.run("doctor", exit_code=1)
    town.run("prove")

    town.run("payouts", "resume", "Compared with the statement", "--by", ADA)
    again = mei.post("/shops/mei/payouts", {"amount": amount}, expect=409, key=uuid.uuid4().hex)
    assert again["errors"][0]["code"] == "insufficient_balance"
    town.run("pay")
    assert bank_statement(town) == statement
    town.run("prove")
    assert "Nothing is wrong here" in town.run("doctor")


@pytest.mark.long
def test_a_backup_restored_in_another_place_serves_its_pages(town: RunningJoey, tmp_path: Path) -> None:
    town.run("backup", str(tmp_path / "backup"), "--quick")
    tried = town.run("restore", str(tmp_path / "backup"), "--try")
    assert "It can be restored:" in tried
    page = Visitor(town.url).see("/s/mei").text
    elsewhere = RunningJoey(tmp_path / "elsewhere")
    try:
        elsewhere.run("restore", str(tmp_path / "backup"))
        elsewhere.start()

        assert titles(Visitor(elsewhere.url).see("/s/mei").text) == titles(page)
        elsewhere.run("prove")
    finally:
        elsewhere.kill()
        elsewhere.forget()


def titles(page: str) -> list[str]:
    found = re.findall(r"<h3[^>]*>(.*?)</h3>", page, re.DOTALL)
    assert found
    return found


def bought(town: RunningJoey, sandbox: Sandbox, code: str) -> str:
    """A buyer opens the link, continues and pays; the order's number."""
    buyer = Visitor(town.url)
    found = GO.search(buyer.see(f"/l/{code}").text)
    assert found
    out = buyer.http.get(f"/go/{found[1]}")
    assert out.status_code == 302, out.text
    return sandbox.buy(out.headers["Location"])


def synced(town: RunningJoey, api: Api, number: str) -> Json:
    """The order's one line; a report of this very second is left to the next window, as at the real gateway."""

    def look() -> Json | None:
        town.run("sync")
        lines = api.get("/shops/mei/orders", limit=100)["items"]
        found: list[Json] = [line for line in lines if number in (line["external_order"], line["external_line"])]
        assert len(found) <= 1, found
        return found[0] if found else None

    return until(look, f"order {number}", 60)


def confirmed(town: RunningJoey, api: Api, number: str) -> int:
    """Wait until the order is reported as settled, then let its waiting days pass; what is available."""
    until(lambda: synced(town, api, number)["state"] == "settled", "the settlement", 60)
    town.run("settle", "--as-of", in_days(120))
    available: int = api.get("/shops/mei/balance")["CNY"]["available"]["minor"]
    return available


def paid(town: RunningJoey, api: Api, payout_id: str) -> Json | None:
    town.run("pay")
    found: Json = api.get(f"/shops/mei/payouts/{payout_id}")
    return found if found["state"] == "paid" else None


def bank_statement(town: RunningJoey) -> list[Json]:
    """What left the account at the simulated bank."""
    accounts = client(town.sandbox_url).get("/control/marketplaces").json()
    bank = accounts["bank"]
    answer = httpx.get(
        f"{bank['gateway']}/statement?from=2026-01-01",
        headers={"Authorization": f"Bearer {bank['credentials']['key']}"},
        timeout=30,
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items


@contextmanager
def clicking(town: RunningJoey, code: str) -> Iterator[list[int]]:
    """People open the link all the time; the answers that acknowledged the click."""
    acknowledged: list[int] = []
    over = threading.Event()

    def click() -> None:
        with client(town.url, {"User-Agent": PHONE}) as http:
            while not over.is_set():
                answer = http.get(f"/l/{code}")
                if answer.status_code == 200 and "x-click-recorded" not in answer.headers:
                    acknowledged.append(answer.status_code)

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield acknowledged
    finally:
        over.set()
        for thread in threads:
            thread.join()
