"""Order reports that could not be read: why, since when, what came; reading them again, or giving them up."""

from collections.abc import Iterable

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from joey.kit import clock
from joey.kit.refusals import Refusal
from joey.office.filters import OfMarketplace
from joey.office.read_only import AT_ONCE, ReadOnly, each_with_reason, once, operator
from joey.office.site import office
from joey.orders.dismiss_unread import dismiss_poll, dismiss_unreadable
from joey.orders.models import UnreadReport
from joey.orders.queries import report_payload
from joey.orders.retry_unread import retry_unreadable


@admin.register(UnreadReport, site=office)
class UnreadReports(ReadOnly):
    heading = _("Unreadable reports")
    list_display = ("external_order", "marketplace", "kind", "problem", "poll", "received_at", "tried_at", "tries")
    list_display_links = ("external_order", "problem")
    list_filter = (("marketplace", OfMarketplace),)
    search_fields = ("=external_order", "=poll")
    ordering = ("received_at",)
    actions = ("retry", "dismiss", "dismiss_poll")
    fields = (
        "report_id", "marketplace", "kind", "external_order", "external_line", "external_part", "problem",
        "received_at", "tried_at", "tries", "payload",
    )  # fmt: skip

    @admin.action(description=_("Read these again"))
    def retry(self, request: HttpRequest, chosen: Iterable[UnreadReport]) -> None:
        now, by = clock.now(), operator(request)
        read = unread = 0
        for report in list(chosen)[:AT_ONCE]:
            try:
                if retry_unreadable(report.pk, by=by, now=now):
                    read += 1
                else:
                    unread += 1
            except Refusal as refusal:
                messages.error(request, str(refusal.text))
        if read:
            messages.success(request, ngettext("%d report was read.", "%d reports were read.", read) % read)
        if unread:
            still = ngettext(
                "%d report still cannot be read; its row says why.",
                "%d reports still cannot be read; their rows say why.",
                unread,
            )
            messages.warning(request, still % unread)

    @admin.action(description=_("Give these up…"))
    def dismiss(self, request: HttpRequest, chosen: Iterable[UnreadReport]) -> HttpResponse | None:
        now, by = clock.now(), operator(request)
        return each_with_reason(
            self, request, chosen,
            lambda report, reason: dismiss_unreadable(report.pk, by=by, reason=reason, now=now),
            action="dismiss", title=gettext("Give up these reports"),
            about=gettext("They are not tried again, and what they say is never booked. They stay as they came."),
        )  # fmt: skip

    @admin.action(description=_("Give up all that came with these…"))
    def dismiss_poll(self, request: HttpRequest, chosen: Iterable[UnreadReport]) -> HttpResponse | None:
        now, by = clock.now(), operator(request)

        def dismiss(report: UnreadReport, reason: str) -> None:
            for why, count in dismiss_poll(report.poll, by=by, reason=reason, now=now).kept.items():
                messages.warning(request, gettext("Kept: %(count)d. %(why)s") % {"count": count, "why": why})

        return each_with_reason(
            self, request, {report.poll: report for report in chosen}.values(), dismiss,
            action="dismiss_poll", title=gettext("Give up all that came with these reports"),
            about=gettext("Of each poll, or file, that one of these came with, no report that could not be read is"
                          " tried again, and what they say is never booked. They stay as they came."),
        )  # fmt: skip

    @admin.display(description=_("As the marketplace sent it"))
    def payload(self, report: UnreadReport) -> SafeString:
        return once(report, "sent", lambda: _payload(report))


def _payload(report: UnreadReport) -> SafeString:
    text = report_payload(report.pk) or gettext("not kept")
    return format_html('<pre style="white-space: pre-wrap">{}</pre>', text)
