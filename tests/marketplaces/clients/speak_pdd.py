"""Call Pinduoduo by the client on the path: a call a line on standard input, its answer a line on standard output.

Runs in a process of its own, in the client's environment, without Joey. `ddk` and `pdd_sdk` share one shape: a class a
method, whose attributes are the arguments; `pddsdk` has one client that takes them. Where a client has no class for a
method, it is derived from the client's own base.
"""

import json
import sys
import time
from importlib import import_module
from types import SimpleNamespace
from typing import Any

PACKAGE = sys.argv[1]


def request_for(method: str, host: str, port: int) -> Any:
    """The client's request of this method, its own if it has one."""
    name = "".join(word.capitalize() for word in method.split(".")[1:])
    try:
        return getattr(import_module(f"{PACKAGE}.api.rest.{name}"), name)(host, port)
    except ModuleNotFoundError:
        base = import_module(f"{PACKAGE}.api.base").RestApi
        return type(name, (base,), {"getapiname": lambda self: method})(host, port)


def by_class(asked: dict[str, Any]) -> dict[str, Any]:
    """The answer by a class of the method."""
    request = request_for(asked["method"], asked["host"], asked["port"])
    is_own = type(request).__module__ != __name__
    request.set_app_info(SimpleNamespace(appkey=asked["client_id"], secret=asked["secret"]))
    for name, value in asked["arguments"].items():
        setattr(request, name, value)
    try:
        return {"is_own": is_own, "body": request.getResponse()}
    except Exception as refused:
        if not hasattr(refused, "submsg"):
            raise
        return {"is_own": is_own, "refused": str(refused.submsg)}


def by_client(asked: dict[str, Any]) -> dict[str, Any]:
    """The answer by the one client; with `seconds`, its clock is put right."""
    client = import_module(f"{PACKAGE}.client").Client(
        asked["client_id"], asked["secret"], url=f"http://{asked['host']}:{asked['port']}/api/router"
    )
    if asked["seconds"]:
        client._get_local_timestamp = lambda: str(int(time.time()))
    body = client.call(asked["arguments"] | {"type": asked["method"]})
    refused = body.get("error_response", {}).get("sub_msg")
    return {"is_own": True, "refused": refused} if refused else {"is_own": True, "body": body}


answer = by_client if PACKAGE == "pddsdk" else by_class
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
