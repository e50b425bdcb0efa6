"""The page that says whether this instance is well, and proves its books on a button."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from joey.insight.health import connected, counts, health
from joey.insight.prove import prove
from joey.kit import clock
from joey.office.words import TEXTS_OF
from joey.record.erasable import TEXTS_MATCH


def health_url(site: AdminSite) -> URLPattern:
    """The page's route; everything of the office goes through the site's guard."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request: HttpRequest) -> HttpResponse:
        now = clock.now()
        found = health(now=now)
        proof = _prove() if request.method == "POST" else []
        facts: dict[str, Any] = {
            **site.each_context(request),
            "title": _("Health"),
            "now": now,
            "health": found,
            "old": [sync for sync in found.syncs if sync.is_old(now)],
            "counts": counts(),
            "connected": connected(),
            "proof": proof,
            "broken": sum(offender is not None for _rule, offender in proof),
        }
        return TemplateResponse(request, "office/health.html", facts)

    return path("health/", site.admin_view(page), name="health")


def _prove() -> list[tuple[str, dict[str, object] | None]]:
    """Every rule with its first offender, None where it holds."""
    return [(_rule_in_words(verdict.rule), verdict.offender) for verdict in prove()]


def _rule_in_words(rule: str) -> str:
    before, after = TEXTS_MATCH.split("%s")  # the one rule that is said of several columns
    named = rule.removeprefix(before).removesuffix(after)
    return _(TEXTS_MATCH) % TEXTS_OF[named] if named in TEXTS_OF else _(rule)
