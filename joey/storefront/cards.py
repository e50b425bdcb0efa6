"""The pictures that messengers show for links here. They are fetched without a language, so the address has it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from joey.sharing.show_cards import home_card_jpeg, listing_card_jpeg, shop_card_jpeg, shop_poster
from joey.shops.queries import shop_by_slug


@require_safe
def listing_card(request: HttpRequest, slug: str, listing_id: UUID, language: str) -> HttpResponse:
    return _picture(listing_card_jpeg(slug, listing_id, language=language), "image/jpeg")


@require_safe
def shop_card(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    return _picture(shop_card_jpeg(slug, language=language), "image/jpeg")


@require_safe
def home_card(request: HttpRequest, language: str) -> HttpResponse:
    return _picture(home_card_jpeg(language=language), "image/jpeg")


@require_safe
def poster(request: HttpRequest, slug: str) -> HttpResponse:
    """The shop's poster, in the language of the page that shows it."""
    response = _picture(shop_poster(shop_by_slug(slug), language=get_language() or "zh-hans"), "image/png")
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def _picture(content: bytes, content_type: str) -> HttpResponse:
    return HttpResponse(content, content_type=content_type, headers={"Cache-Control": "public, max-age=3600"})
