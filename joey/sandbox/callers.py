"""Who may use the control calls and press the pages' buttons."""

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import Request

from joey.sandbox.refused import Refused
from joey.sandbox.world.state import World


def check_caller(request: Request) -> None:
    """Refused 403 for another machine, unless the sandbox was opened; and for a page of some other site."""
    world = world_of(request)
    if world.open_control:
        return
    host = request.client.host if request.client else ""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise Refused(403, "control calls are taken from this machine only; JOEY_SANDBOX_OPEN=1 opens them")
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc not in hosts_of(request):
        raise Refused(403, "control calls are not taken from pages of other sites")


def world_of(request: Request) -> World:
    """The sandbox's state."""
    world: World = request.app.state.world
    return world


def hosts_of(request: Request) -> set[str]:
    """The names under which this sandbox's links may come back."""
    return {urlsplit(world_of(request).url).netloc, request.headers.get("host", "")} - {""}
