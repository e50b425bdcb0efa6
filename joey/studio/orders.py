"""Orders in words, and for each order and click why it earned or why not."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_safe

from joey.commissions.queries import has_other_rate, newest_first, order_of, orders_of, own_purchases
from joey.insight.explain_pieces import pieces_in_words
from joey.insight.explain_waiting import day_in_words, waiting_in_short
from joey.insight.trace import click_trace, order_trace
from joey.kit import clock
from joey.kit.refusals import NotFound, Refusal
from joey.kit.zone import month_begin
from joey.orders.appeal_line import appeal_line
from joey.orders.disputes import disputed_line
from joey.sharing.queries import clicks_of
from joey.shops.connected import locks_rate
from joey.studio.access import keeper_only, list_before, own_shop, page
from joey.studio.forms import AppealForm

ORDERS_PER_PAGE = 40


@keeper_only
@require_safe
def orders(request: HttpRequest, slug: str) -> HttpResponse:
    """Page by page as they were first reported, which is minutes after they were paid; each page by its own dates."""
    shop = own_shop(request, slug)
    now, only_cut = clock.now(), request.GET.get("cut") == "month"
    since = month_begin(now) if only_cut else None
    found = orders_of(shop.id, limit=ORDERS_PER_PAGE + 1, before=list_before(request), below_since=since)
    more = found[ORDERS_PER_PAGE - 1].id if len(found) > ORDERS_PER_PAGE else None
    shown = newest_first(found[:ORDERS_PER_PAGE])
    waiting = {line.id: waiting_in_short(line, now=now) for line in shown}
    facts = {
        "shop": shop,
        "tab": "orders",
        "now": now,
        "orders": shown,
        "pieces": {line.id: pieces_in_words(line) for line in shown},
        "waiting": waiting,
        "own_purchases": own_purchases(shop.id, shown),
        "only_cut": only_cut,
        "more": more,
    }
    return page(request, "orders.html", facts)


@keeper_only
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, slug: str, line_id: UUID) -> HttpResponse:
    """One order in words. A POST is an appeal against what its marketplace made of it."""
    shop = own_shop(request, slug)
    now = clock.now()
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            held = order_of(shop.id, line_id)
            on_hold = bool(held and held.held)
            appeal_line(shop, line_id, text=form.cleaned_data["text"], now=now, on_hold=on_hold)
            return HttpResponseRedirect(f"/studio/{slug}/orders/{line_id}#appeal")
        except NotFound:
            raise
        except Refusal as refusal:
            form.take(refusal)
    trace = order_trace(shop, line_id, now=now)
    line = order_of(shop.id, line_id)
    facts = {
        "shop": shop,
        "tab": "orders",
        "now": now,
        "line": line,
        "is_own_purchase": bool(line and own_purchases(shop.id, [line])),
        "pieces": pieces_in_words(line) if line else "",
        "trace": trace,
        "due": day_in_words(line, now=now) if line else None,
        "rate_changed": bool(line and has_other_rate(line) and not locks_rate(line.marketplace)),
        "form": form,
        "disputed": disputed_line(shop.id, line_id, on_hold=bool(line and line.held)),
    }
    return page(request, "order.html", facts, status=form.status)


@keeper_only
@require_safe
def visits(request: HttpRequest, slug: str) -> HttpResponse:
    """Every click on the shop's links, by people and others, each with its trace."""
    shop = own_shop(request, slug)
    found = clicks_of(shop, limit=60, cursor=request.GET.get("cursor") or None)
    return page(request, "visits.html", {"shop": shop, "tab": "share", "now": clock.now(), "visits": found})


@keeper_only
@require_safe
def visit(request: HttpRequest, slug: str, click_id: UUID) -> HttpResponse:
    shop = own_shop(request, slug)
    now = clock.now()
    facts = {
        "shop": shop,
        "tab": "share",
        "now": now,
        "line": None,
        "is_own_purchase": False,
        "rate_changed": False,
        "trace": click_trace(shop, click_id, now=now),
    }
    return page(request, "order.html", facts)
