"""The simulated outside world as one ASGI app.

`granian --interface asgi joey.sandbox.app:app` with one worker: the order of SQLite's writers is the loop's.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from joey.sandbox import control, order_pages, pages
from joey.sandbox.answers import problem
from joey.sandbox.bank import routes as bank
from joey.sandbox.feeds import feed
from joey.sandbox.pictures import picture
from joey.sandbox.refused import Refused
from joey.sandbox.render import refusal_page
from joey.sandbox.taobao.gateway import gateway
from joey.sandbox.world import world_from_environment

FOR_PROGRAMS = ("/control/", "/bank/", "/feeds/")
ANY_VERB = ["GET", "POST", "PUT", "PATCH", "DELETE"]
POST = ["POST"]


async def alive(_: Request) -> Response:
    """For whoever waits for the sandbox to come up."""
    return PlainTextResponse("ok")


async def refuse(request: Request, refused: Exception) -> Response:
    """A refusal as a problem document for programs and as a page for people."""
    assert isinstance(refused, Refused)
    if request.url.path.startswith(FOR_PROGRAMS):
        return problem(refused)
    return refusal_page(request, refused)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Open the state before the first request, close it after the last."""
    app.state.world = world_from_environment()
    yield
    app.state.world.db.close()


routes = [
    Route("/", pages.home),
    Route("/healthz", alive),
    Route("/m/{marketplace}", pages.goods),
    Route("/item/edetail", pages.item_by_rotating_id),
    Route("/item/{marketplace}/{item}", pages.item),
    Route("/buy", pages.buy_page),
    Route("/buy", pages.pay, methods=POST),
    Route("/t", pages.follow),
    Route("/coupon/edetail", pages.follow),
    Route("/s/{code}", pages.follow_short),
    Route("/pictures/{slug}.webp", picture),
    Route("/orders", order_pages.orders),
    Route("/orders/{order}", order_pages.order),
    Route("/orders/{order}", order_pages.move, methods=POST),
    Route("/outbox", order_pages.outbox),
    Route("/panel", order_pages.panel),
    Route("/panel", order_pages.panel_button, methods=POST),
    Route("/router/rest", gateway, methods=ANY_VERB),
    Route("/feeds/{marketplace}.jsonl", feed),
    Route("/bank", order_pages.bank),
    Route("/bank", order_pages.bank_button, methods=POST),
    Route("/bank/files/{message_id}", bank.get_file),
    Route("/bank/files/{message_id}", bank.put_file, methods=["PUT"]),
    Route("/bank/statement", bank.get_statement),
    Route("/control/purchase", control.purchase, methods=POST),
    Route("/control/orders", control.all_orders),
    Route("/control/orders/{order}", control.one_order),
    Route("/control/orders/{order}", control.move_order, methods=POST),
    Route("/control/bulk", control.bulk, methods=POST),
    Route("/control/rotate", control.rotate_ids, methods=POST),
    Route("/control/outage", control.outage, methods=POST),
    Route("/control/repeat", control.repeat, methods=POST),
    Route("/control/payments/{payment}", bank.decide_payment, methods=POST),
    Route("/control/marketplaces", control.marketplaces),
    Route("/control/messages", control.list_messages),
    Route("/control/messages", control.post_message, methods=POST),
    Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
]
app = Starlette(routes=routes, exception_handlers={Refused: refuse}, lifespan=lifespan)
