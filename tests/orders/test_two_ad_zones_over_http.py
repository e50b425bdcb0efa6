"""A trade that the union reports in two ad zones: orders and refunds of the simulated union, each order's row twice.

The simulator reports a trade once. Between it and Joey is a gateway that hands on each answer, and adds to each
row of an order the same in another ad zone, as a sample of real orders has it (test_taobao_real_rows.py).
"""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django import Settings

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds_in_force import held_lines
from joey.kit.clock import now
from joey.ledger.queries import balances_of
from joey.marketplaces.port import Tracking
from joey.marketplaces.taobao.connector import TaobaoConnector
from joey.orders.models import OrderLine
from joey.orders.sync import sync
from joey.shops.models import Shop
from tests.cast import leased, lulus_shop, meis_shop
from tests.proof import prove
from tests.sandbox.conftest import Sandbox, own_sandbox

pytestmark = pytest.mark.django_db
__all__ = ["own_sandbox"]

MEIS, LULUS = "110000000001", "110000000002"
LATER = timedelta(days=8)  # the waiting days and one more


@pytest.fixture
def union(own_sandbox: Callable[..., Sandbox], settings: Settings) -> Iterator[Sandbox]:
    """Joey connected to a simulated union, through a gateway that reports each order in Lulu's ad zone as well."""
    union = own_sandbox()

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["content-length"]))
            answer = union.client.post(
                union.url + self.path, content=asked, headers={"content-type": self.headers["content-type"]}
            )
            body = json.dumps(in_two_zones(answer.json())).encode()
            self.send_response(answer.status_code)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    account = union.get("/control/marketplaces").json()["taobao"]
    settings.SANDBOX_URL = union.url  # time may be pretended: `confirmed` is days ahead of what was read
    settings.JOEY_MARKETPLACES = {"taobao": account | {"gateway": f"http://127.0.0.1:{server.server_port}/router/rest"}}
    for shop, zone in ((meis_shop(), MEIS), (lulus_shop(), LULUS)):
        leased(shop, zone, since=now().replace(microsecond=0) - timedelta(days=1))
    yield union
    server.shutdown()
    thread.join()
    server.server_close()


def in_two_zones(answer: dict[str, Any]) -> dict[str, Any]:
    results = answer.get("tbk_order_details_get_response", {}).get("data", {}).get("results", {})
    for row in list(results.get("publisher_order_dto", [])):
        results["publisher_order_dto"].append(row | {"adzone_id": int(LULUS)})
    return answer


def bought(union: Sandbox) -> str:
    connector = TaobaoConnector(union.get("/control/marketplaces").json()["taobao"])
    item = max(connector.search("锅").offers, key=lambda each: (each.now_minor or 0) * each.commission_ppm)
    return union.buy(connector.tracked_link(item.external_id, Tracking(position=MEIS)).url, quantity=3)


def synced() -> None:
    (done,) = sync(now=now())
    assert done.trouble == ""
    earn_due(now=now())
    prove()


def confirmed() -> int:
    return confirm_due(now=now() + LATER, read_up_to=now() + LATER).commissions


def of(shop: Shop) -> tuple[int, int, int]:
    found = balances_of(shop.pk)["CNY"]
    return found.pending.minor, found.held.minor, found.available.minor


def test_a_trade_in_two_ad_zones_earns_for_both_shops_and_its_return_waits_for_an_operator(union: Sandbox) -> None:
    order = bought(union)
    synced()

    lines = OrderLine.objects.order_by("external_part").values_list("external_line", "external_part", "shop_id")
    assert list(lines) == [(order, MEIS, meis_shop().pk), (order, LULUS, lulus_shop().pk)]

    union.move(order, "settle")
    synced()
    assert confirmed() == 2
    share = union.get(f"/control/orders/{order}").json()["net_minor"] * 8 // 10
    assert of(meis_shop()) == of(lulus_shop()) == (0, 0, share)

    union.move(order, "return", quantity=1)
    synced()
    assert of(meis_shop()) == of(lulus_shop()) == (0, share, 0)
    assert [hold.hold_class for hold in held_lines()] == ["unclear_refund", "unclear_refund"]

    union.move(order, "repeat")
    synced()
    assert of(meis_shop()) == of(lulus_shop()) == (0, share, 0), "reported again as it was"
