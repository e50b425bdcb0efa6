"""A marketplace that is installed as a package works in every part of Joey, and no line of Joey knows it."""

import random
import re
import time
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.journeys.at_the_counter import Api, Json, Sandbox, Visitor
from tests.journeys.at_the_office import Operator
from tests.journeys.running import RunningJoey
from tests.toy_marketplace.buying import Customer, days_ago

pytestmark = pytest.mark.long  # an instance of its own, and a package that is built and installed

CURRENCIES = {"JPY": "paper windmill", "KRW": "cloth tiger", "VND": "bamboo dragonfly", "KWD": "rocking horse"}
PAID = {"JPY": 2_076, "KRW": 20_640, "VND": 376_000, "KWD": 1_975}  # minor units: 80 % of 10 % of the price of two


def test_it_is_searched_linked_bought_from_synced_and_attributed_by_its_sub_id(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, otto: Customer
) -> None:
    # Searched: in words, and at this marketplace only.
    (horse,) = mei.get("/offers", q="rocking horse", marketplace="toyland")["items"]
    assert horse["price"] == {"minor": 12_345, "currency": "KWD", "text": "KWD 12.345"}
    assert horse["earning"]["minor"] > 0
    pasted = mei.post("/offers/paste", {"text": f"看 {joey.sandbox_url}/item/toyland/T2"}, 200)
    assert pasted["marketplace"] == "toyland"

    # Listed and linked; bought from: the outbound click carries a sub-id, and no position was leased for it.
    address = otto.follow("rocking horse")
    assert urlsplit(address).path == "/toyland/go"
    (sub_id,) = parse_qs(urlsplit(address).query)["sub"]
    order = sandbox.buy(address, quantity=2)

    # Synced and attributed.
    joey.run("sync", "toyland")
    line = otto.line(order)
    assert (line["marketplace"], line["state"], line["paid"]["minor"]) == ("toyland", "paid", 24_690)
    assert line["paid"]["currency"] == line["commission"]["currency"] == "KWD"
    trace = mei.get(f"/shops/mei/orders/{line['id']}/trace")
    assert f"the code of your link “{sub_id}”" in " ".join(step["why"] for step in trace["steps"])

    # And it settles like any other.
    sandbox.move(order, "receive", "settle")
    joey.run("sync", "toyland")
    settled = otto.line(order, "settled")
    assert settled["commission"]["minor"] > 0
    assert mei.get("/shops/mei/balance")["KWD"]["pending"]["minor"] == settled["commission"]["minor"]
    joey.run("prove")


def test_a_state_that_joey_does_not_know_holds_the_line_and_stops_nothing(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, otto: Customer
) -> None:
    order, other = otto.buy("tin train"), otto.buy("tin train")
    sandbox.move(order, "unknown_code")
    sandbox.move(other, "receive")

    joey.run("sync", "toyland")

    line = otto.line(order)
    assert line["commission"]["minor"] > 0
    assert (line["state"], line["held"], line["commission_state"]) == ("unknown", True, "earned")
    trace = mei.get(f"/shops/mei/orders/{line['id']}/trace")
    assert trace["reason"] == "held_by_marketplace", trace
    assert (otto.line(other)["state"], otto.line(other)["held"]) == ("received", False)


def test_an_order_that_its_shop_misses_is_asked_for_by_its_number_alone(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, otto: Customer
) -> None:
    order = otto.buy("tin train", paid_at=days_ago(2))
    joey.run("sync", "toyland")
    assert order not in otto.lines()

    missed = [mei.post("/shops/mei/lost-orders", {"marketplace": "toyland", "order": each}, 202)
              for each in (order, "no-such-order")]  # fmt: skip
    ada = Operator(joey, sandbox, "ada")
    for each in missed:
        ada.run("lines", "ask-lost", each["id"], exit_code=None)  # a job may have asked by now

    found, unknown = (mei.get(f"/shops/mei/lost-orders/{each['id']}") for each in missed)
    assert (found["state"], found["order_ids"]) == ("found", [otto.lines()[order]["id"]])
    assert unknown["state"] == "unknown"
    joey.run("prove")


