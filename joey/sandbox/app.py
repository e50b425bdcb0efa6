"""The simulated outside world as one ASGI app.

`granian --interface asgi joey.sandbox.app:app` with one worker: the event loop puts SQLite's writers in order.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from joey.sandbox import control, order_pages, pages
from joey.sandbox.answers import problem
from joey.sandbox.bank import control as bank_control
from joey.sandbox.bank import routes as bank
from joey.sandbox.dialects.registry import all_dialects
from joey.sandbox.follow_links import follow_link
from joey.sandbox.pictures import picture
from joey.sandbox.refused import Refused
from joey.sandbox.render import colors, refusal_page
from joey.sandbox.world.rates import read_rates
from joey.sandbox.world.state import world_from_environment

FOR_PROGRAMS = ("/control/", "/bank/", "/feeds/")
POST = ["POST"]


async def alive(_: Request) -> Response:
    """For programs that wait for the sandbox to start."""
    return PlainTextResponse("ok")


async def refuse(request: Request, refused: Exception) -> Response:
    """A refusal as a problem document for programs and as a page for people."""
    assert isinstance(refused, Refused)
    if request.url.path.startswith(FOR_PROGRAMS):
        return problem(refused)
    return refusal_page(request, refused)


async def refuse_unrouted(request: Request, error: Exception) -> Response:
    """The same for an address or a method that no route has."""
    assert isinstance(error, HTTPException)
    answer = await refuse(request, Refused(error.status_code, error.detail))
    answer.headers.update(error.headers or {})
    return answer


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Open the state before the first request, close it after the last."""
    app.state.world = world_from_environment()
    read_rates(app.state.world)
    for dialect in all_dialects():
        app.state.world.db.executescript(dialect.schema)
        dialect.set_up(app.state.world)
    yield
    app.state.world.db.close()


of_the_dialects = [
    *(route for dialect in all_dialects() for route in dialect.routes()),
    *(Route(path, follow_link) for dialect in all_dialects() for path in dialect.link_paths),
]
of_the_core = [
    Route("/", pages.home),
    Route("/healthz", alive),
    Route("/marketplaces.css", colors),
    Route("/m/{marketplace}", pages.goods),
    Route("/item/{marketplace}/{item}", pages.item),
    Route("/buy", pages.buy_page),
    Route("/buy", pages.pay, methods=POST),
    Route("/pictures/{slug}.webp", picture),
    Route("/orders", order_pages.orders),
    Route("/orders/{order}", order_pages.order),
    Route("/orders/{order}", order_pages.move, methods=POST),
    Route("/outbox", order_pages.outbox),
    Route("/panel", order_pages.panel),
    Route("/panel", order_pages.panel_button, methods=POST),
    Route("/bank", order_pages.bank),
    Route("/bank", order_pages.bank_button, methods=POST),
    Route("/bank/files/{message_id}", bank.get_file),
    Route("/bank/files/{message_id}", bank.put_file, methods=["PUT"]),
    Route("/bank/statement", bank.get_statement),
    Route("/control/marketplaces", control.marketplaces),
    Route("/control/purchase", control.purchase, methods=POST),
    Route("/control/orders", control.all_orders),
    Route("/control/orders/{order}", control.one_order),
    Route("/control/orders/{order}", control.move_order, methods=POST),
    Route("/control/bulk", control.bulk, methods=POST),
    Route("/control/reports", control.reports, methods=POST),
    Route("/control/differs", control.differs, methods=POST),
    Route("/control/rates", control.rates, methods=POST),
    Route("/control/outage", control.outage, methods=POST),
    Route("/control/bank", bank_control.trouble, methods=POST),
    Route("/control/bank/transfers", bank_control.transfers),
    Route("/control/bank/truth", bank_control.truth),
    Route("/control/bank/statement", bank_control.statement_file),
    Route("/control/messages", control.list_messages),
    Route("/control/messages", control.post_message, methods=POST),
    Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
]
app = Starlette(
    routes=[*of_the_dialects, *of_the_core],
    exception_handlers={Refused: refuse, HTTPException: refuse_unrouted},
    lifespan=lifespan,
)
