"""The office page with the terms in force and to come: the plan's versions, and the limits on payouts per currency."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from joey.commissions.plan_now import plan_versions
from joey.insight.currencies import currencies_in_use
from joey.kit import clock
from joey.money.money import EXPONENTS, Money
from joey.money.rate import rate_text
from joey.payouts.limits import limits_now
from joey.payouts.models import PayoutLimits


def terms_url(site: AdminSite) -> URLPattern:
    """The page's route; everything of the office goes through the site's guard."""

    @require_safe
    def page(request: HttpRequest) -> HttpResponse:
        used = currencies_in_use()
        limits = [each for _currency, each in sorted(limits_now(EXPONENTS).items())]
        facts: dict[str, Any] = {
            **site.each_context(request),
            "title": _("Plan and limits"),
            "plans": _plans(),
            "limits": [_limits(each) for each in limits if each.currency in used],
            "other_limits": [_limits(each) for each in limits if each.currency not in used],
        }
        return TemplateResponse(request, "office/terms.html", facts)

    return path("terms/", site.admin_view(page), name="terms")


def _plans() -> list[dict[str, Any]]:
    """Every version, the newest first; the newest that has begun is in force."""
    now, versions = clock.now(), plan_versions()
    begun = [each.pk for each in versions if each.from_at <= now]
    return [
        {
            "number": each.pk,
            "from_at": each.from_at,
            "shopkeeper": rate_text(each.shopkeeper_ppm),
            "platform": rate_text(each.platform_ppm),
            "days": each.waiting_days,
            "in_force": each.pk == begun[-1],
            "to_come": each.pk not in begun,
        }
        for each in reversed(versions)
    ]


def _limits(limits: PayoutLimits) -> dict[str, str]:
    def text(minor: int) -> str:
        return Money(minor, limits.currency).text

    return {
        "currency": limits.currency,
        "floor": text(limits.floor_minor),
        "by_rule_below": text(limits.by_rule_below_minor),
        "two_from": text(limits.two_from_minor),
        "per_operator_day": text(limits.per_operator_day_minor),
    }
