"""Payouts and a bank that times out, refuses, forgets and sends money back: what a shopkeeper and an operator see."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.journeys.at_the_counter import Api, Json, Sandbox, Visitor
from tests.journeys.at_the_office import Operator, plain
from tests.journeys.paying_out import approved, available, in_days, order, payout, sold, trouble
from tests.journeys.running import RunningJoey, until

PIECES = 30
AMOUNT = 500  # fen
MEI = "mei@example.com"


@pytest.fixture(scope="module")
def mei(joey: RunningJoey, sandbox: Sandbox) -> Api:
    """Mei, whose payout details are older than their pause, with enough to pay out."""
    api = Api(joey.url, joey.token("--shop", "mei"))
    sold(joey, sandbox, api, PIECES)
    joey.run("settle", "--as-of", in_days(120))
    assert available(api) >= 4 * AMOUNT
    return api


@pytest.fixture(scope="module")
def ada(joey: RunningJoey, sandbox: Sandbox) -> Operator:
    return Operator(joey, sandbox, "ada")


@pytest.fixture(scope="module")
def keeper(joey: RunningJoey, sandbox: Sandbox) -> Visitor:
    """Mei in a browser."""
    visitor = Visitor(joey.url)
    visitor.sign_in(MEI, sandbox)
    return visitor


def test_of_two_requests_at_once_one_succeeds_and_the_bank_pays_once_though_its_answer_times_out(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, ada: Operator
) -> None:
    before = available(mei)
    trouble(sandbox, "pay_then_time_out", times=1)
    wish = {"amount": {"minor": AMOUNT, "currency": "CNY"}}

    with ThreadPoolExecutor(2) as both:
        answers = list(
            both.map(lambda key: mei.http.post("/shops/mei/payouts", json=wish, headers={"Idempotency-Key": key}), "ab")
        )

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    first: Json = next(answer.json() for answer in answers if answer.status_code == 201)
    assert available(mei) == before - AMOUNT
    ada.act("payouts_payout", "approve", first["id"])
    paid(joey, mei, first)
    assert left(sandbox, first) == (AMOUNT, 1)
    assert "All" in joey.run("prove")


def test_a_rejected_payout_comes_back_with_its_reason_and_without_a_fee(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, keeper: Visitor, ada: Operator
) -> None:
    """Story 38."""
    before = available(mei)
    wish = sent(joey, mei, ada)
    trouble(sandbox, "say", transfer=key_of(wish), state="rejected", reason="BE01")

    failed = in_state(joey, mei, wish, "failed")

    assert failed["reason"]
    assert available(mei) == before
    assert mei.get("/shops/mei/balance")["CNY"]["reserved"]["minor"] == 0
    assert "Not paid; the money is available again" in read(keeper, "payout", "en")
    assert NOT_PAID in read(keeper, "payout", "zh")  # its reason is in Mei's language, as in the message to her
    trouble(sandbox, "recover")
    paid(joey, mei, approved(mei, ada, AMOUNT))  # corrected and requested again
    assert "All" in joey.run("prove")


@pytest.mark.long
def test_a_bank_that_forgets_gets_nothing_twice_and_the_keeper_reads_that_it_is_checked(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, keeper: Visitor, ada: Operator
) -> None:
    wish = sent(joey, mei, ada)
    trouble(sandbox, "forget")

    in_state(joey, mei, wish, "checking")
    joey.run("pay")
    assert "Being checked with the bank" in keeper.see("/studio/mei/payout").text
    other = mei.post("/shops/mei/payouts", {"amount": {"minor": 100, "currency": "CNY"}}, 409, key=uuid.uuid4().hex)
    assert "is being checked with the bank" in other["detail"]
    trouble(sandbox, "remember")

    paid(joey, mei, wish)
    assert left(sandbox, wish) == (AMOUNT, 1)
    assert "All" in joey.run("prove")


@pytest.mark.long
def test_a_payout_that_comes_back_is_available_again_and_holds_the_next_one(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, keeper: Visitor, ada: Operator
) -> None:
    before = available(mei)
    wish = sent(joey, mei, ada)
    paid(joey, mei, wish)
    trouble(sandbox, "say", transfer=key_of(wish), state="returned", reason="AC04")

    joey.run("pay")

    assert payout(mei, wish)["state"] == "returned"
    assert payout(mei, wish)["reason"]
    assert available(mei) == before
    assert "Came back; the money is available again" in keeper.see("/studio/mei/payout").text
    held = mei.post("/shops/mei/payouts", {"amount": {"minor": 100, "currency": "CNY"}}, 409, key=uuid.uuid4().hex)
    assert "came back" in held["detail"]
    assert "Payouts that came back" in ada.waiting()
    (hold,) = ada.rows("payouts_payouthold", "?ended=no&cause__exact=returned")
    ada.run("payouts", "release", hold, "The account was closed; Mei knows")
    trouble(sandbox, "recover")
    paid(joey, mei, approved(mei, ada, 100))
    assert "All" in joey.run("prove")


@pytest.mark.long
def test_a_return_after_the_payout_leaves_it_alone_and_the_next_one_carries_the_rest(
    joey: RunningJoey, sandbox: Sandbox, mei: Api, keeper: Visitor, ada: Operator
) -> None:
    """Stories 11 and 12."""
    line = sold(joey, sandbox, mei, 1)
    joey.run("settle", "--as-of", in_days(120))
    bo = Operator(joey, sandbox, "bo")
    first = approved(mei, ada, available(mei))
    bo.act("payouts_payout", "approve", first["id"])  # a large one takes two
    first = paid(joey, mei, first)
    said = messages(sandbox)

    sandbox.move(line["number"], "return")
    until(lambda: joey.run("sync") and order(mei, line)["returned"]["minor"], "the return", seconds=60, pause=1)

    back = line["commission"]["text"]
    assert available(mei) == -line["commission"]["minor"]
    assert payout(mei, first) == first
    page = f"orders/{line['id']}"
    assert f"Refunded: −{back}, set off against new earnings; your payout stays" in read(keeper, page, "en")
    here = back.removeprefix("CN")
    assert f"已退款：−{here}，由之后的收益抵扣；已提现的不动" in read(keeper, page, "zh")
    assert BELOW.format(back) in read(keeper, "payout", "en")
    assert BELOW_ZH.format(here) in read(keeper, "payout", "zh")
    assert messages(sandbox) == said  # no one is asked to pay it back

    more = sold(joey, sandbox, mei, 3)
    joey.run("settle", "--as-of", in_days(120))
    rest = more["commission"]["minor"] - line["commission"]["minor"]
    assert available(mei) == rest
    second = approved(mei, ada, rest)
    bo.act("payouts_payout", "approve", second["id"])  # and so does what is requested on the same day
    second = paid(joey, mei, second)

    assert left(sandbox, second) == (rest, 1)
    assert payout(mei, first) == first
    listed = read(keeper, "payout", "en").partition("Payouts so far")[2].replace(" ", "")
    assert re.findall(r"(?:CN)?¥[\d.,]+Paid", listed)[:2] == [
        f"{each['amount']['text']}Paid" for each in (second, first)
    ]
    assert "All" in joey.run("prove")


NOT_PAID = "未付款，金额已恢复为可提现 户名与账户不符。请核对收款信息，然后重新申请提现。"
BELOW = (
    "Your available balance is −{}: more was taken back than was left."
    " New earnings make up for it first; nothing is collected from you."
)
BELOW_ZH = "你的可提现余额是 −{}：扣回的比剩下的多。以后的收益会先补上它，不会向你收钱。"


def read(keeper: Visitor, path: str, language: str) -> str:
    """The words of a page of Mei's studio."""
    return plain(keeper.see(f"/studio/mei/{path}", headers={"Accept-Language": language}).text)


