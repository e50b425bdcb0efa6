"""A page behind each problem type: what it means, and what to do."""

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from joey.api.problems import KINDS
from joey.kit.refusals import NotFound


@require_safe
def explain(request: HttpRequest, code: str) -> HttpResponse:
    """One problem type, in words. Raises NotFound."""
    kind = KINDS.get(code)
    if kind is None:
        raise NotFound("There is no such problem type.")
    return HttpResponse(
        format_html(
            '<!doctype html><html lang="{}"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>{}</title>'
            "<main><h1>{}</h1><p>{}</p><p><code>{}</code></p></main></html>",
            get_language() or "en",
            kind.title,
            kind.title,
            kind.meaning,
            code,
        )
    )
