"""What the gateway takes, how it answers, which of several faults it names. More refusals: test_refused_twins.py."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from joey.sandbox.dialects.pinduoduo.errors import WORDS
from joey.sandbox.dialects.pinduoduo.gateway import METHODS, NOT_GRANTED
from joey.sandbox.world.goods import SoldItem
from tests.sandbox.conftest import Sandbox
from tests.sandbox.dialects.pinduoduo.calling import BY_UPDATE, FILED, GENERATE, PIDS, ROOTS, SEARCH, PddCaller, sign


def test_each_call_has_the_root_key_that_the_documents_print() -> None:
    assert {name: call.root for name, call in METHODS.items() if call.root} == ROOTS


def test_query_and_body_are_one_set_of_parameters_and_the_body_wins(pdd: PddCaller) -> None:
    parameters = pdd.signed(SEARCH, keyword="护手霜", page_size=10)
    system = {name: parameters.pop(name) for name in ("type", "client_id", "timestamp", "sign")}

    split = pdd.send(params=system, data=parameters).json()
    all_in_query = pdd.send(params=system | parameters).json()
    body_wins = pdd.send(params=system | {"keyword": "x"}, data=parameters).json()
    half_is_missing = pdd.send(params=system).json()

    for body in (split, all_in_query, body_wins):
        assert body["goods_search_response"]["total_count"] == 1
    assert half_is_missing["error_response"]["error_code"] == 20004


def test_a_json_body_is_signed_as_it_is_written(pdd: PddCaller) -> None:
    sign_of_goods = pdd.search(keyword="护手霜")[0]["goods_sign"]
    account = pdd.account
    pid = pdd.filed_pid()
    written = f'[ "{sign_of_goods}" ]'  # with spaces, as no serializer of Python writes it
    texts = {
        "type": GENERATE, "client_id": account["client_id"], "timestamp": str(int(time.time())), "p_id": pid,
        "goods_sign_list": written, "generate_short_url": "true",
    }  # fmt: skip
    good = sign(account["client_secret"], texts)
    body = (
        f'{{"type": "{GENERATE}", "client_id": "{account["client_id"]}", "timestamp": {texts["timestamp"]},'
        f' "p_id": "{pid}", "goods_sign_list": {written}, "generate_short_url": true, "search_id": null,'
        f' "sign": "{good}"}}'
    )

    def answer(text: str) -> Any:
        return pdd.send(content=text.encode(), headers={"content-type": "application/json"}).json()

    entry = answer(body)["goods_promotion_url_generate_response"]["goods_promotion_url_list"][0]
    assert entry["short_url"]
    assert answer(body.replace(written, f'["{sign_of_goods}"]'))["error_response"]["error_code"] == 20004
    assert answer(body.replace(" true", ' "true"'))["goods_promotion_url_generate_response"], "the same text"


@pytest.mark.parametrize("seconds", [-540, 540])
def test_the_timestamp_may_be_nine_minutes_off(pdd: PddCaller, seconds: int) -> None:
    assert pdd.ask(FILED, pid=pdd.pid(), timestamp=int(time.time()) + seconds)["bind"] == 0


def test_data_type_and_version_have_defaults(pdd: PddCaller) -> None:
    assert "p_id_list" in pdd.ask(PIDS, data_type=None, version=None)


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        (10017, {"type": "x", "client_id": "x", "sign": "x", "timestamp": "x", "data_type": "XML", "page": "x"}),
        (10016, {"client_id": "x", "sign": "x", "timestamp": "x", "data_type": "XML", "page": "x"}),
        (20004, {"sign": "x", "timestamp": "x", "data_type": "XML", "page": "x"}),
        (10001, {"timestamp": "x", "page": "x"}),
        (10000, {"page": "x"}),
    ],
)
def test_the_first_failing_check_answers(pdd: PddCaller, code: int, changed: dict[str, Any]) -> None:
    assert pdd.refusal(PIDS, **changed)[0] == code


def test_a_refusal_has_the_shape_of_a_recorded_one(pdd: PddCaller) -> None:
    recorded = pdd.call("pdd.ddk.goods.pid.generate", number=1, p_id_name_list="['x']")["error_response"]
    other = pdd.call(PIDS, sign="x")["error_response"]

    assert recorded.pop("request_id").isdigit()
    assert recorded == {
        "error_code": 10000, "error_msg": "参数错误:p_id_name_list", "sub_code": "10000",
        "sub_msg": "p_id_name_list is not a JSON array",
    }  # fmt: skip
    assert other.pop("request_id").isdigit()
    assert other == {
        "error_code": 20004, "error_msg": "签名sign校验失败", "sub_code": None, "sub_msg": "签名sign校验失败",
    }  # fmt: skip


@pytest.mark.parametrize("method", sorted(NOT_GRANTED))
def test_a_call_that_is_in_no_pack_is_refused_once_it_is_signed(pdd: PddCaller, method: str) -> None:
    assert pdd.refusal(method)[0] == 20031
    assert pdd.refusal(method, sign="x")[0] == 20004


def test_every_code_of_the_documents_can_be_met(own_sandbox: Callable[..., Sandbox]) -> None:
    pdd = PddCaller(own_sandbox())

    def refuse(codes: dict[str, int]) -> int:
        return pdd.sandbox.post("/control/pinduoduo/refusals", {"codes": codes}).status_code

    for code, words in WORDS.items():
        assert refuse({SEARCH: code}) == 200
        assert pdd.refusal(SEARCH, keyword="a") == (code, words)
        assert "p_id_list" in pdd.ask(PIDS), "only that call"
    assert refuse({"*": 70036, SEARCH: 20031}) == 200
    assert (pdd.refusal(PIDS)[0], pdd.refusal(SEARCH)[0]) == (70036, 20031)
    pdd.sandbox.stop()
    pdd.sandbox.start()
    assert pdd.refusal(PIDS)[0] == 70036
    assert refuse({}) == 200
    assert "p_id_list" in pdd.ask(PIDS)


def test_outages_of_the_gateway_and_of_one_call(pdd: PddCaller) -> None:
    def broken(kind: str, seconds: int = 30, **more: str) -> None:
        asked = {"seconds": seconds, "kind": kind, "where": "pinduoduo", **more}
        assert pdd.sandbox.post("/control/outage", asked).status_code == 200

    broken("throttle")
    assert pdd.refusal(PIDS)[0] == 70031
    broken("500")
    assert pdd.send(data=pdd.signed(PIDS)).status_code == 500
    broken("500", 0)
    broken("500", call=SEARCH)
    assert pdd.send(data=pdd.signed(SEARCH, keyword="a")).status_code == 500
    assert "p_id_list" in pdd.ask(PIDS)
    broken("500", 0, call=SEARCH)
    assert pdd.search(keyword="a")


def test_pages_without_an_end(pdd: PddCaller, item: SoldItem, quiet_hour: Callable[[], float]) -> None:
    start = quiet_hour()
    for second in range(12):
        pdd.bulk(item.external_id, start + second)

    def rows(page: int) -> list[str]:
        found = pdd.page_of_orders(start, start + 60, page=page, page_size=10)["order_list"]
        return [row["order_sn"] for row in found]

    assert (len(rows(2)), rows(3)) == (2, [])
    endless = {"kind": "repeat", "where": "pinduoduo", "call": BY_UPDATE}
    pdd.sandbox.post("/control/outage", {"seconds": 30, **endless})
    again = [rows(page) for page in (1, 2, 3, 4)]
    pdd.sandbox.post("/control/outage", {"seconds": 0, **endless})

    assert again[1] == again[2] == again[3] != again[0]
    assert len(again[1]) == 2
    assert rows(3) == []


def test_the_account_is_given_out_under_the_names_of_the_documents(pdd: PddCaller) -> None:
    account = pdd.sandbox.get("/control/marketplaces").json()["pinduoduo"]

    assert account["gateway"] == pdd.sandbox.url + "/api/router"
    assert set(account["credentials"]) == {"client_id", "client_secret", "media_id", "pid"}
    row = pdd.search(keyword="护手霜")[0]
    assert account["categories"][str(row["opt_id"])] == "beauty"
