"""Punished orders: what the union froze and released again, and how it is asked for."""

import json
import time
from collections.abc import Callable
from typing import Any

from tests.sandbox.conftest import Sandbox, beijing, utc
from tests.sandbox.test_refund_report import line

REPORT = "taobao.tbk.dg.punish.order.get"
DAY = 86_400


def ask(sandbox: Sandbox, start: float, *, method: str = REPORT, session: bool = False, **option: Any) -> Any:
    asked = {"start_time": beijing(start), "span": 1, "page_no": 1, "page_size": 20} | option
    asked = {name: value for name, value in asked.items() if value is not None}
    return sandbox.ask(method, session=session, af_order_option=json.dumps(asked))["result"]


def rows(sandbox: Sandbox, start: float, **option: Any) -> list[dict[str, Any]]:
    result = ask(sandbox, start, **option)
    assert result["result_code"] == 200, result
    found: list[dict[str, Any]] = result["data"].get("results", {}).get("result", [])
    return found


def test_a_frozen_order_is_shown_and_shown_as_released_afterwards(
    sandbox: Sandbox, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour()
    order, free = sandbox.bulk([line(start, "settle", sub_id="2345678901"), line(start, "settle")])
    assert rows(sandbox, start, tb_trade_id=order) == []

    sandbox.move(order, "freeze")
    (frozen,) = rows(sandbox, start, tb_trade_id=order)
    sandbox.move(order, "release")
    (released,) = rows(sandbox, start, tb_trade_id=order)

    assert frozen == {
        "tb_trade_id": int(order), "tk_adzone_id": 110000000001, "tk_site_id": 45598009, "tk_pub_id": "98836808",
        "tk_trade_create_time": beijing(start), "settle_month": int(beijing(start)[:7].replace("-", "")),
        "punish_status": "0", "violation_type": "2", "relation_id": 2345678901,
    }  # fmt: skip
    assert released == frozen | {"punish_status": "1"}
    assert rows(sandbox, start, tb_trade_id=free) == []


def test_what_does_not_apply_is_absent(sandbox: Sandbox, quiet_hour: Callable[[], float]) -> None:
    start = quiet_hour()
    (order,) = sandbox.bulk([line(start)])
    sandbox.move(order, "freeze")

    (row,) = rows(sandbox, start, tb_trade_id=order)

    assert not row.keys() & {"settle_month", "relation_id"}


def test_a_span_of_days_and_what_it_is_narrowed_to(sandbox: Sandbox, quiet_hour: Callable[[], float]) -> None:
    start = quiet_hour() - 60 * DAY  # far from the days of the other tests
    early, late = sandbox.bulk([line(start), line(start + 2 * DAY, position="110000000002", sub_id="2345678902")])
    for order in (early, late):
        sandbox.move(order, "freeze")

    def shown(**option: Any) -> list[str]:
        return [str(row["tb_trade_id"]) for row in rows(sandbox, start, **option)]

    assert shown(span=2) == [early]
    assert shown(span=3) == [early, late]
    assert shown(span=3, adzone_id=110000000002) == [late]
    assert shown(span=3, relation_id=2345678902) == [late]
    assert shown(span=3, tb_trade_id=int(early)) == [early]
    assert shown(span=3, site_id=45598009, page_size=1, page_no=2) == [late]
    assert ask(sandbox, start, span=3, page_size=1)["data"]["total_count"] == 2


def test_a_tool_provider_asks_with_the_session(sandbox: Sandbox, quiet_hour: Callable[[], float]) -> None:
    start, acting = quiet_hour(), "taobao.tbk.sc.punish.order.get"
    (order,) = sandbox.bulk([line(start)])
    sandbox.move(order, "freeze")

    assert len(rows(sandbox, start, method=acting, session=True, tb_trade_id=order)) == 1
    assert sandbox.refusal(acting, af_order_option="{}")[0] == 26


def test_it_reports_as_badly_as_the_other_reports(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox, start = own_sandbox(), time.time() - 3600
    (order,) = sandbox.bulk([line(start)])
    sandbox.move(order, "freeze", at=utc(start + 60))
    sandbox.post("/control/reports", {"marketplace": "taobao", "duplicate": True, "unknown_state": True})

    assert [row["punish_status"] for row in rows(sandbox, start - 60)] == ["9", "9"]
