"""For monitoring: alive, ready, figures. None of them asks for a session."""

from django.core.exceptions import DisallowedHost
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from joey.api.caller import BearerToken, ScopeMissing
from joey.api.metrics import CONTENT_TYPE, ScrapedState, metrics_text
from joey.insight.health import counts, health
from joey.kit import clock
from joey.kit.client_address import read_address
from joey.kit.close_connection import close_connection
from joey.kit.refusals import TooMany
from joey.people.models import Scope

PROBES = ("/healthz", "/readyz", "/metrics")  # answered whatever the Host (site/host_check.py)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nothing else, so that an unavailable database does not restart the web workers."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, worker, search index and order reports are well; else 503 with what is wrong.

    `stuck` is money that waits for a decision and since when. It is no reason to stop serving, so it is no trouble.
    Nor are `notices`: nothing depends on what they say.
    """
    now = clock.now()
    try:
        found = health(now=now)
    except Error:
        return database_unavailable()
    answer = {
        "ready": not found.troubles,
        "troubles": list(found.troubles),
        "notices": list(found.notices),
        "stuck": [
            {
                "what": each.label,
                "count": each.count,
                "since": each.since.isoformat(timespec="seconds"),
                "seconds": int(each.age(now).total_seconds()),
            }
            for each in found.stuck
        ],
    }
    return JsonResponse(answer, status=503 if found.troubles else 200)


def database_unavailable() -> HttpResponse:
    """The answer of readyz then; time_bound.py gives it when readyz itself does not answer in time."""
    troubles = [_("The database is unavailable.")]
    return JsonResponse({"ready": False, "troubles": troubles, "notices": [], "stuck": []}, status=503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for this machine itself or an operator's token; 404 for everyone else."""
    if not (_from_here(request) or _is_operator(request)):
        return HttpResponse(status=404)
    state = None
    try:
        now = clock.now()
        state = ScrapedState(health(now=now), counts(), now)
    except Error:
        close_connection()
    return HttpResponse(metrics_text(state), content_type=CONTENT_TYPE)


def _from_here(request: HttpRequest) -> bool:
    """From a loopback address, and not through a proxy on this machine that forwards another client.

    A page elsewhere whose name was made to mean this machine sends that name as the Host.
    """
    try:
        request.get_host()
    except DisallowedHost:
        return False
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via")):
        return False
    address = read_address(request.META.get("REMOTE_ADDR", ""))
    return address is not None and address.is_loopback


def _is_operator(request: HttpRequest) -> bool:
    try:
        caller = BearerToken(Scope.READ)(request)
    except (Error, TooMany, ScopeMissing):
        return False
    return caller is not None and caller.shop_id is None and caller.person.is_staff
