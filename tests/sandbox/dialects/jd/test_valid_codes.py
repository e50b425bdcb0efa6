"""Every `validCode` of JD: why an order does not count, and what one that goes on can be."""

from collections.abc import Callable

import pytest

from joey.demo import catalogue
from tests.sandbox.conftest import beijing
from tests.sandbox.dialects.jd.conftest import JdUnion

Quiet = Callable[[], float]
WITHOUT_COMMISSION = next(
    each for each in catalogue.offers() if each.marketplace == "jd" and each.in_stock and not each.commission_ppm
)
# Of the dossier's table: all that make an order void or a violation.
VOID = (3, 4, 5, 6, 7, 8, 9, 11, 13, 14, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30, 31, 33, 34, 35, 36)


@pytest.mark.parametrize("code", VOID)
def test_every_reason_for_which_an_order_does_not_count_is_reported(jd: JdUnion, quiet_hour: Quiet, code: int) -> None:
    (order,) = jd.bulk(quiet_hour(), do=["receive", "settle"])

    assert jd.void(order, code).json() == {"order": order, "state": "closed", "validCode": code}

    truth, row = jd.sandbox.get(f"/control/orders/{order}").json(), jd.row(order)
    assert (truth["closed_because"], truth["net_minor"]) == (str(code), 0)
    assert (row["validCode"], row["actualFee"], row["actualCosPrice"], row["balanceExt"]) == (code, 0, 0, "")
    assert row["payMonth"] in (0, "0")
    assert jd.void(order, code).status_code == 409  # it is closed already
    reopened = jd.move(order, "reopen")[1]
    assert (reopened["validCode"], reopened["finishTime"]) == (16, "")


def test_a_cancelled_order_and_one_that_came_back_whole_are_void(jd: JdUnion, quiet_hour: Quiet) -> None:
    start = quiet_hour()
    cancelled, returned = jd.bulk(start, start + 1, quantity=2)

    _, closed = jd.move(cancelled, "close")
    _, back = jd.move(returned, "return")

    assert (closed["validCode"], closed["skuReturnNum"]) == (3, 0)
    assert (back["validCode"], back["skuReturnNum"]) == (3, 2)


def test_an_item_without_commission_makes_no_order_that_counts(jd: JdUnion) -> None:
    order = jd.sandbox.buy(jd.link(WITHOUT_COMMISSION.external_id)["clickURL"])

    assert jd.row(order)["validCode"] == 19
    assert jd.sandbox.get(f"/control/orders/{order}").json()["state"] == "closed"


@pytest.mark.parametrize("code", [-1, 15, 16, 24])
def test_an_open_order_is_reported_with_another_code_until_its_next_step(
    jd: JdUnion, quiet_hour: Quiet, code: int
) -> None:
    start = quiet_hour()
    (order,) = jd.bulk(start)

    answer = jd.sandbox.post("/control/jd/codes", {"order": order, "validCode": code, "at": beijing(start + 60)})

    assert answer.json() == {"order": order, "state": "paid", "validCode": code}
    row = jd.row(order)
    assert (row["validCode"], row["modifyTime"]) == (code, beijing(start + 60))
    assert jd.move(order, "receive")[1]["validCode"] == 17


def test_a_code_that_no_document_names_lasts_until_the_next_step(jd: JdUnion, quiet_hour: Quiet) -> None:
    (order,) = jd.bulk(quiet_hour())

    _, odd = jd.move(order, "unknown_code")
    _, known = jd.move(order, "receive")

    assert (odd["validCode"], known["validCode"]) == (99, 17)
