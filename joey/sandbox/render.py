"""Turn a template into a page in the reader's language."""

from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from joey.sandbox import beijing
from joey.sandbox.amounts import decimal_text, decimals_of, percent
from joey.sandbox.dialects.registry import marketplaces
from joey.sandbox.refused import Refused
from joey.sandbox.words import COOKIE, language_of, say, say_kind

SYMBOLS = {"CNY": "¥", "USD": "$"}
HEADERS = {
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


def money(minor: int, currency: str) -> str:
    """¥129.00, for people."""
    return f"{SYMBOLS.get(currency, currency + ' ')}{decimal_text(minor, decimals_of(currency))}"


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """The page, with the language remembered when it was chosen by `?lang=`."""
    language = language_of(request)
    other = "en" if language == "zh" else "zh"
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    text = _templates.get_template(template).render(
        say=partial(say, language=language),
        say_kind=partial(say_kind, language=language),
        language=language,
        other_language=f"?{urlencode([*kept, ('lang', other)])}",
        money=money,
        percent=percent,
        when=beijing.text_of,
        marketplaces=marketplaces(),
        **values,
    )
    answer = HTMLResponse(text, status, HEADERS)
    if request.query_params.get("lang"):
        answer.set_cookie(COOKIE, language, max_age=365 * 86_400, samesite="lax", httponly=True)
    return answer


def refusal_page(request: Request, refused: Refused) -> Response:
    """Why not, as a page."""
    return page(request, "refused.html", refused.status, refused=refused)


async def colors(request: Request) -> Response:
    """A stylesheet with the colour of each marketplace: the pages allow no inline style."""
    rules = (f".place-{place.code} {{ --place: {place.color}; }}" for place in marketplaces().values())
    return Response("\n".join(rules), media_type="text/css", headers={"cache-control": "no-cache"})
