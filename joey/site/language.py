"""Which language a page speaks: ?lang= first (remembered), then the cookie, then the browser, then Chinese."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

NAMES = {"zh": "zh-hans", "zh-hans": "zh-hans", "zh-cn": "zh-hans", "en": "en"}


def choose(asked: str | None, remembered: str | None, accepted: str) -> str:
    """The language code for these three wishes, strongest first."""
    for wish in (asked, remembered):
        if wish and wish.lower() in NAMES:
            return NAMES[wish.lower()]
    for part in accepted.split(",")[:10]:
        name = part.split(";")[0].strip().lower()
        if name.startswith("zh"):
            return "zh-hans"
        if name.startswith("en"):
            return "en"
    return str(settings.LANGUAGE_CODE)


class LanguageChoice:
    """Activates the language for the request and remembers one that was asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang")
        cookie = settings.LANGUAGE_COOKIE_NAME
        language = choose(asked, request.COOKIES.get(cookie), request.headers.get("accept-language", ""))
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if asked and asked.lower() in NAMES:
            response.set_cookie(cookie, language, max_age=31_536_000, samesite="Lax", secure=settings.SECURE)
        return response
