"""Each state of an order and how it is reached, what a return leaves, price comparisons, steps that cannot follow."""

from collections.abc import Callable
from typing import Any

import pytest

from joey.sandbox.dialects.pinduoduo.goods import duo_items
from joey.sandbox.world.goods import SoldItem
from tests.sandbox.conftest import utc
from tests.sandbox.dialects.pinduoduo.calling import ORDER, PddCaller
from tests.slow import but_every

TIMES = {
    "order_pay_time": "paid", "order_group_success_time": "group", "order_receive_time": "receive",
    "order_verify_time": "audit", "order_settle_time": "settle",
}  # fmt: skip
ANY = ("", "group", "receive", "receive audit", "receive settle", "receive audit settle", "close")


@pytest.fixture
def moved(pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float]) -> Callable[..., dict[str, Any]]:
    """The row of a new order after some steps, one a minute."""

    def move(*steps: str, **more: Any) -> dict[str, Any]:
        start = quiet_hour()
        do = [{"do": step, "at": utc(start + 60 * minute)} for minute, step in enumerate(steps, 1)]
        order = pdd.bulk(item.external_id, start, *do, **more)
        return pdd.row(order, start) | {"started": int(start)}

    return move


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ("", 0), ("group", 1), ("group receive", 2), ("receive", 2), ("group receive audit", 3), ("receive audit", 3),
        ("receive audit settle", 5), ("settle", 5), ("unpaid", -1), ("unpaid pay", 0), ("unpaid pay group", 1),
        *((f"{before} close".strip(), 4) for before in ("", "group", "receive", "receive audit", "receive settle")),
        *((f"{before} punish".strip(), 10) for before in ANY),
        ("not_promoted", 8), ("group not_promoted", 8), ("unpaid close", 4), ("unknown_code", 99),
        ("unknown_code group", 1), ("group close reopen", 1), ("receive audit close reopen", 0),
        ("receive audit close reopen receive", 2), ("receive audit settle unsettle", 3), ("receive settle unsettle", 2),
        ("group repeat", 1), ("group risk", 1), ("group risk release", 1),
    ],
)  # fmt: skip
def test_each_state_is_reached(moved: Callable[..., dict[str, Any]], steps: str, status: int) -> None:
    row = moved(*steps.split())

    assert row["order_status"] == status
    assert bool(row["order_status_desc"]) == (status != 99)
    assert row["order_modify_at"] == row["started"] + 60 * len(steps.split())
    assert (row["fail_reason"] != "") == (status in (4, 10))


@pytest.mark.parametrize("steps", ["group", "group receive", "group receive audit", "group receive audit settle"])
def test_a_time_is_there_once_it_came_and_null_before(moved: Callable[..., dict[str, Any]], steps: str) -> None:
    row = moved(*steps.split())

    came = {"paid": row["started"]} | {
        step: row["started"] + 60 * minute for minute, step in enumerate(steps.split(), 1)
    }
    assert {name: row[name] for name in TIMES} == {name: came.get(step) for name, step in TIMES.items()}
    assert bool(row["batch_no"]) == ("settle" in came)


def test_what_was_never_grouped_or_audited_was_so_when_it_had_to_be(moved: Callable[..., dict[str, Any]]) -> None:
    row = moved("receive", "settle")

    assert row["order_group_success_time"] == row["order_pay_time"] == row["started"]
    assert row["order_verify_time"] == row["order_settle_time"] == row["started"] + 120


def test_an_unpaid_order_has_no_time_of_payment(moved: Callable[..., dict[str, Any]]) -> None:
    row = moved("unpaid")

    assert (row["order_pay_time"], row["order_create_time"]) == (None, row["started"])


def test_a_risk_is_a_hint_until_it_is_released(moved: Callable[..., dict[str, Any]]) -> None:
    assert [moved(*steps)["bandan_risk_consult"] for steps in ((), ("risk",), ("risk", "release"))] == [0, 1, 0]


