"""The simulated outside world as one ASGI app: `granian --interface asgi joey.sandbox.app:app`, one worker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from joey.sandbox import control
from joey.sandbox.answers import problem
from joey.sandbox.control import world_of
from joey.sandbox.refused import Refused, missing
from joey.sandbox.taobao.gateway import gateway
from joey.sandbox.visits import record_visit
from joey.sandbox.world import world_from_environment


async def follow(request: Request) -> Response:
    """A tracked link: count the visit and go on to the item, with a buyer token and no cookie."""
    world = world_of(request)
    token = request.query_params.get("e", "")
    if request.method == "HEAD":
        return Response(status_code=302, headers={"location": "/"})
    visit = record_visit(world, token)
    return RedirectResponse(f"/item/{visit.marketplace}/{visit.item}?b={visit.buyer}", 302)


async def follow_short(request: Request) -> Response:
    """A short link leads to the tracked one."""
    row = world_of(request).row("SELECT path FROM short_link WHERE code = ?", request.path_params["code"])
    if row is None:
        raise missing("there is no such short link")
    return RedirectResponse(row["path"], 302)


async def alive(_: Request) -> Response:
    """For whoever waits for the sandbox to come up."""
    return PlainTextResponse("ok")


async def refuse(_: Request, refused: Exception) -> Response:
    """Each refusal as a problem document."""
    assert isinstance(refused, Refused)
    return problem(refused)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Open the state before the first request, close it after the last."""
    app.state.world = world_from_environment()
    yield
    app.state.world.db.close()


ANY_VERB = ["GET", "POST", "PUT", "PATCH", "DELETE"]
routes = [
    Route("/healthz", alive),
    Route("/router/rest", gateway, methods=ANY_VERB),
    Route("/t", follow),
    Route("/coupon/edetail", follow),
    Route("/s/{code}", follow_short),
    Route("/control/purchase", control.purchase, methods=["POST"]),
    Route("/control/orders", control.all_orders),
    Route("/control/orders/{order}", control.one_order),
    Route("/control/orders/{order}", control.move_order, methods=["POST"]),
    Route("/control/bulk", control.bulk, methods=["POST"]),
    Route("/control/rotate", control.rotate_ids, methods=["POST"]),
    Route("/control/outage", control.outage, methods=["POST"]),
    Route("/control/repeat", control.repeat, methods=["POST"]),
    Route("/control/marketplaces", control.marketplaces),
    Route("/control/messages", control.post_message, methods=["POST"]),
    Route("/control/messages", control.list_messages),
]
app = Starlette(routes=routes, exception_handlers={Refused: refuse}, lifespan=lifespan)
