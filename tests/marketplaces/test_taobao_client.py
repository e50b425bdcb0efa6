"""What the client makes of a gateway in trouble, and that no secret ever leaves it."""

import json
import logging
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stamina
from django.utils.translation import override

from joey.kit.refusals import Refusal
from joey.kit.text import storable_json
from joey.marketplaces import beijing
from joey.marketplaces.port import (
    MarketplaceRefused,
    MarketplaceUnavailable,
    OrderReport,
    RefundReport,
    ReportedRow,
    Tracking,
    UnreadableField,
    UnreadableReport,
)
from joey.marketplaces.read_reports import read_reports, read_row
from joey.marketplaces.taobao import manifest, reports
from joey.marketplaces.taobao.manifest import FROZEN_ORDERS, ORDERS, REFUNDS
from tests.marketplaces.conftest import SECRET, SESSION, Script
from tests.marketplaces.test_taobao_parse import item_rows, order_rows

EMPTY_SEARCH = (200, {"tbk_dg_material_optional_upgrade_response": {"total_results": 0, "request_id": "r"}})
NOON = datetime(2026, 8, 3, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def brief_waits() -> Iterator[None]:
    """Retries happen as they do, without their pauses."""
    with stamina.set_testing(True, attempts=3):
        yield


def error(code: int, sub_code: str = "", sub_msg: str = "") -> tuple[int, Any]:
    body = {"code": code, "msg": "no", "sub_code": sub_code, "sub_msg": sub_msg, "request_id": "r"}
    return 200, {"error_response": body}


def orders(*rows: Any, has_next: bool = False, position: str = "p1") -> tuple[int, Any]:
    data = {"has_next": has_next, "position_index": position, "results": {"publisher_order_dto": list(rows)}}
    return 200, {"tbk_order_details_get_response": {"data": data, "request_id": "r"}}


def no_refunds() -> tuple[int, Any]:
    data = {"has_next": False, "position_index": "q"}
    return 200, {"tbk_order_refund_get_response": {"result_code": 200, "data": data, "request_id": "r"}}


@pytest.mark.parametrize(
    "trouble",
    [(500, "<html>"), (503, ""), error(10), (200, b'{"tbk_dg'), (200, {"something": "else"}), (200, [1])],
)
def test_passing_trouble_is_tried_again(script: Script, trouble: Any) -> None:
    script.answers = [trouble, trouble, EMPTY_SEARCH]

    assert script.connector().search("杯").offers == []
    assert len(script.asked) == 3


def test_trouble_that_stays_is_unavailable_after_three_tries(script: Script) -> None:
    script.answers = [error(15, "isp.system-busy", "busy")]

    with pytest.raises(MarketplaceUnavailable) as refused:
        script.connector().search("杯")

    assert len(script.asked) == 3
    assert refused.value.facts["sub_code"] == "isp.system-busy"


def test_a_gateway_that_is_not_there_is_not_tried_again(script: Script) -> None:
    script.answers = [(404, "")]

    with pytest.raises(MarketplaceRefused):
        script.connector().search("杯")

    assert len(script.asked) == 1


def test_a_short_ban_is_waited_for_and_a_long_one_is_reported(script: Script) -> None:
    with stamina.set_testing(False):
        script.answers = [
            error(7, "accesscontrol.limited-by-api-access-count", "This ban will last for 1 more seconds"),
            EMPTY_SEARCH,
        ]
        started = time.monotonic()
        assert script.connector().search("杯").offers == []
        assert 1.0 <= time.monotonic() - started < 3.0

    script.answers = [error(7, "accesscontrol.limited-by-app-access-count", "This ban will last for 3600 more seconds")]
    with pytest.raises(MarketplaceUnavailable) as refused:
        script.connector().search("杯")
    assert refused.value.facts["retry_after"] == 3600
    assert len(script.asked) == 3


@pytest.mark.parametrize(
    "trouble",
    [error(27, f"session {SESSION}", f"Invalid session {SESSION} {SECRET}"), (500, f"{SECRET} {SESSION}"),
     error(10, SECRET, SESSION), (200, f"{SECRET}".encode())],
)  # fmt: skip
def test_no_secret_is_in_message_facts_log_or_traceback(
    script: Script, trouble: Any, caplog: pytest.LogCaptureFixture
) -> None:
    script.answers = [trouble]
    connector = script.connector(tool_provider=True)

    with caplog.at_level(logging.DEBUG), pytest.raises(Refusal) as refused:
        connector.register_position("joey-1")

    shown = "".join(traceback.format_exception(refused.value)) + repr(refused.value.facts) + caplog.text
    shown += repr(connector._client._account) + "".join(repr(record.__dict__) for record in caplog.records)
    assert SECRET not in shown
    assert SESSION not in shown
    assert script.asked[0]["session"] == SESSION  # it did go where it belongs
    assert SECRET not in repr(script.asked)


LINK = "https://item.taobao.com/item.htm?id=abcdefghijkl"
PARSED: tuple[int, Any] = (200, {"tbk_dg_general_link_parse_response": {"data": {}}})
ZONE = {"data": {"model": "mm_1_2_3"}}


def test_the_publisher_s_own_calls_need_no_session_and_a_tool_provider_s_carry_it(script: Script) -> None:
    script.answers = [EMPTY_SEARCH, PARSED, (200, {"tbk_adzone_create_response": ZONE})]
    own = script.connector()
    own.search("杯")
    own.recognise(LINK)
    assert own.register_position("joey-1") == "3"

    script.answers = [(200, {"tbk_sc_general_link_parse_response": {"data": {}}}),
                      (200, {"tbk_sc_adzone_create_response": ZONE})]  # fmt: skip
    acting = script.connector(tool_provider=True)
    acting.recognise(LINK)
    assert acting.register_position("joey-1") == "3"

    asked = [(form["method"].removeprefix("taobao.tbk."), "session" in form) for form in script.asked]
    assert asked == [
        ("dg.material.optional.upgrade", False), ("dg.general.link.parse", False), ("adzone.create", False),
        ("sc.general.link.parse", True), ("sc.adzone.create", True),
    ]  # fmt: skip


@pytest.mark.parametrize("renewed", ["abcdefghijkl", "123456789012", ""])
def test_an_old_number_is_renewed_or_refused_with_what_to_copy_and_never_given_out(
    script: Script, renewed: str
) -> None:
    link = {"material_id": "123456789012", "material_type": 1}
    row = {"code": 0, "link_info_dto": link}
    rows = [{"original_item_id": "123456789012", "item_id": renewed}]
    parsed = {"data": {"material_url_list": {"material_url_list": [row]}}}
    script.answers = [
        (200, {"tbk_dg_general_link_parse_response": parsed}),
        (200, {"tbk_itemid_ineffective_transform_response": {"results": {"item_id_transform_d_t_o": rows}}}),
    ]
    connector = script.connector()
    old_link = "https://item.taobao.com/item.htm?id=123456789012"

    if renewed == "abcdefghijkl":
        assert connector.recognise(old_link) == renewed
    else:
        with pytest.raises(MarketplaceRefused, match="old number"):
            connector.recognise(old_link)


@pytest.mark.parametrize("agent_mode", [True, False])
def test_who_is_promoted_to_is_said_in_agent_mode_only(script: Script, agent_mode: bool) -> None:
    script.answers = [error(15, "isv.item-not-exist")]

    with pytest.raises(MarketplaceRefused):
        script.connector(agent_mode=agent_mode).tracked_link("abc", Tracking(position="1"))

    assert script.asked[0].get("promotion_type") == ("2" if agent_mode else None)


def test_a_closed_port_is_unavailable(script: Script) -> None:
    connector = script.connector()
    connector._client._account = type(connector._client._account)("http://127.0.0.1:9/router/rest", "1", SECRET)

    with pytest.raises(MarketplaceUnavailable):
        connector.search("杯")


def test_pages_are_opened_with_the_position_before_and_in_the_same_window(script: Script) -> None:
    row = order_rows()[0]
    script.answers = [
        orders(row, has_next=True, position="p1"),
        orders({**row, "trade_id": "2"}, has_next=True, position="p2"),
        orders({**row, "trade_id": "3"}, position="p3"),
    ]

    now = datetime.now(UTC)
    ((_end, seen),) = read_reports(script.connector(), ORDERS, now - timedelta(minutes=10), now)

    asked = script.asked[:3]
    assert [form.get("position_index") for form in asked] == [None, "p1", "p2"]
    assert [form.get("jump_type") for form in asked] == [None, "1", "1"]
    assert [form["page_no"] for form in asked] == ["1", "2", "3"]
    assert len({(form["start_time"], form["end_time"], form["page_size"]) for form in asked}) == 1
    assert [report.external_line for report in seen if isinstance(report, OrderReport)] == [
        "4294159887445064307", "2", "3",
    ]  # fmt: skip


def test_a_cursor_that_does_not_move_is_an_error_and_not_an_endless_loop(script: Script) -> None:
    script.answers = [orders(order_rows()[0], has_next=True, position="same")]

    with pytest.raises(MarketplaceUnavailable):
        list(read_reports(script.connector(), ORDERS, datetime.now(UTC) - timedelta(minutes=5), datetime.now(UTC)))

    assert len(script.asked) == 2


@pytest.mark.parametrize(("moves", "calls"), [(False, 2), (True, 3)])
def test_a_full_page_that_is_given_for_ever_leaves_no_shorter_windows_to_try(
    moves: bool, calls: int, script: Script
) -> None:
    page = [{**order_rows()[0], "trade_id": str(number)} for number in range(ORDERS.page_size)]
    script.answers = [lambda _: orders(*page, has_next=True, position=f"p{len(script.asked)}" if moves else "same")]

    with override("en"), pytest.raises(MarketplaceUnavailable, match="names no last page"):
        list(read_reports(script.connector(), ORDERS, datetime.now(UTC) - timedelta(minutes=5), datetime.now(UTC)))

    assert len(script.asked) == calls


@pytest.mark.parametrize("has_next", [None, "more", 1])
def test_a_page_that_does_not_say_whether_it_is_the_last_one_is_read_again(script: Script, has_next: Any) -> None:
    script.answers = [orders(order_rows()[0], has_next=has_next)]

    with pytest.raises(MarketplaceUnavailable):
        list(read_reports(script.connector(), ORDERS, datetime.now(UTC) - timedelta(minutes=5), datetime.now(UTC)))


def test_a_row_that_cannot_be_read_is_handed_on_and_loses_no_other(script: Script) -> None:
    endless = {**order_rows()[0], "trade_id": "9", "trade_parent_id": "endless"}
    answers = orders(*order_rows(), "not even an object", endless, has_next=True, position="p1"), orders()
    script.answers = [(200, json.dumps(page).replace('"endless"', "9" * 5000).encode()) for _status, page in answers]

    now = datetime.now(UTC)
    ((_end, seen),) = read_reports(script.connector(), ORDERS, now - timedelta(minutes=5), now)

    assert [type(report) for report in seen] == [OrderReport] * 3 + [UnreadableReport] * 3
    broken = seen[3]
    assert isinstance(broken, UnreadableReport)
    assert "pub_share_pre_fee" in broken.problem
    assert "13800000000" not in repr(broken.payload)


AT_FAULT = {
    "a name twice": (b'"pub_share_pre_fee": "BAD"', b'"pub_share_pre_fee": "1.00", "pub_share_pre_fee": "9.00"'),
    "a name twice, deep inside": (b'"pub_share_pre_fee": "BAD"', b'"more": {"a": 1, "a": 2}'),
    "no number": (b'"BAD"', b"NaN"),
    "too deep": (b'"BAD"', b"[" * 65 + b"]" * 65),
    "too deep for any stack": (b'"BAD"', b'{"a":' * 99_999 + b"1" + b"}" * 99_999),
    "not UTF-8": (b'"BAD"', b'"1.00", "shop": "\xb5\xea"'),
    "a line break in a text": (b'"BAD"', b'"1.00", "shop": "a\nb"'),
    "no value": (b'"BAD"', b""),
    "an escape that there is not": (b'"BAD"', rb'"\x41"'),
}


@pytest.mark.parametrize(("written", "instead"), AT_FAULT.values(), ids=AT_FAULT.keys())
def test_a_row_that_is_no_json_is_handed_on_and_loses_no_other(script: Script, written: bytes, instead: bytes) -> None:
    first, second, third = order_rows()[:3]
    _status, page = orders(first, {**second, "pub_share_pre_fee": "BAD", "buyer_phone": "13800000000"}, third)
    script.answers = [(200, json.dumps(page).encode().replace(written, instead))]

    now = datetime.now(UTC)
    ((_end, seen),) = read_reports(script.connector(), ORDERS, now - timedelta(minutes=5), now)

    assert [type(report) for report in seen] == [OrderReport, UnreadableReport, OrderReport]
    broken = seen[1]
    assert isinstance(broken, UnreadableReport)
    assert broken.problem.startswith("it is not JSON that can be relied on: ")
    assert "13800000000" not in repr(broken.payload)
    assert ("left_out" in broken.payload) or (broken.external_order == str(second["trade_parent_id"]))
    kept = json.loads(json.dumps(storable_json(broken.payload)))
    again = read_row(script.connector(), ReportedRow("order", kept, broken.reported_at))
    assert isinstance(again, UnreadableReport)
    assert again.problem == broken.problem, "it is not read as if it was whole"


@pytest.mark.parametrize(
    "body",
    [b"", b"[", b'{"a": [1, "', b'{"a": [1}', b"]", b'{"a": 1, "a": [{"b": 1, "b": 2}]}', b'{"a": NaN}', b"\xff",
     b'{"a": [1,]}', b'{"a": [1] [2]}'],
)  # fmt: skip
def test_an_answer_that_is_no_json_around_its_rows_is_the_marketplaces_outage(script: Script, body: bytes) -> None:
    script.answers = [(200, body)]

    with pytest.raises(MarketplaceUnavailable, match="not JSON"):
        list(read_reports(script.connector(), ORDERS, datetime.now(UTC) - timedelta(minutes=5), datetime.now(UTC)))


def test_an_offer_that_is_no_json_is_left_out_of_those_found(script: Script) -> None:
    row = item_rows()[0]
    answer = {"result_list": {"map_data": [row, {**row, "volume": "BAD"}, {**row, "item_id": "other"}]}}
    page = json.dumps({"tbk_dg_material_optional_upgrade_response": answer})
    script.answers = [(200, page.replace('"BAD"', '1, "volume": 2').encode())]

    found = script.connector().search("杯")

    assert [offer.external_id for offer in found.offers] == [row["item_id"], "other"]
    assert (found.unreadable, found.without_id, found.hits) == (1, 0, 3)


def test_a_window_that_is_too_long_is_halved_until_it_is_taken(script: Script) -> None:
    def picky(form: dict[str, str]) -> tuple[int, Any]:
        start, end = (datetime.strptime(form[name], "%Y-%m-%d %H:%M:%S") for name in ("start_time", "end_time"))  # noqa: DTZ007
        return error(15, "2007", "too long") if end - start > timedelta(minutes=3) else orders()

    script.answers = [picky]
    now = datetime.now(UTC)
    since = now - timedelta(minutes=10)

    ends = [end for end, _seen in read_reports(script.connector(), ORDERS, since, now)]

    assert ends == sorted(ends)
    assert ends[-1] == now
    assert len(ends) == 4


class Dense:
    """A report of one row in ten seconds, and of `burst` more in the second of `NOON`, that gives out ten pages."""

    def __init__(self, burst: int = 0) -> None:
        self.burst = burst
        self.windows: list[timedelta] = []

    def __call__(self, form: dict[str, str]) -> tuple[int, Any]:
        start, end = (
            datetime.strptime(form[name] + " +0800", "%Y-%m-%d %H:%M:%S %z") for name in ("start_time", "end_time")
        )
        rows = -(-int(end.timestamp()) // 10) - -(-int(start.timestamp()) // 10)
        rows += self.burst if start <= NOON < end else 0
        if form["page_no"] == "1":
            self.windows.append(end - start)
        page, size = int(form["page_no"]), int(form["page_size"])
        some = [{"trade_id": str(number)} for number in range((page - 1) * size, min(page * size, rows))]
        return orders(*some, has_next=rows > page * size, position=f"p{page}")


@pytest.fixture
def ten_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a hundred, and quicker."""
    monkeypatch.setattr(reports, "MOST_PAGES", 10)
    monkeypatch.setattr(reports, "FEW_ROWS", 250)


@pytest.mark.usefixtures("ten_pages")
def test_a_window_whose_pages_do_not_end_is_halved_and_those_after_it_are_not_asked_in_vain(script: Script) -> None:
    dense = Dense()
    script.answers = [dense]
    until = NOON + 12 * HOUR

    answered = list(reports.rows(script.connector()._client, ORDERS, NOON, until))

    assert sum(len(rows) for _end, rows in answered) == 12 * 360
    assert answered[-1][0] == until
    assert dense.windows == [3 * HOUR] + [1.5 * HOUR] * 8


@pytest.mark.usefixtures("ten_pages")
def test_a_last_page_that_is_full_is_no_reason_to_halve(script: Script) -> None:
    dense = Dense()
    script.answers = [dense]

    ((_end, found),) = reports.rows(script.connector()._client, ORDERS, NOON, NOON + timedelta(seconds=10_000))

    assert (len(found), len(dense.windows)) == (1000, 1)


@pytest.mark.usefixtures("ten_pages")
def test_a_second_that_holds_more_than_is_given_out_stops_there_in_words(script: Script) -> None:
    script.answers = [Dense(burst=1000)]
    answers = reports.rows(script.connector()._client, ORDERS, NOON - timedelta(minutes=9), NOON + HOUR)
    read: list[datetime] = []

    with pytest.raises(MarketplaceRefused, match=r"one second.* Nothing was skipped"):
        read.extend(end for end, _rows in answers)

    assert read[-1] == NOON


@pytest.mark.usefixtures("ten_pages")
def test_windows_are_long_again_after_a_second_that_held_much(script: Script) -> None:
    dense = Dense(burst=999)
    script.answers = [dense]

    answered = list(reports.rows(script.connector()._client, ORDERS, NOON - HOUR / 2, NOON + 9 * HOUR))

    assert sum(len(rows) for _end, rows in answered) == 999 + 9.5 * 360
    assert len(dense.windows) < 60


@pytest.mark.parametrize("broken", [{"has_next": None}, {"has_next": True, "position": ""}])
def test_a_full_page_that_leads_no_further_splits_its_window(script: Script, broken: dict[str, Any]) -> None:
    def answer(form: dict[str, str]) -> tuple[int, Any]:
        start, end = (datetime.strptime(form[name], "%Y-%m-%d %H:%M:%S") for name in ("start_time", "end_time"))  # noqa: DTZ007
        seconds = int((end - start).total_seconds())
        rows = [{"trade_id": str(number)} for number in range(min(seconds, 100))]
        return orders(*rows, **broken) if seconds >= 100 else orders(*rows)

    script.answers = [answer]

    answered = list(reports.rows(script.connector()._client, ORDERS, NOON, NOON + timedelta(seconds=300)))

    assert sum(len(rows) for _end, rows in answered) == 300


Pages = Callable[[dict[str, str]], tuple[int, Any]]


def counted(method: str, pages: list[list[Any]], totals: list[Any], *, first: int = 1) -> Pages:
    """A report in numbered pages, whatever size is asked for. Each page has a count, the last one for ever."""

    def answer(form: dict[str, str]) -> tuple[int, Any]:
        option = form.get("search_option") or form.get("af_order_option")
        page = int(json.loads(option)["page_no"] if option else form["page_no"]) - first
        rows = pages[page] if page < len(pages) else []
        data = {"total_count": totals[min(page, len(totals) - 1)]}
        if method == CHANNELS_OF_OURS:
            return 200, {f"{method}_response": {"data": data | {"inviter_list": {"map_data": rows}}}}
        return 200, {
            f"{method}_response": {"result": {"result_code": 200, "data": data | {"results": {"result": rows}}}}
        }

    return answer


PUNISHED, CHANNEL_REFUNDS, CHANNELS_OF_OURS = (
    "tbk_dg_punish_order_get", "tbk_relation_refund", "tbk_sc_publisher_info_get",
)  # fmt: skip


def case(number: int, **more: Any) -> dict[str, Any]:
    return {
        "tb_trade_id": number,
        "relation_id": number,
        "tk_refund_time": "2026-08-01 10:00:00",
        "refund_type": 1,
    } | more


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"refunds": "relations"}, "refunds"),
        ({"refunds": "channels", "positions": "relations"}, "refunds"),
        ({"positions": "relation"}, "positions"),
    ],
)
def test_an_account_is_refused_that_would_never_read_its_refunds(
    script: Script, given: dict[str, str], field: str
) -> None:
    with pytest.raises(MarketplaceRefused, match=f"“{field}”") as refused:
        script.connector(**given)

    assert refused.value.field == field


def counted_trades(script: Script, method: str) -> list[int]:
    """What the connector makes of a report in numbered pages: the trades, or the channels, that it names."""
    connector = script.connector(positions="relations", refunds="relations")
    if method == CHANNELS_OF_OURS:
        return [int(position.removeprefix("relation:")) for position in connector.granted_positions()]
    question = FROZEN_ORDERS if method == PUNISHED else manifest.CHANNEL_REFUNDS
    now = datetime.now(UTC)
    found = connector.rows(question, now - timedelta(minutes=5), now)
    return [row.row["tb_trade_id"] for _end, rows in found for row in rows]


@pytest.mark.parametrize("method", [PUNISHED, CHANNEL_REFUNDS, CHANNELS_OF_OURS])
@pytest.mark.parametrize("total", [50, "50", None])
def test_counted_pages_end_with_the_last_row_though_they_are_shorter_than_asked_for(
    script: Script, method: str, total: Any
) -> None:
    pages = [[case(number) for number in range(start, min(start + 20, 50))] for start in (0, 20, 40)]
    script.answers = [counted(method, pages, [total], first=0 if method == CHANNELS_OF_OURS else 1)]

    assert counted_trades(script, method) == list(range(50))
    assert len(script.asked) == (4 if total is None else 3)


def read_in_turn(script: Script, *readings: Pages) -> None:
    """What the pages are from one reading to the next; the last one for ever. The report's first page begins one."""
    turn = -1

    def answer(form: dict[str, str]) -> tuple[int, Any]:
        nonlocal turn
        turn += '"page_no":1}' in form["search_option"]
        return readings[min(turn, len(readings) - 1)](form)

    script.answers = [answer]


def refunds(pages: list[list[Any]], *totals: int) -> Pages:
    rows = [[case(row) if isinstance(row, int) else row for row in page] for page in pages]
    return counted(CHANNEL_REFUNDS, rows, list(totals))


SHIFTED = refunds([[1, 2], [4, case(1, modified_time="2026-08-03 12:00:00")]], 4)  # 3 was on no page


@pytest.mark.parametrize(
    ("broken", "then", "found"),
    [
        (refunds([[1, 2], [2, 3]], 4), refunds([[0, 1], [2, 3]], 4), [0, 1, 2, 3]),
        (refunds([[1, 2], [4]], 4, 3), refunds([[2, 3], [4]], 3), [2, 3, 4]),
        (refunds([[1, 2], []], 4), refunds([[1, 2], [3, 4]], 4), [1, 2, 3, 4]),
        (SHIFTED, refunds([[2, 3], [4, 1]], 4), [2, 3, 4, 1]),
    ],
    ids=["one more in front", "one less", "a page that does not come", "one that changed moves to the end"],
)
def test_counted_pages_on_which_a_row_may_have_been_missed_are_read_again_at_once(
    script: Script, broken: Pages, then: Pages, found: list[int]
) -> None:
    read_in_turn(script, broken, then)

    assert counted_trades(script, CHANNEL_REFUNDS) == found


def test_rows_that_are_added_while_counted_pages_are_read_are_read_as_well(script: Script) -> None:
    script.answers = [refunds([[1, 2], [3, 4], [5]], 3, 5)]

    assert counted_trades(script, CHANNEL_REFUNDS) == [1, 2, 3, 4, 5]
    assert len(script.asked) == 3


@pytest.mark.parametrize("method", [PUNISHED, CHANNEL_REFUNDS, CHANNELS_OF_OURS])
@pytest.mark.parametrize(
    ("pages", "total"),
    [([[1, 2], [2, 3]], 4), ([[1, 2], [2, 3]], 3), ([[1, 2], [3]], 4), ([[1, 2], [3, 4]], 3), ([[]], 1)],
    ids=["a row twice", "a row twice that is counted once", "one hidden", "one too many", "the only one hidden"],
)
def test_what_counted_pages_show_twice_is_the_answer_whatever_they_count(
    script: Script, caplog: pytest.LogCaptureFixture, method: str, pages: list[list[int]], total: int
) -> None:
    rows = [[case(number) for number in page] for page in pages]
    script.answers = [counted(method, rows, [total], first=0 if method == CHANNELS_OF_OURS else 1)]

    assert set(counted_trades(script, method)) == {number for page in pages for number in page}
    assert f"of {total} counted rows" in caplog.text


def test_counted_pages_that_do_not_come_are_no_answer_however_often(script: Script) -> None:
    script.answers = [refunds([[1, 2], []], 4)]

    with pytest.raises(MarketplaceUnavailable, match="between two pages"):
        counted_trades(script, CHANNEL_REFUNDS)
    assert len(script.asked) == 8


def test_counted_pages_that_move_each_time_are_no_answer(script: Script) -> None:
    read_in_turn(script, *(refunds([[1, 2], [2, number]], 4) for number in range(3, 8)))

    with pytest.raises(MarketplaceUnavailable, match="between two pages"):
        counted_trades(script, CHANNEL_REFUNDS)


class Busy:
    """Channel orders with a refund case every `every`, newest first or last, of which each call finds some more."""

    def __init__(self, script: Script, now: datetime, *, every: timedelta, newest_first: bool, span: timedelta) -> None:
        self.now, self.every, self.newest_first, self.span = now, every, newest_first, span
        self.asked: set[str] = set()
        script.answers = [self.answer]

    def answer(self, form: dict[str, str]) -> tuple[int, Any]:
        option = json.loads(form["search_option"])
        self.asked.add(option["start_time"])
        start, self.now = beijing.read(option["start_time"]), self.now + self.every / 2
        last = min(self.now, start + self.span)
        moments = [start + n * self.every for n in range(-(-(last - start) // self.every))]
        moments = moments[::-1] if self.newest_first else moments
        page = moments[(option["page_no"] - 1) * 100 : option["page_no"] * 100]
        rows = [
            case(int(at.timestamp()), modified_time=beijing.write(at), tk_refund_time=beijing.write(at)) for at in page
        ]
        data = {"total_count": len(moments), "results": {"result": rows}}
        return 200, {f"{CHANNEL_REFUNDS}_response": {"result": {"result_code": 200, "data": data}}}


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize(("span", "times_asked"), [(timedelta(days=30), 1), (timedelta(days=1), 2), (3 * HOUR, 8)])
def test_an_old_day_of_a_busy_account_is_read_though_its_report_has_no_end_and_grows(
    script: Script, newest_first: bool, span: timedelta, times_asked: int
) -> None:
    now = datetime(2026, 8, 20, 4, tzinfo=UTC)
    since = now - timedelta(days=7)
    union = Busy(script, now, every=timedelta(minutes=5), newest_first=newest_first, span=span)

    answered = list(
        reports.rows(script.connector()._client, manifest.CHANNEL_REFUNDS, since, since + timedelta(days=1))
    )

    assert [end for end, _rows in answered] == [since + n * 3 * HOUR for n in range(1, 9)]
    for end, rows in answered:
        found = {row.row["modified_time"] for row in rows}
        assert found == {beijing.write(end - 3 * HOUR + n * union.every) for n in range(36)}
    assert len(union.asked) == times_asked


def test_a_refund_case_with_a_time_that_cannot_be_true_is_given_and_answers_for_no_other_window(script: Script) -> None:
    rows = [case(1, modified_time="2099-01-01 00:00:00"), case(2, modified_time="yesterday")]
    script.answers = [counted(CHANNEL_REFUNDS, [rows], [2])]

    answered = reports.rows(script.connector()._client, manifest.CHANNEL_REFUNDS, NOON, NOON + 6 * HOUR)

    assert [[row.row["tb_trade_id"] for row in rows] for _end, rows in answered] == [[1, 2], [1, 2]]
    assert len(script.asked) == 2


@pytest.mark.parametrize("of_another", [{}, {"refund_fee": "0.01"}], ids=["alike", "another amount"])
@pytest.mark.parametrize("page", [1, 3], ids=["on two pages", "on one page"])
@pytest.mark.parametrize("counted_as", [3, 2])
def test_neither_of_two_counted_refund_cases_of_one_name_can_be_read(
    script: Script, of_another: dict[str, str], page: int, counted_as: int
) -> None:
    """One that is doubled and counted once is one."""
    now = datetime.now(UTC).replace(microsecond=0)
    facts = {
        "tb_trade_parent_id": 9, "modified_time": beijing.write(now - HOUR / 2), "refund_status": 2,
        "refund_fee": "9.00", "tk_commission_fee_refund_pub": "1.00", "tk_subsidy_fee_refund_pub": "0",
        "tk_pub_show_return_fee": "1.10",
    }  # fmt: skip
    rows = [case(1, **facts), case(1, **facts | of_another), case(2, **facts)]
    script.answers = [counted(CHANNEL_REFUNDS, [rows[:page], rows[page:]], [counted_as])]
    connector = script.connector(positions="relations", refunds="relations")

    answered = read_reports(connector, manifest.CHANNEL_REFUNDS, now - HOUR, now)
    found = [each for _end, window in answered for each in window]

    is_one = counted_as == 2 and not of_another
    unread = [each for each in found if isinstance(each, UnreadableReport)]
    assert {each.external_line for each in found if isinstance(each, RefundReport)} == ({"1", "2"} if is_one else {"2"})
    assert [each.case_id for each in unread] == ([] if is_one else ["", ""]), "a later report of it is of either"
    assert {each.problem.partition(",")[0] for each in unread} == (
        set() if is_one else {"another case of its trade and role has the same tk_refund_time"}
    )
    for each in unread:
        with pytest.raises(UnreadableField, match="channel_case_name"):  # however often what is kept is read again
            connector.read(ReportedRow("refund", each.payload, NOON))


def test_rows_that_are_alike_on_one_page_are_no_shifted_ones(script: Script) -> None:
    script.answers = [counted(PUNISHED, [[case(1), case(1)], [case(2)]], [3])]

    assert counted_trades(script, PUNISHED) == [1, 1, 2]


def test_a_refund_report_that_says_no_beside_its_data_is_a_no(script: Script) -> None:
    why = "member_type must not be empty"
    refusal = {"result_code": 500, "biz_error_code": 101, "biz_error_desc": why, "data": {}}
    script.answers = [(200, {"tbk_order_refund_get_response": refusal})]

    with pytest.raises(MarketplaceRefused, match=why) as refused:
        list(read_reports(script.connector(), REFUNDS, datetime.now(UTC) - timedelta(minutes=5), datetime.now(UTC)))

    assert refused.value.facts["sub_code"] == "101"
    asked = json.loads(script.asked[0]["publisher_refund_order_query_option"])
    needed = {"query_type", "start_time", "end_time", "page_no", "page_size", "order_scene", "member_type"}
    assert asked.keys() >= needed


def test_nothing_older_than_ninety_days_is_asked_for(script: Script) -> None:
    script.answers = [lambda form: orders()]

    now = datetime.now(UTC)
    next(iter(read_reports(script.connector(), ORDERS, now - timedelta(days=400), now)))

    start = datetime.strptime(script.asked[0]["start_time"] + " +0800", "%Y-%m-%d %H:%M:%S %z")
    assert now - timedelta(days=90) < start < now - timedelta(days=89)


def test_an_item_that_cannot_be_promoted_is_refused_with_its_code(script: Script) -> None:
    entry = {"code": 1001, "msg": "无权限", "input_item_id": "x"}
    answer = {"data": {"item_url_list": {"item_url_list": [entry]}}}
    script.answers = [(200, {"tbk_dg_general_link_convert_response": answer})]

    with pytest.raises(MarketplaceRefused) as refused:
        script.connector().tracked_link("x", Tracking(position="110000000001"))

    assert refused.value.facts["sub_code"] == "1001"


def test_a_relation_goes_along_as_relation_on_our_own_ad_zone(script: Script) -> None:
    script.answers = [(200, {"tbk_dg_general_link_convert_response": {"data": {}}})]

    with pytest.raises(MarketplaceRefused):
        script.connector().tracked_link("x", Tracking(position="relation:2345678901"))

    assert (script.asked[0]["adzone_id"], script.asked[0]["relation_id"]) == ("1", "2345678901")


def test_ad_zones_are_not_filed_without_a_site(script: Script) -> None:
    with pytest.raises(MarketplaceRefused, match="site_id"):
        script.connector(site_id="").register_position("joey-1")

    assert script.asked == []
