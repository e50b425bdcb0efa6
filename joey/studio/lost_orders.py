"""A shopkeeper misses an order: asks for it by its number, and reads what the marketplace answers."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from joey.insight.explain_lost_orders import answer_in_words
from joey.kit import clock
from joey.kit.refusals import Invalid, Refusal
from joey.marketplaces import registry
from joey.orders.lost_orders import lost_orders_of, marketplaces_to_ask
from joey.orders.request_lost_order import request_lost_order
from joey.studio.access import keeper_only, list_before, own_shop, page
from joey.studio.forms import LostOrderForm

PER_PAGE = 20


@keeper_only
@require_http_methods(["GET", "HEAD", "POST"])
def lost_orders(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, and below it every order that was asked for, the newest first."""
    shop = own_shop(request, slug)
    now, marketplaces = clock.now(), marketplaces_to_ask(shop.pk)
    form = LostOrderForm(marketplaces, request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        zones = {each.code: each.zone for each in marketplaces}
        try:
            ordered_at = _time_in(zones.get(registry.code_for(asked["marketplace"]), "UTC"), asked["ordered_at"])
            request_lost_order(
                shop, marketplace=asked["marketplace"], number=asked["order"], ordered_at=ordered_at, now=now
            )
            return HttpResponseRedirect(f"/studio/{slug}/lost-orders?done=1")
        except Refusal as refusal:
            form.take(refusal)
    found = lost_orders_of(shop.id, limit=PER_PAGE + 1, before=list_before(request))
    shown = found[:PER_PAGE]
    facts = {
        "shop": shop,
        "tab": "orders",
        "now": now,
        "form": form,
        "done": "done" in request.GET,
        "marketplaces": marketplaces,
        "lost_orders": shown,
        "answers": {each.id: answer_in_words(each, now=now) for each in shown},
        "more": shown[-1].id if len(found) > PER_PAGE else None,
    }
    return page(request, "lost_orders.html", facts, status=form.status)


def _time_in(zone: str, text: str) -> datetime | None:
    """The time that a buyer reads at the marketplace, in its zone; browsers without a field for times send any text."""
    text = text.strip().replace("/", "-")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(_("Write the time as 2026-11-23 18:05."), field="ordered_at") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
