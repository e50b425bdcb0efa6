"""The security log, to search: by person, by what something was done to, by caller, by request."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from joey.kit.models import SecurityEvent
from joey.office.columns import NOTHING
from joey.office.filters import OneOf
from joey.office.read_only import ReadOnly
from joey.office.site import office
from joey.office.words_of_security import ACTORS, KINDS, facts_in_words
from joey.people.security_events import asked_for, with_contacts

LONG = 30  # characters of a key, in a column


class OfKind(OneOf):
    """Of one kind of event, as the program knows them."""

    heading = _("What happened")

    def options(self) -> Any:
        return sorted(KINDS, key=lambda kind: str(KINDS[kind]))

    def say(self, value: str) -> Any:
        return KINDS[value]


@admin.register(SecurityEvent, site=office)
class SecurityLog(ReadOnly):
    """The newest first. Found by a whole e-mail address or phone number, network address, request or thing."""

    heading = _("Security log")
    named_by = ("what",)
    list_display = ("what", "at", "details", "who", "of_thing", "of_caller", "of_request")
    list_filter = (("kind", OfKind),)
    search_fields = ("=request_id", "=about")
    search_help_text = _("Whole e-mail, phone, network address, request, or thing")
    ordering = ("-id",)
    fields = ("at", "what", "details", "who", "of_thing", "of_caller", "of_request")

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_contacts(super().get_queryset(request))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return asked_for(queryset, search_term), False

    @admin.display(description=_("What happened"))
    def what(self, event: SecurityEvent) -> str:
        return str(KINDS.get(event.kind, event.kind))

    @admin.display(description=_("Details"))
    def details(self, event: SecurityEvent) -> str:
        return facts_in_words(event.facts) or NOTHING

    @admin.display(description=_("Who"))
    def who(self, event: SecurityEvent) -> str:
        by = event.facts.get("by")
        return str(event.contact or ACTORS.get(by, NOTHING))  # type: ignore[attr-defined]

    @admin.display(description=_("About"))
    def of_thing(self, event: SecurityEvent) -> str:
        whom = event.whom  # type: ignore[attr-defined]
        return _searched(event.about, whom)

    @admin.display(description=_("Called from"))
    def of_caller(self, event: SecurityEvent) -> str:
        return _searched(event.caller)

    @admin.display(description=_("Request"))
    def of_request(self, event: SecurityEvent) -> str:
        return _searched(event.request_id)


def _searched(term: str, name: str | None = None) -> str:
    """It leads to all events that have it, too. `name`: of a person."""
    if not term:
        return NOTHING
    address = f"{reverse('admin:kit_securityevent_changelist')}?{urlencode({'q': term})}"
    shown = name or format_html("<code>{}</code>", _short(term))
    return format_html('<a href="{}">{}</a>', address, shown)


def _short(term: str) -> str:
    """What tells one from another; the whole of it is where it leads."""
    kind, mark, key = term.partition(":")
    return f"{kind}:…{key[-8:]}" if mark and len(key) > LONG else term