@pytest.mark.parametrize(
    ("before", "step"),
    [
        (("group",), "group"), (("receive",), "group"), (("unpaid",), "group"), ((), "audit"),
        (("receive", "audit"), "audit"), (("receive", "settle"), "audit"), (("receive",), "receive"),
        (("receive", "settle"), "settle"), (("punish",), "punish"), (("punish",), "close"), (("group",), "unpaid"),
        (("receive",), "unpaid"), ((), "pay"), (("unpaid",), "receive"), (("close",), "not_promoted"),
        (("close",), "ask_return"), (("close",), "compare_prices"), (("compare_prices",), "compare_prices"),
        (("receive", "settle"), "compare_prices"), ((), "reopen"), ((), "unsettle"),
    ],
)  # fmt: skip
def test_a_step_that_cannot_follow_is_409_and_changes_nothing(
    pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float], before: tuple[str, ...], step: str
) -> None:
    start = quiet_hour()
    order = pdd.bulk(item.external_id, start, *before)
    row = pdd.row(order, start)

    assert pdd.sandbox.post(f"/control/orders/{order}", {"do": step}).status_code == 409
    assert pdd.row(order, start) == row


@pytest.mark.parametrize("step", ["freeze", "penalty", "split", "refund", "explode", "Group"])
def test_what_it_does_not_do_is_422(pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float], step: str) -> None:
    order = pdd.bulk(item.external_id, quiet_hour())

    answer = pdd.sandbox.post(f"/control/orders/{order}", {"do": step})

    assert (answer.status_code, answer.json()["field"]) == (422, "do")


def test_other_marketplaces_have_none_of_these_steps(pdd: PddCaller) -> None:
    answer = pdd.sandbox.post(f"/control/orders/{taobao_order(pdd)}", {"do": "audit"})

    assert (answer.status_code, answer.json()["field"]) == (422, "do")


def taobao_order(pdd: PddCaller) -> str:
    item_id = pdd.sandbox.search(q="a", page_size=1)[0]["item_id"]
    return pdd.sandbox.buy(pdd.sandbox.convert(item_id)["link_info_dto"]["cps_long_url"])


def reported(pdd: PddCaller, order: str, start: float) -> tuple[int, int, int]:
    """What was paid, the commission and the fee in it, which add up to the truth."""
    row, truth = pdd.row(order, start), pdd.sandbox.get(f"/control/orders/{order}").json()
    assert row["promotion_amount"] - row["duo_id_service_fee"] == truth["net_minor"]
    return row["order_amount"], row["promotion_amount"], row["duo_id_service_fee"]


@pytest.mark.parametrize("before", but_every(3, ["", "group", "receive", "receive audit", "receive audit settle"]))
def test_a_partial_return_lowers_what_was_paid_and_the_commission(
    pdd: PddCaller, quiet_hour: Callable[[], float], before: str
) -> None:
    """Also after the settlement, where the neutral world opens a case; a commission is cut to whole fen either way."""
    for odd in [each for each in duo_items() if each.in_stock and each.rate_ppm][:12]:
        start = quiet_hour()
        order = pdd.bulk(odd.external_id, start, *before.split(), quantity=3)
        whole = reported(pdd, order, start)

        parts = []
        for minute in (1, 2):
            pdd.sandbox.move(order, "return", quantity=1, at=utc(start + 60 * minute))
            parts.append(reported(pdd, order, start))

        unit, rate = whole[0] // 3, odd.rate_ppm // 1000
        assert [paid for paid, _commission, _fee in (whole, *parts)] == [3 * unit, 2 * unit, unit]
        assert [commission for _paid, commission, _fee in (whole, *parts)] == [
            pieces * unit * rate // 1000 for pieces in (3, 2, 1)
        ]
        row = pdd.row(order, start)
        assert row["order_modify_at"] == start + 120
        assert row["goods_quantity"] == 3
        assert pdd.ask(ORDER, order_sn=order)["return_status"] == 2


