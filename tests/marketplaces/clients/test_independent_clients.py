"""Independent clients of the Taobao Union work against the simulated one, with only the address changed.

They sign, encode and page in their own way, so they would find a simulator that was built to suit Joey's connector.
`make dev` installs each of them, by version and hash, into a folder of its own: they share the name of their module.
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

from joey.sandbox.dialects.taobao.demo_account import KEEPER_SESSIONS
from tests.sandbox.conftest import Sandbox, beijing, utc

HERE = Path(__file__).parent
INSTALLED = Path(sys.prefix) / "clients"
# Methods for which each client has a class of its own; for the others one is derived.
OF_BOTH = {"taobao.tbk.order.details.get", "taobao.tbk.tpwd.create", "taobao.tbk.sc.publisher.info.save"}
OWN_CLASSES = {
    "topsdk": OF_BOTH | {
        "taobao.tbk.sc.invitecode.get", "taobao.tbk.sc.publisher.info.get", "taobao.tbk.dg.punish.order.get",
        "taobao.tbk.relation.refund",
    },
    "taobao-sdk-python3": OF_BOTH,
}  # fmt: skip
POSITION = "110000000001"


class IndependentClient:
    """One client in a process of its own, with the sandbox's address and account."""

    def __init__(self, name: str, sandbox: Sandbox) -> None:
        self.name = name
        self.sandbox = sandbox
        self.account = sandbox.credentials()
        self.used_own: set[str] = set()
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(HERE / "speak.py")],
            env={"PYTHONPATH": str(INSTALLED / name)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, method: str, *, session: bool | str = False, secret: str = "", **arguments: Any) -> dict[str, Any]:
        """What came of one call: `{"body"}`, or `{"refused": [code, sub-code, words]}` where the client raised."""
        asked = {
            "host": urlsplit(self.sandbox.url).hostname,
            "port": self.sandbox.port,
            "app_key": self.account["app_key"],
            "secret": secret or self.account["app_secret"],
            "session": self.account["session"] if session is True else session or None,
            "method": method,
            "arguments": arguments,
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        if found["is_own"]:
            self.used_own.add(method)
        return found

    def ask(self, method: str, *, session: bool | str = False, **arguments: Any) -> Any:
        """What is under the root key of a good answer."""
        found = self.call(method, session=session, **arguments)
        assert "body" in found, found
        return found["body"][method.removeprefix("taobao.").replace(".", "_") + "_response"]

    def end(self) -> None:
        self._process.communicate(timeout=10)


@pytest.fixture(params=OWN_CLASSES)
def client(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[IndependentClient]:
    name = request.param
    assert (INSTALLED / name).is_dir(), f"{name} is not installed; `make dev` does that"
    running = IndependentClient(name, sandbox)
    yield running
    running.end()


def test_an_independent_client_passes_from_search_to_return(client: IndependentClient, sandbox: Sandbox) -> None:
    found = client.ask("taobao.tbk.dg.material.optional.upgrade", q="锅", adzone_id=POSITION, page_size=5)
    item = max(found["result_list"]["map_data"], key=lambda row: float(row["publish_info"]["income_rate"]))

    # A link on an ad zone that it makes itself, as an address and as a copy-code.
    made = client.ask("taobao.tbk.adzone.create", site_id=client.account["site_id"], adzone_name=f"{client.name} 小店")
    adzone = made["data"]["model"].rpartition("_")[2]
    converted = client.ask("taobao.tbk.dg.general.link.convert", adzone_id=adzone, item_id_list=item["item_id"])
    (entry,) = converted["data"]["item_url_list"]["item_url_list"]
    link = entry["link_info_dto"]["cps_long_url"]
    code = client.ask("taobao.tbk.tpwd.create", url=link, text="a text that has no effect")["data"]["model"]

    # Bought three times and settled; one comes back.
    began = int(time.time()) - 3
    orders = [sandbox.buy(address, quantity=2, paid_at=utc(began)) for address in (link, link, code)]
    for order in orders:
        sandbox.move(order, "settle")
    sandbox.move(orders[0], "return", quantity=1)
    truths = [sandbox.get(f"/control/orders/{order}").json() for order in orders]
    assert {truth["position"] for truth in truths} == {adzone}

    rows = orders_by_pages(client, began)
    assert {row["trade_id"]: row["pub_share_fee"] for row in rows if row["trade_id"] in orders} == {
        truth["order"]: yuan(truth["settled_minor"]) for truth in truths
    }
    cases = client.ask(
        "taobao.tbk.order.refund.get",
        publisher_refund_order_query_option=json.dumps({
            "query_type": 5, "start_time": beijing(began), "end_time": beijing(time.time() + 60), "page_no": 1,
            "page_size": 100, "order_scene": 1, "member_type": 4,
        }),
    )  # fmt: skip
    (case,) = [row for row in cases["data"]["result"]["publisher_refund_order_d_t_o"] if row["tb_trade_id"] in orders]
    (refund,) = truths[0]["refunds"]
    assert (case["tb_trade_id"], case["show_return_fee"]) == (orders[0], yuan(refund["returned_commission_minor"]))

    assert client.used_own == OWN_CLASSES[client.name] & {"taobao.tbk.order.details.get", "taobao.tbk.tpwd.create"}


def test_a_keeper_becomes_a_channel_and_its_punished_orders_and_refunds_are_read(
    client: IndependentClient, sandbox: Sandbox
) -> None:
    invited = client.ask("taobao.tbk.sc.invitecode.get", session=True, relation_app="common", code_type=1)
    keeper = list(KEEPER_SESSIONS)[list(OWN_CLASSES).index(client.name) - 2]
    code = invited["data"]["inviter_code"]
    filed = client.ask("taobao.tbk.sc.publisher.info.save", session=keeper, info_type=1, inviter_code=code)["data"]
    asked = {"info_type": 1, "relation_app": "common", "relation_id": filed["relation_id"]}
    (channel,) = client.ask("taobao.tbk.sc.publisher.info.get", session=True, **asked)["data"]["inviter_list"][
        "map_data"
    ]
    assert channel["account_name"] == KEEPER_SESSIONS[keeper]

    item = client.ask("taobao.tbk.dg.material.optional.upgrade", q="锅", adzone_id=POSITION)["result_list"]["map_data"][
        0
    ]
    on_channel = {"adzone_id": POSITION, "relation_id": filed["relation_id"], "item_id_list": item["item_id"]}
    converted = client.ask("taobao.tbk.dg.general.link.convert", **on_channel)
    link = converted["data"]["item_url_list"]["item_url_list"][0]["link_info_dto"]["cps_short_url"]
    order = sandbox.buy(link, quantity=2)
    for step in ("settle", "freeze"):
        sandbox.move(order, step)
    sandbox.move(order, "return", quantity=1)

    whole_day = {"start_time": beijing(time.time() - 3600), "page_no": 1, "page_size": 100}
    punished = client.ask(
        "taobao.tbk.dg.punish.order.get",
        af_order_option=json.dumps(whole_day | {"span": 1, "relation_id": filed["relation_id"]}),
    )
    (row,) = punished["result"]["data"]["results"]["result"]
    assert (str(row["tb_trade_id"]), row["punish_status"]) == (order, "0")
    back = client.ask(
        "taobao.tbk.relation.refund",
        search_option=json.dumps(whole_day | {"search_type": 5, "refund_type": 1, "biz_type": 1}),
    )
    rows = [each for each in back["result"]["data"]["results"]["result"] if str(each["tb_trade_id"]) == order]
    assert [each["relation_id"] for each in rows] == [filed["relation_id"]]
    assert client.used_own == OWN_CLASSES[client.name] - {"taobao.tbk.order.details.get", "taobao.tbk.tpwd.create"}


def test_its_wrong_secret_is_refused_and_so_is_a_window_that_is_too_long(client: IndependentClient) -> None:
    search = "taobao.tbk.dg.material.optional.upgrade"
    assert client.call(search, q="锅", adzone_id=POSITION, secret="another")["refused"][0] == 25

    now = time.time()
    long = client.call("taobao.tbk.order.details.get", start_time=beijing(now - 5 * 3600), end_time=beijing(now))
    assert long["refused"][:2] == [15, "2007"]


def orders_by_pages(client: IndependentClient, since: float) -> list[dict[str, Any]]:
    """All orders changed since then, two a page."""
    asked: dict[str, Any] = {
        "query_type": 4, "start_time": beijing(since), "end_time": beijing(time.time() + 60), "page_size": 2,
        "order_scene": 1,
    }  # fmt: skip
    rows: list[dict[str, Any]] = []
    data: dict[str, Any] = client.ask("taobao.tbk.order.details.get", page_no=1, **asked)["data"]
    for page in range(2, 100):
        rows += data["results"]["publisher_order_dto"]
        if not data["has_next"]:
            return rows
        more: dict[str, Any] = {"page_no": page, "jump_type": 1, "position_index": data["position_index"]}
        data = client.ask("taobao.tbk.order.details.get", **asked, **more)["data"]
    pytest.fail("more than a hundred pages")


def yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"
