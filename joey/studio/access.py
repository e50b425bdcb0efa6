"""Who may enter the studio: signed-in people, each to their own shops. Another's shop looks as if it did not exist."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from joey.kit.http import RETRY_AFTER_SECONDS
from joey.kit.strict_form import StrictForm
from joey.people.models import Person
from joey.people.step_up import needs_fresh_code
from joey.shops.models import Shop
from joey.shops.queries import shop_of

P = ParamSpec("P")
SIGN_IN = "/studio/sign-in"
CODE_AT = "code_at"  # in the session: when a code was last entered, as an ISO time


def keeper_only(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """The view for signed-in people; others go to the sign-in page and come back. Never kept by a cache."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            query = urlencode({REDIRECT_FIELD_NAME: request.path})
            return HttpResponseRedirect(f"{SIGN_IN}?{query}")
        return view(request, *args, **kwargs)

    return guarded


def form_of(page: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view that takes a form of the shop's `page`. Without the form, as after signing in again or choosing another
    language, a browser is led to that page.
    """

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, slug: str) -> HttpResponse:
            if request.method in ("GET", "HEAD"):
                query = request.META["QUERY_STRING"]
                return HttpResponseRedirect(f"/studio/{slug}/{page}{'?' if query else ''}{query}")
            return require_POST(view)(request, slug)

        return guarded

    return guard


def keeper(request: HttpRequest) -> Person:
    """The person who is signed in."""
    assert request.user.is_authenticated
    return request.user


def own_shop(request: HttpRequest, slug: str) -> Shop:
    """The keeper's shop at that address; raises NotFound for another's."""
    return shop_of(keeper(request), slug)


def wants_fresh_code(request: HttpRequest, now: datetime, *, back: str = "") -> HttpResponse | None:
    """For steps that move money: a redirect to the page that asks for a code, or None when one is fresh.

    `back` is where it leads afterwards, when that is not the page that was asked for.
    """
    said = request.session.get(CODE_AT)
    if not needs_fresh_code(datetime.fromisoformat(said) if said else None, now):
        return None
    return HttpResponseRedirect("/studio/confirm?" + urlencode({REDIRECT_FIELD_NAME: back or request.path}))


def next_page(request: HttpRequest) -> str:
    """Where to go after signing in: a page of this site, else the studio."""
    wish = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or ""
    ours = url_has_allowed_host_and_scheme(wish, allowed_hosts=None) and wish.startswith(("/studio/", "/office/"))
    return wish if ours else "/studio/"


def page(request: HttpRequest, template: str, facts: dict[str, object], *, status: int = 200) -> HttpResponse:
    """A studio page."""
    response = render(request, f"studio/{template}", facts, status=status, using="jinja2")
    form = facts.get("form")
    for name, value in (form.headers if isinstance(form, StrictForm) else {}).items():
        response.headers[name] = value
    if status in (429, 503):  # refused without a form
        response.headers.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    return response


def list_before(request: HttpRequest) -> UUID | None:
    """The row after which a list goes on, as the link to its next page names it; None on the first page."""
    try:
        return UUID(request.GET.get("before", ""))
    except ValueError:
        return None


def language() -> str:
    return get_language() or "zh-hans"