def test_a_refund_of_a_part_of_the_price_lowers_both_too(
    pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    for do in ((), ("receive", "settle")):
        order = pdd.bulk(item.external_id, start, *do)
        pdd.sandbox.move(order, "price_protect", amount=101, at=utc(start + 60))
        paid = item.now_minor - 101
        assert reported(pdd, order, start)[:2] == (paid, paid * item.rate_ppm // 1_000_000)


@pytest.mark.parametrize(("before", "status"), [("", 4), ("receive audit", 4), ("receive settle", 5)])
def test_returning_everything_leaves_nothing_to_earn(
    pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float], before: str, status: int
) -> None:
    start = quiet_hour()
    order = pdd.bulk(item.external_id, start, *before.split())

    truth = pdd.sandbox.move(order, "return", at=utc(start + 60))
    row = pdd.row(order, start)

    assert (row["order_status"], truth["net_minor"]) == (status, 0)
    if status == 5:
        assert (row["order_amount"], row["promotion_amount"], row["duo_id_service_fee"]) == (0, 0, 0)
    else:
        assert row["fail_reason"] == "订单发生售后，已全额退款"


def test_an_after_sale_runs_until_something_is_returned_and_no_list_says_so(
    pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    order = pdd.bulk(item.external_id, start, "receive", quantity=2)

    seen = [pdd.ask(ORDER, order_sn=order)["return_status"]]
    for minute, step in enumerate(("ask_return", "return", "ask_return"), 1):
        more = {"quantity": 1} if step == "return" else {}
        pdd.sandbox.move(order, step, at=utc(start + 60 * minute), **more)
        seen.append(pdd.ask(ORDER, order_sn=order)["return_status"])

    assert seen == [0, 1, 2, 1]
    assert "return_status" not in pdd.row(order, start)


def test_a_price_comparison_pays_a_tenth_in_whole_per_mille_and_settles_so(
    pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    order = pdd.bulk(item.external_id, start, "group", quantity=2)

    truth = pdd.sandbox.move(order, "compare_prices", at=utc(start + 60))
    row = pdd.row(order, start)
    rate = item.rate_ppm // 10_000
    assert (row["price_compare_status"], row["promotion_rate"]) == (1, rate)
    assert row["promotion_amount"] == row["order_amount"] * rate // 1000 == truth["estimate_minor"] > 0
    assert (row["order_status"], truth["rate_ppm"]) == (1, rate * 1000)

    for minute, step in enumerate(("receive", "audit", "settle"), 2):
        pdd.sandbox.move(order, step, at=utc(start + 60 * minute))
    settled = pdd.row(order, start)
    assert (settled["order_status"], settled["promotion_amount"]) == (5, row["promotion_amount"])


def test_a_corrected_commission_is_reported_and_falls_with_a_return(
    pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    order = pdd.bulk(item.external_id, start, quantity=2)
    assert pdd.sandbox.move(order, "correct", commission=400, at=utc(start + 60))["estimate_minor"] == 400

    assert reported(pdd, order, start)[1:] == (400, 40)
    pdd.sandbox.move(order, "settle", at=utc(start + 120))
    pdd.sandbox.move(order, "return", quantity=1, at=utc(start + 180))

    assert reported(pdd, order, start)[1:] == (200, 20)


@pytest.mark.parametrize("before", ANY)
def test_a_punished_order_earns_nothing_whatever_it_was(
    pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float], before: str
) -> None:
    start = quiet_hour()
    order = pdd.bulk(item.external_id, start, *before.split())

    truth = pdd.sandbox.move(order, "punish", at=utc(start + 60))
    row = pdd.row(order, start)

    assert (truth["state"], truth["net_minor"]) == ("closed", 0)
    assert (row["order_status"], row["fail_reason"]) == (10, "推广违规，已处罚")
    assert row["order_settle_time"] is None
    assert row["promotion_amount"] > 0, "only its state says that it earns nothing"
