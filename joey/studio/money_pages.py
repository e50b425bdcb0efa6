"""What was earned, when it can be paid, where it goes, and each payout's way."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_safe

from joey.commissions.queries import cut_costs, newest_first, orders_of
from joey.insight.explain_waiting import waiting_in_short
from joey.kit import clock
from joey.kit.ids import new_code
from joey.kit.refusals import NotFound, Refusal
from joey.ledger.queries import balances_of
from joey.money.money import Money, read_amount
from joey.payouts.cancel_payout import cancel_payout
from joey.payouts.floors import floors, missing_for
from joey.payouts.licensed_channels import channel_of, reasons_off
from joey.payouts.payee import set_payee
from joey.payouts.payee_pause import why_paused
from joey.payouts.queries import PayeeErased, currencies_in_progress, payee_of, payouts_of
from joey.payouts.queries import payout_details as details_of
from joey.payouts.request_payout import check_request, request_payout
from joey.shops.models import Shop
from joey.studio.access import form_of, keeper, keeper_only, own_shop, page, wants_fresh_code
from joey.studio.forms import CancelPayoutForm, PayeeForm, PayoutForm


@keeper_only
@require_safe
def earnings(request: HttpRequest, slug: str) -> HttpResponse:
    shop = own_shop(request, slug)
    now = clock.now()
    found = newest_first(orders_of(shop.id, limit=100))
    lines = [line for line in found if line.commission_state]
    waiting = {line.id: waiting_in_short(line, now=now) for line in lines}
    balances = balances_of(shop.id)
    facts = {
        "shop": shop,
        "tab": "money",
        "now": now,
        "balances": balances,
        "in_progress": currencies_in_progress(shop),
        "off": reasons_off(balances),
        "cut_costs": cut_costs(shop.id, now=now),
        "lines": lines,
        "waiting": waiting,
        "direct": [line for line in found if line.is_paid_by_marketplace],
    }
    return page(request, "earnings.html", facts)


@keeper_only
@require_http_methods(["GET", "HEAD", "POST"])
def payout(request: HttpRequest, slug: str) -> HttpResponse:
    """Request a payout: first the amount and where it goes are shown, and what cannot be requested is refused; the
    key in the form makes a double tap on the confirmation one payout.
    """
    shop = own_shop(request, slug)
    now = clock.now()
    form = PayoutForm(request.POST or None)
    if request.method == "POST":
        if (confirm_first := wants_fresh_code(request, now)) is not None:
            return confirm_first
        if form.is_valid():
            try:
                amount = read_amount(form.cleaned_data["amount"], form.cleaned_data["currency"])
                if not form.cleaned_data["confirmed"]:
                    check_request(shop, amount=amount, now=now)
                    return page(request, "confirm_payout.html", _to_confirm(shop, form, amount, now))
                request_payout(shop, amount=amount, idempotency_key=f"studio-{form.cleaned_data['key']}", now=now)
                return HttpResponseRedirect(f"/studio/{slug}/payout?done=requested")
            except Refusal as refusal:
                form.take(refusal)
    facts = {**_payout_facts(shop, form, now), "done": request.GET.get("done", "")}
    return page(request, "payout.html", facts, status=form.status)


@keeper_only
@form_of("payout")
def cancel(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a payout back that still waits."""
    shop = own_shop(request, slug)
    now = clock.now()
    form = CancelPayoutForm(request.POST)
    if form.is_valid():
        try:
            cancel_payout(shop, form.cleaned_data["payout_id"], by=keeper(request), now=now)
            return HttpResponseRedirect(f"/studio/{slug}/payout?done=cancelled")
        except Refusal as refusal:
            form.take(refusal)
    return page(request, "payout.html", _payout_facts(shop, form, now), status=form.status)


@keeper_only
@require_http_methods(["GET", "HEAD", "POST"])
def payout_details(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the money goes. A change rests for 72 hours."""
    shop = own_shop(request, slug)
    now = clock.now()
    if (confirm_first := wants_fresh_code(request, now)) is not None:
        return confirm_first
    form = PayeeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_payee(shop, now=now, **form.cleaned_data)
            return HttpResponseRedirect(f"/studio/{slug}/payout?done=details")
        except Refusal as refusal:
            form.take(refusal)
    facts = {"shop": shop, "tab": "money", "now": now, "form": form, "payee": payee_of(shop)}
    return page(request, "payout_details.html", facts, status=form.status)


def _to_confirm(shop: Shop, form: PayoutForm, amount: Money, now: datetime) -> dict[str, object]:
    return {"shop": shop, "tab": "money", "amount": amount, "key": form.cleaned_data["key"], "payee": payee_of(shop),
            "channel": channel_of(amount.currency), "now": now}  # fmt: skip


def _payout_facts(shop: Shop, form: PayoutForm | CancelPayoutForm, now: datetime) -> dict[str, object]:
    balances = balances_of(shop.id)
    smallest = floors(shop, balances, now)
    payable = {code: each for code, each in balances.items() if each.available.minor > 0 and code in smallest}
    return {
        "shop": shop,
        "tab": "money",
        "now": now,
        "form": form,
        **_where_it_goes(shop, now),
        "balances": balances,
        "payable": payable,
        "floors": smallest,
        "missing": {code: missing_for(smallest[code], balance) for code, balance in payable.items()},
        "in_progress": currencies_in_progress(shop),
        "off": reasons_off(balances),
        "channels": {code: channel_of(code) for code in payable},
        "payouts": payouts_of(shop),
        "key": form.data.get("key") or new_code(16),
        "done": "",
    }


def _where_it_goes(shop: Shop, now: datetime) -> dict[str, object]:
    """The payout details and, while they are new, why they wait; once they were erased, a sentence that says so."""
    try:
        payee = details_of(shop)
    except PayeeErased as erased:
        return {"payee": None, "paused": "", "erased": erased.text}
    except NotFound:
        return {"payee": None, "paused": "", "erased": ""}
    return {"payee": payee, "paused": why_paused(payee.usable_from, now), "erased": ""}
