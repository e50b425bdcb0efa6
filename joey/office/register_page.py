"""The office page on which an operator registers positions at a marketplace, or adds those of its console."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from joey.kit import clock
from joey.kit.refusals import Invalid, Refusal
from joey.marketplaces import registry
from joey.people.models import Person
from joey.sharing.lease_position import uses_positions
from joey.sharing.positions_report import position_counts
from joey.sharing.register_positions import add_positions, register_positions


def register_url(site: AdminSite) -> URLPattern:
    """The page's route; everything of the office goes through the site's guard."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request: HttpRequest) -> HttpResponse:
        now = clock.now()
        if request.method == "POST":
            try:
                messages.success(request, _("Done: %d.") % _register(request))
            except Refusal as refusal:
                messages.error(request, str(refusal.text))
            return HttpResponseRedirect(reverse("admin:register_positions"))
        facts: dict[str, Any] = {
            **site.each_context(request),
            "title": _("Register positions"),
            "counts": position_counts(now=now),
            "marketplaces": [
                (each.code, registry.reporter_name(each.code), each.manifest.capabilities.positions.granted)
                for each in registry.connectors()
                if uses_positions(each.manifest) and each.manifest.capabilities.positions.registered
            ],
        }
        return TemplateResponse(request, "office/register_positions.html", facts)

    return path("register-positions/", site.admin_view(page), name="register_positions")


def _register(request: HttpRequest) -> int:
    """Do what the form says; how many positions are new."""
    code, now = request.POST.get("marketplace", ""), clock.now()
    by = cast(Person, request.user)  # the office's guard has checked that it is an operator
    keys = request.POST.get("keys", "").split()
    if keys:
        return add_positions(code, keys, now=now, by=by)
    count = request.POST.get("count", "")
    if not (count.isascii() and count.isdigit() and len(count) <= 6):
        raise Invalid(_("Give a number of positions, or the keys of some that exist already."), field="count")
    register_positions(code, int(count), now=now, by=by)
    return int(count)
