"""The language that a page's address asks for, for its links to itself in both."""

from django.http import HttpRequest

ASKED = ("zh", "en")


def asked_language(request: HttpRequest) -> str:
    """ "zh" or "en" where the address says so, else ""."""
    asked = request.GET.get("lang", "").lower()
    return asked if asked in ASKED else ""
