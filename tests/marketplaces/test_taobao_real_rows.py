"""Rows that the unions really sent, each with what is made of it: states, amounts, times are real, numbers made up.

The items of the same origin are read as a file in tests/catalog/intake/test_import_real_files.py.
"""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from joey.commissions.earn_due import earn_due
from joey.marketplaces.jd.connector import UnionConnector
from joey.marketplaces.port import ByPosition, OrderReport, ReportedRow, UnreadableField, UnreadableReport
from joey.marketplaces.read_reports import read_row
from joey.marketplaces.taobao import parse
from joey.marketplaces.taobao.connector import TaobaoConnector
from joey.marketplaces.taobao.parse_offer import offer_facts
from joey.orders.models import OrderLine
from tests.cast import DAY, NOW, leased, lulus_shop, meis_shop
from tests.orders.polled import polled
from tests.proof import prove
from tests.real_data import shared

JD = UnionConnector({"credentials": {"app_key": "1", "app_secret": "s", "site_id": "1"}})
TAOBAO = TaobaoConnector({"credentials": {"app_key": "1", "app_secret": "s"}})
PAID_AT = datetime(2020, 12, 17, 2, 48, 17, tzinfo=UTC)  # the latest time that the rows name
TRADE = "1000000000000000331"
ZONES = ("100000000033", "100000000337")


def rows_of(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(shared(f"data/{name}.jsonl.gz"), "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def orders() -> list[dict[str, Any]]:
    """Two of Alimama, 2020, and one of JD, 2019."""
    return [row["row"] for row in rows_of("affiliate_orders_taobao_jd")]


@pytest.mark.parametrize("number", [0, 1])
def test_an_order_of_2020_is_received_and_estimated_though_it_names_no_time_of_change(number: int) -> None:
    row = orders()[number]

    seen = parse.order_report(row)

    assert not row.keys() & {"modified_time", "tk_earning_time", "pay_price", "relation_id"}
    assert (seen.external_order, seen.external_line, seen.external_part) == (TRADE, TRADE, ZONES[number])
    assert (seen.state, seen.held, seen.reason) == ("received", "", "")
    assert (seen.paid_minor, seen.commission_minor, seen.service_fee_minor, seen.rate_ppm) == (100, 1, 0, 13_500)
    assert seen.evidence == (ByPosition(ZONES[number], "clicked"),)
    assert (seen.reported_at, seen.settled_at) == (PAID_AT, None)
    assert seen.clicked_at == datetime(2020, 12, 17, 2, 42, 23, tzinfo=UTC)
    assert seen.placed_at == datetime(2020, 12, 17, 2, 42, 57, tzinfo=UTC)
    assert seen.paid_at == datetime(2020, 12, 17, 2, 48, 7, tzinfo=UTC)
    assert (seen.external_item, seen.quantity, seen.currency) == ("631237418743", 1, "CNY")
    assert seen.title == row["item_title"]
    assert read(row).payload == {name: value for name, value in row.items() if name != "uvid"}, "every field is known"


def test_the_order_of_jd_of_2019_is_refused_at_both_doors_with_what_it_lacks_and_kept() -> None:
    row = orders()[2]

    kept = read_row(TAOBAO, ReportedRow("order", row, NOW))

    assert isinstance(kept, UnreadableReport)
    assert kept.problem == "modified_time is missing, and so is every other time"
    assert (kept.external_order, kept.external_line) == ("", "")
    assert kept.payload["orderId"] == row["orderId"]
    assert kept.payload.keys() == row.keys(), "fields are there, and words in them that Taobao has no field for are not"
    assert "skuName" not in str(kept.payload)

    at_jd = read_row(JD, ReportedRow("order", row, NOW))

    assert isinstance(at_jd, UnreadableReport)
    assert at_jd.problem == "finishTime is not a time"


def test_each_item_of_the_interface_of_2019_is_refused_by_that_of_today_and_names_what_it_lacks() -> None:
    rows = list(rows_of("taobao_union_items_sample"))

    assert [row["item_id"] for row in rows] == ["594628530417", "595687512906", 532530634044, 553131838005]
    for row in rows:  # today's has its facts in objects: item_basic_info and others
        with pytest.raises(UnreadableField, match=r"^title is missing$"):
            offer_facts(row, as_of=NOW)


@pytest.fixture
def two_zones(db: None) -> None:
    for shop, zone in zip((meis_shop(), lulus_shop()), ZONES, strict=True):
        leased(shop, zone, since=PAID_AT - DAY)


def read(row: dict[str, Any]) -> OrderReport:
    seen = read_row(TAOBAO, ReportedRow("order", row, NOW))
    assert isinstance(seen, OrderReport)
    return seen


@pytest.mark.usefixtures("two_zones")
def test_one_trade_in_two_ad_zones_is_a_line_of_each_ones_shop() -> None:
    first, second, _jd = orders()

    polled(read(first), read(second))
    earn_due(now=NOW)

    found = OrderLine.objects.order_by("external_part").values_list("external_line", "external_part", "shop_id")
    assert list(found) == [(TRADE, ZONES[0], meis_shop().pk), (TRADE, ZONES[1], lulus_shop().pk)]
    prove()


@pytest.mark.usefixtures("two_zones")
def test_the_same_row_again_is_the_same_report_and_a_later_one_that_names_its_time_of_change_wins() -> None:
    first = orders()[0]
    settled = {**first, "modified_time": "2020-12-20 10:00:00", "tk_status": 3, "pub_share_fee": "0.01",
               "pay_price": "1.00", "tk_earning_time": "2020-12-20 09:59:58"}  # fmt: skip

    assert [polled(read(row)).reports for row in (first, first, settled, first)] == [1, 0, 1, 0]

    line = OrderLine.objects.get()
    assert (line.state, line.reported_at) == ("settled", datetime(2020, 12, 20, 2, tzinfo=UTC))
    prove()
