"""What a row of JD says of an order, step by step."""

import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.sandbox.conftest import BEIJING, beijing
from tests.sandbox.dialects.jd.conftest import OFFER, POSITION, JdUnion

Quiet = Callable[[], float]


def yuan(minor: int) -> float:
    return minor / 100


def today() -> int:
    return day_of(time.time())


def day_of(seconds: float) -> int:
    return int(datetime.fromtimestamp(seconds, BEIJING).strftime("%Y%m%d"))


def balance(row: dict[str, Any]) -> dict[int, float]:
    """`{20191020:10,20191120:-2}`, whose names have no quotes."""
    assert re.fullmatch(r"\{\d{8}:-?\d+(\.\d+)?(,\d{8}:-?\d+(\.\d+)?)*\}", row["balanceExt"]), row["balanceExt"]
    pairs = (pair.split(":") for pair in row["balanceExt"].strip("{}").split(","))
    return {int(day): float(amount) for day, amount in pairs}


def test_a_paid_row_has_estimates_only(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    (order,) = jd.bulk(start, quantity=3)
    truth = jd.sandbox.get(f"/control/orders/{order}").json()

    row = jd.row(order)

    assert (row["id"], row["skuId"], row["skuNum"]) == (order, int(OFFER.external_id), 3)
    assert isinstance(row["id"], str)
    assert row["skuName"] == OFFER.good.title["zh"]
    assert (row["orderTime"], row["modifyTime"], row["finishTime"]) == (beijing(start), beijing(start), "")
    assert (row["validCode"], row["expressStatus"], row["parentId"]) == (16, 10, 0)
    assert (row["price"], row["commissionRate"]) == (yuan(OFFER.now_minor), OFFER.commission_ppm / 10_000)
    assert (row["estimateCosPrice"], row["estimateFee"]) == (yuan(truth["paid_minor"]), yuan(truth["estimate_minor"]))
    assert (row["actualCosPrice"], row["actualFee"], row["balanceExt"]) == (0, 0, "")
    assert row["payMonth"] in (0, "0")
    assert row["positionId"] == int(POSITION)
    assert row["finalRate"] == row["subSideRate"] + row["subsidyRate"] == 100


def test_no_row_says_when_a_link_was_clicked(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    (order,) = jd.bulk(start + 600, click_time=beijing(start))

    row = jd.row(order, fields="goodsInfo,categoryInfo,sign")

    assert not [name for name in row if "click" in name.casefold()]
    assert beijing(start) not in str(row)


def test_a_completed_row_has_actual_amounts_and_a_day_of_settlement_that_comes(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    (order,) = jd.bulk(start)

    truth, row = jd.move(order, "receive", at=beijing(start + 60))

    assert (row["validCode"], row["finishTime"], row["expressStatus"]) == (17, beijing(start + 60), 20)
    assert row["modifyTime"] == beijing(start + 60)
    assert row["actualCosPrice"] == row["estimateCosPrice"] == yuan(truth["paid_minor"])
    assert row["actualFee"] == row["estimateFee"] == yuan(truth["estimate_minor"])
    day = int(row["payMonth"])
    assert day > today()
    assert day % 100 == 20
    assert balance(row) == {day: row["actualFee"]}


def test_a_settled_row_has_a_day_of_settlement_that_passed(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    (order,) = jd.bulk(start)
    jd.sandbox.move(order, "receive", at=beijing(start + 60))

    truth, row = jd.move(order, "settle", at=beijing(start + 120))

    assert row["validCode"] == 17
    assert int(row["payMonth"]) == day_of(start + 120), "not the day before, on which nothing was ordered yet"
    assert row["finishTime"] == beijing(start + 60)
    assert row["actualFee"] == yuan(truth["settled_minor"]) == yuan(truth["net_minor"])
    assert balance(row) == {int(row["payMonth"]): row["actualFee"]}


def test_an_order_settles_the_day_before_it_does_and_never_before_it_was_completed(
    jd: JdUnion, quiet_hour: Quiet
) -> None:
    start = quiet_hour() - 40 * 86_400  # no other test comes so far
    (order,) = jd.bulk(start)
    jd.sandbox.move(order, "receive", at=beijing(start + 60))

    _, row = jd.move(order, "settle", at=beijing(start + 2 * 86_400))

    assert int(row["payMonth"]) == day_of(start + 86_400)


def test_the_day_of_settlement_is_now_a_number_and_now_a_text(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    paid, settled = jd.bulk(start, start + 1), jd.bulk(start + 2, start + 3, do=["receive", "settle"])

    kinds = [[type(jd.row(order)["payMonth"]) for order in orders] for orders in (paid, settled)]

    assert [set(each) for each in kinds] == [{int, str}, {int, str}]


def test_a_settlement_without_a_receipt_completes_the_order(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    (order,) = jd.bulk(start)

    _, row = jd.move(order, "settle", at=beijing(start + 60))

    assert (row["validCode"], row["finishTime"]) == (17, beijing(start + 60))
    assert [each["id"] for each in jd.rows(start, type=2)] == [order]


def test_what_comes_back_before_completion_lowers_the_estimate(jd: JdUnion, quiet_hour: Quiet) -> None:
    (order,) = jd.bulk(quiet_hour(), quantity=3)
    before = jd.row(order)

    truth, row = jd.move(order, "return", quantity=1)

    assert (row["skuNum"], row["skuReturnNum"], row["validCode"]) == (3, 1, 16)
    assert row["estimateFee"] == yuan(truth["estimate_minor"]) < before["estimateFee"]
    assert row["estimateCosPrice"] == yuan(truth["paid_minor"]) < before["estimateCosPrice"]
    assert row["actualFee"] == 0


def test_what_comes_back_after_settlement_lowers_the_actual_fee_and_is_a_later_entry(
    jd: JdUnion, quiet_hour: Quiet
) -> None:
    start = quiet_hour()
    (order,) = jd.bulk(start, quantity=3, do=["receive", "settle"])
    settled = jd.row(order)
    first = int(settled["payMonth"])

    jd.sandbox.move(order, "return", quantity=1, at=beijing(start + 60))
    truth, row = jd.move(order, "return", quantity=1)

    back = sum(case["returned_commission_minor"] for case in truth["refunds"])
    assert len(truth["refunds"]) == 2
    assert row["skuReturnNum"] == 2
    assert row["actualFee"] == yuan(truth["net_minor"]) == yuan(truth["settled_minor"] - back) < settled["actualFee"]
    assert row["actualCosPrice"] < settled["actualCosPrice"]
    assert (row["estimateFee"], int(row["payMonth"])) == (settled["estimateFee"], first)
    entries = balance(row)
    assert entries.pop(first) == settled["actualFee"]
    assert min(entries) > first
    assert all(amount < 0 for amount in entries.values())
    assert round(sum(entries.values()), 2) == -yuan(back)


@pytest.mark.parametrize("done", [[], ["receive"], ["receive", "settle"]])
def test_price_protection_is_inside_the_amounts_and_said_beside_them(
    jd: JdUnion, quiet_hour: Quiet, done: list[str]
) -> None:
    (order,) = jd.bulk(quiet_hour(), do=done)
    before = jd.row(order)

    truth, row = jd.move(order, "price_protect", amount=1000)

    name = "actual" if done else "estimate"
    assert (before["proPriceAmount"], row["proPriceAmount"]) == (0, 10)
    assert round(before[f"{name}CosPrice"] - row[f"{name}CosPrice"], 2) == 10
    assert row[f"{name}Fee"] == yuan(truth["net_minor"]) < before[f"{name}Fee"]
    assert row["skuReturnNum"] == 0


def test_pieces_in_an_after_sale_case_are_frozen_until_they_are_released(jd: JdUnion, quiet_hour: Quiet) -> None:
    (order,) = jd.bulk(quiet_hour(), quantity=3)
    jd.sandbox.move(order, "return", quantity=1)

    _, frozen = jd.move(order, "freeze")
    _, released = jd.move(order, "release")

    assert (frozen["skuFrozenNum"], frozen["skuReturnNum"], frozen["validCode"]) == (2, 1, 16)
    assert released["skuFrozenNum"] == 0


def test_a_settlement_that_is_withdrawn_comes_again(jd: JdUnion, quiet_hour: Quiet) -> None:
    (order,) = jd.bulk(quiet_hour(), quantity=2, do=["receive", "settle"])
    jd.sandbox.move(order, "return", quantity=1)

    truth, row = jd.move(order, "unsettle")

    assert int(row["payMonth"]) > today()
    assert row["actualFee"] == yuan(truth["net_minor"])
    assert list(balance(row)) == [int(row["payMonth"])]
    _, settled = jd.move(order, "settle")
    assert int(settled["payMonth"]) <= today()
    assert list(balance(settled)) == [int(settled["payMonth"])]


def test_a_correction_changes_the_fee_alone(jd: JdUnion, quiet_hour: Quiet) -> None:
    paid, settled = jd.bulk(quiet_hour()), jd.bulk(quiet_hour(), do=["receive", "settle"])

    _, estimate = jd.move(paid[0], "correct", commission=123)
    _, actual = jd.move(settled[0], "correct", commission=4)

    assert (estimate["estimateFee"], estimate["commissionRate"]) == (1.23, OFFER.commission_ppm / 10_000)
    assert (actual["actualFee"], actual["estimateFee"] > 0.04) == (0.04, True)


def test_a_split_order_is_void_and_its_parts_name_it(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    (order,) = jd.bulk(start, quantity=3)
    whole = jd.row(order)

    parts = jd.sandbox.move(order, "split", at=beijing(start + 60))["split_into"]

    rows = {row["id"]: row for row in jd.rows(start)}
    parent, children = rows.pop(order), list(rows.values())
    assert (parent["validCode"], parent["parentId"]) == (2, 0)
    assert sorted(rows) == sorted(parts)
    assert {(row["validCode"], row["parentId"], row["skuNum"]) for row in children} == {(16, parent["orderId"], 1)}
    assert len({row["orderId"] for row in children} | {parent["orderId"]}) == 4
    assert round(sum(row["estimateFee"] for row in children), 2) == whole["estimateFee"]
    assert {row["positionId"] for row in children} == {whole["positionId"]}


def test_an_order_that_is_reported_again_is_changed_now(jd: JdUnion, quiet_hour: Quiet) -> None:
    (order,) = jd.bulk(quiet_hour())
    before, since = jd.row(order), time.time()

    _, row = jd.move(order, "repeat")

    assert {name for name in row if row[name] != before[name]} == {"modifyTime"}
    assert beijing(since - 2) <= row["modifyTime"] <= beijing(time.time() + 2)


def test_some_rows_have_no_category(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    jd.bulk(*(start + index for index in range(5)))

    known = [row["cid1"] is not None for row in jd.rows(start)]

    assert sorted(known) == [False, True, True, True, True]


@pytest.mark.parametrize("do", ["risk", "penalty", "refund"])
def test_steps_that_jd_does_not_have_are_refused(jd: JdUnion, quiet_hour: Quiet, do: str) -> None:
    (order,) = jd.bulk(quiet_hour(), do=["receive", "settle"])
    before = jd.row(order)

    answer = jd.sandbox.post(f"/control/orders/{order}", {"do": do})

    assert (answer.status_code, answer.json()["field"]) == (422, "do")
    assert jd.row(order) == before
