"""Anyone may say that something about a listing is wrong. It is written to the record for the operators to read."""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from joey.commissions.plan_now import plan_shares
from joey.kit import clock
from joey.kit.refusals import Refusal, TooMany
from joey.kit.strict_form import StrictForm
from joey.kit.text import read_line
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.queries import events_of
from joey.shops.queries import listing_page

MOST_IN_AN_HOUR = 20
REASONS = [
    ("price", _("The price at the marketplace is another one")),
    ("goods", _("These goods may not be sold")),
    ("words", _("The words promise too much or are untrue")),
    ("fake", _("It looks like a counterfeit")),
    ("mine", _("It uses my work, mark or picture")),
    ("other", _("Something else")),
]


class ReportForm(StrictForm):
    reason = forms.ChoiceField(label=_("What is wrong?"), choices=REASONS, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In your words (not needed)"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
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
            words = read_line(form.cleaned_data["words"], field="words", at_most=300)
            _write_down(page.shop.id, listing_id, form.cleaned_data["reason"], words)
            done = True
        except Refusal as refusal:
            form.take(refusal)
    facts = {"page": page, "form": form, "done": done, "now": now}
    return render(request, "report.html", facts, status=422 if form.errors else 200, using="jinja2")


@transaction.atomic
def _write_down(shop_id: UUID, listing_id: UUID, reason: str, words: str) -> None:
    now = clock.now()
    subject = f"report:{listing_id}"
    if len(events_of([subject], since=now - timedelta(hours=1))) >= MOST_IN_AN_HOUR:
        raise TooMany(_("Many people reported this a moment ago, so it is being looked at. Try again in an hour."))
    facts = {"reason": reason} | ({"words": keep_text(words, shop_id=shop_id).fact} if words else {})
    append("listing.reported", subject, facts, shop_id=shop_id, happened_at=now)
