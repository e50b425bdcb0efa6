"""Stretches of time that a marketplace was not asked for in time, and for whose reports money waits."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.kit import clock
from joey.office.filters import OfMarketplace
from joey.office.read_only import ReadOnly, each_with_reason, operator
from joey.office.site import office
from joey.orders.end_gap import end_gap, with_open_gap
from joey.orders.models import SyncCursor


@admin.register(SyncCursor, site=office)
class Gaps(ReadOnly):
    """One row for each question; a marketplace's gaps end together."""

    heading = _("Gaps in the reports")
    named_by = ("marketplace", "question")
    list_display = ("marketplace", "question", "gap_since", "gap_until")
    list_filter = (("marketplace", OfMarketplace),)
    ordering = ("gap_until",)
    actions = ("end_gap",)
    fields = ("marketplace", "account", "question", "gap_since", "gap_until", "read_until")

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_open_gap(super().get_queryset(request))

    @admin.action(description=_("End these gaps…"))
    def end_gap(self, request: HttpRequest, chosen: Iterable[SyncCursor]) -> HttpResponse | None:
        now, by = clock.now(), operator(request)
        one_each = {gap.marketplace: gap for gap in chosen}.values()
        return each_with_reason(
            self, request, one_each, lambda gap, reason: end_gap(gap.marketplace, reason=reason, by=by, now=now),
            action="end_gap", title=gettext("End these gaps"),
            about=gettext(
                "All gaps of the marketplace end, of orders and of refunds. Import exports of that time first: what"
                " they do not hold is never known, and money that waits becomes available."
            ),
        )  # fmt: skip
