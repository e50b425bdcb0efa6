"""What later versions will do. The addresses are named already, and say so."""

from django.http import HttpRequest, HttpResponse

from joey.api.caller import shop_for
from joey.api.problems import problem
from joey.api.scopes import ScopedRouter

router = ScopedRouter()

METHODS = ["GET", "POST"]


@router.api_operation(METHODS, "/shops/{slug}/webhooks", include_in_schema=False)
def webhooks(request: HttpRequest, slug: str) -> HttpResponse:
    return _later(request, slug)


@router.api_operation(METHODS, "/shops/{slug}/exports", include_in_schema=False)
def exports(request: HttpRequest, slug: str) -> HttpResponse:
    return _later(request, slug)


@router.api_operation(METHODS, "/shops/{slug}/staff", include_in_schema=False)
def staff(request: HttpRequest, slug: str) -> HttpResponse:
    return _later(request, slug)


@router.api_operation(METHODS, "/claims", include_in_schema=False)
def claims(request: HttpRequest) -> HttpResponse:
    return _later(request)


@router.api_operation(METHODS, "/log", include_in_schema=False)
def log(request: HttpRequest) -> HttpResponse:
    return _later(request)


def _later(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    if slug is not None:
        shop_for(request, slug)  # a stranger learns nothing, not even that it is not built
    return problem(501, "not_built")
