"""Operators end what is stuck, in the office and in the terminal: each verb once, over the real processes."""

import re
from pathlib import Path

import pytest

from tests.journeys.at_the_counter import Api, Json, Sandbox, Visitor
from tests.journeys.at_the_office import Operator
from tests.journeys.paying_out import (
    ID,
    approved,
    available,
    files_at_the_bank,
    found,
    in_days,
    newest_transfer,
    order,
    payout,
    request,
    settled,
    sold,
    suspended,
    trouble,
    waits_for,
)
from tests.journeys.running import RunningJoey, until

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
    assert refused["id"] in ada.rows("payouts_payout", "?waits=to-decide")
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
    wish = request(mei, ALONE)

    said = ada.run("payouts", "hold", "mei", "Checking the details", "--payout", wish["id"])
    hold = found(ID, said)
    ada.run("payouts", "approve", wish["id"])  # only now: what is approved leaves within the minute
    joey.run("pay")
    assert payout(mei, wish)["held"] == "Checking the details"
    assert payout(mei, wish)["state"] in ("requested", "approved")
    assert "Payouts on hold" in ada.waiting()
    assert "Checking the details" in ada.run("payouts", "holds")
    assert "Done: 1" in ada.act("payouts_payouthold", "release", hold, reason="All is right")

    assert "already" in ada.run("payouts", "release", hold, "Again", exit_code=1)
    settled(joey, mei, wish)

    other = request(mei, ALONE)
    assert "Done: 1" in ada.act("payouts_payout", "hold", other["id"], reason="The same account once more")
    assert payout(mei, other)["held"] == "The same account once more"
    (hold,) = ada.rows("payouts_payouthold", "?ended=no")
    ada.run("payouts", "release", hold, "It is hers")
    ada.run("payouts", "refuse", other["id"], "She asked for it by mistake")


def test_all_payouts_pause_and_resume(joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator) -> None:
    ada.run("payouts", "pause", "Comparing the books with the bank")
    assert "Payouts are paused" in ada.fill("pause_payouts", reason="The bank does not answer")

    wish = approved(mei, ada, 1_000)
    assert "paused" in joey.run("pay")
    assert payout(mei, wish)["state"] in ("requested", "approved")
    assert "Pauses of all payouts" in ada.waiting()
    assert "Comparing the books" in ada.run("payouts", "status")
    several = ada.run("payouts", "resume", "They agree, line by line", exit_code=1)
    assert "Comparing the books" in several
    assert "The bank does not answer\nThese were placed for different reasons." in several
    assert "reason" in ada.run("payouts", "resume", " ", "--all", exit_code=1)
    assert "resumed" in ada.run("payouts", "resume", "They agree, line by line", "--all")

    settled(joey, mei, wish)


def test_limits_and_a_plan_are_published(joey: RunningJoey, ada: Operator, tmp_path: Path) -> None:
    amounts = ("--floor", "5", "--by-rule-below", "100", "--two-from", "900", "--per-operator-day", "9000")
    assert "published" in ada.run("payouts", "set-limits", "ISK", "The bank’s fee", *amounts)
    given = {"floor": "7", "by_rule_below": "100", "two_from": "900", "per_operator_day": "9000", "in_days": "0"}
    said = ada.fill("publish_limits", currency="ISK", reason="The bank’s new fee", **given)
    assert "The limits in ISK are published" in said
    assert "floor ISK 7, by_rule_below ISK 100" in ada.run("payouts", "limits", "ISK")

    plan = tmp_path / "plan.json"
    plan.write_text('{"shopkeeper_ppm": 810000, "platform_ppm": 190000, "waiting_days": 7}')
    assert "is published" in ada.run("plan", "publish", str(plan))
    assert "810000 ppm" in joey.run("plan", "show")
    assert "All" in joey.run("prove")


def test_a_held_commission_is_released(joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator) -> None:
    line = sold(joey, sandbox, mei, 1)

    hold = found(ID, ada.run("lines", "hold", line["id"], "Bought through one’s own link"))
    assert order(mei, line)["held"]
    assert "Commissions on hold" in ada.waiting()
    assert "Bought through one’s own link" in ada.run("lines", "holds")
    ada.run("lines", "release", hold, "It was another buyer")

    assert not order(mei, line)["held"]
    assert "Texts erased: 2" in ada.run("erase", f"order_line:{line['id']}", "The buyer asked for it")
    assert "All" in joey.run("prove")