@pytest.fixture(scope="module")
def paid_out(joey: RunningJoey, sandbox: Sandbox, mei: Api, otto: Customer) -> dict[str, Json]:
    """What Mei earned in each currency, its waiting time over, requested and paid: the payouts by currency."""
    for words in CURRENCIES.values():
        order = otto.buy(words, quantity=2, paid_at=days_ago(40))
        sandbox.move(order, "settle", at=days_ago(30))
        sandbox.move(order, "repeat")
    joey.run("sync", "toyland")
    joey.run("settle")
    payouts = {}
    for currency in CURRENCIES:
        available = mei.get("/shops/mei/balance")[currency]["available"]
        payouts[currency] = mei.post("/shops/mei/payouts", {"amount": _plain(available)}, key=f"all-my-{currency}")
    for _ in range(10):
        joey.run("pay")
        paid = {currency: mei.get(f"/shops/mei/payouts/{each['id']}") for currency, each in payouts.items()}
        if all(each["state"] == "paid" for each in paid.values()):
            break
    joey.run("prove")
    return paid


@pytest.mark.parametrize("currency", CURRENCIES)
def test_what_was_earned_in_a_currency_is_paid_in_it_to_the_last_unit(
    sandbox: Sandbox, mei: Api, paid_out: dict[str, Json], currency: str
) -> None:
    payout, balance = paid_out[currency], mei.get("/shops/mei/balance")[currency]

    assert payout["state"] == "paid", payout
    left = [each for each in sandbox.http.get("/control/bank/truth").json()["items"] if each["currency"] == currency]
    assert payout["amount"]["minor"] == PAID[currency]
    assert [(each["times_paid"], each["amount_minor"]) for each in left] == [(1, PAID[currency])]
    assert balance["paid"] == payout["amount"]
    assert balance["available"]["minor"] == balance["reserved"]["minor"] == 0


def test_an_order_is_paid_at_the_reported_rate_and_keeps_the_one_that_was_shown_at_the_click(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, otto: Customer, tmp_path: Path
) -> None:
    """Story 18: a file shows 15 %, Mei is warned, Otto clicks and buys, and Toyland reports the 10 % that it pays."""
    (offer,) = mei.get("/offers", q="tin train", marketplace="toyland")["items"]
    goods = tmp_path / "goods.csv"
    for percent in ("15", "10"):
        goods.write_text(
            "id,title,url,price,currency,commission_rate_percent\n"
            f"{offer['external_id']},Tin train,{offer['url']},4.500,KWD,{percent}\n"
        )
        joey.run("import", str(goods), "--marketplace", "toyland")
        if percent == "15":
            reads_the_warning(joey, sandbox, otto.shared("tin train"), rate="15%")
            time.sleep(1)  # Toyland reports whole seconds: an order of this one would seem to be from before
            order = otto.buy("tin train")
            time.sleep(1)  # rates are kept by the whole second, too: one of this one would be what Otto saw
    joey.run("sync", "toyland")

    line = otto.line(order)

    assert (line["shown_rate_ppm"], line["rate_ppm"], line["commission"]["minor"]) == (150_000, 100_000, 360)
    assert "When the buyer clicked, 15% was shown; the marketplace pays 10%." in otto.story_of(order)
    joey.run("prove")


def reads_the_warning(joey: RunningJoey, sandbox: Sandbox, listing: str, *, rate: str) -> None:
    """Mei, before she shares: this marketplace may pay less by the time of the order."""
    for language, words in (
        ("en", f"Toyland does not lock rates: it pays {rate} now, and each order at the rate that it reports for it,"
               " which may be lower."),
        ("zh", f"玩具城不锁定佣金比例：现在是 {rate}，每笔订单按平台为它报告的比例计算，可能更低。"),
    ):  # fmt: skip
        keeper = Visitor(joey.url, language)
        keeper.sign_in("mei@example.com", sandbox)
        assert words in keeper.see(f"/studio/mei/share/{listing}").text


