"""What the gateway of JD takes, how it answers, and which of several faults it names."""

import json
import re
import socket
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.sandbox.conftest import beijing
from tests.sandbox.dialects.jd.conftest import CATEGORIES, GOODS, ORDERS, JdUnion, inner_of, sign

FOUND = {"keyword": "锅", "sceneId": 1}


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("14", {"method": None, "app_key": "x", "v": "9"}),
        ("15", {"method": "x", "app_key": "x", "v": "9"}),
        ("21", {"app_key": "x", "v": "9", "timestamp": "x"}),
        ("5", {"v": "9", "timestamp": "x", "sign": "x"}),
        ("8", {"timestamp": "x", "sign": "x", "access_token": "x"}),
        ("12", {"sign": "x", "access_token": "x", "360buy_param_json": "x"}),
        ("19", {"access_token": "x", "360buy_param_json": "x"}),
        ("28", {"360buy_param_json": "x"}),
    ],
)
def test_the_first_failing_check_answers(jd: JdUnion, code: str, changed: dict[str, Any]) -> None:
    refused = jd.call(GOODS, FOUND, **changed)

    assert refused["error_response"]["code"] == code


@pytest.mark.parametrize("shift", [0, -350, 350])
@pytest.mark.parametrize("form", ["plain", "+0800", "+0000", "-0500", "+05:30", "milliseconds"])
def test_a_timestamp_may_have_milliseconds_any_true_offset_and_almost_six_minutes(
    jd: JdUnion, form: str, shift: int
) -> None:
    now = time.time() + shift
    text = {
        "plain": beijing(now),
        "milliseconds": beijing(now) + ".683",
        "+0800": beijing(now) + ".683+0800",
        "+0000": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S.000+0000"),
        "-0500": datetime.fromtimestamp(now - 5 * 3600, UTC).strftime("%Y-%m-%d %H:%M:%S-0500"),
        "+05:30": datetime.fromtimestamp(now + 19_800, UTC).strftime("%Y-%m-%d %H:%M:%S+05:30"),
    }[form]

    assert jd.ask(GOODS, FOUND, timestamp=text)["data"]


@pytest.mark.parametrize("shift", [-420, 420, 8 * 3600])
def test_a_timestamp_that_is_seven_minutes_off_or_in_another_zone_is_refused(jd: JdUnion, shift: int) -> None:
    now = time.time() + shift

    for text in (beijing(now), datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S.000+0000")):
        assert jd.call(GOODS, FOUND, timestamp=text)["error_response"]["code"] == "8", text


@pytest.mark.parametrize("system", [{"v": "2.0"}, {"format": None}, {"sign_method": None}, {"access_token": ""}])
def test_what_older_clients_send_or_leave_out_passes(jd: JdUnion, system: dict[str, Any]) -> None:
    assert jd.ask(GOODS, FOUND, **system)["data"]


def test_query_and_form_are_one_set_of_parameters(jd: JdUnion) -> None:
    parameters = jd.signed(GOODS, FOUND)
    system = {name: value for name, value in parameters.items() if name in ("method", "app_key", "sign", "v")}
    rest = {name: value for name, value in parameters.items() if name not in system}
    http = jd.sandbox.client

    split = http.post(jd.gateway, params=system, data=rest).json()
    by_address = http.get(jd.gateway, params=parameters).json()
    without_body = http.post(jd.gateway, params=parameters).json()
    body_wins = http.post(jd.gateway, params={"v": "9"}, data=parameters).json()
    half = http.post(jd.gateway, params=system | {"timestamp": rest["timestamp"]}).json()

    for body in (split, by_address, without_body, body_wins):
        assert inner_of(body, GOODS)["data"]
    assert half["error_response"]["code"] == "12"


def test_a_request_line_in_absolute_form_with_an_empty_body_is_answered(jd: JdUnion) -> None:
    parameters = jd.signed(GOODS, FOUND, v="2.0", format=None, sign_method=None)
    line = f"POST {jd.gateway}?{urlencode(parameters)} HTTP/1.1\r\n"
    head = "Host: localhost\r\nContent-Length: 0\r\nConnection: close\r\n"  # without the port
    form = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"

    with socket.create_connection(("localhost", jd.sandbox.port), timeout=30) as connection:
        connection.sendall((line + head + form).encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b"")).decode()

    status, _, body = answer.partition("\r\n\r\n")
    assert status.startswith("HTTP/1.1 200")
    found = json.loads(re.search(r"\{.*\}", body, re.S)[0])  # type: ignore[index]
    assert inner_of(found, GOODS)["data"]


