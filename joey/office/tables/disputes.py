"""Disputes about order lines: what marketplaces found against them, and what shops appealed."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.kit import clock
from joey.marketplaces import registry
from joey.office.columns import NOTHING
from joey.office.filters import InWords, OpenOrAnswered
from joey.office.read_only import WithReason, each_with_reason, operator, reason_text
from joey.office.site import office
from joey.office.words import actor_in_words, in_words
from joey.orders.close_dispute import close_dispute
from joey.orders.disputes import only_open
from joey.orders.models import Dispute


class WaitsForAnswer(OpenOrAnswered):
    only_open = staticmethod(only_open)


@admin.register(Dispute, site=office)
class Disputes(WithReason):
    heading = _("Disputes")
    texts = ("text", "answer")
    list_display = ("order", "marketplace", "shop_slug", "cause", "why", "appeal", "opened_at", "closed_at")
    list_filter = (WaitsForAnswer, ("cause", InWords))
    list_select_related = ("line__shop",)
    search_fields = ("=line__external_order",)
    ordering = ("opened_at", "id")
    actions = ("answer",)
    fields = (
        "order", "in_orders", "marketplace", "shop_slug", "cause", "why", "opened_at", "appealed_at", "appeal",
        "answered", "answered_by", "closed_at",
    )  # fmt: skip

    @admin.action(description=_("Answer and close these…"))
    def answer(self, request: HttpRequest, chosen: Iterable[Dispute]) -> HttpResponse | None:
        now, by = clock.now(), operator(request)
        releases = gettext("What a violation held of an order is released within a minute.")
        return each_with_reason(
            self, request, chosen, lambda dispute, reason: close_dispute(dispute.pk, answer=reason, by=by, now=now),
            action="answer", title=gettext("Answer and close these disputes"),
            about=releases if any(map(_holds_money, chosen)) else "",
            label=gettext("Answer (the shopkeeper reads it)"),
        )  # fmt: skip

    def row_actions(self, row: Dispute) -> Sequence[tuple[str, Any]]:
        return () if row.closed_at else [("answer", _("Answer and close…"))]

    @admin.display(description=_("Order"))
    def order(self, dispute: Dispute) -> str:
        return dispute.line.external_order

    @admin.display(description=_("Order details"))
    def in_orders(self, dispute: Dispute) -> str:
        page = reverse("admin:orders_orderline_change", args=[dispute.line_id])
        return format_html('<a href="{}">{}</a>', page, dispute.line.title or dispute.line.external_order)

    @admin.display(description=_("Marketplace"))
    def marketplace(self, dispute: Dispute) -> str:
        return str(in_words("dispute.marketplace", dispute.line.marketplace))

    @admin.display(description=_("Shop"))
    def shop_slug(self, dispute: Dispute) -> str:
        return dispute.line.shop.slug if dispute.line.shop else NOTHING

    @admin.display(description=_("Why it was closed"))
    def why(self, dispute: Dispute) -> str:
        return capfirst(str(registry.closed_because(dispute.line.marketplace, dispute.reason))) or NOTHING

    @admin.display(description=_("What the shop says"))
    def appeal(self, dispute: Dispute) -> str:
        return reason_text(dispute, "text")

    @admin.display(description=_("Answer"))
    def answered(self, dispute: Dispute) -> str:
        return reason_text(dispute, "answer")

    @admin.display(description=_("Answered by"))
    def answered_by(self, dispute: Dispute) -> str:
        return actor_in_words(dispute.closed_by) or NOTHING


def _holds_money(dispute: Dispute) -> bool:
    """Whether the dispute, while it is open, keeps back what its order earns."""
    line = dispute.line
    return dispute.cause == Dispute.Cause.VIOLATION and line.state != "closed" and line.commission_minor > 0
