"""Story 45: what a marketplace reports of a buyer reaches no table, page, answer, log, file or notice.

Each marketplace of the sandbox reports orders, refunds and rows that cannot be read with a buyer in every place that
one could be in; then every page and every operation of the API is read, and the whole database.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from joey.commissions.earn_due import earn_due
from joey.kit.clock import now
from joey.marketplaces import registry
from joey.marketplaces.port import FilesPositions, Tracking
from joey.marketplaces.without_buyer import MASK
from joey.orders.intake.import_orders import import_orders
from joey.orders.intake.read_report_mapping import read_report_mapping
from joey.orders.models import OrderLine, Report, UnreadReport
from joey.orders.queries import unread_reports
from joey.orders.sync import sync
from joey.payouts.payee import set_payee
from joey.shops.models import BuyerReport
from tests.cast import DAY, NOW, leased, mei, meis_shop
from tests.places import places_of
from tests.proof import prove
from tests.sandbox.conftest import Sandbox, own_sandbox, utc
from tests.site.test_queries_per_page import address_of, api_headers, office_client, routes
from tests.site.world import fill, ids
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db
__all__ = ["own_sandbox"]

NICK, ADDRESS, EMAIL = "买家甲乙丙", "槐树里八号院", "otto.buyer@mail.example"
PHONE, SPACED = "13912345678", "139-1234-5678"
IMEI, OAID, IP = 356938035643809, "cdda802e-fb9c-47ad-9866-0794d394c912", "203.0.113.77"
MARKERS = (NICK, ADDRESS, EMAIL, PHONE, SPACED, str(IMEI), OAID, IP)
TITLE = f"杯 定制 {PHONE} {SPACED} {EMAIL}"
OF_THE_BUYER: dict[str, Any] = {
    "buyer_nick": NICK, "buyerId": PHONE, "receiver_mobile": PHONE, "receiverAddress": ADDRESS, "user_email": EMAIL,
    "imei": IMEI, "oaid": OAID, "clientIp": IP, "remark": f"{NICK} {PHONE}", "order_note": ADDRESS,
    # In places that no document names.
    "extra": {"to": NICK, "where": [ADDRESS, {"call": PHONE}], "tel": PHONE}, "ship": ADDRESS, "x": PHONE, "y": IMEI,
    "z": OAID, "w": IP, NICK: 1,
    # In what is shown of an order, under the name that each marketplace has for it.
    "item_title": TITLE, "skuName": TITLE, "goods_name": TITLE, "fail_reason": f"售后 {PHONE}",
}  # fmt: skip
NO_TIME = {"modified_time": "soon", "modifyTime": "soon", "order_modify_at": "soon"}  # so none of the rows can be read
HOME = "柳树里九号院"  # what a buyer writes to operators


@pytest.fixture
def orders(own_sandbox: Callable[..., Sandbox], settings: Settings) -> dict[str, str]:
    """An order of each marketplace by its code, as it is reported with its buyer."""
    sandbox = own_sandbox()
    accounts = sandbox.get("/control/marketplaces").json()
    settings.JOEY_MARKETPLACES = {code: accounts[code] for code in ("taobao", "jd", "pinduoduo")}
    settings.SANDBOX_URL, settings.NOTICE_URL = sandbox.url, f"{sandbox.url}/control/messages"
    bought = {}
    for connector in registry.connectors():
        code = connector.code
        position = connector.register_position("mei")
        leased(meis_shop(), position, marketplace=code, since=now() - 2 * DAY)
        if isinstance(connector, FilesPositions):
            sandbox.client.get(connector.filing_link(position)).raise_for_status()
        item = next(each for each in connector.search("锅").offers if each.commission_ppm)
        paid = time.time() - 7200
        link = connector.tracked_link(item.external_id, Tracking(position=position)).url
        bought[code] = sandbox.buy(link, click_time=utc(paid - 60), paid_at=utc(paid))
        _reported(sandbox, code, OF_THE_BUYER)
    for step in ("receive", "settle", "return"):
        sandbox.move(bought["taobao"], step)
    sandbox.move(bought["pinduoduo"], "return")
    _read_in()
    for code in bought:
        _reported(sandbox, code, OF_THE_BUYER | NO_TIME)
    sandbox.move(bought["jd"], "receive")
    sandbox.move(bought["pinduoduo"], "repeat")
    _read_in()
    return bought


def _reported(sandbox: Sandbox, code: str, fields: dict[str, Any]) -> None:
    answer = sandbox.post("/control/reports", {"marketplace": code, "fields": fields})
    assert answer.status_code == 200, answer.text


def _read_in() -> None:
    for done in sync(now=now(), recheck=True):
        assert done.trouble == ""
    earn_due(now=now())
    prove()


def test_what_is_reported_of_a_buyer_is_nowhere(
    orders: dict[str, str], caplog: pytest.LogCaptureFixture, tmp_path: Path, settings: Settings
) -> None:
    assert set(OrderLine.objects.values_list("marketplace", flat=True)) == {"taobao", "jd", "pinduoduo"}
    assert {MASK in title for title in OrderLine.objects.values_list("title", flat=True)} == {True}
    assert Report.objects.filter(kind="refund").exists()
    assert set(UnreadReport.objects.values_list("marketplace", flat=True)) >= {"taobao", "jd"}
    caplog.set_level(logging.DEBUG)
    settings.DATA = tmp_path
    _imported(tmp_path)

    set_payee(meis_shop(), rail="bank", holder_name="李小美", account_number="6222020200112243445", now=NOW)
    fill(1)
    reference = _reported_by_a_buyer()
    seen = _every_page() | _every_line()
    assert not {name: marker for name, text in seen.items() for marker in MARKERS if marker in text}
    assert not [marker for marker in (*MARKERS, HOME) if marker in caplog.text]
    readers = {name for name, text in seen.items() if HOME in text or reference in text}
    assert readers == {"office/shops/buyerreport/"}, "operators alone read what a buyer reported"
    assert {marker: places_of(marker) for marker in MARKERS} == {each: [] for each in MARKERS}


def _reported_by_a_buyer() -> str:
    """A buyer reports a listing, with more than anyone asked for; the reference."""
    listing = ids()["listing_id"]
    agent = {"user-agent": f"Phone/{IMEI}", "referer": f"https://elsewhere.example/{PHONE}?oaid={OAID}"}
    address = f"/s/mei/{listing}/report?oaid={OAID}&imei={IMEI}"
    sent = Client(REMOTE_ADDR=IP).post(address, {"reason": "fake", "words": f"Broken, I live in {HOME}"}, headers=agent)
    assert sent.status_code == 200
    return BuyerReport.objects.get(words_id__isnull=False).reference


def _imported(folder: Path) -> None:
    """A console's export, with a buyer in columns that the mapping does not name and in the title of a row."""
    columns = {
        "订单编号": "77001", "子订单编号": "77001", "订单状态": "已付款", "推广位ID": "1",
        "下单": "2026-11-22 09:00:00", "付款金额": "10.00", "佣金": "1.00", "服务费": "0.10",
        "商品": TITLE, "买家昵称": NICK, "收货地址": ADDRESS, "IMEI": IMEI,
    }  # fmt: skip
    file, mapping = folder / "export.csv", folder / "orders.toml"
    file.write_text(",".join(columns) + "\n" + ",".join(map(str, columns.values())) + "\n", "utf-8")
    mapping.write_text(
        '[numbers]\ntrade_parent_id = "订单编号"\ntrade_id = "子订单编号"\nadzone_id = "推广位ID"\n'
        '[texts]\ntk_status = "订单状态"\nitem_title = "商品"\n[times]\ntk_create_time = "下单"\n'
        '[amounts]\nalipay_total_price = "付款金额"\npub_share_pre_fee = "佣金"\nalimama_share_fee = "服务费"\n'
        '[constants]\ntk_order_role = "2"\n[words.tk_status]\n"已付款" = "12"\n',
        "utf-8",
    )
    done = import_orders(file, "taobao", mapping=read_report_mapping(mapping))
    assert (done.accepted, done.refused) == (1, [])
    assert MASK in OrderLine.objects.get(external_line="77001").title


