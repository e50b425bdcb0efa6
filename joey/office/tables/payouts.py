"""Payouts: decided here, tried and answered by the bank."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.kit import clock
from joey.money.money import EXPONENTS
from joey.office.columns import NOTHING
from joey.office.filters import InWords, OneOf
from joey.office.findings import FINDINGS, ask_finding
from joey.office.read_only import WithReason, each, each_with_reason, money_text, once, operator
from joey.office.site import office
from joey.office.words import in_words
from joey.payouts import decide
from joey.payouts.by_rule import left_to_the_rule, to_decide, with_rule
from joey.payouts.holds import place_hold
from joey.payouts.licensed_channels import channel_of, recorded_channel
from joey.payouts.models import Payout
from joey.payouts.office_lists import with_approvers
from joey.payouts.open_questions import transfer_of
from joey.payouts.queries import AttemptRow, attempts_of, details_of
from joey.payouts.resolve import resolve


class WaitsFor(admin.SimpleListFilter):
    """Requested payouts by what they wait for: operators, or the rule that approves small ones."""

    title = _("Waits")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return (("to-decide", _("for you to decide")), ("rule", _("for the rule, within a minute")))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = {"to-decide": to_decide, "rule": left_to_the_rule}
        wish = self.value()
        return chosen[wish](queryset) if wish in chosen else queryset


class OfCurrency(OneOf):
    """In one of the currencies that Joey knows."""

    heading = _("Currency")

    def options(self) -> Iterable[str]:
        return EXPONENTS


@admin.register(Payout, site=office)
class Payouts(WithReason):
    heading = _("Payouts")
    named_by = ("shop_slug", "amount")
    texts = ("details", "reason")
    list_display = ("shop_slug", "amount", "progress", "holder_name", "account", "approved_by", "requested_at", "why")
    list_filter = (WaitsFor, ("state", InWords), ("currency", OfCurrency))
    list_select_related = ("shop", "decided_by")
    search_fields = ("shop__slug",)
    ordering = ("-id",)
    actions = ("approve", "refuse", "hold", "resolve")
    fields = (
        "shop_slug", "amount", "progress", "why", "rail", "channel", "holder_name", "account", "bank_code",
        "requested_at", "approved_by", "decided", "decided_at", "finished_at", "attempts",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_rule(with_approvers(super().get_queryset(request)))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who decided is said where the approvals do not say it."""
        fields = super().get_fields(request, obj)
        if obj is None or obj.state == Payout.State.REFUSED or self.decided(obj) not in self.approved_by(obj):
            return fields
        return [each for each in fields if each != "decided"]

    @admin.action(description=_("Approve these"))
    def approve(self, request: HttpRequest, chosen: Iterable[Payout]) -> HttpResponse | None:
        now = clock.now()
        each(request, chosen, lambda payout: decide.approve(payout, by=operator(request), now=now))
        return None

    @admin.action(description=_("Refuse these…"))
    def refuse(self, request: HttpRequest, chosen: Iterable[Payout]) -> HttpResponse | None:
        now, by = clock.now(), operator(request)
        return each_with_reason(
            self, request, chosen, lambda payout, reason: decide.refuse(payout, by=by, reason=reason, now=now),
            action="refuse", title=gettext("Refuse these payouts"),
            about=gettext("The money is available again."), keeper_reads=True,
        )  # fmt: skip

    @admin.action(description=_("Hold these…"))
    def hold(self, request: HttpRequest, chosen: Iterable[Payout]) -> HttpResponse | None:
        now, by = clock.now(), operator(request)

        def place(payout: Payout, reason: str) -> object:
            return place_hold(payout.shop, payout=payout, reason=reason, by=by, now=now)

        return each_with_reason(
            self, request, chosen, place, action="hold", title=gettext("Hold these payouts"),
            about=gettext("Only these are held, not the shop. What was sent already is not stopped."),
            keeper_reads=True,
        )  # fmt: skip

    @admin.action(description=_("Write down that something else became of these…"))
    def resolve(self, request: HttpRequest, chosen: Iterable[Payout]) -> HttpResponse | None:
        def find(payout: Payout, found: dict[str, Any]) -> bool:
            return resolve(transfer_of(payout), **found).carried_out

        return ask_finding(self, request, chosen, FINDINGS, find)

    @admin.display(description=_("Shop"))
    def shop_slug(self, payout: Payout) -> str:
        return payout.shop.slug

    @admin.display(description=_("Amount"), ordering="amount_minor")
    def amount(self, payout: Payout) -> str:
        return money_text(payout.amount_minor, payout.currency)

    @admin.display(description=_("Account holder"))
    def holder_name(self, payout: Payout) -> str:
        details = details_of(payout)
        return details.holder_name if details else gettext("erased")

    @admin.display(description=_("Account"))
    def account(self, payout: Payout) -> str:
        details = details_of(payout)
        return details.masked_account if details else NOTHING

    @admin.display(description=_("Licensed channel"))
    def channel(self, payout: Payout) -> str:
        files = [each.file for each in once(payout, "attempts_made", lambda: attempts_of(payout))]
        sent = once(payout, "sent_through", lambda: recorded_channel(files))
        return sent or channel_of(payout.currency) or NOTHING

    @admin.display(description=_("Bank code"))
    def bank_code(self, payout: Payout) -> str:
        details = details_of(payout)
        return (details.bank_code if details else "") or NOTHING

    @admin.display(description=_("State"), ordering="state")
    def progress(self, payout: Any) -> str:
        if payout.left_to_the_rule:
            return gettext("Requested, approved by rule within a minute")
        if payout.state == Payout.State.REQUESTED:
            return gettext("Requested, to be decided")
        return str(in_words("payout.state", payout.state))

    @admin.display(description=_("Approved by"))
    def approved_by(self, payout: Any) -> str:
        return payout.approvers or (gettext("By rule") if payout.approvals_needed == 0 else NOTHING)

    @admin.display(description=_("Decided by"))
    def decided(self, payout: Any) -> str:
        if payout.decided_by:
            return str(payout.decided_by.contact)
        if payout.state == Payout.State.REFUSED:
            return gettext("By the checks before sending")
        return gettext("By rule") if payout.approvals_needed == 0 else "–"

    @admin.display(description=_("Attempts"))
    def attempts(self, payout: Payout) -> SafeString:
        return _attempts(once(payout, "attempts_made", lambda: attempts_of(payout)))


def _attempts(attempts: list[AttemptRow]) -> SafeString:
    return render_to_string("office/attempts.html", {"attempts": attempts})
