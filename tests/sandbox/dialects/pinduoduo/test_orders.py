"""The three order calls: windows, pages from the last to the first, what a row says and what only a look-up says."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from joey.sandbox.dialects.pinduoduo.goods import goods_sign
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.reports import UNDOCUMENTED_FIELD
from tests.sandbox.conftest import Sandbox, beijing, utc
from tests.sandbox.dialects.pinduoduo.calling import BY_PAYMENT, BY_UPDATE, ORDER, PddCaller

CUSTOM = '{"uid":"shop42","sid":"店7"}'
DAY = 86_400
# Every field of a row that the documents and the recorded lists have.
FIELDS = """
order_sn order_id order_status order_status_desc goods_id goods_sign goods_name goods_thumbnail_url goods_quantity
goods_price order_amount promotion_rate promotion_amount order_create_time order_pay_time order_group_success_time
order_receive_time order_verify_time order_settle_time order_modify_at type group_id auth_duo_id zs_duo_id cpa_new
is_direct p_id custom_parameters cat_ids batch_no fail_reason price_compare_status platform_discount mall_id mall_name
share_amount share_rate sep_duo_id sep_pid sep_parameters duo_id_service_fee auth_duo_id_service_fee
scene_at_market_fee bandan_risk_consult cps_level subsidy_amount subsidy_type subsidy_list no_subsidy_reason
cash_gift_id red_packet_type
"""
ONLY_LOOKED_UP = {"return_status", "sku_id_code", "point_time", "url_last_generate_time", "cps_sign", "pid"}


def by_payment(pdd: PddCaller, start: float, end: float, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = pdd.ask(BY_PAYMENT, start_time=beijing(start), end_time=beijing(end), **more)
    return found


def bought(pdd: PddCaller, item: SoldItem, start: float, count: int) -> list[str]:
    """Orders that were paid one a second."""
    line = {"marketplace": "pinduoduo", "item": item.external_id, "position": pdd.account["pid"]}
    return pdd.sandbox.bulk([line | {"paid_at": utc(start + second)} for second in range(count)])


def test_a_row_says_what_was_bought(pdd: PddCaller, with_coupon: SoldItem, quiet_hour: Callable[[], float]) -> None:
    start = int(quiet_hour())
    order = pdd.bulk(with_coupon.external_id, start + 60, quantity=3, click_time=utc(start), sub_id=CUSTOM)

    row = pdd.row(order, start)

    truth = pdd.sandbox.get(f"/control/orders/{order}").json()
    assert set(row) == set(FIELDS.split())
    assert (row["order_sn"], row["order_status"], row["order_status_desc"]) == (order, 0, "已支付")
    assert row["goods_sign"] == goods_sign(with_coupon.external_id)
    assert (row["goods_id"], row["goods_quantity"]) == (int(with_coupon.external_id), 3)
    assert (row["goods_price"], row["order_amount"]) == (with_coupon.now_minor, 3 * (with_coupon.coupon_minor or 0))
    assert row["promotion_rate"] * 1000 == truth["rate_ppm"]
    assert row["promotion_amount"] == row["order_amount"] * row["promotion_rate"] // 1000 == truth["estimate_minor"]
    assert row["promotion_amount"] - row["duo_id_service_fee"] == truth["net_minor"]
    assert row["duo_id_service_fee"] == (row["promotion_amount"] + 5) // 10 > 0
    assert row["order_create_time"] == row["order_pay_time"] == row["order_modify_at"] == start + 60
    later = ("order_group_success_time", "order_receive_time", "order_verify_time", "order_settle_time")
    assert [row[name] for name in later] == [None] * 4
    assert (row["p_id"], json.loads(row["custom_parameters"])) == (
        pdd.account["pid"], {"uid": "shop42", "sid": "店7"},
    )  # fmt: skip
    assert (row["fail_reason"], row["price_compare_status"], row["batch_no"]) == ("", 0, "")


def test_an_order_by_a_link_carries_what_the_link_carried(pdd: PddCaller, item: SoldItem) -> None:
    before, custom = time.time() - 5, '{"uid":"anna"}'
    pid = pdd.filed_pid(custom)
    link = pdd.links(goods_sign(item.external_id), pid, custom)["mobile_short_url"]

    row = pdd.row(pdd.sandbox.buy(link), before)

    assert (row["p_id"], row["custom_parameters"]) == (pid, custom)


def test_an_order_without_custom_parameters_or_with_free_text_of_old_says_so(
    pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    orders = {text: pdd.bulk(item.external_id, start, sub_id=text) for text in (None, "an old free text")}

    found = {text: pdd.row(order, start)["custom_parameters"] for text, order in orders.items()}

    assert found == {None: "", "an old free text": "an old free text"}


def test_orders_without_a_promoter_are_not_reported(pdd: PddCaller, item: SoldItem) -> None:
    before = time.time() - 5
    order = pdd.sandbox.buy(f"{pdd.sandbox.url}/goods.html?goods_id={item.external_id}")

    assert order not in [row["order_sn"] for row in pdd.all_orders(before, before + 600)]
    assert order not in [row["order_sn"] for row in by_payment(pdd, before, before + 600)["order_list"]]
    assert pdd.refusal(ORDER, order_sn=order)[0] == 21001


def test_a_look_up_has_what_no_list_has_and_calls_the_pid_otherwise(pdd: PddCaller, item: SoldItem) -> None:
    before = int(time.time()) - 5
    link = pdd.links(goods_sign(item.external_id), pid := pdd.filed_pid())["url"]
    order = pdd.sandbox.buy(link)

    row, found = pdd.row(order, before), pdd.ask(ORDER, order_sn=order)

    assert set(found) - set(row) == ONLY_LOOKED_UP | {"request_id"}
    assert set(row) - set(found) == {"p_id"}
    assert {name: found[name] for name in row if name != "p_id"} == {
        name: value for name, value in row.items() if name != "p_id"
    }
    assert (found["pid"], found["return_status"]) == (pid, 0)
    assert before <= found["url_last_generate_time"] <= found["point_time"] <= row["order_pay_time"]


def test_pages_read_from_the_last_to_the_first_hold_every_order_while_some_change(
    pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    made = bought(pdd, item, start, 45)

    def read(pages: list[int], moves: list[str]) -> list[str]:
        """The orders on these pages, one of which changes after each page."""
        found = []
        for page in pages:
            rows = pdd.page_of_orders(start, start + 3600, page=page, page_size=10)["order_list"]
            found += [row["order_sn"] for row in rows]
            if moves:
                pdd.sandbox.move(moves.pop(), "repeat")  # now, and so out of the window
        return found

    backward = read([5, 4, 3, 2, 1], [made[3], made[13], made[24], made[33]])
    assert set(backward) >= set(made) - {made[3], made[13], made[24], made[33]}, "only what changed may be missing"
    left = [order for order in made if order not in (made[3], made[13], made[24], made[33])]
    assert [row["order_sn"] for row in pdd.all_orders(start, start + 3600, 10)] == left

    forward = read([1, 2, 3, 4, 5], [left[0], left[1]])
    assert set(left) - set(forward), "who reads from the first page misses some that did not change"


def test_what_changed_while_pages_were_read_is_in_the_next_window(
    pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float]
) -> None:
    start, before = quiet_hour(), time.time() - 5
    (order,) = bought(pdd, item, start, 1)

    pdd.sandbox.move(order, "repeat")

    assert pdd.all_orders(start, start + 3600) == []
    assert order in [row["order_sn"] for row in pdd.all_orders(before, before + 600)]


def test_a_window_holds_its_start_and_not_its_end_and_may_have_a_whole_day(
    pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    made = bought(pdd, item, start, 2)

    assert [row["order_sn"] for row in pdd.all_orders(start, start + 1)] == made[:1]
    assert [row["order_sn"] for row in pdd.all_orders(start + 1, start + 2)] == made[1:]
    assert set(made) <= {row["order_sn"] for row in pdd.all_orders(start + 2 - DAY, start + 2)}
    now = time.time()
    assert "order_list" in pdd.ask(
        BY_UPDATE, start_update_time=int(now - 90 * DAY + 60), end_update_time=int(now - 89 * DAY)
    )


def test_the_total_can_be_left_out_and_other_kinds_of_orders_are_none(
    pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    bought(pdd, item, start, 12)

    def page(**more: Any) -> dict[str, Any]:
        return pdd.page_of_orders(start, start + 3600, page_size=10, **more)

    assert (page()["total_count"], len(page()["order_list"]), len(page(page=2)["order_list"])) == (12, 10, 2)
    assert "total_count" not in page(return_count=False)
    assert page(return_count=False)["order_list"] == page()["order_list"] == page(query_order_type=1)["order_list"]
    for kind in ({"query_order_type": 2}, {"cash_gift_order": True}):
        assert (page(**kind)["order_list"], page(**kind)["total_count"]) == ([], 0)
        assert by_payment(pdd, start, start + 60, **kind)["order_list"] == []
    assert page(page=3)["order_list"] == []


def test_the_list_by_payment_goes_on_from_the_last_order(
    pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    made = bought(pdd, item, start, 25)
    pdd.sandbox.move(made[0], "receive")  # its payment stays where it was

    found: list[str] = []
    last: Any = None
    for _ in range(4):
        answer = by_payment(pdd, start, start + 60, page_size=10, last_order_id=last)
        found += [row["order_sn"] for row in answer["order_list"]]
        last = answer["last_order_id"]

    assert found == made
    assert [row["order_sn"] for row in by_payment(pdd, start + 1, start + 3)["order_list"]] == made[1:3]
    asked = {"start_time": beijing(start), "end_time": beijing(start + 60)}
    edited = last[:-1] + ("A" if last[-1] != "A" else "B")
    assert pdd.refusal(BY_PAYMENT, last_order_id=edited, **asked)[0] == 21001
    assert pdd.refusal(BY_PAYMENT, start_time=int(start), end_time=int(start + 60))[0] == 10000


@pytest.fixture
def style(sandbox: Sandbox) -> Iterator[Callable[..., None]]:
    """Let it report in some way until the test ends."""

    def change(**chosen: Any) -> None:
        answer = sandbox.post("/control/reports", {"marketplace": "pinduoduo", **chosen})
        assert answer.status_code == 200, answer.text

    yield change
    change()


def test_it_reports_as_badly_as_it_is_asked_to(
    pdd: PddCaller, item: SoldItem, style: Callable[..., None], quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    made = bought(pdd, item, start, 12)

    style(duplicate=True, unknown_state=True, extra_field=True)
    rows = pdd.page_of_orders(start, start + 60, page_size=10)["order_list"]
    looked_up = pdd.ask(ORDER, order_sn=made[0])
    style(shuffle=True)
    shuffled = [row["order_sn"] for row in pdd.page_of_orders(start, start + 60)["order_list"]]

    assert [row["order_sn"] for row in rows] == [order for order in made[:10] for _ in range(2)]
    assert {row["order_status"] for row in rows} == {looked_up["order_status"]} == {99}
    assert UNDOCUMENTED_FIELD in rows[0]
    assert UNDOCUMENTED_FIELD in looked_up
    assert sorted(shuffled) == made != shuffled


def test_a_late_change_shows_the_order_as_it_was_before(
    pdd: PddCaller, item: SoldItem, style: Callable[..., None]
) -> None:
    before = time.time() - 60
    order = pdd.bulk(item.external_id, before)
    assert pdd.row(order, before)["order_status"] == 0

    style(late_minutes=30)
    pdd.sandbox.move(order, "group")

    assert pdd.row(order, before)["order_status"] == pdd.ask(ORDER, order_sn=order)["order_status"] == 0
    style()
    assert pdd.row(order, before)["order_status"] == pdd.ask(ORDER, order_sn=order)["order_status"] == 1