def _every_page() -> dict[str, str]:
    """A GET of every route with words, by who may see it."""
    known = ids()
    operator, keeper, stranger = office_client(), signed_in(mei()), Client()
    found = {}
    for route in (each for each in routes() if not each.endswith((".png", ".jpg", ".webp"))):
        client = operator if route.startswith("office/") else keeper if route.startswith("studio/") else stranger
        answer = client.get("/" + address_of(route, known), headers=api_headers(route) | {"accept-language": "zh"})
        found[route] = "" if answer.streaming else answer.content.decode(errors="replace")
    assert len(found) > 140
    return found


def _every_line() -> dict[str, str]:
    """What pages and commands say of these orders and of what could not be read."""
    operator, keeper = office_client(), signed_in(mei())
    found = {}
    lines = OrderLine.objects.filter(shop=meis_shop(), external_order__in=Report.objects.values("external_order"))
    for line in lines:
        for name, client, address in (
            ("studio", keeper, f"/studio/mei/orders/{line.pk}"),
            ("office", operator, f"/office/orders/orderline/{line.pk}/change/"),
            ("API", Client(headers=api_headers("api/")), f"/api/v1/shops/mei/orders/{line.pk}/trace"),
            ("operator's API", Client(headers=api_headers("api/v1/office/")), f"/api/v1/office/orders/{line.pk}/trace"),
        ):
            answer = client.get(address)
            assert answer.status_code in (200, 404), (name, answer.status_code)
            found[f"{name} {line.marketplace} {line.pk}"] = answer.content.decode()
    assert len(found) == 4 * 3
    for unread in unread_reports():
        page = operator.get(f"/office/orders/unreadreport/{unread.report_id}/change/")
        assert page.status_code == 200
        found[f"unread {unread.report_id}"] = page.content.decode()
    return found