def test_price_protection_lowers_the_commission_and_says_why(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, otto: Customer
) -> None:
    """Story 13: 20.00 less was paid for a line of 10 %, so the commission falls by 2.00."""
    order = otto.buy("tin frog", quantity=3)
    joey.run("sync", "toyland")
    assert otto.line(order)["commission"]["text"] == "$23.76"  # 80 % of 29.70

    sandbox.move(order, "price_protect", amount=2_000)
    joey.run("sync", "toyland")

    assert otto.line(order)["commission"]["text"] == "$22.16"
    assert "Price protection of $20.00: −$1.60" in otto.story_of(order)

    # The same after settlement, when it comes as a case of its own.
    sandbox.move(order, "settle")
    joey.run("sync", "toyland")
    sandbox.move(order, "price_protect", amount=1_000)
    joey.run("sync", "toyland")

    assert otto.line(order)["commission"]["text"] == "$21.36"
    story = otto.story_of(order)
    assert "Price protection of $10.00: −$0.80" in story
    assert "return" not in story.casefold()
    joey.run("prove")


def test_a_refund_in_another_currency_is_an_entry_of_its_own_and_shortens_no_payout(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, otto: Customer, paid_out: dict[str, Json]
) -> None:
    """Story 52: it leaves −0.02, Mei's part of 0.03, by name; the payout is worked out per currency."""
    order = otto.buy("cloth tiger", paid_at=days_ago(40))
    sandbox.move(order, "settle", at=days_ago(30))
    sandbox.move(order, "refund", amount=3, currency="USD")
    joey.run("sync", "toyland")
    joey.run("settle")

    before = mei.get("/shops/mei/balance")
    assert before["USD"]["available"]["text"] == "−$0.02"
    assert before["KRW"]["available"] == otto.line(order)["commission"]
    assert "Refund in another currency: −$0.02" in otto.story_of(order)

    payout = mei.post("/shops/mei/payouts", {"amount": _plain(before["KRW"]["available"])}, key="all-won-again")
    assert payout["amount"] == before["KRW"]["available"]
    assert mei.get("/shops/mei/balance")["USD"]["available"]["text"] == "−$0.02"
    joey.run("prove")


def test_a_refund_of_an_order_that_is_in_another_currency_now_is_not_taken_from_what_the_shop_has_there(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, otto: Customer
) -> None:
    """What it gives in the new currency is not booked, so nothing is taken back of it either, then or afterwards."""
    there, back = otto.buy("tin frog"), otto.buy("tin frog")
    sandbox.move(there, "settle")
    sandbox.move(back, "settle")
    joey.run("sync", "toyland")
    part, before = otto.line(there, "settled")["commission"], mei.get("/shops/mei/balance").get("KRW")
    for order in (there, back):
        sandbox.move(order, "correct", commission=990, currency="KRW")
    joey.run("sync", "toyland")
    for order in (there, back):
        sandbox.move(order, "return")
    joey.run("sync", "toyland")
    sandbox.move(back, "correct", commission=990, currency="USD")
    joey.run("sync", "toyland")

    assert mei.get("/shops/mei/balance").get("KRW") == before
    assert [otto.line(order)["commission"] for order in (there, back)] == [part, part]
    assert [otto.line(order)["held"] for order in (there, back)] == [True, False]
    joey.run("prove")


def test_rows_that_could_not_be_read_leave_the_list_once_they_can(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, otto: Customer
) -> None:
    order = otto.buy("tin frog", quantity=2)
    sandbox.move(order, "settle")
    sandbox.move(order, "return", quantity=1)
    joey.run("sync", "toyland")
    for garbled in (True, False):
        sandbox.http.post("/control/reports", json={"marketplace": "toyland", "unknown_state": garbled})
        joey.run("sync", "toyland")
        assert otto.line(order)["held"] is garbled
        assert ("Order reports that cannot be read" in joey.run("waiting")) is garbled
    joey.run("prove")


def test_what_a_keeper_reads_of_an_order_that_earns_nothing_is_true(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, otto: Customer
) -> None:
    taken, withdrawn, parcels = otto.buy("paper windmill"), otto.buy("tin frog"), otto.buy("tin frog", quantity=3)
    sandbox.move(taken, "settle")
    sandbox.move(withdrawn, "settle")
    joey.run("sync", "toyland")
    given = sandbox.truth(taken)["net_minor"]
    sandbox.move(taken, "penalty", amount=given)
    sandbox.move(withdrawn, "penalty", amount=400)
    sandbox.move(withdrawn, "unsettle")
    sandbox.move(withdrawn, "correct", commission=590)
    sandbox.move(parcels, "split")
    joey.run("sync", "toyland")

    def answer(order: str) -> Json:
        found: Json = mei.get(f"/shops/mei/orders/{otto.line(order)['id']}/trace")
        return found

    assert (answer(taken)["reason"], answer(taken)["answer"]) == (
        "taken_back", f"The marketplace took back all that this order gave, JP¥{given:,}.",
    )  # fmt: skip
    assert answer(parcels)["answer"].endswith("In its own words: “split into orders of their own”.")
    story = otto.story_of(withdrawn)
    assert "The marketplace changed $9.90 to $5.90. $4.72 is pending again" in story
    assert "All of it is pending again" not in story
    joey.run("prove")


