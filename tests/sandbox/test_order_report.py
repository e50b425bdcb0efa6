"""The order report: windows, positions, filters, and what a row says."""

import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from joey.demo import catalogue
from joey.sandbox.dialects.taobao.item_ids import number_ever
from joey.sandbox.dialects.taobao.sale_days import is_sale_day, longest_window
from tests.sandbox.conftest import BEIJING, Sandbox, beijing, utc

REPORT = "taobao.tbk.order.details.get"
OFFER = next(
    each for each in catalogue.offers() if each.marketplace == "tmall" and each.in_stock and each.commission_ppm > 0
)


def lines(start: float, count: int, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "marketplace": OFFER.marketplace,
            "item": OFFER.external_id,
            "position": "110000000001",
            "paid_at": utc(start + index),
            **more,
        }
        for index in range(count)
    ]


def test_a_row_says_what_was_bought(sandbox: Sandbox, quiet_hour: Callable[[], float]) -> None:
    start = quiet_hour()
    made = lines(start + 60, 1, quantity=3, click_time=utc(start), sub_id="2345678901", do=["receive", "settle"])
    order = sandbox.bulk(made)[0]

    row = sandbox.all_orders(start, start + 1200)[0]

    truth = sandbox.get(f"/control/orders/{order}").json()
    yuan = {name: f"{truth[name] // 100}.{truth[name] % 100:02d}" for name in truth if name.endswith("_minor")}
    assert row["trade_id"] == order
    assert len(order) == 19
    assert row["trade_parent_id"] != order
    assert row["tk_status"] == 3
    assert row["order_type"] == "天猫"
    assert number_ever(row["item_id"]) == int(OFFER.external_id), "an id that no one can read, as in a search"
    assert row["item_link"].endswith(f"?id={row['item_id']}")
    assert row["item_num"] == 3
    assert row["click_time"] == beijing(start)
    assert row["tk_paid_time"] == row["tk_earning_time"] == row["modified_time"] == beijing(start + 60)
    assert row["alipay_total_price"] == row["pay_price"] == yuan["paid_minor"]
    assert row["pub_share_pre_fee"] == row["pub_share_fee"] == yuan["settled_minor"] == row["total_commission_fee"]
    assert row["alimama_rate"] == "10.00"
    assert row["alimama_share_fee"] == yuan["service_minor"]
    assert truth["settled_minor"] == (truth["paid_minor"] * OFFER.commission_ppm + 500_000) // 1_000_000
    assert truth["service_minor"] == (truth["settled_minor"] + 5) // 10
    assert row["pub_share_rate"] == "100.00"
    assert row["tk_total_rate"] == f"{OFFER.commission_ppm / 10_000:.2f}"
    assert (row["adzone_id"], row["relation_id"]) == (110000000001, 2345678901)


