"""What the gateway looks at before a method runs; the first check that fails is the answer.

Guessed: the order of the checks, and that a wrong time is a common parameter error.
"""

import time
from collections.abc import Collection, Mapping

from joey.sandbox.dialects.pinduoduo.demo_account import CLIENT_ID, CLIENT_SECRET
from joey.sandbox.dialects.pinduoduo.errors import PddError, common
from joey.sandbox.dialects.pinduoduo.signing import is_signed

MOST_SKEW_SECONDS = 600
DIGITS_OF_SECONDS = 10  # of today's; a time in milliseconds has three more


def check_system(parameters: Mapping[str, str], known: Collection[str]) -> str:
    """The call's `type`, once application, signature, time, data type and version are right. Raises PddError."""
    method = _needed(parameters, "type")
    if method not in known:
        raise PddError(10017, f"there is no call {method[:80]} here")
    if _needed(parameters, "client_id") != CLIENT_ID:
        raise PddError(10016, "there is no application with this client_id")
    _needed(parameters, "sign")
    if not is_signed(parameters, CLIENT_SECRET):
        raise PddError(20004)
    _timestamp(_needed(parameters, "timestamp"))
    if parameters.get("data_type", "JSON") != "JSON":
        raise common("data_type", "this sandbox answers in JSON only")
    if parameters.get("version", "V1") != "V1":
        raise common("version", "version is V1")
    return method


def _timestamp(text: str) -> None:
    if not (text.isascii() and text.isdigit() and len(text) == DIGITS_OF_SECONDS):
        raise common("timestamp", "the timestamp is in whole seconds since 1970")
    if abs(time.time() - int(text)) > MOST_SKEW_SECONDS:
        raise common("timestamp", "the timestamp is more than 10 minutes off")


def _needed(parameters: Mapping[str, str], name: str) -> str:
    value = parameters.get(name, "")
    if not value:
        raise common(name, f"{name} is needed in every call")
    return value
