"""Positions at marketplaces and the leases on them: which shop has which, and since when."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.kit import clock
from joey.office.columns import NOTHING, time_text
from joey.office.filters import IsEmpty, OfMarketplace, YesNo
from joey.office.read_only import ReadOnly, each_with_reason, once, operator
from joey.office.site import office
from joey.sharing.end_lease import end_lease
from joey.sharing.models import Position, PositionLease
from joey.sharing.positions_report import of_use, steps_of, with_rest, with_shop
from joey.sharing.withdraw_position import withdraw_position


class Use(admin.SimpleListFilter):
    """Positions by what they are doing: a shop has them, they rest or are free; or why they are of no use."""

    title = _("Use")
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return (
            ("leased", _("Leased now")),
            ("resting", _("Resting")),
            ("free", _("Free")),
            ("refused", _("Refused by its marketplace")),
            ("withdrawn", _("Withdrawn")),
        )

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return of_use(queryset, self.value() or "")


@admin.register(Position, site=office)
class PositionsTable(ReadOnly):
    heading = _("Positions")
    list_display = ("key", "marketplace", "use", "shop_slug")
    list_filter = (Use, ("marketplace", OfMarketplace), ("was_leased", YesNo))
    list_per_page = 20  # there can be hundreds, and a phone shows five at once
    search_fields = ("=key",)
    ordering = ("-free_from", "-id")  # leased ones have none and come first, then those that rest
    actions = ("withdraw",)
    fields = ("key", "marketplace", "use", "shop_slug", "was_leased", "registered_at", "refused_at", "withdrawn_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_shop(with_rest(super().get_queryset(request)))

    @admin.action(description=_("Withdraw these positions…"))
    def withdraw(self, request: HttpRequest, chosen: Iterable[Position]) -> HttpResponse | None:
        now = clock.now()
        return each_with_reason(
            self, request, chosen,
            lambda position, reason: withdraw_position(position, reason=reason, by=operator(request), now=now),
            action="withdraw", title=gettext("Withdraw these positions"),
            about=gettext(
                "No shop gets these positions any more. Their leases end; orders that come of them are still the shops'"
                " that had them. When a person next continues through a link of such a shop, it gets another position."
            ),
        )  # fmt: skip

    @admin.display(description=_("Shop"))
    def shop_slug(self, position: Any) -> str:
        return position.of_shop or NOTHING

    @admin.display(description=_("Use"))
    def use(self, position: Any) -> str:
        if position.free_from is None:
            return gettext("Leased now")
        if position.withdrawn_at is not None:
            return gettext("Withdrawn")
        until = time_text(position.free_from)
        if position.rests and not position.was_leased:
            return gettext("Rests until %s: an order named it, though no shop has had it") % until
        if position.rests:
            return gettext("Rests until %s: orders of its last shop may still come") % until
        return gettext("Free") if position.was_leased else gettext("Free, never leased")


@admin.register(PositionLease, site=office)
class Leases(ReadOnly):
    heading = _("Leases")
    named_by = ("key", "shop_slug")
    list_display = ("key", "marketplace", "shop_slug", "leased_from", "last_used_at", "ended_at", "until")
    list_filter = (("marketplace", OfMarketplace), ("ended_at", IsEmpty), ("is_reuse", YesNo))
    list_select_related = ("position", "shop")
    search_fields = ("=position__key", "=shop__slug")
    ordering = ("-id",)
    actions = ("end",)
    fields = (
        "id", "key", "marketplace", "shop_slug", "leased_from", "last_used_at", "ended_at", "until", "is_reuse",
        "steps",
    )  # fmt: skip

    @admin.action(description=_("End these leases…"))
    def end(self, request: HttpRequest, chosen: Iterable[PositionLease]) -> HttpResponse | None:
        now = clock.now()
        return each_with_reason(
            self, request, chosen, lambda lease, reason: end_lease(lease, reason=reason, by=operator(request), now=now),
            action="end", title=gettext("End these leases"),
            about=gettext(
                "The positions rest until no order can come of their links any more; orders until then are still"
                " the shop's. When a person next continues through one of its links, it gets a position again."
            ),
        )  # fmt: skip

    @admin.display(description=_("Position"))
    def key(self, lease: PositionLease) -> str:
        return lease.position.key

    @admin.display(description=_("Shop"))
    def shop_slug(self, lease: PositionLease) -> str:
        return lease.shop.slug

    @admin.display(description=_("What happened to it"))
    def steps(self, lease: PositionLease) -> SafeString:
        return once(lease, "steps", lambda: _steps(lease))


def _steps(lease: PositionLease) -> SafeString:
    lines = (
        (
            time_text(step.at),
            gettext("ended, rests until %s") % time_text(step.until)
            if step.until
            else gettext("leased to %s") % step.shop,
        )
        for step in steps_of(lease.pk)
    )
    return format_html_join(mark_safe("<br>"), "{} · {}", lines)
