"""The steps of journeys about money, by name: a sale that settles, a payout that is asked for, approved and paid."""

import re
import uuid
from datetime import UTC, datetime, timedelta

from tests.journeys.at_the_counter import Api, Json, Sandbox, Visitor
from tests.journeys.at_the_office import Operator
from tests.journeys.running import RunningJoey, until

GO = re.compile(r'href="/go/([^"]+)"')
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def sold(
    joey: RunningJoey, sandbox: Sandbox, api: Api, quantity: int, *, at: tuple[str, ...] = ("taobao", "tmall")
) -> Json:
    """A settled order of that many pieces of what earns most in Mei's shop; `number` is that at one of `at`."""
    listed = api.get("/shops/mei/listings", limit=100)["items"]
    earning = [
        (api.get(f"/offers/{each['offer_id']}")["earning"], each)
        for each in listed
        if each["marketplace"] in at and each["state"] == "published" and each["in_stock"]
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


def trouble(sandbox: Sandbox, do: str, **more: object) -> None:
    """Let something be wrong with the bank; "recover" ends everything."""
    answer = sandbox.http.post("/control/bank", json={"do": do, **more})
    assert answer.status_code == 200, answer.text


def waits_for(joey: RunningJoey, operator: Operator, what: str) -> None:
    """Send and ask the bank until the office's first page lists it."""
    until(lambda: joey.run("pay") and what in operator.waiting(), what, seconds=120, pause=0.5)


def newest_transfer(sandbox: Sandbox) -> str:
    """The key of what left the bank last."""
    return str(sandbox.http.get("/control/bank/transfers").json()["items"][-1]["transfer"])


def files_at_the_bank(sandbox: Sandbox) -> list[str]:
    """The message ids of all files that the bank received, the newest last."""
    return [str(each["file"]) for each in sandbox.http.get("/control/bank/truth").json()["files"]]


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
