"""A keeper's own accounts at marketplaces: what is connected, and the forms that connect, replace and remove them."""

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from joey.kit import clock
from joey.kit.refusals import NotFound, Refusal
from joey.kit.strict_form import StrictForm
from joey.marketplaces.manifest_shape import Manifest
from joey.orders.queries import reading_troubles
from joey.sharing.connect_own_account import connect_own_account, remove_own_account
from joey.sharing.own_accounts import OwnAccountState, own_accounts
from joey.shops.models import Shop
from joey.studio.access import keeper, keeper_only, own_shop, page, wants_fresh_code

LONGEST = 2000


@dataclass(frozen=True)
class AccountForm:
    """One marketplace on the page: the account that is connected there, if any, and the form."""

    state: OwnAccountState
    form: StrictForm
    unread: str  # why its orders were not read the last time


@keeper_only
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def own_accounts_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Every marketplace at which an account can be connected. What was typed is never in the page again."""
    shop = own_shop(request, slug)
    if (confirm_first := wants_fresh_code(request, clock.now())) is not None:
        return confirm_first
    states = own_accounts(shop)
    sent, status = {}, 200
    if request.method == "POST":
        state = next((each for each in states if each.code == request.POST.get("marketplace")), None)
        if state is None:
            raise NotFound(_("No account of your own can be connected there."))
        form = _form(state.manifest, request)
        done = _do(request, shop, state, form)
        if done:
            return HttpResponseRedirect(f"/studio/{slug}/accounts?done={done}")
        sent, status = {state.code: form}, form.status
    unread = reading_troubles([each.own_code for each in states if each.own_code])
    facts = {
        "shop": shop,
        "tab": "",
        "now": clock.now(),
        "accounts": [
            AccountForm(each, sent.get(each.code) or _form(each.manifest), unread.get(each.own_code, ""))
            for each in states
        ],
        "done": request.GET.get("done"),
    }
    return page(request, "own_accounts.html", facts, status=status)


def _do(request: HttpRequest, shop: Shop, state: OwnAccountState, form: StrictForm) -> str:
    """What was done; "" where the form says why not."""
    if not form.is_valid():
        return ""
    given = dict(form.cleaned_data)
    asked, _marketplace, position = given.pop("do"), given.pop("marketplace"), given.pop("position")
    try:
        if asked == "remove":
            remove_own_account(shop, state.code, by=keeper(request), now=clock.now())
            return "removed"
        connect_own_account(shop, state.code, given, position=position, by=keeper(request), now=clock.now())
    except Refusal as refusal:
        form.take(refusal)
        return ""
    return "connected"


def _form(manifest: Manifest, request: HttpRequest | None = None) -> StrictForm:
    """What the marketplace asks for. The verb says which of it is missing, so that removing needs none of it."""
    fields: dict[str, forms.Field] = {
        each.name: forms.CharField(label=str(each.label.text), max_length=LONGEST, required=False)
        for each in manifest.own_account
    }
    fields["position"] = forms.CharField(
        label=_("Position of your links (optional)"),
        max_length=80,
        required=False,
        help_text=_("Only orders through this position come in here. Left empty, one is made where your account can."),
    )
    fields["do"] = forms.ChoiceField(choices=[("connect", "connect"), ("remove", "remove")])
    fields["marketplace"] = forms.CharField(max_length=64)
    made = type("OwnAccountForm", (StrictForm,), fields)
    form: StrictForm = made(request.POST if request else None)
    return form
