"""Operators end what is stuck, in the office and in the terminal: each verb once, over the real processes."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.at_the_counter import Api, Json, Sandbox, Visitor
from tests.journeys.at_the_office import Operator
from tests.journeys.running import RunningJoey, until

GO = re.compile(r'href="/go/([^"]+)"')
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ALONE = 100_000  # fen: from 1,000.00 on an operator decides
MOST_PIECES = 999  # of one order at the simulated marketplace


@pytest.fixture(scope="module")
def mei(joey: RunningJoey, sandbox: Sandbox) -> Api:
    """Mei, whose payout details are older than their pause, after one large sale that pays for all journeys here."""
    api = Api(joey.url, joey.token("--shop", "mei"))
    sold(joey, sandbox, api, MOST_PIECES)
    joey.run("settle", "--as-of", in_days(120))
    assert available(api) >= 4 * ALONE
    return api


@pytest.fixture(scope="module")
def ada(joey: RunningJoey, sandbox: Sandbox) -> Operator:
    return Operator(joey, sandbox, "ada")


@pytest.fixture(scope="module")
def bo(joey: RunningJoey, sandbox: Sandbox) -> Operator:
    """A second operator."""
    return Operator(joey, sandbox, "bo")


def test_a_payout_is_approved_in_the_office_or_in_the_terminal_and_refused_with_a_reason(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    refused = request(mei, ALONE)
    assert "Payouts to decide" in ada.waiting()
    assert refused["id"] in ada.run("payouts", "list")
    assert refused["id"] in ada.rows("payouts_payout", "?state__exact=requested")
    assert "reason" in ada.run("payouts", "refuse", refused["id"], " ", exit_code=1)
    ada.run("payouts", "refuse", refused["id"], "The name does not fit")
    assert payout(mei, refused)["reason"] == "The name does not fit"

    by_command = request(mei, ALONE)
    assert "no operator" in joey.run("payouts", "approve", by_command["id"], "--by", "sam@example.com", exit_code=1)
    assert "Approved" in ada.run("payouts", "approve", by_command["id"])
    settled(joey, mei, by_command)

    in_the_office = request(mei, ALONE)
    assert "Done: 1" in ada.act("payouts_payout", "approve", in_the_office["id"])
    settled(joey, mei, in_the_office)
    assert "All" in joey.run("prove")


def test_a_hold_on_a_shops_payouts_is_placed_and_released(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    wish = request(mei, 1_000)

    said = ada.run("payouts", "hold", "mei", "Checking the details", "--payout", wish["id"])
    hold = found(ID, said)
    joey.run("pay")
    assert payout(mei, wish)["held"] == "Checking the details"
    assert payout(mei, wish)["state"] in ("requested", "approved")
    assert "Payouts on hold" in ada.waiting()
    assert "Checking the details" in ada.run("payouts", "holds")
    assert "Done: 1" in ada.act("payouts_payouthold", "release", hold)

    assert "already" in ada.run("payouts", "release", hold, exit_code=1)
    settled(joey, mei, wish)


def test_all_payouts_pause_and_resume(joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator) -> None:
    ada.run("payouts", "pause", "Comparing the books with the bank")

    wish = request(mei, 1_000)
    assert "paused" in joey.run("pay")
    assert payout(mei, wish)["state"] in ("requested", "approved")
    assert "Pauses of all payouts" in ada.waiting()
    assert "Comparing the books" in ada.run("payouts", "status")
    assert "resumed" in ada.run("payouts", "resume")

    settled(joey, mei, wish)


def test_a_held_commission_is_released(joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator) -> None:
    line = sold(joey, sandbox, mei, 1)

    hold = found(ID, ada.run("lines", "hold", line["id"], "Bought through one’s own link"))
    assert order(mei, line)["held"]
    assert "Commissions on hold" in ada.waiting()
    assert "Bought through one’s own link" in ada.run("lines", "holds")
    ada.run("lines", "release", hold)

    assert not order(mei, line)["held"]
    assert "All" in joey.run("prove")


def test_a_line_in_suspense_is_given_to_the_shop_that_can_prove_it(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    foreign = sandbox.http.get("/control/marketplaces").json()["taobao"]["credentials"]["adzones"][0]
    item = sandbox.truth(sold(joey, sandbox, mei, 1)["number"])
    bought = {"marketplace": item["marketplace"], "item": item["item"], "position": foreign}
    sale = sandbox.http.post(
        "/control/bulk", json=[bought | {"click_time": in_days(-0.01), "paid_at": in_days(-0.005)}]
    )
    number = sale.json()["orders"][0]
    line = until(lambda: suspended(joey, ada, number), f"order {number} in suspense", seconds=120)

    assert "Order lines without a shop" in ada.waiting()
    assert line in ada.run("lines", "suspense")
    assert "0 order lines found" in ada.run("lines", "retry-suspense")
    assert "Done: 1" in ada.act("orders_orderline", "attribute", line, shop="mei", reason="Her chat shows it")

    assert suspended(joey, ada, number) is None
    assert number in order(mei, {"id": line}).values()
    assert "All" in joey.run("prove")


def test_a_report_that_cannot_be_read_is_listed_with_its_reason_and_read_again(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    line = sold(joey, sandbox, mei, 1)
    before = order(mei, line)
    sandbox.move(line["number"], "correct", commission=10**17)

    def listed() -> str | None:
        joey.run("sync")
        return next((row for row in ada.rows("orders_unreadreport")), None)

    report = until(listed, "the unreadable report", seconds=120)
    assert "Order reports that cannot be read" in ada.waiting()
    assert report in ada.run("reports", "unreadable")
    assert "0 could be read" in ada.run("reports", "retry", report)
    assert "1 report still cannot be read" in ada.act("orders_unreadreport", "retry", report)

    assert order(mei, line)["commission"] == before["commission"]
    assert "All" in joey.run("prove")


# ── The steps, by name ────────────────────────────────────────────────────────────────────────────────────


def sold(joey: RunningJoey, sandbox: Sandbox, api: Api, quantity: int) -> Json:
    """A settled order of that many pieces of what earns most in Mei's shop; `number` is the marketplace's."""
    listed = api.get("/shops/mei/listings", limit=100)["items"]
    earning = [
        (api.get(f"/offers/{each['offer_id']}")["earning"], each)
        for each in listed
        if each["marketplace"] in ("taobao", "tmall") and each["state"] == "published" and each["in_stock"]
    ]
    _most, listing = max(((earns["minor"], each) for earns, each in earning if earns), key=lambda pair: pair[0])
    buyer = Visitor(joey.url)
    token = found(GO, buyer.see(f"/s/mei/{listing['id']}").text, 1)
    out = buyer.http.get(f"/go/{token}").headers["location"]
    number = sandbox.buy(out, quantity)
    sandbox.move(number, "receive", "settle")

    def line() -> Json | None:
        joey.run("sync")
        lines = api.get("/shops/mei/orders", limit=100)["items"]
        here = (each for each in lines if number in (each["external_order"], each["external_line"]))
        return next((each for each in here if each["state"] == "settled" and each["commission"]["minor"]), None)

    return until(line, f"the report of {number}", seconds=120, pause=1) | {"number": number}


def suspended(joey: RunningJoey, operator: Operator, number: str) -> str | None:
    """The id of the order's line in suspense, as the office shows it."""
    joey.run("sync")
    found = operator.rows("orders_orderline", f"?suspended=yes&q={number}")
    return found[0] if found else None


def request(api: Api, minor: int) -> Json:
    """Ask for a payout."""
    wish: Json = api.post("/shops/mei/payouts", {"amount": {"minor": minor, "currency": "CNY"}}, key=uuid.uuid4().hex)
    return wish


def payout(api: Api, wish: Json) -> Json:
    found: Json = api.get(f"/shops/mei/payouts/{wish['id']}")
    return found


def order(api: Api, line: Json) -> Json:
    return next(each for each in api.get("/shops/mei/orders", limit=100)["items"] if each["id"] == line["id"])


def settled(joey: RunningJoey, api: Api, wish: Json) -> None:
    """Pay until the bank has answered."""

    def paid() -> bool:
        joey.run("pay")
        return bool(payout(api, wish)["state"] == "paid")

    until(paid, f"payout {wish['id']}", seconds=120, pause=0.5)


def available(api: Api) -> int:
    minor: int = api.get("/shops/mei/balance")["CNY"]["available"]["minor"]
    return minor


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")


def found(pattern: "re.Pattern[str]", text: str, group: int = 0) -> str:
    match = pattern.search(text)
    assert match, text
    return match.group(group)
