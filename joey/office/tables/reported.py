"""What buyers report of listings and shops, and what keepers appeal: look, answer, hide or show."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from joey.catalog.title_in import title_in
from joey.kit import clock
from joey.office.asked_field import AskedField
from joey.office.columns import NOTHING, time_text
from joey.office.filters import OpenOrAnswered
from joey.office.read_only import WithReason, ask_reason, each, operator, reason_text
from joey.office.site import office
from joey.office.words import VALUES, actor_in_words
from joey.shops.answer_report import answer_report
from joey.shops.models import BuyerReport
from joey.shops.read_report import only_open


class Open(OpenOrAnswered):
    only_open = staticmethod(only_open)


@admin.register(BuyerReport, site=office)
class BuyerReports(WithReason):
    """The one that is due first is at the top; one that is overdue says so."""

    heading = _("Reports of buyers")
    texts = ("words", "answer")
    named_by = ("reference", "shop_slug")
    list_display = ("reference", "shop_slug", "item", "reason", "in_words", "reported_at", "due", "outcome")
    list_filter = (Open,)
    list_select_related = ("shop", "listing__offer")
    search_fields = ("=reference", "=shop__slug")
    ordering = ("answered_at", "answer_by", "id")
    actions = ("answer",)
    fields = (
        "reference", "shop_slug", "item", "reason", "in_words", "reported_at", "due", "outcome", "answered",
        "who_answered", "answered_at",
    )  # fmt: skip

    @admin.action(description=_("Answer these…"))
    def answer(self, request: HttpRequest, chosen: Iterable[BuyerReport]) -> HttpResponse | None:
        now, by, given = clock.now(), operator(request), request.POST
        if "reason" not in given:
            outcomes = tuple((value, str(text)) for value, text in VALUES["buyerreport.outcome"].items())
            return ask_reason(
                self, request, chosen, action="answer", title=gettext("Answer these reports"),
                about=gettext("The reporter reads the answer, and so does the keeper of an item that is hidden."),
                fields=[AskedField("outcome", gettext("The item"), outcomes)], label=gettext("Answer"),
            )  # fmt: skip
        each(
            request,
            chosen,
            lambda report: answer_report(
                report.pk, answer=given["reason"], outcome=given.get("outcome", ""), by=by, now=now
            ),
        )
        return None

    @admin.display(description=_("Shop"))
    def shop_slug(self, report: BuyerReport) -> str:
        return report.shop.slug

    @admin.display(description=_("Item"))
    def item(self, report: BuyerReport) -> str:
        if report.listing is None:
            return format_html('<a href="/s/{}">{}</a>', report.shop.slug, gettext("The whole shop"))
        offer = report.listing.offer
        title, _language = title_in(get_language() or "", offer.title, offer.translations)
        return format_html('<a href="/s/{}/{}">{}</a>', report.shop.slug, report.listing_id, title)

    @admin.display(description=_("In their words"))
    def in_words(self, report: BuyerReport) -> str:
        return reason_text(report, "words")

    @admin.display(description=_("Answer due by"), ordering="answer_by")
    def due(self, report: BuyerReport) -> str:
        said = time_text(report.answer_by)
        is_late = report.answered_at is None and report.answer_by < timezone.now()  # shown only; no verb goes by it
        return gettext("%s, late") % said if is_late else said

    @admin.display(description=_("Answer"))
    def answered(self, report: BuyerReport) -> str:
        return reason_text(report, "answer")

    @admin.display(description=_("Answered by"))
    def who_answered(self, report: BuyerReport) -> str:
        return actor_in_words(report.answered_by) if report.answered_by else NOTHING
