"""Commissions, and the holds that keep one from being paid."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.commissions.holds import place_hold, release_hold
from joey.commissions.models import Commission, CommissionHold
from joey.kit import clock
from joey.office.read_only import OfMarketplace, ReadOnly, WithReason, ask_reason, each, money_text
from joey.office.site import office


@admin.register(Commission, site=office)
class Commissions(ReadOnly):
    list_display = ("order", "shop_slug", "amount", "state", "settled", "payable_on", "earned_at")
    list_filter = ("state", "settled", ("marketplace", OfMarketplace))
    list_select_related = ("shop", "order_line")
    search_fields = ("order_line__external_order", "shop__slug")
    ordering = ("-id",)
    actions = ("hold",)
    fields = (
        "order", "shop_slug", "amount", "platform", "base", "rate_ppm", "plan_id", "state", "settled", "payable_on",
        "earned_at", "confirmed_at",
    )  # fmt: skip

    @admin.action(description=_("Hold these…"))
    def hold(self, request: HttpRequest, chosen: Iterable[Commission]) -> HttpResponse | None:
        reason = request.POST.get("reason")
        if reason is None:
            return ask_reason(
                self, request, chosen, action="hold", title=gettext("Hold these commissions"),
                about=gettext("Only these are held, not the account. The shopkeeper reads the reason."),
            )  # fmt: skip
        now = clock.now()
        each(request, chosen, lambda commission: place_hold(commission, reason=reason, now=now))
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

    @admin.display(description=_("Platform’s part"))
    def platform(self, commission: Commission) -> str:
        return money_text(commission.platform_minor, commission.currency)

    @admin.display(description=_("Base"))
    def base(self, commission: Commission) -> str:
        return money_text(commission.base_minor, commission.currency)


@admin.register(CommissionHold, site=office)
class CommissionHolds(WithReason):
    list_display = ("order", "shop_slug", "why", "placed_at", "released_at")
    list_filter = (("released_at", admin.EmptyFieldListFilter),)
    list_select_related = ("shop", "commission__order_line")
    ordering = ("-id",)
    actions = ("release",)
    fields = ("order", "shop_slug", "why", "placed_at", "released_at")

    @admin.action(description=_("Release these"))
    def release(self, request: HttpRequest, chosen: Iterable[CommissionHold]) -> None:
        now = clock.now()
        each(request, chosen, lambda hold: release_hold(hold, now=now))

    @admin.display(description=_("Order"))
    def order(self, hold: CommissionHold) -> str:
        return hold.commission.order_line.external_order

    @admin.display(description=_("Shop"))
    def shop_slug(self, hold: CommissionHold) -> str:
        return hold.shop.slug