def test_one_more_parameter_has_to_be_signed(jd: JdUnion) -> None:
    signed = jd.ask(GOODS, FOUND, more="1")
    unsigned = jd.signed(GOODS, FOUND) | {"more": "1"}

    assert signed["data"]
    assert jd.sandbox.client.post(jd.gateway, data=unsigned).json()["error_response"]["code"] == "12"


def test_the_text_that_was_sent_is_what_counts_not_what_it_says(jd: JdUnion) -> None:
    parameters = jd.signed(GOODS, FOUND, sign=None)
    parameters["sign"] = sign(jd.credentials()["app_secret"], parameters)
    spaced = parameters | {"360buy_param_json": parameters["360buy_param_json"].replace(":", ": ")}

    assert "error_response" not in jd.sandbox.client.post(jd.gateway, data=parameters).json()
    assert jd.sandbox.client.post(jd.gateway, data=spaced).json()["error_response"]["code"] == "12"


def test_an_answer_has_a_text_inside_and_sometimes_no_code(jd: JdUnion) -> None:
    bodies = [jd.call(CATEGORIES, {"parentId": 0, "grade": 0}) for _ in range(6)]

    arounds = [body["jd_union_open_category_goods_get_responce"] for body in bodies]
    assert all(body.keys() == {"jd_union_open_category_goods_get_responce"} for body in bodies)
    assert {around.get("code") for around in arounds} == {"0", None}
    inner = json.loads(arounds[0]["getResult"])
    assert (inner["code"], inner["message"]) == (200, "success")
    made_at = int(inner["requestId"].rpartition("_")[2], 36) / 1000
    assert inner["requestId"].startswith("o_")
    assert abs(made_at - time.time()) < 60


def test_what_is_empty_has_no_data(jd: JdUnion) -> None:
    nothing = jd.ask(GOODS, {"keyword": "没有这个词", "sceneId": 1})
    no_orders = jd.ask(ORDERS, {"orderId": 1})

    assert (nothing["totalCount"], "data" in nothing) == (0, False)
    assert (no_orders["hasMore"], "data" in no_orders) == (False, False)


def test_a_refusal_of_the_gateway_is_said_in_two_languages(jd: JdUnion) -> None:
    answer = jd.sandbox.client.post(jd.gateway, data=jd.signed(GOODS, FOUND, sign="x"))

    assert answer.status_code == 200
    error = answer.json()["error_response"]
    assert error == {"code": "12", "zh_desc": "无效签名", "en_desc": "Invalid signature"}


def test_outages_of_the_gateway_and_of_one_call(jd: JdUnion) -> None:
    def begin(kind: str, seconds: int = 60, **more: str) -> None:
        sent = {"seconds": seconds, "kind": kind, "where": "jd"} | more
        assert jd.sandbox.post("/control/outage", sent).status_code == 200

    begin("throttle")
    throttled = jd.call(GOODS, FOUND)["error_response"]
    begin("500")
    broken = jd.sandbox.client.post(jd.gateway, data=jd.signed(GOODS, FOUND))
    begin("500", 0)
    begin("throttle", call=ORDERS)
    orders = jd.call(ORDERS, {"orderId": 1})["error_response"]
    goods = jd.ask(GOODS, FOUND)
    begin("throttle", 0, call=ORDERS)

    assert throttled["code"] == orders["code"] == "2"
    assert broken.status_code == 500
    assert goods["data"]
    assert jd.ask(ORDERS, {"orderId": 1})
