"""A page of the office with a form: what an operator does that begins at no row of a table. It calls a verb."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from joey.kit.refusals import Refusal
from joey.office.asked_field import AskedField
from joey.office.fresh_code import FREE, code_first
from joey.people.models import Person


@dataclass(frozen=True)
class FormPage:
    """One page. `verb` gets who is signed in and what the form gave, and returns what to say; then `back` is shown.
    Its `template` extends that of all, for what is `shown` beside the form.

    It asks for a new code of the sign-in first, unless "page:name" is free to be taken (fresh_code.py).
    """

    name: str
    title: Any
    about: Any
    fields: Callable[[Mapping[str, str]], Sequence[AskedField]]  # of the address's query
    verb: Callable[[Person, Mapping[str, str]], str]
    back: str
    template: str = "office/form.html"
    shown: Callable[[], Mapping[str, Any]] = dict

    def url(self, site: AdminSite) -> URLPattern:
        """The page's route; everything of the office goes through the site's guard."""
        view = require_http_methods(["GET", "HEAD", "POST"])(lambda request: self._page(site, request))
        return path(f"{self.name.replace('_', '-')}/", site.admin_view(view), name=self.name)

    def _page(self, site: AdminSite, request: HttpRequest) -> HttpResponse:
        if f"page:{self.name}" not in FREE and (to_code := code_first(request)):
            return to_code
        fields = self.fields(request.GET.dict())
        if request.method == "POST":
            given = {name: str(value) for name, value in request.POST.items()}
            try:
                messages.success(request, self.verb(cast(Person, request.user), given))
                return HttpResponseRedirect(reverse(f"admin:{self.back}"))
            except Refusal as refusal:  # the form again, with what was written
                messages.error(request, str(refusal.text))
                fields = [replace(each, value=given.get(each.name, "")) for each in fields]
        facts = {
            **site.each_context(request),
            **self.shown(),
            "title": self.title,
            "about": self.about,
            "fields": fields,
            "back": reverse(f"admin:{self.back}"),
        }
        return TemplateResponse(request, self.template, facts)