def test_an_amount_of_a_commission_is_held_and_the_rest_goes_on(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    line = sold(joey, sandbox, mei, 3)
    part = line["commission"]
    held = ("lines", "hold", line["id"], "The statement is lower", "--amount")
    assert f"The shop’s part of this order is {part['text']}" in ada.run(*held, "1000000", exit_code=1)
    assert "above zero" in ada.run(*held, "0", exit_code=1)
    assert "not an amount" in ada.run(*held, "a little", exit_code=1)
    assert not order(mei, line)["held"]

    hold = found(ID, ada.run(*held, "0.01"))
    joey.run("settle", "--as-of", in_days(120))
    before = available(mei)
    assert "  CN¥0.01  since" in ada.run("lines", "holds")
    assert order(mei, line)["held"]
    trace = mei.get(f"/shops/mei/orders/{line['id']}/trace")
    assert "CN¥0.01 on hold: an operator wrote “The statement is lower”" in [step["what"] for step in trace["steps"]]
    keeper = Visitor(joey.url)
    keeper.sign_in("mei@example.com", sandbox)
    assert "Partly held" in keeper.see("/studio/mei/orders").text

    sandbox.move(line["number"], "return", quantity=1)
    until(lambda: joey.run("sync") and order(mei, line)["commission"] != part, "the return", 120)
    assert order(mei, line)["held"]
    returned = available(mei)
    assert returned < before
    ada.run("lines", "release", hold, "The statement was corrected")
    assert available(mei) == returned + 1
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


def test_an_order_that_a_shop_misses_is_asked_for_again_until_the_marketplace_reports_it(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    sale = sandbox.truth(sold(joey, sandbox, mei, 1)["number"])
    late = {"marketplace": "taobao", "late_minutes": 7 * 24 * 60}
    assert sandbox.http.post("/control/reports", json=late).status_code == 200
    bought = {name: sale[name] for name in ("marketplace", "item", "position")}
    paid_at = in_days(-0.00001)  # her position may be hers since the sale before
    times = {"click_time": in_days(-0.00002), "paid_at": paid_at}
    (number,) = sandbox.http.post("/control/bulk", json=[bought | times]).json()["orders"]

    missed = {"marketplace": sale["marketplace"], "order": number, "ordered_at": paid_at}
    request = mei.post("/shops/mei/lost-orders", missed, expect=202)
    assert "does not know this order so far" in ada.run("lines", "ask-lost", request["id"])
    assert number in ada.run("lines", "lost")
    assert "answered for 1" in ada.act("orders_lostorder", "ask_again", request["id"])

    assert sandbox.http.post("/control/reports", json=late | {"late_minutes": 0}).status_code == 200

    def found_it() -> Json | None:
        joey.run("sync")
        state: Json = mei.get(f"/shops/mei/lost-orders/{request['id']}")
        return state if state["state"] == "found" else None

    (line,) = until(found_it, f"the missed order {number}", seconds=120, pause=1)["order_ids"]
    assert number in order(mei, {"id": line}).values()
    assert "has its answer" in ada.run("lines", "ask-lost", request["id"], exit_code=1)
    assert "All" in joey.run("prove")


def test_disputes_about_violations_are_answered_in_the_terminal_and_in_the_office(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    def found_a_violation() -> str:
        """The dispute about a new order, settled and then closed with JD's code 25."""
        line = sold(joey, sandbox, mei, 1, at=("jd",))
        known = ada.rows("orders_dispute")
        asked = {"order": line["number"], "validCode": 25}
        assert sandbox.http.post("/control/jd/codes", json=asked).status_code == 200

        def opened() -> str | None:
            joey.run("sync")
            return next((each for each in ada.rows("orders_dispute", "?open=yes") if each not in known), None)

        return until(opened, "the dispute", seconds=120, pause=1)

    dispute = found_a_violation()
    assert "Disputes about orders" in ada.waiting()
    assert "violation: traffic was hijacked" in ada.run("lines", "disputes")
    assert "Answered" in ada.run("lines", "answer-dispute", dispute, "It stays with what they found")
    assert "answered already" in ada.run("lines", "answer-dispute", dispute, "Again", exit_code=1)

    other = found_a_violation()
    assert "Done: 1" in ada.act("orders_dispute", "answer", other, reason="It stays so here, too")
    assert "It stays so here, too" in ada.row("orders_dispute", other)
    assert not {dispute, other} & set(ada.run("lines", "disputes").split())
    assert "All" in joey.run("prove")


def test_a_report_that_cannot_be_read_is_listed_with_its_reason_until_one_that_can_be_replaces_it(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    line = sold(joey, sandbox, mei, 1)
    before = order(mei, line)
    report = unreadable(joey, sandbox, ada, line)

    assert "Order reports that cannot be read" in ada.waiting()
    assert "pub_share_fee is not an amount" in ada.run("reports", "unreadable")
    assert "0 could be read" in ada.run("reports", "retry", report)
    assert "1 report still cannot be read" in ada.act("orders_unreadreport", "retry", report)
    assert order(mei, line)["commission"] == before["commission"]

    sandbox.move(line["number"], "correct", commission=4_321)
    until(lambda: joey.run("sync") and order(mei, line)["commission"] != before["commission"], "the correction", 120)
    assert "0 tried" in ada.run("reports", "retry")

    assert ada.rows("orders_unreadreport", f"?q={line['external_order']}") == []
    assert "Every report could be read" in ada.run("reports", "unreadable")
    assert "Order reports that cannot be read" not in ada.waiting()
    assert "All" in joey.run("prove")


def test_a_report_that_can_never_be_read_is_given_up_with_a_reason(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    line = sold(joey, sandbox, mei, 1)
    report = unreadable(joey, sandbox, ada, line)

    assert "Give a reason" in ada.run("reports", "dismiss", report, " ", exit_code=1)
    assert "Given up" in ada.run("reports", "dismiss", report, "Their hotline: a typing error")

    assert ada.rows("orders_unreadreport", f"?q={line['external_order']}") == []
    assert "Order reports that cannot be read" not in ada.waiting()
    joey.run("sync")
    assert "0 tried" in ada.run("reports", "retry")
    assert "All" in joey.run("prove")


def test_all_that_came_with_one_poll_and_can_never_be_read_is_given_up_together(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    line = sold(joey, sandbox, mei, 1)
    report = unreadable(joey, sandbox, ada, line)
    said = ada.run("reports", "unreadable")
    (poll,) = re.findall(rf"{report} .* poll (\d+),", said)

    assert ada.rows("orders_unreadreport", f"?q={poll}") == [report]
    assert "No unreadable report" in ada.run("reports", "dismiss-poll", "1", "Not that one", exit_code=1)
    assert "Done: 1" in ada.act("orders_unreadreport", "dismiss_poll", report, reason="Their hotline: an error")

    assert ada.rows("orders_unreadreport", f"?q={poll}") == []
    assert "All" in joey.run("prove")


def test_what_a_bank_answers_about_a_transfer_of_another_file_is_dismissed_once_an_operator_has_looked_into_it(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    for _ in range(2):
        settled(joey, mei, approved(mei, ada, 1_000))
    one, other = files_at_the_bank(sandbox)[-2:]
    trouble(sandbox, "answer_for_other", file=other, other=one)

    ada.run("files", "ask", other)
    assert "Answers of a bank about transfers that are not ours" in ada.waiting()
    assert "unknown_transfer" in ada.run("files", "list")
    (file,) = ada.rows("payouts_payoutfile", "?waits=strangers")
    assert "reason" in ada.run("files", "dismiss", other, " ", exit_code=1)
    assert "Done: 1" in ada.act("payouts_payoutfile", "dismiss", file, reason="Call 4713: their mistake, corrected")

    trouble(sandbox, "recover")
    assert "Answers of a bank" not in ada.waiting()
    assert other not in ada.run("files", "list")
    assert "is noted on this file" in ada.run("files", "dismiss", other, "Again", exit_code=1)
    assert "All" in joey.run("prove")


def unreadable(joey: RunningJoey, sandbox: Sandbox, operator: Operator, line: Json) -> str:
    """More commission is reported for the line than any table holds; the report's id, as the office has it."""
    sandbox.move(line["number"], "correct", commission=10**17)

    def listed() -> str | None:
        joey.run("sync")
        return next(iter(operator.rows("orders_unreadreport", f"?q={line['external_order']}")), None)

    return until(listed, "the unreadable report", seconds=120)


def test_a_file_that_the_bank_does_not_answer_is_asked_about_by_an_operator(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    trouble(sandbox, "refuse_answers")
    wish = approved(mei, ada, 1_000)
    joey.run("pay")
    (file,) = ada.rows("payouts_payoutfile", "?waits=for-answers")
    named = ada.run("files", "list").split()[0]

    assert "the bank may have it" in ada.run("files", "withdraw", named, "We change the bank", exit_code=1)
    ada.run("files", "ask", named, exit_code=1)
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


def test_what_the_bank_paid_twice_and_only_its_statement_shows_is_booked_by_two_operators(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator, bo: Operator
) -> None:
    wish = approved(mei, ada, 1_000)
    settled(joey, mei, wish)
    transfer = newest_transfer(sandbox)
    trouble(sandbox, "pay_twice", transfer=transfer)
    joey.run("pay")
    assert payout(mei, wish)["state"] == "paid"
    found = {"outcome": "overpaid", "borne_by": "platform", "reason": "The statement has it twice"}

    assert "Done: 1" in ada.act("payouts_payout", "resolve", wish["id"], **found)
    assert "Payouts to resolve: contradicted" in ada.waiting()
    assert payout(mei, wish)["state"] == "checking"
    assert "The statement has it twice" in bo.run("payouts", "transfers")
    seen = bo.run("payouts", "resolve", transfer, "overpaid", "I see it there too", "--borne-by", "platform")

    assert "Resolved" in seen
    assert payout(mei, wish)["state"] == "paid"
    assert "All" in joey.run("prove")


def test_nothing_of_a_file_that_the_bank_refused_was_paid(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator, bo: Operator
) -> None:
    before = available(mei)
    trouble(sandbox, "refuse_files")
    wish = approved(mei, ada, 1_000)
    waits_for(joey, ada, "Payouts to resolve: unknown")
    named = ada.run("files", "list").split()[0]

    assert "second operator" in ada.run("files", "mark-refused", named, "Call 4712: it is refused")
    assert available(mei) == before - 1_000
    assert "available again" in bo.run("files", "mark-refused", named, "Their e-mail says so too")
    trouble(sandbox, "recover")

    assert available(mei) == before
    assert payout(mei, wish)["state"] == "failed"
    assert "All" in joey.run("prove")


def test_a_file_that_the_bank_never_had_is_given_up_and_nothing_of_it_was_paid(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator, bo: Operator
) -> None:
    before = available(mei)
    outage = {"kind": "500", "where": "bank"}
    sandbox.http.post("/control/outage", json=outage | {"seconds": 600})
    wish = approved(mei, ada, 1_000)
    until(lambda: "left" in ada.run("files", "list"), "the file has left", seconds=60, pause=1)
    named = ada.run("files", "list").split()[0]

    assert "1 transfers are unknown" in ada.run("files", "give-up", named, "Their gateway stumbles over it")
    waits_for(joey, ada, "Payouts to resolve: unknown")
    assert "did not refuse" in ada.run("files", "mark-refused", named, "Call 4713: they never had it", exit_code=1)
    sandbox.http.post("/control/outage", json=outage | {"seconds": 0})
    joey.run("pay")  # the bank says that it does not know the file
    ada.run("files", "mark-refused", named, "Call 4713: they never had it")
    assert "available again" in bo.run("files", "mark-refused", named, "They said so to me, too")

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


OPEN_LEASE = "?q=mei&marketplace=taobao&ended_at__isempty=1"


def test_a_position_is_registered_and_a_lease_ends(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    credentials = sandbox.http.get("/control/marketplaces").json()["taobao"]["credentials"]
    ada.run("positions", "register", "--marketplace", "taobao", "--key", credentials["adzones"][1])
    listed = ada.run("positions", "list", "--marketplace", "taobao")
    (lease,) = ada.rows("sharing_positionlease", OPEN_LEASE)

    assert "free" in listed
    assert lease in listed
    assert "reason" in ada.run("positions", "end", lease, "--reason", " ", exit_code=1)
    ada.run("positions", "end", lease, "--reason", "The shop moves to another position")

    assert ada.rows("sharing_positionlease", OPEN_LEASE) == []
    assert sold(joey, sandbox, mei, 1)["commission"]["minor"] > 0, "the next person who goes on brings a lease again"
    assert "All" in joey.run("prove")


def test_a_position_is_withdrawn_and_its_shop_sells_on_another(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    sold(joey, sandbox, mei, 1)
    (lease,) = ada.rows("sharing_positionlease", OPEN_LEASE)
    listed = ada.run("positions", "list", "--marketplace", "taobao")
    key = next(line.split()[2] for line in listed.splitlines() if line.startswith(lease))

    ada.run("positions", "withdraw", key, "--reason", "Deleted in the console")

    assert "1 withdrawn" in ada.run("positions", "list", "--marketplace", "taobao")
    assert sold(joey, sandbox, mei, 1)["commission"]["minor"] > 0
    # A web worker leads to the link that it remembers for ten seconds more; orders through it are still Mei's.
    (another,) = until(
        lambda: sold(joey, sandbox, mei, 1) and ada.rows("sharing_positionlease", OPEN_LEASE),
        "a lease of another position", seconds=60, pause=3,
    )  # fmt: skip
    assert another != lease
    assert "All" in joey.run("prove")


def test_reports_of_buyers_are_answered_and_the_front_page_is_decided(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    """Case P3: a report has a reference, and its answer is read by it."""

    def reported() -> str:
        page = Visitor(joey.url)
        path = re.findall(r"/s/aking/[0-9a-f-]{36}", page.see("/s/aking").text)[-1]
        known = ada.rows("shops_buyerreport")
        assert "reference" in page.send(f"{path}/report", {"reason": "fake", "words": "The logo is wrong"}).text
        return next(each for each in ada.rows("shops_buyerreport", "?open=yes") if each not in known)

    report = reported()
    assert "Reports of buyers" in ada.waiting()
    assert "The logo is wrong" in ada.run("shops", "reports")
    assert "Answered" in ada.run("shops", "answer-report", report, "It is genuine")
    assert "answered already" in ada.run("shops", "answer-report", report, "Again", exit_code=1)
    other = reported()
    assert "Done: 1" in ada.act("shops_buyerreport", "answer", other, reason="It is not genuine", outcome="hidden")
    assert "It is not genuine" in ada.row("shops_buyerreport", other)

    assert "Done" in ada.run("shops", "front", "aking", "kept_off", "Under review")
    assert "/s/aking" not in Visitor(joey.url).see("/").text
    aking = ada.rows("shops_shop", "?q=aking")[0]
    assert "Done: 1" in ada.act("shops_shop", "front_page", aking, reason="Reviewed", front="by_rule")
    assert "/s/aking" in Visitor(joey.url).see("/").text
    assert "All" in joey.run("prove")


def test_an_operator_who_leaves_is_signed_out_and_their_programs_stop(
    joey: RunningJoey, sandbox: Sandbox, ada: Operator
) -> None:
    cy = Operator(joey, sandbox, "cy")
    programs = [Api(joey.url, joey.token("--person", cy.contact)) for _each in range(2)]
    assert [each.http.get("office/payouts").status_code for each in programs] == [200, 200]
    listed = joey.run("token", "list", "--person", cy.contact).split()
    ids = [word for word in listed if re.fullmatch(ID, word)]
    assert len(ids) == 2

    joey.run("token", "end", ids[0])
    assert sorted(each.http.get("me").status_code for each in programs) == [200, 401]
    ada.run("operator", "end", cy.contact)

    assert [each.http.get("me").status_code for each in programs] == [401, 401]
    assert cy.visitor.http.get("/office/waiting/").status_code == 302
    assert "no operator" in ada.run("operator", "end", cy.contact, exit_code=1)


def test_a_feed_by_address_is_added_paused_resumed_and_removed(joey: RunningJoey, ada: Operator) -> None:
    feed, secret = "feed:tea", "s3cr3tkey"
    said = ada.run("feed", "add", feed, "--address", f"https://lists.example/{secret}.csv", "--every", "24")
    assert secret not in said + ada.row("catalog_feedaddress", ada.rows("catalog_feedaddress")[0])
    row = ada.rows("catalog_feedaddress")[0]

    ada.run("feed", "pause", feed)
    assert "paused since" in joey.run("feed", "list")
    assert "Done: 1" in ada.act("catalog_feedaddress", "ask", row)
    assert "Done: 1" in ada.act("catalog_feedaddress", "pause", row)
    ada.run("feed", "resume", feed)
    ada.run("feed", "shrink", feed)
    assert "Done: 1" in ada.act("catalog_feedaddress", "shrink", row)
    ada.run("feed", "remove", feed)

    assert "No feed has an address" in joey.run("feed", "list")
