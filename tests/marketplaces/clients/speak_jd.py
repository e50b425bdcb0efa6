"""Call JD by the client on the path: a call a line on standard input, its answer a line on standard output.

Runs in a process of its own, in the client's environment, without Joey. The classes that the client brings are of calls
that ended in 2019, so each call is derived from its base, as its own classes are.
"""

import json
import sys
from typing import Any

import jd_union
from jd_union.api.base import RestApi


def answer(asked: dict[str, Any]) -> Any:
    """The body that the client read, for `{"host", "port", "app_key", "secret", "token", "method", "arguments"}`."""

    class Derived(RestApi):  # type: ignore[misc]
        def getapiname(self) -> str:
            return str(asked["method"])

    request = Derived(asked["host"], asked["port"])
    request.set_app_info(jd_union.appinfo(asked["app_key"], asked["secret"]))
    for name, value in asked["arguments"].items():
        setattr(request, name, value)
    return request.getResponse(asked["token"])


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
