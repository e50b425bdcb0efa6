"""Routes of the API face. Whatever happens under /api/ is answered with a problem document, never with a page."""

import re
from collections.abc import Callable, Mapping
from functools import cache, partial, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from joey.api import health, problem_pages
from joey.api.body_bound import too_large
from joey.api.problems import FieldError, problem
from joey.api.v1 import PREFIX, api
from joey.kit.text import is_storable, printable

View = Callable[..., HttpResponse]
Queries = Mapping[str, frozenset[str]]  # method → what may be in its query

LANGUAGE = "lang"  # the site's own, understood everywhere
SEARCHED = "q"  # words are searched for and not stored, so bytes that are no text find nothing and do no harm
BROKEN = "\ufffd"  # what Django puts where the query is not UTF-8


def openapi(request: HttpRequest) -> HttpResponse:
    """The document of the whole API, OpenAPI 3.1."""
    return JsonResponse(api.get_openapi_schema())


def nothing_here(request: HttpRequest) -> HttpResponse:
    return problem(404, "not_found")


def answering(view: View, allowed: Callable[[], Queries] | None = None) -> View:
    """The view, guarded: what no operation should ever see is refused here, always in the same form."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        names = allowed().get((request.method or "").lower()) if allowed else None
        return _refused(request, names) or _finished(view(request, *args, **kwargs))

    return csrf_exempt(guarded)


def _refused(request: HttpRequest, names: frozenset[str] | None) -> HttpResponse | None:
    """`names`: what may be in the query; None when any may."""
    if not is_storable(request.path):
        return problem(404, "not_found")
    if too_large(request):
        return problem(413, "too_large")
    errors = []
    for name, values in request.GET.lists():
        shown = printable(name, at_most=40)
        if names is not None and name not in names and name != LANGUAGE:
            errors.append(FieldError(shown, _("There is no such field. Leave it out."), "unknown_field"))
        elif len(values) > 1:
            errors.append(FieldError(shown, _("This field occurs more than once."), "twice"))
        elif not is_storable(values[0]) or (BROKEN in values[0] and name != SEARCHED):
            errors.append(FieldError(shown, _("This value cannot be used."), "unusable"))
    return problem(422, "invalid", errors=errors[:20]) if errors else None


def _finished(response: HttpResponse) -> HttpResponse:
    if isinstance(response, HttpResponseNotAllowed):
        return problem(405, "method", headers={"Allow": response.headers["Allow"]})
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@cache
def _queries(route: str) -> Queries:
    """What the document says about the route's query; nothing for what is not in it."""
    address = PREFIX + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
    operations = api.get_openapi_schema()["paths"].get(address, {})
    return {
        method: frozenset(each["name"] for each in operation["parameters"] if each["in"] == "query")
        for method, operation in operations.items()
    }


def _routes() -> list[URLPattern]:
    """ninja's own patterns, each view guarded."""
    patterns, _app, _namespace = api.urls
    return [
        path(
            f"{PREFIX[1:]}{pattern.pattern}",
            answering(pattern.callback, partial(_queries, str(pattern.pattern))),
            name=pattern.name or "",
        )
        for pattern in patterns
        if isinstance(pattern, URLPattern) and pattern.name != "api-root"
    ]


urlpatterns = [
    path("api/openapi.json", answering(require_safe(openapi))),
    *_routes(),
    re_path(r"^api(?:/|$)", answering(nothing_here)),
    path("problems/<slug:code>", problem_pages.explain),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]
