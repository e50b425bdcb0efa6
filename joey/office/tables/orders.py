"""Order lines: which belong to a shop, which to none yet, and why."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.insight.trace import office_trace
from joey.kit import clock
from joey.office.asked_field import AskedField
from joey.office.columns import NOTHING, time_text
from joey.office.filters import InWords, OfMarketplace
from joey.office.read_only import ReadOnly, ask_reason, each, money_text, once, operator
from joey.office.site import office
from joey.office.words import in_words
from joey.orders.attribute_line import attribute_line
from joey.orders.models import OrderLine
from joey.orders.queries import in_suspense
from joey.orders.retry_suspense import retry_suspense
from joey.shops.queries import shop_by_slug


class Suspended(admin.SimpleListFilter):
    """Lines without a shop."""

    title = _("in suspense")
    parameter_name = "suspended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wish = self.value()
        return in_suspense(queryset, wish == "yes") if wish in ("yes", "no") else queryset


@admin.register(OrderLine, site=office)
class OrderLines(ReadOnly):
    heading = _("Orders")
    list_display = ("external_order", "marketplace", "shop_slug", "suspense", "state", "paid", "title", "first_seen_at")
    list_filter = (
        Suspended, ("suspense", InWords), ("held", InWords), ("state", InWords), ("marketplace", OfMarketplace),
    )  # fmt: skip
    list_select_related = ("shop",)
    search_fields = ("external_order", "external_line", "external_part", "evidence_key")
    ordering = ("-id",)
    actions = ("retry_suspense", "attribute")
    fields = (
        "trace", "id", "marketplace", "external_order", "external_line", "external_part", "shop_slug", "suspense",
        "evidence", "lease_id", "state", "reason", "held", "title", "external_item", "quantity", "paid", "commission",
        "service_fee", "returned", "rate_ppm", "clicked_at", "placed_at", "paid_at", "settled_at", "reported_at",
        "first_seen_at", "revision",
    )  # fmt: skip

    @admin.action(description=_("Retry finding the shop of these"))
    def retry_suspense(self, request: HttpRequest, chosen: Iterable[OrderLine]) -> None:
        """Every line in suspense at the marketplaces of the chosen ones is tried again."""
        now, found = clock.now(), 0
        for marketplace in sorted({line.marketplace for line in chosen}):
            found += retry_suspense(marketplace, now=now)
        messages.success(request, gettext("%d order lines found their shop.") % found)

    @admin.action(description=_("Give these to a shop…"))
    def attribute(self, request: HttpRequest, chosen: Iterable[OrderLine]) -> HttpResponse | None:
        now = clock.now()
        reason, slug = request.POST.get("reason"), request.POST.get("shop")
        if reason is None or slug is None:
            return ask_reason(
                self, request, chosen, action="attribute", title=gettext("Give these to a shop"),
                about=gettext("They belong to the shop for ever and are booked to it. Say what proves it."),
                fields=[AskedField("shop", gettext("Short address of the shop"))], keeper_reads=True,
            )  # fmt: skip
        by = operator(request)
        each(
            request,
            chosen,
            lambda line: attribute_line(line.pk, shop_by_slug(slug), reason=reason, by=by, now=now),
        )
        return None

    @admin.display(description=_("Shop"))
    def shop_slug(self, line: OrderLine) -> str:
        return line.shop.slug if line.shop else NOTHING

    @admin.display(description=_("Buyer paid"), ordering="paid_minor")
    def paid(self, line: OrderLine) -> str:
        return money_text(line.paid_minor, line.currency)

    @admin.display(description=_("Marketplace’s commission"))
    def commission(self, line: OrderLine) -> str:
        return money_text(line.commission_minor, line.currency)

    @admin.display(description=_("Marketplace’s service fee"))
    def service_fee(self, line: OrderLine) -> str:
        return money_text(line.service_fee_minor, line.currency)

    @admin.display(description=_("Refunded"))
    def returned(self, line: OrderLine) -> str:
        return money_text(line.returned_paid_minor, line.currency)

    @admin.display(description=_("Evidence"))
    def evidence(self, line: OrderLine) -> SafeString | str:
        """The piece that decided; in suspense all pieces, each with its problem or the shop that it names."""
        if not line.failed_evidence:
            return _piece(line.evidence_kind, line.evidence_key, line.evidence_at)
        return format_html_join(mark_safe("<br>"), "{}", ((_failed(piece),) for piece in line.failed_evidence))

    @admin.display(description=_("Why it earned or not"))
    def trace(self, line: OrderLine) -> SafeString:
        return once(line, "trace", lambda: _trace(line))


def _trace(line: OrderLine) -> SafeString:
    return render_to_string("office/trace.html", {"trace": office_trace(line.pk, now=clock.now())})


def _piece(kind: str, key: str, at: datetime | None) -> str:
    when = time_text(at) if at else ""
    return " · ".join(str(part) for part in (in_words("evidence.kind", kind), key, when) if part)


def _failed(piece: Mapping[str, Any]) -> str:
    """One piece in suspense, as joey/sharing/attribute.py leaves it."""
    at = datetime.fromisoformat(piece["at"]) if piece["at"] else None
    found = (in_words("orderline.suspense", piece["problem"]), piece["shop"], piece.get("earlier_shop"))
    said = " · ".join(str(each) for each in found if each)
    return gettext("%(piece)s: %(found)s") % {"piece": _piece(piece["kind"], piece["key"], at), "found": said}