def test_before_settlement_the_settled_fields_are_zero_or_absent_and_the_fee_is_an_estimate(
    sandbox: Sandbox, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    sandbox.bulk(lines(start, 1))

    row = sandbox.all_orders(start, start + 1200)[0]

    assert row["tk_status"] == 12
    assert (row["pub_share_fee"], row["total_commission_fee"]) == ("0.00", "0.00")
    estimate = int(row["pub_share_pre_fee"].replace(".", ""))
    assert int(row["alimama_share_fee"].replace(".", "")) == (estimate + 5) // 10 > 0
    assert not {"pay_price", "tk_earning_time", "relation_id", "special_id"} & row.keys()
    assert row["tk_deposit_time"] == "--"


def test_pages_go_on_by_position_and_hold_everything_once(sandbox: Sandbox, quiet_hour: Callable[[], float]) -> None:
    start = quiet_hour()
    made = sandbox.bulk(lines(start, 25) + lines(start, 5))

    found = [row["trade_id"] for row in sandbox.all_orders(start, start + 1200, page_size=7)]

    assert sorted(found) == sorted(made)
    assert len(set(found)) == 30


def test_a_position_that_was_edited_opens_no_page(sandbox: Sandbox, quiet_hour: Callable[[], float]) -> None:
    start = quiet_hour()
    sandbox.bulk(lines(start, 3))
    asked: dict[str, Any] = {"start_time": beijing(start), "end_time": beijing(start + 1200), "page_size": 2}
    asked |= {"query_type": 4}
    position = sandbox.page_of_orders(start, start + 1200, page_size=2)["position_index"]
    more: dict[str, Any] = {"page_no": 2, "jump_type": 1, "position_index": position}
    assert sandbox.ask(REPORT, **asked, **more)["data"]["results"]

    for at in (0, len(position) // 2 - 1, len(position) - 1):
        edited = position[:at] + ("A" if position[at] != "A" else "B") + position[at + 1 :]
        assert sandbox.refusal(REPORT, **asked, **more | {"position_index": edited}) == (15, "1008"), edited


def test_a_page_can_be_turned_back(sandbox: Sandbox, quiet_hour: Callable[[], float]) -> None:
    start = quiet_hour()
    sandbox.bulk(lines(start, 30))
    first = sandbox.page_of_orders(start, start + 1200, page_size=10)
    second = sandbox.page_of_orders(
        start, start + 1200, page_size=10, page_no=2, jump_type=1, position_index=first["position_index"]
    )

    back = sandbox.page_of_orders(
        start, start + 1200, page_size=10, page_no=1, jump_type=-1, position_index=second["position_index"]
    )

    assert back["results"] == first["results"]
    assert not back["has_pre"]
    assert back["has_next"]


def test_rows_that_change_between_pages_push_none_over_the_edge(
    sandbox: Sandbox, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    made = sandbox.bulk(lines(start, 20))
    first = sandbox.page_of_orders(start, start + 1200, page_size=10)

    for order in made[:5]:
        sandbox.move(order, "receive")  # leaves the window
    second = sandbox.page_of_orders(
        start, start + 1200, page_size=10, page_no=2, jump_type=1, position_index=first["position_index"]
    )

    seen = [row["trade_id"] for data in (first, second) for row in data["results"]["publisher_order_dto"]]
    assert seen == made


def test_a_quiet_window_may_have_three_hours_and_reach_into_the_future(sandbox: Sandbox) -> None:
    now = time.time()
    today_is_quiet = not any(is_sale_day(datetime.fromtimestamp(now - ago, BEIJING).date()) for ago in (0, 10_800))
    longest = 3 * 3600 if today_is_quiet else 1200

    assert "data" in sandbox.ask(REPORT, start_time=beijing(now - longest + 60), end_time=beijing(now + 60))


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text + "+08:00").timestamp())


@pytest.mark.parametrize(
    ("minutes", "start", "end"),
    [
        (20, "2026-11-09 00:00:00", "2026-11-09 03:00:00"),
        (20, "2026-11-08 23:00:00", "2026-11-09 00:00:01"),
        (180, "2026-11-08 21:00:00", "2026-11-09 00:00:00"),
        (20, "2026-11-12 23:59:00", "2026-11-13 01:00:00"),
        (180, "2026-11-13 00:00:00", "2026-11-13 03:00:00"),
        (20, "2027-06-18 10:00:00", "2027-06-18 10:20:00"),
        (180, "2027-06-21 10:00:00", "2027-06-21 10:20:00"),
        (20, "2026-01-22 10:00:00", "2026-01-22 11:00:00"),  # 年货节: 20 to 24 January 2026
        (180, "2026-01-25 10:00:00", "2026-01-25 11:00:00"),
    ],
)
def test_windows_shrink_to_twenty_minutes_in_the_sales(minutes: int, start: str, end: str) -> None:
    assert longest_window(moment(start), moment(end)) == minutes * 60


def test_in_a_sale_three_hours_are_refused_and_twenty_minutes_pass(sandbox: Sandbox) -> None:
    now = time.time()
    days = [datetime.fromtimestamp(now - ago * 86_400, BEIJING) for ago in range(1, 89)]
    sale = [day for day in days if is_sale_day(day.date())]
    if not sale:
        pytest.skip("no sale within the last 88 days; the rule itself is tested above")
    start = sale[0].replace(hour=10, minute=0, second=0).timestamp()

    assert sandbox.refusal(REPORT, start_time=beijing(start), end_time=beijing(start + 1260)) == (15, "2007")
    assert "data" in sandbox.ask(REPORT, start_time=beijing(start), end_time=beijing(start + 1200))


def test_a_sale_day_is_a_day_in_beijing() -> None:
    assert is_sale_day(date(2026, 11, 11))
    assert not is_sale_day(date(2026, 11, 13))


def test_the_four_moments_and_the_filters(sandbox: Sandbox, quiet_hour: Callable[[], float]) -> None:
    start = quiet_hour()
    later = utc(start + 1000)
    made = sandbox.bulk(
        lines(start, 1, do=[{"do": "receive", "at": later}])
        + lines(start, 1, sub_id="2345678902", do=[{"do": "settle", "at": later}])
        + lines(start, 1, do=[{"do": "close", "at": later}])
    )

    def ids(begin: float, end: float, **filters: Any) -> list[str]:
        return [row["trade_id"] for row in sandbox.all_orders(begin, end, **filters)]

    early, late = (start, start + 900), (start + 900, start + 1200)
    assert ids(*early, query_type=1) == ids(*early, query_type=2) == made
    assert ids(*late, query_type=1) == []
    assert ids(*early, query_type=4) == []
    assert ids(*late, query_type=4) == made
    assert ids(*late, query_type=3) == [made[1]]
    assert [ids(*late, tk_status=status) for status in (14, 3, 13, 12, 11)] == [[made[0]], [made[1]], [made[2]], [], []]
    assert ids(*late, order_scene=2) == [made[1]]
    assert ids(*late, order_scene=3) == []
    assert ids(*late, member_type=2) == made
    assert ids(*late, member_type=3) == []


def test_a_window_holds_its_start_and_not_its_end(sandbox: Sandbox, quiet_hour: Callable[[], float]) -> None:
    start = quiet_hour()
    made = sandbox.bulk(lines(start, 1) + lines(start + 600, 1))

    assert [row["trade_id"] for row in sandbox.all_orders(start, start + 600)] == made[:1]
    assert [row["trade_id"] for row in sandbox.all_orders(start + 600, start + 1200)] == made[1:]


def test_orders_without_a_tracked_link_are_not_reported(sandbox: Sandbox) -> None:
    before = time.time() - 5
    order = sandbox.buy(f"{sandbox.url}/item/tmall/{OFFER.external_id}")

    reported = [row["trade_id"] for row in sandbox.all_orders(before, before + 600)]

    assert order not in reported
    assert sandbox.get(f"/control/orders/{order}").json()["position"] is None


def test_too_many_calls_are_throttled_for_a_second(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = own_sandbox(JOEY_SANDBOX_ORDER_CALLS_PER_SECOND="3")
    now = time.time()
    asked = sandbox.signed(REPORT, start_time=beijing(now - 600), end_time=beijing(now))
    bodies = [sandbox.top(asked).json() for _ in range(6)]

    limited = [body["error_response"] for body in bodies if "error_response" in body]
    assert len(limited) == 3
    assert limited[0]["code"] == 7
    assert limited[0]["sub_code"] == "accesscontrol.limited-by-api-access-count"
    assert "This ban will last for 1 more seconds" in limited[0]["sub_msg"]
    time.sleep(1.2)
    assert "error_response" not in sandbox.top(asked).json()


@pytest.mark.long
def test_twenty_thousand_orders_are_made_at_once_and_read_completely(
    own_sandbox: Callable[..., Sandbox], quiet_hour: Callable[[], float]
) -> None:
    sandbox = own_sandbox()
    start = quiet_hour()
    made = sandbox.bulk(
        [
            {
                "marketplace": OFFER.marketplace,
                "position": str(110000000001 + index % 100),
                "item": OFFER.external_id,
                "paid_at": utc(start + index % 1200),
                "do": ["receive", "settle"] if index % 2 else [],
            }
            for index in range(20_000)
        ]
    )
    found: list[str] = []
    for third in range(3):
        begin = start + third * 400
        found += [row["trade_id"] for row in sandbox.all_orders(begin, begin + 400)]

    assert len(set(made)) == 20_000
    assert sorted(found) == sorted(made)


def test_a_row_follows_what_the_union_takes_back_and_corrects(
    sandbox: Sandbox, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    order = sandbox.bulk(lines(start, 1, do=["receive", "settle"]))[0]

    def row_after(do: str, minutes: int, **more: Any) -> dict[str, Any]:
        sandbox.move(order, do, at=utc(start + minutes * 60), **more)
        row = sandbox.all_orders(start, start + 1200)[0]
        assert row["modified_time"] == beijing(start + minutes * 60)
        return row

    unsettled = row_after("unsettle", 1)
    assert (unsettled["tk_status"], unsettled["pub_share_fee"], "tk_earning_time" in unsettled) == (14, "0.00", False)
    settled = row_after("settle", 2)
    assert (settled["tk_status"], settled["tk_earning_time"]) == (3, beijing(start + 120))
    corrected = row_after("correct", 3, commission=100)
    assert (corrected["tk_status"], corrected["pub_share_fee"], corrected["alimama_share_fee"]) == (3, "1.00", "0.10")
    closed = row_after("close", 4)
    assert (closed["tk_status"], closed["pub_share_fee"], "tk_earning_time" in closed) == (13, "0.00", False)
    assert closed["alimama_share_fee"] == "0.00"
    assert row_after("reopen", 5)["tk_status"] == 12
