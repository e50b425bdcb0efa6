"""The keeper's first pages: open a shop, choose one, see today and the next step."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from joey.insight.queries import Today, today_of
from joey.kit import clock
from joey.kit.refusals import Refusal
from joey.kit.text import sentences
from joey.kit.zone import midnight
from joey.ledger.queries import balances_of
from joey.orders.settled_shops import has_settled
from joey.payouts.licensed_channels import reasons_off
from joey.payouts.payee_pause import why_paused
from joey.payouts.queries import currencies_in_progress, payee_of
from joey.people.own_tokens import revoke_token_of, tokens_of
from joey.people.tokens import DAYS, make_token
from joey.sharing.file_position import steps_left
from joey.shops.discoverable import front_state
from joey.shops.models import Shop
from joey.shops.open_shop import describe_shop_and_keeper, open_shop
from joey.shops.own_account import paid_directly
from joey.shops.queries import shops_of
from joey.studio.access import form_of, keeper, keeper_only, own_shop, page, wants_fresh_code
from joey.studio.forms import TOKEN_DAYS, TOKEN_SCOPES, DescribeShopForm, OpenShopForm, TokenForm


@keeper_only
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Straight to the one shop, to a choice between several, or to opening the first."""
    shops = shops_of(keeper(request))
    if len(shops) == 1:
        return HttpResponseRedirect(f"/studio/{shops[0].slug}/")
    if not shops:
        return HttpResponseRedirect("/studio/open")
    return page(request, "shops.html", {"shops": shops})


@keeper_only
@require_http_methods(["GET", "HEAD", "POST"])
def open_one(request: HttpRequest) -> HttpResponse:
    """One screen: name, address, a line about it."""
    form = OpenShopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            shop = open_shop(
                keeper(request),
                slug=given["slug"].strip().lower(),  # phones begin with a capital
                name=given["name"],
                intro=given["intro"],
                now=clock.now(),
            )
            return HttpResponseRedirect(f"/studio/{shop.slug}/")
        except Refusal as refusal:
            form.take(refusal)
    return page(request, "open.html", {"form": form, "shops": shops_of(keeper(request))}, status=form.status)


@keeper_only
@require_safe
def home(request: HttpRequest, slug: str) -> HttpResponse:
    shop = own_shop(request, slug)
    now = clock.now()
    today = today_of(shop.id, since=midnight(now))
    balances = balances_of(shop.id)
    in_progress = currencies_in_progress(shop)
    off = reasons_off(balances)
    has_money = any(
        each.available.minor > 0 for currency, each in balances.items() if currency not in {*in_progress, *off}
    )
    payee = payee_of(shop)
    paused = why_paused(payee.usable_from, now) if payee else ""
    facts = {
        "shop": shop,
        "tab": "home",
        "now": now,
        "today": today,
        "direct": today.has_directly_paid or paid_directly(shop),
        "balances": balances,
        "in_progress": in_progress,
        "off": off,
        "steps_left": steps_left(shop),
        "front": front_state(shop, now=now, has_settled=has_settled()),
        "step": next_step(shop, today, has_money=has_money, has_payee=payee is not None, paused=paused),
        "many": len(shops_of(keeper(request))) > 1,
    }
    return page(request, "home.html", facts)


def next_step(shop: Shop, today: Today, *, has_money: bool, has_payee: bool, paused: str) -> tuple[object, object, str]:
    """(what to do, why, where): one thing at a time. `paused` says from when on new payout details can be paid to."""
    studio = f"/studio/{shop.slug}"
    if not today.listings:
        return (
            _("Pick your first goods"),
            _("A shop begins with three things you would tell a friend about."),
            f"{studio}/pick",
        )
    if not today.links:
        return (_("Share something"), _("Make a poster or a link; each one is counted by itself."), f"{studio}/share")
    if has_money and not has_payee:
        return (
            _("Enter your payout details"),
            _("New details wait 72 hours before the first payout, so enter them in good time."),
            f"{studio}/payout-details",
        )
    if has_money and paused:
        return (_("Pick and share more"), sentences(_("Money is available."), paused), f"{studio}/pick")
    if has_money:
        return (_("Request a payout"), _("Money is available."), f"{studio}/payout")
    return (_("Pick and share more"), _("Pages with a few fresh things are opened more often."), f"{studio}/pick")


@keeper_only
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Name, line and keeper's name; API tokens; signing out."""
    shop = own_shop(request, slug)
    person = keeper(request)
    now = clock.now()
    form = DescribeShopForm(request.POST or {"name": shop.name, "intro": shop.intro, "keeper": person.name})
    done = False
    if request.method == "POST" and form.is_valid():
        try:
            describe_shop_and_keeper(shop, person, now=now, **form.cleaned_data)
            done = True
        except Refusal as refusal:
            form.take(refusal)
    return _settings(request, shop, form=form, done=done, status=form.status)


@keeper_only
@form_of("settings")
def tokens(request: HttpRequest, slug: str) -> HttpResponse:
    """Make an API token for this shop, shown once, or end one.

    A program sends no codes, so making its token takes a fresh one: a token for money moves it, and any reads much.
    """
    shop = own_shop(request, slug)
    person = keeper(request)
    now = clock.now()
    form = TokenForm(request.POST)
    made = ""
    if form.is_valid():
        given = form.cleaned_data
        if given["do"] == "make":
            if (confirm_first := wants_fresh_code(request, now, back=f"/studio/{slug}/settings")) is not None:
                return confirm_first
            try:
                made = make_token(person, shop.id, scopes=given["scopes"], days=given["days"] or DAYS, now=now)
            except Refusal as refusal:
                form.take(refusal)
        elif given["token_id"]:
            revoke_token_of(person, given["token_id"], now=now)
    shown = DescribeShopForm({"name": shop.name, "intro": shop.intro, "keeper": person.name})
    return _settings(request, shop, form=shown, made=made, token_problems=form.errors, status=form.status)


def _settings(request: HttpRequest, shop: Shop, *, status: int, **facts: object) -> HttpResponse:
    now = clock.now()
    shown: dict[str, object] = {"done": False, "made": "", "token_problems": {}} | facts
    known = {
        "shop": shop,
        "tab": "",
        "now": now,
        "tokens": tokens_of(keeper(request), shop.id, now=now),
        "scopes": TOKEN_SCOPES,
        "may": {scope.value: text for scope, text in TOKEN_SCOPES},
        "days": TOKEN_DAYS,
        "usual_days": DAYS,
    }
    return page(request, "settings.html", known | shown, status=status)
