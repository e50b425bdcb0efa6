"""The page on which anyone may say that something about a listing or a shop is wrong, and the one with the answer."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from joey.kit import clock
from joey.kit.client_address import address_of, caller_key
from joey.kit.http import status_of
from joey.kit.refusals import Refusal
from joey.kit.strict_form import StrictForm
from joey.shops.names import REASONS
from joey.shops.queries import shop_by_slug
from joey.shops.read_report import report_by_reference, reportable_title
from joey.shops.report_listing import WORDS_MOST, report_listing
from joey.storefront.asked_language import page_language


class ReportForm(StrictForm):
    reason = forms.ChoiceField(label=_("What is wrong?"), choices=list(REASONS.items()), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In your words (optional)"),
        required=False,
        max_length=WORDS_MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str, listing_id: UUID | None = None) -> HttpResponse:
    """Of an item or, without one, of the whole shop."""
    shop = shop_by_slug(slug)
    title = reportable_title(shop, listing_id, language=page_language())
    form, taken = ReportForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            given, now = form.cleaned_data, clock.now()
            taken = report_listing(
                shop.id,
                listing_id,
                reason=given["reason"],
                words=given["words"],
                client=caller_key(address_of(request)),
                now=now,
            )
        except Refusal as refusal:
            form.take(refusal)
    facts = {"shop": shop, "title": title, "form": form, "taken": taken, "now": clock.now()}
    response = render(request, "report.html", facts, status=form.status, using="jinja2")
    for name, value in form.headers.items():
        response.headers[name] = value
    return response


@require_safe
def answered(request: HttpRequest) -> HttpResponse:
    """What became of a report, for a person who has its reference. No cache keeps it."""
    reference, problem, state, status = request.GET.get("reference", ""), "", None, 200
    if reference:
        try:
            state = report_by_reference(reference, language=page_language())
        except Refusal as refusal:
            problem, status = str(refusal.text), status_of(refusal)
    now = clock.now()
    facts = {"reference": reference, "problem": problem, "state": state, "now": now}
    response = render(request, "reports.html", facts, status=status, using="jinja2")
    response.headers["Cache-Control"] = "private, no-store"
    return response