@pytest.mark.long
def test_money_of_an_order_whose_currency_changes_after_confirming_is_not_paid_out(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, otto: Customer, paid_out: dict[str, Json]
) -> None:
    """What is available of it is put on hold; what else she has stays hers to request."""
    order, other = (otto.buy("tin train", paid_at=days_ago(40)) for _ in range(2))
    for each in (order, other):
        sandbox.move(each, "settle", at=days_ago(30))
        sandbox.move(each, "repeat")
    joey.run("sync", "toyland")
    joey.run("settle")
    before = mei.get("/shops/mei/balance")["KWD"]

    sandbox.move(order, "correct", commission=450, currency="USD")
    joey.run("sync", "toyland")

    after, part = mei.get("/shops/mei/balance")["KWD"], otto.line(other)["commission"]["minor"]
    assert after["held"]["minor"] - before["held"]["minor"] == part
    assert before["available"]["minor"] - after["available"]["minor"] == part
    assert "in another currency" in otto.story_of(order)
    joey.run("prove")


def test_without_its_package_settle_goes_on_and_the_proof_judges_every_rule(
    joey: RunningJoey, sandbox: Sandbox, otto: Customer
) -> None:
    order = otto.buy("tin train")
    sandbox.move(order, "settle")
    joey.run("sync", "toyland")

    settled, proved = joey.run("settle", exit_code=1, PYTHONPATH=""), joey.run("prove", PYTHONPATH="")

    assert "commissions became available.\ntoyland: its package is not installed" in settled
    assert proved.startswith("toyland: its package is not installed, so its zone is not known.")
    assert re.search(r"^All \d+ rules hold", proved, re.MULTILINE)


STEPS = ("receive", "settle", "close", "return", "reopen", "unsettle", "correct", "repeat", "freeze", "price_protect",
         "penalty", "split", "risk", "release", "unknown_code")  # fmt: skip


@pytest.mark.long
def test_after_everything_that_can_happen_each_line_is_worth_what_the_marketplace_says(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, otto: Customer
) -> None:
    """Several changes within one second, reports in between, repeated and in no order."""
    dice, happened = random.Random(9), Counter[str]()
    orders = [otto.buy(words, quantity=4) for words in (*CURRENCIES.values(), "tin frog")]
    for order, steps in zip(orders, (("close", "reopen"), ("settle", "unsettle")), strict=False):  # rare by chance
        sandbox.move(order, *steps)
        happened.update(steps)
    for _ in range(4):
        for order in [each for each in orders for _ in range(6)]:
            step: Json = {"do": dice.choice(STEPS)}
            if step["do"] == "correct":
                step["commission"] = dice.randrange(0, 200_000)
            if step["do"] in ("price_protect", "penalty"):
                step["amount"] = dice.randrange(1, 3_000)
            if step["do"] == "return":
                step["quantity"] = 1
            moved = sandbox.http.post(f"/control/orders/{order}", json=step)
            assert moved.status_code in (200, 409, 422), moved.text
            happened[step["do"]] += moved.status_code == 200
        joey.run("sync", "toyland")
    assert [step for step in STEPS if not happened[step]] == [], "these never happened"
    parts = [part for order in orders for part in sandbox.truth(order)["split_into"]]

    lines = otto.lines()

    for order in orders + parts:
        truth, line = sandbox.truth(order), lines[order]
        share = max(0, truth["net_minor"]) * 8 // 10
        assert (line["state"], line["commission"]["minor"]) == (truth["state"], share), truth
    joey.run("prove")


def _plain(money: Json) -> Json:
    return {"minor": money["minor"], "currency": money["currency"]}
