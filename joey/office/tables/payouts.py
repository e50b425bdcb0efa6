"""Payouts: decided here, tried and answered by the bank; the files that carried them, and the holds on them."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.kit import clock
from joey.money.money import EXPONENTS
from joey.office.fresh_code import fresh_code_first
from joey.office.read_only import OneOf, ReadOnly, WithReason, ask_reason, each, money_text, once, operator
from joey.office.site import office
from joey.payouts import decide
from joey.payouts.holds import release_hold
from joey.payouts.models import (
    Payout,
    PayoutApproval,
    PayoutFile,
    PayoutHold,
    PayoutHoldClosing,
    PayoutPause,
    PayoutPauseEnding,
)
from joey.payouts.pause import end_pause
from joey.payouts.queries import attempts_of, details_of


class Ended(admin.SimpleListFilter):
    """Holds and pauses that have ended, or those in force: an ending is a row of its own."""

    title = _("Ended")
    parameter_name = "ended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return (("no", _("No")), ("yes", _("Yes")))

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() in ("no", "yes"):
            return queryset.filter(ended_at__isnull=self.value() == "no")
        return queryset


class OfCurrency(OneOf):
    """In one of the currencies that Joey knows."""

    heading = _("Currency")

    def options(self) -> Iterable[str]:
        return EXPONENTS


@admin.register(Payout, site=office)
class Payouts(WithReason):
    texts = ("details", "reason")
    list_display = ("shop_slug", "amount", "state", "holder_name", "account", "approved_by", "requested_at", "why")
    list_filter = ("state", ("currency", OfCurrency))
    list_select_related = ("shop",)
    search_fields = ("shop__slug",)
    ordering = ("-id",)
    actions = ("approve", "refuse")
    fields = (
        "shop_slug", "amount", "state", "why", "rail", "holder_name", "account", "bank_code", "requested_at",
        "approved_by", "decided_by", "decided_at", "finished_at", "attempts",
    )  # fmt: skip

    @admin.action(description=_("Approve these"))
    def approve(self, request: HttpRequest, chosen: Iterable[Payout]) -> HttpResponse | None:
        now = clock.now()
        if (first := fresh_code_first(request, now)) is not None:
            return first
        each(request, chosen, lambda payout: decide.approve(payout, by=operator(request), now=now))
        return None

    @admin.action(description=_("Refuse these…"))
    def refuse(self, request: HttpRequest, chosen: Iterable[Payout]) -> HttpResponse | None:
        now = clock.now()
        if (first := fresh_code_first(request, now)) is not None:
            return first
        reason = request.POST.get("reason")
        if reason is None:
            return ask_reason(
                self, request, chosen, action="refuse", title=gettext("Refuse these payouts"),
                about=gettext("The money is available again. The shopkeeper reads the reason."),
            )  # fmt: skip
        each(
            request,
            chosen,
            lambda payout: decide.refuse(payout, by=operator(request), reason=reason, now=now),
        )
        return None

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
    def approved_by(self, payout: Payout) -> str:
        return once(payout, "approved", lambda: _approved_by(payout))

    @admin.display(description=_("Attempts"))
    def attempts(self, payout: Payout) -> SafeString:
        return once(payout, "attempts", lambda: _attempts(payout))


@admin.register(PayoutFile, site=office)
class PayoutFiles(ReadOnly):
    list_display = ("message_id", "file_format", "currency", "made_at", "withdrawn_at", "answered_at", "problems")
    list_filter = (("problems", admin.EmptyFieldListFilter), ("answered_at", admin.EmptyFieldListFilter))
    ordering = ("-id",)
    fields = (
        "message_id", "rail", "rail_account", "file_format", "currency", "made_at", "withdrawn_at", "asked_at",
        "answered_at", "problems",
    )  # fmt: skip


@admin.register(PayoutHold, site=office)
class PayoutHolds(WithReason):
    list_display = ("shop_slug", "whole_shop", "cause", "why", "placed_at", "ended_at")
    list_filter = (Ended, "cause")
    list_select_related = ("shop",)
    ordering = ("-id",)
    actions = ("release",)
    fields = ("shop_slug", "whole_shop", "cause", "why", "placed_by", "placed_at", "ended_at")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PayoutHold]":
        closing = PayoutHoldClosing.objects.filter(hold=OuterRef("pk"))
        rows: QuerySet[PayoutHold] = super().get_queryset(request)
        return rows.annotate(ended_at=Subquery(closing.values("closed_at")))

    @admin.action(description=_("Release these"))
    def release(self, request: HttpRequest, chosen: Iterable[PayoutHold]) -> None:
        now = clock.now()
        each(request, chosen, lambda hold: release_hold(hold, by=operator(request), now=now))

    @admin.display(description=_("Shop"))
    def shop_slug(self, hold: PayoutHold) -> str:
        return hold.shop.slug

    @admin.display(description=_("All payouts of the shop"), boolean=True)
    def whole_shop(self, hold: PayoutHold) -> bool:
        return hold.payout_id is None

    @admin.display(description=_("Ended"))
    def ended_at(self, hold: Any) -> Any:
        return hold.ended_at


@admin.register(PayoutPause, site=office)
class PayoutPauses(WithReason):
    list_display = ("placed_at", "why", "ended_at", "ended")
    list_filter = (Ended,)
    ordering = ("-id",)
    actions = ("resume",)
    fields = ("why", "placed_by", "placed_at", "ended_at", "ended")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PayoutPause]":
        ending = PayoutPauseEnding.objects.filter(pause=OuterRef("pk"))
        rows: QuerySet[PayoutPause] = super().get_queryset(request)
        return rows.annotate(
            ended_at=Subquery(ending.values("ended_at")),
            ended_by_contact=Subquery(ending.values("ended_by__email")),
        )  # fmt: skip

    @admin.action(description=_("Resume payouts"))
    def resume(self, request: HttpRequest, chosen: Iterable[PayoutPause]) -> HttpResponse | None:
        now = clock.now()
        if (first := fresh_code_first(request, now)) is not None:
            return first
        each(request, chosen, lambda pause: end_pause(pause, now=now, by=operator(request)))
        return None

    @admin.display(description=_("Ended by"))
    def ended(self, pause: Any) -> str:
        return pause.ended_by_contact or "–"

    @admin.display(description=_("Ended"))
    def ended_at(self, pause: Any) -> Any:
        return pause.ended_at


def _approved_by(payout: Payout) -> SafeString:
    approvals = PayoutApproval.objects.select_related("operator").filter(payout=payout).order_by("id")
    return format_html_join(", ", "{}", ((approval.operator.contact,) for approval in approvals)) or SafeString("–")


def _attempts(payout: Payout) -> SafeString:
    return render_to_string("office/attempts.html", {"attempts": attempts_of(payout)})
