"""Call the union by the client on the path: a call a line on standard input, its answer a line on standard output.

Runs in a process of its own, in the client's environment, without Joey. The clients share one shape: a class a method,
whose attributes are the arguments. Where a client has no class for a method, it is derived from the client's own base.
"""

import json
import sys
from typing import Any

import top.api
from top import appinfo
from top.api.base import RestApi, TopException


def request_for(method: str, host: str, port: int) -> Any:
    """The client's request of this method, its own if it has one."""
    own = getattr(top.api, "".join(word.capitalize() for word in method.split(".")[1:]) + "Request", None)
    if own is not None:
        return own(host, port)

    class Derived(RestApi):  # type: ignore[misc]
        def getapiname(self) -> str:
            return method

    return Derived(host, port)


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """The client's answer to `{"host", "port", "app_key", "secret", "method", "arguments", "session"}`."""
    request = request_for(asked["method"], asked["host"], asked["port"])
    is_own = type(request).__module__ != __name__
    request.set_app_info(appinfo(asked["app_key"], asked["secret"]))
    for name, value in asked["arguments"].items():
        setattr(request, name, value)
    try:
        return {"is_own": is_own, "body": request.getResponse(asked["session"])}
    except TopException as refused:
        return {"is_own": is_own, "refused": [refused.errorcode, refused.subcode, refused.submsg]}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
