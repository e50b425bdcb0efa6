"""An independent client of JD works against the simulated one, with only the address changed.

It signs and encodes in its own way: everything in the address, an empty body, a request line in absolute form, a host
without its port, version 2.0, and a time of its own zone without an offset. `make dev` installs it by version and hash.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.sandbox.conftest import Sandbox, beijing

HERE = Path(__file__).parent
INSTALLED = Path(sys.prefix) / "clients" / "jd_union"
GOODS, ORDERS = "jd.union.open.goods.query", "jd.union.open.order.row.query"
CREATE, LINK = "jd.union.open.position.create", "jd.union.open.promotion.common.get"


class ClientOfJd:
    """The client in a process of its own, with the sandbox's address and account."""

    def __init__(self, sandbox: Sandbox, zone: str) -> None:
        self.sandbox = sandbox
        self.account: dict[str, str] = sandbox.get("/control/marketplaces").json()["jd"]["credentials"]
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(HERE / "speak_jd.py")],
            env={"PYTHONPATH": str(INSTALLED), "TZ": zone},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, method: str, /, *, token: str | None = None, secret: str = "", **arguments: Any) -> dict[str, Any]:
        """The body of an answer, whatever it says."""
        asked = {
            "host": urlsplit(self.sandbox.url).hostname,
            "port": self.sandbox.port,
            "app_key": self.account["app_key"],
            "secret": secret or self.account["app_secret"],
            "token": token,
            "method": method,
            "arguments": arguments,
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        body: dict[str, Any] = json.loads(self._process.stdout.readline())
        return body

    def ask(self, method: str, /, **arguments: Any) -> dict[str, Any]:
        """What the union says inside of a good answer."""
        around = self.call(method, **arguments)[method.replace(".", "_") + "_responce"]
        (text,) = [value for name, value in around.items() if name != "code"]
        found: dict[str, Any] = json.loads(text)
        assert found["code"] == 200, found
        return found

    def end(self) -> None:
        self._process.communicate(timeout=10)


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[ClientOfJd]:
    assert INSTALLED.is_dir(), "jd_union is not installed; `make dev` does that"
    running = ClientOfJd(sandbox, "Asia/Shanghai")
    yield running
    running.end()


def test_an_independent_client_passes_from_search_to_return(client: ClientOfJd, sandbox: Sandbox) -> None:
    found = client.ask(GOODS, goodsReqDTO={"keyword": "锅", "sceneId": 1, "pageSize": 5})
    item = max(found["data"], key=lambda row: row["commissionInfo"]["commissionShare"])

    # A link on a position that it makes itself.
    account = client.account
    owner = {"unionId": account["union_id"], "key": account["union_key"], "siteId": account["site_id"]}
    wanted = {"unionType": 1, "type": 1, "spaceNameList": ["独立小店"]}
    position = client.ask(CREATE, positionReq=owner | wanted)["data"]["resultList"]["独立小店"]
    asked = {"materialId": item["materialUrl"], "siteId": account["site_id"], "positionId": position}
    link = client.ask(LINK, promotionCodeReq=asked)["data"]["clickURL"]

    # Bought three times and settled; one piece comes back.
    orders = [sandbox.buy(link, quantity=2) for _ in range(3)]
    for order in orders:
        sandbox.move(order, "receive")
        sandbox.move(order, "settle")
    sandbox.move(orders[0], "return", quantity=1)
    truths = {order: sandbox.get(f"/control/orders/{order}").json() for order in orders}
    assert {truth["position"] for truth in truths.values()} == {str(position)}

    rows = {row["id"]: row for row in rows_by_pages(client) if row["id"] in orders}
    assert {order: row["actualFee"] for order, row in rows.items()} == {
        order: truth["net_minor"] / 100 for order, truth in truths.items()
    }
    assert {(row["validCode"], row["positionId"]) for row in rows.values()} == {(17, position)}
    assert [rows[order]["skuReturnNum"] for order in orders] == [1, 0, 0]


def test_its_wrong_secret_and_a_token_are_refused_and_so_is_a_window_that_is_too_long(client: ClientOfJd) -> None:
    search = {"keyword": "锅", "sceneId": 1}
    assert client.call(GOODS, goodsReqDTO=search, secret="another")["error_response"]["code"] == "12"
    assert client.call(GOODS, goodsReqDTO=search, token="another")["error_response"]["code"] == "19"

    now = time.time()
    window = {"type": 3, "startTime": beijing(now - 61 * 60), "endTime": beijing(now)}
    around = client.call(ORDERS, orderReq=window)["jd_union_open_order_row_query_responce"]
    assert json.loads(around["queryResult"])["code"] == 400


def test_in_another_zone_its_times_are_hours_off(sandbox: Sandbox) -> None:
    client = ClientOfJd(sandbox, "UTC")
    refused = client.call(GOODS, goodsReqDTO={"keyword": "锅", "sceneId": 1})
    client.end()

    assert refused["error_response"]["code"] == "8"


def rows_by_pages(client: ClientOfJd) -> list[dict[str, Any]]:
    """All rows that changed lately, two a page."""
    asked = {"type": 3, "startTime": beijing(time.time() - 600), "endTime": beijing(time.time() + 60), "pageSize": 2}
    rows: list[dict[str, Any]] = []
    for page in range(1, 1000):
        found = client.ask(ORDERS, orderReq=asked | {"pageIndex": page})
        rows += found.get("data", [])
        if not found["hasMore"]:
            return rows
    pytest.fail("more than a thousand pages")
