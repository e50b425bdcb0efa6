"""What the gateway looks at before a method runs. The codes are JD's; in which order it checks is a guess."""

import json
import time
from collections.abc import Mapping
from typing import Any

from joey.sandbox.dialects.jd.demo_account import ACCOUNTS, DemoAccount
from joey.sandbox.dialects.jd.errors import GatewayRefusal
from joey.sandbox.dialects.jd.signing import is_signed
from joey.sandbox.dialects.jd.timestamps import read_stamp

MOST_SKEW_SECONDS = 360
VERSIONS = ("1.0", "2.0")  # of the union's own documents, and of the older clients
PARAMETERS = "360buy_param_json"


def check_method(parameters: Mapping[str, str], known: Mapping[str, object]) -> str:
    """The method's name: 14 missing, 15 invalid."""
    method = parameters.get("method", "")
    if not method:
        raise GatewayRefusal("14", "缺少方法名参数", "Missing method")
    if method not in known:
        raise GatewayRefusal("15", "不存在的方法名", f"Invalid method {method[:80]}")
    return method


def check_system(parameters: Mapping[str, str]) -> DemoAccount:
    """App key, version, timestamp, signature, token, format: the first that fails is the answer. Else who calls."""
    account = _app_key(parameters)
    _version(parameters)
    _timestamp(parameters)
    _signature(parameters, account.secret)
    if parameters.get("access_token"):  # only tool providers have one, and this account is none
        raise GatewayRefusal("19", "token已过期或者不存在，请重新授权", "Invalid access_token")
    if parameters.get("format", "json") != "json":
        raise GatewayRefusal("28", "参数错误", "Invalid format, only json is spoken here")
    return account


def read_parameters(parameters: Mapping[str, str]) -> dict[str, Any]:
    """The object in `360buy_param_json`; amounts in it stay texts."""
    text = parameters.get(PARAMETERS, "")
    if not text:
        raise GatewayRefusal("28", "缺少参数", f"Missing {PARAMETERS}")
    try:
        found = json.loads(text, parse_float=str)
    except (ValueError, RecursionError):
        raise GatewayRefusal("28", "参数错误", f"Invalid {PARAMETERS}, it must be JSON") from None
    if not isinstance(found, dict):
        raise GatewayRefusal("28", "参数错误", f"Invalid {PARAMETERS}, it must be a JSON object")
    return found


def _app_key(parameters: Mapping[str, str]) -> DemoAccount:
    if not parameters.get("app_key"):
        raise GatewayRefusal("20", "缺少app_key参数", "Missing app_key")
    account = next((each for each in ACCOUNTS if each.app_key == parameters["app_key"]), None)
    if account is None:
        raise GatewayRefusal("21", "无效app_key", "Invalid app_key")
    return account


def _version(parameters: Mapping[str, str]) -> None:
    if not parameters.get("v"):
        raise GatewayRefusal("4", "缺少版本参数", "Missing version")
    if parameters["v"] not in VERSIONS:
        raise GatewayRefusal("5", "不支持的版本号", "Unsupported version")


def _timestamp(parameters: Mapping[str, str]) -> None:
    if not parameters.get("timestamp"):
        raise GatewayRefusal("7", "缺少时间戳参数", "Missing timestamp")
    moment = read_stamp(parameters["timestamp"])
    if moment is None:
        raise GatewayRefusal("8", "非法的时间戳参数", "Invalid timestamp, it looks like 2026-11-22 09:01:12")
    if abs(time.time() - moment) > MOST_SKEW_SECONDS:
        raise GatewayRefusal("8", "非法的时间戳参数", "Invalid timestamp, it is more than 6 minutes off")


def _signature(parameters: Mapping[str, str], secret: str) -> None:
    if not parameters.get("sign"):
        raise GatewayRefusal("11", "缺少签名参数", "Missing signature")
    if parameters.get("sign_method", "md5") != "md5":
        raise GatewayRefusal("12", "无效签名", "Invalid signature, sign_method can only be md5")
    if not is_signed(parameters, secret):
        raise GatewayRefusal("12", "无效签名", "Invalid signature")
