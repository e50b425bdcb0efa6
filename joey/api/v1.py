"""The API as one object: who may call, how bodies are read, how every error becomes a problem document."""

import logging
from typing import Any, cast

import psycopg
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from joey.api import links, listings, lost_orders, me, not_built, offers, office, orders, payouts, shops
from joey.api.caller import BearerToken, ScopeMissing
from joey.api.openapi import complete
from joey.api.problems import field_errors, problem, problem_of
from joey.api.strict_json import StrictJson, Unreadable
from joey.kit.refusals import Refusal
from joey.kit.text import loggable_path
from joey.people.models import Scope

log = logging.getLogger(__name__)

PREFIX = "/api/v1/"


class Api(NinjaAPI):
    """ninja's API with our names for operations and our additions to its document."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, *, path_prefix: str | None = None, **more: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=PREFIX, **more)
        complete(cast(dict[str, Any], schema))
        return schema


api = Api(
    title="Joey",
    version="1",
    description="Open a shop, fill it with offers, share it, see why each click and order earned, get paid.",
    auth=BearerToken(Scope.MONEY),  # of an operation that is in no ScopedRouter; a test finds none
    parser=StrictJson(),
    openapi_url=None,  # served at /api/openapi.json, for all versions
    docs_url=None,  # its page would need scripts from elsewhere
    urls_namespace="api-v1",
)
for part in (me, shops, listings, offers, links, orders, lost_orders, payouts, office, not_built):
    api.add_router("", part.router)


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problem_of(refusal)


@api.exception_handler(ScopeMissing)
def scope_missing(request: HttpRequest, refusal: ScopeMissing) -> HttpResponse:
    answer = problem_of(refusal)
    answer.headers["WWW-Authenticate"] = (
        f'Bearer realm="joey", error="insufficient_scope", scope="{refusal.facts["scope"]}"'
    )
    return answer


@api.exception_handler(Unreadable)
def unreadable(request: HttpRequest, trouble: Unreadable) -> HttpResponse:
    return problem(trouble.status, trouble.code, trouble.text)


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, trouble: ValidationError) -> HttpResponse:
    return problem(422, "invalid", errors=field_errors(_within_the_body(trouble)))


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, trouble: HttpError) -> HttpResponse:
    if isinstance(trouble.__cause__, Unreadable):  # ninja wraps what the parser says
        return unreadable(request, trouble.__cause__)
    if isinstance(trouble, AuthenticationError):
        given = ', error="invalid_token"' if "Authorization" in request.headers else ""
        return problem(401, "not_signed_in", headers={"WWW-Authenticate": f'Bearer realm="joey"{given}'})
    return problem(400, "bad_json")


@api.exception_handler(Http404)
def nothing_here(request: HttpRequest, trouble: Http404) -> HttpResponse:
    return problem(404, "not_found")


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def database_unavailable(request: HttpRequest, trouble: Exception) -> HttpResponse:
    log.error("the database is unavailable: %s", type(trouble).__name__)
    return problem(503, "unavailable", _why(trouble), headers={"Retry-After": "5"})


def _why(trouble: Exception) -> str | None:
    """Names a full disk: an operator has to make room, and repeating the request does not help."""
    if isinstance(trouble.__cause__, psycopg.errors.DiskFull):
        return _("The database's disk is full, so this was not stored. Send it again when there is room.")
    return None


@api.exception_handler(Exception)
def bug(request: HttpRequest, trouble: Exception) -> HttpResponse:
    log.exception("a bug at %s %s", request.method, loggable_path(request.path))
    return problem(500, "internal_error")


def _within_the_body(trouble: ValidationError) -> list[dict[str, Any]]:
    """Fields as the client wrote them: ninja puts the source and the name of our argument in front."""
    found = []
    for error in trouble.errors:
        source, *path = error["loc"]
        if source in ("body", "query") and path and path[0] in ("body", "page", "asked", "typed"):
            path = path[1:]
        found.append({**error, "loc": path})
    return found
