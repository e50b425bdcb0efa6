"""robots.txt and the sitemaps (sitemaps.org, version 0.9): one for each shop, and one that names them all."""

import re
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.views.decorators.http import require_safe

from joey.kit import clock
from joey.orders.settled_shops import has_settled
from joey.sharing.declared_agents import PREVIEWS
from joey.sharing.show_cards import shop_url
from joey.shops.pages_to_find import FoundPage, pages_of_shop, shops_to_find

_PRODUCT = re.compile(r"[A-Za-z_-]+")  # all that a group of robots.txt can name (RFC 9309, 2.2.1)
KEPT_OUT = ("/go/", "/p/", "/studio/", "/office/", "/api/")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Shops may be found; links, outbound clicks and signed-in faces are not for programs that read everything.

    Those that fetch the card of a shared link have to read the link, so they are let in by name.
    """
    everyone = "".join(f"Disallow: {path}\n" for path in ("/l/", *KEPT_OUT))
    names = dict.fromkeys(found[0] for name, _why in PREVIEWS if (found := _PRODUCT.match(name)))
    cards = "".join(f"User-agent: {name}\n" for name in names)
    for_cards = "".join(f"Disallow: {path}\n" for path in KEPT_OUT)
    text = f"User-agent: *\n{everyone}\n{cards}{for_cards}\nSitemap: {settings.JOEY_URL}/sitemap.xml\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
def all_shops(request: HttpRequest) -> HttpResponse:
    found = shops_to_find(now=clock.now(), has_settled=has_settled())
    shops = [(f"{shop_url(shop.slug)}/sitemap.xml", shop.changed_at) for shop in found]
    return _sitemap("sitemapindex", "sitemap", shops)


@require_safe
def one_shop(request: HttpRequest, slug: str) -> HttpResponse:
    """Its page and those of its goods. Raises NotFound."""
    found: list[FoundPage] = pages_of_shop(slug)
    return _sitemap("urlset", "url", [(shop_url(page.path), page.changed_at) for page in found])


def _sitemap(root: str, entry: str, pages: list[tuple[str, datetime]]) -> HttpResponse:
    text = get_template("sitemap.xml", using="jinja2").render({"root": root, "entry": entry, "pages": pages})
    return HttpResponse(text, content_type="application/xml", headers={"Cache-Control": "public, max-age=3600"})
