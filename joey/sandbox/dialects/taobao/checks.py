"""What the gateway looks at before a method runs, in the order and with the codes of the real one."""

import time
from collections.abc import Collection, Mapping

from joey.sandbox.dialects.taobao.arguments import read_time
from joey.sandbox.dialects.taobao.demo_account import APP_KEY, APP_SECRET
from joey.sandbox.dialects.taobao.errors import TopError
from joey.sandbox.dialects.taobao.signing import SIGN_METHODS, is_signed

MOST_SKEW_SECONDS = 600


def check_method(parameters: Mapping[str, str], known: Mapping[str, object]) -> str:
    """The method's name: 21 missing, 22 invalid."""
    method = parameters.get("method", "")
    if not method:
        raise TopError(21, "Missing Method")
    if method not in known:
        raise TopError(22, "Invalid Method", "isv.method-not-exist", f"this sandbox does not know {method[:80]}")
    return method


def check_system(parameters: Mapping[str, str], *, sessions: Collection[str]) -> None:
    """App key, signature, timestamp, version, format, session: the first that fails is the answer.

    `sessions` are those that the method takes; none where it needs none.
    """
    _app_key(parameters)
    _signature(parameters)
    _timestamp(parameters)
    _version(parameters)
    _format(parameters)
    if sessions:
        _session(parameters, sessions)


def _app_key(parameters: Mapping[str, str]) -> None:
    if not parameters.get("app_key"):
        raise TopError(28, "Missing App Key")
    if parameters["app_key"] != APP_KEY:
        raise TopError(29, "Invalid App Key", "isv.appkey-not-exists", "there is no such application")


def _signature(parameters: Mapping[str, str]) -> None:
    if not parameters.get("sign"):
        raise TopError(24, "Missing Signature")
    if parameters.get("sign_method") not in SIGN_METHODS:
        raise TopError(25, "Invalid Signature", sub_msg=f"sign_method must be one of {', '.join(SIGN_METHODS)}")
    if not is_signed(parameters, APP_SECRET):
        raise TopError(25, "Invalid Signature")


def _timestamp(parameters: Mapping[str, str]) -> None:
    text = parameters.get("timestamp", "")
    if not text:
        raise TopError(30, "Missing Timestamp")
    # old clients send milliseconds since 1970, and the real gateway takes them
    moment = int(text) // 1000 if text.isascii() and text.isdigit() and len(text) == 13 else read_time(text)
    if moment is None:
        raise TopError(31, "Invalid Timestamp", sub_msg="a timestamp looks like 2026-11-22 09:01:12, in GMT+8")
    if abs(time.time() - moment) > MOST_SKEW_SECONDS:
        raise TopError(31, "Invalid Timestamp", sub_msg="the timestamp is more than 10 minutes off")


def _version(parameters: Mapping[str, str]) -> None:
    version = parameters.get("v", "")
    if not version:
        raise TopError(32, "Missing Version")
    major, dot, minor = version.partition(".")
    if not (major.isdigit() and dot and minor.isdigit()):
        raise TopError(33, "Invalid Version")
    if version != "2.0":
        raise TopError(34, "Unsupported Version")


def _format(parameters: Mapping[str, str]) -> None:
    """Only JSON is spoken here. The real default is xml; some clients leave it out together with `simplify`."""
    chosen = parameters.get("format", "")
    if chosen != "json" and not (not chosen and parameters.get("simplify") == "true"):
        raise TopError(23, "Invalid Format", sub_msg="this sandbox answers in JSON only: send format=json")


def _session(parameters: Mapping[str, str], sessions: Collection[str]) -> None:
    if not parameters.get("session"):
        raise TopError(26, "Missing Session")
    if parameters["session"] not in sessions:
        raise TopError(27, "Invalid Session", "invalid-sessionkey", "the session has expired or was never given out")
