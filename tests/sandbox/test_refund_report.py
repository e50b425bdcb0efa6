"""Refund cases: what a return takes back after settlement and shows before it, and how they are asked for."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from joey.demo import catalogue
from tests.sandbox.conftest import Sandbox, beijing, utc

REPORT = "taobao.tbk.order.refund.get"
OFFER = next(
    each for each in catalogue.offers() if each.marketplace == "taobao" and each.in_stock and each.commission_ppm > 0
)


def line(start: float, *steps: Any, quantity: int = 2, **more: Any) -> dict[str, Any]:
    return {
        "marketplace": OFFER.marketplace, "item": OFFER.external_id, "position": "110000000001",
        "paid_at": utc(start), "quantity": quantity, "do": list(steps), **more,
    }  # fmt: skip


def ask(sandbox: Sandbox, start: float, **option: Any) -> dict[str, Any]:
    asked = {
        "query_type": 5, "start_time": beijing(start), "end_time": beijing(start + 1200), "page_no": 1,
        "page_size": 20, "order_scene": 1, "member_type": 4,
    } | option  # fmt: skip
    asked = {key: value for key, value in asked.items() if value is not None}
    found: dict[str, Any] = sandbox.ask(REPORT, publisher_refund_order_query_option=json.dumps(asked))
    return found


def test_a_case_shows_what_goes_back(sandbox: Sandbox, quiet_hour: Callable[[], float]) -> None:
    start = quiet_hour()
    steps = ("receive", "settle", {"do": "return", "quantity": 1, "at": utc(start + 600)})
    order = sandbox.bulk([line(start, *steps)])[0]

    case = sandbox.refunds(start, start + 1200)[0]

    truth = sandbox.get(f"/control/orders/{order}").json()
    assert case["tb_trade_id"] == order
    assert case["refund_status"] == 2
    assert case["earning_time"] == beijing(start)
    assert case["tk_refund_time"] == case["modified_time"] == beijing(start + 600)
    parts = [
        int(case[name].replace(".", "")) for name in ("tk_commission_fee_refund", "tk_commission_alimm_refund_fee")
    ]
    assert sum(parts) == int(case["show_return_fee"].replace(".", ""))
    assert sum(parts) == truth["refunds"][0]["returned_commission_minor"] == (truth["settled_minor"] + 1) // 2
    assert int(case["refund_fee"].replace(".", "")) == truth["paid_minor"] // 2
    row = sandbox.all_orders(start, start + 1200)[0]
    assert (row["refund_tag"], row["tk_status"]) == (1, 3)
    assert row["modified_time"] == beijing(start + 600)


def test_each_return_is_a_case_of_its_own(sandbox: Sandbox, quiet_hour: Callable[[], float]) -> None:
    start = quiet_hour()
    back = {"do": "return", "quantity": 1}
    order = sandbox.bulk([line(start, "settle", back, back, back, quantity=3)])[0]

    cases = sandbox.refunds(start, start + 1200)

    assert len({case["refund_suit_id"] for case in cases}) == 3
    total = sum(int(case["show_return_fee"].replace(".", "")) for case in cases)
    assert total == sandbox.get(f"/control/orders/{order}").json()["settled_minor"]


def test_a_return_before_settlement_is_a_case_too_with_a_moment_before_it(
    sandbox: Sandbox, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    part, whole = sandbox.bulk(
        [
            line(
                start, {"do": "return", "quantity": 1, "at": utc(start + 60)}, {"do": "settle", "at": utc(start + 600)}
            ),
            line(start, "return"),
        ]
    )

    rows = {row["tb_trade_id"]: row for row in sandbox.refunds(start, start + 1200)}

    truth = sandbox.get(f"/control/orders/{part}").json()
    assert (rows[part]["refund_status"], rows[part]["tk_refund_time"]) == (2, beijing(start + 60))
    assert rows[part]["earning_time"] == beijing(start + 600)
    assert int(rows[part]["refund_fee"].replace(".", "")) == truth["paid_minor"]  # the other half
    assert truth["refunds"] == []  # nothing is taken back beside the amounts
    assert truth["net_minor"] == truth["settled_minor"] - truth["service_minor"]
    assert rows[whole]["refund_status"] == 2
    assert "earning_time" not in rows[whole]
    orders = sandbox.all_orders(start, start + 1200)
    assert [(row["tk_status"], row["refund_tag"]) for row in orders] == [(13, 1), (3, 1)]


def test_settling_reports_the_cases_again_with_the_moment_that_they_had(sandbox: Sandbox, tracked: str) -> None:
    order = sandbox.buy(tracked, quantity=2)
    sandbox.move(order, "return", quantity=1)

    def shown() -> dict[str, Any]:
        (row,) = [row for row in sandbox.refunds(time.time() - 600, time.time() + 60) if row["tb_trade_id"] == order]
        return row

    before = shown()
    while beijing(time.time()) <= before["modified_time"]:
        time.sleep(0.05)
    sandbox.move(order, "settle")

    assert shown()["modified_time"] > before["modified_time"]
    assert shown()["tk_refund_time"] == before["tk_refund_time"] < shown()["earning_time"]
    assert shown()["show_return_fee"] == before["show_return_fee"]


def test_cases_are_found_by_each_of_the_five_moments(sandbox: Sandbox, quiet_hour: Callable[[], float]) -> None:
    start = quiet_hour()
    steps = ({"do": "settle", "at": utc(start + 300)}, {"do": "return", "at": utc(start + 600)})
    sandbox.bulk([line(start, *steps)])

    def count(query_type: int, begin: float, **option: Any) -> int:
        data = ask(sandbox, begin, query_type=query_type, end_time=beijing(begin + 300), **option)["data"]
        return len(data.get("result", {}).get("publisher_refund_order_d_t_o", []))

    assert [count(kind, start) for kind in (1, 2, 3, 4, 5)] == [0, 0, 0, 1, 0]
    assert [count(kind, start + 300) for kind in (1, 2, 3, 4, 5)] == [0, 1, 0, 0, 0]
    assert [count(kind, start + 600) for kind in (1, 2, 3, 4, 5)] == [1, 0, 1, 0, 1]
    assert count(5, start + 600, order_scene=2) == 0


@pytest.mark.parametrize("first", [0, 1])
def test_pages_go_on_by_position(sandbox: Sandbox, quiet_hour: Callable[[], float], first: int) -> None:
    start = quiet_hour()
    sandbox.bulk([line(start + index, "settle", "return") for index in range(7)])

    found: list[str] = []
    data = ask(sandbox, start, page_no=first, page_size=3)["data"]
    for number in range(first + 1, first + 4):
        found += [row["refund_suit_id"] for row in data["result"]["publisher_refund_order_d_t_o"]]
        if not data["has_next"]:
            break
        more = {"page_no": number, "jump_type": 1, "position_index": data["position_index"]}
        assert data["next_page"] == number
        data = ask(sandbox, start, page_size=3, **more)["data"]

    assert len(set(found)) == len(found) == 7
