"""Share the whole shop: its address, words to go with it, a QR code and a poster."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from joey.sharing.caption import shop_caption
from joey.sharing.show_cards import shop_url
from joey.studio.access import keeper_only, language, own_shop, page
from joey.studio.qr import qr_svg


@keeper_only
@require_safe
def share_shop(request: HttpRequest, slug: str) -> HttpResponse:
    """Its link needs no code: what a buyer goes on to from the shop counts by the item's own link."""
    shop = own_shop(request, slug)
    address = shop_url(shop.slug)
    caption = shop_caption(shop.name, shop.intro, address, language=language())
    facts = {"shop": shop, "tab": "share", "address": address, "caption": caption, "code": qr_svg(address)}
    return page(request, "share_shop.html", facts)
