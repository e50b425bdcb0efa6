"""Orders that shops miss: until when an answer is due, and what keeps it from being there."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from joey.kit import clock
from joey.kit.refusals import Refusal
from joey.kit.sentences import worded
from joey.office.columns import NOTHING
from joey.office.filters import InWords, OfMarketplace
from joey.office.read_only import AT_ONCE, ReadOnly, operator
from joey.office.site import office
from joey.orders.answer_lost_orders import ask_again
from joey.orders.lost_orders import without_answer
from joey.orders.models import LostOrder


class Unanswered(admin.SimpleListFilter):
    """Requests that wait for their first answer."""

    title = _("without an answer")
    parameter_name = "unanswered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return without_answer(queryset) if self.value() == "yes" else queryset


@admin.register(LostOrder, site=office)
class LostOrders(ReadOnly):
    """Those without an answer come first, the one that is due first at the top."""

    heading = _("Lost orders")
    list_display = ("number", "marketplace", "shop_slug", "state", "answer_by", "obstacle", "requested_at")
    list_filter = (Unanswered, ("state", InWords), ("marketplace", OfMarketplace))
    list_select_related = ("shop",)
    search_fields = ("=number",)
    ordering = ("-answered_at", "answer_by")
    actions = ("ask_again",)
    fields = (
        "id", "number", "marketplace", "shop_slug", "ordered_at", "state", "obstacle",
        "requested_at", "answer_by", "answered_at", "asked_at", "ask_next_at", "ask_until",
    )  # fmt: skip

    @admin.action(description=_("Ask for these now"))
    def ask_again(self, request: HttpRequest, chosen: Iterable[LostOrder]) -> None:
        now, by = clock.now(), operator(request)
        answered = unanswered = 0
        for lost in list(chosen)[:AT_ONCE]:
            try:
                done = ask_again(lost.pk, by=by, now=now)
            except Refusal as refusal:
                messages.error(request, str(refusal.text))
                continue
            if done.trouble:
                unanswered += 1
            else:
                answered += 1
        if answered:
            messages.success(
                request,
                ngettext("The marketplace answered for %d.", "The marketplaces answered for %d.", answered) % answered,
            )
        if unanswered:
            still = ngettext(
                "%d could not be asked for; its row says why.",
                "%d could not be asked for; their rows say why.",
                unanswered,
            )
            messages.warning(request, still % unanswered)

    @admin.display(description=_("Shop"))
    def shop_slug(self, lost: LostOrder) -> str:
        return lost.shop.slug

    @admin.display(description=_("What keeps it from an answer"))
    def obstacle(self, lost: LostOrder) -> SafeString | str:
        """Why it could not be asked for; of one that is not decided, what of it waits for an operator."""
        if lost.state != LostOrder.State.UNDECIDED:
            return worded(lost.trouble) or NOTHING
        return format_html(
            '<a href="{}?suspended=yes&q={}">{}</a> · <a href="{}?q={}">{}</a>',
            reverse("admin:orders_orderline_changelist"),
            lost.number,
            gettext("Order lines without a shop"),
            reverse("admin:orders_unreadreport_changelist"),
            lost.number,
            gettext("Unreadable reports"),
        )
