"""Independent clients of Pinduoduo work against the simulated one, with only the address changed.

They sign and encode in their own way, so they would find a simulator that was built to suit Joey's connector.
`make dev` installs each of them, by version and hash, into a folder of its own. `pddsdk` sends its clock in
milliseconds, which the real gateway refuses, and so does this one.
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

from tests.sandbox.conftest import Sandbox, utc

HERE = Path(__file__).parent
INSTALLED = Path(sys.prefix) / "clients"
# By distribution, the package that it brings; methods for which the client has a class of its own.
PACKAGES = {"ddk": "ddk", "pdd-sdk": "pdd_sdk", "pddsdk": "pddsdk"}
SEARCH, NEW_PIDS, FILING = "pdd.ddk.goods.search", "pdd.ddk.goods.pid.generate", "pdd.ddk.rp.prom.url.generate"
FILED, LINKS = "pdd.ddk.member.authority.query", "pdd.ddk.goods.promotion.url.generate"
BY_UPDATE, ORDER = "pdd.ddk.order.list.increment.get", "pdd.ddk.order.detail.get"
OWN_CLASSES = {SEARCH, NEW_PIDS, FILING, LINKS, BY_UPDATE, ORDER}
CUSTOM = '{"uid":"shop42","sid":"店7"}'


class PddClient:
    """One client in a process of its own, with the sandbox's address and account."""

    def __init__(self, name: str, sandbox: Sandbox) -> None:
        self.name = name
        self.sandbox = sandbox
        self.account = sandbox.get("/control/marketplaces").json()["pinduoduo"]["credentials"]
        self.used_own: set[str] = set()
        assert (INSTALLED / name).is_dir(), f"{name} is not installed; `make dev` does that"
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(HERE / "speak_pdd.py"), PACKAGES[name]],
            env={"PYTHONPATH": str(INSTALLED / name)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, method: str, *, secret: str = "", seconds: bool = False, **arguments: Any) -> dict[str, Any]:
        """What came of one call: `{"body"}`, or `{"refused": words}`."""
        asked = {
            "host": urlsplit(self.sandbox.url).hostname,
            "port": self.sandbox.port,
            "client_id": self.account["client_id"],
            "secret": secret or self.account["client_secret"],
            "method": method,
            "arguments": arguments,
            "seconds": seconds,
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        if found["is_own"]:
            self.used_own.add(method)
        return found

    def ask(self, method: str, **arguments: Any) -> Any:
        """What is under the root key of a good answer."""
        found = self.call(method, **arguments)
        assert "body" in found, found
        ((_root, answer),) = found["body"].items()
        return answer

    def end(self) -> None:
        self._process.communicate(timeout=10)


def running(name: str, sandbox: Sandbox) -> Iterator[PddClient]:
    client = PddClient(name, sandbox)
    yield client
    client.end()


@pytest.fixture(params=["ddk", "pdd-sdk"])
def client(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[PddClient]:
    yield from running(request.param, sandbox)


@pytest.fixture
def in_milliseconds(sandbox: Sandbox) -> Iterator[PddClient]:
    yield from running("pddsdk", sandbox)


def test_an_independent_client_passes_from_search_to_return(client: PddClient, sandbox: Sandbox) -> None:
    found = client.ask(SEARCH, keyword="零食", page_size=10, sort_type=2)
    sign = found["goods_list"][0]["goods_sign"]

    # A pid that it makes itself, filed by a person who opens one link.
    (made,) = client.ask(NEW_PIDS, number=1, p_id_name_list=json.dumps([f"{client.name} 小店"]))["p_id_list"]
    pid = made["p_id"]
    asked = {"p_id": pid, "goods_sign_list": json.dumps([sign]), "custom_parameters": CUSTOM}
    refused = client.call(LINKS, **asked)
    assert refused["refused"] == "this pid with these custom_parameters is not filed"
    filing = client.ask(FILING, channel_type=10, p_id_list=json.dumps([pid]), custom_parameters=CUSTOM)
    assert sandbox.client.get(filing["url_list"][0]["url"]).status_code == 200
    assert client.ask(FILED, pid=pid, custom_parameters=CUSTOM)["bind"] == 1

    (entry,) = client.ask(LINKS, **asked, generate_short_url="true")["goods_promotion_url_list"]
    began = int(time.time()) - 3
    links = [entry[kind] for kind in ("url", "mobile_url", "short_url")] * 4
    orders = [sandbox.buy(link, quantity=2, paid_at=utc(began)) for link in links]
    for order in orders:
        for step in ("group", "receive", "audit", "settle"):
            sandbox.move(order, step)
    sandbox.move(orders[0], "return", quantity=1)
    truths = [sandbox.get(f"/control/orders/{order}").json() for order in orders]

    rows = {row["order_sn"]: row for row in orders_by_pages(client, began) if row["order_sn"] in orders}
    assert {order: row["promotion_amount"] - row["duo_id_service_fee"] for order, row in rows.items()} == {
        truth["order"]: truth["net_minor"] for truth in truths
    }
    assert {(row["p_id"], row["custom_parameters"], row["order_status"]) for row in rows.values()} == {(pid, CUSTOM, 5)}
    assert rows[orders[0]]["order_amount"] * 2 == rows[orders[1]]["order_amount"]
    assert [client.ask(ORDER, order_sn=order)["return_status"] for order in orders[:2]] == [2, 0]
    assert client.used_own == OWN_CLASSES


def test_what_a_program_prints_of_its_list_or_boolean_is_refused_though_it_is_signed(client: PddClient) -> None:
    names = client.call(NEW_PIDS, number=1, p_id_name_list=["x"])
    truth = client.call(SEARCH, keyword="零食", with_coupon=True)

    assert names["refused"] == "p_id_name_list is not a JSON array"
    assert truth["refused"] == "with_coupon is true or false"
    assert client.ask(SEARCH, keyword="零食", with_coupon="true")["goods_list"]


def test_its_wrong_secret_is_refused_and_so_are_a_long_window_and_a_large_page(client: PddClient) -> None:
    now = int(time.time())
    window: dict[str, Any] = {"start_update_time": now - 600, "end_update_time": now}

    assert client.call(SEARCH, keyword="零食", secret="another")["refused"] == "签名sign校验失败"
    long = client.call(BY_UPDATE, **window | {"start_update_time": now - 86_401})
    assert long["refused"] == "the window may have at most 24 hours"
    large = client.call(BY_UPDATE, **window, page_size=101)
    assert large["refused"] == "page_size must be between 10 and 100"
    assert "order_list" in client.ask(BY_UPDATE, **window, page_size=100)


def test_a_client_that_sends_milliseconds_is_refused_for_that_alone(in_milliseconds: PddClient) -> None:
    words: dict[str, Any] = {"keyword": "零食", "page_size": 10}

    assert in_milliseconds.call(SEARCH, **words)["refused"] == "the timestamp is in whole seconds since 1970"
    assert in_milliseconds.call(SEARCH, **words, seconds=True)["body"]["goods_search_response"]["goods_list"]


def orders_by_pages(client: PddClient, since: int) -> list[dict[str, Any]]:
    """All orders changed since then, ten a page, from the last page to the first."""
    asked = {"start_update_time": since, "end_update_time": int(time.time()) + 60, "page_size": 10}
    count = client.ask(BY_UPDATE, page=1, **asked)["total_count"]
    pages = [client.ask(BY_UPDATE, page=page, **asked)["order_list"] for page in range(-(-count // 10), 0, -1)]
    assert len(pages) > 1
    return [row for page in pages for row in page]
