"""What the gateway takes, and which of several faults it names. What it refuses is in test_refused_twins.py."""

import hmac
import time
from typing import Any

import pytest

from tests.sandbox.conftest import Sandbox, beijing, sign

SEARCH = "taobao.tbk.dg.material.optional.upgrade"
ADZONE = 110000000001


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        (22, {"method": "x", "app_key": "x", "sign": "x", "timestamp": "x", "v": "9"}),
        (29, {"app_key": "x", "sign": "x", "timestamp": "x", "v": "9", "format": "xml"}),
        (25, {"sign": "x", "timestamp": "x", "v": "9", "format": "xml"}),
        (31, {"timestamp": "x", "v": "9", "format": "xml", "session": "x"}),
        (33, {"v": "9", "format": "xml", "session": "x"}),
        (23, {"format": "xml", "session": "x"}),
        (27, {"session": "x", "site_id": "x"}),
        (41, {"site_id": "x"}),
    ],
)
def test_the_first_failing_check_answers(sandbox: Sandbox, code: int, changed: dict[str, Any]) -> None:
    arguments = {"session": True} | changed

    found, _ = sandbox.refusal("taobao.tbk.sc.adzone.create", **arguments)

    assert found == code


@pytest.mark.parametrize("method", ["md5", "hmac", "hmac-sha256"])
def test_every_signing_method_passes(sandbox: Sandbox, method: str) -> None:
    parameters = sandbox.signed(SEARCH, q="a", adzone_id=ADZONE, sign_method=method, sign="")
    text = "".join(key + value for key, value in sorted(parameters.items()) if value)
    secret = sandbox.credentials()["app_secret"]
    if method == "md5":
        parameters["sign"] = sign(secret, {k: v for k, v in parameters.items() if k != "sign"})
    else:
        digest = "md5" if method == "hmac" else "sha256"
        parameters["sign"] = hmac.new(secret.encode(), text.encode(), digest).hexdigest().upper()

    body = sandbox.top(parameters).json()

    assert "error_response" not in body


def test_the_timestamp_may_be_milliseconds_and_nine_minutes_off(sandbox: Sandbox) -> None:
    for timestamp in (str(int(time.time() * 1000)), beijing(time.time() - 540), beijing(time.time() + 540)):
        assert "total_results" in sandbox.ask(SEARCH, q="a", adzone_id=ADZONE, timestamp=timestamp)


def test_query_and_body_are_one_set_of_parameters(sandbox: Sandbox) -> None:
    parameters = sandbox.signed(SEARCH, q="保 a", adzone_id=ADZONE, partner_id="top-sdk")
    system = {key: parameters.pop(key) for key in ("method", "app_key", "timestamp", "v", "sign", "partner_id")}
    gateway = sandbox.url + "/router/rest"

    split = sandbox.client.post(gateway, params=system, data=parameters).json()
    all_in_query = sandbox.client.get(gateway, params=system | parameters).json()
    multipart = sandbox.client.post(gateway, params=system, files={k: (None, v) for k, v in parameters.items()}).json()
    half_is_missing = sandbox.client.post(gateway, params=system).json()

    for body in (split, all_in_query, multipart):
        assert "tbk_dg_material_optional_upgrade_response" in body
    assert half_is_missing["error_response"]["code"] == 25


def test_simplify_removes_root_and_list_wrappers(sandbox: Sandbox) -> None:
    wrapped = sandbox.call(SEARCH, q="a", adzone_id=ADZONE, page_size=2)
    simple = sandbox.call(SEARCH, q="a", adzone_id=ADZONE, page_size=2, simplify="true", format=None)

    inner = wrapped["tbk_dg_material_optional_upgrade_response"]
    assert [row["item_id"] for row in simple["result_list"]] == [
        row["item_id"] for row in inner["result_list"]["map_data"]
    ]
    assert simple["request_id"]


def test_errors_come_with_http_200_and_say_what_is_wrong(sandbox: Sandbox) -> None:
    answer = sandbox.client.post(sandbox.url + "/router/rest", data={"app_key": "1"})

    assert answer.status_code == 200
    error = answer.json()["error_response"]
    assert (error["code"], error["msg"]) == (21, "Missing Method")
    assert error["request_id"]
