"""The office's first page: everything that waits for an operator, how long, and where to act on it."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from joey.insight.waiting import Waiting, waiting
from joey.kit import clock


def waiting_url(site: AdminSite) -> URLPattern:
    """The page's route; everything of the office goes through the site's guard."""

    @require_safe
    def page(request: HttpRequest) -> HttpResponse:
        now = clock.now()
        facts: dict[str, Any] = {
            **site.each_context(request),
            "title": _("Waiting for you"),
            "now": now,
            "rows": [_row(site, request, each) for each in waiting(now=now)],
        }
        return TemplateResponse(request, "office/waiting.html", facts)

    return path("waiting/", site.admin_view(page), name="waiting")


def _row(site: AdminSite, request: HttpRequest, each: Waiting) -> dict[str, Any]:
    meta = each.model._meta
    return {
        "waiting": each,
        "address": reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist") + each.query,
        "actions": [_action(site, request, verb.office) for verb in each.verbs],
        "commands": [f"joey {verb.command}" for verb in each.verbs],
    }


def _action(site: AdminSite, request: HttpRequest, office: str) -> str:
    """What the office calls an action that is given as "table:action"."""
    table, _colon, name = office.partition(":")
    for model, admin in site._registry.items():
        if f"{model._meta.app_label}_{model._meta.model_name}" == table:
            found = admin.get_actions(request).get(name)
            return str(found[2]) if found else name
    return name
