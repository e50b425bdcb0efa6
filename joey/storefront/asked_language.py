"""The language that a page is written in, and the one that its address asks for, for its links to itself in both."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

ASKED = ("zh", "en")


def asked_language(request: HttpRequest) -> str:
    """ "zh" or "en" where the address says so, else ""."""
    asked = request.GET.get("lang", "").lower()
    return asked if asked in ASKED else ""


def page_language() -> str:
    return get_language() or str(settings.LANGUAGE_CODE)
