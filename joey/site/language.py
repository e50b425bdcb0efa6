"""Which language a page is in: ?lang= first (remembered), then the cookie, then the browser, then Chinese."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

NAMES = {"zh": "zh-hans", "zh-hans": "zh-hans", "zh-cn": "zh-hans", "en": "en"}


def choose(asked: str | None, remembered: str | None, accepted: str) -> str:
    """The language of a page: what the address asks for, else the remembered choice, else the browser's header."""
    for wish in (asked, remembered):
        if wish and wish.lower() in NAMES:
            return NAMES[wish.lower()]
    listed = parse_accept_lang_header(accepted)  # the heaviest first
    known = [(NAMES.get(name.partition("-")[0]), weight) for name, weight in listed]
    named = {language for language, _weight in known}
    for (language, weight), (name, _weight) in zip(known, listed, strict=True):
        if name == "*":  # each that is not named (RFC 9110, 12.5.4), ours first
            language = next((each for each in (settings.LANGUAGE_CODE, *NAMES.values()) if each not in named), None)
        if language and weight > 0:  # q=0 means "not this one" (12.4.2)
            return language
    excluded = {language for language, weight in known if not weight}
    return next((each for each in (str(settings.LANGUAGE_CODE), *NAMES.values()) if each not in excluded), "en")


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
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ("Accept-Language", "Cookie"))  # "not found" may be cached without asking
            if asked and asked.lower() in NAMES:
                response.headers["Cache-Control"] = "private, no-store"  # it sets this visitor's cookie
                response.set_cookie(cookie, language, max_age=31_536_000, samesite="Lax", secure=settings.SECURE)
                response.headers["Cache-Control"] = "private, no-store"  # the choice is one visitor's
        return response
