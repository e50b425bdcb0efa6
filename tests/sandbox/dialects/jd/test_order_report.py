"""The order report of JD: its windows, types, pages and the search for one order."""

import time
from collections.abc import Callable
from typing import Any

from tests.sandbox.conftest import beijing
from tests.sandbox.dialects.jd.conftest import HOUR, ORDERS, JdUnion

DAY = 86_400
Quiet = Callable[[], float]


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def test_a_window_may_have_an_hour_and_no_more(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    (order,) = jd.bulk(start + 1800)

    def asked(minutes: int) -> dict[str, Any]:
        window = {"startTime": beijing(start), "endTime": beijing(start + minutes * 60)}
        return jd.inner(ORDERS, {"type": 3, "pageSize": 500} | window)

    assert ids(asked(60)["data"]) == [order]
    assert (asked(61)["code"], "data" in asked(61)) == (400, False)


def test_a_window_holds_its_start_and_not_its_end(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    made = jd.bulk(start, start + 600)

    assert ids(jd.page(start, start + 600)["data"]) == made[:1]
    assert ids(jd.page(start + 600, start + 1200)["data"]) == made[1:]


def test_a_window_may_reach_into_the_future(jd: JdUnion) -> None:
    assert jd.page(time.time() - 60, time.time() + 1800)["code"] == 200


def test_each_type_asks_by_its_own_moment(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    (order,) = jd.bulk(start)
    jd.sandbox.move(order, "receive", at=beijing(start + 600))
    jd.sandbox.move(order, "repeat", at=beijing(start + 1200))

    def found(kind: int, minutes: int) -> list[str]:
        at = start + minutes * 60
        return ids(jd.page(at, at + 300, type=kind).get("data", []))

    moments = {kind: [minutes for minutes in (0, 10, 20) if found(kind, minutes)] for kind in (1, 2, 3)}
    assert moments == {1: [0], 2: [10], 3: [20]}


def test_an_order_that_is_not_completed_has_no_completion_time_to_ask_by(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    (order,) = jd.bulk(start)

    assert ids(jd.rows(start, type=1)) == [order]
    assert jd.rows(start, type=2) == []


def test_pages_are_turned_as_long_as_there_is_more(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    made = jd.bulk(*(start + index for index in range(23)))

    pages = [jd.page(start, start + HOUR, pageSize=10, pageIndex=index) for index in (1, 2, 3, 4)]

    assert [page["hasMore"] for page in pages] == [True, True, False, False]
    assert [row for page in pages for row in ids(page.get("data", []))] == made
    assert ids(jd.rows(start, pageSize=1)) == made


def test_a_page_may_have_five_hundred_rows_and_no_more(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    made = jd.bulk(*(start + index for index in range(501)))

    page = jd.page(start, start + HOUR, pageSize=500)
    refused = jd.inner(
        ORDERS, {"type": 3, "startTime": beijing(start), "endTime": beijing(start + HOUR), "pageSize": 501}
    )

    assert (ids(page["data"]), page["hasMore"]) == (made[:500], True)
    assert refused["code"] == 400


def test_a_row_that_changes_between_pages_pushes_another_over_the_edge(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    made = jd.bulk(*(start + index for index in range(6)))
    first = ids(jd.page(start, start + HOUR, pageSize=3)["data"])

    jd.sandbox.move(made[0], "repeat")  # leaves the window
    second = ids(jd.page(start, start + HOUR, pageSize=3, pageIndex=2)["data"])

    assert first + second == made[:3] + made[4:]


def test_an_order_is_found_by_its_number_alone(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    (order,) = jd.bulk(start)
    (row,) = jd.rows(start)

    assert jd.row(order) == row
    number = row["orderId"]
    assert str(number) in jd.sandbox.get(f"/orders/{order}").text  # as the buyer sees it
    assert jd.inner(ORDERS, {"orderId": number, "type": 3})["code"] == 400
    assert jd.inner(ORDERS, {"orderId": number, "startTime": beijing(start)})["code"] == 400
    assert "data" not in jd.ask(ORDERS, {"orderId": 999})


def test_orders_older_than_ninety_days_are_not_there_any_more(jd: JdUnion) -> None:
    at = time.time() // HOUR * HOUR
    young, old = jd.bulk(at - 89 * DAY, at - 91 * DAY)

    assert ids(jd.rows(at - 89 * DAY, type=1)) == [young]
    assert jd.rows(at - 91 * DAY, type=1) == []
    jd.sandbox.move(old, "receive", at=beijing(at - 88 * DAY))
    assert jd.rows(at - 88 * DAY, type=2) == []
    assert "data" not in jd.ask(ORDERS, {"orderId": 280_000_000_000 + int(old) - 211_234_500_000})
    assert jd.row(young)


def test_fields_add_what_they_name(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    jd.bulk(start)
    added = ("goodsInfo", "categoryInfo", "sign")

    (plain,), (full,) = jd.rows(start), jd.rows(start, fields="goodsInfo,categoryInfo,sign")

    assert not set(added) & plain.keys()
    assert full.keys() - plain.keys() == set(added)
    assert full["goodsInfo"]["mainSkuId"] == full["skuId"]
    assert full["categoryInfo"]["cid1Name"]


def test_what_was_bought_at_once_is_one_order_of_several_rows(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    together, alone = jd.bulk(start, start + 1), jd.bulk(start + 2)
    number = jd.sandbox.post("/control/jd/baskets", {"orders": together}).json()["orderId"]

    rows = jd.rows(start, fields="sign")

    assert ids(rows) == together + alone
    assert [row["orderId"] for row in rows[:2]] == [number, number] != [rows[2]["orderId"]] * 2
    assert rows[0]["sign"] == rows[1]["sign"] != rows[2]["sign"]
    assert ids(jd.ask(ORDERS, {"orderId": number})["data"]) == together
    assert all(str(number) in jd.sandbox.get(f"/orders/{order}").text for order in together)
    assert jd.sandbox.move(together[1], "close")["state"] == "closed"
    assert [row["validCode"] for row in jd.ask(ORDERS, {"orderId": number})["data"]] == [16, 3]


def test_the_report_can_be_late_doubled_and_surprising(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    (order,) = jd.bulk(start)

    def report(**style: Any) -> list[dict[str, Any]]:
        assert jd.sandbox.post("/control/reports", {"marketplace": "jd", **style}).status_code == 200
        return jd.rows(start)

    doubled = report(duplicate=True, extra_field=True)
    odd = report(unknown_state=True)
    late_from = time.time()
    report(late_minutes=60)
    late = jd.sandbox.buy(f"{jd.link()['clickURL']}")
    waiting = jd.ask(ORDERS, {"orderId": 280_000_000_000 + int(late) - 211_234_500_000})
    report()

    assert ids(doubled) == [order, order]
    assert "field_that_no_document_names" in doubled[0]
    assert [row["validCode"] for row in odd] == [99]
    assert "data" not in waiting
    assert late in ids(jd.page(late_from - 5, late_from + 1800)["data"])


def test_an_order_without_a_tracked_link_is_not_reported(jd: JdUnion) -> None:
    order = jd.sandbox.buy(f"{jd.sandbox.url}/item/jd/{jd.search(pageSize=1)[0]['skuId']}")

    assert "data" not in jd.ask(ORDERS, {"orderId": 280_000_000_000 + int(order) - 211_234_500_000})


def test_the_last_full_page_can_be_repeated_without_end(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    made = jd.bulk(*(start + index for index in range(5)))
    endless = {"seconds": 60, "kind": "repeat", "where": "jd", "call": ORDERS}
    jd.sandbox.post("/control/outage", endless)

    pages = [jd.page(start, start + HOUR, pageSize=2, pageIndex=index) for index in (1, 2, 3, 9)]
    short = jd.page(start, start + HOUR, pageSize=6)
    jd.sandbox.post("/control/outage", endless | {"seconds": 0})

    assert [ids(page["data"]) for page in pages] == [made[:2], made[2:4], made[2:4], made[2:4]]
    assert [page["hasMore"] for page in pages] == [True] * 4
    assert (ids(short["data"]), short["hasMore"]) == (made, False)
