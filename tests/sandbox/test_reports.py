"""How a marketplace reports: late, with equal times, shuffled, doubled, with undocumented codes and fields."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from joey.demo import catalogue
from joey.sandbox.world.reports import UNDOCUMENTED_FIELD
from tests.sandbox.conftest import Sandbox, utc

OFFER = next(
    each for each in catalogue.offers() if each.marketplace == "tmall" and each.in_stock and each.commission_ppm > 0
)
LINE = {"marketplace": "tmall", "item": OFFER.external_id, "position": "110000000001"}


@pytest.fixture
def style(sandbox: Sandbox) -> Iterator[Callable[..., None]]:
    """Let Taobao report in some way until the test ends."""

    def change(**chosen: Any) -> None:
        answer = sandbox.post("/control/reports", {"marketplace": "taobao", **chosen})
        assert answer.status_code == 200, answer.text

    yield change
    change()


def rows_since(sandbox: Sandbox, start: float) -> dict[str, dict[str, Any]]:
    return {row["trade_id"]: row for row in sandbox.all_orders(start, start + 1200)}


def test_a_late_change_shows_the_order_as_it_was_before(
    sandbox: Sandbox, style: Callable[..., None], tracked: str
) -> None:
    before = time.time() - 60
    order = sandbox.buy(tracked)
    style(late_minutes=30)
    late = sandbox.buy(tracked)

    sandbox.move(order, "receive")

    reported = rows_since(sandbox, before)
    assert reported[order]["tk_status"] == 12
    assert late not in reported
    assert sandbox.get(f"/control/orders/{order}").json()["state"] == "received"
    style()
    reported = rows_since(sandbox, before)
    assert reported[order]["tk_status"] == 14
    assert reported[late]["tk_status"] == 12


def test_a_change_becomes_visible_when_it_is_late_enough(
    sandbox: Sandbox, style: Callable[..., None], quiet_hour: Callable[[], float]
) -> None:
    start, now = quiet_hour(), int(time.time())
    style(late_minutes=(now - int(start)) // 60 - 5)

    due, waiting = sandbox.bulk([LINE | {"paid_at": utc(start)}, LINE | {"paid_at": utc(start + 1100)}])

    assert due in rows_since(sandbox, start)
    assert waiting not in rows_since(sandbox, start)


def test_changes_are_late_by_parts_of_their_own_and_only_the_newest_visible_row_is_there(
    sandbox: Sandbox, style: Callable[..., None], quiet_hour: Callable[[], float]
) -> None:
    start, now = quiet_hour(), int(time.time())
    style(late_minutes=2 * (now - int(start)) // 60, uneven=True)
    later = {"do": "receive", "at": utc(start + 60)}
    made = sandbox.bulk([LINE | {"paid_at": utc(start), "do": [later]} for _ in range(40)])
    for order in made[:20]:
        sandbox.move(order, "close", at=utc(start + 120))

    seen = rows_since(sandbox, start)

    assert 0 < len(seen) < len(made)
    style()
    shown = rows_since(sandbox, start)
    assert {order: shown[order]["tk_status"] for order in made} == dict.fromkeys(made[:20], 13) | dict.fromkeys(
        made[20:], 14
    )


def test_refund_cases_are_late_too(sandbox: Sandbox, style: Callable[..., None], tracked: str) -> None:
    before = time.time() - 60
    order = sandbox.buy(tracked, quantity=2)
    sandbox.move(order, "settle")
    style(late_minutes=5)
    sandbox.move(order, "return")

    assert order not in [case["tb_trade_id"] for case in sandbox.refunds(before, before + 600)]
    style()
    assert order in [case["tb_trade_id"] for case in sandbox.refunds(before, before + 600)]


def test_changes_of_one_minute_carry_one_time(sandbox: Sandbox, style: Callable[..., None], tracked: str) -> None:
    before = time.time() - 60
    style(same_second=True)
    orders = [sandbox.buy(tracked) for _ in range(3)]
    time.sleep(1.1)
    sandbox.move(orders[0], "receive")

    found = rows_since(sandbox, before)
    times = {found[order]["modified_time"] for order in orders}

    truths = {sandbox.get(f"/control/orders/{order}").json()["modified_at"] for order in orders}
    assert len(truths) > 1
    assert len(times) == 1 or any(text.endswith(":00") for text in times)  # the test ran over a full minute


def test_rows_are_shuffled_within_a_page(
    sandbox: Sandbox, style: Callable[..., None], quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    made = sandbox.bulk([LINE | {"paid_at": utc(start + index)} for index in range(60)])
    style(shuffle=True)

    pages = [
        [row["trade_id"] for row in sandbox.page_of_orders(start, start + 1200, page_size=30)["results"][
            "publisher_order_dto"
        ]]
        for _ in range(2)
    ]  # fmt: skip

    assert all(sorted(page) == sorted(made[:30]) for page in pages)
    assert pages[0] != made[:30]
    assert sorted(row["trade_id"] for row in sandbox.all_orders(start, start + 1200, page_size=7)) == sorted(made)


def test_rows_come_twice(sandbox: Sandbox, style: Callable[..., None], quiet_hour: Callable[[], float]) -> None:
    start = quiet_hour()
    made = sandbox.bulk([LINE | {"paid_at": utc(start + index)} for index in range(3)])
    style(duplicate=True)

    assert sorted(row["trade_id"] for row in sandbox.all_orders(start, start + 1200)) == sorted(made * 2)


def test_a_state_and_a_field_that_no_document_names(
    sandbox: Sandbox, style: Callable[..., None], quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    sandbox.bulk([LINE | {"paid_at": utc(start), "quantity": 2, "do": ["settle", {"do": "return", "quantity": 1}]}])
    style(unknown_state=True, extra_field=True)

    row, case = sandbox.all_orders(start, start + 60)[0], sandbox.refunds(start, start + 60)[0]

    assert row["tk_status"] not in (3, 11, 12, 13, 14)
    assert case["refund_status"] not in (1, 2, 3, 4)
    assert UNDOCUMENTED_FIELD in row
    assert UNDOCUMENTED_FIELD in case
    style()
    assert sandbox.all_orders(start, start + 60)[0]["tk_status"] == 3
    assert UNDOCUMENTED_FIELD not in sandbox.all_orders(start, start + 60)[0]


def test_marketplaces_of_one_account_report_together(
    sandbox: Sandbox, style: Callable[..., None], quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    sandbox.bulk([LINE | {"paid_at": utc(start)}])
    style()
    answer = sandbox.post("/control/reports", {"marketplace": "tmall", "duplicate": True})

    assert answer.json() == {"marketplaces": ["taobao", "tmall"], "duplicate": True}
    assert len(sandbox.all_orders(start, start + 60)) == 2


def test_a_style_survives_a_restart(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = own_sandbox()
    sandbox.post("/control/reports", {"marketplace": "taobao", "late_minutes": 60})
    before = time.time() - 60
    sandbox.bulk([LINE])

    sandbox.stop()
    sandbox.start()

    assert sandbox.all_orders(before, before + 600) == []


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("marketplace", {}),
        ("marketplace", {"marketplace": "nowhere"}),
        ("marketplace", {"marketplace": "amazon"}),
        ("marketplace", {"marketplace": "bank"}),
        ("late_minutes", {"marketplace": "taobao", "late_minutes": -1}),
        ("late_minutes", {"marketplace": "taobao", "late_minutes": "5"}),
        ("late_minutes", {"marketplace": "taobao", "late_minutes": True}),
        ("shuffle", {"marketplace": "taobao", "shuffle": 1}),
        ("edition", {"marketplace": "taobao", "edition": "second"}),
        ("lost", {"marketplace": "taobao", "lost": True}),
    ],
)
def test_a_bad_style_names_the_field_and_changes_nothing(sandbox: Sandbox, field: str, body: dict[str, Any]) -> None:
    answer = sandbox.post("/control/reports", body)

    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
