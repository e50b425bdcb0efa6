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

pytestmark = pytest.mark.long  # minutes together; what the verbs do is tested without a running instance, too


@pytest.fixture(scope="module")
def mei(joey: RunningJoey, sandbox: Sandbox) -> Api:
    """Mei, whose payout details are older than their pause, after one large sale that pays for all journeys here."""
    api = Api(joey.url, joey.token("--shop", "mei"))
    sold(joey, sandbox, api, MOST_PIECES)
    said = joey.run("settle", "--as-of", in_days(120))
    assert available(api) >= 4 * ALONE, said
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
    wish = approved(mei, ada, 1_000)

    said = ada.run("payouts", "hold", "mei", "Checking the details", "--payout", wish["id"])
    hold = found(ID, said)
    joey.run("pay")
    assert payout(mei, wish)["held"] == "Checking the details"
    assert payout(mei, wish)["state"] in ("requested", "approved")
    assert "Payouts on hold" in ada.waiting()
    assert "Checking the details" in ada.run("payouts", "holds")
    assert "Done: 1" in ada.act("payouts_payouthold", "release", hold, reason="All is right")

    assert "already" in ada.run("payouts", "release", hold, "Again", exit_code=1)
    settled(joey, mei, wish)


def test_all_payouts_pause_and_resume(joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator) -> None:
    ada.run("payouts", "pause", "Comparing the books with the bank")

    wish = approved(mei, ada, 1_000)
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
    ada.run("lines", "release", hold, "It was another buyer")

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


