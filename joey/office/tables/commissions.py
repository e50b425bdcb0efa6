"""Commissions, and the holds that keep one from being paid."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.commissions.holds import place_hold, release_hold
from joey.commissions.holds_in_force import read_part
from joey.commissions.models import Commission, Hold, QuarantinedLine
from joey.commissions.office_lists import having_closed, having_no_other_list, in_state, with_closing
from joey.commissions.retry_quarantined import retry_quarantined
from joey.kit import clock
from joey.office.asked_field import AskedField
from joey.office.columns import NOTHING, time_text
from joey.office.filters import InWords, OfMarketplace, YesNo
from joey.office.read_only import ReadOnly, WithReason, ask_reason, each, each_with_reason, money_text, operator
from joey.office.site import office
from joey.office.words import actor_in_words, in_words


class InState(admin.SimpleListFilter):
    """By state. A generated column declares no choices, and without them the admin would read the whole table."""

    title = _("State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(in_words("commission.state", value))) for value in Commission.State.values]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wish = self.value()
        return in_state(queryset, wish) if wish in Commission.State.values else queryset


@admin.register(Commission, site=office)
class Commissions(ReadOnly):
    heading = _("Commissions")
    named_by = ("order", "amount")
    list_display = ("order", "shop_slug", "amount", "status", "settled", "payable_on", "earned_at")
    list_filter = (InState, ("settled", YesNo), ("marketplace", OfMarketplace))
    list_select_related = ("shop", "order_line")
    search_fields = ("order_line__external_order", "shop__slug")
    ordering = ("-id",)
    actions = ("hold",)
    fields = (
        "order", "shop_slug", "amount", "platform", "base", "rate_ppm", "shown_rate_ppm", "plan_id", "status",
        "settled", "payable_on", "earned_at", "confirmed_at",
    )  # fmt: skip

    @admin.action(description=_("Hold these…"))
    def hold(self, request: HttpRequest, chosen: Iterable[Commission]) -> HttpResponse | None:
        now, by = clock.now(), operator(request)
        reason, amount = request.POST.get("reason"), request.POST.get("amount", "")
        if reason is None:
            return ask_reason(
                self, request, chosen, action="hold", title=gettext("Hold these commissions"),
                about=gettext("Only these are held, not the account."),
                fields=[AskedField("amount", gettext("Amount of each (leave empty to hold all of it)"),
                                   is_needed=False)],
                keeper_reads=True,
            )  # fmt: skip
        each(
            request,
            chosen,
            lambda commission: place_hold(
                commission, reason=reason, amount_minor=read_part(commission, amount), by=by, now=now
            ),
        )
        return None

    @admin.display(description=_("Order"))
    def order(self, commission: Commission) -> str:
        return commission.order_line.external_order

    @admin.display(description=_("Shop"))
    def shop_slug(self, commission: Commission) -> str:
        return commission.shop.slug

    @admin.display(description=_("Shopkeeper’s part"), ordering="amount_minor")
    def amount(self, commission: Commission) -> str:
        return money_text(commission.amount_minor, commission.currency)

    @admin.display(description=_("State"), ordering="state")
    def status(self, commission: Commission) -> str:
        """Of an order that was closed, or whose money went back, nothing is left to wait for."""
        if not commission.base_minor:
            return gettext("No commission")
        return str(in_words("commission.state", commission.state))

    @admin.display(description=_("Platform’s part"))
    def platform(self, commission: Commission) -> str:
        return money_text(commission.platform_minor, commission.currency)

    @admin.display(description=_("Base"))
    def base(self, commission: Commission) -> str:
        return money_text(commission.base_minor, commission.currency)


class IsOpen(admin.SimpleListFilter):
    """Holds that are in force, or those that were released."""

    title = _("in force")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("yes", gettext("Yes")), ("alone", gettext("Yes, and in no other list")), ("no", gettext("No")),
        ]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wish = self.value()
        if wish == "alone":
            return having_no_other_list(queryset)
        return queryset if wish is None else having_closed(queryset, wish != "yes")


@admin.register(Hold, site=office)
class CommissionHolds(WithReason):
    heading = _("Holds on commissions")
    named_by = ("order", "shop_slug")
    list_display = ("order", "shop_slug", "hold_class", "amount", "why", "opened_at", "closed_at")
    list_filter = (("hold_class", InWords), IsOpen)
    list_select_related = ("shop", "commission__order_line")
    ordering = ("-id",)
    actions = ("release",)
    fields = ("order", "shop_slug", "hold_class", "amount", "why", "opener", "opened_at", "closed_by", "closed_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_closing(super().get_queryset(request))

    @admin.action(description=_("Release these…"))
    def release(self, request: HttpRequest, chosen: Iterable[Hold]) -> HttpResponse | None:
        now, by = clock.now(), operator(request)
        return each_with_reason(
            self, request, chosen, lambda hold, reason: release_hold(hold, by=by, reason=reason, now=now),
            action="release", title=gettext("Release these holds"),
            about=gettext("What they blocked becomes available when it is due."), keeper_reads=True,
        )  # fmt: skip

    @admin.display(description=_("Order"))
    def order(self, hold: Hold) -> str:
        return hold.commission.order_line.external_order

    @admin.display(description=_("Shop"))
    def shop_slug(self, hold: Hold) -> str:
        return hold.shop.slug

    @admin.display(description=_("Amount"))
    def amount(self, hold: Hold) -> str:
        return gettext("all") if hold.amount_minor is None else money_text(hold.amount_minor, hold.commission.currency)

    @admin.display(description=_("Opened by"))
    def opener(self, hold: Hold) -> str:
        return actor_in_words(hold.opened_by)

    @admin.display(description=_("Closed by"))
    def closed_by(self, hold: Hold) -> str:
        return actor_in_words(getattr(hold, "ended_by", None) or "") or NOTHING

    @admin.display(description=_("Closed at"))
    def closed_at(self, hold: Hold) -> str:
        return time_text(getattr(hold, "ended_at", None))


@admin.register(QuarantinedLine, site=office)
class QuarantinedLines(ReadOnly):
    heading = _("Order lines that cannot be booked")
    list_display = ("order", "marketplace", "reason", "detail", "since")
    list_filter = (("marketplace", OfMarketplace),)
    list_select_related = ("line",)
    ordering = ("-pk",)
    actions = ("retry",)
    fields = ("order", "marketplace", "revision", "reason", "detail", "since")

    @admin.action(description=_("Book these again"))
    def retry(self, request: HttpRequest, chosen: Iterable[QuarantinedLine]) -> None:
        by, now = str(operator(request).pk), clock.now()
        each(request, chosen, lambda line: retry_quarantined(line.pk, by=by, now=now))

    @admin.display(description=_("Order"))
    def order(self, line: QuarantinedLine) -> str:
        return line.line.external_order
