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
from joey.office.filters import InWords, OneOf
from joey.office.read_only import WithReason, each, each_with_reason, money_text, once, operator
from joey.office.site import office
from joey.payouts import decide
from joey.payouts.models import Payout
from joey.payouts.office_lists import with_approvers
from joey.payouts.queries import attempts_of, details_of


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
    list_display = ("shop_slug", "amount", "state", "holder_name", "account", "approved_by", "requested_at", "why")
    list_filter = (("state", InWords), ("currency", OfCurrency))
    list_select_related = ("shop",)
    search_fields = ("shop__slug",)
    ordering = ("-id",)
    actions = ("approve", "refuse")
    fields = (
        "shop_slug", "amount", "state", "why", "rail", "holder_name", "account", "bank_code", "requested_at",
        "approved_by", "decided_by", "decided_at", "finished_at", "attempts",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_approvers(super().get_queryset(request))

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
            about=gettext("The money is available again. The shopkeeper reads the reason."),
        )  # fmt: skip

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
        return details.masked_account if details else "–"

    @admin.display(description=_("Bank code"))
    def bank_code(self, payout: Payout) -> str:
        details = details_of(payout)
        return details.bank_code if details else "–"

    @admin.display(description=_("Approved by"))
    def approved_by(self, payout: Any) -> str:
        return payout.approvers or "–"

    @admin.display(description=_("Attempts"))
    def attempts(self, payout: Payout) -> SafeString:
        return once(payout, "attempts", lambda: _attempts(payout))


def _attempts(payout: Payout) -> SafeString:
    return render_to_string("office/attempts.html", {"attempts": attempts_of(payout)})
