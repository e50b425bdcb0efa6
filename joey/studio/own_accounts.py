"""A keeper's own accounts at marketplaces: what is connected, and a page per marketplace to connect or remove one."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from joey.kit import clock
from joey.kit.refusals import NotFound, Refusal
from joey.kit.strict_form import StrictForm
from joey.marketplaces.manifest_shape import Manifest
from joey.orders.queries import reading_troubles
from joey.sharing.connect_own_account import connect_own_account, problem_of, remove_own_account
from joey.sharing.own_accounts import OwnAccountState, own_accounts
from joey.shops.models import Shop
from joey.studio.access import keeper, keeper_only, own_shop, page, wants_fresh_code


class OwnAccountForm(StrictForm):
    """What the marketplace asks for, every problem with it at once. No browser cuts a value that is too long."""

    def __init__(self, manifest: Manifest, request: HttpRequest) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        self.asked = manifest.own_account
        for each in self.asked:
            label = str(each.label.text) if each.is_needed else _("%s (optional)") % each.label.text
            self.fields[each.name] = forms.CharField(label=label, help_text=str(each.hint.text), required=False)
        self.fields["position"] = forms.CharField(
            label=_("Position of this shop (optional)"),
            max_length=80,
            required=False,
            help_text=_(
                "Links of this shop go by it, and only orders that came by it are shown here: what you share elsewhere"
                " stays out. Leave it empty, and one is made where your account can."
            ),
        )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        for each in self.asked:
            if each.name in cleaned and (problem := problem_of(each, cleaned[each.name])):
                self.add_error(each.name, forms.ValidationError(str(problem)))
        return cleaned


@keeper_only
@require_safe
def own_accounts_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Every marketplace at which an account can be connected, with the one that is."""
    shop = own_shop(request, slug)
    if (confirm_first := wants_fresh_code(request, clock.now())) is not None:
        return confirm_first
    states = own_accounts(shop)
    facts = {**_facts(shop, states), "accounts": states, "done": request.GET.get("done")}
    return page(request, "own_accounts.html", facts)


@keeper_only
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def own_account_page(request: HttpRequest, slug: str, marketplace: str) -> HttpResponse:
    """The form that connects an account, or replaces what is kept of it. No secret is ever in the page again."""
    shop = own_shop(request, slug)
    if (confirm_first := wants_fresh_code(request, clock.now())) is not None:
        return confirm_first
    state = _state(shop, marketplace)
    form = OwnAccountForm(state.manifest, request)
    if form.is_valid():
        given = dict(form.cleaned_data)
        try:
            connect_own_account(
                shop, marketplace, given, position=given.pop("position"), by=keeper(request), now=clock.now()
            )
            return HttpResponseRedirect(f"/studio/{slug}/accounts?done=connected")
        except Refusal as refusal:
            form.take(refusal)
    facts = {**_facts(shop, [state]), "each": state, "form": form}
    return page(request, "own_account.html", facts, status=form.status)


@keeper_only
@require_http_methods(["GET", "HEAD", "POST"])
def remove_own_account_page(request: HttpRequest, slug: str, marketplace: str) -> HttpResponse:
    """Asks before what is kept of an account is destroyed."""
    shop = own_shop(request, slug)
    if (confirm_first := wants_fresh_code(request, clock.now())) is not None:
        return confirm_first
    state = _state(shop, marketplace)
    if not state.account:
        raise NotFound(_("No account of your own is connected there."))
    if request.method == "POST":
        remove_own_account(shop, marketplace, by=keeper(request), now=clock.now())
        return HttpResponseRedirect(f"/studio/{slug}/accounts?done=removed")
    return page(request, "remove_own_account.html", {**_facts(shop, [state]), "each": state})


def _state(shop: Shop, marketplace: str) -> OwnAccountState:
    state = next((each for each in own_accounts(shop) if each.code == marketplace), None)
    if state is None:
        raise NotFound(_("No account of your own can be connected there."))
    return state


def _facts(shop: Shop, states: list[OwnAccountState]) -> dict[str, object]:
    """For each of the pages. `unread`: why the orders of an account were not read the last time."""
    unread = reading_troubles([each.own_code for each in states if each.own_code])
    return {"shop": shop, "tab": "", "now": clock.now(), "unread": unread}