def test_a_file_that_the_bank_does_not_answer_is_asked_about_by_an_operator(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    trouble(sandbox, "refuse_answers")
    wish = approved(mei, ada, 1_000)
    joey.run("pay")
    (file,) = ada.rows("payouts_payoutfile", "?waits=for-answers")
    named = ada.run("payouts", "files").split()[0]

    assert "the bank may have it" in ada.run("payouts", "withdraw", named, "We change the bank", exit_code=1)
    ada.run("payouts", "ask", named, exit_code=1)
    trouble(sandbox, "recover")

    def asked() -> bool:
        ada.act("payouts_payoutfile", "ask", file)
        return bool(payout(mei, wish)["state"] == "paid")

    until(asked, "the answer", seconds=60, pause=0.5)
    assert "All" in joey.run("prove")


def test_an_unknown_transfer_is_resolved_by_two_operators(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator, bo: Operator
) -> None:
    trouble(sandbox, "forget")
    wish = approved(mei, ada, 1_000)
    waits_for(joey, ada, "Payouts to resolve: unknown")
    assert payout(mei, wish)["state"] == "checking"
    transfer = ada.run("payouts", "transfers").split()[0]
    (hold,) = ada.rows("payouts_payouthold", "?ended=no&cause__exact=unknown")

    assert "two operators" in ada.run("payouts", "release", hold, "It takes too long", exit_code=1)
    assert "reason" in ada.run("payouts", "resolve", transfer, "settled", " ", exit_code=1)
    assert "second operator" in ada.run("payouts", "resolve", transfer, "settled", "Line 7 of the statement")
    assert "second operator" in ada.run("payouts", "resolve", transfer, "settled", "I am sure", exit_code=1)
    assert "Line 7 of the statement" in bo.row("payouts_payouthold", hold)
    found = {"outcome": "settled", "borne_by": "shop", "reason": "Line 7, seen by me too"}
    assert "Done: 1" in bo.act("payouts_payouthold", "resolve", hold, **found)

    assert payout(mei, wish)["state"] == "paid"
    trouble(sandbox, "recover")
    joey.run("pay")
    assert payout(mei, wish)["state"] == "paid"
    assert "All" in joey.run("prove")


def test_a_contradiction_is_resolved_by_two_operators_and_the_hold_ends(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator, bo: Operator
) -> None:
    wish = approved(mei, ada, 1_000)
    settled(joey, mei, wish)
    transfer = newest_transfer(sandbox)
    trouble(sandbox, "say", transfer=transfer, state="rejected")
    waits_for(joey, ada, "Payouts to resolve: contradicted")
    assert payout(mei, wish)["state"] == "checking"
    assert transfer in ada.run("payouts", "transfers")

    ada.run("payouts", "resolve", transfer, "settled", "The statement has it")
    assert "Resolved" in bo.run("payouts", "resolve", transfer, "settled", "I see it there too")
    trouble(sandbox, "recover")

    assert "contradicted" not in ada.waiting()
    assert payout(mei, wish)["state"] == "paid"
    assert "All" in joey.run("prove")


def test_nothing_of_a_file_that_the_bank_refused_was_paid(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator, bo: Operator
) -> None:
    before = available(mei)
    trouble(sandbox, "refuse_files")
    wish = approved(mei, ada, 1_000)
    waits_for(joey, ada, "Payouts to resolve: unknown")
    named = ada.run("payouts", "files").split()[0]

    assert "second operator" in ada.run("payouts", "mark-refused", named, "Call 4712: it is refused")
    assert available(mei) == before - 1_000
    assert "available again" in bo.run("payouts", "mark-refused", named, "Their e-mail says so too")
    trouble(sandbox, "recover")

    assert available(mei) == before
    assert payout(mei, wish)["state"] == "failed"
    assert "All" in joey.run("prove")


def test_a_line_that_is_booked_is_not_set_aside_and_cannot_be_retried(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    """No marketplace of the demo can report what cannot be booked; tests/office retries such a line."""
    line = mei.get("/shops/mei/orders", limit=1)["items"][0]

    assert "booked already" in ada.run("lines", "retry", line["id"], exit_code=1)
    assert line["id"] not in ada.run("lines", "quarantine")
    assert ada.rows("commissions_quarantinedline") == []


def test_a_position_is_registered_and_a_lease_ends(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    credentials = sandbox.http.get("/control/marketplaces").json()["taobao"]["credentials"]
    ada.run("positions", "register", "--marketplace", "taobao", "--key", credentials["adzones"][1])
    listed = ada.run("positions", "list", "--marketplace", "taobao")
    (lease,) = ada.rows("sharing_positionlease", "?q=mei&ended_at__isempty=1")

    assert "free" in listed
    assert lease in listed
    assert "reason" in ada.run("positions", "end", lease, "--reason", " ", exit_code=1)
    ada.run("positions", "end", lease, "--reason", "The shop moves to another position")

    assert ada.rows("sharing_positionlease", "?q=mei&ended_at__isempty=1") == []
    assert sold(joey, sandbox, mei, 1)["commission"]["minor"] > 0, "the next person who goes on brings a lease again"
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


def trouble(sandbox: Sandbox, do: str, **more: str) -> None:
    """Let something be wrong with the bank; "recover" ends everything."""
    answer = sandbox.http.post("/control/bank", json={"do": do} | more)
    assert answer.status_code == 200, answer.text


def waits_for(joey: RunningJoey, operator: Operator, what: str) -> None:
    """Send and ask the bank until the office's first page lists it."""
    until(lambda: joey.run("pay") and what in operator.waiting(), what, seconds=120, pause=0.5)


def newest_transfer(sandbox: Sandbox) -> str:
    """The key of what left the bank last."""
    return str(sandbox.http.get("/control/bank/transfers").json()["items"][-1]["transfer"])


def request(api: Api, minor: int) -> Json:
    """Ask for a payout."""
    wish: Json = api.post("/shops/mei/payouts", {"amount": {"minor": minor, "currency": "CNY"}}, key=uuid.uuid4().hex)
    return wish


def approved(api: Api, operator: Operator, minor: int) -> Json:
    """A payout that may go: by rule, or by the operator once the day's payouts of the person add up to too much."""
    wish = request(api, minor)
    operator.act("payouts_payout", "approve", wish["id"])
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
