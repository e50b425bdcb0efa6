"""For whoever watches the machine: alive, ready, figures. None of them asks for a session."""

import ipaddress

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from joey.api.caller import BearerToken
from joey.insight.health import Counts, Health, counts, health
from joey.kit import clock


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked, so that a database that is away does not kill the web."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, worker, search index and order reports are well; else 503 with what is wrong."""
    try:
        found = health(now=clock.now())
    except Error:
        return database_away()
    return JsonResponse(
        {"ready": not found.troubles, "troubles": list(found.troubles)}, status=503 if found.troubles else 200
    )


def database_away() -> HttpResponse:
    """What readyz says then; also said in its place when it cannot say anything itself."""
    return JsonResponse({"ready": False, "troubles": [_("The database is away.")]}, status=503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for this machine itself or an operator's token; 404 for everybody else."""
    if not (_from_here(request) or _is_operator(request)):
        return HttpResponse(status=404)
    try:
        now = clock.now()
        lines = _figures(health(now=now), counts(), now.timestamp())
    except Error:
        connection.close()
        lines = ["# HELP joey_database_up Whether the database answers.", "# TYPE joey_database_up gauge"]
        lines.append("joey_database_up 0")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _figures(found: Health, counted: Counts, now: float) -> list[str]:
    lines: list[str] = []

    def gauge(name: str, told: str, *values: tuple[str, float]) -> None:
        lines.extend(
            [f"# HELP {name} {told}", f"# TYPE {name} gauge", *(f"{name}{of} {value}" for of, value in values)]
        )

    gauge("joey_database_up", "Whether the database answers.", ("", 1))
    gauge("joey_ready", "Whether nothing is wrong.", ("", 0 if found.troubles else 1))
    if found.worker_seen_at:
        gauge("joey_worker_silent_seconds", "Since a worker was heard.", ("", now - found.worker_seen_at.timestamp()))
    ages = [
        (f'{{marketplace="{sync.marketplace}",kind="{sync.kind}"}}', now - sync.last_success_at.timestamp())
        for sync in found.syncs
        if sync.last_success_at
    ]
    gauge("joey_sync_age_seconds", "Since the reports of a marketplace were read.", *ages)
    gauge("joey_search_index", "Whether this host has a search index.", ("", 0 if found.search.missing else 1))
    gauge("joey_search_index_behind", "Changed offers not in it yet, at most 1000.", ("", found.search.behind))
    gauge("joey_jobs_failed", "Failed jobs, at most 1000.", ("", counted.failed_jobs))
    gauge("joey_jobs_waiting", "Jobs that wait for a worker, at most 1000.", ("", counted.waiting_jobs))
    gauge("joey_order_lines_in_suspense", "Without a shop, at most 1000.", ("", counted.in_suspense))
    gauge("joey_payouts_to_decide", "Waiting for an operator, at most 1000.", ("", counted.payouts_to_decide))
    return lines


def _from_here(request: HttpRequest) -> bool:
    """From a loopback address, and not through a proxy on this machine that speaks for somebody else."""
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via")):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _is_operator(request: HttpRequest) -> bool:
    try:
        caller = BearerToken()(request)
    except Error:
        return False
    return caller is not None and caller.shop_id is None and caller.person.is_staff
