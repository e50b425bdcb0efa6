"""The page on which anyone may say that something about a listing is wrong."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from joey.commissions.plan_now import plan_shares
from joey.kit import clock
from joey.kit.refusals import Refusal
from joey.kit.strict_form import StrictForm
from joey.shops.listing_page import listing_page
from joey.shops.report_listing import WORDS_MOST, report_listing

REASONS = [
    ("price", _("The price at the marketplace is different")),
    ("goods", _("This item may not be sold")),
    ("words", _("The text promises too much or is untrue")),
    ("fake", _("It looks like a counterfeit")),
    ("mine", _("It uses my work, mark or picture")),
    ("other", _("Something else")),
]


class ReportForm(StrictForm):
    reason = forms.ChoiceField(label=_("What is wrong?"), choices=REASONS, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In your words (optional)"),
        required=False,
        max_length=WORDS_MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str, listing_id: UUID) -> HttpResponse:
    now = clock.now()
    language = get_language() or settings.LANGUAGE_CODE
    page = listing_page(slug, listing_id, language=language, now=now, shares_ppm=plan_shares(now))
    form = ReportForm(request.POST or None)
    done = False
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            report_listing(page.shop.id, listing_id, reason=given["reason"], words=given["words"], now=now)
            done = True
        except Refusal as refusal:
            form.take(refusal)
    facts = {"page": page, "form": form, "done": done, "now": now}
    response = render(request, "report.html", facts, status=form.status, using="jinja2")
    for name, value in form.headers.items():
        response.headers[name] = value
    return response
