"""Channels: an invitation, a keeper who accepts it, and the list of those who did; refunds of their orders."""

import json
from collections.abc import Callable
from typing import Any

from joey.sandbox.dialects.taobao.demo_account import KEEPER_SESSIONS
from tests.sandbox.conftest import Sandbox, beijing, utc
from tests.sandbox.test_refund_report import line

INVITE, SAVE, LIST = (
    f"taobao.tbk.sc.{name}" for name in ("invitecode.get", "publisher.info.save", "publisher.info.get")
)
REFUNDS = "taobao.tbk.relation.refund"
KEEPERS = list(KEEPER_SESSIONS)


def invited(sandbox: Sandbox) -> str:
    code: str = sandbox.ask(INVITE, session=True, relation_app="common", code_type=1)["data"]["inviter_code"]
    return code


def listed(sandbox: Sandbox, **asked: Any) -> list[dict[str, Any]]:
    data = sandbox.ask(LIST, session=True, **{"info_type": 1, "relation_app": "common", "page_size": 100, **asked})
    assert data["data"]["root_pid_channel_list"] == {"string": ["mm_98836808_45598009_110000000001"]}
    rows: list[dict[str, Any]] = data["data"].get("inviter_list", {}).get("map_data", [])
    return rows


def test_a_keeper_becomes_a_channel_once_and_its_links_are_credited_to_it(
    sandbox: Sandbox, item: dict[str, Any]
) -> None:
    code = invited(sandbox)
    assert invited(sandbox) == code

    filed = sandbox.ask(SAVE, session=KEEPERS[5], info_type=1, inviter_code=code, note="x")["data"]
    again = sandbox.ask(SAVE, session=KEEPERS[5], info_type=1, inviter_code=code)["data"]

    assert again["relation_id"] == filed["relation_id"]
    assert again["desc"] != filed["desc"]
    (row,) = listed(sandbox, relation_id=filed["relation_id"])
    assert (row["relation_id"], row["account_name"]) == (filed["relation_id"], KEEPER_SESSIONS[KEEPERS[5]])
    link = sandbox.convert(item["item_id"], relation_id=filed["relation_id"])["link_info_dto"]["cps_long_url"]
    truth = sandbox.get("/control/orders/" + sandbox.buy(link)).json()
    assert truth["sub_id"] == str(filed["relation_id"])


def test_channels_are_listed_by_pages_from_zero(sandbox: Sandbox) -> None:
    pages = [listed(sandbox, page_no=page, page_size=8) for page in (0, 1)]

    assert [len(page) for page in pages] == [8, 8]
    assert listed(sandbox, info_type=2) == listed(sandbox, relation_app="etao") == []


def refunds(sandbox: Sandbox, start: float, **option: Any) -> Any:
    asked = {
        "search_type": 5, "refund_type": 0, "biz_type": 1, "page_no": 1, "page_size": 100, "start_time": beijing(start),
    } | option  # fmt: skip
    asked = {name: value for name, value in asked.items() if value is not None}
    return sandbox.ask(REFUNDS, search_option=json.dumps(asked))["result"]


def test_refunds_of_channel_orders_name_no_case_and_come_a_day_at_once(
    sandbox: Sandbox, quiet_hour: Callable[[], float]
) -> None:
    start = quiet_hour() - 50 * 86_400
    steps = ("settle", {"do": "return", "quantity": 1, "at": utc(start + 600)})
    channel, _other = sandbox.bulk([line(start, *steps, sub_id="2345678903"), line(start, *steps)])
    (same,) = [row for row in sandbox.refunds(start, start + 1200) if row["tb_trade_id"] == channel]

    data = refunds(sandbox, start)["data"]
    (row,) = data["results"]["result"]

    assert (data["total_count"], row["tb_trade_id"], row["relation_id"]) == ("1", int(channel), 2345678903)
    assert "refund_suit_id" not in row
    assert row["tk_commission_fee_refund_pub"] == same["tk_commission_fee_refund"]
    assert row["tk_pub_show_return_fee"] == same["show_return_fee"]
    assert (row["tk_refund_time"], row["modified_time"]) == (same["tk_refund_time"], same["modified_time"])
    for option in ({"refund_type": 2}, {"biz_type": 2}, {"page_no": 2}, {"start_time": beijing(start + 601)}):
        assert "results" not in refunds(sandbox, start, **option)["data"]