def messages(sandbox: Sandbox) -> list[Json]:
    """Everything that was ever sent to Mei."""
    items: list[Json] = sandbox.http.get("/control/messages", params={"to": MEI}).json()["items"]
    return items


def key_of(wish: Json) -> str:
    """The payout's name at the bank."""
    return str(wish["id"]).replace("-", "").upper()


def sent(joey: RunningJoey, api: Api, operator: Operator) -> Json:
    """A payout that the bank has: while the running Joey is sending, the command sends nothing."""
    wish, bank = approved(api, operator, AMOUNT), httpx.Client(base_url=joey.sandbox_url)

    def is_there() -> bool:
        joey.run("pay")
        return any(each["transfer"] == key_of(wish) for each in bank.get("/control/bank/truth").json()["items"])

    until(is_there, f"payout {wish['id']} at the bank", seconds=60, pause=0.5)
    bank.close()
    return wish


def in_state(joey: RunningJoey, api: Api, wish: Json, state: str) -> Json:
    def reached() -> Json | None:
        joey.run("pay", exit_code=None)
        found = payout(api, wish)
        return found if found["state"] == state else None

    return until(reached, f"payout {wish['id']} is {state}", seconds=120, pause=0.5)


def paid(joey: RunningJoey, api: Api, wish: Json) -> Json:
    return in_state(joey, api, wish, "paid")


def left(sandbox: Sandbox, wish: Json) -> tuple[int, int]:
    """What really left the bank for this payout: the amount, and how many times."""
    answer: httpx.Response = sandbox.http.get("/control/bank/transfers")
    (found,) = [each for each in answer.json()["items"] if each["transfer"] == key_of(wish)]
    return found["amount_minor"], found["times_paid"]
